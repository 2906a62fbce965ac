//! An install's checklist as it stands now: the steps, the record, and what both are judged by.

use std::path::Path;

use jiff::Timestamp;

use super::{
    definition::Definition,
    now::Now,
    rules::Progress,
    state::{self, Opened, State},
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

    /// What the rules ask.
    pub fn progress(&self) -> Progress<'_> {
        Progress {
            definition: &self.definition,
            state: &self.state,
            now: &self.now,
        }
    }
}

/// What is wrong with a ptl.toml is not the checklist's matter: without one, nothing is known but the time.
fn now(folder: &Path, at: Timestamp) -> Now {
    Install::read(folder).map_or_else(|_| Now::at(at), |install| Now::of(&install, at))
}
