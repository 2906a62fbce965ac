//! The real CAs of the NHS, before, between and after the lives of their generations, and leaves in the forms that
//! they issue.

use std::path::{Path, PathBuf};

use crate::{
    chain_files::{check, leaf, utf8},
    pki::{self, NAME, openssl},
    support::{Bench, Run, provider_install, shared},
};

/// The folder of the real CAs, where it is there.
fn folder(test: &str) -> Option<PathBuf> {
    Some(shared(test)?.join("reference/ca"))
}

/// A CA below a root, and that root.
const PAIRS: &[(&str, &str)] = &[
    ("subca02-int-sha1", "rootca-int-sha1"),
    ("nhs-int-level-1c", "nhs-ptl-root-authority"),
    ("nhs-dep-level-1c", "nhs-ptl-root-authority"),
    ("nhs-dev-level-1c", "nhs-ptl-root-authority"),
    ("nhs-tra-level-1c", "nhs-ptl-root-authority"),
    ("nhs-int-authentication-g2", "nhs-ptl-root-authority-g2"),
    ("nhs-level-1c", "nhs-root-authority"),
    ("nhs-authentication-g2", "nhs-root-authority-g2"),
    ("subca02-opentest", "rootca-opentest"),
];

/// A moment of a certificate, as `-startdate` or `-enddate`.
fn moment(file: &Path, which: &str) -> jiff::Timestamp {
    let text = openssl(&[
        "x509",
        "-noout",
        which,
        "-dateopt",
        "iso_8601",
        "-in",
        utf8(file),
    ]);
    let (_, time) = text.trim().split_once('=').unwrap();
    time.replace(' ', "T").parse().unwrap()
}

#[test]
fn each_real_ca_leads_to_its_root_from_its_first_second_to_its_last_and_to_no_other_root() {
    let Some(folder) = folder("the paths of the real CAs") else {
        return;
    };
    let file = |name: &str| folder.join(format!("{name}.pem"));
    let bench = Bench::new();
    for (sub, root) in PAIRS {
        let (sub, root) = (file(sub), file(root));
        let first = moment(&sub, "-startdate").max(moment(&root, "-startdate"));
        let last = moment(&sub, "-enddate").min(moment(&root, "-enddate"));
        let second = jiff::SignedDuration::from_secs(1);
        let middle = first + last.duration_since(first) / 2;
        for (at, cause) in [
            (first - second, Some("certificate-not-yet-valid")),
            (first, None),
            (middle, None),
            (last, None),
            (last + second, Some("certificate-expired")),
        ] {
            let run = path(&bench, &sub, &root, at);
            match cause {
                None => drop(run.exits(0)),
                Some(cause) => drop(run.exits(1).fails("PATH-003", "", cause)),
            }
            // OpenSSL's first second after a certificate is its last (RFC 5280, 4.1.2.5).
            if at != last {
                assert_eq!(
                    openssl_verifies(&sub, &root, at),
                    cause.is_none(),
                    "{sub:?} at {at}"
                );
            }
        }
        for (_, other) in PAIRS {
            let other = file(other);
            if other != root {
                path(&bench, &sub, &other, middle)
                    .exits(1)
                    .fails("PATH-001", "", "issuer-missing");
            }
        }
    }
}

fn path(bench: &Bench, sub: &Path, root: &Path, at: jiff::Timestamp) -> Run {
    let at = at.to_string();
    let files = ["--cert", utf8(sub), "--trust", utf8(root), "--at", &at];
    bench.run(
        [
            &["check-chain", "--only", "PATH-*", "--format", "json"][..],
            &files,
        ]
        .concat(),
    )
}

fn openssl_verifies(sub: &Path, root: &Path, at: jiff::Timestamp) -> bool {
    let output = std::process::Command::new("openssl")
        .args([
            "verify",
            "-auth_level",
            "0",
            "-attime",
            &at.as_second().to_string(),
            "-CAfile",
        ])
        .args([root, sub])
        .output();
    output.unwrap().status.success()
}

/// What each generation of INT comes to at a time, where all of its CAs are trusted.
#[test]
fn in_an_install_each_generation_counts_in_its_own_time() {
    let Some(folder) = folder("the generations of the real CAs") else {
        return;
    };
    let names = [
        "rootca-int-sha1",
        "subca02-int-sha1",
        "nhs-ptl-root-authority",
        "nhs-int-level-1c",
        "nhs-ptl-root-authority-g2",
        "nhs-int-authentication-g2",
    ];
    let files: Vec<String> = names
        .iter()
        .map(|it| format!("{:?}", folder.join(format!("{it}.pem"))))
        .collect();
    let bench = Bench::new();
    bench.write(
        "ptl.toml",
        provider_install(&format!("trust = [{}]\n", files.join(", "))),
    );
    let table = [
        // SHA-1 alone; the other CAs are not made yet, and the profile says so of G2 alone.
        ("2015-01-01T00:00:00Z", ["pass", "fail", "not-applicable"]),
        // Between SHA-1's end and G2's beginning.
        (
            "2022-06-01T00:00:00Z",
            ["not-applicable", "pass", "not-applicable"],
        ),
        // The transition: both are accepted.
        ("2024-03-01T00:00:00Z", ["not-applicable", "pass", "pass"]),
        // G2 alone, to its sub CA's last day and beyond.
        (
            "2026-11-25T00:00:00Z",
            ["not-applicable", "not-applicable", "pass"],
        ),
        (
            "2032-08-04T14:35:43Z",
            ["not-applicable", "not-applicable", "pass"],
        ),
        (
            "2032-08-04T14:35:44Z",
            ["not-applicable", "not-applicable", "fail"],
        ),
    ];
    for (at, outcomes) in table {
        let run = bench.run([
            "check-chain",
            "--only",
            "TRUST-*",
            "--format",
            "json",
            "--at",
            at,
        ]);
        for (generation, outcome) in ["sha1", "sha2", "g2"].iter().zip(outcomes) {
            let finding = run.finding("TRUST-003", generation);
            assert_eq!(finding["outcome"], outcome, "{at} {finding:#}");
        }
        // Once superseded, what is still trusted is told, not failed.
        let superseded = run.finding("TRUST-004", "sha2")["outcome"].clone();
        assert_eq!(superseded == "fail", at >= "2024-06-04", "{at}");
    }
}

#[test]
fn the_forms_of_real_leaves_are_no_failures() {
    let form = "basicConstraints=CA:FALSE\nkeyUsage=digitalSignature,keyEncipherment\n\
                extendedKeyUsage=serverAuth,clientAuth\ncrlDistributionPoints=point\n\
                [point]\nfullname=dirName:entry\n[entry]\nO=nhs\nOU=CA\nCN=RootCA\n";
    let leaf = leaf("real-form", |it| it.extensions(form));
    let text = openssl(&["x509", "-noout", "-text", "-in", utf8(&leaf)]);
    assert!(
        text.contains("DirName") && text.contains("Basic Constraints: \n"),
        "{text}"
    );
    let sub = pki::sha256().sub.certificate();
    let run = check(&leaf, &[&sub], &["--host", NAME, "--purpose", "both"]).exits(0);
    let report = run.json();
    let failed: Vec<&str> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|it| it["outcome"] == "fail" && it["severity"] == "error")
        .map(|it| it["id"].as_str().unwrap())
        .collect();
    assert_eq!(failed, [""; 0]);
}
