//! The history in `checklist.toml`: what audit finds, what is adopted, and what two people's files come to.

use std::fs;

use serde_json::Value;

use crate::{
    checklist::{AT, FILE, changes_nothing, old, provider, ptl},
    schemas::conforms,
    support::{Bench, Run},
};

fn audit(bench: &Bench, more: &[&str]) -> Run {
    ptl(bench, &[&["audit", "--format", "json"], more].concat())
}

fn audited(run: &Run) -> Value {
    let document = run.json();
    conforms("checklist-audit", &document);
    document
}

/// The digest that a change printed.
fn head(run: &Run) -> String {
    let line = run.stdout.lines().find(|line| line.starts_with("Head: "));
    line.unwrap_or_else(|| panic!("{run}"))[6..].to_owned()
}

fn done(bench: &Bench, step: &str, words: &str) -> Run {
    ptl(bench, &["done", step, "--evidence", words]).exits(0)
}

#[test]
fn every_state_is_set_shown_and_ends_as_it_should() {
    let bench = provider();
    let waits = [
        "wait",
        "plan.ods",
        "--on",
        "ODS desk",
        "--reference",
        "INC 7",
    ];
    let run = ptl(&bench, &[&waits[..], &["--due", "2026-12-01"]].concat()).exits(0);
    run.says("plan.ods waits for ODS desk, INC 7, due 2026-12-01");
    ptl(&bench, &["show"])
        .says("1 waiting")
        .says("Waits for ODS desk, INC 7");
    ptl(&bench, &["next"]).says("ODS desk");
    ptl(
        &bench,
        &["fail", "plan.usecase", "--reason", "they said no"],
    )
    .exits(0)
    .says("plan.usecase failed");
    ptl(
        &bench,
        &[
            "not-applicable",
            "plan.dspt",
            "--reason",
            "the trust has its own",
        ],
    )
    .exits(0)
    .says("plan.dspt does not apply here");
    let waive = ["waive", "plan.ods", "--reason", "they are slow", "--until"];
    ptl(&bench, &[&waive[..], &["2026-11-23"]].concat())
        .exits(0)
        .says("counts as done until the end of 2026-11-23");
    done(&bench, "plan.nsd", "mail");
    // Two days later the waiver has ended by itself, and what relied on it is to be looked at again.
    let later = [
        "checklist",
        "show",
        "plan.ods",
        "--at",
        "2026-11-24T00:00:00Z",
    ];
    bench
        .run(later)
        .exits(0)
        .says("The waiver ended on 2026-11-23.");
    let later = ["checklist", "show", "--at", "2026-11-24T00:00:00Z"];
    bench.run(later).exits(0).says("1 to recheck");
    changes_nothing(&bench, &[&waive[..], &["2026-11-21"]].concat()).refuses("that day is over");
    changes_nothing(&bench, &[&waive[..], &["tomorrow"]].concat())
        .refuses("no day of the calendar");
    changes_nothing(
        &bench,
        &["wait", "plan.ods", "--on", "x", "--due", "2026-02-30"],
    )
    .refuses("no day of the calendar");
    audit(&bench, &[]).exits(0);
}

#[test]
fn who_knows_a_head_can_prove_what_stood_before_it() {
    let bench = provider();
    let first = head(&done(&bench, "plan.ods", "A12345"));
    let second = head(&done(&bench, "plan.nsd", "mail"));
    assert_ne!(first, second);
    let document = audited(&audit(&bench, &["--head", &second]).exits(0));
    assert_eq!(document["heads"][0], second);
    assert_eq!(document["head"]["covers"], 2);
    let document = audited(&audit(&bench, &["--head", &first[..16]]).exits(0));
    assert_eq!(document["head"]["covers"], 1);
    for wrong in ["", "abc", &"0".repeat(64)] {
        audited(&audit(&bench, &["--head", wrong]).exits(1));
    }
    // What was written last is taken out, table and all: the file is sound, and the head is not in it.
    let text = bench.read(FILE);
    let cut = text.rfind("[[event]]").unwrap();
    let (before, after) = text[..cut].split_once("[step.\"plan.nsd\"]").unwrap();
    let rest = &after[after.find("\n# What was done").unwrap()..];
    bench.write(FILE, format!("{before}{rest}"));
    audit(&bench, &[]).exits(0);
    audit(&bench, &["--head", &second]).exits(1);
}

