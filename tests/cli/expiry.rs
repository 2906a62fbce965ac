//! `ptl expiry`: every date that ends something, as table, JSON and calendar.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;

use crate::{
    chain_files::utf8,
    pki::{self, Leaf, NAME},
    schemas::conforms,
    support::{Bench, Run, provider_install},
};

/// An install with a certificate that ends on 2027-06-01, its CAs, a waiver and an unanswered request for live.
fn install() -> Bench {
    let bench = Bench::new();
    let family = pki::sha256();
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let leaf = Leaf::new(&format!("expiry-{number}"), NAME)
        .dates("20250601000000Z", "20270601000000Z")
        .key(&family.leaf.key);
    let issued = family.sub.leaf(&leaf);
    let (sub, root) = (family.sub.certificate(), family.root.certificate());
    let settings = format!(
        "certificate = {:?}\nchain = {:?}\ntrust = [{:?}, {:?}]\n\
         [environment.live]\nfqdn = \"live.thirdparty.nhs.uk\"\nkey = \"live.key\"\n\
         [[waive]]\ncheck = \"CHAIN-009\"\nreason = \"renewal is under way\"\nby = \"Jo\"\nuntil = 2027-01-31\n",
        issued.certificate, sub, sub, root
    );
    bench.write("ptl.toml", provider_install(&settings));
    let made = ["csr", "--fqdn", "live.thirdparty.nhs.uk", "--out", "."];
    bench.run(made).exits(0);
    std::fs::rename(
        bench.path("live.thirdparty.nhs.uk.csr"),
        bench.path("live.csr"),
    )
    .unwrap();
    bench
}

fn at(bench: &Bench, day: &str, more: &[&str]) -> Run {
    let time = format!("{day}T12:00:00Z");
    bench.run([&["expiry", "--at", &time][..], more].concat())
}

fn endings(run: &Run) -> Vec<Value> {
    let document = run.json();
    conforms("expiry", &document);
    document["endings"].as_array().unwrap().clone()
}

#[test]
fn what_ends_in_an_install_stands_in_order_and_each_certificate_once() {
    let bench = install();
    let run = at(&bench, "2027-01-01", &["--format", "json"]).exits(0);
    let found: Vec<_> = endings(&run)
        .iter()
        .map(|it| {
            format!("{} {} {}", it["kind"], it["nearness"], it["environment"]).replace('"', "")
        })
        .collect();
    // Root and sub CA end at the same moment, so that either may come first.
    assert_eq!(
        found[..3],
        ["request waiting live", "waiver soon null", "leaf far int"]
    );
    assert_eq!(found.len(), 5);
    for ca in ["root far int", "sub far int"] {
        assert!(found[3..].iter().any(|it| it == ca), "{found:#?}");
    }
}

#[test]
fn the_exit_code_follows_what_has_ended_or_is_about_to() {
    let bench = install();
    at(&bench, "2027-05-20", &["--within", "5"]).exits(1);
    at(&bench, "2027-01-30", &[]).exits(0);
    at(&bench, "2027-01-30", &["--within", "30"]).exits(1);
    let run = at(&bench, "2027-06-02", &["--env", "int"]).exits(1);
    let answer = run.answer().to_owned();
    assert!(answer.starts_with("2 ended"), "{answer}");
    // A waiver's last day still counts.
    at(&bench, "2027-01-31", &[]).exits(0);
    at(&bench, "2027-02-01", &[]).exits(1);
}

#[test]
fn a_file_that_cannot_be_read_is_no_good_news() {
    let bench = install();
    let text = bench.read("ptl.toml")
        + "\n[environment.dep]\nfqdn = \"a.nhs.uk\"\ncertificate = \"missing.pem\"\n";
    bench.write("ptl.toml", text);
    let run = at(&bench, "2026-12-01", &[]).exits(3);
    run.says("1 file could not be read").says("missing.pem");
}

