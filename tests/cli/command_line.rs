//! The command line itself: help, version, mistakes.

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
    bench.run(["-V"]).exits(0).says("ptl 0.1.0").complains_not();
    assert_eq!(bench.files(), Vec::<String>::new());
}

#[test]
fn the_test_families_are_what_they_say() {
    for (family, digest) in [(pki::sha1(), "sha1"), (pki::sha256(), "sha256")] {
        let text = pki::openssl(&[
            "x509",
            "-noout",
            "-text",
            "-in",
            family.leaf.certificate.to_str().unwrap(),
        ]);
        assert!(
            text.contains(&format!("{digest}WithRSAEncryption")),
            "{text}"
        );
        let verified = pki::openssl(&[
            "verify",
            "-auth_level",
            "0",
            "-CAfile",
            family.root.certificate().to_str().unwrap(),
            "-untrusted",
            family.sub.certificate().to_str().unwrap(),
            family.leaf.certificate.to_str().unwrap(),
        ]);
        assert!(verified.ends_with("OK\n"), "{verified}");
    }
}
