//! The network: hosts of the environment or targets of the command line, collected at once and judged.

mod inbound;
mod trust;

use std::{sync::Arc, time::Duration};

use super::{Subject, install};
use crate::{
    check::{self, Context, Finding},
    checks::{
        dns, http,
        inbound::INBOUND,
        network::{HostTerms, HscnSeen, NameFacts, Terms, WayFacts},
        tcp, tls,
    },
    config::Endpoint,
    environment::{Direction, Host, Network, Protocol},
    error::{Error, Result},
    files,
    net::{
        dns::{Origin, Resolved, Server, merge, read_system_servers},
        reach::{Outcome, Plan, Reached, Way, reach},
        target::{Speech, Target},
        tls::Identity,
    },
    x509::{self, Certificate},
};

pub use trust::Trusted;

/// What to reach, and with what.
#[derive(Debug)]
pub struct Probe {
    /// The targets, and what the profile says of them where they are its hosts.
    pub targets: Vec<(Target, Option<HostTerms>)>,
    /// Name servers to ask besides this machine's own.
    pub servers: Vec<Server>,
    /// Our own certificate, for servers that ask for one.
    pub identity: Option<Identity>,
    /// The CAs that servers are judged by.
    pub trusted: Trusted,
    /// Whether this machine is on the health network, where that is said.
    pub hscn: Option<bool>,
    /// One deadline for everything.
    pub timeout: Duration,
}

/// Reaches the targets and judges what came.
///
/// # Errors
/// Where OpenSSL does not take our own certificate, or cannot judge at all.
pub async fn probe(probe: Probe, context: &Context<'_>) -> Result<Vec<Finding>> {
    let (findings, ..) = probe.run(Vec::new(), context).await?;
    Ok(findings)
}

/// What the command line adds to an install, or puts in the place of what it says.
#[derive(Debug, Default)]
pub struct Extras {
    /// More targets.
    pub targets: Vec<Target>,
    /// More name servers.
    pub servers: Vec<Server>,
    /// The CAs to judge by, in place of the install's.
    pub trusted: Option<Trusted>,
    /// Our own certificate, in place of the install's.
    pub identity: Option<Identity>,
    /// Every host, and not only those that role and service need.
    pub all: bool,
}

/// The hosts of the environment that role and service need, and the way in.
///
/// # Errors
/// As [`probe`], and where the profile or `ptl.toml` names a host that is no host's name.
pub async fn findings(subject: &Subject<'_>, extras: Extras) -> Result<Vec<Finding>> {
    let context = subject.context();
    let mut known = install::hosts(subject);
    if !is_wanted(&context) {
        return Ok(known);
    }
    let mut targets = hosts(subject, extras.all)?;
    targets.extend(extras.targets.into_iter().map(|target| (target, None)));
    let inbound = inbound::plan(subject);
    let endpoint = subject.endpoint;
    let files = endpoint.map_or(&[][..], |endpoint| &endpoint.trust);
    // Offline, nothing of this is used: no route is looked up, no key is read.
    let online = !subject.selection.offline;
    let own = endpoint.filter(|_| online);
    let wanted = Probe {
        targets,
        servers: if online {
            servers(subject, extras.servers)
        } else {
            Vec::new()
        },
        identity: extras.identity.or_else(|| identity(own?)),
        trusted: extras
            .trusted
            .unwrap_or_else(|| Trusted::of_install(files, subject.at)),
        hscn: subject.install.network.hscn,
        timeout: subject.timeout,
    };
    let (findings, outcome, seen) = wanted.run(inbound.names(), &context).await?;
    known.extend(findings);
    known.extend(inbound.findings(subject, &outcome, seen).await);
    Ok(known)
}

/// What `ptl.toml` says of our certificate, where it can be read without a passphrase.
///
/// What is wrong with the files is for the checks of the chain to report.
fn identity(endpoint: &Endpoint) -> Option<Identity> {
    let path = endpoint.key.as_ref()?;
    let bytes = files::read_secret(path).ok()?;
    if x509::key::needs_passphrase(&bytes) {
        return None;
    }
    let key = x509::key::read_private(&bytes, None, &path.display().to_string()).ok()?;
    let mut sent = x509::certificates(endpoint.certificate.as_ref()?).ok()?;
    if let Some(file) = &endpoint.chain {
        sent.extend(x509::certificates(file).unwrap_or_default());
    }
    Identity::of(sent, key)
}

