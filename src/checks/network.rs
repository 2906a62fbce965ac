//! What the network checks judge: a host's name, the way to one address, what a server presented.

use std::{net::IpAddr, net::SocketAddr, sync::Arc};

use crate::{
    check::{Cause, Evidence, Outcome},
    environment::{Confidence, Network, Protocol, Provenance},
    net::{
        dns::{Resolved, Server},
        http::Exchange,
        target::Target,
        tcp::Connection,
        tls::Probe,
    },
    x509::Certificate,
};

/// What is known of a target besides what the network shows, and how much a failure weighs.
#[derive(Clone, Debug, Default)]
pub struct Terms {
    /// The profile's word on the host; `None` where it was named on the command line.
    pub host: Option<HostTerms>,
    /// Whether `ptl.toml` says that this machine is on the health network.
    pub hscn: Option<bool>,
    /// What was seen of the health network in this run.
    pub seen: HscnSeen,
}

/// What a run shows of the health network.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HscnSeen {
    /// Its name servers are silent.
    #[default]
    Nothing,
    /// Something answers at their addresses, but knows none of its names: it may be anybody.
    Answers,
    /// They know one of its names.
    Names,
}

/// What the profile says of a host.
#[derive(Clone, Debug)]
pub struct HostTerms {
    /// Which network it is reached by.
    pub network: Network,
    /// What is spoken there.
    pub protocol: Protocol,
    /// What it is for: `ssp`, `sds`, `crl`.
    pub purpose: String,
    /// Its addresses, where a source gives them.
    pub addresses: Vec<IpAddr>,
    /// Where the addresses come from.
    pub addresses_provenance: Provenance,
    /// Where the name comes from.
    pub provenance: Provenance,
}

/// A target's name: the subject is `host:port`.
#[derive(Clone, Debug)]
pub struct NameFacts {
    /// The target.
    pub target: Target,
    /// What its name resolved to; `None` where the target is an address.
    pub resolved: Option<Arc<Resolved>>,
    /// How much a failure weighs.
    pub terms: Arc<Terms>,
}

/// The way to one address of a target: the subject is `host:port address`.
#[derive(Clone, Debug)]
pub struct WayFacts {
    /// The target.
    pub target: Target,
    /// The address; `None` where none was found.
    pub address: Option<SocketAddr>,
    /// What came of connecting.
    pub connection: Option<Connection>,
    /// What came of the handshake, where the port is open.
    pub tls: Option<Probe>,
    /// What came of the request, where the port is open.
    pub http: Option<Exchange>,
    /// The certificates that the server presented, where it presented any.
    pub presented: Option<Presented>,
    /// Our own certificate, where there is one to show.
    pub ours: Option<Arc<Vec<Arc<Certificate>>>>,
    /// How much a failure weighs.
    pub terms: Arc<Terms>,
}

/// A server's chain, and how the trusted CAs judge it.
#[derive(Clone, Debug)]
pub struct Presented {
    /// The certificates that could be read, in the order in which they were sent. Never empty.
    pub chain: Vec<Arc<Certificate>>,
    /// What is wrong with those that could not be read.
    pub unreadable: Vec<String>,
    /// The trusted CAs; empty where none are known.
    pub anchors: Arc<Vec<Arc<Certificate>>>,
    /// What they make of it.
    pub trust: Trust,
}

/// What the trusted CAs make of a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trust {
    /// No CA is known to trust, or it could not be judged, for this reason.
    Unknown(String),
    /// A path reaches this one.
    Reached(String),
    /// None does: everything against the path that came closest, with a sentence for each.
    Refused(Vec<(Cause, String)>),
}

impl Terms {
    /// Why this machine may not be on the health network, if that is not certain.
    fn off_hscn(&self) -> Option<&'static str> {
        match (self.hscn, self.seen) {
            (Some(true), _) | (None, HscnSeen::Names) => None,
            (Some(false), _) => Some("ptl.toml says that this machine is not on HSCN"),
            (None, HscnSeen::Nothing) => {
                Some("this machine seems not to be on HSCN (none of HSCN's name servers answered)")
            }
            (None, HscnSeen::Answers) => Some(
                "this machine seems not to be on HSCN (what answers at the addresses of HSCN's name servers knows none of its names)",
            ),
        }
    }

    /// Why a failure to get through must not count as one.
    fn doubt(&self) -> Option<String> {
        let host = self.host.as_ref()?;
        if host.network != Network::Internet
            && let Some(why) = self.off_hscn()
        {
            return Some(format!(
                "It cannot be told from here: {why}; `hscn = true` under [network] in ptl.toml says that it is."
            ));
        }
        unsure(&host.provenance, "the host")
    }

    /// A failure to get through, or where it cannot be counted as one, an open question with the same cause.
    pub fn weigh(&self, cause: Cause, evidence: Evidence) -> Outcome {
        weigh(self.doubt(), cause, evidence)
    }

    /// As [`Terms::weigh`], where no resolver gave an address.
    pub fn weigh_nameless(&self, cause: Cause, evidence: Evidence) -> Outcome {
        let on_internet = self
            .host
            .as_ref()
            .is_some_and(|host| host.network == Network::Internet);
        let doubt = on_internet.then(|| {
            "The host is on the internet, whose names this machine seems not to see, so it cannot be told from here.".to_owned()
        });
        weigh(doubt.or_else(|| self.doubt()), cause, evidence)
    }

    /// Whom to ask about the way there.
    pub fn whom(&self) -> &'static str {
        match self.host.as_ref().map(|host| host.network) {
            Some(Network::Hscn) => "your firewall team, then your HSCN supplier",
            _ => "your firewall team",
        }
    }

    /// Whether both sides show a certificate there, by the profile.
    pub fn is_mutual(&self) -> bool {
        self.host
            .as_ref()
            .is_some_and(|host| host.protocol == Protocol::MutualTls)
    }
}

