//! Reading all problems at once, and writing without losing a comment.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod needs;

use super::{edit::Draft, *};
use crate::error::Result;

/// The text of a file without a history, with this record for a step.
fn with_record(text: &str, step: &str, record: &Record) -> Result<String> {
    let mut draft = Draft::of(text)?;
    let before = parse(text, FILE)?.1.records;
    let stands = before.get(step).map_or(&[][..], |it| &it.evidence);
    draft.table(step, record, stands)?;
    Ok(draft.text())
}

const BY_HAND: &str = r#"# Our install, kept by hand too.
schema = 1 # never change
definition = "booking-provider"   # chosen by Anna

# The ODS code took a week.
[step."plan.ods"] # asked on Monday
# still open on Tuesday
state = "blocked" # not our fault
at = 2026-11-22T17:00:00Z # UTC
by = "anna" # Anna Smith
# what they said
reason = "the portal is down" # since Friday

[step."plan.usecase"]
state = "done"
at = 2026-11-20T09:00:00+00:00
by = 'ben'
evidence = [ # mails
    { text = "mail 1", at = 2026-11-20T09:00:00Z, by = "ben" }, # the first
    # more to come
]
# Notes at the very end.
"#;

fn record(status: Status, evidence: &[&str]) -> Record {
    let at = "2026-11-23T08:00:00Z".parse().unwrap();
    Record {
        status,
        at,
        by: "carla".to_owned(),
        particulars: Particulars::default(),
        evidence: evidence
            .iter()
            .map(|text| Evidence {
                proof: Proof::Text((*text).to_owned()),
                at,
                by: "carla".to_owned(),
            })
            .collect(),
    }
}

fn comments(text: &str) -> Vec<&str> {
    let comment = |line: &'_ str| line.find('#').map(|at| at..line.len());
    text.lines()
        .filter_map(|line| Some(&line[comment(line)?]))
        .collect()
}

/// The problems of a text, as an error shows them.
#[track_caller]
fn problems(text: &str) -> Vec<String> {
    let error = parse(text, "checklist.toml").unwrap_err();
    assert_eq!(error.kind(), crate::error::Kind::Input);
    assert!(error.next_action().is_some());
    error.problems().to_vec()
}

#[test]
fn a_fresh_file_is_read_and_every_step_is_open() {
    for (id, _) in crate::checklist::definition::SHIPPED {
        let (definition, state) = parse(&fresh(id), "checklist.toml").unwrap();
        assert_eq!(definition.id, *id);
        assert!(state.records.is_empty());
    }
}

#[test]
fn every_comment_and_the_order_survive_a_change_of_what_is_there() {
    let (_, before) = parse(BY_HAND, "x").unwrap();
    let done = record(Status::Done, &["A12345"]);
    let text = with_record(BY_HAND, "plan.ods", &done).unwrap();
    let (_, after) = parse(&text, "x").unwrap();
    assert_eq!(after.records["plan.ods"], done);
    assert_eq!(
        after.records["plan.usecase"],
        before.records["plan.usecase"]
    );
    let mut lost = comments(BY_HAND);
    lost.retain(|comment| !text.contains(comment));
    assert_eq!(lost, Vec::<&str>::new(), "{text}");
    assert!(text.find("plan.ods") < text.find("plan.usecase"));
    assert!(!text.contains("portal is down"));
}

#[test]
fn evidence_is_added_below_what_is_there() {
    let (_, state) = parse(BY_HAND, "x").unwrap();
    let mut again = state.records["plan.usecase"].clone();
    again
        .evidence
        .extend(record(Status::Done, &["mail 2"]).evidence);
    let text = with_record(BY_HAND, "plan.usecase", &again).unwrap();
    assert_eq!(parse(&text, "x").unwrap().1.records["plan.usecase"], again);
    let order = [
        "# mails",
        "mail 1",
        "# the first",
        "# more to come",
        "mail 2",
    ];
    let places: Vec<_> = order.iter().map(|word| text.find(word).unwrap()).collect();
    assert!(places.is_sorted(), "{text}");
    assert_eq!(comments(&text), comments(BY_HAND));
}

