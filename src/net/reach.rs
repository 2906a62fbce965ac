//! Reaches many targets at once under one deadline: names, then connections, then what is spoken there.

use std::{
    collections::HashMap,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use openssl::error::ErrorStack;
use tokio::{
    sync::{OnceCell, Semaphore},
    task::JoinSet,
    time::Instant,
};

use super::{
    dns::{Resolved, Resolver, Server},
    http::{self, Asker},
    pace::Pace,
    target::{Place, Speech, Target},
    tcp::{self, Connection, Opening},
    tls::{self, End, Handshake, Identity, Probe, Settings, Wishes},
};

/// What is to be reached, and how.
#[derive(Debug)]
pub struct Plan {
    /// The targets.
    pub targets: Vec<Target>,
    /// Names that are only resolved.
    pub names: Vec<String>,
    /// The name servers to ask besides this machine's resolver.
    pub servers: Vec<Server>,
    /// Our own certificate, for servers that ask for one.
    pub identity: Option<Identity>,
    /// One deadline for everything.
    pub timeout: Duration,
}

/// What was found out about a target.
#[derive(Clone, Debug)]
pub struct Reached {
    /// The target.
    pub target: Target,
    /// Its name's addresses; `None` where the target is an address itself.
    pub resolved: Option<Arc<Resolved>>,
    /// One for each address.
    pub ways: Vec<Way>,
}

/// The way to one address of a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    /// The address and port.
    pub address: SocketAddr,
    /// What came of connecting.
    pub connection: Connection,
    /// What came of the handshake, where one was to be made on an open port.
    pub tls: Option<Probe>,
    /// What came of the request, where one was to be made on an open port.
    pub http: Option<http::Exchange>,
}

const TOO_LATE: &str = "too little time was left before the deadline";
/// Silence for less than this says nothing: an answer may need as long.
const SHORTEST: Duration = Duration::from_millis(100);

struct Run {
    resolver: Resolver,
    names: HashMap<String, OnceCell<Arc<Resolved>>>,
    settings: Settings,
    asker: Result<Asker, String>,
    pace: Pace,
    sockets: Semaphore,
    deadline: Instant,
    /// The least time in which silence means something.
    least: Duration,
}

/// What a plan came to.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// The targets, in the plan's order.
    pub targets: Vec<Reached>,
    /// The names that were only resolved, in the plan's order.
    pub names: Vec<Arc<Resolved>>,
}

/// Reaches every target, and resolves every name.
///
/// Names get half of the time: an answer that comes later leaves none to connect in.
///
/// # Errors
/// Where OpenSSL does not take the identity.
pub async fn reach(plan: Plan) -> Result<Outcome, ErrorStack> {
    let begun = Instant::now();
    let names = plan.targets.iter().filter_map(|target| target.place.name());
    let names = names.chain(plan.names.iter().map(String::as_str));
    let run = Arc::new(Run {
        names: names
            .map(|name| (name.to_owned(), OnceCell::new()))
            .collect(),
        resolver: Resolver::new(plan.servers, begun + plan.timeout / 2),
        settings: Settings::new(plan.identity.as_ref())?,
        asker: Asker::new(),
        pace: Pace::default(),
        sockets: Semaphore::new(room_for_sockets()),
        deadline: begun + plan.timeout,
        least: (plan.timeout / 4).clamp(SHORTEST, Duration::from_millis(500)),
    });
    let names = side_by_side(plan.names.into_iter().map(|name| {
        let run = Arc::clone(&run);
        async move { run.resolved(&name).await }
    }));
    let targets = side_by_side(plan.targets.into_iter().map(|target| {
        let run = Arc::clone(&run);
        run.reach(target)
    }));
    let (targets, names) = tokio::join!(targets, names);
    Ok(Outcome { targets, names })
}

/// Does all of it at once; the results stand in the order of the work.
async fn side_by_side<F>(work: impl Iterator<Item = F>) -> Vec<F::Output>
where
    F: Future<Output: Send> + Send + 'static,
{
    let mut tasks = JoinSet::new();
    for (index, piece) in work.enumerate() {
        tasks.spawn(async move { (index, piece.await) });
    }
    let mut results = tasks.join_all().await;
    results.sort_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, result)| result).collect()
}

/// How many sockets may be open at a time; the limit of the process is raised as far as it goes.
fn room_for_sockets() -> usize {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, getrlimit, setrlimit};
        let mut limit = getrlimit(Resource::Nofile);
        limit.current = limit.maximum.map(|most| most.min(65_536)).or(Some(65_536));
        // Where it cannot be raised, what there is must do.
        let _ = setrlimit(Resource::Nofile, limit);
        let room = getrlimit(Resource::Nofile).current.unwrap_or(65_536);
        // Half is left to name servers, files and the runtime.
        usize::try_from(room / 2)
            .unwrap_or(usize::MAX)
            .clamp(16, 16_384)
    }
    #[cfg(not(unix))]
    2048
}

