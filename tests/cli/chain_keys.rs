//! `ptl check-chain` in an install: the private key, and those of other environments.

use std::fs;

use crate::{
    chain_files::{check, utf8},
    chain_install::{install, judged, settings},
    pki::{self, Leaf, NAME},
};

#[test]
fn one_key_in_two_environments_fails() {
    let family = pki::sha256();
    let bench = install(&settings(&family.leaf.certificate));
    let text = bench.read("ptl.toml")
        + &format!(
            "[environment.live]\nfqdn = \"{NAME}\"\nkey = \"{}\"\n",
            utf8(&family.leaf.key)
        );
    bench.write("ptl.toml", text);
    let run = judged(&bench, "2025-01-01T00:00:00Z")
        .exits(1)
        .fails("KEY-002", "", "key-shared");
    assert!(
        run.finding("KEY-002", "")["reason"]
            .to_string()
            .contains("live")
    );
}

#[test]
fn an_encrypted_key_in_two_environments_is_told_by_its_file_or_left_open() {
    let bench = install("key = \"int.key\"\n[environment.live]\nkey = \"live.key\"");
    let made = ["pkey", "-aes256", "-passout", "pass:secret", "-in"];
    for name in ["int.key", "live.key"] {
        let out = [
            utf8(&pki::sha256().leaf.key),
            "-out",
            utf8(&bench.path(name)),
        ]
        .map(str::to_owned);
        pki::openssl(&[&made[..], &out.each_ref().map(String::as_str)].concat());
    }
    judged(&bench, "2025-01-01T00:00:00Z").finds("KEY-002", "int.key", "undetermined");
    let text = bench.read("ptl.toml").replace("live.key", "int.key");
    bench.write("ptl.toml", text);
    judged(&bench, "2025-01-01T00:00:00Z").fails("KEY-002", "int.key", "key-shared");
}

#[cfg(unix)]
#[test]
fn a_key_that_others_may_read_fails() {
    use std::os::unix::fs::PermissionsExt;
    let bench = install("key = \"open.key\"");
    let key = bench.write("open.key", fs::read(&pki::sha256().leaf.key).unwrap());
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    judged(&bench, "2025-01-01T00:00:00Z").exits(1).fails(
        "KEY-003",
        "open.key",
        "key-readable-by-others",
    );
}

#[test]
fn a_key_that_cannot_be_reached_is_not_said_to_be_missing() {
    let bench = install("key = \"ptl.toml/int.key\"\ncertificate = \"ptl.toml/int.pem\"");
    judged(&bench, "2025-01-01T00:00:00Z")
        .exits(1)
        .fails("KEY-001", "int.key", "file-unreadable")
        .fails("CHAIN-001", "int.pem", "file-unreadable");
}

#[test]
fn a_key_of_a_later_certificate_and_a_ca_that_comes_first_are_told() {
    let family = pki::sha256();
    let sub = family.sub.certificate();
    let old = family.sub.leaf(&Leaf::new("old-key", NAME)).certificate;
    let key = ["--key", utf8(&family.leaf.key), "--host", NAME];
    let run = check(&old, &[&sub, &family.leaf.certificate], &key)
        .exits(1)
        .fails("KEY-001", NAME, "key-does-not-fit");
    let told = run.finding("KEY-001", NAME).to_string();
    assert!(told.contains("of a later one"), "{run}");
    assert!(
        told.contains("Put the certificate that the key fits first"),
        "{run}"
    );
    let run = check(&sub, &[&family.leaf.certificate], &key)
        .exits(1)
        .fails("CHAIN-002", "Test Sub", "order-wrong")
        .fails("PATH-010", "Test Sub", "wrong-name");
    let told = run.finding("PATH-010", "Test Sub")["hint"].to_string();
    assert!(told.contains("first in its file"), "{run}");
}
