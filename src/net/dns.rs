//! Names to addresses: what this machine answers, hosts file included, and what each name server does.

mod server;
mod system;

use std::{collections::BTreeSet, fmt, net::IpAddr, net::SocketAddr, sync::Arc};

use tokio::{task::JoinSet, time::Instant};

pub use server::read_system_servers;

use super::tcp;
use crate::{config, environment::Environment};

/// Where a name server is known from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// The command line or `ptl.toml`.
    Named,
    /// The environment's profile: the health network's.
    Profile,
    /// This machine's own configuration.
    System,
}

/// A name server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// Its address and port.
    pub address: SocketAddr,
    /// Its name, where the profile has one.
    pub name: Option<String>,
    /// Where it is known from; one server may be known from several places.
    pub origins: BTreeSet<Origin>,
    /// The address of this machine that questions to it are sent from, where there is a route.
    pub source: Option<IpAddr>,
}

/// What a name server answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Addresses.
    Found(Found),
    /// The name does not exist (RFC 1035, RCODE 3).
    NxDomain,
    /// The name exists, but has neither A nor AAAA records (RFC 2308, section 2.2).
    NoData,
    /// The server could not find out (RCODE 2).
    ServFail,
    /// The server refuses to answer us (RCODE 5).
    Refused,
    /// Another response code, or a message that cannot be read.
    Other(String),
    /// Nothing came back before the deadline.
    Silent,
    /// An ICMP message came back: nothing listens on the server's port.
    NothingListens,
    /// The server's address cannot be reached from here, for this reason.
    Unreachable(String),
}

/// The addresses of a name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// IPv4 first, each once.
    pub addresses: Vec<IpAddr>,
    /// The names that stand between the name and its addresses, in the order of the CNAME chain.
    pub aliases: Vec<String>,
    /// What the other family's question came to, where that was no answer at all.
    pub other_family: Option<String>,
}

/// What this machine's own resolver answered: what every other program here gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SystemAnswer {
    /// Addresses, each once.
    Found(Vec<IpAddr>),
    /// It answered that there is none, or that it could not find out: it does not say which.
    Nothing,
    /// Nothing came back before the deadline.
    Silent,
}

/// Everything that was found out about a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// The name.
    pub name: String,
    /// This machine's answer.
    pub system: SystemAnswer,
    /// What the hosts file says of the name.
    pub hosts_file: Vec<IpAddr>,
    /// Each server's answer.
    pub servers: Vec<(Server, Answer)>,
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "{} ({name})", self.shown()),
            None => f.write_str(&self.shown()),
        }
    }
}

impl Server {
    /// Those that `ptl.toml` names.
    pub fn named(network: &config::Network) -> impl Iterator<Item = Self> + '_ {
        let addresses = network.resolvers.iter();
        addresses.map(|address| Self::new(*address, None, Origin::Named))
    }

    /// Those of the health network, by the profile.
    pub fn of_profile(environment: &Environment) -> impl Iterator<Item = Self> + '_ {
        environment.resolvers.iter().map(|it| {
            let address = (it.address, it.port).into();
            Self::new(address, it.name.clone(), Origin::Profile)
        })
    }

    /// A server that is known from one place.
    pub fn new(address: SocketAddr, name: Option<String>, origin: Origin) -> Self {
        Self {
            address,
            name,
            origins: BTreeSet::from([origin]),
            source: tcp::source_towards(address),
        }
    }

    fn shown(&self) -> String {
        if self.address.port() == 53 {
            self.address.ip().to_string()
        } else {
            self.address.to_string()
        }
    }

    /// Whether it is known from there.
    pub fn is(&self, origin: Origin) -> bool {
        self.origins.contains(&origin)
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Found(found) => found.fmt(f),
            Self::NxDomain => f.write_str("NXDOMAIN"),
            Self::NoData => f.write_str("no data"),
            Self::ServFail => f.write_str("SERVFAIL"),
            Self::Refused => f.write_str("REFUSED"),
            Self::Other(what) => f.write_str(what),
            Self::Silent => f.write_str("no answer"),
            Self::NothingListens => f.write_str("nothing listens there"),
            Self::Unreachable(why) => write!(f, "unreachable: {why}"),
        }
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&list(&self.addresses))?;
        if !self.aliases.is_empty() {
            write!(f, " by way of {}", self.aliases.join(", "))?;
        }
        if let Some(other) = &self.other_family {
            write!(f, " ({other})")?;
        }
        Ok(())
    }
}

