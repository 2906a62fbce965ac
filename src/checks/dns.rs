//! DNS-*: a host's name and its addresses, by every resolver that matters.

mod resolvers;

pub(super) use resolvers::cause_of;

use std::{collections::BTreeSet, net::IpAddr};

use resolvers::{advise, answers, failed_decider, says, system_cause};

use super::network::{NameFacts, unsure, weigh};
use crate::{
    check::{Cause, Check, CheckId, Context, Evidence, Layer, Meta, Outcome, Severity},
    net::dns::{Answer, Resolved, SystemAnswer, list},
};

/// The checks of a host's name; the subject is `host:port`.
pub static NAME: &[Check<NameFacts>] = &[
    Check {
        meta: Meta {
            id: HAS_AN_ADDRESS,
            title: "the host's name has an address",
            severity: Severity::Error,
            layer: Layer::Dns,
            source: "RFC 1035 section 4.1.1; NHS Digital, HSCN consumer handbook, Live HSCN (DNS)",
            hint: "Ask a name server of HSCN for the name: `dig @SERVER NAME`.",
            requires: &[],
        },
        run: has_an_address,
    },
    Check {
        meta: Meta {
            id: CheckId("DNS-002"),
            title: "every resolver that counts knows the name",
            severity: Severity::Error,
            layer: Layer::Dns,
            source: "RFC 1035 section 4.1.1; NHS Digital, HSCN consumer handbook, Live HSCN (DNS)",
            hint: "Compare the resolvers: `dig @SERVER NAME`, and `getent ahosts NAME` for this machine.",
            requires: &[HAS_AN_ADDRESS],
        },
        run: every_resolver_knows_it,
    },
    Check {
        meta: Meta {
            id: CheckId("DNS-003"),
            title: "the hosts file agrees with the name servers",
            severity: Severity::Error,
            layer: Layer::Dns,
            source: "RFC 952; hosts(5): an entry there hides every change of the NHS's addresses",
            hint: "Remove the name from the hosts file of this machine: `grep -n NAME /etc/hosts`.",
            requires: &[HAS_AN_ADDRESS],
        },
        run: hosts_file_agrees,
    },
    Check {
        meta: Meta {
            id: CheckId("DNS-004"),
            title: "all resolvers give the same addresses",
            severity: Severity::Warning,
            layer: Layer::Dns,
            source: "NHS Digital, HSCN consumer handbook, Live HSCN (DNS): names differ between HSCN and the internet",
            hint: "Find out which answer is meant for this machine, and let it ask only that resolver for nhs.uk.",
            requires: &[HAS_AN_ADDRESS],
        },
        run: resolvers_agree,
    },
    Check {
        meta: Meta {
            id: CheckId("DNS-005"),
            title: "the addresses are those that are published",
            severity: Severity::Error,
            layer: Layer::Dns,
            source: "the environment's profile: `addresses` of the host",
            hint: "Ask NHS England's platforms desk for the host's addresses, and who answers for the name here.",
            requires: &[HAS_AN_ADDRESS],
        },
        run: has_the_published_addresses,
    },
];

/// What everything on the way to a named host needs.
pub const HAS_AN_ADDRESS: CheckId = CheckId("DNS-001");

fn has_an_address(facts: &NameFacts, _: &Context<'_>) -> Outcome {
    let Some(resolved) = &facts.resolved else {
        return is_address();
    };
    let addresses = resolved.addresses();
    if !addresses.is_empty() {
        return Outcome::pass(format!("{} is {}.", resolved.name, list(&addresses)))
            .with("answers", answers(resolved));
    }
    let (who, cause, server) = failed_decider(facts, resolved).unwrap_or_else(|| {
        (
            "this machine's resolver".to_owned(),
            system_cause(resolved),
            None,
        )
    });
    let evidence = Evidence::seen(format!(
        "{who} {}, so {} cannot be reached.",
        says(cause),
        facts.target
    ));
    let evidence = advise(evidence, facts, resolved, cause, server);
    facts.terms.weigh_nameless(cause, evidence)
}

fn every_resolver_knows_it(facts: &NameFacts, _: &Context<'_>) -> Outcome {
    let Some(resolved) = &facts.resolved else {
        return is_address();
    };
    let Some((who, cause, server)) = failed_decider(facts, resolved) else {
        return Outcome::pass("Each resolver that counts gave an address.")
            .with("answers", answers(resolved));
    };
    let evidence = Evidence::seen(format!(
        "{who} {}, though another resolver knows {}: what asks only there will not find it.",
        says(cause),
        resolved.name
    ));
    let evidence = advise(evidence, facts, resolved, cause, server);
    facts.terms.weigh(cause, evidence)
}

