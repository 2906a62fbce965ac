//! The kernel as the judge: a network namespace in which packets are dropped, rejected or have no route.

use std::process::Command;

use crate::support::{Bench, Run};

/// Runs `ptl` in a network namespace of its own, after these commands have set it up.
fn within(setup: &str, arguments: &[&str]) -> Run {
    let bench = Bench::new();
    let resolv = bench.write("../resolv.conf", "nameserver 10.1.0.53\n");
    let mut ptl = vec!["check-firewall", "--format", "json", "--timeout", "2s"];
    ptl.extend(arguments);
    let ptl = bench.command(ptl);
    let script = format!(
        "set -e; mount --bind \"$1\" /etc/resolv.conf; shift; ip link set lo up\n{setup}\nexec \"$@\""
    );
    let mut command = Command::new("unshare");
    command
        .args(["-Urnm", "sh", "-c", &script, "sh"])
        .arg(resolv)
        .arg(ptl.get_program())
        .args(ptl.get_args())
        .current_dir(bench.folder())
        .env(
            "PATH",
            "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        );
    Run::of(command.output().unwrap())
}

/// 10/8 is this machine's own, and what comes in for it is treated so.
fn incoming(verdict: &str) -> String {
    format!(
        "ip route add local 10.0.0.0/8 dev lo\n\
         nft 'table inet t {{ chain c {{ type filter hook input priority 0; ip daddr 10.0.0.0/8 {verdict}; }}; }}'"
    )
}

#[test]
fn what_is_dropped_is_silent_and_takes_one_timeout() {
    let begun = std::time::Instant::now();
    let targets = ["--target", "10.1.0.1:443", "10.1.0.2:443", "msg.nhs.uk:443"];
    let run = within(&incoming("drop"), &targets).exits(1);
    assert!(begun.elapsed().as_secs() < 6, "{:?}", begun.elapsed());
    let run = run
        .fails("TCP-002", "10.1.0.1", "tcp-silent")
        .fails("TCP-002", "10.1.0.2", "tcp-silent")
        .fails("DNS-001", "msg.nhs.uk", "dns-silent");
    let rule = run.finding("TCP-002", "10.1.0.1")["evidence"]["rule"].clone();
    let rule = rule.as_str().unwrap();
    assert!(rule.starts_with("allow outbound TCP from 10."), "{rule}");
    assert!(rule.ends_with("to 10.1.0.1 port 443"), "{rule}");
}

#[test]
fn the_five_things_that_a_network_can_show_are_told_apart() {
    let target = ["--target", "tcp://10.1.0.1:443"];
    for (setup, id, layer, cause) in [
        (String::new(), "TCP-001", "route", "net-unreachable"),
        (
            incoming("meta l4proto tcp reject with icmpx host-unreachable"),
            "TCP-001",
            "route",
            "host-unreachable",
        ),
        (
            incoming("meta l4proto tcp reject with icmpx admin-prohibited"),
            "TCP-001",
            "route",
            "host-unreachable",
        ),
        // A router says that it has no route: not this machine, which has one.
        (
            incoming("meta l4proto tcp reject with icmpx no-route"),
            "TCP-001",
            "route",
            "host-unreachable",
        ),
        (
            "ip route add prohibit 10.1.0.0/24".to_owned(),
            "TCP-001",
            "route",
            "host-unreachable",
        ),
        (
            "ip route add blackhole 10.1.0.0/24".to_owned(),
            "TCP-001",
            "route",
            "net-unreachable",
        ),
        (
            incoming("tcp dport 443 reject with tcp reset"),
            "TCP-002",
            "tcp",
            "tcp-refused",
        ),
        (
            incoming("meta l4proto tcp reject with icmpx port-unreachable"),
            "TCP-002",
            "tcp",
            "tcp-refused",
        ),
        (incoming("drop"), "TCP-002", "tcp", "tcp-silent"),
    ] {
        let run = within(&setup, &target)
            .exits(1)
            .fails(id, "10.1.0.1", cause);
        assert_eq!(run.finding(id, "10.1.0.1")["layer"], layer);
    }
}
