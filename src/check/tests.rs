//! The rules of running checks and of the verdict, on checks made for the purpose.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use jiff::{Timestamp, civil::date};
use wildmatch::WildMatch;

use super::{
    Cause, Check, CheckId, Context, Finding, Layer, Mark, Meta, Outcome, Report, Selection,
    Severity, Verdict, run, skipped,
};
use crate::config::Waiver;

/// What the two made-up checks answer.
struct Facts {
    first: fn() -> Outcome,
    second: fn() -> Outcome,
}

const FIRST: CheckId = CheckId("MADE-001");
const SECOND: CheckId = CheckId("MADE-002");

static CHECKS: &[Check<Facts>] = &[
    Check {
        meta: meta(FIRST, Severity::Error, Layer::Key, &[]),
        run: |facts, _| (facts.first)(),
    },
    Check {
        meta: meta(SECOND, Severity::Error, Layer::Tls, &[FIRST]),
        run: |facts, _| (facts.second)(),
    },
];

static SOFT: &[Check<Facts>] = &[
    Check {
        meta: meta(FIRST, Severity::Warning, Layer::Key, &[]),
        run: |facts, _| (facts.first)(),
    },
    Check {
        meta: meta(SECOND, Severity::Error, Layer::Tls, &[FIRST]),
        run: |facts, _| (facts.second)(),
    },
];

const fn meta(id: CheckId, severity: Severity, layer: Layer, requires: &'static [CheckId]) -> Meta {
    Meta {
        id,
        title: "holds",
        severity,
        layer,
        source: "made up",
        hint: "Mend it.",
        requires,
    }
}

fn good() -> Outcome {
    Outcome::pass("it holds")
}

fn bad() -> Outcome {
    Outcome::fail(Cause::WeakKey, "it does not hold")
}

fn unknown() -> Outcome {
    Outcome::undetermined("it could not be seen")
}

fn beside_the_point() -> Outcome {
    Outcome::not_applicable("it does not bind")
}

fn at() -> Timestamp {
    "2026-11-22T17:00:00.25Z".parse().unwrap()
}

fn judge(
    checks: &[Check<Facts>],
    first: fn() -> Outcome,
    second: fn() -> Outcome,
    selection: &Selection,
) -> Vec<Finding> {
    let context = Context {
        at: at(),
        environment: None,
        install: None,
        selection,
    };
    run(checks, "subject", &Facts { first, second }, &context)
}

fn verdict(findings: Vec<Finding>, strict: bool) -> Verdict {
    Report::new("made", None, at(), findings, strict).verdict
}

fn marks(findings: &[Finding]) -> Vec<Mark> {
    findings.iter().map(|finding| finding.outcome).collect()
}

fn waiver(until: jiff::civil::Date) -> Selection {
    Selection {
        waivers: vec![Waiver {
            check: "MADE-001".to_owned(),
            reason: "known".to_owned(),
            by: "Jo".to_owned(),
            until,
        }],
        ..Selection::default()
    }
}

#[test]
fn a_failed_requirement_blocks_what_needs_it() {
    let findings = judge(CHECKS, bad, good, &Selection::default());
    assert_eq!(marks(&findings), [Mark::Fail, Mark::Blocked]);
    assert!(findings[1].reason.contains("MADE-001"));
    assert_eq!(verdict(findings, false), Verdict::Fail);
}

#[test]
fn an_undetermined_requirement_blocks_and_leaves_the_run_undetermined() {
    let findings = judge(CHECKS, unknown, good, &Selection::default());
    assert_eq!(marks(&findings), [Mark::Undetermined, Mark::Blocked]);
    assert_eq!(verdict(findings, false), Verdict::Undetermined);
}

#[test]
fn a_requirement_that_does_not_bind_blocks_nothing() {
    let findings = judge(CHECKS, beside_the_point, good, &Selection::default());
    assert_eq!(marks(&findings), [Mark::NotApplicable, Mark::Pass]);
    assert_eq!(verdict(findings, false), Verdict::Pass);
}

#[test]
fn what_a_failed_warning_blocks_was_never_found_out() {
    let findings = judge(SOFT, bad, good, &Selection::default());
    assert_eq!(verdict(findings.clone(), false), Verdict::Undetermined);
    assert_eq!(verdict(findings, true), Verdict::Fail);
}

#[test]
fn nothing_that_applied_is_undetermined() {
    let findings = judge(
        CHECKS,
        beside_the_point,
        beside_the_point,
        &Selection::default(),
    );
    assert_eq!(verdict(findings, false), Verdict::Undetermined);
    assert_eq!(verdict(Vec::new(), false), Verdict::Undetermined);
}

#[test]
fn a_waiver_holds_through_its_last_day_and_no_longer() {
    let held = judge(CHECKS, bad, good, &waiver(date(2026, 11, 22)));
    assert_eq!(marks(&held), [Mark::Waived, Mark::Blocked]);
    assert_eq!(verdict(held, false), Verdict::Pass);
    let ended = judge(CHECKS, bad, good, &waiver(date(2026, 11, 21)));
    assert_eq!(marks(&ended), [Mark::Fail, Mark::Blocked]);
}

#[test]
fn offline_skips_the_layers_that_need_a_network_and_does_not_count_them() {
    let selection = Selection {
        offline: true,
        ..Selection::default()
    };
    let findings = judge(CHECKS, good, bad, &selection);
    assert_eq!(marks(&findings), [Mark::Pass, Mark::Skipped]);
    assert_eq!(verdict(findings, false), Verdict::Pass);
}

#[test]
fn a_requirement_that_was_left_out_does_not_bind() {
    let selection = Selection {
        only: vec![WildMatch::new("*-002")],
        ..Selection::default()
    };
    assert_eq!(marks(&judge(CHECKS, bad, good, &selection)), [Mark::Pass]);
}

#[test]
fn what_was_skipped_by_name_is_shown_with_that_reason() {
    let selection = Selection {
        skip: vec![WildMatch::new("MADE-*")],
        ..Selection::default()
    };
    let findings = judge(CHECKS, bad, bad, &selection);
    assert_eq!(marks(&findings), [Mark::Skipped, Mark::Skipped]);
    assert!(findings[0].reason.contains("--skip"));
    let outlined = skipped(CHECKS, "subject", "not looked at", &Selection::default());
    assert_eq!(marks(&outlined), [Mark::Skipped, Mark::Skipped]);
}

#[test]
fn a_finding_that_needs_no_action_carries_no_hint() {
    let findings = judge(CHECKS, good, bad, &Selection::default());
    assert_eq!(findings[0].hint, None);
    assert_eq!(findings[1].hint.as_deref(), Some("Mend it."));
}

#[test]
fn the_summary_adds_up_to_the_findings_for_every_mix_of_outcomes() {
    let outcomes: [fn() -> Outcome; 4] = [good, bad, unknown, beside_the_point];
    for first in outcomes {
        for second in outcomes {
            for checks in [CHECKS, SOFT] {
                let findings = judge(checks, first, second, &Selection::default());
                let report = Report::new("made", None, at(), findings, false);
                assert_eq!(report.summary.total(), report.findings.len());
            }
        }
    }
}

#[test]
fn a_report_is_dated_in_whole_seconds() {
    let report = Report::new("made", Some("int"), at(), Vec::new(), false);
    assert_eq!(report.started.to_string(), "2026-11-22T17:00:00Z");
}
