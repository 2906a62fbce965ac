//! `ptl checklist`: gates, evidence, and what is written down.

use std::fs;

use ptl::checklist::{definition, state};
use serde_json::Value;

use crate::{
    schemas::conforms,
    support::{Bench, Run, shared},
};

pub(crate) const FILE: &str = "checklist.toml";
pub(crate) const AT: &str = "2026-11-22T17:00:00Z";

/// An install of this checklist in which nothing has happened.
pub(crate) fn install(definition: &str) -> Bench {
    let bench = Bench::new().variable("USER", "anna");
    bench.write(FILE, state::fresh(definition));
    bench
}

pub(crate) fn provider() -> Bench {
    install("booking-provider")
}

/// Runs `ptl checklist` at a fixed time.
#[track_caller]
pub(crate) fn ptl(bench: &Bench, arguments: &[&str]) -> Run {
    bench.run([&["checklist", "--at", AT], arguments].concat())
}

/// Runs `ptl checklist`, and asserts that the file is byte for byte as it was.
#[track_caller]
pub(crate) fn changes_nothing(bench: &Bench, arguments: &[&str]) -> Run {
    let before = bench.read(FILE);
    let run = ptl(bench, arguments);
    assert_eq!(bench.read(FILE), before, "{run}");
    run
}

#[track_caller]
fn done(bench: &Bench, step: &str) {
    ptl(bench, &["done", step, "--evidence", "a reference"]).exits(0);
}

/// A file of before there was a history, whose tables count: what a test needs is written down by hand.
pub(crate) fn old(definition: &str) -> String {
    state::fresh(definition).replace("schema = 2", "schema = 1")
}

/// Does every step before this one in the file, without running ptl for each.
pub(crate) fn done_before(bench: &Bench, last: &str) {
    let text = bench.read(FILE);
    let (definition, _) = state::parse(&text, FILE).unwrap();
    let steps = definition.steps().take_while(|step| step.id != last);
    let records: String = steps
        .map(|step| {
            format!(
                "\n[step.\"{}\"]\nstate = \"done\"\nat = {AT}\nby = \"anna\"\n\
                 evidence = [{{ text = \"a reference\", at = {AT}, by = \"anna\" }}]\n",
                step.id
            )
        })
        .collect();
    bench.write(FILE, text.replace("schema = 2", "schema = 1") + &records);
}

fn state_of(bench: &Bench, step: &str) -> Value {
    let view = ptl(bench, &["show", step, "--format", "json"])
        .exits(0)
        .json();
    view["stages"][0]["steps"][0].clone()
}

#[test]
fn outside_an_install_the_way_to_one_is_named() {
    let bench = Bench::new();
    for arguments in [
        &[][..],
        &["show"],
        &["next"],
        &["start", "plan.ods", "--by", "anna"],
    ] {
        ptl(&bench, arguments)
            .refuses("no `checklist.toml` in `.`")
            .complains("ptl init");
    }
    assert_eq!(bench.files(), Vec::<String>::new());
    ptl(&bench, &["--install", "nowhere"]).refuses("no `checklist.toml` in `nowhere`");
}

#[test]
fn a_step_is_started_and_done_and_the_file_says_who_when_and_why() {
    let bench = provider();
    let begun = ptl(&bench, &["start", "plan.ods"]).exits(0).complains_not();
    assert!(
        begun.answer().starts_with("plan.ods is in progress"),
        "{begun}"
    );
    let run = ptl(
        &bench,
        &[
            "done",
            "plan.ods",
            "--evidence",
            "ODS A12345",
            "--by",
            "Ben",
        ],
    )
    .exits(0)
    .complains_not()
    .says("Can be done now: plan.dspt, plan.nsd and int.hscn.")
    .says("1 of 55 steps done. Next: ");
    assert!(
        run.answer()
            .starts_with("plan.ods is done (2026-11-22T17:00:00Z by Ben)")
    );
    assert!(bench.read(FILE).contains(
        "\n[step.\"plan.ods\"]\nstate = \"done\"\nat = 2026-11-22T17:00:00Z\nby = \"Ben\"\nevidence = [\n    \
         { text = \"ODS A12345\", at = 2026-11-22T17:00:00Z, by = \"Ben\" },\n]\n"
    ));
    assert_eq!(bench.files(), [".checklist.toml.lock", FILE]);
}

