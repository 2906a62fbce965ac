//! The first line, which is the answer, and the last ones, which count.

use anstyle::{AnsiColor, Style};

use crate::{
    check::{Finding, Mark, Report, Severity, Verdict},
    report::visible,
};

/// Verdict, first layer that decides it, cause, next action. One line, however long.
pub(super) fn first_line(report: &Report) -> String {
    match report.verdict {
        Verdict::Fail => failed(report),
        Verdict::Undetermined => undetermined(report),
        Verdict::Pass => passed(report),
    }
}

fn failed(report: &Report) -> String {
    let style = AnsiColor::Red.on_default().bold();
    let deciding = deciding(report);
    format!("{style}FAIL{style:#}{}", at_first(&deciding, "failure"))
}

/// The failures that a failed run failed for.
fn deciding(report: &Report) -> Vec<&Finding> {
    let errors = failures(report, Severity::Error);
    // Only --strict lets a run fail without an error, and then a warning decides.
    if errors.is_empty() {
        failures(report, Severity::Warning)
    } else {
        errors
    }
}

fn undetermined(report: &Report) -> String {
    let style = AnsiColor::Yellow.on_default().bold();
    let unknown = with_mark(report, Mark::Undetermined);
    let detail = if !unknown.is_empty() {
        at_first(&unknown, "unknown")
    } else if let Some(skipped) = with_mark(report, Mark::Skipped).first() {
        format!(
            ": nothing was judged, {} skipped: {}. Next: mend what kept them from running.",
            report.summary.skipped,
            visible(skipped.reason.trim_end_matches('.'))
        )
    } else {
        ": no check applied. Next: look at --only, --env and ptl.toml, so that something is judged."
            .to_owned()
    };
    format!("{style}UNDETERMINED{style:#}{detail}")
}

fn passed(report: &Report) -> String {
    let style = AnsiColor::Green.on_default().bold();
    let warnings = failures(report, Severity::Warning);
    let notices = failures(report, Severity::Notice);
    let summary = &report.summary;
    let detail = if warnings.is_empty() && notices.is_empty() {
        let left = if summary.skipped > 0 {
            format!(
                ", {} skipped. Next: run the skipped ones too.",
                summary.skipped
            )
        } else {
            ". Next: nothing to mend.".to_owned()
        };
        let waived = match summary.waived {
            0 => String::new(),
            waived => format!(", {waived} waived"),
        };
        format!(": {} met{waived}{left}", count(summary.pass, "requirement"))
    } else {
        let mut said = Vec::new();
        if !warnings.is_empty() {
            said.push(count(warnings.len(), "warning"));
        }
        if !notices.is_empty() {
            said.push(count(notices.len(), "notice"));
        }
        let first = warnings.first().or(notices.first());
        let first = first.map_or_else(String::new, |finding| format!(", first{}", place(finding)));
        format!(" with {}{first}", said.join(" and "))
    };
    format!("{style}PASS{style:#}{detail}")
}

fn failures(report: &Report, severity: Severity) -> Vec<&Finding> {
    let mut failed = with_mark(report, Mark::Fail);
    failed.retain(|finding| finding.severity == severity);
    failed
}

fn with_mark(report: &Report, mark: Mark) -> Vec<&Finding> {
    let findings = report.findings.iter();
    findings.filter(|finding| finding.outcome == mark).collect()
}

/// ` at tcp: subject: cause (and 2 more failures). Next: hint`
fn at_first(findings: &[&Finding], noun: &str) -> String {
    let Some(first) = findings.first() else {
        return String::new();
    };
    let more = match findings.len() - 1 {
        0 => String::new(),
        1 => format!(" (and 1 more {noun})"),
        more => format!(" (and {more} more {noun}s)"),
    };
    let place = place(first);
    match place.split_once(". Next: ") {
        Some((what, next)) => format!("{what}{more}. Next: {next}"),
        None => place + &more,
    }
}

/// ` at tcp: subject: cause. Next: hint`
fn place(finding: &Finding) -> String {
    let what = finding.cause.map_or_else(
        || visible(finding.reason.trim_end_matches('.')).into_owned(),
        |cause| cause.word().to_owned(),
    );
    let hint = finding.hint.as_deref().unwrap_or("see below.");
    format!(
        " at {}: {}: {what}. Next: {}",
        finding.layer.word(),
        visible(&finding.subject),
        visible(hint)
    )
}

/// How often each mark occurs, what the exit code will be, and where to read on.
pub(super) fn closing(report: &Report, passes_summed_up: bool, width: u16) -> String {
    let bold = Style::new().bold();
    let meaning = match report.verdict {
        Verdict::Pass => "Exit 0: nothing failed.",
        Verdict::Fail => "Exit 1: a requirement is not met.",
        Verdict::Undetermined => "Exit 3: not everything could be found out, so this is no pass.",
    };
    let mut after = String::new();
    if passes_summed_up {
        after += " -v shows each requirement that is met.";
    }
    let bad = |finding: &&Finding| matches!(finding.outcome, Mark::Fail | Mark::Undetermined);
    let first = match report.verdict {
        Verdict::Fail => deciding(report).first().copied(),
        Verdict::Undetermined => with_mark(report, Mark::Undetermined).first().copied(),
        Verdict::Pass => report.findings.iter().find(bad),
    };
    if let Some(first) = first {
        after += &format!(" `ptl explain {}` says more.", first.id);
    }
    let counts = wrapped(&counts(report), width);
    let rest = wrapped(&format!("{meaning}{after}"), width);
    let rest = rest.replacen(meaning, &format!("{bold}{meaning}{bold:#}"), 1);
    format!("{counts}{rest}")
}

fn counts(report: &Report) -> String {
    let summary = &report.summary;
    let words = [
        (summary.fail.error, "failed"),
        (summary.fail.warning, "warned"),
        (summary.fail.notice, "noted"),
        (summary.undetermined, "unknown"),
        (summary.blocked, "blocked"),
        (summary.pass, "ok"),
        (summary.waived, "waived"),
        (summary.not_applicable, "not applicable"),
        (summary.skipped, "skipped"),
    ];
    let shown: Vec<_> = words
        .iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, word)| format!("{number} {word}"))
        .collect();
    let total = summary.total();
    if shown.is_empty() {
        return "No checks.".to_owned();
    }
    format!("{}: {}.", count(total, "check"), shown.join(", "))
}

fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

/// Wrapped at words by the table library, which knows how wide characters are.
fn wrapped(text: &str, width: u16) -> String {
    super::columns([vec![text.to_owned()]], &[], width)
}