/// Turns a failure into an open question where there is a doubt.
pub fn weigh(doubt: Option<String>, cause: Cause, mut evidence: Evidence) -> Outcome {
    match doubt {
        None => Outcome::Fail(cause, evidence),
        Some(doubt) => {
            evidence.seen = format!("{} {doubt}", evidence.seen);
            Outcome::Undetermined(Some(cause), evidence)
        }
    }
}

/// Why a fact is not sure enough for a failure to rest on it.
pub fn unsure(provenance: &Provenance, what: &str) -> Option<String> {
    if provenance.can_fail() {
        return None;
    }
    let why = match (&provenance.conflict, provenance.old) {
        (Some(conflict), _) => format!("sources disagree ({conflict})"),
        (None, true) => "the source is old".to_owned(),
        (None, false) if provenance.confidence == Confidence::C => {
            "only a third party says so".to_owned()
        }
        (None, false) => "it is inferred".to_owned(),
    };
    Some(format!(
        "What is known of {what} is not sure enough to fail on: {why}; source: {}.",
        provenance.source
    ))
}

/// The rule to ask for, ready to paste into a change request.
pub fn rule(protocol: &str, source: Option<IpAddr>, to: SocketAddr, name: Option<&str>) -> String {
    let source = source.map_or_else(|| "this machine".to_owned(), |it| it.to_string());
    let name = name.map_or_else(String::new, |name| format!(" ({name})"));
    format!(
        "allow outbound {protocol} from {source} to {}{name} port {}",
        to.ip(),
        to.port()
    )
}

/// The rule for questions to a name server.
pub fn dns_rule(server: &Server) -> String {
    rule(
        "UDP and TCP",
        server.source,
        server.address,
        server.name.as_deref(),
    )
}

impl WayFacts {
    /// The rule to ask for.
    pub fn rule(&self) -> Option<String> {
        let connection = self.connection.as_ref()?;
        Some(rule(
            "TCP",
            connection.source,
            self.address?,
            self.target.place.name(),
        ))
    }

    /// How `openssl s_client` is told where to go: by the address, since the name may be known to ptl's
    /// resolvers alone.
    pub fn s_client(&self) -> String {
        let name = self.target.place.name();
        let name = name.map_or_else(String::new, |name| format!(" -servername {name}"));
        format!("openssl s_client -connect {}{name}", self.shown())
    }

    /// The address without a port, or the target's place where none is known.
    pub fn host(&self) -> String {
        match self.address {
            Some(address) => address.ip().to_string(),
            None => self.target.place.to_string(),
        }
    }

    /// The address alone, for sentences.
    pub fn shown(&self) -> String {
        match self.address {
            Some(address) => address.to_string(),
            None => self.target.to_string(),
        }
    }
}

/// Facts made by hand, for the tests of the network checks.
#[cfg(test)]
pub(crate) mod made {
    use std::time::Duration;

    use super::*;
    use crate::{
        check::{Context, Selection},
        environment::Confidence,
        net::{dns::Answer, tcp::Opening},
    };

    /// A provenance of this confidence.
    pub(crate) fn provenance(confidence: Confidence) -> Provenance {
        Provenance {
            source: "a test".to_owned(),
            confidence,
            old: false,
            conflict: None,
        }
    }

    /// What a profile says of a host on this network.
    pub(crate) fn host(network: Network) -> HostTerms {
        HostTerms {
            network,
            protocol: Protocol::MutualTls,
            purpose: "ssp".to_owned(),
            addresses: Vec::new(),
            addresses_provenance: provenance(Confidence::A),
            provenance: provenance(Confidence::A),
        }
    }

    /// The way to a target, with what came of connecting.
    pub(crate) fn way(opening: Opening, terms: Terms) -> WayFacts {
        WayFacts {
            target: Target::parse("msg.nhs.uk:443").expect("a target"),
            address: Some(([10, 0, 0, 1], 443).into()),
            connection: Some(Connection {
                opening,
                source: Some([10, 9, 9, 9].into()),
                took: Duration::from_secs(3),
            }),
            tls: None,
            http: None,
            presented: None,
            ours: None,
            terms: Arc::new(terms),
        }
    }

    /// An answer of these addresses.
    pub(crate) fn found(addresses: &[[u8; 4]]) -> Answer {
        Answer::Found(crate::net::dns::Found {
            addresses: addresses.iter().map(|address| (*address).into()).collect(),
            ..Default::default()
        })
    }

    /// Runs a check's function as of today, without environment and install.
    pub(crate) fn judge<F>(run: fn(&F, &Context<'_>) -> Outcome, facts: &F) -> Outcome {
        let selection = Selection::default();
        let context = Context {
            at: jiff::Timestamp::UNIX_EPOCH,
            environment: None,
            install: None,
            selection: &selection,
        };
        run(facts, &context)
    }

    /// The cause of a failure.
    #[track_caller]
    pub(crate) fn failed(outcome: Outcome) -> Cause {
        match outcome {
            Outcome::Fail(cause, _) => cause,
            other => panic!("no failure: {other:?}"),
        }
    }

    /// The cause of an open question.
    #[track_caller]
    pub(crate) fn open(outcome: Outcome) -> Option<Cause> {
        match outcome {
            Outcome::Undetermined(cause, _) => cause,
            other => panic!("not open: {other:?}"),
        }
    }
}
