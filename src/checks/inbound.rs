//! IN-*: the way in: from which addresses Spine calls, and whether anything here would hear it.

use std::{net::IpAddr, sync::Arc};

use super::{dns, network::Terms};
use crate::{
    check::{Cause, Check, CheckId, Context, Evidence, Layer, Meta, Outcome, Severity},
    net::{
        dns::{Origin, Resolved, list},
        listener::Listening,
    },
};

/// The way in: the subject is `source -> endpoint:port`.
#[derive(Clone, Debug)]
pub struct InboundFacts {
    /// Where calls from Spine come from.
    pub source: Source,
    /// The endpoint's registered name, where it is known.
    pub fqdn: Option<String>,
    /// The endpoint's port.
    pub port: u16,
    /// The addresses that the endpoint's name has for this machine.
    pub addresses: Vec<IpAddr>,
    /// Whether one of them is this machine's own.
    pub is_here: bool,
    /// Whether anything listens on the port here.
    pub listening: Listening,
    /// How much a failure weighs.
    pub terms: Arc<Terms>,
}

/// Where calls from Spine come from.
#[derive(Clone, Debug)]
pub enum Source {
    /// A host, by its name.
    Host(Arc<Resolved>),
    /// An address or range that `ptl.toml` gives.
    Given(String),
    /// No source says it; the profile's note on that.
    Unknown(String),
}

/// The checks of the way in.
pub static INBOUND: &[Check<InboundFacts>] = &[
    Check {
        meta: Meta {
            id: CheckId("IN-001"),
            title: "the source of calls from Spine is known",
            severity: Severity::Error,
            layer: Layer::Dns,
            source: "UEC appointments, deployment toolkit: open the inbound firewall for msg-out; the environment's profile",
            hint: "Take the addresses from the environment's page of NHS England, and write them as `msg_out` into ptl.toml.",
            requires: &[],
        },
        run: source_is_known,
    },
    Check {
        meta: Meta {
            id: CheckId("IN-002"),
            title: "something listens on the endpoint's port",
            severity: Severity::Warning,
            layer: Layer::Tcp,
            source: "GP Connect, integration: a provider answers on port 443 of its registered name",
            hint: "Start the endpoint, or run ptl on its machine: `ss -ltn` lists what listens.",
            requires: &[],
        },
        run: port_listens,
    },
];

fn source_is_known(facts: &InboundFacts, _: &Context<'_>) -> Outcome {
    let addresses = match &facts.source {
        Source::Given(text) => text.clone(),
        Source::Unknown(note) => {
            return Outcome::undetermined(format!(
                "No source says from which addresses Spine calls in this environment, so the inbound rule has no source. {note}"
            ))
            .hint("Take them from the environment's page of NHS England and write them into ptl.toml: `msg_out = [\"ADDRESS\"]` under the environment.");
        }
        Source::Host(resolved) => {
            let addresses = resolved.addresses();
            if addresses.is_empty() {
                return unresolved(facts, resolved);
            }
            list(&addresses)
        }
    };
    let rule = rule(facts, &addresses);
    Outcome::pass(format!(
        "Calls from Spine come from {addresses}; the rule to ask your firewall team for: {rule}."
    ))
    .with("rule", rule)
}

fn unresolved(facts: &InboundFacts, resolved: &Resolved) -> Outcome {
    let told = resolved
        .from(Origin::Profile)
        .chain(resolved.from(Origin::System))
        .chain(resolved.from(Origin::Named));
    let cause = told
        .filter(|(_, answer)| answer.is_answer())
        .find_map(|(_, answer)| dns::cause_of(answer))
        .unwrap_or(Cause::DnsSilent);
    let evidence = Evidence::seen(format!(
        "{} could not be resolved, and its addresses are the source of the inbound rule.",
        resolved.name
    ))
    .with(
        "rule",
        rule(facts, &format!("the addresses of {}", resolved.name)),
    );
    facts.terms.weigh(cause, evidence)
}

fn rule(facts: &InboundFacts, source: &str) -> String {
    let name = facts.fqdn.as_deref().unwrap_or("the endpoint");
    let to = match facts.addresses.as_slice() {
        [] => name.to_owned(),
        addresses => format!("{} ({name})", list(addresses)),
    };
    format!(
        "allow inbound TCP from {source} to {to} port {}",
        facts.port
    )
}

fn port_listens(facts: &InboundFacts, _: &Context<'_>) -> Outcome {
    let port = facts.port;
    match facts.listening {
        Listening::Yes => Outcome::pass(format!("Something listens on port {port} here.")),
        Listening::No if !facts.is_here => Outcome::not_applicable(format!(
            "Nothing listens on port {port} of this machine, and no address of the endpoint's name is this machine's: it runs elsewhere, or is not registered yet. Run ptl on its machine."
        )),
        Listening::No => Outcome::fail(
            Cause::PortNotListening,
            format!(
                "Nothing listens on port {port} of this machine. The endpoint's address is this machine's, so calls from Spine will be refused."
            ),
        )
        .hint(format!(
            "Start the endpoint on port {port}, or run ptl on its machine; `ss -ltn 'sport = :{port}'` shows what listens."
        )),
        Listening::Unknown => Outcome::undetermined(format!(
            "Whether anything listens on port {port} could not be looked at: the kernel's table is not readable, and loopback does not answer."
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::network::made::{failed, judge, open};

    fn facts(source: Source, listening: Listening) -> InboundFacts {
        InboundFacts {
            source,
            fqdn: Some("example.thirdparty.nhs.uk".to_owned()),
            port: 443,
            addresses: vec![[10, 1, 2, 3].into()],
            is_here: true,
            listening,
            terms: Arc::default(),
        }
    }

    #[test]
    fn a_given_source_becomes_the_rule() {
        let facts = facts(Source::Given("10.239.0.0/28".to_owned()), Listening::Yes);
        let Outcome::Pass(evidence) = judge(source_is_known, &facts) else {
            panic!("it is known");
        };
        let rule =
            "allow inbound TCP from 10.239.0.0/28 to 10.1.2.3 (example.thirdparty.nhs.uk) port 443";
        assert_eq!(evidence.values, [("rule", rule.to_owned())]);
    }

    #[test]
    fn a_gap_is_open_and_names_the_setting_that_fills_it() {
        let facts = facts(Source::Unknown("A gap.".to_owned()), Listening::Yes);
        let Outcome::Undetermined(None, evidence) = judge(source_is_known, &facts) else {
            panic!("it is open");
        };
        assert!(evidence.hint.is_some_and(|hint| hint.contains("msg_out")));
    }

    #[test]
    fn a_port_is_judged_by_what_was_seen_of_it() {
        let source = || Source::Given("10.0.0.1".to_owned());
        let no = facts(source(), Listening::No);
        assert_eq!(failed(judge(port_listens, &no)), Cause::PortNotListening);
        let elsewhere = InboundFacts {
            is_here: false,
            ..no
        };
        let outcome = judge(port_listens, &elsewhere);
        assert!(matches!(outcome, Outcome::NotApplicable(_)), "{outcome:?}");
        let unknown = facts(source(), Listening::Unknown);
        assert_eq!(open(judge(port_listens, &unknown)), None);
    }
}
