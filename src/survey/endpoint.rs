//! Our own endpoint as a caller sees it: every address of its name is visited, and what it showed is judged.

mod files;
mod generations;
mod install;
mod recorded;

use std::{sync::Arc, time::Duration};

use super::chain::{Lists, check_chain, shared};
use crate::{
    check::{self, Cause, Context, Finding, Mark},
    checks::{
        chain::{self, Place},
        dns,
        endpoint::{ACCEPTED, ADDRESS, ADDRESSES, AddressesFacts, EndpointFacts, SENT, Wanted},
        network::{NameFacts, WayFacts},
        path, peer, tcp, tls,
    },
    config::Endpoint,
    environment::Environment,
    error::{Error, Result},
    net::{
        dns::Server,
        reach::{Plan, Reached as Visited, Way, reach},
        target::{Speech, Target},
        tls::Identity,
    },
    x509::{Certificate, path::Judge},
};

pub use files::{Plain, of_files};
pub use install::of_install;
pub use recorded::{Evidence, Record};

/// Where to go, and whom to ask for the way.
#[derive(Clone, Debug)]
pub struct Connect {
    host: Target,
    sni: Option<String>,
    servers: Vec<Server>,
    timeout: Duration,
}

impl Connect {
    /// To a host and port as a person writes them, with the name to send in place of the usual one, the
    /// name servers to ask besides this machine's own, and one deadline for everything.
    ///
    /// # Errors
    /// Where the host is none, or more stands there than a host and a port.
    pub fn new(
        to: &str,
        sni: Option<String>,
        servers: Vec<Server>,
        timeout: Duration,
    ) -> Result<Self> {
        let host = Target::endpoint(to).map_err(|problem| {
            Error::input(format!("--connect: `{}`: {problem}", to.escape_debug()))
                .hint("Write the host and, if it is not 443, the port: `--connect example.thirdparty.nhs.uk` or `--connect [::1]:8443`.")
        })?;
        Ok(Self {
            host,
            sni,
            servers,
            timeout,
        })
    }

    /// The endpoint; name and path are what a caller of it sends where nothing else is said.
    fn target(&self, usual_name: Option<&str>, path: &str) -> Target {
        let name = self.sni.as_deref().or(usual_name);
        Target {
            speech: Speech::Visit {
                name: name.map(str::to_owned),
                path: path.to_owned(),
            },
            ..self.host.clone()
        }
    }
}

/// A visit of every address of an endpoint, and what to judge it by.
struct Visit<'a> {
    target: Target,
    servers: Vec<Server>,
    timeout: Duration,
    identity: Option<Identity>,
    /// What is shown to the endpoint of that; found out when the visit begins.
    ours: Vec<Arc<Certificate>>,
    wanted: Arc<Wanted>,
    /// Judges the chain as it is shown.
    judge: Judge,
    /// Revocation lists, which say nothing before it is known what is shown.
    lists: Lists,
    /// CAs that help to find the path, though they were not sent.
    at_hand: Vec<Arc<Certificate>>,
    environment: Option<(&'a Environment, &'a Endpoint, Place)>,
}

