//! dnsmasq on loopback with the names of INT; NXDOMAIN, SERVFAIL and silence.

use std::process::Command;

use hickory_resolver::proto::op::ResponseCode;

use crate::{
    loopback::{Machine, Says, name_server},
    server::{Server, folder, free_port, start},
    support::{Bench, Run},
};

/// A dnsmasq that asks nobody else, with these settings.
pub(crate) fn dnsmasq(settings: &[&str]) -> (Server, String) {
    let (folder, port) = (folder(), free_port());
    let mut command = Command::new("dnsmasq");
    command.args([
        "--keep-in-foreground",
        "--no-daemon",
        "--conf-file=/dev/null",
        "--no-hosts",
        "--no-resolv",
        "--bind-interfaces",
        "--listen-address=127.0.0.1",
    ]);
    command.arg(format!("--port={port}"));
    command.arg(format!(
        "--pid-file={}",
        folder.path().join("pid").display()
    ));
    command.args(settings);
    (start(command, folder, port), format!("127.0.0.1:{port}"))
}

fn check(name: &str, resolver: &str) -> Run {
    let target = format!("tcp://{name}:9");
    let arguments = ["check-firewall", "--format", "json", "--timeout", "2s"];
    let more = ["--target", &target, "--resolver", resolver];
    Machine::default().run(&Bench::new(), &[&arguments[..], &more].concat())
}

#[test]
fn the_names_of_int_are_found_by_alias_and_address() {
    let (_server, resolver) = dnsmasq(&[
        "--address=/front.int.spine2.ncrs.nhs.uk/127.0.0.1",
        "--cname=proxy.int.spine2.ncrs.nhs.uk,front.int.spine2.ncrs.nhs.uk",
        "--host-record=front.int.spine2.ncrs.nhs.uk,127.0.0.1",
        "--local=/nhs.uk/",
    ]);
    let run = check("proxy.int.spine2.ncrs.nhs.uk", &resolver);
    let run = run.finds("DNS-001", "proxy", "pass");
    let answers = run.finding("DNS-001", "proxy")["evidence"]["answers"].to_string();
    assert!(
        answers.contains("127.0.0.1 by way of front.int.spine2.ncrs.nhs.uk"),
        "{answers}"
    );
    run.fails("TCP-002", "127.0.0.1", "tcp-refused").exits(1);
}

#[test]
fn nxdomain_refusal_and_no_data_are_told_apart() {
    let (_server, resolver) = dnsmasq(&[
        "--local=/nhs.uk/",
        "--txt-record=msg.int.spine2.ncrs.nhs.uk,here",
    ]);
    check("gone.int.spine2.ncrs.nhs.uk", &resolver)
        .fails("DNS-001", "gone", "dns-nxdomain")
        .exits(1);
    check("msg.int.spine2.ncrs.nhs.uk", &resolver)
        .fails("DNS-001", "msg", "dns-no-data")
        .exits(1);
    // A name outside what it serves, and nobody to forward to.
    check("example.org", &resolver)
        .fails("DNS-001", "example", "dns-refused")
        .exits(1);
}

#[test]
fn a_forwarder_hands_on_what_its_upstream_says() {
    for (upstream, cause) in [
        (Says::Code(ResponseCode::ServFail), "dns-servfail"),
        (Says::Code(ResponseCode::Refused), "dns-refused"),
        (Says::Silence, "dns-silent"),
    ] {
        let upstream = name_server(upstream).replace(':', "#");
        let (_front, front) = dnsmasq(&[&format!("--server={upstream}")]);
        check("example.org", &front)
            .fails("DNS-001", "example", cause)
            .exits(1);
    }
}

#[test]
fn dig_gets_the_same_answers() {
    let (_server, resolver) = dnsmasq(&["--host-record=msg.int.spine2.ncrs.nhs.uk,127.0.0.1"]);
    let (_, port) = resolver.split_once(':').unwrap();
    let arguments = [
        "@127.0.0.1",
        "-p",
        port,
        "+short",
        "msg.int.spine2.ncrs.nhs.uk",
    ];
    let dig = Command::new("dig").args(arguments).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&dig.stdout).trim(), "127.0.0.1");
    check("msg.int.spine2.ncrs.nhs.uk", &resolver).finds("DNS-001", "msg", "pass");
}
