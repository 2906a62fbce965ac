//! What the formats show, in snapshots; and what must hold of them whatever they show.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use anstream::adapter::strip_str;

use super::{Detail, Format, Layout, render, samples};
use crate::{
    check::{Cause, Finding, Mark, Report, Severity, Verdict},
    files::mark,
};

fn human(report: &Report, detail: Detail, width: u16) -> String {
    let text = render(report, Format::Human, Layout { detail, width }).unwrap();
    strip_str(&text).to_string()
}

fn answer(findings: Vec<Finding>, strict: bool) -> String {
    human(&samples::report(findings, strict), Detail::Answer, 80)
}

macro_rules! snapshot {
    ($name:literal, $text:expr) => {
        insta::with_settings!({ snapshot_path => "../../tests/snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!($name, $text);
        });
    };
}

#[test]
fn every_mark_is_shown_for_people() {
    let report = samples::every_mark();
    snapshot!("human-80", human(&report, Detail::Document, 80));
    snapshot!("human-120", human(&report, Detail::Document, 120));
    snapshot!("human-verbose", human(&report, Detail::Everything, 80));
    snapshot!(
        "junit",
        render(&report, Format::Junit, Layout::default()).unwrap()
    );
    snapshot!(
        "json",
        render(&report, Format::Json, Layout::default())
            .unwrap()
            .replace(env!("CARGO_PKG_VERSION"), "VERSION")
    );
}

#[test]
fn a_written_report_is_known_by_its_marks_in_every_form() {
    for report in [
        samples::every_mark(),
        samples::long(),
        samples::hostile(),
        samples::report(vec![], true),
    ] {
        for detail in [Detail::Answer, Detail::Document, Detail::Everything] {
            let text = human(&report, detail, 40);
            // An answer without a next action is told by nothing.
            if detail == Detail::Answer && !text.contains(mark::NEXT) {
                continue;
            }
            assert_eq!(mark::form(&text), Some(mark::Form::Human), "{text}");
        }
        for (format, form) in [
            (Format::Json, mark::Form::Json),
            (Format::Junit, mark::Form::Junit),
        ] {
            let text = render(&report, format, Layout::default()).unwrap();
            assert_eq!(mark::form(&text), Some(form), "{text}");
        }
    }
}

#[test]
fn no_line_but_the_answer_is_wider_than_the_terminal() {
    for width in [40, 80, 120] {
        let text = human(&samples::every_mark(), Detail::Document, width);
        for line in text.lines().skip(1).filter(|line| line.starts_with("  ")) {
            assert!(
                line.chars().count() <= usize::from(width),
                "{width}: {line}"
            );
        }
    }
}

#[test]
fn a_long_report_sums_up_what_is_met_and_leaves_nothing_out() {
    let text = human(&samples::long(), Detail::Document, 80);
    assert!(text.lines().count() < 80, "{}", text.lines().count());
    assert_eq!(
        text.matches("TLS-001").count(),
        61,
        "59 met, one not, and where to read on: {text}"
    );
    assert!(text.contains("300 checks: 1 failed, 299 ok."), "{text}");
    assert!(text.contains("-v shows each"), "{text}");
    let all = human(&samples::long(), Detail::Everything, 80);
    assert_eq!(all.matches("  ok ").count(), 299);
}

#[test]
fn the_first_line_is_the_answer() {
    let fail = |severity, cause| Finding {
        severity,
        cause: Some(cause),
        hint: Some("Mend it.".to_owned()),
        ..samples::finding("TCP-001", "a:443", Mark::Fail)
    };
    let warning = || fail(Severity::Warning, Cause::TcpSilent);
    let met = || samples::finding("TCP-002", "a:443", Mark::Pass);
    let unknown = Finding {
        reason: "Nothing was heard.".to_owned(),
        hint: Some("Ask again.".to_owned()),
        ..samples::finding("TCP-001", "a:443", Mark::Undetermined)
    };
    for (findings, strict, wanted) in [
        (
            vec![met()],
            false,
            "PASS: 1 requirement met. Next: nothing to mend.\n",
        ),
        (
            vec![met(), warning()],
            false,
            "PASS with 1 warning, first at tcp: a:443: tcp-silent. Next: Mend it.\n",
        ),
        (
            vec![warning(), fail(Severity::Error, Cause::TcpRefused)],
            false,
            "FAIL at tcp: a:443: tcp-refused. Next: Mend it.\n",
        ),
        (
            vec![warning(), warning()],
            true,
            "FAIL at tcp: a:443: tcp-silent (and 1 more failure). Next: Mend it.\n",
        ),
        (
            vec![unknown, warning()],
            false,
            "UNDETERMINED at tcp: a:443: Nothing was heard. Next: Ask again.\n",
        ),
        (
            vec![],
            false,
            "UNDETERMINED: no check applied. Next: look at --only, --env and ptl.toml, so that something is judged.\n",
        ),
    ] {
        assert_eq!(answer(findings, strict), wanted);
    }
}