#[test]
fn evidence_that_comes_before_what_is_there_is_written_and_nothing_twice() {
    let (_, state) = parse(BY_HAND, "x").unwrap();
    let mut joined = state.records["plan.usecase"].clone();
    let earlier = record(Status::Done, &["mail 0"]).evidence;
    joined.evidence.splice(0..0, earlier);
    let text = with_record(BY_HAND, "plan.usecase", &joined).unwrap();
    assert_eq!(parse(&text, "x").unwrap().1.records["plan.usecase"], joined);
}

#[test]
fn a_new_step_stands_after_everything_else() {
    let text = with_record(BY_HAND, "build.tkw", &record(Status::InProgress, &[])).unwrap();
    assert!(text.starts_with(BY_HAND.trim_end()), "{text}");
    let new = text[BY_HAND.trim_end().len()..].trim_start();
    assert_eq!(
        new,
        "[step.\"build.tkw\"]\nstate = \"in-progress\"\nat = 2026-11-23T08:00:00Z\nby = \"carla\"\n"
    );
    assert_eq!(parse(&text, "x").unwrap().1.records.len(), 3);
}

#[test]
fn every_way_to_write_a_step_by_hand_can_be_changed() {
    let head = "schema = 1\ndefinition = \"booking-provider\"\n";
    let at = "2026-11-22T17:00:00Z";
    for steps in [
        format!(
            "step.\"plan.ods\".state = \"open\"\nstep.\"plan.ods\".at = {at}\nstep.\"plan.ods\".by = \"a\"\n"
        ),
        format!("step.\"plan.ods\" = {{ state = \"open\", at = {at}, by = \"a\" }}\n"),
        format!("step = {{ \"plan.ods\" = {{ state = \"open\", at = {at}, by = \"a\" }} }}\n"),
        format!("[step]\n\"plan.ods\" = {{ state = \"open\", at = \"{at}\", by = \"a\" }}\n"),
        format!(
            "[step.\"plan.ods\"]\nstate = \"open\"\nat = {at}\nby = \"a\"\n[[step.\"plan.ods\".evidence]]\ntext = \"old\"\nat = {at}\nby = \"a\"\n"
        ),
        "[step]\n".to_owned(),
        "step = {}".to_owned(),
        String::new(),
    ] {
        let before = format!("{head}{steps}");
        let (_, state) = parse(&before, "x").unwrap_or_else(|error| panic!("{steps}: {error:?}"));
        for id in ["plan.ods", "plan.nsd"] {
            let mut wanted = record(Status::Done, &[]);
            if let Some(old) = state.records.get(id) {
                wanted.evidence.clone_from(&old.evidence);
            }
            wanted
                .evidence
                .extend(record(Status::Done, &["new"]).evidence);
            let text = with_record(&before, id, &wanted).unwrap();
            let (_, after) = parse(&text, "x").unwrap_or_else(|error| panic!("{text}: {error:?}"));
            assert_eq!(after.records[id], wanted, "{text}");
        }
    }
}

#[test]
fn windows_line_ends_stay() {
    let windows = BY_HAND.replace('\n', "\r\n");
    let done = record(Status::Done, &["A12345"]);
    let text = with_record(&windows, "plan.ods", &done).unwrap();
    assert_eq!(text.matches("\r\n").count(), text.matches('\n').count());
    assert_eq!(parse(&text, "x").unwrap().1.records["plan.ods"], done);
    let plain = with_record(BY_HAND, "plan.ods", &done).unwrap();
    assert_eq!(text, plain.replace('\n', "\r\n"));
}

#[test]
fn hostile_text_is_written_so_that_it_is_read_again() {
    let mut odd = record(
        Status::Blocked,
        &["\"quotes\" and 'more' \\ # no comment\n[step]\n\u{1b}"],
    );
    odd.particulars.reason = Some("'''\"\"\"\r\n\u{202e}".to_owned());
    odd.by = "= # ]".to_owned();
    let text = with_record(BY_HAND, "plan.nsd", &odd).unwrap();
    assert_eq!(parse(&text, "x").unwrap().1.records["plan.nsd"], odd);
}