#[test]
fn a_table_that_was_changed_by_hand_counts_for_nothing_until_it_is_adopted() {
    let bench = provider();
    done(&bench, "plan.ods", "A12345");
    let text = bench.read(FILE);
    let lie = text.replacen("state = \"done\"", "state = \"open\"", 1);
    bench.write(FILE, &lie);
    let run = ptl(&bench, &["show", "plan.ods"]).exits(0);
    run.complains("changed by hand, and not counted: plan.ods")
        .says("is done");
    changes_nothing(&bench, &["reopen", "plan.ods", "--reason", "x"])
        .refuses("was changed by hand: its state differ");
    let document = audited(&audit(&bench, &[]).exits(1));
    assert_eq!(document["by-hand"][0]["says"], "open");
    assert_eq!(document["by-hand"][0]["follows"], "done");
    // Other steps go on, and the lie stays found.
    done(&bench, "plan.usecase", "mail");
    audit(&bench, &[]).exits(1);
    let waived = text.replacen("by = \"anna\"", "by = \"anna\"\nuntil = 2030-01-01", 1);
    bench.write(FILE, waived);
    let document = audited(&audit(&bench, &[]).exits(1));
    assert_eq!(
        document["by-hand"][0]["differs"],
        serde_json::json!(["until"])
    );
    bench.write(FILE, &lie);
    done(&bench, "plan.usecase", "mail");
    ptl(&bench, &["audit", "--adopt"]).exits(2);
    changes_nothing(&bench, &["audit", "--adopt", "--reason", " "]).refuses("nothing says why");
    ptl(
        &bench,
        &["audit", "--adopt", "--reason", "it was another's code"],
    )
    .exits(0);
    ptl(&bench, &["show", "plan.ods"])
        .complains_not()
        .says("can be done now");
    assert!(bench.read(FILE).contains("why = \"it was another's code\""));
    changes_nothing(&bench, &["audit", "--adopt", "--reason", "x"]).refuses("nothing in");
    // A table that is gone, and one that nothing led to.
    let text = bench.read(FILE);
    let (before, after) = text.split_once("[step.\"plan.usecase\"]").unwrap();
    let rest = &after[after.find("\n# What was done").unwrap()..];
    let made_up =
        format!("[step.\"plan.dspt\"]\nstate = \"in-progress\"\nat = {AT}\nby = \"me\"\n");
    bench.write(FILE, format!("{before}{made_up}{rest}"));
    let document = audited(&audit(&bench, &[]).exits(1));
    assert_eq!(document["by-hand"].as_array().unwrap().len(), 2);
    ptl(&bench, &["audit", "--adopt", "--reason", "tidied"]).exits(0);
    ptl(&bench, &["show", "plan.dspt"]).says("is in progress");
    ptl(&bench, &["show", "plan.usecase"])
        .says("is open")
        .says("mail");
}

#[test]
fn a_history_that_was_changed_is_named_with_its_line_and_nothing_is_added_to_it() {
    let bench = provider();
    done(&bench, "plan.ods", "A12345");
    done(&bench, "plan.nsd", "mail");
    let sound = bench.read(FILE);
    let place = sound.rfind("text = \"A12345\"").unwrap();
    let lie = format!(
        "{}text = \"B12345\"{}",
        &sound[..place],
        &sound[place + 15..]
    );
    bench.write(FILE, &lie);
    let document = audited(&audit(&bench, &[]).exits(1));
    let line = lie[..lie.find("[[event]]").unwrap()].matches('\n').count() + 1;
    assert_eq!(document["faults"][0]["line"], line);
    ptl(&bench, &["show"])
        .exits(0)
        .complains("does not hang together");
    changes_nothing(&bench, &["start", "plan.usecase"]).refuses("does not hang together");
    changes_nothing(&bench, &["audit", "--adopt", "--reason", "x"])
        .refuses("does not hang together");
}

