//! `checklist.toml`: which steps something happened to, when, by whom, and what proves it.
//!
//! The file holds the history ([`super::history`]), which counts, and a table for each step, which says for people
//! what follows from it. A table that says something else was changed by hand: it is named, and counts for nothing
//! until somebody adopts it. A file of schema 1 has tables alone, and they count; the first change gives it a history.

mod edit;
mod fields;
mod read;
mod store;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date};

use super::{
    definition::{Artefact, Definition},
    history::{History, audit::Fault},
};
use crate::check::Verdict;
pub use read::{parse, parse_with};
pub use store::{Changed, Opened, open, open_file, open_file_with, read, read_file};

/// The file's name in the install's folder.
pub const FILE: &str = "checklist.toml";

/// The version of the file's form that this ptl reads and writes.
pub const SCHEMA: i64 = 2;

/// That of a file that has no history.
pub const WITHOUT_HISTORY: i64 = 1;

/// What stands above the first event.
const ABOVE_HISTORY: &str =
    "# What was done, in order; each names by its digest what it follows.\n";

/// Words that ptl writes into files with a history alone.
const WRITTEN_WITH_HISTORY: [&str; 2] = [
    "What was done, in order; each names by its digest",
    "and the history below, from which the",
];

/// The keys that belong to a state, in the order in which they are written.
const PARTICULARS: [&str; 6] = ["reason", "on", "reference", "due", "until", "bound"];

/// What happened to the steps of an install. A step that is not there is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// The id of the checklist that it follows.
    pub definition: String,
    /// What holds, by step id: it follows from the history, where the file has one.
    pub records: BTreeMap<String, Record>,
    /// What was done, in order.
    pub history: History,
    /// Whether the file is of before there was a history.
    pub is_old: bool,
    /// Whether it says that it is of before, and has ptl's own words about a history all the same.
    pub had_history: bool,
    /// The tables that say something else than what follows from the history, by step id; nothing: the table is gone.
    pub by_hand: BTreeMap<String, Option<Record>>,
    /// What in the history does not hang together, each at its line.
    pub faults: Vec<(usize, Fault)>,
}

impl State {
    /// That of a checklist to which nothing happened yet.
    pub fn new(definition_id: &str) -> Self {
        Self {
            definition: definition_id.to_owned(),
            records: BTreeMap::new(),
            history: History::default(),
            is_old: false,
            had_history: false,
            by_hand: BTreeMap::new(),
            faults: Vec::new(),
        }
    }

    /// The steps of the record that the checklist has not: own ones that were taken out of `steps.toml`.
    pub fn orphans(&self, definition: &Definition) -> Vec<&str> {
        let steps = self.records.keys().map(String::as_str);
        steps
            .filter(|step| definition.step(step).is_none())
            .collect()
    }
}

/// How far a step is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// Nothing happened to it, or it was opened again.
    #[default]
    Open,
    /// Somebody works on it.
    InProgress,
    /// Somebody else is waited for.
    Waiting,
    /// It is proven.
    Done,
    /// It was tried, and did not hold; the reason says what was seen.
    Failed,
    /// Something stands in the way, and the reason says what.
    Blocked,
    /// It counts as done until a day, and somebody answers for it.
    Waived,
    /// It does not apply to this install, and the reason says why.
    NotApplicable,
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
    /// What belongs to that.
    pub particulars: Particulars,
    /// What proves it, oldest first; that of before a `reopen` stays.
    pub evidence: Vec<Evidence>,
}

impl Record {
    /// In what two records of a step differ, by the keys of the file.
    pub fn differs(&self, other: &Self) -> Vec<&'static str> {
        let (mine, theirs) = (&self.particulars, &other.particulars);
        let pairs = [
            ("state", self.status != other.status),
            ("at", self.at != other.at),
            ("by", self.by != other.by),
            ("reason", mine.reason != theirs.reason),
            ("on", mine.on != theirs.on),
            ("reference", mine.reference != theirs.reference),
            ("due", mine.due != theirs.due),
            ("until", mine.until != theirs.until),
            ("bound", mine.bound != theirs.bound),
            ("evidence", self.evidence != other.evidence),
        ];
        let differing = pairs.into_iter().filter(|(_, differs)| *differs);
        differing.map(|(key, _)| key).collect()
    }
}

/// What belongs to a state, each where the state has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Particulars {
    /// Why it is blocked, failed, waived, not applicable or open again.
    pub reason: Option<String>,
    /// Whom it waits for.
    pub on: Option<String>,
    /// The ticket or mail by which they know it.
    pub reference: Option<String>,
    /// The day by which they want to have answered.
    pub due: Option<Date>,
    /// The last day of a waiver.
    pub until: Option<Date>,
    /// What its proof is about: another one opens the step again.
    pub bound: BTreeMap<Artefact, String>,
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
    File(File),
}

/// A file that proves something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its name, without folders.
    pub name: String,
    /// SHA-256 of its content, lower-case hex.
    pub sha256: String,
    /// Its length in bytes.
    pub size: u64,
    /// What it says, where it is a report of ptl.
    pub report: Option<Reported>,
    /// The name of its copy in the install's folder `evidence/`, where one was made.
    pub copy: Option<String>,
}

/// What a report of ptl says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reported {
    /// The command that made it: `check-chain`.
    pub command: String,
    /// The environment that it is about.
    pub environment: Option<String>,
    /// Its verdict.
    pub verdict: Verdict,
}

impl Status {
    /// Its word in the file and in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::InProgress => "in-progress",
            Self::Waiting => "waiting",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Blocked => "blocked",
            Self::Waived => "waived",
            Self::NotApplicable => "not-applicable",
        }
    }

    /// Whether what relies on the step can go on.
    pub fn satisfies(self) -> bool {
        matches!(self, Self::Done | Self::Waived | Self::NotApplicable)
    }

    /// The status of a word.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.word() == word)
    }

    /// Every status.
    pub const ALL: [Self; 8] = [
        Self::Open,
        Self::InProgress,
        Self::Waiting,
        Self::Done,
        Self::Failed,
        Self::Blocked,
        Self::Waived,
        Self::NotApplicable,
    ];
}

/// The text of a new file: every step is open.
pub fn fresh(definition_id: &str) -> String {
    format!(
        r#"# The record of this install on its way to live: what happened to each step, and what proves it.
#
#   ptl checklist            where you are
#   ptl checklist next       what to do now, and why that first
#   ptl checklist show STEP  what one step wants, and what to type
#   ptl checklist audit      whether this file is as ptl wrote it
#
# ptl writes this file: a table for each step that something happened to, and the history below, from which the
# tables follow. Your own comments and their order stay. What you change in a table by hand is named, and counts
# once you say why: `ptl checklist audit --adopt --reason "..."`.
#
# Keep it under version control, and never put a private key or a password here.

schema = {SCHEMA}
definition = "{definition_id}"
"#
    )
}
