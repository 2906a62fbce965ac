//! What proves a step: copies that are kept, reports of ptl, and what makes a proof one of something else.

use std::fs;

use serde_json::Value;

use crate::{
    checklist::{FILE, changes_nothing, done_before, provider, ptl},
    pki,
    schemas::conforms,
    support::{Bench, provider_install},
};

fn shown(bench: &Bench, step: &str) -> Value {
    let view = ptl(bench, &["show", step, "--format", "json"])
        .exits(0)
        .json();
    conforms("checklist", &view);
    view["stages"][0]["steps"][0].clone()
}

fn state(bench: &Bench, step: &str) -> String {
    shown(bench, step)["state"].as_str().unwrap().to_owned()
}

#[test]
fn a_copy_is_kept_beside_the_checklist_and_told_when_it_is_changed_or_gone() {
    let bench = provider();
    bench.write("mails/ods.txt", "the code");
    let order = [
        "done",
        "plan.ods",
        "--evidence",
        "mails/ods.txt",
        "--evidence",
        "a call",
        "--copy",
    ];
    ptl(&bench, &order).exits(0);
    assert_eq!(bench.read("evidence/ods.txt"), "the code");
    ptl(&bench, &["show", "plan.ods"]).says("kept as");
    assert_eq!(shown(&bench, "plan.ods")["evidence"][0]["standing"], "kept");
    ptl(&bench, &["audit"]).exits(0);
    // Another file of that name stays beside it.
    bench.write("mails/ods.txt", "another mail");
    ptl(
        &bench,
        &["done", "plan.nsd", "--evidence", "mails/ods.txt", "--copy"],
    )
    .exits(0);
    assert_eq!(bench.read("evidence/ods.txt"), "the code");
    assert_eq!(fs::read_dir(bench.path("evidence")).unwrap().count(), 2);
    bench.write("evidence/ods.txt", "the c0de");
    ptl(&bench, &["show", "plan.ods"]).says("changed since");
    let document = ptl(&bench, &["audit", "--format", "json"]).exits(1).json();
    conforms("checklist-audit", &document);
    assert_eq!(document["copies"][0]["standing"], "changed");
    assert_eq!(document["copies"].as_array().unwrap().len(), 1);
    fs::remove_file(bench.path("evidence/ods.txt")).unwrap();
    ptl(&bench, &["audit"])
        .exits(1)
        .says("evidence/ods.txt is not there any more");
    std::os::unix::fs::symlink("../mails/ods.txt", bench.path("evidence/ods.txt")).unwrap();
    ptl(&bench, &["audit"])
        .exits(1)
        .says("is not there any more");
}

#[test]
fn nothing_is_copied_where_nothing_is_written_down_nor_through_a_link() {
    let bench = provider();
    bench.write("mail.txt", "x");
    changes_nothing(
        &bench,
        &["done", "live.hscn", "--evidence", "mail.txt", "--copy"],
    )
    .exits(1);
    assert!(!bench.path("evidence").exists());
    fs::create_dir(bench.path("elsewhere")).unwrap();
    std::os::unix::fs::symlink("elsewhere", bench.path("evidence")).unwrap();
    changes_nothing(
        &bench,
        &["done", "plan.ods", "--evidence", "mail.txt", "--copy"],
    )
    .refuses("is a symlink");
    assert_eq!(fs::read_dir(bench.path("elsewhere")).unwrap().count(), 0);
    // A name in the record that leads out of the folder is no name.
    fs::remove_file(bench.path("evidence")).unwrap();
    ptl(
        &bench,
        &["done", "plan.ods", "--evidence", "mail.txt", "--copy"],
    )
    .exits(0);
    let text = bench.read(FILE);
    bench.write(
        FILE,
        text.replace("copy = \"mail.txt\"", "copy = \"../mail.txt\""),
    );
    ptl(&bench, &["audit"]).refuses("`copy` is the name of a file in `evidence/`");
}

/// A report of ptl about an environment, with this verdict.
fn report(bench: &Bench, name: &str, environment: &str, verdict: &str) {
    let real = bench.run([
        "preflight",
        "--env",
        environment,
        "--only",
        "CSR-*",
        "--format",
        "json",
    ]);
    let mut report = real.json();
    report["verdict"] = verdict.into();
    bench.write(name, report.to_string());
}

