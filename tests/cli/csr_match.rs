//! `ptl csr match`: which key, request and certificate belong together, and which is odd.

use std::fs;

use crate::{
    chain_files::utf8,
    pki::{self, openssl},
    support::{Bench, Run},
};

/// A folder as people have it: two pairs, one certificate, a CA, and files that are none of it.
fn folder() -> Bench {
    let bench = Bench::new();
    let (ours, theirs) = (&pki::sha256().leaf, &pki::sha1().leaf);
    for (name, file) in [
        ("work/keys/ours.key", &ours.key),
        ("work/keys/old/other.key", &theirs.key),
        ("work/ours.crt", &ours.certificate),
    ] {
        bench.write(name.trim_start_matches("work/"), fs::read(file).unwrap());
    }
    bench.write(
        "sub.pem",
        fs::read(pki::sha256().sub.certificate()).unwrap(),
    );
    bench.write("notes.txt", "the certificate came on Monday");
    let request = bench.path("ours.csr");
    let arguments = [
        "req",
        "-new",
        "-key",
        utf8(&ours.key),
        "-subj",
        "/CN=a.nhs.uk",
    ];
    openssl(&[&arguments[..], &["-out", utf8(&request)]].concat());
    bench
}

fn matched(bench: &Bench, more: &[&str]) -> Run {
    let arguments = [&["csr", "match", "--format", "json"][..], more].concat();
    bench.run(arguments)
}

#[test]
fn each_piece_of_a_folder_is_told_where_the_others_of_its_key_are() {
    let bench = folder();
    let run = matched(&bench, &["."]).exits(0);
    let run = run
        .finds("KEY-004", "ours.crt", "pass")
        .finds("KEY-004", "sub.pem", "not-applicable")
        .fails("KEY-005", "other.key", "unrelated");
    let subject = run.finding("KEY-004", "ours.crt")["subject"].clone();
    assert_eq!(
        subject,
        "./keys/ours.key (private key) + ./ours.csr (request a.nhs.uk) + ./ours.crt (certificate example.thirdparty.nhs.uk)"
    );
    let evidence = run.finding("KEY-004", "ours.crt")["evidence"].clone();
    assert_eq!(evidence["private key"], "./keys/ours.key");
    assert_eq!(evidence["request"], "./ours.csr");
    assert!(!run.stdout.contains("PRIVATE KEY-----"));
}

#[test]
fn a_certificate_without_its_key_fails_and_says_how_many_there_are() {
    let bench = folder();
    let run = matched(&bench, &["ours.crt", "keys/old"]).exits(1);
    let run = run.fails("KEY-004", "ours.crt", "key-does-not-fit");
    let reason = run.finding("KEY-004", "ours.crt")["reason"].to_string();
    assert!(
        reason.contains("the one private key here is another's"),
        "{reason}"
    );
    matched(&bench, &["ours.crt"])
        .exits(1)
        .says("no private key was found that could be opened");
}

#[test]
fn an_encrypted_key_leaves_it_open_until_its_passphrase_is_given() {
    let bench = folder();
    fs::remove_file(bench.path("keys/ours.key")).unwrap();
    let locked = bench.path("keys/locked.key");
    pki::lock(&pki::sha256().leaf.key, &locked);
    matched(&bench, &["."])
        .exits(3)
        .finds("KEY-004", "ours.crt", "undetermined")
        .finds("KEY-005", "locked.key", "undetermined");
    let secret = bench.write("../secret", "secret\n");
    let run = matched(&bench, &[".", "--passphrase-file", utf8(&secret)]);
    run.exits(0).finds("KEY-004", "locked.key", "pass");
}

#[test]
fn a_store_is_a_key_and_a_certificate_that_belong_together() {
    let bench = Bench::new();
    let (leaf, store) = (&pki::sha256().leaf, bench.path("identity.pfx"));
    let mut arguments = vec!["pkcs12", "-export", "-in", utf8(&leaf.certificate)];
    arguments.extend([
        "-inkey",
        utf8(&leaf.key),
        "-passout",
        "pass:secret",
        "-out",
        utf8(&store),
    ]);
    openssl(&arguments);
    let secret = bench.write("../secret", "secret\n");
    matched(
        &bench,
        &["identity.pfx", "--passphrase-file", utf8(&secret)],
    )
    .exits(0)
    .finds(
        "KEY-004",
        "identity.pfx (private key) + identity.pfx (certificate",
        "pass",
    );
    matched(&bench, &["identity.pfx"]).exits(3);
}

#[test]
fn mistakes_are_named() {
    let bench = folder();
    matched(&bench, &["missing.crt"]).refuses("could not read `missing.crt`");
    matched(&bench, &["notes.txt"]).refuses("neither PEM nor DER");
    let empty = bench.path("empty");
    fs::create_dir(&empty).unwrap();
    matched(&bench, &["empty"]).refuses("no private key, request or certificate is among");
    bench
        .run(["csr", "--no-san", "match", "."])
        .refuses("flags of `ptl csr` stand before `match`");
    bench.run(["csr", "match"]).exits(2);
}

#[cfg(unix)]
#[test]
fn a_loop_of_folders_and_a_crowd_of_files_end() {
    let bench = folder();
    std::os::unix::fs::symlink(bench.folder(), bench.path("loop")).unwrap();
    matched(&bench, &["."]).exits(0);
    for number in 0..2100 {
        bench.write(&format!("many/{number}"), "");
    }
    matched(&bench, &["many"]).refuses("more than 2000 files");
}
