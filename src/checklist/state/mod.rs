//! `checklist.toml`: which steps something happened to, when, by whom, and what proves it.

mod edit;
mod read;
mod store;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use jiff::Timestamp;

pub use edit::with_record;
pub use read::{parse, parse_with};
pub use store::{Opened, open, read};

/// The file's name in the install's folder.
pub const FILE: &str = "checklist.toml";

/// The version of the file's form that this ptl reads and writes.
pub const SCHEMA: i64 = 1;

/// What happened to the steps of an install. A step that is not there is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// The id of the checklist that it follows.
    pub definition: String,
    /// What happened, by step id.
    pub records: BTreeMap<String, Record>,
}

impl State {
    /// That of a checklist to which nothing happened yet.
    pub fn new(definition_id: &str) -> Self {
        Self {
            definition: definition_id.to_owned(),
            records: BTreeMap::new(),
        }
    }
}

/// How far a step is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// Nothing happened to it, or it was opened again.
    #[default]
    Open,
    /// Somebody works on it, or waits for an answer.
    InProgress,
    /// It is proven.
    Done,
    /// Something stands in the way, and the reason says what.
    Blocked,
}

/// What happened to a step last, and everything that was ever given as its proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// How far it is.
    pub status: Status,
    /// Since when.
    pub at: Timestamp,
    /// Who said so.
    pub by: String,
    /// Why it is blocked or open again.
    pub reason: Option<String>,
    /// What proves it, oldest first; that of before a `reopen` stays.
    pub evidence: Vec<Evidence>,
}

/// One piece of evidence, and who gave it when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// What it is.
    pub proof: Proof,
    /// When it was given.
    pub at: Timestamp,
    /// Who gave it.
    pub by: String,
}

/// What proves a step. Never a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proof {
    /// A reference, in words.
    Text(String),
    /// A file, known again by its digest.
    File {
        /// Its name, without folders.
        name: String,
        /// SHA-256 of its content, lower-case hex.
        sha256: String,
        /// Its length in bytes.
        size: u64,
    },
}

impl Status {
    /// Its word in the file and in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::InProgress => "in-progress",
            Self::Done => "done",
            Self::Blocked => "blocked",
        }
    }

    /// The status of a word.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.word() == word)
    }

    /// Every status.
    pub const ALL: [Self; 4] = [Self::Open, Self::InProgress, Self::Done, Self::Blocked];
}

/// The text of a new file: every step is open.
pub fn fresh(definition_id: &str) -> String {
    format!(
        r#"# The record of this install on its way to live: what happened to each step, and what proves it.
#
#   ptl checklist            where you are
#   ptl checklist next       what to do now, and why that first
#   ptl checklist show STEP  what one step wants, and what to type
#
# ptl writes this file (start, done, block, reopen); your own comments and their order stay.
# A step stands here once something happened to it; every other step is open. It looks like this:
#
#   [step."plan.ods"]
#   state = "done"                # in-progress, done, blocked or open (again)
#   at = 2026-11-22T17:00:00Z     # since when
#   by = "anna"
#   evidence = [{{ text = "ODS code A12345, from the ODS portal", at = 2026-11-22T17:00:00Z, by = "anna" }}]
#
# Keep it under version control, and never put a private key or a password here.

schema = {SCHEMA}
definition = "{definition_id}"
"#
    )
}
