//! `ptl check-chain` on bad input: exit 2 with a hint, under a second and 200 MB.

use std::{
    fs::{self, File},
    path::Path,
    time::{Duration, Instant},
};

use crate::{
    chain_files::{check, utf8},
    pki,
    support::Bench,
};

/// Asserts the refusal, whichever option the file comes with.
#[track_caller]
fn refused(file: &Path, text: &str) {
    let family = pki::sha256();
    let sub = family.sub.certificate();
    let started = Instant::now();
    check(file, &[&sub], &[]).refuses(text);
    check(&family.leaf.certificate, &[file], &[]).refuses(text);
    check(&family.leaf.certificate, &[&sub], &["--trust", utf8(file)]).refuses(text);
    assert!(started.elapsed() < Duration::from_secs(3), "{text}");
}

#[test]
fn files_that_are_no_certificates_are_refused_with_a_hint() {
    let bench = Bench::new();
    let family = pki::sha256();
    let pem = fs::read_to_string(&family.leaf.certificate).unwrap();
    refused(&bench.path("missing.pem"), "could not read");
    refused(&bench.write("empty.pem", ""), "is empty");
    refused(&bench.write("half.pem", &pem[..pem.len() / 2]), "cut off");
    refused(
        &bench.write("noise.bin", [0x81_u8; 5000]),
        "neither PEM nor DER",
    );
    refused(
        &bench.write("page.crt", "<!DOCTYPE html><html>"),
        "a web page",
    );
    refused(&family.leaf.key, "holds 1 private key, and no certificate");
    let der = bench.path("leaf.der");
    pki::openssl(&[
        "x509",
        "-in",
        utf8(&family.leaf.certificate),
        "-outform",
        "DER",
        "-out",
        utf8(&der),
    ]);
    let whole = fs::read(&der).unwrap();
    refused(
        &bench.write("half.der", &whole[..whole.len() - 7]),
        "is cut off",
    );
    check(&der, &[&family.sub.certificate()], &[]).exits(0);
}

#[test]
fn other_containers_are_named_with_the_command_that_opens_them() {
    let bench = Bench::new();
    refused(
        &bench.write("store.jks", b"\xfe\xed\xfe\xed\0\0\0\x02"),
        "keytool -importkeystore",
    );
}

#[test]
fn huge_files_are_refused_at_once() {
    let bench = Bench::new();
    let sparse = bench.path("sparse.pem");
    File::create(&sparse).unwrap().set_len(1 << 30).unwrap();
    refused(&sparse, "is larger than");
    let many = "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n".repeat(100_000);
    refused(&bench.write("many.pem", many), "more than 6000 objects");
}

#[test]
fn a_byte_order_mark_and_text_around_do_no_harm() {
    let bench = Bench::new();
    let family = pki::sha256();
    let pem = fs::read_to_string(&family.leaf.certificate).unwrap();
    let dressed = format!(
        "\u{feff}Dear supplier,\r\n\r\n{}\r\nKind regards\r\n",
        pem.replace('\n', "\r\n")
    );
    check(
        &bench.write("mail.txt", dressed),
        &[&family.sub.certificate()],
        &[],
    )
    .exits(0);
}

#[test]
fn a_key_whose_line_ends_were_lost_is_not_repeated() {
    let bench = Bench::new();
    let family = pki::sha256();
    let pem = fs::read_to_string(&family.leaf.key).unwrap();
    let secret = pem.lines().nth(3).unwrap();
    for between in ["", " "] {
        let key = bench.write("joined.key", pem.replace('\n', between));
        let sub = family.sub.certificate();
        for run in [
            check(&key, &[&sub], &[]),
            check(&family.leaf.certificate, &[&sub], &["--key", utf8(&key)]),
            bench.run(["csr", "lint", utf8(&key)]),
        ] {
            let run = run.exits(2);
            assert!(!run.stderr.contains(secret), "{run}");
        }
    }
}
