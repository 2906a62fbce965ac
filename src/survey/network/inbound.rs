//! The way in: where calls come from, and whether our port is open here.

use std::{net::IpAddr, sync::Arc};

use super::terms;
use crate::{
    check::{self, Finding},
    checks::{
        inbound::{INBOUND, InboundFacts, Source},
        network::{HscnSeen, Terms},
    },
    environment::{Direction, Host, Role},
    net::{
        dns::Resolved,
        listener::{is_local, listening},
        reach::Outcome,
    },
    survey::Subject,
};

/// The port of every endpoint (NRL, guidance_security: 443 and no other).
const PORT: u16 = 443;

/// What to find out about the way in.
pub(super) struct Inbound<'a> {
    /// What calls come from, by name; the profile's host where it is one.
    sources: Vec<(String, Option<&'a Host>)>,
    /// The endpoint's own name.
    fqdn: Option<&'a str>,
    /// Whether calls come in at all.
    binds: bool,
}

/// What a subject's way in is.
pub(super) fn plan<'a>(subject: &Subject<'a>) -> Inbound<'a> {
    let own = subject
        .endpoint
        .map_or(&[][..], |endpoint| &endpoint.msg_out);
    let profile = subject.environment.hosts.iter().filter(|host| {
        host.direction == Direction::In
            && host.is_needed_by(&subject.install.service, subject.install.role)
    });
    let sources = if own.is_empty() {
        profile
            .map(|host| (host.name.clone(), Some(host)))
            .collect()
    } else {
        own.iter().map(|source| (source.clone(), None)).collect()
    };
    Inbound {
        sources,
        fqdn: subject
            .endpoint
            .and_then(|endpoint| endpoint.fqdn.as_deref()),
        binds: subject.install.role == Role::Provider,
    }
}

impl Inbound<'_> {
    /// The names to resolve.
    pub(super) fn names(&self) -> Vec<String> {
        if !self.binds {
            return Vec::new();
        }
        let named = self.sources.iter().map(|(source, _)| source.as_str());
        named
            .filter(|source| is_name(source))
            .chain(self.fqdn)
            .map(str::to_owned)
            .collect()
    }

    /// What was found out, judged.
    pub(super) async fn findings(
        &self,
        subject: &Subject<'_>,
        outcome: &Outcome,
        seen: HscnSeen,
    ) -> Vec<Finding> {
        if !self.binds {
            return Vec::new();
        }
        let context = subject.context();
        let fqdn = self.fqdn.unwrap_or("the endpoint");
        let shown = |source: &str| format!("{source} -> {fqdn}:{PORT}");
        if context.selection.offline {
            let reason = "needs a network, and --offline was given";
            let subject = shown("Spine");
            return check::skipped(INBOUND, &subject, reason, context.selection);
        }
        let resolved = |name: &str| outcome.names.iter().find(|it| it.name == name);
        let addresses: Vec<IpAddr> = self
            .fqdn
            .and_then(resolved)
            .map_or_else(Vec::new, |it| it.addresses());
        let listening = listening(PORT).await;
        let facts = |source, host: Option<&Host>| InboundFacts {
            source,
            fqdn: self.fqdn.map(str::to_owned),
            port: PORT,
            is_here: addresses.iter().any(|address| is_local(*address)),
            addresses: addresses.clone(),
            listening,
            terms: Arc::new(Terms {
                host: host.map(terms),
                hscn: subject.install.network.hscn,
                seen,
            }),
        };
        let judged =
            |name: &str, facts: InboundFacts| check::run(INBOUND, &shown(name), &facts, &context);
        if self.sources.is_empty() {
            let source = Source::Unknown(gap(subject));
            return judged("Spine", facts(source, None));
        }
        let mut findings = Vec::new();
        for (name, host) in &self.sources {
            findings.extend(judged(name, facts(source(name, resolved(name)), *host)));
        }
        findings
    }
}

fn source(name: &str, resolved: Option<&Arc<Resolved>>) -> Source {
    match resolved {
        Some(resolved) => Source::Host(Arc::clone(resolved)),
        None => Source::Given(name.to_owned()),
    }
}

/// Addresses and ranges are taken as they are; all else is looked up.
fn is_name(source: &str) -> bool {
    source.contains(|character: char| character.is_ascii_alphabetic())
        && !source.contains([':', '/'])
}

fn gap(subject: &Subject<'_>) -> String {
    let gaps = &subject.environment.gaps;
    gaps.iter()
        .find(|gap| gap.what == "msg-out")
        .map_or_else(String::new, |gap| gap.note.clone())
}