impl Visit<'_> {
    async fn findings(mut self, context: &Context<'_>) -> Result<Vec<Finding>> {
        if context.selection.offline {
            return Ok(skipped(&self.target.to_string(), context));
        }
        self.ours = self.identity.iter().flat_map(sent_by).collect();
        let outcome = reach(Plan {
            targets: vec![self.target.clone()],
            names: Vec::new(),
            servers: std::mem::take(&mut self.servers),
            identity: self.identity.take(),
            timeout: self.timeout,
        })
        .await
        .map_err(|error| {
            Error::input("OpenSSL does not take our certificate and key for a handshake")
                .because(error)
                .hint("Check that they belong together: `ptl check-chain --cert F --key F`.")
        })?;
        self.read_lists(&outcome.targets)?;
        let mut findings = Vec::new();
        for visited in &outcome.targets {
            findings.extend(self.judged(visited, context)?);
        }
        Ok(findings)
    }

    /// Looks up in the lists what was shown.
    fn read_lists(&mut self, targets: &[Visited]) -> Result<()> {
        let mut at_hand = self.at_hand.clone();
        at_hand.extend(self.judge.anchors().iter().cloned());
        for way in targets.iter().flat_map(|visited| &visited.ways) {
            at_hand.extend(self.endpoint_facts(Some(way), "").presented);
        }
        let policy = self.lists.join(self.judge.policy().clone(), &at_hand)?;
        self.judge = Judge::new(self.judge.anchors().to_vec(), policy)?;
        Ok(())
    }

    fn judged(&self, visited: &Visited, context: &Context<'_>) -> Result<Vec<Finding>> {
        let subject = visited.target.to_string();
        let named = judged_name(visited, &subject, context);
        let mut findings = named.clone();
        let mut shown = Vec::new();
        for way in &visited.ways {
            let facts = self.endpoint_facts(Some(way), &subject);
            shown.push((facts.address.clone(), facts.presented.first().cloned()));
            let about = match visited.resolved {
                Some(_) => format!("{subject} {}", way.address.ip()),
                None => subject.clone(),
            };
            let way = way_facts(visited, Some(way));
            findings.extend(self.way(&about, &way, &facts, &named, context)?);
        }
        if visited.ways.is_empty() {
            let facts = self.endpoint_facts(None, &subject);
            let way = way_facts(visited, None);
            findings.extend(self.way(&subject, &way, &facts, &named, context)?);
        }
        let all = AddressesFacts { shown };
        findings.extend(check::run_after(&named, ADDRESSES, &subject, &all, context));
        Ok(findings)
    }

    /// One address: the way there, what it shows and asks, the chain, and each generation.
    fn way(
        &self,
        subject: &str,
        way: &WayFacts,
        facts: &EndpointFacts,
        named: &[Finding],
        context: &Context<'_>,
    ) -> Result<Vec<Finding>> {
        let mut findings = named.to_vec();
        for table in [tcp::CONNECTION, tls::HANDSHAKE] {
            let more = check::run_after(&findings, table, subject, way, context);
            findings.extend(more);
        }
        let more = check::run_after(&findings, ADDRESS, subject, facts, context);
        findings.extend(more);
        findings.drain(..named.len());
        let chain = self.chain(subject, facts, context)?;
        let generations = self.generations(subject, facts, &findings, context)?;
        findings.extend(chain);
        findings.extend(generations);
        Ok(findings)
    }

    /// The chain as it was shown.
    fn chain(
        &self,
        subject: &str,
        facts: &EndpointFacts,
        context: &Context<'_>,
    ) -> Result<Vec<Finding>> {
        if facts.presented.is_empty() {
            let selection = context.selection;
            let mut findings = check::skipped(path::CHECKS, subject, NOTHING, selection);
            findings.extend(check::skipped(chain::CHECKS, subject, NOTHING, selection));
            findings.extend(check::skipped(peer::CHECKS, subject, NOTHING, selection));
            return Ok(findings);
        }
        let place = self.environment.as_ref().map(|(.., place)| place.clone());
        let shown = facts.presented.clone();
        let judge = &self.judge;
        let mut findings = check_chain(
            judge,
            subject,
            shown,
            &self.at_hand,
            Vec::new(),
            place,
            context,
        )?;
        // The hint of files names flags; what an endpoint leaves out, its server must send.
        for finding in &mut findings {
            if finding.outcome == Mark::Fail && finding.cause == Some(Cause::IssuerMissing) {
                finding.hint = Some(SEND_IT.to_owned());
            }
        }
        Ok(findings)
    }

    fn endpoint_facts(&self, way: Option<&Way>, subject: &str) -> EndpointFacts {
        let handshake = way.and_then(|way| Some(way.tls.as_ref()?.best().clone()));
        let sent = handshake.iter().flat_map(|handshake| &handshake.chain);
        // One that cannot be read ends the chain for every caller.
        let presented = sent.map_while(|der| Certificate::from_der(der).ok());
        EndpointFacts {
            address: way.map_or_else(|| subject.to_owned(), |way| way.address.to_string()),
            presented: presented.map(Arc::new).collect(),
            handshake,
            wanted: Arc::clone(&self.wanted),
        }
    }
}

/// Why a chain and its generations are not judged.
const NOTHING: &str = "no certificate was presented";

const SEND_IT: &str = "If the missing one is a sub CA, let the server send it: append it to its chain file and reload; if it is the root, add that to the trusted certificates.";

/// What became of the endpoint's name; nothing where it is an address.
fn judged_name(visited: &Visited, subject: &str, context: &Context<'_>) -> Vec<Finding> {
    if visited.resolved.is_none() {
        return Vec::new();
    }
    let facts = NameFacts {
        target: visited.target.clone(),
        resolved: visited.resolved.clone(),
        terms: Arc::default(),
    };
    check::run(dns::NAME, subject, &facts, context)
}

fn sent_by(identity: &Identity) -> Vec<Arc<Certificate>> {
    let leaf = std::iter::once(&identity.certificate);
    shared(leaf.chain(&identity.chain).cloned().collect())
}

fn way_facts(visited: &Visited, way: Option<&Way>) -> WayFacts {
    WayFacts {
        target: visited.target.clone(),
        address: way.map(|way| way.address),
        connection: way.map(|way| way.connection.clone()),
        tls: way.and_then(|way| way.tls.clone()),
        http: None,
        presented: None,
        ours: None,
        terms: Arc::default(),
    }
}

/// Every check on the endpoint, as skipped.
fn skipped(subject: &str, context: &Context<'_>) -> Vec<Finding> {
    let reason = "needs a network, and --offline was given";
    let selection = context.selection;
    [
        check::skipped(dns::NAME, subject, reason, selection),
        check::skipped(tcp::CONNECTION, subject, reason, selection),
        check::skipped(tls::HANDSHAKE, subject, reason, selection),
        check::skipped(ADDRESS, subject, reason, selection),
        check::skipped(ADDRESSES, subject, reason, selection),
        check::skipped(SENT, subject, reason, selection),
        check::skipped(ACCEPTED, subject, reason, selection),
        check::skipped(path::CHECKS, subject, reason, selection),
        check::skipped(chain::CHECKS, subject, reason, selection),
    ]
    .concat()
}
