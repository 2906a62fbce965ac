//! A host of revocation lists on loopback, whose answers a test changes, and certificates that name it.

use std::{
    io::Write,
    path::PathBuf,
    sync::{Arc, Mutex},
    time::Duration,
};

use crate::{
    chain_files::utf8,
    loopback::serve,
    pki::{self, Authority, Leaf, NAME},
    support::{Bench, Run},
    trust_fetch::request,
};

/// What a host answers.
#[derive(Clone)]
pub(crate) enum Answer {
    /// A status line with headers, and a body.
    Body(String, Vec<u8>),
    /// This list, by conditional requests too: its entity tag.
    Tagged(Vec<u8>, &'static str),
    /// As [`Answer::Tagged`], and this is done before it says that nothing is new.
    Behind(Vec<u8>, &'static str, Arc<dyn Fn() + Send + Sync>),
    /// The head of an answer and a byte now and then.
    Drip(Vec<u8>),
    /// This, and on without an end.
    Endless(Vec<u8>),
    /// So many bytes of it, and an end in the middle.
    Cut(Vec<u8>, usize),
    /// Nothing at all.
    Closed,
}

/// A host of lists.
pub(crate) struct ListHost {
    pub(crate) port: u16,
    answer: Arc<Mutex<Answer>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl ListHost {
    /// A host that answers nothing yet.
    pub(crate) fn start() -> Self {
        let answer = Arc::new(Mutex::new(Answer::Closed));
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (now, seen) = (Arc::clone(&answer), Arc::clone(&asked));
        let port = serve(move |mut stream| {
            let request = request(&mut stream);
            let answer = now.lock().unwrap().clone();
            seen.lock().unwrap().push(request.clone());
            // A client that breaks off is the very thing that is tested.
            let _ = give(&answer, &request, &mut stream);
        });
        Self {
            port,
            answer,
            asked,
        }
    }

    /// Answers like this from now on.
    pub(crate) fn answers(&self, answer: Answer) {
        *self.answer.lock().unwrap() = answer;
    }

    /// What it answers now.
    pub(crate) fn answers_now(&self) -> Answer {
        self.answer.lock().unwrap().clone()
    }

    /// Gives a file, in the form in which it is.
    pub(crate) fn gives(&self, bytes: Vec<u8>) {
        self.answers(Answer::Body("200 OK".to_owned(), bytes));
    }

    /// The requests so far; from now on they are counted anew.
    pub(crate) fn asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.asked.lock().unwrap())
    }
}

fn give(answer: &Answer, request: &str, stream: &mut impl Write) -> std::io::Result<()> {
    let head = |stream: &mut dyn Write, line: &str, length: Option<usize>| {
        let length = length.map_or_else(String::new, |it| format!("Content-Length: {it}\r\n"));
        write!(
            stream,
            "HTTP/1.1 {line}\r\n{length}Connection: close\r\n\r\n"
        )
    };
    match answer {
        Answer::Body(line, body) => {
            head(stream, line, Some(body.len()))?;
            stream.write_all(body)
        }
        Answer::Tagged(body, tag) => {
            let tagged = format!("200 OK\r\nETag: \"{tag}\"");
            match request.contains(&format!("if-none-match: \"{tag}\"")) {
                true => head(stream, "304 Not Modified", None),
                false => {
                    head(stream, &tagged, Some(body.len()))?;
                    stream.write_all(body)
                }
            }
        }
        Answer::Behind(body, tag, done) => {
            if request.contains("if-none-match") {
                done();
            }
            give(&Answer::Tagged(body.clone(), tag), request, stream)
        }
        Answer::Drip(body) => {
            head(stream, "200 OK", Some(body.len()))?;
            for byte in body {
                stream.write_all(&[*byte])?;
                stream.flush()?;
                std::thread::sleep(Duration::from_secs(5));
            }
            Ok(())
        }
        Answer::Endless(body) => {
            head(stream, "200 OK", None)?;
            stream.write_all(body)?;
            loop {
                stream.write_all(&[0; 4096])?;
            }
        }
        Answer::Cut(body, count) => {
            head(stream, "200 OK", Some(body.len()))?;
            stream.write_all(&body[..*count])
        }
        Answer::Closed => Ok(()),
    }
}

/// A CA whose one leaf names its list at a host, and a bench to fetch it in.
pub(crate) struct Scene {
    pub(crate) bench: Bench,
    pub(crate) host: ListHost,
    pub(crate) sub: Authority,
    pub(crate) leaf: PathBuf,
}

impl Scene {
    /// With a CA of this name.
    pub(crate) fn new(name: &str) -> Self {
        Self::of(name, "127.0.0.1")
    }

    /// As [`Scene::new`], whose leaf names the host like this.
    pub(crate) fn of(name: &str, host_name: &str) -> Self {
        let host = ListHost::start();
        let sub = pki::sha256().root.sub(&format!("Fetch {name}"));
        let url = format!("http://{host_name}:{}/1c/crlc2.crl", host.port);
        let leaf = leaf(&sub, name, &format!("crlDistributionPoints=URI:{url}\n"));
        Self {
            bench: Bench::new(),
            host,
            sub,
            leaf,
        }
    }

    /// A list of what is revoked so far, that holds in January 2025: DER.
    pub(crate) fn list(&self, file: &str) -> Vec<u8> {
        self.list_of(file, "20250101000000Z", "20250201000000Z")
    }

    /// As [`Scene::list`], between these dates.
    pub(crate) fn list_of(&self, file: &str, from: &str, until: &str) -> Vec<u8> {
        der(&self.sub.list(file, from, until))
    }

    /// Runs `ptl crl fetch` for the leaf in the middle of January 2025.
    pub(crate) fn fetch(&self, more: &[&str]) -> Run {
        self.bench.run(self.arguments(more))
    }

    /// What [`Scene::fetch`] runs.
    pub(crate) fn arguments(&self, more: &[&str]) -> Vec<String> {
        let issuer = self.sub.certificate();
        let what = ["crl", "fetch", utf8(&self.leaf), "--issuer", utf8(&issuer)];
        let mut how = vec!["--format", "json", "--allow-host", "127.0.0.1"];
        let usual = [
            ("--out", "lists"),
            ("--timeout", "1s"),
            ("--at", "2025-01-15T00:00:00Z"),
            ("--retries", "0"),
        ];
        let unsaid = usual.iter().filter(|(flag, _)| !more.contains(flag));
        how.extend(unsaid.flat_map(|(flag, value)| [*flag, *value]));
        let all = [&what[..], &how, more].concat();
        all.into_iter().map(str::to_owned).collect()
    }

    /// The list that is kept.
    pub(crate) fn kept(&self) -> Option<Vec<u8>> {
        let files = self.bench.files();
        let list = files.iter().find(|file| file.ends_with(".crl"))?;
        Some(std::fs::read(self.bench.path(list)).unwrap())
    }
}

/// A leaf of a CA with these extensions besides the usual.
pub(crate) fn leaf(sub: &Authority, file: &str, more: &str) -> PathBuf {
    let key = &pki::sha256().leaf.key;
    sub.leaf(&Leaf::new(file, NAME).and(more).key(key))
        .certificate
}

/// A list as DER, by openssl.
pub(crate) fn der(pem: &std::path::Path) -> Vec<u8> {
    let out = pem.with_extension("der");
    pki::openssl(&[
        "crl",
        "-in",
        utf8(pem),
        "-outform",
        "DER",
        "-out",
        utf8(&out),
    ]);
    std::fs::read(out).unwrap()
}
