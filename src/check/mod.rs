//! Checks as data, their outcomes, and the report that they add up to.
//!
//! A check is one [`Meta`] and one pure function over facts: no clock, no I/O, no environment
//! variables. [`run`] judges one subject by a static table of checks.

mod cause;
mod finding;
mod meta;
mod outcome;
mod report;
mod selection;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use jiff::{Timestamp, tz::TimeZone};

pub use cause::Cause;
pub use finding::{Block, Finding, Mark};
pub use meta::{CheckId, Layer, Meta, Severity};
pub use outcome::{Evidence, Outcome};
pub use report::{Failures, Report, Summary, Verdict};
pub use selection::Selection;

use crate::{config::Install, environment::Environment};

/// One requirement: what is known of it, and the function that judges it.
pub struct Check<F: ?Sized> {
    /// Identity, weight, source and hint.
    pub meta: Meta,
    /// Judges one subject's facts.
    pub run: fn(&F, &Context<'_>) -> Outcome,
}

/// What every check may know besides its facts.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The time that dates are judged by.
    pub at: Timestamp,
    /// The environment's profile, where the run has one.
    pub environment: Option<&'a Environment>,
    /// The install, where the run has one.
    pub install: Option<&'a Install>,
    /// What is shown, skipped and waived.
    pub selection: &'a Selection,
}

/// Judges one subject by every check of a table that the selection includes.
///
/// A check is blocked where one that it requires did not pass on the same subject; a required check
/// that the selection leaves out does not bind.
pub fn run<F: ?Sized>(
    checks: &[Check<F>],
    subject: &str,
    facts: &F,
    context: &Context<'_>,
) -> Vec<Finding> {
    run_after(&[], checks, subject, facts, context)
}

/// As [`run`], where findings on what this subject is a part of bind as well: what became of a
/// host's name binds each of its addresses.
pub fn run_after<F: ?Sized>(
    earlier: &[Finding],
    checks: &[Check<F>],
    subject: &str,
    facts: &F,
    context: &Context<'_>,
) -> Vec<Finding> {
    let mut judged = Judged::default();
    for finding in earlier {
        judged.note(finding, context.selection.strict);
    }
    let mut findings = Vec::new();
    for check in checks
        .iter()
        .filter(|check| context.selection.includes(check.meta.id))
    {
        let finding = if let Some(reason) = skip_reason(&check.meta, context.selection) {
            outline(&check.meta, subject, Mark::Skipped, reason)
        } else if let Some(block) = judged.block(&check.meta) {
            let reason = format!("{} did not pass", block.id);
            Finding {
                blocked_by: Some(block),
                ..outline(&check.meta, subject, Mark::Blocked, reason)
            }
        } else {
            settle(&check.meta, subject, (check.run)(facts, context), context)
        };
        judged.note(&finding, context.selection.strict);
        findings.push(finding);
    }
    findings
}

/// The findings for a subject that was not looked at: every check is skipped, with this reason.
pub fn skipped<F: ?Sized>(
    checks: &[Check<F>],
    subject: &str,
    reason: &str,
    selection: &Selection,
) -> Vec<Finding> {
    all(Mark::Skipped, checks, subject, reason, selection)
}

/// The findings for a subject that none of the checks is about, for this reason.
pub fn not_applicable<F: ?Sized>(
    checks: &[Check<F>],
    subject: &str,
    reason: &str,
    selection: &Selection,
) -> Vec<Finding> {
    all(Mark::NotApplicable, checks, subject, reason, selection)
}

fn all<F: ?Sized>(
    mark: Mark,
    checks: &[Check<F>],
    subject: &str,
    reason: &str,
    selection: &Selection,
) -> Vec<Finding> {
    let wanted = checks.iter().filter(|it| selection.includes(it.meta.id));
    wanted
        .map(|check| outline(&check.meta, subject, mark, reason.to_owned()))
        .collect()
}

/// What the checks of one subject came to so far, for those that require them.
#[derive(Default)]
struct Judged(HashMap<CheckId, bool>);

impl Judged {
    /// Remembers what did not pass, and whether that already decides the verdict.
    fn note(&mut self, finding: &Finding, strict: bool) {
        let settled = match finding.outcome {
            Mark::Fail => {
                finding.severity == Severity::Error
                    || (strict && finding.severity == Severity::Warning)
            }
            Mark::Waived => true,
            Mark::Undetermined => false,
            Mark::Blocked => finding.blocked_by.is_some_and(|block| block.settled),
            Mark::Pass | Mark::NotApplicable | Mark::Skipped => return,
        };
        self.0.insert(finding.id, settled);
    }

    fn block(&self, meta: &Meta) -> Option<Block> {
        meta.requires.iter().find_map(|id| {
            Some(Block {
                id: *id,
                settled: *self.0.get(id)?,
            })
        })
    }
}

fn skip_reason(meta: &Meta, selection: &Selection) -> Option<String> {
    if selection.skips(meta.id) {
        Some("left out by --skip".to_owned())
    } else if selection.offline && meta.layer.needs_network() {
        Some("needs a network, and --offline was given".to_owned())
    } else {
        None
    }
}

fn settle(meta: &Meta, subject: &str, outcome: Outcome, context: &Context<'_>) -> Finding {
    let (mark, cause, evidence) = match outcome {
        Outcome::Pass(evidence) => (Mark::Pass, None, evidence),
        Outcome::Fail(cause, evidence) => (Mark::Fail, Some(cause), evidence),
        Outcome::NotApplicable(evidence) => (Mark::NotApplicable, None, evidence),
        Outcome::Undetermined(cause, evidence) => (Mark::Undetermined, cause, evidence),
    };
    let mut finding = outline(meta, subject, mark, evidence.seen);
    finding.cause = cause;
    finding.evidence = evidence.values;
    finding.hint = match mark {
        Mark::Fail | Mark::Undetermined => {
            Some(evidence.hint.unwrap_or_else(|| meta.hint.to_owned()))
        }
        _ => evidence.hint,
    };
    if mark == Mark::Fail {
        waive(&mut finding, context);
    }
    finding
}

fn waive(finding: &mut Finding, context: &Context<'_>) {
    let today = context.at.to_zoned(TimeZone::UTC).date();
    if let Some(waiver) = context.selection.waiver(finding.id, today) {
        finding.outcome = Mark::Waived;
        finding.evidence.push(("waived by", waiver.by.clone()));
        finding
            .evidence
            .push(("waived until", waiver.until.to_string()));
        finding
            .evidence
            .push(("waived because", waiver.reason.clone()));
    }
}

fn outline(meta: &Meta, subject: &str, outcome: Mark, reason: String) -> Finding {
    Finding {
        id: meta.id,
        title: meta.title,
        severity: meta.severity,
        layer: meta.layer,
        subject: subject.to_owned(),
        outcome,
        cause: None,
        evidence: Vec::new(),
        reason,
        hint: None,
        source: meta.source,
        blocked_by: None,
    }
}
