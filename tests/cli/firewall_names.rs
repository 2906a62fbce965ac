//! `ptl check-firewall`: names, connections and the command line, each fault by itself.

use hickory_resolver::proto::op::ResponseCode;

use crate::{
    firewall::fails,
    loopback::{Machine, Says, check, here, name_server, serve_silence},
    support::{Bench, Run},
};

// Names.

fn check_name(says: Says) -> Run {
    let resolver = name_server(says);
    check(
        &Bench::new(),
        &["--target", "msg.nhs.uk:443", "--resolver", &resolver],
    )
}

#[test]
fn what_a_name_server_says_is_told_apart() {
    for (says, cause) in [
        (Says::Code(ResponseCode::NXDomain), "dns-nxdomain"),
        (Says::NoData, "dns-no-data"),
        (Says::Code(ResponseCode::ServFail), "dns-servfail"),
        (Says::Code(ResponseCode::Refused), "dns-refused"),
        (Says::Code(ResponseCode::NotImp), "dns-broken"),
        (Says::Silence, "dns-silent"),
    ] {
        let run = fails(check_name(says), "DNS-001", "dns", cause).exits(1);
        let run = run.finds("TCP-001", "msg.nhs.uk", "blocked");
        let hint = run.finding("DNS-001", ":443")["hint"].clone();
        assert!(hint.as_str().unwrap().contains("dig @127.0.0.1"), "{hint}");
    }
}

#[test]
fn a_resolver_that_is_not_there_is_silent_and_said_to_be_absent() {
    let run = check(
        &Bench::new(),
        &["--target", "msg.nhs.uk:443", "--resolver", "127.0.0.1:9"],
    );
    let run = fails(run, "DNS-001", "dns", "dns-silent");
    let evidence = run.finding("DNS-001", ":443")["evidence"]["answers"].clone();
    assert!(
        evidence.as_str().unwrap().contains("nothing listens"),
        "{evidence}"
    );
}

#[test]
fn a_name_server_that_drops_questions_for_ipv6_is_heard_on_ipv4() {
    let port = serve_silence();
    let resolver = name_server(Says::AddressOnly([127, 0, 0, 1].into()));
    let target = format!("tcp://msg.nhs.uk:{port}");
    let run = check(
        &Bench::new(),
        &["--target", &target, "--resolver", &resolver],
    )
    .exits(0);
    let seen = run.finding("DNS-001", ":")["evidence"]["answers"].clone();
    assert!(seen.as_str().unwrap().contains("AAAA: no answer"), "{seen}");
}

#[test]
fn a_timeout_too_short_to_tell_anything_is_refused() {
    let arguments = ["check-firewall", "--target", "127.0.0.1:1", "--timeout"];
    let run = Bench::new().run([&arguments[..], &["1ms"]].concat());
    let run = run.exits(2);
    assert!(run.stderr.contains("between 200ms and 1h"), "{run}");
}

#[test]
fn an_alias_chain_is_shown_and_every_address_is_tried() {
    let port = serve_silence();
    let resolver = name_server(Says::Alias(
        &["edge.nhs.uk", "front.nhs.uk"],
        [127, 0, 0, 1].into(),
    ));
    let target = format!("tcp://msg.nhs.uk:{port}");
    let run = check(
        &Bench::new(),
        &["--target", &target, "--resolver", &resolver],
    )
    .exits(0);
    let answers = run.finding("DNS-001", ":")["evidence"]["answers"].to_string();
    assert!(
        answers.contains("127.0.0.1 by way of edge.nhs.uk, front.nhs.uk"),
        "{answers}"
    );
    run.finds("TCP-002", "msg.nhs.uk", "pass");
}

#[test]
fn one_dead_address_among_good_ones_fails() {
    let port = serve_silence();
    let both = Says::Addresses(vec![[127, 0, 0, 1].into(), [127, 0, 0, 2].into()]);
    let target = format!("tcp://msg.example:{port}");
    let run = check(
        &Bench::new(),
        &["--target", &target, "--resolver", &name_server(both)],
    );
    run.exits(1)
        .finds("TCP-002", "127.0.0.1", "pass")
        .fails("TCP-002", "127.0.0.2", "tcp-refused");
}

