//! Names, on facts made by hand.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::sync::Arc;

use super::*;
use crate::{
    checks::network::{
        HostTerms, HscnSeen, Terms,
        made::{failed, found, host, judge, open, provenance},
    },
    environment::{Confidence, Network},
    net::{
        dns::{Origin, Server},
        target::Target,
    },
};

fn server(last: u8, port: u16, origin: Origin) -> Server {
    Server {
        address: ([192, 0, 2, last], port).into(),
        name: None,
        origins: [origin].into(),
        source: None,
    }
}

fn facts(system: SystemAnswer, servers: Vec<(Server, Answer)>, terms: Terms) -> NameFacts {
    NameFacts {
        target: Target::parse("msg.nhs.uk:443").unwrap(),
        resolved: Some(Arc::new(Resolved {
            name: "msg.nhs.uk".to_owned(),
            system,
            hosts_file: Vec::new(),
            servers,
        })),
        terms: Arc::new(terms),
    }
}

fn on(network: Network) -> Terms {
    Terms {
        host: Some(host(network)),
        ..Terms::default()
    }
}

fn here() -> SystemAnswer {
    SystemAnswer::Found(vec![[10, 0, 0, 1].into()])
}

#[test]
fn the_systems_servers_say_why_the_system_found_nothing() {
    let servers = vec![
        (server(1, 53, Origin::System), Answer::NxDomain),
        (server(2, 53, Origin::System), Answer::Silent),
    ];
    let facts = facts(SystemAnswer::Nothing, servers, Terms::default());
    assert_eq!(failed(judge(has_an_address, &facts)), Cause::DnsNxdomain);
}

#[test]
fn a_machine_without_servers_is_silent() {
    let facts = facts(SystemAnswer::Nothing, Vec::new(), Terms::default());
    assert_eq!(failed(judge(has_an_address, &facts)), Cause::DnsSilent);
}

#[test]
fn a_named_server_decides_before_the_system() {
    let servers = vec![
        (server(1, 53, Origin::Named), Answer::Refused),
        (server(2, 53, Origin::System), Answer::NxDomain),
    ];
    let facts = facts(SystemAnswer::Nothing, servers, Terms::default());
    assert_eq!(failed(judge(has_an_address, &facts)), Cause::DnsRefused);
}

#[test]
fn every_kind_of_answer_has_its_cause() {
    for (answer, cause) in [
        (Answer::NxDomain, Cause::DnsNxdomain),
        (Answer::NoData, Cause::DnsNoData),
        (Answer::ServFail, Cause::DnsServfail),
        (Answer::Other("NOTIMP".to_owned()), Cause::DnsBroken),
        (Answer::Refused, Cause::DnsRefused),
        (Answer::Silent, Cause::DnsSilent),
        (Answer::NothingListens, Cause::DnsSilent),
        (Answer::Unreachable("no route".to_owned()), Cause::DnsSilent),
    ] {
        let servers = vec![(server(1, 53, Origin::Named), answer)];
        let facts = facts(SystemAnswer::Silent, servers, Terms::default());
        assert_eq!(failed(judge(has_an_address, &facts)), cause);
    }
}

#[test]
fn a_system_that_does_not_know_what_the_health_network_knows_fails() {
    let servers = vec![
        (server(1, 53, Origin::Profile), found(&[[10, 0, 0, 1]])),
        (server(2, 53, Origin::System), Answer::NxDomain),
    ];
    let terms = Terms {
        seen: HscnSeen::Names,
        ..on(Network::Hscn)
    };
    let facts = facts(SystemAnswer::Nothing, servers, terms);
    assert!(matches!(judge(has_an_address, &facts), Outcome::Pass(_)));
    let outcome = judge(every_resolver_knows_it, &facts);
    assert_eq!(failed(outcome), Cause::DnsNxdomain);
}

