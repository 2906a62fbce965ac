//! What `ptl checklist` prints: for people, as JSON, into a file; and that nothing hostile comes through.

use std::path::Path;

use crate::{
    checklist::{AT, FILE, changes_nothing, done_before, provider, ptl},
    schemas::conforms,
};

#[test]
fn json_holds_what_the_design_names_and_conforms() {
    let bench = provider();
    bench.write("a.txt", "abc");
    ptl(
        &bench,
        &[
            "done",
            "plan.ods",
            "--evidence",
            "a.txt",
            "--format",
            "json",
        ],
    )
    .exits(0);
    ptl(&bench, &["block", "plan.usecase", "--reason", "no answer"]).exits(0);
    let run = ptl(&bench, &["show", "--format", "json"])
        .exits(0)
        .complains_not();
    assert!(
        run.stdout
            .starts_with("{\n  \"schema\": 1,\n  \"kind\": \"checklist\",\n")
    );
    let view = run.json();
    conforms("checklist", &view);
    let live = &view["stages"][8];
    assert_eq!(live["id"], "live");
    assert_eq!(live["gate"]["open"], false);
    assert_eq!(
        live["gate"]["missing"],
        serde_json::json!(["as.tcc", "as.ca"])
    );
    let fw = live["steps"]
        .as_array()
        .unwrap()
        .iter()
        .find(|s| s["id"] == "live.fw")
        .unwrap();
    for (key, value) in [
        ("state", serde_json::json!("open")),
        ("environment", serde_json::json!("live")),
        ("requires", serde_json::json!(["live.hscn"])),
        (
            "checks",
            serde_json::json!(["DNS-*", "TCP-*", "TLS-*", "HTTP-*", "IN-*"]),
        ),
        ("owner", serde_json::json!("supplier network team")),
        ("seed", serde_json::json!("live-install-8")),
    ] {
        assert_eq!(fw[key], value, "{key}");
    }
    let step = ptl(&bench, &["show", "plan.ods", "--format", "json"]).json();
    conforms("checklist", &step);
    assert_eq!(step["stages"].as_array().unwrap().len(), 1);
    ptl(&bench, &["show", "--format", "junit"]).refuses("--format junit");
}

#[test]
fn output_is_written_to_a_file_and_a_bad_one_is_refused_before_anything_changes() {
    let bench = provider();
    ptl(
        &bench,
        &["show", "--output", "view.txt", "--color", "always"],
    )
    .exits(0)
    .says_nothing();
    assert!(bench.read("view.txt").starts_with("0 of 55 steps done."));
    changes_nothing(
        &bench,
        &["start", "plan.ods", "--output", "no/such/view.txt"],
    )
    .refuses("could not write");
    changes_nothing(&bench, &["start", "plan.ods", "--format", "junit"]).refuses("junit");
}

#[test]
fn quiet_prints_the_answer_alone_and_verbose_every_source() {
    let bench = provider();
    assert_eq!(ptl(&bench, &["show", "-q"]).stdout.lines().count(), 1);
    assert_eq!(ptl(&bench, &["next", "-q"]).stdout.lines().count(), 1);
    ptl(&bench, &["show", "-v"]).says("Source: ").says("Who: ");
}

#[test]
fn hostile_text_in_the_file_reaches_no_terminal() {
    let bench = provider();
    let records = format!(
        "[step.\"plan.ods\"]\nstate = \"blocked\"\nat = {AT}\nby = \"a\\u001b[2J\"\nreason = \"x\\u202e\\u0007\"\n"
    );
    bench.write(FILE, crate::checklist::old("booking-provider") + &records);
    for arguments in [
        &["show"][..],
        &["next"],
        &["show", "plan.ods"],
        &["show", "--format", "json"],
    ] {
        let run = ptl(&bench, arguments).exits(0);
        let harmful = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
        assert!(!run.stdout.contains(harmful), "{run}");
    }
}

#[test]
fn what_people_see_stays_as_it_is() {
    let bench = provider();
    done_before(&bench, "int.endpoint");
    ptl(&bench, &["start", "int.endpoint"]).exits(0);
    ptl(
        &bench,
        &["reopen", "build.jwt", "--reason", "exp was wrong"],
    )
    .exits(0);
    ptl(
        &bench,
        &[
            "block",
            "int.fw-out",
            "--reason",
            "change freeze until Monday",
        ],
    )
    .exits(0);
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.bind(|| {
        for (name, arguments) in [
            ("checklist-show", &["show"][..]),
            ("checklist-next", &["next"]),
            ("checklist-step", &["show", "int.fw-out"]),
            ("checklist-shut-step", &["show", "live.dos"]),
            (
                "checklist-done",
                &["done", "int.endpoint", "--evidence", "ticket 4711"],
            ),
        ] {
            let run = ptl(&bench, arguments).exits(0);
            // Line 1 is the answer, and whoever reads it may wrap it.
            for line in run.stdout.lines().skip(1) {
                assert!(line.chars().count() <= 80, "{line}");
            }
            insta::assert_snapshot!(name, run.stdout);
        }
    });
}

#[test]
fn who_is_waited_for_stands_together_and_who_is_late_comes_first() {
    let bench = provider();
    for (step, on, due) in [
        ("plan.ods", "the ODS team", "2027-01-31"),
        ("plan.usecase", "the Booking team", "2026-11-21"),
        ("build.tkw", "the ODS team", "2026-11-22"),
    ] {
        ptl(&bench, &["wait", step, "--on", on, "--due", due]).exits(0);
    }
    let view = ptl(&bench, &["next", "--format", "json"]).exits(0).json();
    conforms("checklist", &view);
    let awaited = view["awaited"].as_array().unwrap();
    assert_eq!(awaited.len(), 2);
    assert_eq!(awaited[0]["on"], "the Booking team");
    assert_eq!(awaited[0]["steps"][0]["overdue"], true);
    let ods = awaited[1]["steps"].as_array().unwrap();
    // A day is over when it has ended.
    assert!(ods.len() == 2 && ods.iter().all(|step| step["overdue"] == false));
    assert_eq!(view["ahead"]["working-days"], 33);
    ptl(&bench, &["next"])
        .exits(0)
        .says("Waiting for the Booking team\n  overdue     plan.usecase")
        .says("2026-11-21, which is over: ask them")
        .says("Waiting ahead: 33 working days in a row, by the sources' figures")
        .says("can go on side by side");
}