#[test]
fn text_from_outside_cannot_steer_any_format() {
    let report = samples::hostile();
    for format in [Format::Human, Format::Json, Format::Junit] {
        for detail in [Detail::Answer, Detail::Document, Detail::Everything] {
            let text = render(&report, format, Layout { detail, width: 80 }).unwrap();
            let text = if format == Format::Human {
                strip_own_styles(&text)
            } else {
                text
            };
            for character in text.chars().filter(|character| *character != '\n') {
                assert!(
                    !character.is_control() && !matches!(character, '\u{202e}' | '\u{fffe}'),
                    "{format:?}: {character:?} in {text:?}"
                );
            }
        }
    }
}

/// Takes out the styles that the human format sets, and nothing that merely looks like one.
fn strip_own_styles(text: &str) -> String {
    let mut text = text.to_owned();
    for code in ["0", "1", "2", "31", "32", "33", "36"] {
        text = text.replace(&format!("\u{1b}[{code}m"), "");
    }
    text
}

#[test]
fn a_format_never_changes_what_json_says() {
    let report = samples::hostile();
    let text = render(&report, Format::Json, Layout::default()).unwrap();
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value["findings"][0]["subject"], report.findings[0].subject);
}

#[test]
fn junit_counts_what_the_summary_counts() {
    let report = samples::every_mark();
    let xml = render(&report, Format::Junit, Layout::default()).unwrap();
    let read = quick_junit::Report::deserialize_from_str(&xml).unwrap();
    assert_eq!((read.tests, read.failures, read.errors), (10, 3, 1));
    assert_eq!(xml.matches("<skipped").count(), 5);
}

#[track_caller]
fn conforms(report: &Report) {
    let text = render(report, Format::Json, Layout::default()).unwrap();
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    let schema = include_str!("../../templates/schemas/report.schema.json");
    let schema: serde_json::Value = serde_json::from_str(schema).unwrap();
    jsonschema::validate(&schema, &document).unwrap_or_else(|error| panic!("{error}\n{text}"));
}

#[test]
fn json_is_of_its_schema() {
    for report in [samples::every_mark(), samples::long(), samples::hostile()] {
        conforms(&report);
    }
}

#[test]
fn whatever_is_found_the_summary_adds_up_and_unknown_is_no_pass() {
    let marks = [
        Mark::Pass,
        Mark::Fail,
        Mark::NotApplicable,
        Mark::Blocked,
        Mark::Undetermined,
        Mark::Skipped,
        Mark::Waived,
    ];
    let severities = [Severity::Error, Severity::Warning, Severity::Notice];
    // Every selection of outcomes up to seven findings, by counting in base 21.
    for number in 0..4000_usize {
        let findings: Vec<_> = std::iter::successors(Some(number * 7919), |rest| Some(rest / 21))
            .take_while(|rest| *rest > 0)
            .map(|rest| Finding {
                severity: severities[rest % 3],
                ..samples::finding("TCP-001", "a:443", marks[rest / 3 % 7])
            })
            .collect();
        let total = findings.len();
        let unknown = findings
            .iter()
            .any(|finding| finding.outcome == Mark::Undetermined);
        let report = samples::report(findings, number % 2 == 0);
        assert_eq!(report.summary.total(), total);
        assert!(!unknown || report.verdict != Verdict::Pass, "{report:?}");
        let first = answer(report.findings.clone(), number % 2 == 0);
        let word = match report.verdict {
            Verdict::Pass => "PASS",
            Verdict::Fail => "FAIL",
            Verdict::Undetermined => "UNDETERMINED",
        };
        assert!(
            first.starts_with(word) && first.contains(". Next: "),
            "{first}"
        );
    }
}
