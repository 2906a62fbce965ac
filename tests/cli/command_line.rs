//! The command line itself: help, version, colours, mistakes.

use crate::{pki, support::Bench};

#[test]
fn an_unknown_command_is_exit_2_and_prints_nothing() {
    Bench::new()
        .run(["no-such-command"])
        .exits(2)
        .says_nothing()
        .complains("no-such-command");
}

#[test]
fn help_and_version_are_no_mistakes_and_leave_no_files() {
    let bench = Bench::new();
    bench
        .run(["--help"])
        .exits(0)
        .says("Usage: ptl")
        .complains_not();
    let short = bench.run(["-V"]).exits(0).complains_not();
    assert_eq!(
        short.stdout,
        concat!("ptl ", env!("CARGO_PKG_VERSION"), "\n")
    );
    bench
        .run(["--version"])
        .exits(0)
        .says("linked with OpenSSL ")
        .says("not made or endorsed by NHS England");
    assert_eq!(bench.files(), Vec::<String>::new());
}

#[test]
fn every_command_is_in_the_help_once() {
    let bench = Bench::new();
    let help = bench.run(["--help"]).stdout;
    for name in ptl::cli::GROUPS.iter().flat_map(|(_, names)| *names) {
        assert_eq!(
            help.matches(&format!("\n  {name} ")).count(),
            1,
            "{name}\n{help}"
        );
    }
}

#[test]
fn colours_are_for_terminals_unless_asked_for() {
    let plain = Bench::new().run(["explain", "tcp-silent"]);
    assert!(!plain.stdout.contains('\u{1b}'), "{plain}");
    let bench = Bench::new().variable("NO_COLOR", "1");
    let asked = bench.run(["explain", "tcp-silent", "--color", "always"]);
    assert!(asked.stdout.contains('\u{1b}'), "{asked}");
}

#[test]
fn the_test_families_are_what_they_say() {
    for (family, digest) in [(pki::sha1(), "sha1"), (pki::sha256(), "sha256")] {
        let leaf = family.leaf.certificate.to_str().unwrap();
        let text = pki::openssl(&["x509", "-noout", "-text", "-in", leaf]);
        assert!(
            text.contains(&format!("{digest}WithRSAEncryption")),
            "{text}"
        );
        let root = family.root.certificate();
        let sub = family.sub.certificate();
        let verified = pki::openssl(&[
            "verify",
            "-auth_level",
            "0",
            "-CAfile",
            root.to_str().unwrap(),
            "-untrusted",
            sub.to_str().unwrap(),
            leaf,
        ]);
        assert!(verified.ends_with("OK\n"), "{verified}");
    }
}

#[test]
fn a_private_key_in_an_argument_is_refused_and_not_repeated() {
    let key = std::fs::read_to_string(&pki::sha256().leaf.key).unwrap();
    let secret = key.lines().nth(3).unwrap();
    let given = format!("--key={key}");
    for arguments in [
        ["check-chain", "--cert", "a", "--trust", "b", "--key", &key],
        ["check-chain", "--cert", "a", "--trust", "b", "-q", &given],
    ] {
        let run = Bench::new()
            .run(arguments)
            .refuses("an argument is a private key");
        assert!(!run.stderr.contains(secret), "{run}");
    }
}