#[test]
fn an_old_file_gets_a_history_by_its_first_change_and_keeps_every_comment() {
    let bench = provider();
    let text = format!(
        "{}\n# asked on Monday\n[step.\"plan.ods\"]\nstate = \"done\" # at last\nat = 2025-01-01T00:00:00Z\nby = \"ben\"\n\
         evidence = [{{ text = \"A12345\", at = 2024-12-31T00:00:00Z, by = \"zoe\" }}]\n",
        old("booking-provider")
    );
    bench.write(FILE, &text);
    changes_nothing(&bench, &["show", "plan.ods"])
        .exits(0)
        .says("is done since 2025-01-01");
    // Nothing proves what its tables say; that ptl's words of a history stand in it is told.
    let document = audited(&audit(&bench, &[]).exits(3));
    assert_eq!(document["without-history"], true);
    assert_eq!(document["notes"].as_array().unwrap().len(), 1);
    ptl(&bench, &["audit"]).exits(3).says("UNDETERMINED");
    done(&bench, "plan.nsd", "mail");
    let document = audited(&audit(&bench, &[]).exits(0));
    assert_eq!(document["events"], 2);
    assert_eq!(document["imported"], 1);
    ptl(&bench, &["audit"]).exits(0).says("1 imported");
    let after = bench.read(FILE);
    assert!(
        after.contains("schema = 2") && after.contains("# at last"),
        "{after}"
    );
    assert!(after.contains("act = \"import\"") && after.contains("# asked on Monday"));
    ptl(&bench, &["show", "plan.ods"]).says("2024-12-31T00:00:00Z by zoe");
}

#[test]
fn a_clock_that_was_set_back_is_told_and_the_order_is_kept() {
    let bench = provider();
    done(&bench, "plan.ods", "A12345");
    let earlier = [
        "checklist",
        "--at",
        "2020-01-01T00:00:00Z",
        "start",
        "plan.nsd",
    ];
    bench.run(earlier).exits(0).complains("look at the clock");
    let document = audited(&audit(&bench, &[]).exits(0));
    assert_eq!(document["clocks"].as_array().unwrap().len(), 1);
    ptl(&bench, &["show", "plan.nsd"]).says("is in progress since 2020-01-01");
    // Behind the first, though not behind the one right before it.
    let later = [
        "checklist",
        "--at",
        "2021-01-01T00:00:00Z",
        "start",
        "plan.dspt",
    ];
    bench.run(later).exits(0);
    let document = audited(&audit(&bench, &[]).exits(0));
    assert_eq!(document["clocks"].as_array().unwrap().len(), 2);
}

/// Two people who go on from one file.
fn two(common: &[&str]) -> (Bench, Bench) {
    let (a, b) = (provider(), provider());
    for step in common {
        done(&a, step, "common");
    }
    b.write(FILE, a.read(FILE));
    (a, b)
}

fn merge(a: &Bench, b: &Bench, more: &[&str]) -> Run {
    let other = b.path(FILE);
    let order = ["merge", FILE, other.to_str().unwrap()];
    ptl(a, &[&order[..], more].concat())
}