#[test]
fn what_proves_int_never_proves_live_and_a_failed_report_proves_nothing() {
    let bench = provider();
    bench.write(
        "ptl.toml",
        provider_install("key = \"example.thirdparty.nhs.uk.key\"\n"),
    );
    bench.run(["csr"]).exits(0);
    report(&bench, "int.json", "int", "pass");
    report(&bench, "failed.json", "live", "fail");
    report(&bench, "unknown.json", "live", "undetermined");
    report(&bench, "live.json", "live", "pass");
    bench.write("route.txt", "traceroute of int");
    // The step of int is done by that file, the others before live by a reference.
    done_before(&bench, "live.hscn");
    ptl(&bench, &["reopen", "int.hscn", "--reason", "again"]).exits(0);
    ptl(&bench, &["done", "int.hscn", "--evidence", "route.txt"]).exits(0);
    let refused = |evidence: &str, why: &str| {
        changes_nothing(&bench, &["done", "live.hscn", "--evidence", evidence]).refuses(why);
    };
    refused("route.txt", "it proves `int.hscn` already");
    fs::copy(bench.path("route.txt"), bench.path("live-route.txt")).unwrap();
    refused("live-route.txt", "it proves `int.hscn` already");
    refused("int.json", "it is a report about `int`");
    refused("failed.json", "its verdict is fail");
    refused("unknown.json", "its verdict is undetermined");
    let nowhere = bench.read("live.json").replace("\"live\"", "null");
    bench.write("nowhere.json", nowhere);
    refused("nowhere.json", "it is a report about no environment");
    ptl(&bench, &["done", "live.hscn", "--evidence", "live.json"]).exits(0);
}

#[test]
fn a_failed_report_proves_no_step_without_an_environment_either() {
    let bench = provider();
    bench.write(
        "ptl.toml",
        provider_install("key = \"example.thirdparty.nhs.uk.key\"\n"),
    );
    bench.run(["csr"]).exits(0);
    for verdict in ["fail", "undetermined"] {
        report(&bench, "report.json", "int", verdict);
        changes_nothing(&bench, &["done", "plan.ods", "--evidence", "report.json"])
            .refuses(&format!("its verdict is {verdict}"));
    }
    report(&bench, "report.json", "int", "pass");
    ptl(&bench, &["done", "plan.ods", "--evidence", "report.json"]).exits(0);
}

#[test]
fn a_report_that_cannot_be_read_as_one_is_not_taken_for_another_file() {
    let bench = provider();
    bench.write(
        "ptl.toml",
        provider_install("key = \"example.thirdparty.nhs.uk.key\"\n"),
    );
    let run = ["preflight", "--env", "int", "--only", "CSR-*"];
    for (name, format) in [("a.txt", "human"), ("a.xml", "junit")] {
        bench.run([&run[..], &["--format", format, "--output", name]].concat());
    }
    report(&bench, "a.json", "int", "fail");
    let json = bench.read("a.json");
    let wide: Vec<u8> = json.encode_utf16().flat_map(u16::to_le_bytes).collect();
    bench.write("wide.json", [b"\xff\xfe", wide.as_slice()].concat());
    bench.write("marked.json", format!("\u{feff}{json}"));
    bench.write("more.json", format!("{json} and more"));
    bench.write("newer.json", json.replace("\"schema\":1", "\"schema\":2"));
    let end = format!(",\"x\":\"{}\"}}", "x".repeat(5 * 1024 * 1024));
    bench.write("long.json", json.trim_end_matches('}').to_owned() + &end);
    for (name, why) in [
        ("a.txt", "for people"),
        ("a.xml", "JUnit"),
        ("wide.json", "its verdict is fail"),
        ("marked.json", "its verdict is fail"),
        ("more.json", "cannot be read as a whole"),
        ("newer.json", "schema 2"),
        ("long.json", "cannot be read as a whole"),
    ] {
        changes_nothing(&bench, &["done", "plan.ods", "--evidence", name]).refuses(why);
    }
    changes_nothing(&bench, &["done", "plan.ods", "--evidence", "more.json"])
        .complains("--format json --output");
}

#[test]
fn no_symlink_leads_to_evidence_below_the_current_folder() {
    let bench = provider();
    bench.write("real/sub/a.txt", "x");
    std::os::unix::fs::symlink("real", bench.path("by")).unwrap();
    let whole = fs::canonicalize(bench.folder()).unwrap();
    for name in [
        "by/sub/a.txt",
        "./by/sub/a.txt",
        whole.join("by/sub/a.txt").to_str().unwrap(),
    ] {
        changes_nothing(&bench, &["done", "plan.ods", "--evidence", name])
            .refuses("by` is a symlink");
    }
    ptl(
        &bench,
        &["done", "plan.ods", "--evidence", "real/sub/a.txt"],
    )
    .exits(0);
}

/// The steps that are done now, of these.
fn done<'a>(bench: &Bench, steps: &[&'a str]) -> Vec<&'a str> {
    let is_done = |step: &&&str| state(bench, step) == "done";
    steps.iter().filter(is_done).copied().collect()
}

