//! `ptl bundle` in an install: the revocation lists that it keeps, and what `[revocation]` of ptl.toml says of them.

use std::{fs, path::Path};

use serde_json::Value;

use crate::{
    bundle::{AT, bench, bench_with_install, manifest},
    bundle_lists::{JSON, lacks},
    chain_files::utf8,
    chain_install::here,
    parted::{arl, parted, partitions},
    pki::{self, FROM, NAME, UNTIL, openssl},
    support::{Bench, Run},
};

/// An install of the SHA-256 family, with these lines of `[revocation]`.
fn install(lines: &str) -> Bench {
    let bench = bench_with_install();
    let text = bench.read("ptl.toml");
    bench.write("ptl.toml", format!("{text}\n[revocation]\n{lines}\n"));
    bench
}

fn of_install(bench: &Bench, more: &[&str]) -> Run {
    let profile = here(bench);
    let order = [
        "bundle",
        "--for",
        "nginx",
        "--env",
        utf8(&profile),
        "--at",
        AT,
    ];
    bench.run([&order[..], &["--out", "new"], more].concat())
}

/// The lists of the SHA-256 family, as an install keeps them.
fn keep(bench: &Bench, folder: &str, until: &str) {
    let family = pki::sha256();
    for (name, ca) in [("root", &family.root), ("sub", &family.sub)] {
        let list = ca.list(&format!("kept-{until}.crl"), FROM, until);
        bench.write(&format!("{folder}/{name}.crl"), fs::read(list).unwrap());
        bench.write(&format!("{folder}/{name}.json"), "{}");
    }
}

#[test]
fn an_install_gives_the_lists_that_it_keeps() {
    let bench = install("folder = \"lists\"");
    let run = of_install(&bench, JSON);
    lacks(&bench, run, "REV-033", "Test Root", "crl-missing");
    keep(&bench, "lists/int", UNTIL);
    of_install(&bench, &[]).exits(0).says("2 revocation lists");
    assert_eq!(
        manifest(&bench, "new")["lists"]["each"][0]["generation"],
        "g2"
    );
}

#[test]
fn a_list_that_ends_before_the_next_run_is_as_one_that_has_ended() {
    let bench = install("every = \"7d\"");
    keep(&bench, "crl/int", "20250107000000Z");
    let run = of_install(&bench, JSON);
    lacks(&bench, run, "REV-032", "sub.crl", "crl-ends-too-soon");
    let bench = install("every = \"24h\"");
    keep(&bench, "crl/int", "20250107000000Z");
    of_install(&bench, &[])
        .exits(0)
        .says("the first until 2025-01-07");
}

#[test]
fn a_policy_of_off_spares_the_lists_of_all_cas_or_of_none() {
    let bench = install("policy = \"off\"");
    keep(&bench, "crl/int", UNTIL);
    of_install(&bench, &[]).exits(0).says("policy = \"off\"");
    assert_eq!(manifest(&bench, "new")["lists"], Value::Null);
    for policy in ["off", "warn"] {
        let one = format!("[revocation.generation.sha1]\npolicy = \"{policy}\"");
        let bench = install(&one);
        let run = of_install(&bench, JSON);
        lacks(&bench, run, "REV-033", "Test Sub", "crl-missing");
    }
    let bench = install("policy = \"warn\"");
    let run = of_install(&bench, JSON);
    lacks(&bench, run, "REV-033", "Test Sub", "crl-missing")
        .says("whatever `policy` in ptl.toml says");
}

