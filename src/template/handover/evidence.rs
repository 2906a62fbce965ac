//! The evidence of a report: what was given for which step, and what reports of ptl's own among it say.

use std::collections::HashMap;

use jiff::Timestamp;
use serde::Serialize;

use crate::{
    checklist::{
        held::{self, Held},
        view::{EvidenceView, StepView, View},
    },
    checks,
};

/// A piece of evidence: a reference in words, or a file known by its digest.
#[derive(Clone, Debug, Serialize)]
pub struct Given<'a> {
    /// The step that it was given for.
    pub step: &'a str,
    /// A reference in words.
    pub text: Option<&'a str>,
    /// A file's name.
    pub file: Option<&'a str>,
    /// Its length in bytes.
    pub size: Option<u64>,
    /// SHA-256 of its content, lower-case hex.
    pub sha256: Option<&'a str>,
    /// Whether the install's folder `evidence/` holds that file.
    pub held: bool,
    /// When it was given.
    pub at: Timestamp,
    /// Who gave it.
    pub by: &'a str,
}

/// Evidence that is a report of ptl's own, in short. Hosts, names and reasons stand in the file alone.
#[derive(Clone, Debug, Serialize)]
pub struct PastReport<'a> {
    /// The step that it was given for.
    pub step: &'a str,
    /// The file's name.
    pub file: &'a str,
    /// SHA-256 of the file.
    pub sha256: &'a str,
    /// The command that made it.
    pub command: &'a str,
    /// The environment that it was about.
    pub environment: Option<&'a str>,
    /// The time that it judged by.
    pub judged: Timestamp,
    /// `pass`, `fail` or `undetermined`.
    pub verdict: &'static str,
    /// How many requirements were met.
    pub met: usize,
    /// The checks that failed and weigh as errors.
    pub failed: Vec<Checked<'a>>,
    /// The checks that failed and weigh less.
    pub warned: Vec<Checked<'a>>,
    /// The checks that could not be judged.
    pub unknown: Vec<Checked<'a>>,
    /// The checks whose failure somebody answered for.
    pub waived: Vec<Checked<'a>>,
}

/// A check of a report.
#[derive(Clone, Debug, Serialize)]
pub struct Checked<'a> {
    /// Its id.
    pub id: &'a str,
    /// Its requirement, as this ptl words it; nothing where it does not know the check.
    pub title: Option<&'static str>,
}

type Shelf<'a> = HashMap<&'a str, &'a Held>;

fn by_digest(held: &[Held]) -> Shelf<'_> {
    held.iter().map(|it| (it.sha256.as_str(), it)).collect()
}

fn steps<'a>(view: &'a View<'a>) -> impl Iterator<Item = &'a StepView<'a>> {
    view.stages.iter().flat_map(|stage| &stage.steps)
}

impl<'a> Given<'a> {
    pub(super) fn all(view: &'a View<'a>, held: &'a [Held]) -> Vec<Self> {
        let shelf = by_digest(held);
        steps(view)
            .flat_map(|step| step.evidence.iter().map(|given| (step.id, given)))
            .map(|(step, given)| Self::of(step, given, &shelf))
            .collect()
    }

    fn of(step: &'a str, given: &'a EvidenceView<'a>, shelf: &Shelf<'_>) -> Self {
        Self {
            step,
            text: given.text,
            file: given.file,
            size: given.size,
            sha256: given.sha256,
            held: given
                .sha256
                .is_some_and(|digest| shelf.contains_key(digest)),
            at: given.at,
            by: given.by,
        }
    }
}

impl<'a> PastReport<'a> {
    pub(super) fn all(view: &'a View<'a>, held: &'a [Held]) -> Vec<Self> {
        let shelf = by_digest(held);
        let mut reports = Vec::new();
        for step in steps(view) {
            for given in &step.evidence {
                if let (Some(file), Some(digest)) = (given.file, given.sha256)
                    && let Some(report) = shelf.get(digest).and_then(|it| it.report.as_ref())
                {
                    reports.push(Self::of(step.id, file, digest, report));
                }
            }
        }
        reports
    }

    fn of(step: &'a str, file: &'a str, sha256: &'a str, report: &'a held::PastReport) -> Self {
        Self {
            step,
            file,
            sha256,
            command: &report.command,
            environment: report.environment.as_deref(),
            judged: report.started,
            verdict: report.verdict,
            met: report.met,
            failed: Checked::all(&report.failed),
            warned: Checked::all(&report.warned),
            unknown: Checked::all(&report.unknown),
            waived: Checked::all(&report.waived),
        }
    }
}

impl<'a> Checked<'a> {
    fn all(ids: &'a [String]) -> Vec<Self> {
        let known: HashMap<&str, &'static str> = checks::all()
            .into_iter()
            .map(|meta| (meta.id.0, meta.title))
            .collect();
        ids.iter()
            .map(|id| Self {
                id,
                title: known.get(id.as_str()).copied(),
            })
            .collect()
    }
}
