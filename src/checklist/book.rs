//! An install's checklist as it stands now: the steps, the record, and what both are judged by.

use std::{collections::BTreeSet, path::Path};

use jiff::Timestamp;

use super::{
    definition::{Artefact, Definition, Step},
    now::Now,
    rules::Progress,
    state::{self, Opened, State, Status},
};
use crate::{config::Install, error::Result};

/// A checklist as it stands now.
#[derive(Clone, Debug)]
pub struct Book {
    /// The steps that there are.
    pub definition: Definition,
    /// What happened to them.
    pub state: State,
    /// The time, and what the proofs are about.
    pub now: Now,
}

impl Book {
    /// The checklist of an install's folder.
    ///
    /// # Errors
    /// Where there is none, or it is wrong.
    pub fn read(folder: &Path, at: Timestamp) -> Result<Self> {
        let (definition, state) = state::read(folder)?;
        Ok(Self {
            definition,
            state,
            now: now(folder, at),
        })
    }

    /// The same of one that is about to be changed.
    pub fn of(opened: &Opened, folder: &Path, at: Timestamp) -> Self {
        Self {
            definition: opened.definition.clone(),
            state: opened.state.clone(),
            now: now(folder, at),
        }
    }

    /// What proofs are about that cannot be seen here, so that nobody compared it: `certificate of int`.
    pub fn not_compared(&self) -> BTreeSet<String> {
        let records = self.state.records.iter();
        let done = records.filter(|(_, record)| record.status == Status::Done);
        done.filter_map(|(id, record)| {
            let (_, step) = self.definition.step(id)?;
            let bound = record.particulars.bound.keys();
            let unseen = bound.filter(|it| self.now.artefact(step, **it).is_none());
            Some(unseen.map(|it| called(step, *it)).collect::<Vec<_>>())
        })
        .flatten()
        .collect()
    }

    /// What the proof of a step would be about, and cannot be seen here: it is tied to nothing.
    pub fn not_bound(&self, id: &str) -> BTreeSet<String> {
        let Some((_, step)) = self.definition.step(id) else {
            return BTreeSet::new();
        };
        let about = step.about.iter();
        let unseen = about.filter(|it| self.now.artefact(step, **it).is_none());
        unseen.map(|it| called(step, *it)).collect()
    }

    /// What the rules ask.
    pub fn progress(&self) -> Progress<'_> {
        Progress {
            definition: &self.definition,
            state: &self.state,
            now: &self.now,
        }
    }
}

fn called(step: &Step, artefact: Artefact) -> String {
    let name = artefact.called();
    match &step.environment {
        Some(environment) if artefact != Artefact::Version => format!("{name} of {environment}"),
        _ => name.to_owned(),
    }
}

/// What is wrong with a ptl.toml is not the checklist's matter: without one, nothing is known but the time.
fn now(folder: &Path, at: Timestamp) -> Now {
    Install::read(folder).map_or_else(|_| Now::at(at), |install| Now::of(&install, at))
}
