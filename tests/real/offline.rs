//! `--offline` does no network I/O at all: the kernel is the witness.

use std::{fs, process::Command};

use crate::support::Bench;

const INSTALL: &str = r#"schema = 1
role = "provider"
service = "booking"
default_environment = "int"

[organisation]
name = "Example Ltd"
ods = "A12345"

[product]
name = "Example Booking"
version = "1.0"

[environment.int]
fqdn = "example.thirdparty.nhs.uk"
"#;

/// The sockets of the internet that a run opened, one line each.
fn sockets(bench: &Bench, arguments: &[&str]) -> Vec<String> {
    let trace = bench.path("trace");
    let status = Command::new("strace")
        .args(["-f", "-e", "trace=socket", "-o"])
        .arg(&trace)
        .arg(env!("CARGO_BIN_EXE_ptl"))
        .args(arguments)
        .current_dir(bench.folder())
        .output()
        .expect("the `strace` command is installed")
        .status;
    assert!(matches!(status.code(), Some(0 | 1 | 3)), "{status}");
    let lines = fs::read_to_string(trace).unwrap();
    let lines = lines.lines().filter(|line| line.contains("AF_INET"));
    lines.map(str::to_owned).collect()
}

#[test]
fn offline_opens_no_socket() {
    let bench = Bench::new();
    bench.write("ptl.toml", INSTALL);
    for command in [
        &["preflight"][..],
        &["check-firewall"],
        &["trust", "show"],
        &["trust", "fetch"],
    ] {
        let opened = sockets(&bench, &[command, &["--offline"]].concat());
        assert!(opened.is_empty(), "{command:?}: {opened:#?}");
    }
    let opened = sockets(&bench, &["check-firewall", "--target", "127.0.0.1:1"]);
    assert!(!opened.is_empty(), "strace sees what is not offline");
}