#[test]
fn live_install_is_shut_until_certificate_and_agreement_are_recorded() {
    for definition in ["booking-provider", "booking-consumer"] {
        let bench = install(definition);
        done_before(&bench, "as.tcc");
        for command in [&["start"][..], &["done", "--evidence", "x"], &["done"]] {
            let arguments = [&[command[0], "live.hscn"], &command[1..]].concat();
            changes_nothing(&bench, &arguments)
                .exits(1)
                .says_nothing()
                .complains("error: the stage `Live install` is shut")
                .complains("as.tcc: The Technical Conformance Certificate is issued")
                .complains("as.ca: The Connection Agreement is signed")
                .complains("hint: Begin with `ptl checklist done as.tcc --evidence");
        }
        done(&bench, "as.tcc");
        changes_nothing(&bench, &["start", "live.hscn"])
            .exits(1)
            .complains("`as.ca` has to be done first");
        ptl(
            &bench,
            &["done", "as.ca", "--evidence", "signed 22 November"],
        )
        .exits(0)
        .says("The stage `Live install` is open now.");
        ptl(&bench, &["start", "live.hscn"]).exits(0);
    }
}

#[test]
fn a_step_that_relies_on_an_open_one_cannot_be_done() {
    let bench = provider();
    done_before(&bench, "int.mpv");
    changes_nothing(&bench, &["done", "int.endpoint", "--evidence", "ticket 1"])
        .exits(1)
        .says_nothing()
        .complains("`int.mpv` and `int.csr` have to be done first")
        .complains("ptl checklist done int.mpv --evidence");
}

#[test]
fn done_without_evidence_is_refused_and_says_what_is_wanted() {
    let bench = provider();
    changes_nothing(&bench, &["done", "plan.ods"])
        .refuses("`plan.ods` cannot be done without evidence; wanted: the code");
    changes_nothing(&bench, &["done", "plan.ods", "--evidence", "  "])
        .refuses("cannot be done without evidence");
}