/// Whether the selection includes any check of the network.
fn is_wanted(context: &Context<'_>) -> bool {
    let of_ways = [
        tcp::CONNECTION,
        tls::HANDSHAKE,
        tls::CLIENT,
        tls::CHAIN,
        tls::LEAF,
        http::ANSWER,
    ];
    let ways = of_ways.into_iter().flatten().map(|check| check.meta.id);
    let names = dns::NAME.iter().map(|check| check.meta.id);
    let inbound = INBOUND.iter().map(|check| check.meta.id);
    ways.chain(names)
        .chain(inbound)
        .any(|id| context.selection.includes(id))
}

fn hosts(subject: &Subject<'_>, all: bool) -> Result<Vec<(Target, Option<HostTerms>)>> {
    let install = subject.install;
    let needed = |host: &&Host| {
        host.direction == Direction::Out
            && (all || host.is_needed_by(&install.service, install.role))
    };
    let known = match subject.endpoint {
        Some(endpoint) => endpoint.hosts(subject.environment),
        None => subject.environment.hosts.clone(),
    };
    let hosts = known.iter().filter(needed);
    hosts
        .map(|host| Ok((target(host)?, Some(terms(host)))))
        .collect()
}

fn target(host: &Host) -> Result<Target> {
    let speech = match host.protocol {
        Protocol::Http => Speech::Http {
            path: host.path.clone().unwrap_or_else(|| "/".to_owned()),
        },
        Protocol::Tls | Protocol::MutualTls => Speech::Tls {
            asks: host.purpose != "sds",
        },
    };
    let name = &host.name;
    Target::new(name, host.port, speech).map_err(|problem| {
        Error::input(format!("`{name}` cannot be reached: {problem}"))
            .hint("Correct the name in the profile or in ptl.toml.")
    })
}

fn terms(host: &Host) -> HostTerms {
    HostTerms {
        network: host.network,
        protocol: host.protocol,
        purpose: host.purpose.clone(),
        addresses: host.addresses.clone(),
        addresses_provenance: host.addresses_provenance().clone(),
        provenance: host.provenance.clone(),
    }
}

/// Those of the command line and of `ptl.toml`, the profile's, and this machine's own.
fn servers(subject: &Subject<'_>, more: Vec<Server>) -> Vec<Server> {
    let named = Server::named(&subject.install.network);
    let profile = Server::of_profile(subject.environment);
    merge(
        more.into_iter()
            .chain(named)
            .chain(profile)
            .chain(read_system_servers()),
    )
}

impl Probe {
    async fn run(
        self,
        names: Vec<String>,
        context: &Context<'_>,
    ) -> Result<(Vec<Finding>, Outcome, HscnSeen)> {
        let (targets, hosts): (Vec<Target>, Vec<_>) = self.targets.into_iter().unzip();
        if context.selection.offline {
            let findings = targets.iter().flat_map(|it| skipped(it, context)).collect();
            return Ok((findings, Outcome::default(), HscnSeen::Nothing));
        }
        let ours = self.identity.as_ref().map(|identity| {
            let leaf = std::iter::once(&identity.certificate);
            Arc::new(
                leaf.chain(&identity.chain)
                    .cloned()
                    .map(Arc::new)
                    .collect::<Vec<_>>(),
            )
        });
        let outcome = reach(Plan {
            targets,
            names,
            servers: self.servers,
            identity: self.identity,
            timeout: self.timeout,
        })
        .await
        .map_err(|error| {
            Error::input("OpenSSL does not take our certificate and key for a handshake")
                .because(error)
                .hint("Check that they belong together: `ptl check-chain --cert F --key F`.")
        })?;
        let seen = health_network(&outcome, &hosts);
        let judge = self.trusted.judge()?;
        let mut findings = Vec::new();
        for (reached, host) in outcome.targets.iter().zip(hosts) {
            let terms = Arc::new(Terms {
                host,
                hscn: self.hscn,
                seen,
            });
            findings.extend(judged(reached, terms, ours.as_ref(), &judge, context));
        }
        Ok((findings, outcome, seen))
    }
}