#[test]
fn what_two_people_wrote_is_joined_and_nothing_is_lost() {
    for common in [&["plan.ods"][..], &[]] {
        let (a, b) = two(common);
        done(&a, "plan.usecase", "of anna");
        let of_ben = head(&done(&b, "build.tkw", "of ben"));
        let theirs = b.read(FILE);
        let run = merge(&a, &b, &["--format", "json"]).exits(0);
        conforms("checklist-merge", &run.json());
        assert_eq!(b.read(FILE), theirs);
        let document = audited(&audit(&a, &["--head", &of_ben]).exits(0));
        // That one began apart from the other is told.
        let notes = document["notes"].as_array().unwrap().len();
        assert_eq!(notes, usize::from(common.is_empty()));
        for (step, words) in [("plan.usecase", "of anna"), ("build.tkw", "of ben")] {
            ptl(&a, &["show", step]).says("is done").says(words);
        }
        merge(&a, &b, &[]).exits(0).says("Nothing to join");
        // The other one gets what it lacks, from the file as well as from the folder.
        let folder = a.path("");
        let order = ["merge", ".", folder.to_str().unwrap()];
        ptl(&b, &order).exits(0).says("Joined");
        assert_eq!(
            audited(&audit(&a, &[]).exits(0))["heads"],
            audited(&audit(&b, &[]).exits(0))["heads"]
        );
    }
}

#[test]
fn a_conflict_is_named_and_changes_nothing_until_somebody_says_which_counts() {
    let (a, b) = two(&["plan.ods"]);
    done(&a, "plan.nsd", "of anna");
    ptl(&b, &["block", "plan.nsd", "--reason", "no answer"]).exits(0);
    let before = a.read(FILE);
    let run = merge(&a, &b, &[]).exits(1);
    run.complains("plan.nsd: A done by anna")
        .complains("B blocked by anna");
    assert_eq!(a.read(FILE), before);
    merge(&a, &b, &["--keep", "plan.nsd"]).refuses("no STEP=A or STEP=B");
    merge(&a, &b, &["--keep", "plan.nsd=B"]).exits(0);
    ptl(&a, &["show", "plan.nsd"])
        .says("is blocked")
        .says("of anna");
    audit(&a, &[]).exits(0);
}

#[test]
fn what_cannot_be_joined_is_refused() {
    let (a, b) = two(&[]);
    b.write(FILE, old("booking-consumer"));
    merge(&a, &b, &[]).refuses("a `booking-consumer`");
    b.write(FILE, "schema = 2\ndefinition = 7\n");
    merge(&a, &b, &[]).refuses("is wrong");
    fs::remove_file(b.path(FILE)).unwrap();
    merge(&a, &b, &[]).exits(2);
}

#[test]
fn evidence_of_both_is_joined_and_hand_edits_on_either_side_are_refused() {
    let (a, b) = two(&["plan.ods"]);
    let reopen = ["reopen", "plan.ods", "--reason", "once more"];
    for bench in [&a, &b] {
        ptl(bench, &reopen).exits(0);
    }
    done(&b, "plan.ods", "of ben");
    done(&a, "plan.ods", "of anna");
    let (ours, theirs) = (a.read(FILE), b.read(FILE));
    let by_hand = |text: &str| text.replacen("state = \"done\"", "state = \"open\"", 1);
    b.write(FILE, by_hand(&theirs));
    merge(&a, &b, &[]).refuses("no history says so: plan.ods");
    b.write(FILE, theirs);
    a.write(FILE, by_hand(&ours));
    merge(&a, &b, &[]).refuses("the table of `plan.ods` in `checklist.toml` was changed by hand");
    a.write(FILE, ours);
    merge(&a, &b, &["--keep", "plan.ods=A"]).refuses("in no conflict between the two: plan.ods");
    let twice = ["--keep", "plan.nsd=A", "--keep", "plan.nsd=B"];
    merge(&a, &b, &twice).refuses("both A and B are to count for `plan.nsd`");
    merge(&a, &b, &[]).exits(0);
    merge(&b, &a, &[]).exits(0);
    for bench in [&a, &b] {
        let run = ptl(bench, &["show", "plan.ods"]).exits(0);
        run.says("common").says("of anna").says("of ben");
        audit(bench, &[]).exits(0);
    }
}