impl Run {
    async fn reach(self: Arc<Self>, target: Target) -> Reached {
        let (resolved, addresses) = match &target.place {
            Place::Address(address) => (None, vec![*address]),
            Place::Name(name) => {
                let resolved = self.resolved(name).await;
                let addresses = resolved.addresses();
                (Some(resolved), addresses)
            }
        };
        let ways = self.ways(&target, addresses).await;
        Reached {
            target,
            resolved,
            ways,
        }
    }

    /// A name's addresses; one that several targets have is asked for once.
    async fn resolved(&self, name: &str) -> Arc<Resolved> {
        let ask = || async { Arc::new(self.resolver.resolve(name).await) };
        match self.names.get(name) {
            Some(cell) => Arc::clone(cell.get_or_init(ask).await),
            None => ask().await,
        }
    }

    async fn ways(self: &Arc<Self>, target: &Target, addresses: Vec<IpAddr>) -> Vec<Way> {
        if let [address] = addresses.as_slice() {
            return vec![self.way(target, *address).await];
        }
        side_by_side(addresses.into_iter().map(|address| {
            let (run, target) = (Arc::clone(self), target.clone());
            async move { run.way(&target, address).await }
        }))
        .await
    }

    async fn way(&self, target: &Target, address: IpAddr) -> Way {
        let address = SocketAddr::new(address, target.port);
        let mut way = Way {
            address,
            connection: Connection::not_tried(address, "no time was left before the deadline"),
            tls: None,
            http: None,
        };
        let Some(leave) = self.leave(target, address).await else {
            return way;
        };
        match &target.speech {
            Speech::Http { path } => match &self.asker {
                Ok(asker) => {
                    let host = target.place.to_string();
                    let asked = asker.ask(&host, address, path, self.deadline).await;
                    (way.connection, way.http) = asked;
                }
                Err(problem) => way.connection = Connection::not_tried(address, problem.clone()),
            },
            speech => {
                let (connection, stream) = tcp::connect(address, self.deadline).await;
                way.connection = connection;
                if let Some(stream) = stream.filter(|_| *speech != Speech::Tcp) {
                    let first = self.shake(target, stream, false).await;
                    way.tls = Some(Probe {
                        first,
                        second: None,
                    });
                }
            }
        }
        drop(leave);
        // The turn came late, or the timeout is short: an open port may well need longer.
        if way.connection.opening == Opening::Silent && way.connection.took < self.least {
            way.connection = Connection::not_tried(address, TOO_LATE);
        }
        if way.http == Some(http::Exchange::Silent) && way.connection.took < self.least {
            way.http = None;
        }
        if let Some(probe) = way.tls.as_mut().filter(|probe| probe.first.leaves_room()) {
            probe.second = self.again(target, address).await;
        }
        way
    }

    async fn leave(&self, target: &Target, address: SocketAddr) -> Option<impl Sized> {
        // An endpoint is one door, whatever its name and addresses are.
        let door = match &target.speech {
            Speech::Visit { .. } => target.place.to_string(),
            _ => address.to_string(),
        };
        let name = target.place.name();
        let leave = self.pace.leave(name, &door, self.deadline).await?;
        let socket = tokio::time::timeout_at(self.deadline, self.sockets.acquire());
        Some((leave, socket.await.ok()?.ok()?))
    }

    async fn shake(
        &self,
        target: &Target,
        stream: tokio::net::TcpStream,
        lenient: bool,
    ) -> Handshake {
        if self.deadline.saturating_duration_since(Instant::now()) < self.least {
            return Handshake::not_tried(TOO_LATE);
        }
        let name = target.server_name();
        let host = host_header(target);
        let wishes = Wishes {
            name,
            lenient,
            // A second handshake shows what would be taken, and no more.
            request: request(target, &host).filter(|_| !lenient),
            deadline: self.deadline,
        };
        tls::attempt(stream, &self.settings, wishes).await
    }

    /// Another connection, on which every version and cipher is offered.
    async fn again(&self, target: &Target, address: SocketAddr) -> Option<Handshake> {
        let _leave = self.leave(target, address).await?;
        let (connection, stream) = tcp::connect(address, self.deadline).await;
        if connection.opening != Opening::Open {
            return None;
        }
        let second = self.shake(target, stream?, true).await;
        (!matches!(second.end, End::NotTried(_))).then_some(second)
    }
}

/// The host that a request names, with the port where an endpoint has one of its own (RFC 9110, 7.2).
fn host_header(target: &Target) -> String {
    match (&target.speech, target.server_name()) {
        (Speech::Visit { .. }, name) => {
            let name = name.map_or_else(|| target.place.to_string(), str::to_owned);
            match target.port {
                443 => name,
                port => format!("{name}:{port}"),
            }
        }
        (_, name) => name.unwrap_or("localhost").to_owned(),
    }
}

fn request<'a>(target: &'a Target, host: &'a str) -> Option<tls::Request<'a>> {
    match &target.speech {
        Speech::Visit { path, .. } => Some(tls::Request {
            host,
            path,
            insists: true,
        }),
        Speech::Tls { asks: true } => Some(tls::Request {
            host,
            path: "/",
            insists: false,
        }),
        Speech::Tls { asks: false } | Speech::Tcp | Speech::Http { .. } => None,
    }
}
