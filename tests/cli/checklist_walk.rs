//! `ptl checklist walk`: what it asks and refuses, what an interrupt leaves, and where it rests.

use std::fs;

use crate::{
    checklist::{FILE, changes_nothing, done_before, install, provider, ptl},
    init::flags,
    support::Bench,
    terminal::Session,
};

/// A walk by anna on a terminal of 80 columns.
pub(crate) fn walk(bench: &Bench) -> Session {
    walk_at(bench, &[])
}

fn walk_at(bench: &Bench, more: &[&str]) -> Session {
    let arguments = [&["checklist", "walk"], more].concat();
    Session::start(bench.command(arguments))
}

/// Proves the step that the walk stands at.
#[track_caller]
pub(crate) fn proves(session: &mut Session, step: &str, evidence: &str) {
    session.expect(&format!("{step}: ")).expect("What now");
    session.types("d\r").expect("Reference or file");
    session.types(&format!("{evidence}\r"));
    session.expect(&format!("{step} is done"));
}

#[test]
fn each_answer_is_written_down_at_once_and_an_interrupt_loses_nothing() {
    for interrupt in [true, false] {
        let bench = provider();
        let mut session = walk(&bench);
        proves(&mut session, "plan.ods", "A12345, ODS portal");
        let after_one = bench.read(FILE);
        assert!(after_one.contains("A12345, ODS portal"), "{after_one}");
        session.expect("plan.usecase: ").expect("What now");
        session.types("w\r").expect("Waits for");
        session.types("\r").expect("Their reference");
        session.types("INC-7");
        if interrupt {
            session.types("\u{3}");
            let (code, rest) = session.ends();
            assert_eq!(code, None, "an interrupt is no exit: {rest}");
        } else {
            session.kill();
        }
        assert_eq!(bench.read(FILE), after_one);
        ptl(&bench, &["audit"]).exits(0).says("1 entry");
        // The next walk goes on where this one was, and nothing holds the file.
        let mut session = walk(&bench);
        session.expect("plan.usecase: ").expect("What now");
        session.types("q\r").expect("Left at plan.usecase");
        assert_eq!(session.ends().0, Some(0));
    }
}

#[test]
fn what_is_refused_is_said_and_asked_again() {
    let bench = provider();
    bench.write(
        "notes.txt",
        fs::read(crate::pki::sha256().sub.key()).unwrap(),
    );
    let mut session = walk(&bench);
    session.expect("plan.ods: ").expect("What now");
    session.types("x\r").expect("that is none of d w b n");
    for (evidence, refusal) in [
        ("leaf.pem", "no file `leaf.pem`"),
        ("notes.txt", "a secret is never taken as evidence"),
        ("../work/notes.txt", "holds `..`"),
    ] {
        session.expect("What now").types("d\r");
        session
            .expect("Reference or file")
            .types(&format!("{evidence}\r"));
        session.expect(refusal).expect("hint:");
    }
    // Enter alone goes back.
    session.expect("What now").types("d\r");
    session.expect("Reference or file").types("\r");
    session
        .expect("a all about it")
        .expect("What now")
        .types("b\r");
    session.expect("What stands in its way").types("\r");
    session
        .expect("a all about it")
        .expect("What now")
        .types("w\r");
    session.expect("Waits for").types("the ODS team\r");
    session.expect("Their reference").types("\r");
    session.expect("Due, as").types("2027-02-30\r");
    session
        .expect("is no day of the calendar")
        .types("2027-02-28\r");
    session.expect("plan.ods waits for the ODS team, due 2027-02-28");
    session
        .expect("plan.usecase: ")
        .expect("What now")
        .types("q\r");
    assert_eq!(session.ends().0, Some(0));
    ptl(&bench, &["audit"]).exits(0).says("1 entry");
}

#[test]
fn no_line_of_a_pasted_key_is_written_down() {
    let bench = provider();
    let key = fs::read_to_string(crate::pki::sha256().sub.key()).unwrap();
    let mut session = walk(&bench);
    session.expect("plan.ods: ").expect("What now").types("d\r");
    session
        .expect("Reference or file")
        .types(&key.replace('\n', "\r"));
    session.expect("a secret is never taken as evidence");
    session.expect("that is none of").types("q\r");
    session.expect("Left at plan.ods");
    assert_eq!(session.ends().0, Some(0));
    assert!(!bench.read(FILE).contains("[[event]]"));
}

#[test]
fn blocked_not_applicable_and_other_steps_are_walked_too() {
    let bench = provider();
    let mut session = walk(&bench);
    session.expect("plan.ods: ").expect("What now").types("s\r");
    session.expect("1 plan.ods").expect("Which").types("99\r");
    session
        .expect("a number of these, or a step")
        .types("plan.usecase\r");
    session
        .expect("plan.usecase: ")
        .expect("What now")
        .types("a\r");
    session
        .expect("Relied on by")
        .expect("What now")
        .types("blocked\r");
    session
        .expect("What stands in its way")
        .types("the desk is shut\r");
    session.expect("plan.usecase is blocked");
    session.expect("plan.ods: ").expect("What now").types("n\r");
    session
        .expect("Why it does not apply")
        .types("no supplier of its own\r");
    session.expect("plan.ods does not apply here");
    session
        .expect("What now")
        .types("s\r")
        .expect("Which")
        .types("plan.ods\r");
    session
        .expect("needs nothing more: it is not-applicable")
        .types("\r");
    session.expect("What now").types("s\r");
    session
        .expect("plan.usecase")
        .expect("Which")
        .types("plan.usecase\r");
    session
        .expect("It is blocked since")
        .expect("What now")
        .types("d\r");
    session
        .expect("Reference or file")
        .types("mail of 1 December\r");
    session.expect("plan.usecase is done");
    session.expect("What now").types("q\r");
    assert_eq!(session.ends().0, Some(0));
}

