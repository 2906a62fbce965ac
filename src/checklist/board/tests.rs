//! What is told of installs, on facts made by hand.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use jiff::{SignedDuration, Timestamp};

use super::{Board, Choice, End, PassedOver, Row, choose::Filter, choose::Sort};
use crate::{
    checklist::{now::Now, rules::Progress, state},
    survey::expiry::{Ending, Endings, Kind, Nearness},
};

const NOW: &str = "2026-11-25T12:00:00Z";
const WITHIN: i64 = 30;

fn at() -> Timestamp {
    NOW.parse().unwrap()
}

/// The row of a checklist's tables, and of what ends in so many days each.
fn row(folder: &str, tables: &str, ends: &[(Kind, i64)]) -> Row {
    let text = format!("schema = 1\ndefinition = \"booking-provider\"\n{tables}");
    let (definition, state) = state::parse(&text, "checklist.toml").unwrap();
    let now = Now::at(at());
    let progress = Progress {
        definition: &definition,
        state: &state,
        now: &now,
    };
    let all = ends.iter().map(|(kind, days)| Ending {
        environment: Some("int".to_owned()),
        kind: *kind,
        name: format!("of {days}"),
        file: "a.pem".to_owned(),
        ends: Some(at() + SignedDuration::from_hours(24 * days)),
        since: None,
        days: *days,
        nearness: Nearness::Far,
    });
    let endings = Endings {
        all: all.collect(),
        problems: Vec::new(),
    };
    Row::of(folder, &progress, None, &endings)
}

fn table(step: &str, state: &str, at: &str, rest: &str) -> String {
    format!("[step.\"{step}\"]\nstate = \"{state}\"\nat = {at}\nby = \"anna\"\n{rest}\n")
}

fn done(step: &str) -> String {
    table(
        step,
        "done",
        "2026-11-20T10:00:00Z",
        "evidence = [{ text = \"a\", at = 2026-11-20T10:00:00Z, by = \"anna\" }]",
    )
}

fn waits(step: &str, since: &str, due: &str) -> String {
    table(step, "waiting", since, &format!("on = \"DIR team\"\n{due}"))
}

fn board(rows: Vec<Row>, filters: &[&str], sort: Sort) -> Board {
    let choice = Choice {
        filters: filters.iter().map(|word| Filter::of(word)).collect(),
        sort,
        within: WITHIN,
    };
    Board::of(rows, &choice, PassedOver::default(), at())
}

#[test]
fn the_stage_is_the_first_that_is_not_settled_and_says_how_far_it_is() {
    let fresh = row("a", "", &[]);
    let stage = fresh.stage.unwrap();
    assert_eq!((stage.number, stage.settled), (1, 0));
    assert_eq!(fresh.next.unwrap().step, "plan.ods");
    let begun = row("a", &done("plan.ods"), &[]);
    let stage = begun.stage.unwrap();
    assert_eq!((stage.number, stage.settled, begun.settled), (1, 1, 1));
    assert!(stage.steps > 1 && begun.steps > stage.steps && stage.of > 1);
}

#[test]
fn a_step_that_relies_on_an_open_one_is_not_settled() {
    // plan.nsd asks for plan.ods, in the shipped checklist.
    let (definition, _) =
        state::parse("schema = 1\ndefinition = \"booking-provider\"\n", "a").unwrap();
    let relying = definition
        .steps()
        .find(|step| step.requires == ["plan.ods"])
        .unwrap();
    let row = row("a", &done(&relying.id), &[]);
    assert_eq!(row.settled, 0);
}

#[test]
fn the_next_step_is_the_one_that_next_begins_with() {
    let mut tables = String::new();
    let (definition, _) =
        state::parse("schema = 1\ndefinition = \"booking-provider\"\n", "a").unwrap();
    for _ in definition.steps() {
        let text = format!("schema = 1\ndefinition = \"booking-provider\"\n{tables}");
        let (_, state) = state::parse(&text, "a").unwrap();
        let now = Now::at(at());
        let progress = Progress {
            definition: &definition,
            state: &state,
            now: &now,
        };
        let ready = progress.ready();
        let first = ready.first().map(|ready| ready.step.id.as_str());
        assert_eq!(
            progress
                .first_ready(&progress.settled())
                .map(|step| step.id.as_str()),
            first
        );
        let Some(first) = first else { break };
        tables += &done(first);
    }
    let settled = row("a", &tables, &[]);
    assert_eq!((settled.stage, settled.next), (None, None));
    assert_eq!(settled.settled, settled.steps);
}