#[test]
fn another_certificate_request_name_or_version_opens_what_is_about_it_and_no_more() {
    const STEPS: [&str; 5] = ["build.tkw", "int.fqdn", "int.csr", "int.cert", "plan.ods"];
    let bench = provider();
    let family = pki::sha256();
    let leaf = fs::read(&family.leaf.certificate).unwrap();
    let other = fs::read(family.sub.certificate()).unwrap();
    let install =
        provider_install("key = \"example.thirdparty.nhs.uk.key\"\ncertificate = \"leaf.pem\"\n");
    bench.write("ptl.toml", &install);
    bench.write("leaf.pem", &leaf);
    bench.run(["csr"]).exits(0);
    // Each is done by a command, which binds it to what there is; what only leads there is written by hand.
    done_before(&bench, "int.asid");
    for step in STEPS.iter().rev() {
        ptl(&bench, &["reopen", step, "--reason", "again"]).exits(0);
    }
    for step in ["plan.ods", "build.tkw", "int.fqdn", "int.csr", "int.cert"] {
        ptl(&bench, &["done", step, "--evidence", "text:seen"]).exits(0);
    }
    assert_eq!(done(&bench, &STEPS), STEPS);
    let file = bench.read(FILE);
    let opened = |what: &str, steps: &[&str], called: &str| {
        for step in STEPS {
            let open = state(&bench, step) == "open";
            assert_eq!(open, steps.contains(&step), "{what}: {step}");
        }
        let sentence = format!("The proof is about another {called} than there is now.");
        let said = shown(&bench, steps[0]);
        assert_eq!(said["turned"], sentence.as_str());
        let next = ptl(&bench, &["next", "--format", "json"]).json();
        let next = next["next"].as_array().unwrap().iter();
        let mut next = next.filter(|one| one["id"] == steps[0]);
        let why = next.next().unwrap()["why"].as_str().unwrap().to_owned();
        assert!(why.contains(&sentence), "{why}");
    };
    bench.write("leaf.pem", &other);
    opened("certificate", &["int.cert"], "certificate");
    bench.write("leaf.pem", "no certificate at all");
    assert_eq!(
        done(&bench, &STEPS),
        STEPS,
        "what cannot be read opens nothing"
    );
    fs::remove_file(bench.path("leaf.pem")).unwrap();
    assert_eq!(done(&bench, &STEPS), STEPS, "nor what is gone");
    bench.write("leaf.pem", &leaf);
    let request = "example.thirdparty.nhs.uk.csr";
    let old = bench.read(request);
    fs::create_dir(bench.path("new")).unwrap();
    bench.run(["csr", "--out", "new"]).exits(0);
    bench.write(request, bench.read(&format!("new/{request}")));
    opened("request", &["int.csr"], "certificate request");
    bench.write(request, old);
    bench.write(
        "ptl.toml",
        install.replace("fqdn = \"example.", "fqdn = \"other."),
    );
    opened("name", &["int.fqdn", "int.csr"], "set of hosts");
    bench.write(
        "ptl.toml",
        install.replace("version = \"1.0\"", "version = \"1.1\""),
    );
    opened("version", &["build.tkw"], "product version");
    bench.write("ptl.toml", &install);
    assert_eq!(done(&bench, &STEPS), STEPS, "the old one closes them again");
    assert_eq!(bench.read(FILE), file, "and nothing was written for it");
}

#[test]
fn a_stale_proof_opens_its_step_at_the_very_moment_and_says_who_says_so() {
    let bench = provider();
    done_before(&bench, "plan.dspt");
    ptl(
        &bench,
        &["done", "plan.dspt", "--evidence", "the certificate"],
    )
    .exits(0);
    let at = |time: &str| {
        bench
            .run(["checklist", "show", "plan.dspt", "--at", time])
            .exits(0)
    };
    at("2027-11-22T16:59:59Z").says("is done since");
    let run = at("2027-11-22T17:00:00Z").says("is open, and can be done now");
    let said = run.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        said.contains("is stale: it held for 365d (DSP Toolkit"),
        "{run}"
    );
    let next = bench
        .run(["checklist", "next", "--at", "2027-11-22T17:00:00Z"])
        .exits(0);
    assert!(next.stdout.contains("is stale"), "{next}");
}

#[test]
fn a_waiver_holds_in_its_last_second_and_not_in_the_next() {
    let bench = provider();
    let waive = [
        "waive",
        "plan.ods",
        "--reason",
        "slow",
        "--until",
        "2026-11-24",
    ];
    ptl(&bench, &waive).exits(0);
    let done = |at: &str| {
        let order = [
            "checklist",
            "done",
            "plan.nsd",
            "--evidence",
            "x",
            "--at",
            at,
        ];
        bench.run(order).code
    };
    let show = |at: &str| {
        bench
            .run(["checklist", "show", "plan.ods", "--at", at])
            .stdout
    };
    assert!(show("2026-11-24T23:59:59Z").contains("counts as done until the end of 2026-11-24"));
    // By any other clock's zone it is the same moment.
    assert!(show("2026-11-25T00:59:59+01:00").contains("counts as done"));
    assert!(show("2026-11-25T00:00:00Z").contains("is open, and can be done now"));
    assert_eq!(done("2026-11-25T00:00:00Z"), Some(1));
    assert_eq!(done("2026-11-24T23:59:59Z"), Some(0));
}