#[test]
fn of_two_resolvers_the_one_that_fails_is_named() {
    let (good, bad) = (
        name_server(here()),
        name_server(Says::Code(ResponseCode::ServFail)),
    );
    let target = format!("tcp://msg.nhs.uk:{}", serve_silence());
    let run = check(
        &Bench::new(),
        &["--target", &target, "--resolver", &good, &bad],
    );
    let run = run
        .exits(1)
        .finds("DNS-001", "msg", "pass")
        .fails("DNS-002", "msg", "dns-servfail");
    let run = run.finds("TCP-002", "127.0.0.1", "pass");
    let reason = run.finding("DNS-002", "msg")["reason"].to_string();
    assert!(reason.contains(&bad), "{reason}");
}

#[test]
fn two_resolvers_that_differ_are_a_warning() {
    let (one, other) = (
        name_server(here()),
        name_server(Says::Addresses(vec![[127, 0, 0, 9].into()])),
    );
    let target = format!("tcp://msg.nhs.uk:{}", serve_silence());
    let run = check(
        &Bench::new(),
        &["--target", &target, "--resolver", &one, &other],
    );
    run.fails("DNS-004", "msg", "dns-answers-differ");
}

#[test]
fn a_stale_hosts_file_is_found_out() {
    let bench = Bench::new();
    let machine = Machine {
        hosts: "127.0.0.7 msg.nhs.uk".to_owned(),
        resolver: None,
    };
    let (target, resolver) = (
        format!("tcp://msg.nhs.uk:{}", serve_silence()),
        name_server(here()),
    );
    let run = machine.run(
        &bench,
        &[
            "check-firewall",
            "--format",
            "json",
            "--target",
            &target,
            "--resolver",
            &resolver,
        ],
    );
    let run = fails(run, "DNS-003", "dns", "dns-hosts-file-differs").exits(1);
    run.finds("TCP-002", "127.0.0.1", "pass");
}

#[test]
fn an_address_needs_no_name_server() {
    let target = format!("tcp://127.0.0.1:{}", serve_silence());
    let run = check(&Bench::new(), &["--target", &target]).exits(0);
    assert!(run.findings("DNS-001").is_empty());
}

// Connections.

#[test]
fn a_refused_port_names_the_rule_and_how_to_tell_the_two_causes_apart() {
    let run = check(&Bench::new(), &["--target", "127.0.0.1:9"]);
    let run = fails(run, "TCP-002", "tcp", "tcp-refused").exits(1);
    let finding = run.finding("TCP-002", ":");
    assert_eq!(
        finding["evidence"]["rule"],
        "allow outbound TCP from 127.0.0.1 to 127.0.0.1 port 9"
    );
    assert!(finding["hint"].as_str().unwrap().contains("tcpdump"));
    run.finds("TLS-001", ":", "blocked");
}

// The command line.

#[test]
fn bad_targets_are_named_all_at_once() {
    Bench::new()
        .run([
            "check-firewall",
            "--target",
            "a.nhs.uk",
            "b.nhs.uk:0",
            "ftp://c.nhs.uk:21",
        ])
        .refuses("a.nhs.uk")
        .complains("b.nhs.uk:0")
        .complains("ftp://c.nhs.uk:21");
}

#[test]
fn bad_resolvers_and_half_an_identity_are_refused() {
    let bench = Bench::new();
    let target = ["check-firewall", "--target", "127.0.0.1:9"];
    let with = |more: &[&'static str]| [&target[..], more].concat();
    bench
        .run(with(&["--resolver", "cns0.nhs.uk"]))
        .refuses("cns0.nhs.uk");
    bench.run(with(&["--cert", "own.pem"])).exits(2);
    bench
        .run(with(&["--trust", "missing.pem"]))
        .refuses("missing.pem");
}

#[test]
fn offline_lists_what_it_left_out() {
    let run = Bench::new().run([
        "check-firewall",
        "--target",
        "127.0.0.1:9",
        "--offline",
        "--format",
        "json",
    ]);
    let run = run.exits(3);
    assert_eq!(run.findings("TCP-002")[0]["outcome"], "skipped");
    assert_eq!(run.findings("TLS-013")[0]["outcome"], "skipped");
}