#[test]
fn files_and_lists_are_taken_without_an_install() {
    let bench = Bench::new();
    let family = pki::sha256();
    let list = family
        .sub
        .list("expiry.crl", "20250101000000Z", "20250201000000Z");
    let root = family.root.certificate();
    let run = at(
        &bench,
        "2025-01-20",
        &[utf8(&list), utf8(&root), "--format", "json"],
    )
    .exits(0);
    let found = endings(&run);
    assert_eq!(found[0]["kind"], "list");
    assert_eq!(found[0]["days"], 11);
    assert_eq!(found[0]["nearness"], "soon");
    assert_eq!(found[1]["kind"], "root");
    at(&bench, "2025-02-02", &[utf8(&list)])
        .exits(1)
        .says("ENDED");
    // A folder stands for everything in it; what is damaged there is no good news.
    bench.write("lists/list.crl", std::fs::read(&list).unwrap());
    bench.write("lists/README", "the lists");
    at(&bench, "2025-02-02", &["lists"]).exits(1).says("ENDED");
    bench.write("lists/half.crl", &std::fs::read(&list).unwrap()[..200]);
    at(&bench, "2025-01-02", &["lists"])
        .exits(3)
        .says("half.crl");
    let store = bench.path("id.p12");
    pki::openssl(&[
        "pkcs12",
        "-export",
        "-passout",
        "pass:secret",
        "-nokeys",
        "-in",
        utf8(&root),
        "-out",
        utf8(&store),
    ]);
    at(&bench, "2025-02-02", &["id.p12"]).refuses("under a passphrase");
    bench.write("secret", "secret\n");
    pki::restrict(&bench.path("secret"));
    let opened = ["id.p12", "--passphrase-file", "secret"];
    at(&bench, "2025-02-02", &opened)
        .exits(0)
        .says("root Test Root");
    let key = utf8(&family.leaf.key).to_owned();
    at(&bench, "2025-02-02", &[&key]).refuses("holds nothing that ends: 1 private key");
    at(&bench, "2025-02-02", &["missing.pem"]).refuses("could not read");
    at(&bench, "2025-02-02", &[]).refuses("ptl.toml");
}

#[test]
fn the_calendar_has_a_day_for_each_end_and_the_same_identity_every_time() {
    let bench = install();
    let ics = |day: &str| at(&bench, day, &["--ics", "--env", "int"]).exits(0).stdout;
    let (one, other) = (ics("2027-01-01"), ics("2027-01-02"));
    assert!(one.starts_with("BEGIN:VCALENDAR\r\n") && one.ends_with("END:VCALENDAR\r\n"));
    assert_eq!(one.matches("PRODID:").count(), 1, "{one}");
    assert!(one.contains("PRODID:-//ptl//expiry//EN\r\n"), "{one}");
    // An end that is no later than the start breaks RFC 5545, 3.6.1; a day without one is that day.
    assert!(!one.contains("DTEND"), "{one}");
    assert!(one.contains("DTSTART;VALUE=DATE:20270601\r\n"), "{one}");
    assert!(
        one.contains(&format!("SUMMARY:certificate {NAME} ends")),
        "{one}"
    );
    let identities = |text: &str| -> Vec<String> {
        let lines = text.lines().filter(|line| line.starts_with("UID:"));
        lines.map(str::to_owned).collect()
    };
    assert_eq!(identities(&one).len(), 4);
    assert_eq!(identities(&one), identities(&other));
    assert!(
        one.lines().all(|line| line.len() <= 75),
        "RFC 5545, 3.1: lines are folded"
    );
    at(&bench, "2027-01-01", &["--ics", "--format", "json"]).refuses("two formats");
}

#[test]
fn a_kept_list_is_the_jobs_until_it_has_ended() {
    let bench = install();
    let list = pki::sha256()
        .sub
        .list("expiry.crl", "20250101000000Z", "20250108000000Z");
    bench.write("crl/int/sub.crl", std::fs::read(list).unwrap());
    let kept = |run: &Run| {
        let endings = endings(run).into_iter();
        let lists: Vec<_> = endings.filter(|it| it["kind"] == "list").collect();
        assert_eq!(lists.len(), 1, "{run}");
        lists[0]["nearness"].as_str().unwrap().to_owned()
    };
    let json = ["--format", "json"];
    // That one is about to end is no news: a job has the next.
    let run = at(&bench, "2025-01-07", &json).exits(0);
    assert_eq!(kept(&run), "far");
    // Its CA is at hand: a large one is not read whole each day.
    assert!(bench.path("crl/int/sub.index").exists());
    let run = at(&bench, "2025-01-09", &json).exits(1);
    assert_eq!(kept(&run), "ended");
    bench.write("crl/int/sub.crl", "no list");
    at(&bench, "2025-01-07", &[]).exits(3).says("sub.crl");
}
