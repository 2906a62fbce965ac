//! `ptl csr --from-cert` and the checklist of a renewal.

use std::fs;

use crate::{
    chain_files::utf8,
    pki::{self, Leaf, NAME, openssl},
    schemas::conforms,
    support::{Bench, provider_install},
};

const AT: [&str; 2] = ["--at", "2026-11-25T00:00:00Z"];

/// A leaf of the SHA-256 family with these extensions; all share a key.
fn old(file: &str, extensions: &str) -> std::path::PathBuf {
    let family = pki::sha256();
    let leaf = Leaf::new(file, NAME)
        .key(&family.leaf.key)
        .extensions(extensions);
    family.sub.leaf(&leaf).certificate
}

#[test]
fn a_renewal_has_the_same_names_and_a_new_key_beside_the_old_pair() {
    let bench = Bench::new();
    let names = format!("subjectAltName=DNS:{NAME},DNS:second.thirdparty.nhs.uk,IP:10.0.0.1\n");
    let old = old("renewed-names", &names);
    let key = format!("{NAME}.key");
    bench.write(&key, "the old key, untouched");
    let run = bench.run(
        [
            &["csr", "--from-cert", utf8(&old), "--format", "json"][..],
            &AT,
        ]
        .concat(),
    );
    let made = run.exits(0).json();
    conforms("csr", &made);
    assert_eq!(made["csr"], format!("{NAME}.2026-11.csr"));
    assert_eq!(made["renews"]["left-out"][0], "the address 10.0.0.1");
    assert_eq!(bench.read(&key), "the old key, untouched");
    let csr = bench.path(&format!("{NAME}.2026-11.csr"));
    let text = openssl(&["req", "-noout", "-text", "-verify", "-in", utf8(&csr)]);
    assert!(
        text.contains(&format!("DNS:{NAME}, DNS:second.thirdparty.nhs.uk")),
        "{text}"
    );
    assert!(
        text.contains(&format!("Subject: CN = {NAME}")) && !text.contains("10.0.0.1"),
        "{text}"
    );
    // The new key is the request's, and not the old certificate's.
    let certificate = ["x509", "-noout", "-pubkey", "-in", utf8(&old)];
    let request = ["req", "-noout", "-pubkey", "-in", utf8(&csr)];
    let new = bench.path(&format!("{NAME}.2026-11.key"));
    let key = ["pkey", "-pubout", "-in", utf8(&new)];
    assert_eq!(openssl(&request), openssl(&key));
    assert_ne!(openssl(&request), openssl(&certificate));
    bench
        .run([&["csr", "--from-cert", utf8(&old)][..], &AT].concat())
        .refuses("already there");
}

#[test]
fn of_an_old_certificate_with_a_common_name_alone_the_name_becomes_an_alternative_name_too() {
    let bench = Bench::new();
    let old = old("renewed-cn-only", "keyUsage=digitalSignature\n");
    let run = bench.run([&["csr", "--from-cert", utf8(&old)][..], &AT].concat());
    run.exits(0)
        .says("renews      ")
        .says("Reason:       renewal, in place of serial ")
        .says("ptl checklist begin renewal");
    let csr = bench.path(&format!("{NAME}.2026-11.csr"));
    bench.run(["csr", "lint", utf8(&csr)]).exits(0);
}