/// What a run shows of the health network: the names of the internet prove nothing.
fn health_network(outcome: &Outcome, hosts: &[Option<HostTerms>]) -> HscnSeen {
    let is_inside = |host: &Option<HostTerms>| {
        host.as_ref()
            .is_some_and(|host| host.network != Network::Internet)
    };
    let inside = outcome.targets.iter().zip(hosts);
    let inside = inside
        .filter(|(_, host)| is_inside(host))
        .filter_map(|(reached, _)| reached.resolved.as_ref());
    let answers: Vec<_> = inside
        .chain(&outcome.names)
        .flat_map(|resolved: &Arc<Resolved>| resolved.from(Origin::Profile))
        .map(|(_, answer)| answer)
        .collect();
    if answers.iter().any(|answer| !answer.addresses().is_empty()) {
        HscnSeen::Names
    } else if answers.iter().any(|answer| answer.is_answer()) {
        HscnSeen::Answers
    } else {
        HscnSeen::Nothing
    }
}

fn skipped(target: &Target, context: &Context<'_>) -> Vec<Finding> {
    let (subject, selection) = (target.to_string(), context.selection);
    let reason = "needs a network, and --offline was given";
    let mut findings = check::skipped(dns::NAME, &subject, reason, selection);
    for table in tables(target) {
        findings.extend(check::skipped(table, &subject, reason, selection));
    }
    findings
}

/// The tables that a way to a target is judged by, each after the one before.
fn tables(target: &Target) -> Vec<&'static [check::Check<WayFacts>]> {
    let mut tables = vec![tcp::CONNECTION];
    match target.speech {
        Speech::Tcp => {}
        Speech::Http { .. } => tables.push(http::ANSWER),
        Speech::Tls { .. } | Speech::Visit { .. } => {
            tables.extend([tls::HANDSHAKE, tls::CLIENT, tls::CHAIN, tls::LEAF]);
        }
    }
    tables
}

fn judged(
    reached: &Reached,
    terms: Arc<Terms>,
    ours: Option<&Arc<Vec<Arc<Certificate>>>>,
    judge: &trust::Judge,
    context: &Context<'_>,
) -> Vec<Finding> {
    let name = NameFacts {
        target: reached.target.clone(),
        resolved: reached.resolved.clone(),
        terms: Arc::clone(&terms),
    };
    let subject = reached.target.to_string();
    let named = match reached.resolved {
        Some(_) => check::run(dns::NAME, &subject, &name, context),
        // An address: there is no name to say anything about.
        None => Vec::new(),
    };
    let mut ways: Vec<Option<&Way>> = reached.ways.iter().map(Some).collect();
    if ways.is_empty() {
        ways.push(None);
    }
    let mut findings = named.clone();
    for way in ways {
        let facts = way_facts(reached, way, &terms, ours, judge);
        let subject = match (way, &reached.resolved) {
            (Some(way), Some(_)) => format!("{} {}", reached.target, way.address.ip()),
            _ => subject.clone(),
        };
        let mut of_way = named.clone();
        for table in tables(&reached.target) {
            of_way.extend(check::run_after(&of_way, table, &subject, &facts, context));
        }
        findings.extend(of_way.drain(named.len()..));
    }
    findings
}

fn way_facts(
    reached: &Reached,
    way: Option<&Way>,
    terms: &Arc<Terms>,
    ours: Option<&Arc<Vec<Arc<Certificate>>>>,
    judge: &trust::Judge,
) -> WayFacts {
    let tls = way.and_then(|way| way.tls.clone());
    let presented = tls
        .as_ref()
        .and_then(|probe| judge.presented(&probe.best().chain, terms.host.as_ref()));
    WayFacts {
        target: reached.target.clone(),
        address: way.map(|way| way.address),
        connection: way.map(|way| way.connection.clone()),
        http: way.and_then(|way| way.http.clone()),
        tls,
        presented,
        ours: ours.cloned(),
        terms: Arc::clone(terms),
    }
}
