//! `ptl checklist verify`: what the checks of a step say, and what becomes of it.

use std::fs;

use openssl::sha::sha256;
use serde_json::Value;

use crate::{
    checklist::{FILE, changes_nothing, done_before, provider, ptl},
    schemas::{conforms, is_a_sound_report},
    support::{Bench, Run, provider_install},
};

const KEY: &str = "key = \"example.thirdparty.nhs.uk.key\"\n";
const REQUEST: &str = "example.thirdparty.nhs.uk.csr";

/// An install with a request, whose checklist has come to that.
fn requested() -> Bench {
    let bench = provider();
    bench.write("ptl.toml", provider_install(KEY));
    bench.run(["csr"]).exits(0);
    done_before(&bench, "int.csr");
    bench
}

fn verified(bench: &Bench, more: &[&str]) -> (Run, Value) {
    let run = ptl(bench, &[&["verify", "--format", "json"], more].concat());
    let document = run.json();
    conforms("checklist-verify", &document);
    for step in document["steps"].as_array().unwrap() {
        is_a_sound_report(&step["report"]);
        assert_eq!(step["report"]["verdict"], step["verdict"]);
    }
    (run, document)
}

fn events(bench: &Bench) -> usize {
    bench.read(FILE).matches("[[event]]").count()
}

#[test]
fn a_step_that_checks_prove_alone_is_done_by_them_and_bound_to_what_they_saw() {
    let bench = requested();
    let (run, document) = verified(&bench, &["int.csr"]);
    run.exits(0);
    let step = &document["steps"][0];
    assert_eq!(
        (&step["before"], &step["state"]),
        (&"open".into(), &"done".into())
    );
    assert_eq!(step["environment"], "int");
    assert_eq!(step["copy"], Value::Null);
    let text = bench.read(FILE);
    assert!(
        text.contains("act = \"verify\"\nstep = \"int.csr\"\nstate = \"done\""),
        "{text}"
    );
    assert!(text.contains(step["sha256"].as_str().unwrap()));
    assert!(text.contains("bound = { request = "), "{text}");
    assert!(!bench.path("evidence").exists());
    ptl(
        &bench,
        &["audit", "--head", document["heads"][0].as_str().unwrap()],
    )
    .exits(0);
    // Looked at again, it is done by the newer proof.
    verified(&bench, &["int.csr"]).0.exits(0);
    assert_eq!(bench.read(FILE).matches("act = \"verify\"").count(), 2);
}

#[test]
fn with_copy_the_report_is_kept_and_has_the_digest_that_was_written_down() {
    let bench = requested();
    let (_, document) = verified(&bench, &["int.csr", "--copy"]);
    let step = &document["steps"][0];
    let name = step["copy"].as_str().unwrap();
    let kept = fs::read(bench.path("evidence").join(name)).unwrap();
    let digest: String = sha256(&kept)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert_eq!(step["sha256"], digest);
    assert_eq!(name, format!("int.csr-int-{}.json", &digest[..16]));
    let report: Value = serde_json::from_slice(&kept).unwrap();
    assert_eq!(report, step["report"]);
    // The report by itself, as anybody can print it out of the document.
    let printed = serde_json::to_string_pretty(&report).unwrap();
    assert_eq!(printed.len() + 1, kept.len());
    verified(&bench, &["int.csr", "--copy"]).0.exits(0);
    assert_eq!(fs::read_dir(bench.path("evidence")).unwrap().count(), 1);
}

#[test]
fn a_failure_fails_a_done_step_too_and_names_what_relies_on_it() {
    let bench = requested();
    verified(&bench, &["int.csr"]).0.exits(0);
    ptl(&bench, &["done", "int.mpv", "--evidence", "x"]).exits(2);
    ptl(&bench, &["done", "int.endpoint", "--evidence", "ticket 1"]).exits(0);
    let whole = bench.read(REQUEST);
    bench.write(REQUEST, &whole[..300]);
    let run = ptl(&bench, &["verify", "int.csr"]).exits(1);
    assert!(
        run.answer()
            .starts_with("FAIL: the checks of int.csr failed."),
        "{run}"
    );
    run.says("CSR-016")
        .says("It is failed now, and was done.")
        .says("Done, but relying on it: int.endpoint.")
        .says("Head: ");
    bench.write(REQUEST, &whole);
    verified(&bench, &["int.csr"]).0.exits(0);
    ptl(&bench, &["show", "int.endpoint"]).says("is done since");
    ptl(&bench, &["audit"]).exits(0);
}

#[test]
fn without_a_network_nothing_is_found_out_and_no_state_changes() {
    let bench = requested();
    let (run, document) = verified(&bench, &["int.fw-out", "--offline"]);
    run.exits(3);
    let step = &document["steps"][0];
    assert_eq!(step["verdict"], "undetermined");
    assert_eq!(
        (&step["before"], &step["state"]),
        (&"open".into(), &"open".into())
    );
    ptl(&bench, &["show", "int.fw-out"]).says("Evidence given");
    ptl(&bench, &["audit"]).exits(0);
    // All that can say something: steps that are done already, and those that can be.
    let before = events(&bench);
    let (run, document) = verified(&bench, &["--offline"]);
    run.exits(3);
    let steps = document["steps"].as_array().unwrap();
    let ids: Vec<_> = steps
        .iter()
        .map(|step| step["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids, ["int.hscn", "int.csr", "int.fw-out"]);
    assert_eq!(steps[0]["state"], "done");
    assert_eq!(steps[1]["state"], "done");
    assert_eq!(events(&bench), before + 3);
}

#[test]
fn what_cannot_be_verified_is_refused_and_nothing_changes() {
    let bench = requested();
    changes_nothing(&bench, &["verify", "int.csr", "--env", "live"])
        .refuses("each step has its environment");
    changes_nothing(&bench, &["verify", "plan.ods"]).refuses("no check looks at `plan.ods`");
    changes_nothing(&bench, &["verify", "int.cst"]).complains("Did you mean");
    changes_nothing(&bench, &["verify", "live.csr"])
        .exits(1)
        .complains("the stage `Live install` is shut");
    changes_nothing(&bench, &["verify", "int.cert"])
        .exits(1)
        .complains("`int.cert` relies on what is not done");
    ptl(&bench, &["not-applicable", "int.csr", "--reason", "x"]).exits(0);
    changes_nothing(&bench, &["verify", "int.csr"]).refuses("does not apply here");
    let bench = provider();
    bench.write("ptl.toml", provider_install(KEY));
    let run = changes_nothing(&bench, &["verify"]).exits(3);
    assert!(run.answer().starts_with("UNDETERMINED: no step"), "{run}");
}