#[test]
fn in_an_install_the_steps_that_open_again_and_the_new_settings_are_named() {
    let bench = Bench::new();
    let old = old("renewed-install", "keyUsage=digitalSignature\n");
    bench.write("ptl.toml", provider_install("key = \"keys/int.key\"\n"));
    fs::create_dir(bench.path("keys")).unwrap();
    let proven = "schema = 1\ndefinition = \"booking-provider\"\n[step.\"int.cert\"]\nstate = \"in-progress\"\nat = 2026-01-01T00:00:00Z\nby = \"jo\"\n";
    bench.write("checklist.toml", proven);
    let arguments = ["csr", "--from-cert", utf8(&old), "--format", "json"];
    let made = bench.run([&arguments[..], &AT].concat()).exits(0).json();
    conforms("csr", &made);
    let renews = &made["renews"];
    assert_eq!(renews["reopens"].as_array().unwrap().len(), 1, "{renews:#}");
    assert_eq!(renews["reopens"][0]["id"], "int.cert");
    assert_eq!(
        renews["settings"][0],
        format!("key = \"keys/{NAME}.2026-11.key\"")
    );
    assert_eq!(made["environment"], "int");
    assert_eq!(bench.read("checklist.toml"), proven);
}

#[test]
fn what_cannot_be_renewed_is_refused_with_a_hint() {
    let bench = Bench::new();
    let family = pki::sha256();
    let renew = |file: &std::path::Path| bench.run(["csr", "--from-cert", utf8(file)]);
    renew(&family.sub.certificate()).refuses("holds CAs alone");
    renew(&family.leaf.key).refuses("holds 1 private key, and no certificate");
    renew(&bench.path("missing")).refuses("could not read");
    renew(&old(
        "renewed-wild",
        "subjectAltName=DNS:*.thirdparty.nhs.uk\n",
    ))
    .refuses("cannot be asked for again");
    let one = fs::read_to_string(&family.leaf.certificate).unwrap();
    let other = fs::read_to_string(old("renewed-other", "keyUsage=digitalSignature\n")).unwrap();
    renew(&bench.write("two.pem", one + &other)).refuses("2 certificates of endpoints");
    bench
        .run(["csr", "--from-cert", "a.pem", "--fqdn", NAME])
        .exits(2)
        .complains("cannot be used with");
    assert_eq!(bench.files(), ["two.pem"]);
}

#[test]
fn with_the_old_key_a_renewal_says_that_it_wants_a_new_one() {
    let bench = Bench::new();
    let old = old("renewed-old-key", "keyUsage=digitalSignature\n");
    let key = bench.write("old.key", fs::read(&pki::sha256().leaf.key).unwrap());
    pki::restrict(&key);
    bench
        .run(
            [
                &["csr", "--from-cert", utf8(&old), "--from-key", "old.key"][..],
                &AT,
            ]
            .concat(),
        )
        .exits(0)
        .says("the key is that of the old certificate");
}

#[test]
fn a_renewal_gets_a_checklist_of_its_own_that_every_word_works_on() {
    let bench = Bench::new();
    bench.write("ptl.toml", provider_install(""));
    let begun = bench
        .run(["checklist", "begin", "renewal", "--format", "json"])
        .exits(0)
        .json();
    conforms("checklist", &begun);
    assert_eq!(
        (&begun["service"], &begun["role"]),
        (&serde_json::Value::Null, &serde_json::Value::Null)
    );
    bench
        .run(["checklist", "begin", "renewal"])
        .refuses("already there");
    let there = |arguments: &[&str]| {
        bench.run([&["--install", "renewal", "checklist"], arguments].concat())
    };
    there(&["next"]).exits(0).says("Next: plan.");
    there(&[
        "done",
        "plan.dates",
        "--evidence",
        "ends 2027-01-31",
        "--by",
        "jo",
    ])
    .exits(0);
    there(&["done", "ask.cert", "--evidence", "x", "--by", "jo"]).exits(1);
    there(&["show"])
        .exits(0)
        .says("1 of 12 steps done")
        .complains_not();
    bench
        .run(["checklist", "begin", "renewal", "live-2027"])
        .exits(0)
        .says("cd live-2027");
    assert!(bench.path("live-2027/checklist.toml").exists());
    bench
        .run(["checklist", "begin", "booking-provider"])
        .refuses("no checklist that is begun beside another")
        .complains("ptl init");
    bench
        .run(["checklist", "begin", "renewel"])
        .refuses("There is: renewal");
}
