//! `ptl check-chain` on files: paths, names, purposes, dates, keys, what is sent.

use std::{fs, path::Path};

use crate::{
    pki::{self, Leaf, NAME},
    support::{Bench, Run},
};

const AT: &str = "2025-01-01T00:00:00Z";

/// Runs the plain form on the SHA-256 family, with these options besides.
#[track_caller]
pub(crate) fn check(cert: &Path, chain: &[&Path], options: &[&str]) -> Run {
    let root = pki::sha256().root.certificate();
    let mut arguments = vec!["check-chain", "--format", "json", "--cert", utf8(cert)];
    for file in chain {
        arguments.extend(["--chain", utf8(file)]);
    }
    if !options.contains(&"--trust") {
        arguments.extend(["--trust", utf8(&root)]);
    }
    if !options.contains(&"--at") {
        arguments.extend(["--at", AT]);
    }
    arguments.extend(options);
    Bench::new().run(arguments)
}

pub(crate) fn utf8(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A leaf of the SHA-256 family that differs from the usual one; all share a key, for making one is slow.
pub(crate) fn leaf(file: &str, change: impl FnOnce(Leaf) -> Leaf) -> std::path::PathBuf {
    let family = pki::sha256();
    let leaf = change(Leaf::new(file, NAME).key(&family.leaf.key));
    family.sub.leaf(&leaf).certificate
}

#[test]
fn a_sound_chain_passes_and_its_path_is_named() {
    let family = pki::sha256();
    let run = check(
        &family.leaf.certificate,
        &[&family.sub.certificate()],
        &[
            "--host",
            NAME,
            "--purpose",
            "both",
            "--key",
            utf8(&family.leaf.key),
        ],
    )
    .exits(0)
    .finds("KEY-001", NAME, "pass");
    let path = run.finding("PATH-001", NAME);
    assert_eq!(
        path["evidence"]["path"],
        format!("{NAME} <- Test Sub sha256 <- Test Root sha256")
    );
    assert!(
        run.findings("CHAIN-016")
            .iter()
            .all(|one| one["outcome"] == "not-applicable")
    );
}

#[test]
fn only_path_is_rfc_5280_alone() {
    let family = pki::sha256();
    let run = check(
        &family.leaf.certificate,
        &[&family.sub.certificate()],
        &["--only", "PATH-*"],
    )
    .exits(0);
    let report = run.json();
    let ids: Vec<&str> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| finding["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids.len(), 14);
    assert!(ids.iter().all(|id| id.starts_with("PATH-")));
}

#[test]
fn a_missing_intermediate_is_named() {
    let run = check(&pki::sha256().leaf.certificate, &[], &[])
        .exits(1)
        .fails("PATH-001", NAME, "issuer-missing");
    let reason = run.finding("PATH-001", NAME)["reason"].to_string();
    assert!(reason.contains("CN=Test Sub sha256"), "{reason}");
}

#[test]
fn the_chain_may_follow_the_leaf_in_its_file() {
    let family = pki::sha256();
    let bench = Bench::new();
    let both = fs::read_to_string(&family.leaf.certificate).unwrap()
        + &fs::read_to_string(family.sub.certificate()).unwrap();
    let file = bench.write("both.pem", both.replace('\n', "\r\n"));
    check(&file, &[], &[]).exits(0);
}

#[test]
fn a_path_to_any_trusted_certificate_will_do_self_signed_or_not() {
    let family = pki::sha256();
    let other = pki::sha1().root.certificate();
    let sub = format!("sub={}", utf8(&family.sub.certificate()));
    let trust = ["--trust", utf8(&other), "--trust", &sub];
    check(&family.leaf.certificate, &[], &trust).exits(0);
    check(&family.leaf.certificate, &[], &trust[..2])
        .exits(1)
        .fails("PATH-001", NAME, "issuer-missing");
}

#[test]
fn sha1_is_taken_with_a_warning_or_refused() {
    let family = pki::sha1();
    let (root, sub) = (family.root.certificate(), family.sub.certificate());
    let trust = ["--trust", utf8(&root)];
    let run = check(&family.leaf.certificate, &[&sub], &trust)
        .exits(0)
        .fails("CHAIN-011", NAME, "sha1-signature");
    let reason = run.finding("CHAIN-011", NAME)["reason"].to_string();
    for runtime in ["OpenSSL", "Java", "Go", "rustls", "browser"] {
        assert!(reason.contains(runtime), "{reason}");
    }
    let refuse = ["--trust", utf8(&root), "--sha1", "refuse"];
    check(&family.leaf.certificate, &[&sub], &refuse)
        .exits(1)
        .fails("PATH-008", NAME, "sha1-signature");
    // The anchor's own signature proves nothing and is not judged.
    check(&sub, &[], &refuse).exits(1);
    check(&root, &[], &[&refuse[..], &["--only", "PATH-*"]].concat()).exits(0);
}

#[test]
fn a_name_in_the_common_name_alone_is_accepted_and_said() {
    let bare = "basicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth,clientAuth\n";
    let leaf = leaf("cn-only", |leaf| leaf.extensions(bare));
    let sub = pki::sha256().sub.certificate();
    let run = check(&leaf, &[&sub], &["--host", NAME])
        .exits(0)
        .finds("PATH-010", NAME, "pass")
        .fails("CHAIN-012", NAME, "name-in-cn-only");
    let reason = run.finding("CHAIN-012", NAME)["reason"].to_string();
    assert!(
        reason.contains("rustls") && reason.contains("Go"),
        "{reason}"
    );
    check(&leaf, &[&sub], &["--host", "other.nhs.uk"])
        .exits(1)
        .fails("PATH-010", NAME, "wrong-name");
}

#[test]
fn a_host_is_a_name_or_an_address() {
    let named = format!("subjectAltName=DNS:{NAME},IP:10.1.2.3\n");
    let leaf = leaf("with-address", |leaf| leaf.extensions(&named));
    let sub = pki::sha256().sub.certificate();
    for (host, code) in [
        (NAME, 0),
        ("EXAMPLE.thirdparty.NHS.uk.", 0),
        ("10.1.2.3", 0),
        ("10.1.2.4", 1),
        ("thirdparty.nhs.uk", 1),
    ] {
        check(&leaf, &[&sub], &["--host", host, "--only", "PATH-*"]).exits(code);
    }
    // OpenSSL takes a name that begins with a dot for any name under it.
    for host in ["https://example.nhs.uk/", ".nhs.uk", "a..nhs.uk"] {
        check(&leaf, &[&sub], &["--host", host]).refuses("neither a host name");
    }
}

#[test]
fn a_leaf_that_only_a_server_may_show_is_no_clients() {
    let leaf = leaf("server-only", |leaf| {
        leaf.extensions("keyUsage=digitalSignature\nextendedKeyUsage=serverAuth\n")
    });
    let sub = pki::sha256().sub.certificate();
    check(&leaf, &[&sub], &["--purpose", "server"])
        .exits(0)
        .fails("CHAIN-015", NAME, "client-auth-missing");
    for purpose in ["client", "both"] {
        check(&leaf, &[&sub], &["--purpose", purpose])
            .exits(1)
            .fails("PATH-012", NAME, "client-auth-missing");
    }
}

#[test]
fn a_key_usage_that_keeps_a_client_out_is_not_taken_for_the_extended_one() {
    let leaf = leaf("no-signatures", |leaf| {
        leaf.extensions("keyUsage=keyEncipherment\nextendedKeyUsage=serverAuth,clientAuth\n")
    });
    let sub = pki::sha256().sub.certificate();
    let run = check(&leaf, &[&sub], &["--purpose", "both"])
        .exits(1)
        .fails("PATH-012", NAME, "wrong-key-usage");
    let hint = run.finding("PATH-012", NAME)["hint"].to_string();
    assert!(hint.contains("digitalSignature"), "{run}");
}

#[test]
fn a_root_of_the_right_name_with_another_key_is_told() {
    let family = pki::sha256();
    let bench = Bench::new();
    let forged = bench.path("forged.pem");
    pki::openssl(&[
        "req",
        "-x509",
        "-key",
        utf8(&family.leaf.key),
        "-subj",
        "/O=nhs/OU=CA/CN=Test Root sha256",
        "-days",
        "9999",
        "-out",
        utf8(&forged),
    ]);
    let trust = ["--trust", utf8(&forged), "--at", "2027-01-01T00:00:00Z"];
    let run = check(
        &family.leaf.certificate,
        &[&family.sub.certificate()],
        &trust,
    )
    .exits(1)
    .fails("PATH-001", NAME, "issuer-missing");
    let reason = run.finding("PATH-001", NAME)["reason"].to_string();
    assert!(reason.contains("with another key"), "{run}");
}

#[test]
fn days_left_are_told_at_90_and_30_and_when_over() {
    let leaf = leaf("ends-in-june", |leaf| {
        leaf.dates(pki::FROM, "20250601000000Z")
    });
    let sub = pki::sha256().sub.certificate();
    let ids = ["CHAIN-007", "CHAIN-008", "CHAIN-009"];
    for (at, code, outcomes) in [
        ("2025-03-03T00:00:00Z", 0, ["pass", "pass", "pass"]),
        ("2025-03-03T00:00:01Z", 0, ["pass", "pass", "fail"]),
        ("2025-05-02T00:00:00Z", 0, ["pass", "pass", "fail"]),
        (
            "2025-05-02T00:00:01Z",
            0,
            ["pass", "fail", "not-applicable"],
        ),
        (
            "2025-06-01T00:00:00Z",
            0,
            ["pass", "fail", "not-applicable"],
        ),
        (
            "2025-06-01T00:00:01Z",
            1,
            ["fail", "not-applicable", "not-applicable"],
        ),
    ] {
        let mut run = check(&leaf, &[&sub], &["--at", at]).exits(code);
        for (id, outcome) in ids.iter().zip(outcomes) {
            run = run.finds(id, NAME, outcome);
        }
    }
    let early = check(&leaf, &[&sub], &["--at", "2019-12-31T00:00:00Z"])
        .exits(1)
        .fails("PATH-003", NAME, "certificate-not-yet-valid");
    let hint = early.finding("PATH-003", NAME)["hint"].to_string();
    assert!(hint.contains("timedatectl"), "{hint}");
}

#[test]
fn a_leaf_that_outlives_its_issuer_is_told() {
    let leaf = leaf("outlives", |leaf| leaf.dates(pki::FROM, "20410101000000Z"));
    let sub = pki::sha256().sub.certificate();
    check(&leaf, &[&sub], &[])
        .exits(0)
        .fails("CHAIN-010", NAME, "outlives-issuer");
}

#[test]
fn a_key_fits_or_not_or_cannot_be_compared() {
    let family = pki::sha256();
    let sub = family.sub.certificate();
    let leaf = &family.leaf.certificate;
    let with = |key: &Path| check(leaf, &[&sub], &["--key", utf8(key), "--only", "KEY-*"]);
    with(&family.leaf.key)
        .exits(0)
        .finds("KEY-001", NAME, "pass");
    with(&family.sub.key())
        .exits(1)
        .fails("KEY-001", NAME, "key-does-not-fit");
    let bench = Bench::new();
    let locked = bench.path("locked.pem");
    pki::openssl(&[
        "pkey",
        "-aes256",
        "-passout",
        "pass:secret",
        "-in",
        utf8(&family.leaf.key),
        "-out",
        utf8(&locked),
    ]);
    let run = with(&locked)
        .exits(3)
        .finds("KEY-001", NAME, "undetermined");
    assert!(!run.stdout.contains("PRIVATE KEY"), "{run}");
    with(&bench.write(
        "two.pem",
        fs::read_to_string(&family.leaf.key).unwrap().repeat(2),
    ))
    .refuses("2 private keys");
}

#[test]
fn what_is_sent_amiss_is_told() {
    let family = pki::sha256();
    let (root, sub) = (family.root.certificate(), family.sub.certificate());
    let other = pki::sha1().sub.certificate();
    let leaf = &family.leaf.certificate;
    for (chain, id, cause) in [
        ([&root, &sub], "CHAIN-002", "order-wrong"),
        ([&sub, &sub], "CHAIN-003", "duplicate"),
        ([&sub, &other], "CHAIN-004", "unrelated"),
        ([&sub, &root], "CHAIN-006", "tls-extra-root"),
    ] {
        let chain: Vec<&Path> = chain.iter().map(|path| path.as_path()).collect();
        check(leaf, &chain, &[]).exits(0).fails(id, NAME, cause);
    }
}

#[test]
fn depth_counts_intermediates() {
    let family = pki::sha256();
    let sub = family.sub.certificate();
    check(&family.leaf.certificate, &[&sub], &["--depth", "1"]).exits(0);
    check(&family.leaf.certificate, &[&sub], &["--depth", "0"])
        .exits(1)
        .fails("PATH-004", NAME, "path-too-long");
}

#[test]
fn control_characters_in_a_name_reach_no_terminal() {
    let leaf = leaf("hostile", |leaf| leaf.subject("/CN=evil\u{1b}[2J\u{7}=cmd"));
    let sub = pki::sha256().sub.certificate();
    let root = pki::sha256().root.certificate();
    let run = Bench::new().run([
        "check-chain",
        "--cert",
        utf8(&leaf),
        "--chain",
        utf8(&sub),
        "--trust",
        utf8(&root),
        "--at",
        AT,
        "--host",
        "other.nhs.uk",
        "-v",
    ]);
    let clean = |text: &str| text.chars().all(|one| one == '\n' || !one.is_control());
    assert!(clean(&run.exits(1).stdout));
}
