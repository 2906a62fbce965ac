//! Servers on loopback, each with its one defect, and `ptl` run where nothing beyond loopback is asked.

#![allow(
    dead_code,
    reason = "each test binary uses its own part of what is shared"
)]

use std::{
    io::{Read, Write},
    net::{IpAddr, Ipv4Addr, TcpListener, TcpStream, UdpSocket},
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
    thread,
    time::Duration,
};

use hickory_resolver::proto::{
    op::{Message, OpCode, ResponseCode},
    rr::{
        Name, RData, Record, RecordType,
        rdata::{A, CNAME},
    },
};
use openssl::{
    pkey::PKey,
    ssl::{Ssl, SslAcceptor, SslAcceptorBuilder, SslMethod, SslStream},
    x509::X509,
};

use crate::{
    pki::Issued,
    support::{Bench, Run},
};

/// Listens on a free port of 127.0.0.1 and hands every connection to `answer`, until the test ends.
pub(crate) fn serve(answer: impl Fn(TcpStream) + Send + Sync + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let answer = Arc::new(answer);
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let answer = Arc::clone(&answer);
            thread::spawn(move || answer(stream));
        }
    });
    port
}

/// A TLS server that shows these certificates, leaf first, and is otherwise as `shape` makes it.
pub(crate) fn serve_tls(
    key: &Path,
    chain: &[&Path],
    shape: impl FnOnce(&mut SslAcceptorBuilder),
) -> u16 {
    let mut builder = SslAcceptor::mozilla_intermediate_v5(SslMethod::tls()).unwrap();
    builder.set_security_level(0);
    for (place, file) in chain.iter().enumerate() {
        let certificate = X509::from_pem(&std::fs::read(file).unwrap()).unwrap();
        if place == 0 {
            builder.set_certificate(&certificate).unwrap();
        } else {
            builder.add_extra_chain_cert(certificate).unwrap();
        }
    }
    let key = PKey::private_key_from_pem(&std::fs::read(key).unwrap()).unwrap();
    builder.set_private_key(&key).unwrap();
    shape(&mut builder);
    let context = builder.build().into_context();
    serve(move |stream| {
        let Ok(mut stream) = SslStream::new(Ssl::new(&context).unwrap(), stream) else {
            return;
        };
        if stream.accept().is_ok() {
            let mut request = [0; 1024];
            let _ = stream.read(&mut request);
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
            let _ = stream.shutdown();
        }
    })
}

/// A TLS server as it should be, with this leaf and its CA.
pub(crate) fn healthy(leaf: &Issued, sub: &Path) -> u16 {
    serve_tls(&leaf.key, &[&leaf.certificate, sub], |_| {})
}

/// Answers every connection with these bytes once a line has come.
pub(crate) fn serve_text(text: &'static str) -> u16 {
    serve(move |mut stream| {
        let mut request = [0; 4096];
        let mut seen = Vec::new();
        while let Ok(count @ 1..) = stream.read(&mut request) {
            seen.extend_from_slice(&request[..count]);
            if seen.windows(4).any(|four| four == b"\r\n\r\n") {
                break;
            }
        }
        let _ = stream.write_all(text.as_bytes());
    })
}

/// Takes connections and says nothing.
pub(crate) fn serve_silence() -> u16 {
    serve(|stream| {
        thread::sleep(Duration::from_secs(60));
        drop(stream);
    })
}

/// What a name server says of every name.
#[derive(Clone, Debug)]
pub(crate) enum Says {
    /// These addresses for A; no data for AAAA.
    Addresses(Vec<Ipv4Addr>),
    /// This name, which is an alias of the last one, which has these addresses.
    Alias(&'static [&'static str], Ipv4Addr),
    /// This address for A; nothing at all for AAAA.
    AddressOnly(Ipv4Addr),
    /// No data.
    NoData,
    /// This code.
    Code(ResponseCode),
    /// Nothing.
    Silence,
}

