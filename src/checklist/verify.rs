//! What running a step's checks comes to: its own report out of a run's findings, and what is written down of it.
//!
//! Pure: who runs the checks is a command. What was not found out proves nothing, and changes no state.

use jiff::Timestamp;
use wildmatch::WildMatch;

use super::{
    definition::{ProvenBy, Step},
    history::{Act, Deed, replay::setter},
    rules::{Actor, Progress},
    state::{Evidence, File, Proof, Status},
};
use crate::{
    check::{CheckId, Finding, Mark, Report, Verdict},
    error::{Error, Result},
};

/// The command that a step's report names.
pub const COMMAND: &str = "checklist verify";

/// The steps whose checks are run: those that are named, else every one with checks that can be proven now or is done.
///
/// # Errors
/// Exit 2 where a name is no step's, or the step has no checks or does not apply; exit 1 where its stage is shut or it
/// relies on an open step.
pub fn chosen<'a>(progress: &Progress<'a>, ids: &[String]) -> Result<Vec<&'a Step>> {
    if !ids.is_empty() {
        let mut steps: Vec<&Step> = Vec::new();
        for id in ids {
            let step = named(progress, id)?;
            if !steps.iter().any(|known| known.id == step.id) {
                steps.push(step);
            }
        }
        return Ok(steps);
    }
    let mut steps = Vec::new();
    for stage in &progress.definition.stages {
        for step in stage.steps.iter().filter(|step| !step.checks.is_empty()) {
            let fits = match progress.status(&step.id) {
                Status::Done => true,
                Status::Open | Status::InProgress | Status::Failed => {
                    progress.can_be_proven(stage, step).is_ok()
                }
                _ => false,
            };
            if fits {
                steps.push(step);
            }
        }
    }
    Ok(steps)
}

fn named<'a>(progress: &Progress<'a>, id: &str) -> Result<&'a Step> {
    let (stage, step) = progress.find(id)?;
    if step.checks.is_empty() {
        return Err(
            Error::input(format!("no check looks at `{id}`: a person proves it")).hint(format!(
                "When it is proven: `ptl checklist done {id} --evidence \"...\"` (wanted: {}).",
                step.evidence
            )),
        );
    }
    match progress.status(id) {
        // What was done once is looked at again, whatever became of what it relies on.
        Status::Done => Ok(step),
        Status::NotApplicable => Err(Error::input(format!("`{id}` does not apply here")).hint(
            format!("If it does, open it first: `ptl checklist reopen {id} --reason \"...\"`."),
        )),
        _ => progress.can_be_proven(stage, step).map(|()| step),
    }
}

/// Whether any of these patterns fits a check.
pub fn fits(patterns: &[String], id: CheckId) -> bool {
    let mut patterns = patterns.iter();
    patterns.any(|pattern| WildMatch::new(pattern).matches(id.0))
}

/// The report of a step: the findings that its patterns choose, of a run that may have looked at more.
///
/// A check that was not run for want of a network was not found out.
pub fn report(
    step: &Step,
    environment: &str,
    at: Timestamp,
    findings: &[Finding],
    offline: bool,
) -> Report {
    let own = findings.iter().filter(|it| fits(&step.checks, it.id));
    let mut own: Vec<Finding> = own.cloned().collect();
    for block in own.iter_mut().filter_map(|it| it.blocked_by.as_mut()) {
        // What stopped it decides nothing in a report that does not hold it.
        block.settled &= fits(&step.checks, block.id);
    }
    let unseen = |finding: &Finding| {
        finding.outcome == Mark::Skipped && offline && finding.layer.needs_network()
    };
    let unseen = own.iter().any(unseen);
    let mut report = Report::new(COMMAND, Some(environment), at, own, false);
    if unseen && report.verdict == Verdict::Pass {
        report.verdict = Verdict::Undetermined;
    }
    report
}

/// The finding that a report's verdict hangs on first; nothing where it passed, or nothing applied.
pub fn deciding(report: &Report) -> Option<&Finding> {
    let mark = |wanted: Mark| report.findings.iter().find(|it| it.outcome == wanted);
    match report.verdict {
        Verdict::Pass => None,
        Verdict::Fail => report.findings.iter().find(|finding| {
            finding.outcome == Mark::Fail && finding.severity == crate::check::Severity::Error
        }),
        Verdict::Undetermined => mark(Mark::Undetermined)
            .or_else(|| mark(Mark::Blocked))
            .or_else(|| mark(Mark::Skipped)),
    }
}

/// What is written down of a step's report, whose file is this.
///
/// # Errors
/// Where there is no such step.
pub fn deed(
    progress: &Progress<'_>,
    id: &str,
    report: &Report,
    file: File,
    actor: &Actor,
) -> Result<Deed> {
    let state = state_after(progress, id, report.verdict)?;
    let (_, step) = progress.find(id)?;
    let mut deed = Deed {
        state,
        evidence: vec![Evidence {
            proof: Proof::File(file),
            at: actor.at,
            by: actor.by.clone(),
        }],
        ..Deed::of(Act::Verify, id)
    };
    // What a report that changes no state is about is kept with the event.
    if state != Some(Status::Failed) {
        deed.particulars.bound = progress.now.bound(step);
    } else if let Some(finding) = deciding(report) {
        deed.particulars.reason = Some(told(finding));
    }
    Ok(deed)
}

/// A finding on one line: `CSR-007: the request names an e-mail address`.
pub fn told(finding: &Finding) -> String {
    let reason = finding.reason.split_whitespace();
    let reason = reason.collect::<Vec<_>>().join(" ");
    format!("{}: {}", finding.id, reason.trim_end_matches('.'))
}

/// The state that a verdict sets; nothing where it leaves it as it is.
fn state_after(progress: &Progress<'_>, id: &str, verdict: Verdict) -> Result<Option<Status>> {
    let (stage, step) = progress.find(id)?;
    let status = progress.status(id);
    let may_be_done = progress.can_be_proven(stage, step).is_ok();
    Ok(match verdict {
        Verdict::Undetermined => None,
        // Somebody answers for what is missing.
        Verdict::Fail => (status != Status::Waived).then_some(Status::Failed),
        Verdict::Pass if step.proven_by == ProvenBy::Checks => may_be_done.then_some(Status::Done),
        Verdict::Pass => {
            let begins = match status {
                Status::Open => progress.gate_is_open(stage, step).is_ok(),
                // What checks alone have seen fail, they may see mended; what a person saw, they may not.
                Status::Failed => set_last_by(progress, id) == Some(Act::Verify),
                _ => false,
            };
            begins.then_some(Status::InProgress)
        }
    })
}

/// What set a step's state last.
fn set_last_by(progress: &Progress<'_>, id: &str) -> Option<Act> {
    setter(&progress.state.history, id).map(|entry| entry.event.deed.act)
}

#[cfg(test)]
mod tests;