#[test]
fn a_peer_that_is_named_must_be_covered() {
    let bench = bench();
    let family = parted();
    let text = fs::read_to_string(bench_with_install().path("ptl.toml")).unwrap();
    let settings = [
        (
            pki::sha256().leaf.certificate.clone(),
            family.first.certificate.clone(),
        ),
        (pki::sha256().sub.certificate(), family.sub.certificate()),
        (pki::sha256().root.certificate(), family.root.certificate()),
    ];
    let text = settings
        .iter()
        .fold(text, |text, (from, to)| text.replace(utf8(from), utf8(to)));
    let peers = [&family.first.certificate, &family.second.certificate].map(|peer| utf8(peer));
    bench.write(
        "ptl.toml",
        format!("{text}\n[revocation]\npeers = {peers:?}\n"),
    );
    let profile = fs::read_to_string(here(&bench)).unwrap();
    let print = |file: &Path| {
        let asked = [
            "x509",
            "-noout",
            "-fingerprint",
            "-sha256",
            "-in",
            utf8(file),
        ];
        let line = openssl(&asked);
        line.rsplit('=')
            .next()
            .unwrap()
            .trim()
            .replace(':', "")
            .to_lowercase()
    };
    let profile = settings.iter().fold(profile, |text, (from, to)| {
        text.replace(&print(from), &print(to))
    });
    bench.write("parted.toml", profile);
    let [first, second] = partitions();
    let run = |lists: &[&str]| {
        let order = [
            "bundle",
            "--for",
            "nginx",
            "--env",
            "parted.toml",
            "--at",
            AT,
            "--out",
            "new",
        ];
        bench.run([&order[..], &["--allow-incomplete"], JSON, lists].concat())
    };
    run(&["--crl", utf8(arl()), utf8(first)])
        .exits(0)
        .says("REV-035, parted-2");
    fs::remove_dir_all(bench.path("new")).unwrap();
    let run = run(&["--crl", utf8(arl()), utf8(first), utf8(second)]).exits(0);
    assert!(!run.stdout.contains("REV-035"), "{run}");
}

#[test]
fn a_set_that_is_revoked_itself_is_refused_by_the_lists_at_hand() {
    let family = pki::sha256();
    let bench = install("");
    keep(&bench, "crl/int", UNTIL);
    let leaf = &family.leaf.certificate;
    let list = family.sub.list_with("own-revoked.crl", leaf, (FROM, UNTIL));
    bench.write("crl/int/sub.crl", fs::read(&list).unwrap());
    let run = of_install(&bench, JSON);
    lacks(&bench, run, "REV-001", NAME, "revoked");
    // Nor without lists for the server: those at hand are looked at all the same.
    let run = of_install(&bench, &[JSON, &["--no-lists"]].concat());
    lacks(&bench, run, "REV-001", NAME, "revoked");
    of_install(&bench, &["--allow-incomplete"])
        .exits(0)
        .says("it is revoked since");
    // The sub CA.
    let bench = install("");
    keep(&bench, "crl/int", UNTIL);
    let above = family.sub.certificate();
    let list = family
        .root
        .list_with("own-sub-revoked.crl", &above, (FROM, UNTIL));
    bench.write("crl/int/root.crl", fs::read(&list).unwrap());
    let run = of_install(&bench, JSON);
    lacks(&bench, run, "REV-001", "Test Sub", "authority-revoked");
}

#[test]
fn files_that_are_revoked_are_refused_by_the_lists_that_are_named() {
    let family = pki::sha256();
    let bench = bench();
    let leaf = &family.leaf.certificate;
    let list = family.sub.list_with("own-named.crl", leaf, (FROM, UNTIL));
    let run = crate::bundle::plain(&bench, "nginx", &[&["--crl", utf8(&list)], JSON].concat());
    lacks(&bench, run, "REV-001", NAME, "revoked");
}

#[test]
fn what_an_install_must_know_of_its_own_it_must_know_before_a_set_is_written() {
    let bench = install("");
    keep(&bench, "crl/int", UNTIL);
    fs::remove_file(bench.path("crl/int/sub.crl")).unwrap();
    let run = of_install(&bench, JSON);
    let found = run.finding("REV-001", NAME);
    assert_eq!(found["outcome"], "undetermined", "{run}");
    // It is a warning where the server gets no lists anyway.
    of_install(&bench, &["--no-lists"])
        .exits(0)
        .says("REV-002, example.thirdparty.nhs.uk: no list");
}