#[test]
fn no_machine_can_be_set_to_a_server_on_a_port_of_its_own() {
    let servers = vec![
        (server(1, 5353, Origin::Profile), found(&[[10, 0, 0, 1]])),
        (server(2, 53, Origin::System), Answer::NxDomain),
    ];
    let facts = facts(SystemAnswer::Nothing, servers, on(Network::Hscn));
    let outcome = judge(every_resolver_knows_it, &facts);
    assert!(matches!(outcome, Outcome::Pass(_)), "{outcome:?}");
}

#[test]
fn silence_of_the_health_networks_servers_fails_only_where_it_is_said_to_be_there() {
    let servers = vec![(server(1, 53, Origin::Profile), Answer::Silent)];
    let off = facts(here(), servers.clone(), on(Network::Hscn));
    assert!(matches!(
        judge(every_resolver_knows_it, &off),
        Outcome::Pass(_)
    ));
    let said = Terms {
        hscn: Some(true),
        ..on(Network::Hscn)
    };
    let there = facts(here(), servers, said);
    let outcome = judge(every_resolver_knows_it, &there);
    assert_eq!(failed(outcome), Cause::DnsSilent);
}

#[test]
fn being_off_a_network_leaves_the_question_open_with_its_cause() {
    for network in [Network::Hscn, Network::Unknown, Network::Internet] {
        let servers = vec![(server(1, 53, Origin::System), Answer::NxDomain)];
        let facts = facts(SystemAnswer::Nothing, servers, on(network));
        let cause = open(judge(has_an_address, &facts));
        assert_eq!(cause, Some(Cause::DnsNxdomain), "{network:?}");
    }
}

#[test]
fn answers_that_take_turns_agree_and_disjoint_ones_differ() {
    let servers = |other: &[[u8; 4]]| {
        vec![
            (
                server(1, 53, Origin::Named),
                found(&[[10, 0, 0, 1], [10, 0, 0, 2]]),
            ),
            (server(2, 53, Origin::Named), found(other)),
        ]
    };
    let turns = servers(&[[10, 0, 0, 2], [10, 0, 0, 3]]);
    let turns = facts(SystemAnswer::Nothing, turns, Terms::default());
    assert!(matches!(judge(resolvers_agree, &turns), Outcome::Pass(_)));
    let differ = servers(&[[10, 0, 0, 9]]);
    let differ = facts(SystemAnswer::Nothing, differ, Terms::default());
    let cause = failed(judge(resolvers_agree, &differ));
    assert_eq!(cause, Cause::DnsAnswersDiffer);
}

#[test]
fn a_published_address_binds_only_as_far_as_its_source_goes() {
    let terms = |confidence| Terms {
        host: Some(HostTerms {
            addresses: vec![[10, 0, 0, 9].into()],
            addresses_provenance: provenance(confidence),
            ..host(Network::Hscn)
        }),
        seen: HscnSeen::Names,
        ..Terms::default()
    };
    let sure = facts(here(), Vec::new(), terms(Confidence::A));
    let cause = failed(judge(has_the_published_addresses, &sure));
    assert_eq!(cause, Cause::DnsWrongAddress);
    let unsure = facts(here(), Vec::new(), terms(Confidence::C));
    let cause = open(judge(has_the_published_addresses, &unsure));
    assert_eq!(cause, Some(Cause::DnsWrongAddress));
}

#[test]
fn a_hosts_file_that_no_server_contradicts_is_let_be() {
    let mut alone = facts(here(), Vec::new(), Terms::default());
    let mut resolved = Resolved::clone(alone.resolved.as_ref().unwrap());
    resolved.hosts_file = vec![[10, 0, 0, 1].into()];
    alone.resolved = Some(Arc::new(resolved.clone()));
    assert!(matches!(
        judge(hosts_file_agrees, &alone),
        Outcome::NotApplicable(_)
    ));
    resolved.servers = vec![(server(1, 53, Origin::System), found(&[[10, 0, 0, 2]]))];
    alone.resolved = Some(Arc::new(resolved));
    let cause = failed(judge(hosts_file_agrees, &alone));
    assert_eq!(cause, Cause::DnsHostsFileDiffers);
}
