//! TCP-*: the way to an address, and its port, by the five things that a network can show.

use super::{dns::HAS_AN_ADDRESS, network::WayFacts};
use crate::{
    check::{Cause, Check, CheckId, Context, Evidence, Layer, Meta, Outcome, Severity},
    net::tcp::{Connection, Opening},
};

/// There is a way to the address.
pub const HAS_A_WAY: CheckId = CheckId("TCP-001");
/// The port is open.
pub const IS_OPEN: CheckId = CheckId("TCP-002");

/// The checks of a connection; the subject is `host:port address`.
pub static CONNECTION: &[Check<WayFacts>] = &[
    Check {
        meta: Meta {
            id: HAS_A_WAY,
            title: "there is a way to the address",
            severity: Severity::Error,
            layer: Layer::Route,
            source: "RFC 1812 section 5.2.7.1 (destination unreachable)",
            hint: "Look at the route: `ip route get ADDRESS`.",
            requires: &[HAS_AN_ADDRESS],
        },
        run: has_a_way,
    },
    Check {
        meta: Meta {
            id: IS_OPEN,
            title: "the port is open",
            severity: Severity::Error,
            layer: Layer::Tcp,
            source: "RFC 9293 section 3.10.7; the environment's profile names host and port",
            hint: "Ask the firewall team to open the port, by the rule shown.",
            requires: &[HAS_A_WAY],
        },
        run: is_open,
    },
];

fn has_a_way(facts: &WayFacts, _: &Context<'_>) -> Outcome {
    let Some(connection) = &facts.connection else {
        return nowhere();
    };
    let to = facts.shown();
    match &connection.opening {
        Opening::NetUnreachable => {
            let evidence = Evidence::seen(format!(
                "This machine has no route to {to}: nothing was sent."
            ))
            .hint(format!(
                "Look at the route by `ip route get {}`, and ask your network team (for HSCN your HSCN supplier) for one.",
                address(facts)
            ));
            facts
                .terms
                .weigh(Cause::NetUnreachable, seen(evidence, facts, connection))
        }
        Opening::HostUnreachable => {
            let evidence = Evidence::seen(format!(
                "A router or firewall on the way (or this machine: its own firewall, or a neighbour that does not answer) said that {to} cannot be reached."
            ))
            .hint(format!(
                "Find who says so by `sudo tcptraceroute {} {}`, and ask {} for the rule shown.",
                address(facts),
                facts.target.port,
                facts.terms.whom()
            ));
            facts
                .terms
                .weigh(Cause::HostUnreachable, seen(evidence, facts, connection))
        }
        Opening::NotTried(why) => not_tried(why, &to),
        _ => Outcome::Pass(seen(
            Evidence::seen(match connection.source {
                Some(source) => format!("{to} is reached from {source}."),
                None => format!("Nothing says that {to} cannot be reached."),
            }),
            facts,
            connection,
        )),
    }
}

fn is_open(facts: &WayFacts, _: &Context<'_>) -> Outcome {
    let Some(connection) = &facts.connection else {
        return nowhere();
    };
    let to = facts.shown();
    match &connection.opening {
        Opening::Open => Outcome::Pass(seen(
            Evidence::seen(format!("{to} is open.")),
            facts,
            connection,
        )),
        Opening::Refused => {
            let evidence = Evidence::seen(format!(
                "{to} refused the connection: nothing listens on the port, or a firewall rejects; from here the two look alike."
            ))
            .hint(format!(
                "Tell the two apart by the TTL of the refusal: `sudo tcpdump -nvv 'host {0} and tcp[tcpflags] & tcp-rst != 0'` while ptl runs again, against `sudo tcptraceroute {0} {1}`; nearer than the host means a firewall: ask {2} for the rule shown.",
                address(facts),
                facts.target.port,
                facts.terms.whom()
            ));
            facts
                .terms
                .weigh(Cause::TcpRefused, seen(evidence, facts, connection))
        }
        Opening::Silent => {
            let evidence = Evidence::seen(format!(
                "Nothing came back from {to} within {:.1} s: a firewall drops on the way there or back, or the host is down.",
                connection.took.as_secs_f64()
            ))
            .hint(format!(
                "Ask {} for this rule: {}; `sudo tcptraceroute {} {}` shows how far packets get.",
                facts.terms.whom(),
                facts.rule().unwrap_or_default(),
                address(facts),
                facts.target.port
            ));
            facts
                .terms
                .weigh(Cause::TcpSilent, seen(evidence, facts, connection))
        }
        Opening::NotTried(why) => not_tried(why, &to),
        // Reached only where the check of the way was left out.
        Opening::HostUnreachable | Opening::NetUnreachable => {
            Outcome::undetermined(format!("There is no way to {to}."))
        }
    }
}

