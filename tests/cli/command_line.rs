//! The command line itself: help, version, colours, mistakes.

use crate::{init, pki, support::Bench};

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
fn a_private_key_on_the_command_line_is_never_repeated() {
    let bench = Bench::new();
    let pem = std::fs::read_to_string(&pki::sha256().leaf.key).unwrap();
    let within = format!("--env=x {pem}");
    for arguments in [
        &["checklist", "done", "plan.ods", "--evidence", &pem][..],
        &["explain", &pem],
        &["preflight", &within],
    ] {
        let run = bench
            .run(arguments)
            .exits(2)
            .says_nothing()
            .complains("hint: ");
        assert!(!run.stderr.contains("PRIVATE KEY"), "{run}");
        assert!(!run.stderr.contains(pem.lines().nth(1).unwrap()), "{run}");
    }
}

#[test]
fn a_report_is_open_to_whom_other_new_files_are() {
    let bench = Bench::new();
    bench.write("other", "");
    bench.run(["explain", "--output", "report.txt"]).exits(0);
    // A CI server often collects it as another user.
    let mode = |name: &str| bench.path(name).metadata().unwrap().permissions();
    assert_eq!(mode("report.txt"), mode("other"));
    bench
        .run(["explain", "--output", "-"])
        .refuses("--output `-` is no file");
    assert_eq!(bench.files(), ["other", "report.txt"]);
}

#[test]
fn a_flag_that_changes_nothing_is_said_to() {
    let bench = Bench::new();
    bench
        .run(["explain", "tcp-silent", "--env", "live", "--strict"])
        .exits(0)
        .complains("note: --env, --strict change nothing here");
    bench.run(init::flags(&[])).exits(0).complains_not();
    let mut again = init::flags(&[]);
    again.extend(["--install", "other", "--format", "json", "--output", "x"]);
    bench
        .run(again)
        .exits(0)
        .complains("note: --format, --output change nothing here");
    bench
        .run(["checklist", "--only", "TLS-*"])
        .exits(0)
        .complains("note: --only changes nothing here");
    bench
        .run(["preflight", "--offline", "--strict", "--skip", "TLS-*"])
        .complains_not();
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