/// A name server on a free port of 127.0.0.1, until the test ends.
pub(crate) fn name_server(says: Says) -> String {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    thread::spawn(move || {
        let mut buffer = [0; 1500];
        while let Ok((count, from)) = socket.recv_from(&mut buffer) {
            let Ok(question) = Message::from_vec(&buffer[..count]) else {
                continue;
            };
            if let Some(answer) = answer(&question, &says) {
                let _ = socket.send_to(&answer.to_vec().unwrap(), from);
            }
        }
    });
    address.to_string()
}

fn answer(question: &Message, says: &Says) -> Option<Message> {
    let mut answer = Message::response(question.metadata.id, OpCode::Query);
    let query = question.queries.first()?.clone();
    let is_a = query.query_type() == RecordType::A;
    let mut name = query.name().clone();
    answer.add_query(query);
    match says {
        Says::Silence => return None,
        Says::AddressOnly(_) if !is_a => return None,
        Says::AddressOnly(address) => {
            answer.add_answer(Record::from_rdata(name, 60, RData::A(A(*address))));
        }
        Says::Code(code) => answer.metadata.response_code = *code,
        Says::NoData => {}
        Says::Addresses(addresses) if is_a => {
            for address in addresses {
                answer.add_answer(Record::from_rdata(name.clone(), 60, RData::A(A(*address))));
            }
        }
        Says::Alias(aliases, address) => {
            for alias in *aliases {
                let alias = Name::from_ascii(alias).unwrap();
                let record = RData::CNAME(CNAME(alias.clone()));
                answer.add_answer(Record::from_rdata(name, 60, record));
                name = alias;
            }
            if is_a {
                answer.add_answer(Record::from_rdata(name, 60, RData::A(A(*address))));
            }
        }
        Says::Addresses(_) => {}
    }
    Some(answer)
}

/// The addresses of a loopback host.
pub(crate) fn here() -> Says {
    Says::Addresses(vec![Ipv4Addr::LOCALHOST])
}

/// What a machine is set to, in place of the real one's settings.
#[derive(Default)]
pub(crate) struct Machine {
    /// Lines of the hosts file, besides localhost.
    pub(crate) hosts: String,
    /// The name servers; none means that nothing listens there.
    pub(crate) resolver: Option<IpAddr>,
}

impl Machine {
    /// Runs `ptl` with this hosts file and these name servers.
    pub(crate) fn run(&self, bench: &Bench, arguments: &[&str]) -> Run {
        Run::of(self.command(bench, arguments).output().unwrap())
    }

    /// `ptl` with this hosts file and these name servers; both are real files of a mount namespace.
    pub(crate) fn command(&self, bench: &Bench, arguments: &[&str]) -> Command {
        let hosts = bench.write("../hosts", format!("127.0.0.1 localhost\n{}\n", self.hosts));
        let resolver = self.resolver.unwrap_or([127, 255, 255, 53].into());
        let resolv = bench.write("../resolv.conf", format!("nameserver {resolver}\n"));
        let ptl = bench.command(arguments);
        let mut command = Command::new("unshare");
        command
            .args(["-rm", "sh", "-c"])
            .arg("mount --bind \"$1\" /etc/hosts && mount --bind \"$2\" /etc/resolv.conf && shift 2 && exec \"$@\"")
            .arg("sh")
            .args([hosts, resolv])
            .arg(ptl.get_program())
            .args(ptl.get_args())
            .current_dir(bench.folder())
            .env_clear()
            .envs(ptl.get_envs().filter_map(|(name, value)| Some((name, value?))))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }
}

/// Runs `ptl check-firewall --format json` on a machine without name servers, for 2 s at most.
pub(crate) fn check(bench: &Bench, arguments: &[&str]) -> Run {
    let mut all = vec!["check-firewall", "--format", "json", "--timeout", "2s"];
    all.extend(arguments);
    Machine::default().run(bench, &all)
}
