//! A supplier's own steps: among the shipped ones for every command, and refused whole where they are wrong.

use crate::{
    checklist::{FILE, changes_nothing, done_before, provider, ptl},
    checklist_lint::OWN,
    schemas::conforms,
};

#[test]
fn an_own_step_is_shown_and_keeps_what_relies_on_it_waiting() {
    let bench = provider();
    bench.write("steps.toml", OWN);
    ptl(&bench, &[])
        .exits(0)
        .says("0 of 56 steps done.")
        .says("own.pen-test");
    let step = ptl(&bench, &["show", "own.pen-test"])
        .exits(0)
        .says("The penetration test is passed")
        .says("your own steps.toml")
        .says("365d (our security policy, section 4)")
        .says("the product version: with another it must be")
        .says("4 weeks (the tester's offer of May)");
    for line in step.stdout.lines().skip(1) {
        assert!(line.chars().count() <= 80, "{line}");
    }
    let view = ptl(&bench, &["show", "own.pen-test", "--format", "json"]).json();
    conforms("checklist", &view);
    let step = &view["stages"][0]["steps"][0];
    assert_eq!(step["own"], true);
    assert_eq!(step["fresh"]["for"], "365d");
    assert_eq!(step["about"], serde_json::json!(["version"]));
    assert_eq!(step["proven-by"], "person");

    done_before(&bench, "as.scal");
    changes_nothing(&bench, &["done", "as.scal", "--evidence", "x"])
        .exits(1)
        .complains("`own.pen-test` has to be done first");
    ptl(&bench, &["done", "own.pen-test", "--evidence", "report 7"])
        .exits(0)
        .says("own.pen-test is done");
    ptl(&bench, &["done", "as.scal", "--evidence", "x"]).exits(0);
    assert!(bench.read(FILE).contains("[step.\"own.pen-test\"]"));
}

#[test]
fn a_record_of_a_step_that_was_taken_out_is_told_and_kept() {
    let bench = provider();
    bench.write(
        "steps.toml",
        OWN.replace("requires = [\"int.ssp\"]\n", "")
            .replace("int-test", "plan"),
    );
    ptl(&bench, &["done", "own.pen-test", "--evidence", "report 7"]).exits(0);
    std::fs::remove_file(bench.path("steps.toml")).unwrap();
    let told = "own.pen-test stands in the record, and in no checklist: bring back steps.toml";
    changes_nothing(&bench, &["show"]).exits(0).complains(told);
    changes_nothing(&bench, &["lint"]).exits(0).complains(told);
    let audit = changes_nothing(&bench, &["audit", "--format", "json"]).exits(0);
    assert_eq!(audit.json()["notes"], serde_json::json!([told]));
    changes_nothing(&bench, &["start", "own.pen-test"]).refuses("is no step");
    ptl(&bench, &["start", "plan.ods"]).exits(0);
    assert!(bench.read(FILE).contains("[step.\"own.pen-test\"]"));
    // What nobody recorded is a slip of the pen.
    bench.write(
        FILE,
        bench
            .read(FILE)
            .replace("[step.\"own.pen-test\"]", "[step.\"own.pen-tst\"]"),
    );
    ptl(&bench, &["show"]).refuses("`own.pen-tst` is no step");
}

#[test]
fn a_record_that_came_by_mail_is_joined_by_the_own_steps_of_the_first() {
    let bench = provider();
    let own = OWN
        .replace("requires = [\"int.ssp\"]\n", "")
        .replace("int-test", "plan");
    bench.write("steps.toml", &own);
    ptl(&bench, &["done", "plan.ods", "--evidence", "A12345"]).exits(0);
    bench.write("far/steps.toml", &own);
    bench.write("far/checklist.toml", bench.read(FILE));
    let done = [
        "done",
        "own.pen-test",
        "--evidence",
        "report 7",
        "--install",
        "far",
    ];
    ptl(&bench, &done).exits(0);
    bench.write("mail/theirs.toml", bench.read("far/checklist.toml"));
    ptl(&bench, &["merge", ".", "mail/theirs.toml"]).exits(0);
    ptl(&bench, &["show", "own.pen-test"])
        .exits(0)
        .says("own.pen-test is done");
    // Of a step that the first does not have, nothing is taken in.
    std::fs::remove_file(bench.path("steps.toml")).unwrap();
    bench.write(FILE, ptl::checklist::state::fresh("booking-provider"));
    changes_nothing(&bench, &["merge", ".", "mail/theirs.toml"])
        .refuses("records `own.pen-test`, which is no step of the first one's checklist")
        .complains("steps.toml");
}

#[test]
fn wrong_own_steps_are_refused_by_every_word_with_every_place_and_nothing_changes() {
    let bench = provider();
    bench.write(
        "steps.toml",
        OWN.replace("int-test", "int-tests")
            .replace("own.pen-test", "int.csr"),
    );
    for arguments in [
        &[][..],
        &["show"],
        &["next"],
        &["start", "plan.ods"],
        &["done", "plan.ods", "--evidence", "A12345"],
    ] {
        changes_nothing(&bench, arguments)
            .refuses("`steps.toml` has 2 problems")
            .complains("  steps.toml:5:6: `int.csr` is a step that ptl ships")
            .complains("  steps.toml:6:9: `int-tests` is no stage of this checklist: did you mean `int-test`?")
            .complains("ptl checklist lint");
    }
}

#[test]
fn a_strange_pattern_of_checks_keeps_nobody_from_the_checklist() {
    let bench = provider();
    bench.write("steps.toml", format!("{OWN}checks = [\"ZZZ-*\"]\n"));
    ptl(&bench, &["show"]).exits(0);
    bench
        .run(["checklist", "lint"])
        .exits(1)
        .says("unknown-check");
}

#[test]
fn the_row_of_a_step_names_the_commands_that_run_its_checks() {
    let bench = provider();
    for (step, words) in [
        ("int.csr", "Proven by checks"),
        ("int.chain", "Proven in part by"),
        ("int.bind", "ptl check-chain --env int --connect FQDN"),
        ("int.bind", "Proof holds for"),
        ("plan.dspt", "365d (DSP Toolkit"),
    ] {
        ptl(&bench, &["show", step]).exits(0).says(words);
    }
}