#[test]
fn all_problems_of_a_file_are_told_at_once_with_their_places() {
    let found = problems(
        r#"definition = "booking-provider"
note = "mine"

[step."plan.ods"]
state = "finished"
at = "yesterday"
bye = "anna"

[step."plan.odds"]
state = "open"

[step."plan.dspt"]
state = "done"
at = 2026-11-22T17:00:00Z
by = ""
evidence = ["a mail", { file = "a.pdf", sha256 = "beef", size = -1, at = 2026-11-22, by = 1, x = 2 }]
"#,
    );
    assert_eq!(
        found,
        [
            "line 1, column 1: `schema = 2` is missing",
            "line 2, column 1: unknown key `note`",
            "line 4, column 7: `by` is missing",
            "line 5, column 9: `finished` is no state: one of open, in-progress, waiting, done, failed, blocked, waived, not-applicable",
            "line 6, column 6: `at` is a time with its zone, as 2026-11-22T17:00:00Z",
            "line 7, column 1: unknown key `bye`; did you mean `by`?",
            "line 9, column 7: `plan.odds` is no step of the checklist `booking-provider`; did you mean `plan.ods`?",
            "line 15, column 6: `by` is text in quotes, and not empty",
            "line 16, column 13: evidence is a table: { text = \"...\", at = ..., by = \"...\" }",
            "line 16, column 50: `sha256` is 64 digits of lower-case hex",
            "line 16, column 65: `size` is the file's length in bytes",
            "line 16, column 74: `at` is a time with its zone, as 2026-11-22T17:00:00Z",
            "line 16, column 91: `by` is text in quotes, and not empty",
            "line 16, column 94: unknown key `x`",
        ]
    );
}

#[test]
fn broken_toml_is_told_with_every_mistake() {
    let found = problems("schema = 1\ndefinition = booking\n[step.\"plan.ods\"\nstate = 'open'\n");
    assert!(found.len() >= 2, "{found:?}");
    assert!(found[0].starts_with("line 2, column 14: "), "{found:?}");
}

#[test]
fn a_step_without_quotes_is_explained() {
    let found = problems(
        "schema = 1\ndefinition = \"booking-provider\"\n[step.plan.ods]\nstate = \"open\"\n",
    );
    assert_eq!(
        found,
        ["line 3, column 7: a step's id stands in quotes: [step.\"plan.NAME\"]"]
    );
}

#[test]
fn a_done_step_without_evidence_is_a_lie() {
    let found = problems(
        "schema = 1\ndefinition = \"booking-provider\"\n[step.\"plan.ods\"]\nstate = \"done\"\nat = 2026-11-22T17:00:00Z\nby = \"anna\"\n",
    );
    assert_eq!(
        found,
        ["line 3, column 7: `plan.ods` is done, but has no evidence: every done step has some"]
    );
}

#[test]
fn a_newer_form_is_refused_before_anything_else_is_judged() {
    let error = parse(
        "schema = 3\nevents = []\ndefinition = 7\n",
        "checklist.toml",
    )
    .unwrap_err();
    assert!(
        error.to_string().contains("schema 3 (line 1, column 10)"),
        "{error}"
    );
    assert!(error.problems().is_empty());
    for older in ["0", "-1", "\"1\"", "1.0"] {
        let text = format!("schema = {older}\ndefinition = \"booking-provider\"\n");
        assert_eq!(
            problems(&text),
            ["line 1, column 10: schema is 2, a number"]
        );
    }
}

#[test]
fn a_checklist_that_ptl_does_not_know_is_refused() {
    let found = problems("schema = 1\ndefinition = \"gp-connect\"\n");
    assert_eq!(
        found,
        [
            "line 2, column 14: `definition` is one of booking-provider, booking-consumer, gp-connect-consumer, renewal"
        ]
    );
    let found = problems("schema = 1\n");
    assert_eq!(
        found,
        [
            "line 1, column 1: `definition` is missing: one of booking-provider, booking-consumer, gp-connect-consumer, renewal"
        ]
    );
}

#[test]
fn a_deep_or_endlessly_broken_file_ends_quickly() {
    let deep = format!("a = {}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(!problems(&deep).is_empty());
    let many = "= = =\n".repeat(40_000);
    assert!(problems(&many).len() <= 21);
}
