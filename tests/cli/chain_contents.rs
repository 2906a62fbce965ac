//! `ptl check-chain` on what a file holds: how a text was saved, what stands beside the certificates, and the
//! system's own CAs.

use std::fs;

use crate::{
    chain_files::{check, utf8},
    chain_install::{install, judged, settings},
    pki::{self, NAME},
    support::Bench,
};

/// The base64 of a PEM file, without its armour.
fn payload(pem: &str) -> String {
    let lines = pem.lines().filter(|line| !line.starts_with("-----"));
    lines.map(|line| format!("{line}\r\n")).collect()
}

#[test]
fn a_certificate_is_read_however_its_text_was_saved() {
    let family = pki::sha256();
    let sub = family.sub.certificate();
    let pem = fs::read_to_string(&family.leaf.certificate).unwrap();
    let utf16 = |order: fn(u16) -> [u8; 2]| -> Vec<u8> {
        let text = format!("\u{feff}{}", pem.replace('\n', "\r\n"));
        text.encode_utf16().flat_map(order).collect()
    };
    let bench = Bench::new();
    for (name, saved) in [
        ("mark.pem", format!("\u{feff}{pem}").into_bytes()),
        ("windows.pem", utf16(u16::to_le_bytes)),
        ("big-endian.pem", utf16(u16::to_be_bytes)),
        ("mail.txt", payload(&pem).into_bytes()),
        (
            "one-line.txt",
            payload(&pem).replace("\r\n", "").into_bytes(),
        ),
        (
            "letter.txt",
            format!("Dear all,\r\n\r\n{pem}\r\nKind regards").into_bytes(),
        ),
    ] {
        let file = bench.write(name, saved);
        let run = check(&file, &[&sub], &[])
            .exits(0)
            .finds("PATH-001", NAME, "pass");
        run.finds("CHAIN-020", "--cert", "pass");
    }
}

#[test]
fn what_stands_beside_the_certificates_is_told() {
    let family = pki::sha256();
    let bench = Bench::new();
    let read = |path| fs::read_to_string(path).unwrap();
    let list = family.sub.list("beside.crl", pki::FROM, pki::UNTIL);
    let parts = [
        read(family.sub.certificate()),
        read(list),
        "-----BEGIN DH PARAMETERS-----\nAA==\n-----END DH PARAMETERS-----\n".to_owned(),
    ];
    let chain = bench.write("chain.pem", parts.concat());
    let run = check(&family.leaf.certificate, &[&chain], &[])
        .exits(0)
        .fails("CHAIN-020", "--chain", "unrelated");
    let reason = run.finding("CHAIN-020", "--chain")["reason"].to_string();
    assert!(
        reason.contains("1 revocation list, 1 `DH PARAMETERS` block"),
        "{reason}"
    );
    let holds = run.finding("CHAIN-001", "--chain")["reason"].to_string();
    assert!(
        holds.contains("holds 1 certificate, 1 revocation list"),
        "{holds}"
    );
}

#[cfg(unix)]
#[test]
fn a_private_key_that_lies_open_in_a_file_of_certificates_fails() {
    use std::os::unix::fs::PermissionsExt;
    let family = pki::sha256();
    let sub = family.sub.certificate();
    let bench = Bench::new();
    let both = [&family.leaf.certificate, &family.leaf.key].map(|file| fs::read(file).unwrap());
    let file = bench.write("both.pem", both.concat());
    let mode = |mode| fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
    mode(0o644);
    let run =
        check(&file, &[&sub], &[])
            .exits(1)
            .fails("CHAIN-019", "--cert", "key-readable-by-others");
    assert!(!run.stdout.contains("PRIVATE KEY-----"), "{run}");
    // Named as the key, it is judged as that, once.
    check(&file, &[&sub], &["--key", utf8(&file)])
        .exits(1)
        .finds("CHAIN-019", "--cert", "pass")
        .fails("KEY-003", NAME, "key-readable-by-others");
    mode(0o600);
    check(&file, &[&sub], &[])
        .exits(0)
        .finds("CHAIN-019", "--cert", "pass");

    let bench = install(&settings(&family.leaf.certificate));
    let text = bench
        .read("ptl.toml")
        .replace(utf8(&family.leaf.certificate), "both.pem");
    bench.write("ptl.toml", text);
    let file = bench.write("both.pem", both.concat());
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    judged(&bench, "2025-01-01T00:00:00Z").fails("CHAIN-019", "both.pem", "key-readable-by-others");
}

#[test]
fn of_a_folder_a_damaged_certificate_is_told_and_a_readme_is_counted() {
    let family = pki::sha256();
    let bench = Bench::new();
    let root = fs::read(family.root.certificate()).unwrap();
    bench.write("cas/root.pem", &root);
    bench.write("cas/half.pem", &root[..root.len() / 2]);
    bench.write("cas/README", "the CAs of INT");
    let trust = bench.path("cas");
    let sub = family.sub.certificate();
    let run = check(
        &family.leaf.certificate,
        &[&sub],
        &["--trust", utf8(&trust)],
    )
    .exits(3)
    .finds("CHAIN-020", "--trust", "undetermined");
    let reason = run.finding("CHAIN-020", "--trust")["reason"].to_string();
    assert!(
        reason.contains("half.pem") && reason.contains("cut off"),
        "{reason}"
    );
    let evidence = &run.finding("CHAIN-001", "--trust")["evidence"];
    assert_eq!(evidence["files that hold nothing of the kind"], "1");
}

#[test]
fn the_cas_of_the_system_are_trusted_where_that_is_asked_for() {
    let family = pki::sha256();
    let (root, sub) = (family.root.certificate(), family.sub.certificate());
    let bench = Bench::new();
    let empty = bench.path("empty");
    fs::create_dir(&empty).unwrap();
    let bench = bench
        .variable("SSL_CERT_FILE", utf8(&root))
        .variable("SSL_CERT_DIR", utf8(&empty));
    let leaf = utf8(&family.leaf.certificate);
    let files = [
        "check-chain",
        "--cert",
        leaf,
        "--chain",
        utf8(&sub),
        "--format",
        "json",
    ];
    let when = ["--at", "2025-01-01T00:00:00Z"];
    let system = || bench.run([&files[..], &when, &["--trust", "system"]].concat());
    system().exits(0).finds("PATH-001", NAME, "pass").finds(
        "CHAIN-001",
        "--trust (the system's CAs)",
        "pass",
    );
    // A file of that name goes first.
    bench.write("system", fs::read(pki::sha1().root.certificate()).unwrap());
    system().exits(1).fails("PATH-001", NAME, "issuer-missing");
    fs::remove_file(bench.path("system")).unwrap();
    let none = Bench::new()
        .variable("SSL_CERT_FILE", "/nonexistent")
        .variable("SSL_CERT_DIR", "/nonexistent");
    none.run([&files[..], &["--trust", "system"]].concat())
        .refuses("this system keeps no trusted CAs");
}