#[test]
fn waiting_is_counted_in_whole_days_longest_first_and_overdue_from_the_day_after() {
    let tables = [
        waits("plan.nsd", "2026-11-24T13:00:00Z", "due = 2026-11-25"),
        waits("plan.ods", "2026-11-06T12:00:00Z", "due = 2026-11-24"),
        waits("plan.scal", "2027-01-01T12:00:00Z", ""),
    ];
    let row = row("a", &tables.concat(), &[]);
    let told: Vec<_> = row
        .waiting
        .iter()
        .map(|wait| (wait.step.as_str(), wait.days, wait.overdue))
        .collect();
    let wanted = [
        ("plan.ods", 19, true),
        ("plan.nsd", 0, false),
        ("plan.scal", 0, false),
    ];
    assert_eq!(told, wanted);
}

#[test]
fn of_each_kind_the_nearest_end_is_told_and_a_kept_list_only_once_it_has_ended() {
    let ends = [
        (Kind::Leaf, 90),
        (Kind::Leaf, 29),
        (Kind::List, 3),
        (Kind::Waiver, 1),
    ];
    let near = row("a", "", &ends);
    let told: Vec<_> = near
        .endings
        .iter()
        .map(|end| (end.kind, end.days))
        .collect();
    assert_eq!(told, [(Kind::Leaf, 29), (Kind::List, 3)]);
    assert!(near.is_expiring(WITHIN) && !near.is_expiring(29));
    let within = |days| row("a", "", &[(Kind::List, days)]).endings[0].is_within(WITHIN);
    assert!(!within(0) && within(-1));
    assert_eq!(
        near.endings.iter().filter(|end| End::is_list(end)).count(),
        1
    );
}

#[test]
fn filters_narrow_and_what_could_not_be_read_is_always_shown() {
    let rows = || {
        vec![
            row("waits", &waits("plan.ods", NOW, ""), &[]),
            row(
                "fails",
                &table("plan.ods", "failed", NOW, "reason = \"a\""),
                &[(Kind::Leaf, 3)],
            ),
            row(
                "blocked",
                &table("plan.ods", "blocked", NOW, "reason = \"a\""),
                &[],
            ),
            Row::unreadable("unread", "why".to_owned()),
        ]
    };
    for (filters, wanted) in [
        (&[][..], &["blocked", "fails", "unread", "waits"][..]),
        (&["waiting"], &["unread", "waits"]),
        (&["failed"], &["fails", "unread"]),
        (&["blocked"], &["blocked", "unread"]),
        (&["expiring"], &["fails", "unread"]),
        (&["unsound"], &["unread"]),
        (&["dir TEAM"], &["unread", "waits"]),
        (&["failed", "expiring"], &["fails", "unread"]),
        (&["failed", "waiting"], &["unread"]),
    ] {
        let board = board(rows(), filters, Sort::Name);
        let shown: Vec<_> = board
            .installs
            .iter()
            .map(|row| row.folder.as_str())
            .collect();
        assert_eq!(shown, wanted, "{filters:?}");
        assert_eq!(
            (board.summary.found, board.summary.shown),
            (4, wanted.len())
        );
    }
}

#[test]
fn what_wants_attention_first_stands_first() {
    let rows = || {
        vec![
            row("a", &waits("plan.ods", "2026-11-20T12:00:00Z", ""), &[]),
            row("b", &done("plan.ods"), &[(Kind::Leaf, 3)]),
            row(
                "c",
                &waits("plan.ods", "2026-11-01T12:00:00Z", ""),
                &[(Kind::Leaf, 2)],
            ),
            Row::unreadable("d", "why".to_owned()),
        ]
    };
    for (sort, wanted) in [
        (Sort::Name, "abcd"),
        (Sort::Stage, "acbd"),
        (Sort::Waiting, "cabd"),
        (Sort::Expiry, "cbad"),
    ] {
        let board = board(rows(), &[], sort);
        let shown: String = board
            .installs
            .iter()
            .map(|row| row.folder.as_str())
            .collect();
        assert_eq!(shown, wanted, "{sort:?}");
        assert_eq!(board.longest_wait().unwrap().0.folder, "c");
    }
}

#[test]
fn what_fails_a_board_is_what_somebody_must_mend() {
    for (row, fails) in [
        (row("a", "", &[(Kind::Leaf, 3)]), false),
        (
            row("a", &waits("plan.ods", NOW, "due = 2026-11-25"), &[]),
            false,
        ),
        (
            row("a", &waits("plan.ods", NOW, "due = 2026-11-24"), &[]),
            true,
        ),
        (row("a", "", &[(Kind::Root, -1)]), true),
        (row("a", "", &[(Kind::List, -1)]), true),
        (
            Row {
                sound: Some(false),
                ..row("a", "", &[])
            },
            true,
        ),
        (
            Row {
                by_hand: vec!["plan.ods".to_owned()],
                ..row("a", "", &[])
            },
            true,
        ),
        (Row::unreadable("a", "why".to_owned()), false),
    ] {
        let board = board(vec![row], &[], Sort::Name);
        assert_eq!(board.has_failed(), fails, "{board:?}");
    }
}
