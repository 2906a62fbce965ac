//! One name server, asked directly: not by way of a cache, a hosts file or a search list.

use std::{
    io::ErrorKind,
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use hickory_resolver::{
    TokioResolver,
    config::{ConnectionConfig, NameServerConfig, ResolveHosts, ResolverConfig},
    net::{DnsError, NetError, runtime::TokioRuntimeProvider},
    proto::{
        op::{Message, Query, ResponseCode},
        rr::{Name, RData, RecordType},
    },
};
use tokio::{
    net::UdpSocket,
    sync::OnceCell,
    time::{Instant, timeout_at},
};

use super::{Answer, Found, Origin, Server};

/// A name server and the means to ask it.
pub(super) struct Client {
    pub(super) server: Server,
    resolver: Result<TokioResolver, String>,
    knock: OnceCell<Option<Answer>>,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Client").field(&self.server).finish()
    }
}

impl Client {
    pub(super) fn new(server: Server, deadline: Instant) -> Self {
        let wait = deadline.saturating_duration_since(Instant::now());
        Self {
            resolver: resolver(server.address, wait).map_err(|error| error.to_string()),
            server,
            knock: OnceCell::new(),
        }
    }

    /// The server's answers for A and AAAA, as one.
    pub(super) async fn ask(&self, name: &str, deadline: Instant) -> Answer {
        let resolver = match &self.resolver {
            Ok(resolver) => resolver,
            Err(problem) => return Answer::Other(problem.clone()),
        };
        let Ok(mut absolute) = Name::from_ascii(name) else {
            return Answer::Other("not a name".to_owned());
        };
        // Without the final dot the search list would be tried as well.
        absolute.set_fqdn(true);
        // Each by itself: a name server that drops questions for AAAA still has its say on A.
        let one = async |kind| {
            timeout_at(deadline, one(resolver, absolute.clone(), kind))
                .await
                .unwrap_or(Answer::Silent)
        };
        let question = async { tokio::join!(one(RecordType::A), one(RecordType::AAAA)) };
        // The resolver keeps ICMP errors to itself, so a second socket listens for them.
        let knock = self
            .knock
            .get_or_init(|| knock(self.server.address, deadline));
        tokio::pin!(question, knock);
        let answer = tokio::select! {
            answers = &mut question => both(answers),
            Some(unheard) = async { (&mut knock).await.clone() } => unheard,
            else => Answer::Silent,
        };
        match (answer, self.knock.get()) {
            (Answer::Silent, Some(Some(unheard))) => unheard.clone(),
            (answer, _) => answer,
        }
    }
}

/// The servers of this machine's configuration.
pub fn read_system_servers() -> Vec<Server> {
    let Ok((config, _)) = hickory_resolver::system_conf::read_system_conf() else {
        return Vec::new();
    };
    let servers = config.name_servers().iter().map(|known| {
        let port = known.connections.first().map_or(53, |way| way.port);
        Server::new(SocketAddr::new(known.ip, port), None, Origin::System)
    });
    super::merge(servers)
}

fn resolver(address: SocketAddr, wait: Duration) -> Result<TokioResolver, NetError> {
    let port = |mut way: ConnectionConfig| {
        way.port = address.port();
        way
    };
    let ways = vec![port(ConnectionConfig::udp()), port(ConnectionConfig::tcp())];
    let server = NameServerConfig::new(address.ip(), true, ways);
    let config = ResolverConfig::from_parts(None, Vec::new(), vec![server]);
    let mut builder = TokioResolver::builder_with_config(config, TokioRuntimeProvider::default());
    let options = builder.options_mut();
    options.cache_size = 0;
    options.use_hosts_file = ResolveHosts::Never;
    options.preserve_intermediates = true;
    // One attempt means one retry: two waits fit before the deadline.
    options.attempts = 1;
    options.timeout = (wait / 2).max(Duration::from_millis(1));
    builder.build()
}

async fn one(resolver: &TokioResolver, name: Name, kind: RecordType) -> Answer {
    match resolver.lookup(name.clone(), kind).await {
        Ok(lookup) => {
            let mut found = Found::default();
            for record in lookup.answers() {
                match &record.data {
                    RData::CNAME(alias) => found.aliases.push(bare(&alias.0)),
                    data => {
                        let new = data.ip_addr().filter(|it| !found.addresses.contains(it));
                        found.addresses.extend(new);
                    }
                }
            }
            if found.addresses.is_empty() {
                Answer::NoData
            } else {
                Answer::Found(found)
            }
        }
        Err(error) => answer_of(&error),
    }
}

fn bare(name: &Name) -> String {
    let text = name.to_ascii();
    text.strip_suffix('.').map(str::to_owned).unwrap_or(text)
}

fn answer_of(error: &NetError) -> Answer {
    match error {
        NetError::Timeout => Answer::Silent,
        NetError::Dns(DnsError::NoRecordsFound(none)) => code(none.response_code, Answer::NoData),
        NetError::Dns(DnsError::ResponseCode(response)) => {
            code(*response, Answer::Other(response.to_string()))
        }
        NetError::Io(error) => unheard(error.kind(), error.to_string()),
        NetError::NoConnections => Answer::Silent,
        other => Answer::Other(other.to_string()),
    }
}

fn code(response: ResponseCode, otherwise: Answer) -> Answer {
    match response {
        ResponseCode::NXDomain => Answer::NxDomain,
        ResponseCode::ServFail => Answer::ServFail,
        ResponseCode::Refused => Answer::Refused,
        _ => otherwise,
    }
}

fn unheard(kind: ErrorKind, text: String) -> Answer {
    match kind {
        ErrorKind::ConnectionRefused => Answer::NothingListens,
        ErrorKind::TimedOut => Answer::Silent,
        _ => Answer::Unreachable(text),
    }
}

/// Both families' answers as one: addresses first, then what tells most.
fn both((four, six): (Answer, Answer)) -> Answer {
    match (four, six) {
        (Answer::Found(mut four), Answer::Found(six)) => {
            four.addresses.extend(six.addresses);
            Answer::Found(four)
        }
        (Answer::Found(found), other) => Answer::Found(with_other(found, "AAAA", &other)),
        (other, Answer::Found(found)) => Answer::Found(with_other(found, "A", &other)),
        // One question alone was answered, and not with `no data`, which says nothing of the other.
        (Answer::Silent, six @ (Answer::NxDomain | Answer::ServFail | Answer::Refused)) => six,
        (four, _) => four,
    }
}

fn with_other(mut found: Found, kind: &str, other: &Answer) -> Found {
    if !matches!(other, Answer::NoData | Answer::NxDomain) {
        found.other_family = Some(format!("{kind}: {other}"));
    }
    found
}

/// Sends one question and waits for an ICMP error; `None` where anything or nothing comes back.
async fn knock(server: SocketAddr, deadline: Instant) -> Option<Answer> {
    let any: IpAddr = match server {
        SocketAddr::V4(_) => [0, 0, 0, 0].into(),
        SocketAddr::V6(_) => [0u16; 8].into(),
    };
    let mut message = Message::query();
    message.add_query(Query::query(Name::root(), RecordType::NS));
    let question = message.to_vec().ok()?;
    let attempt = async {
        let socket = UdpSocket::bind((any, 0)).await?;
        socket.connect(server).await?;
        socket.send(&question).await?;
        socket.recv(&mut [0; 512]).await
    };
    match timeout_at(deadline, attempt).await {
        Ok(Err(error)) => Some(unheard(error.kind(), error.to_string())),
        _ => None,
    }
}
