//! The evidence of a report: what was given for which step, and what reports of ptl's own among it say.

use std::collections::HashMap;

use jiff::Timestamp;
use serde::Serialize;

use crate::{
    checklist::{
        book::Book,
        held::{self, Held},
        state::{File, Proof},
        view::{EvidenceView, View},
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

/// Evidence that is a report of ptl's own, in short.
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
    /// `pass`, `fail` or `undetermined`.
    pub verdict: &'static str,
    /// What it found; nothing where the install's folder `evidence/` does not hold it.
    pub found: Option<Found<'a>>,
}

/// What a report found. Hosts, names and reasons stand in the file alone.
#[derive(Clone, Debug, Serialize)]
pub struct Found<'a> {
    /// The time that it judged by.
    pub judged: Timestamp,
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

fn by_digest(held: &[Held]) -> HashMap<&str, &Held> {
    held.iter().map(|it| (it.sha256.as_str(), it)).collect()
}

impl<'a> Given<'a> {
    pub(super) fn all(view: &'a View<'a>, held: &'a [Held]) -> Vec<Self> {
        let shelf = by_digest(held);
        let steps = view.stages.iter().flat_map(|stage| &stage.steps);
        steps
            .flat_map(|step| step.evidence.iter().map(|given| (step.id, given)))
            .map(|(step, given)| {
                let is_held = given.sha256.is_some_and(|it| shelf.contains_key(it));
                Self::of(step, given, is_held)
            })
            .collect()
    }

    fn of(step: &'a str, given: &'a EvidenceView<'a>, held: bool) -> Self {
        Self {
            step,
            text: given.text,
            file: given.file,
            size: given.size,
            sha256: given.sha256,
            held,
            at: given.at,
            by: given.by,
        }
    }
}

impl<'a> PastReport<'a> {
    /// In the order of the checklist.
    pub(super) fn all(book: &'a Book, held: &'a [Held]) -> Vec<Self> {
        let shelf = by_digest(held);
        let mut reports = Vec::new();
        for step in book.definition.steps() {
            let record = book.state.records.get(&step.id);
            for given in record.iter().flat_map(|record| &record.evidence) {
                if let Proof::File(file) = &given.proof {
                    let content = shelf.get(file.sha256.as_str());
                    let content = content.and_then(|held| held.report.as_ref());
                    reports.extend(Self::of(&step.id, file, content));
                }
            }
        }
        reports
    }

    /// By its content where that is at hand, since that has the recorded digest; else by what was recorded of it.
    fn of(step: &'a str, file: &'a File, content: Option<&'a held::PastReport>) -> Option<Self> {
        let (command, environment, verdict) = match (content, &file.report) {
            (Some(content), _) => (&content.command, &content.environment, content.verdict),
            (None, Some(told)) => (&told.command, &told.environment, told.verdict.word()),
            (None, None) => return None,
        };
        Some(Self {
            step,
            file: &file.name,
            sha256: &file.sha256,
            command,
            environment: environment.as_deref(),
            verdict,
            found: content.map(Found::of),
        })
    }
}

impl<'a> Found<'a> {
    fn of(report: &'a held::PastReport) -> Self {
        Self {
            judged: report.started,
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