fn hosts_file_agrees(facts: &NameFacts, _: &Context<'_>) -> Outcome {
    let Some(resolved) = &facts.resolved else {
        return is_address();
    };
    if resolved.hosts_file.is_empty() {
        return Outcome::not_applicable(format!("No hosts file names {}.", resolved.name));
    }
    let known: BTreeSet<&IpAddr> = served(resolved).collect();
    if known.is_empty() {
        return Outcome::not_applicable(
            "No name server gave an address to compare the hosts file with.",
        )
        .with("hosts file", list(&resolved.hosts_file));
    }
    let stale: Vec<IpAddr> = resolved
        .hosts_file
        .iter()
        .filter(|address| !known.contains(address))
        .copied()
        .collect();
    if stale.is_empty() {
        return Outcome::pass(format!(
            "The hosts file gives {}, as the name servers do.",
            list(&resolved.hosts_file)
        ));
    }
    Outcome::fail(
        Cause::DnsHostsFileDiffers,
        format!(
            "The hosts file of this machine gives {} for {}, the name servers give {}: every program here goes to the wrong place.",
            list(&stale),
            resolved.name,
            shown(&known)
        ),
    )
    .with("answers", answers(resolved))
    .hint(format!(
        "Remove {0} from the hosts file of this machine: `grep -n {0} /etc/hosts`.",
        resolved.name
    ))
}

fn resolvers_agree(facts: &NameFacts, _: &Context<'_>) -> Outcome {
    let Some(resolved) = &facts.resolved else {
        return is_address();
    };
    let mut sets: Vec<(String, BTreeSet<IpAddr>)> = Vec::new();
    if let (SystemAnswer::Found(found), true) = (&resolved.system, resolved.hosts_file.is_empty()) {
        sets.push(("this machine".to_owned(), found.iter().copied().collect()));
    }
    for (server, answer) in &resolved.servers {
        if let Answer::Found(found) = answer {
            let addresses = found.addresses.iter().copied().collect();
            sets.push((server.to_string(), addresses));
        }
    }
    let [(first, addresses), others @ ..] = sets.as_slice() else {
        return Outcome::not_applicable("Only the hosts file gave addresses.");
    };
    if others.is_empty() {
        return Outcome::not_applicable(
            "Only one resolver gave addresses: there is nothing to compare.",
        );
    }
    // Answers that take turns share an address; those of two networks share none.
    match others.iter().find(|(_, other)| other.is_disjoint(addresses)) {
        None => Outcome::pass("The resolvers agree.").with("answers", answers(resolved)),
        Some((other, theirs)) => Outcome::fail(
            Cause::DnsAnswersDiffer,
            format!(
                "{first} says {}, {other} says {}: they answer for different networks, or one is out of date.",
                shown(addresses),
                shown(theirs)
            ),
        )
        .with("answers", answers(resolved)),
    }
}

fn has_the_published_addresses(facts: &NameFacts, _: &Context<'_>) -> Outcome {
    let Some(resolved) = &facts.resolved else {
        return is_address();
    };
    let published = facts
        .terms
        .host
        .as_ref()
        .filter(|host| !host.addresses.is_empty());
    let Some(host) = published else {
        return Outcome::not_applicable("No source publishes the host's addresses.");
    };
    let strange: Vec<IpAddr> = resolved
        .addresses()
        .into_iter()
        .filter(|address| !host.addresses.contains(address))
        .collect();
    if strange.is_empty() {
        return Outcome::pass(format!("Published: {}.", list(&host.addresses)));
    }
    let evidence = Evidence::seen(format!(
        "{} resolves to {}; published is {}.",
        resolved.name,
        list(&strange),
        list(&host.addresses)
    ))
    .with("answers", answers(resolved));
    let doubt = unsure(&host.addresses_provenance, "the host's addresses");
    weigh(doubt, Cause::DnsWrongAddress, evidence)
}

fn is_address() -> Outcome {
    Outcome::not_applicable("The target is an address: no name is looked up.")
}

/// The addresses that name servers gave, by whatever way they are known.
fn served(resolved: &Resolved) -> impl Iterator<Item = &IpAddr> {
    resolved
        .servers
        .iter()
        .flat_map(|(_, answer)| answer.addresses())
}

fn shown<T: ToString>(addresses: &BTreeSet<T>) -> String {
    let shown: Vec<String> = addresses.iter().map(T::to_string).collect();
    shown.join(", ")
}

#[cfg(test)]
mod tests;