#[test]
fn where_nothing_can_be_done_it_says_who_is_waited_for_and_what_ends_the_wait() {
    let bench = provider();
    done_before(&bench, "pt.plan");
    ptl(
        &bench,
        &[
            "wait",
            "pt.plan",
            "--on",
            "all parties",
            "--reference",
            "MAIL-3",
            "--due",
            "2026-11-23",
        ],
    )
    .exits(0);
    let mut session = walk(&bench);
    session.expect("Nothing can be done until");
    session
        .expect("Waiting for all parties")
        .expect("overdue")
        .expect("pt.plan");
    session
        .expect("MAIL-3")
        .expect("ptl checklist walk pt.plan");
    assert_eq!(session.ends().0, Some(0));
    // It goes on there once they have answered.
    let mut session = walk_at(&bench, &["pt.plan", "--at", "2026-11-25T09:00:00Z"]);
    session.expect("It waits for all parties, MAIL-3, due 2026-11-23");
    session.expect("What now").types("d\r");
    session
        .expect("Reference or file")
        .types("plan v3, signed\r");
    session.expect("pt.plan is done (2026-11-25T09:00:00Z by anna)");
    session.expect("pt.run: ").expect("What now").types("q\r");
    assert_eq!(session.ends().0, Some(0));
    changes_nothing(&bench, &["walk", "pt.plan"]).refuses("must be a terminal");
}

#[test]
fn without_a_terminal_it_says_what_to_do_instead() {
    let bench = provider();
    changes_nothing(&bench, &["walk"])
        .refuses("nobody is there to walk with")
        .complains("ptl checklist next")
        .complains("ptl checklist done STEP");
    changes_nothing(&bench, &["walk", "--format", "json"]).refuses("--format");
    changes_nothing(&bench, &["walk", "--output", "x.txt"]).refuses("--output");
    assert_eq!(bench.files(), [FILE]);
    for (arguments, refusal) in [
        (&["int.crs"][..], "`int.crs` is no step"),
        (&["plan.ods", "--by", "a\tb"], "--by holds"),
    ] {
        let mut session = walk_at(&bench, arguments);
        session.expect(refusal);
        assert_eq!(session.ends().0, Some(2));
    }
    ptl(&bench, &["done", "plan.ods", "--evidence", "A12345"]).exits(0);
    let mut session = walk_at(&bench, &["plan.ods"]);
    session
        .expect("`plan.ods` needs nothing more: it is done")
        .expect("reopen plan.ods");
    assert_eq!(session.ends().0, Some(2));
}

#[test]
fn without_ptl_toml_texts_have_brackets_and_checks_are_not_offered() {
    let bench = provider();
    done_before(&bench, "int.fw-out");
    let mut session = walk_at(&bench, &["int.fw-out"]);
    session.expect("They cannot be run here").expect("ptl.toml");
    session.expect("What now (d w b n t a s q)").types("t\r");
    session
        .expect("To: supplier network team")
        .expect("[your organisation]");
    session.expect("[product and version]");
    session
        .expect("What now")
        .types("c\r")
        .expect("that is none of")
        .types("q\r");
    assert_eq!(session.ends().0, Some(0));
}

#[test]
fn a_renewal_is_walked_to_its_end() {
    let bench = install("renewal");
    let mut session = walk(&bench);
    for step in [
        "plan.dates",
        "plan.generation",
        "plan.where",
        "ask.request",
        "ask.sent",
        "ask.cert",
        "switch.way-back",
        "switch.install",
        "switch.prove",
        "switch.lists",
        "close.key",
        "close.watch",
    ] {
        session.expect("What now").types("s\r");
        session.expect("Which").types(&format!("{step}\r"));
        proves(&mut session, step, "a reference");
    }
    session
        .expect("Nothing is left to do.")
        .expect("ptl expiry");
    assert_eq!(session.ends().0, Some(0));
}

#[test]
fn it_can_be_read_on_40_columns_and_without_colour() {
    let bench = Bench::new()
        .variable("USER", "anna")
        .variable("NO_COLOR", "1");
    bench.run(flags(&[])).exits(0);
    let mut session = Session::start_wide(bench.command(["checklist", "walk"]), 40);
    for key in ["t", "a", "q"] {
        session
            .expect("What now (d w b n t a s q)")
            .types(&format!("{key}\r"));
        session.expect(&format!(": {key}"));
    }
    let (code, rest) = session.ends();
    assert_eq!(code, Some(0), "{rest}");
    let mut session = Session::start_wide(bench.command(["checklist", "walk"]), 40);
    session.types("q\r");
    let (_, screen) = session.ends();
    // A question is drawn over itself once it is answered.
    for line in screen.lines().filter(|line| !line.contains("What now")) {
        assert!(line.trim_end().chars().count() <= 40, "{line}");
    }
    assert!(!screen.contains("\u{1b}[1m"), "{screen:?}");
}