impl fmt::Display for SystemAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Found(addresses) => f.write_str(&list(addresses)),
            Self::Nothing => f.write_str("no address"),
            Self::Silent => f.write_str("no answer"),
        }
    }
}

/// Addresses, comma-separated.
pub fn list(addresses: &[IpAddr]) -> String {
    let shown: Vec<String> = addresses.iter().map(IpAddr::to_string).collect();
    shown.join(", ")
}

impl Answer {
    /// Its addresses; none where it has none.
    pub fn addresses(&self) -> &[IpAddr] {
        match self {
            Self::Found(found) => &found.addresses,
            _ => &[],
        }
    }

    /// Whether the server said anything at all.
    pub fn is_answer(&self) -> bool {
        !matches!(
            self,
            Self::Silent | Self::NothingListens | Self::Unreachable(_)
        )
    }
}

impl Resolved {
    /// This machine's addresses.
    pub fn system_addresses(&self) -> &[IpAddr] {
        match &self.system {
            SystemAnswer::Found(addresses) => addresses,
            _ => &[],
        }
    }

    /// Every address that anybody gave, each once: this machine's first.
    pub fn addresses(&self) -> Vec<IpAddr> {
        let mut seen = BTreeSet::new();
        let servers = self
            .servers
            .iter()
            .flat_map(|(_, answer)| answer.addresses());
        self.system_addresses()
            .iter()
            .chain(servers)
            .copied()
            .filter(|address| seen.insert(*address))
            .collect()
    }

    /// The answers of the servers that are known from there.
    pub fn from(&self, origin: Origin) -> impl Iterator<Item = &(Server, Answer)> {
        self.servers
            .iter()
            .filter(move |(server, _)| server.is(origin))
    }
}

/// Servers without doubles; what is known from several places is asked once.
pub fn merge(servers: impl IntoIterator<Item = Server>) -> Vec<Server> {
    let mut merged: Vec<Server> = Vec::new();
    for server in servers {
        match merged
            .iter_mut()
            .find(|known| known.address == server.address)
        {
            Some(known) => {
                known.origins.extend(server.origins);
                known.name = known.name.take().or(server.name);
            }
            None => merged.push(server),
        }
    }
    merged
}

/// Asks this machine's resolver and every server for names, side by side.
#[derive(Debug)]
pub struct Resolver {
    servers: Vec<Arc<server::Client>>,
    system: system::System,
    deadline: Instant,
}

impl Resolver {
    /// A resolver that gives up at the deadline.
    pub fn new(servers: Vec<Server>, deadline: Instant) -> Self {
        let clients = servers
            .into_iter()
            .map(|server| Arc::new(server::Client::new(server, deadline)))
            .collect();
        Self {
            servers: clients,
            system: system::System::new(deadline),
            deadline,
        }
    }

    /// Everything about one name.
    pub async fn resolve(&self, name: &str) -> Resolved {
        let mut asked = JoinSet::new();
        for (index, client) in self.servers.iter().enumerate() {
            let (client, name, deadline) = (Arc::clone(client), name.to_owned(), self.deadline);
            asked.spawn(async move {
                let answer = client.ask(&name, deadline).await;
                (index, client.server.clone(), answer)
            });
        }
        let system = self.system.addresses(name).await;
        let mut answers = asked.join_all().await;
        answers.sort_by_key(|(index, ..)| *index);
        Resolved {
            name: name.to_owned(),
            system,
            hosts_file: self.system.hosts_file(name),
            servers: answers
                .into_iter()
                .map(|(_, server, answer)| (server, answer))
                .collect(),
        }
    }
}