#[test]
fn a_file_is_recorded_by_name_size_and_digest() {
    let bench = provider();
    bench.write("mails/ods code.txt", "abc");
    ptl(
        &bench,
        &[
            "done",
            "plan.ods",
            "--evidence",
            "mails/ods code.txt",
            "--evidence",
            "and a call",
        ],
    )
    .exits(0);
    let step = state_of(&bench, "plan.ods");
    assert_eq!(step["evidence"][0]["file"], "ods code.txt");
    assert_eq!(step["evidence"][0]["size"], 3);
    assert_eq!(
        step["evidence"][0]["sha256"],
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
    assert_eq!(step["evidence"][1]["text"], "and a call");
}

#[test]
fn a_private_key_is_refused_as_evidence_whatever_its_name() {
    let bench = provider();
    let key = openssl::pkey::PKey::generate_ed25519().unwrap();
    let pem = key.private_key_to_pem_pkcs8().unwrap();
    bench.write("certificate.cer", &pem);
    bench.write("request.csr", key.private_key_to_pkcs8().unwrap());
    bench.write("log.txt", [b"a log\n".repeat(20_000), pem].concat());
    for file in ["certificate.cer", "request.csr", "log.txt"] {
        changes_nothing(&bench, &["done", "plan.ods", "--evidence", file])
            .refuses("a secret is never taken as evidence");
    }
}

#[test]
fn detours_and_files_that_are_not_there_are_refused() {
    let bench = provider();
    bench.write("real.txt", "x");
    std::os::unix::fs::symlink("real.txt", bench.path("link.txt")).unwrap();
    fs::create_dir(bench.path("folder")).unwrap();
    for (evidence, why) in [
        ("link.txt", "symlink"),
        ("folder/../real.txt", "`..`"),
        ("folder", "is a folder"),
        ("ticket.pdf", "no file `ticket.pdf`"),
        ("one\ntwo", "control character"),
    ] {
        changes_nothing(&bench, &["done", "plan.ods", "--evidence", evidence]).refuses(why);
    }
    ptl(
        &bench,
        &["done", "plan.ods", "--evidence", "text:ticket.pdf"],
    )
    .exits(0);
}

#[test]
fn block_and_reopen_keep_their_reason_and_say_what_relies_on_the_step() {
    let bench = provider();
    done_before(&bench, "live.fqdn");
    changes_nothing(&bench, &["block", "live.fqdn"]).exits(2);
    ptl(
        &bench,
        &["block", "live.fqdn", "--reason", "DNS team is silent"],
    )
    .exits(0)
    .says("live.fqdn is blocked")
    .says("DNS team is silent");
    assert_eq!(
        state_of(&bench, "live.fqdn")["reason"],
        "DNS team is silent"
    );
    ptl(&bench, &["next"])
        .exits(0)
        .says("Standing still")
        .says("DNS team is silent");

    ptl(&bench, &["reopen", "as.ca", "--reason", "wrong version"])
        .exits(0)
        .says("as.ca is open again")
        .says("The stage `Live install` is shut again.")
        .says("Done, but relying on it: live.hscn.");
    ptl(&bench, &["show"])
        .exits(0)
        .says("recheck")
        .says("Relies on as.ca, not done");
    changes_nothing(&bench, &["start", "live.fqdn"]).exits(1);
    changes_nothing(&bench, &["reopen", "as.ca", "--reason", "again"]).refuses("is open already");
}

#[test]
fn what_is_done_already_and_what_is_unknown_are_told_clearly() {
    let bench = provider();
    done(&bench, "plan.ods");
    changes_nothing(&bench, &["done", "plan.ods", "--evidence", "x"])
        .refuses("`plan.ods` is done already (since 2026-11-22T17:00:00Z, by anna)")
        .complains("ptl checklist reopen plan.ods");
    for command in ["start", "show"] {
        changes_nothing(&bench, &[command, "int.cetr"])
            .refuses("`int.cetr` is no step of the checklist `booking-provider`")
            .complains("Did you mean `int.cert`?");
    }
}

#[test]
fn nobody_is_not_written_down() {
    let bench = Bench::new();
    bench.write(FILE, state::fresh("booking-provider"));
    changes_nothing(&bench, &["start", "plan.ods", "--by", ""]).refuses("--by NAME");
    ptl(&bench, &["start", "plan.ods", "--by", "Ben"]).exits(0);
}

#[test]
fn without_a_variable_the_systems_user_is_written_down() {
    let bench = Bench::new();
    bench.write(FILE, state::fresh("booking-provider"));
    ptl(&bench, &["start", "plan.ods"]).exits(0);
    let id = std::process::Command::new("id")
        .arg("-un")
        .output()
        .unwrap();
    let user = String::from_utf8(id.stdout).unwrap();
    assert!(
        bench
            .read(FILE)
            .contains(&format!("by = \"{}\"", user.trim()))
    );
}

#[test]
fn the_whole_way_is_walked_from_the_first_step_to_the_last() {
    for (id, _) in definition::SHIPPED {
        let bench = install(id);
        let mut steps = 0;
        loop {
            let view = ptl(&bench, &["next", "--format", "json"]).exits(0).json();
            conforms("checklist", &view);
            let Some(next) = view["next"][0]["id"].as_str() else {
                assert_eq!(view["summary"]["done"], view["summary"]["steps"]);
                assert_eq!(view["summary"]["steps"], steps);
                break;
            };
            done(&bench, next);
            steps += 1;
        }
        let end = ptl(&bench, &["next"]).exits(0);
        // No page of GP Connect has a stage of that name.
        if definition::BESIDE.contains(id) || *id == "gp-connect-consumer" {
            assert!(end.answer().ends_with("Nothing is left to do."), "{end}");
            continue;
        }
        assert!(
            end.answer().ends_with("the service is business live."),
            "{end}"
        );
        ptl(&bench, &["show"]).exits(0).says("Business live: done");
    }
}

/// The bullets of the Deployment Toolkit's page under Live Install, in its words.
const LIVE_INSTALL: [&str; 10] = [
    "Connectivity to HSCN",
    "Establish Connection Agreement",
    "Register FQDN",
    "Register Product with the Spine - Manufacturer Product Version Registration",
    "Request & install certificates",
    "Assignment of ASID(s)",
    "Assign interactions (SDS/SSP) to ASID",
    "Ensure Firewalls are open for connections",
    "Upgrade & configuration of Provider system with supplier solution",
    "Configure DoS",
];

#[test]
fn the_steps_of_live_install_are_those_of_the_page_in_its_order() {
    let Some(shared) = shared("the_steps_of_live_install_are_those_of_the_page_in_its_order")
    else {
        return;
    };
    let page = fs::read_to_string(shared.join("reference/seed-deployment-toolkit.txt")).unwrap();
    let (_, after) = page
        .split_once("ensuring the following steps are complete:")
        .unwrap();
    let bullets: Vec<&str> = after
        .lines()
        .skip_while(|line| line.trim().is_empty())
        .map_while(|line| line.trim().strip_prefix('•'))
        .map(str::trim)
        .collect();
    assert_eq!(bullets, LIVE_INSTALL);
    for id in ["booking-provider", "booking-consumer"] {
        let definition = definition::find(id).unwrap().unwrap();
        for (number, bullet) in LIVE_INSTALL.iter().enumerate() {
            let tag = format!("live-install-{}", number + 1);
            let there = definition
                .steps()
                .any(|step| step.seed.as_deref() == Some(&tag));
            assert!(there, "{id}: {tag}, {bullet}");
        }
    }
}

#[test]
fn evidence_too_large_to_be_searched_for_secrets_is_refused_at_once() {
    let bench = install("booking-provider");
    let huge = std::fs::File::create(bench.path("recording.mp4")).unwrap();
    huge.set_len(1 << 30).unwrap();
    changes_nothing(&bench, &["done", "plan.ods", "--evidence", "recording.mp4"])
        .refuses("larger than 64 MiB");
}
