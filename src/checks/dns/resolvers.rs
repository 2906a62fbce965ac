//! Whose word counts where resolvers disagree, what it comes to, and what to do about it.

use crate::{
    check::{Cause, Evidence},
    checks::network::{NameFacts, dns_rule},
    environment::Network,
    net::dns::{Answer, Origin, Resolved, Server, list},
};

pub(super) fn answers(resolved: &Resolved) -> String {
    let mut all = vec![format!("this machine: {}", resolved.system)];
    if !resolved.hosts_file.is_empty() {
        all.push(format!("hosts file: {}", list(&resolved.hosts_file)));
    }
    all.extend(
        resolved
            .servers
            .iter()
            .map(|(server, answer)| format!("{server}: {answer}")),
    );
    all.join("; ")
}

/// The first resolver whose word counts and that gave no address: who it is, why, and the server.
///
/// Servers named by a person count before all; without any, this machine's own resolver does. The
/// health network's count where `ptl.toml` says that this machine is on it.
pub(super) fn failed_decider<'a>(
    facts: &NameFacts,
    resolved: &'a Resolved,
) -> Option<(String, Cause, Option<&'a Server>)> {
    let failed = |(server, answer): &'a (Server, Answer)| {
        Some((server.to_string(), cause_of(answer)?, Some(server)))
    };
    if resolved.from(Origin::Named).next().is_some() {
        let mut all: Vec<_> = resolved.from(Origin::Named).filter_map(failed).collect();
        all.sort_by_key(|(_, cause, _)| std::cmp::Reverse(tells(*cause)));
        return all.into_iter().next();
    }
    if resolved.system_addresses().is_empty() && !is_rehearsal(resolved) {
        let who = "this machine's resolver".to_owned();
        return Some((who, system_cause(resolved), system_server(resolved)));
    }
    let needs_hscn = facts
        .terms
        .host
        .as_ref()
        .is_some_and(|host| host.network != Network::Internet);
    let said = resolved.addresses().is_empty() || (needs_hscn && facts.terms.hscn == Some(true));
    resolved
        .from(Origin::Profile)
        .filter(|_| said)
        .find_map(failed)
}

/// Whether the name is known only to a server on a port of its own: no machine's resolver can be set to one.
fn is_rehearsal(resolved: &Resolved) -> bool {
    resolved
        .from(Origin::Profile)
        .any(|(server, _)| server.address.port() != 53)
}

/// Why an answer is no address; nothing where it is one.
pub(in crate::checks) fn cause_of(answer: &Answer) -> Option<Cause> {
    Some(match answer {
        Answer::Found(_) => return None,
        Answer::NxDomain => Cause::DnsNxdomain,
        Answer::NoData => Cause::DnsNoData,
        Answer::ServFail => Cause::DnsServfail,
        Answer::Other(_) => Cause::DnsBroken,
        Answer::Refused => Cause::DnsRefused,
        Answer::Silent | Answer::NothingListens | Answer::Unreachable(_) => Cause::DnsSilent,
    })
}

/// This machine's resolver does not say why there is no address: its servers do.
pub(super) fn system_cause(resolved: &Resolved) -> Cause {
    resolved
        .from(Origin::System)
        .filter_map(|(_, answer)| cause_of(answer))
        .max_by_key(|cause| tells(*cause))
        .unwrap_or(Cause::DnsSilent)
}

fn system_server(resolved: &Resolved) -> Option<&Server> {
    let cause = system_cause(resolved);
    resolved
        .from(Origin::System)
        .find(|(_, answer)| cause_of(answer) == Some(cause))
        .map(|(server, _)| server)
}

/// How much a cause tells: an answer more than silence.
fn tells(cause: Cause) -> u8 {
    match cause {
        Cause::DnsNxdomain => 4,
        Cause::DnsNoData => 3,
        Cause::DnsRefused => 2,
        Cause::DnsServfail | Cause::DnsBroken => 1,
        _ => 0,
    }
}

pub(super) fn says(cause: Cause) -> &'static str {
    match cause {
        Cause::DnsNxdomain => "says that the name does not exist (NXDOMAIN)",
        Cause::DnsNoData => "knows the name but has no address for it",
        Cause::DnsServfail => "could not find out itself (SERVFAIL)",
        Cause::DnsRefused => "refuses to answer this machine (REFUSED)",
        Cause::DnsBroken => "gave an answer that cannot be used",
        _ => "does not answer",
    }
}

pub(super) fn advise(
    evidence: Evidence,
    facts: &NameFacts,
    resolved: &Resolved,
    cause: Cause,
    server: Option<&Server>,
) -> Evidence {
    let name = &resolved.name;
    let asked = match server {
        Some(server) if server.address.port() == 53 => {
            format!("`dig @{} {name}`", server.address.ip())
        }
        Some(server) => format!(
            "`dig @{} -p {} {name}`",
            server.address.ip(),
            server.address.port()
        ),
        None => format!("`getent ahosts {name}`"),
    };
    let evidence = evidence.with("answers", answers(resolved));
    let nhs = "NHS England's platforms desk";
    match (cause, server) {
        (Cause::DnsNxdomain, _) => evidence.hint(format!(
            "Check the spelling, and that the resolver knows HSCN's names, by {asked}; if HSCN's own says so too, ask {nhs}."
        )),
        (Cause::DnsNoData, _) => evidence.hint(format!(
            "Check by {asked} that it is the right name; ask {nhs} for its addresses."
        )),
        (Cause::DnsServfail, _) => evidence.hint(format!(
            "Ask whoever runs the resolver why it cannot resolve the name ({asked}): most often it cannot reach HSCN's."
        )),
        (Cause::DnsRefused, _) => evidence.hint(format!(
            "Ask whoever runs the resolver to answer this machine ({asked}), or use HSCN's resolvers."
        )),
        (Cause::DnsBroken, _) => evidence.hint(format!(
            "Look at the answer by {asked}, and once more with `+tcp`: a name server needs TCP too; then ask whoever runs the resolver."
        )),
        (_, Some(server)) => evidence.with("rule", dns_rule(server)).hint(format!(
            "Ask {} for this rule: {}; then try {asked}.",
            facts.terms.whom(),
            dns_rule(server)
        )),
        (_, None) => evidence.hint("Name HSCN's name servers in /etc/resolv.conf, or a resolver that forwards nhs.uk to them."),
    }
}