fn nowhere() -> Outcome {
    Outcome::undetermined("No address was found to connect to.")
}

fn not_tried(why: &str, to: &str) -> Outcome {
    Outcome::undetermined(format!("{to} was not tried: {why}."))
        .hint("Run ptl again with a longer `--timeout`, or with fewer targets.")
}

fn address(facts: &WayFacts) -> String {
    facts
        .address
        .map_or_else(|| "ADDRESS".to_owned(), |address| address.ip().to_string())
}

fn seen(evidence: Evidence, facts: &WayFacts, connection: &Connection) -> Evidence {
    let mut evidence = evidence;
    if let Some(source) = connection.source {
        evidence = evidence.with("source address", source);
    }
    if let Some(rule) = facts.rule().filter(|_| connection.opening != Opening::Open) {
        evidence = evidence.with("rule", rule);
    }
    evidence.with("milliseconds", connection.took.as_millis())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        checks::network::{
            HostTerms, HscnSeen, Terms,
            made::{failed, host, judge, open, provenance, way},
        },
        environment::{Confidence, Network},
    };

    fn both(opening: Opening, terms: Terms) -> [Outcome; 2] {
        let facts = way(opening, terms);
        [judge(has_a_way, &facts), judge(is_open, &facts)]
    }

    #[test]
    fn each_of_the_five_is_on_its_layer() {
        let [way, open] = both(Opening::Open, Terms::default());
        assert!(matches!((way, open), (Outcome::Pass(_), Outcome::Pass(_))));
        for (opening, cause) in [
            (Opening::NetUnreachable, Cause::NetUnreachable),
            (Opening::HostUnreachable, Cause::HostUnreachable),
        ] {
            let [way, _] = both(opening, Terms::default());
            assert_eq!(failed(way), cause);
        }
        for (opening, cause) in [
            (Opening::Refused, Cause::TcpRefused),
            (Opening::Silent, Cause::TcpSilent),
        ] {
            let [way, open] = both(opening, Terms::default());
            assert!(matches!(way, Outcome::Pass(_)), "{way:?}");
            assert_eq!(failed(open), cause);
        }
    }

    #[test]
    fn what_was_not_tried_is_no_failure() {
        let [way, port] = both(Opening::NotTried("too late".to_owned()), Terms::default());
        assert_eq!((open(way), open(port)), (None, None));
    }

    #[test]
    fn a_failure_shows_the_rule_with_source_and_destination() {
        let [_, Outcome::Fail(_, evidence)] = both(Opening::Silent, Terms::default()) else {
            panic!("silence fails");
        };
        let rule = "allow outbound TCP from 10.9.9.9 to 10.0.0.1 (msg.nhs.uk) port 443";
        assert!(evidence.values.contains(&("rule", rule.to_owned())));
        assert!(evidence.hint.is_some_and(|hint| hint.contains(rule)));
    }

    #[test]
    fn off_hscn_or_on_unsure_ground_the_question_stays_open() {
        let off = Terms {
            host: Some(host(Network::Hscn)),
            ..Terms::default()
        };
        let [_, port] = both(Opening::Silent, off.clone());
        assert_eq!(open(port), Some(Cause::TcpSilent));
        let on = Terms {
            seen: HscnSeen::Names,
            ..off.clone()
        };
        let [_, port] = both(Opening::Silent, on);
        assert_eq!(failed(port), Cause::TcpSilent);
        let unsure = Terms {
            hscn: Some(true),
            host: Some(HostTerms {
                provenance: provenance(Confidence::C),
                ..host(Network::Hscn)
            }),
            ..off
        };
        let [_, port] = both(Opening::Refused, unsure);
        assert_eq!(open(port), Some(Cause::TcpRefused));
    }

    #[test]
    fn a_shut_port_on_the_internet_fails_wherever_the_machine_is() {
        let terms = Terms {
            host: Some(host(Network::Internet)),
            ..Terms::default()
        };
        let [_, port] = both(Opening::Refused, terms);
        assert_eq!(failed(port), Cause::TcpRefused);
    }
}
