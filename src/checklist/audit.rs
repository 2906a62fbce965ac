//! Whether a record hangs together, what was changed by hand in it, and what joining two came to: as documents.

use std::collections::HashMap;

use jiff::Timestamp;
use serde::Serialize;

use super::{
    copies::{Copied, Standing},
    definition::{Definition, OWN_FILE},
    history::{
        Act, Deed, History,
        audit::{Line, find, short},
    },
    state::{self, Record, State, Status},
};

/// What an audit found.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Audit {
    /// The version of this form.
    pub schema: u32,
    /// `checklist-audit`.
    pub kind: &'static str,
    /// Name and version of the tool.
    pub tool: &'static str,
    /// The checklist's id.
    pub definition: String,
    /// How many events there are.
    pub events: usize,
    /// The digests of the newest ones.
    pub heads: Vec<String>,
    /// Whether the file is of before there was a history.
    pub without_history: bool,
    /// How many entries come from a file of before there was a history: nobody knows how they came about.
    pub imported: usize,
    /// How many entries let a table count that was changed by hand.
    pub adopted: usize,
    /// What does not hang together.
    pub faults: Vec<FaultView>,
    /// What was changed by hand.
    pub by_hand: Vec<HandView>,
    /// Where a clock was behind an entry before it: the order of the entries counts.
    pub clocks: Vec<String>,
    /// What is no fault, and somebody should know.
    pub notes: Vec<String>,
    /// The copies of evidence that are not what was written down, or gone.
    pub copies: Vec<Copied>,
    /// Whether what somebody remembers is in the file; nothing where nobody asked.
    pub head: Option<HeadView>,
}

/// What does not hang together.
#[derive(Clone, Debug, Serialize)]
pub struct FaultView {
    /// The line of the event.
    pub line: usize,
    /// What is wrong.
    pub what: String,
}

/// A table that was changed by hand.
#[derive(Clone, Debug, Serialize)]
pub struct HandView {
    /// The step.
    pub step: String,
    /// What its table says; nothing: there is none.
    pub says: Option<Status>,
    /// What follows from the history; nothing: it has none of the step.
    pub follows: Option<Status>,
    /// In what the two differ, by the keys of the file.
    pub differs: Vec<&'static str>,
}

/// Whether an event that somebody remembers is in the file.
#[derive(Clone, Debug, Serialize)]
pub struct HeadView {
    /// What was asked for.
    pub asked: String,
    /// The event's whole digest; nothing where it is not there.
    pub digest: Option<String>,
    /// How many events it stands for, itself included.
    pub covers: usize,
    /// Why it is not there.
    pub why: Option<String>,
}

impl Audit {
    /// Audits a record; `head` is a digest that must be in it, `copies` those of evidence that the install keeps.
    pub fn of(
        definition: &Definition,
        state: &State,
        head: Option<&str>,
        copies: Vec<Copied>,
    ) -> Self {
        let history = &state.history;
        let faults = state.faults.iter().map(|(line, fault)| FaultView {
            line: *line,
            what: fault.what.clone(),
        });
        let by_hand = state.by_hand.iter().map(|(step, table)| {
            let record = state.records.get(step);
            HandView {
                step: step.clone(),
                says: table.as_ref().map(|it| it.status),
                follows: record.map(|it| it.status),
                differs: table
                    .as_ref()
                    .zip(record)
                    .map_or_else(Vec::new, |(table, record)| table.differs(record)),
            }
        });
        Self {
            schema: 1,
            kind: "checklist-audit",
            tool: concat!("ptl ", env!("CARGO_PKG_VERSION")),
            definition: definition.id.clone(),
            events: history.events.len(),
            heads: history.heads(),
            without_history: state.is_old,
            imported: count(history, Act::Import),
            adopted: count(history, Act::Adopt),
            faults: faults.collect(),
            by_hand: by_hand.collect(),
            clocks: clocks(history),
            notes: notes(definition, state),
            copies: copies
                .into_iter()
                .filter(|copied| copied.standing != Standing::Kept)
                .collect(),
            head: head.map(|head| HeadView::of(history, head)),
        }
    }

    /// Whether nothing is wrong with it, as far as it can be known: without a history, nothing is proven.
    pub fn is_sound(&self) -> bool {
        let is_there = self.head.as_ref().is_none_or(|head| head.digest.is_some());
        self.faults.is_empty() && self.by_hand.is_empty() && self.copies.is_empty() && is_there
    }
}

impl HeadView {
    fn of(history: &History, asked: &str) -> Self {
        let asked = asked.to_owned();
        match find(history, &asked) {
            Err(why) => Self {
                asked,
                digest: None,
                covers: 0,
                why: Some(why),
            },
            Ok(entry) => {
                let line = Line::of(history);
                let places = 0..history.events.len();
                let place = history
                    .events
                    .iter()
                    .position(|it| it.digest == entry.digest);
                let before = |earlier: &usize| place.is_some_and(|it| line.follows(it, *earlier));
                Self {
                    asked,
                    digest: Some(entry.digest.clone()),
                    covers: places.filter(before).count() + 1,
                    why: None,
                }
            }
        }
    }
}

fn count(history: &History, act: Act) -> usize {
    let events = history.events.iter();
    events.filter(|it| it.event.deed.act == act).count()
}

/// The events that were written down at an earlier time than one that they follow, directly or through others.
fn clocks(history: &History) -> Vec<String> {
    let mut latest: HashMap<&str, Timestamp> = HashMap::new();
    let mut clocks = Vec::new();
    for entry in &history.events {
        let heads = entry.event.heads.iter();
        let before = heads.filter_map(|head| latest.get(head.as_str())).max();
        let at = entry.event.at;
        if let Some(before) = before.filter(|before| **before > at) {
            clocks.push(format!(
                "{} ({}) follows an entry of {before}",
                short(&entry.digest),
                entry.told()
            ));
        }
        let at = before.map_or(at, |before| at.max(*before));
        latest.insert(&entry.digest, at);
    }
    clocks
}

/// What is no fault, and somebody should know.
fn notes(definition: &Definition, state: &State) -> Vec<String> {
    let history = &state.history;
    let mut notes = Vec::new();
    if state.had_history {
        notes.push(format!(
            "the file says `schema = {}`, and holds what ptl writes into files with a history alone: one may have been taken out",
            state::WITHOUT_HISTORY
        ));
    }
    let heads = history.heads().len();
    if heads > 1 {
        notes.push(format!(
            "{heads} entries are followed by none: histories stand side by side, and the next entry joins them"
        ));
    }
    let events = history.events.iter();
    let begun = events.filter(|it| it.event.heads.is_empty());
    for entry in begun.skip(1) {
        notes.push(format!(
            "{} ({}) follows nothing: it began another history, which was joined to this one",
            short(&entry.digest),
            entry.told()
        ));
    }
    notes.extend(state.orphans(definition).into_iter().map(orphan));
    notes
}

/// That a step of the record is in no checklist.
pub fn orphan(step: &str) -> String {
    format!("{step} stands in the record, and in no checklist: bring back {OWN_FILE}")
}

/// What lets the tables that were changed by hand count.
pub fn adopted(state: &State, reason: &str) -> Vec<Deed> {
    let adopt = |(step, table): (&String, &Option<Record>)| {
        let mut deed = Deed {
            why: Some(reason.to_owned()),
            ..Deed::of(Act::Adopt, step)
        };
        match table {
            Some(record) => {
                deed.state = Some(record.status);
                deed.particulars.clone_from(&record.particulars);
                deed.evidence.clone_from(&record.evidence);
            }
            // Who deletes a table wants the step open; what once proved it stays on record.
            None => {
                deed.state = Some(Status::Open);
                let record = state.records.get(step);
                deed.evidence = record.map_or_else(Vec::new, |it| it.evidence.clone());
            }
        }
        deed
    };
    state.by_hand.iter().map(adopt).collect()
}

/// What joining two records came to.
#[derive(Clone, Debug, Serialize)]
pub struct Merged {
    /// The version of this form.
    pub schema: u32,
    /// `checklist-merge`.
    pub kind: &'static str,
    /// Name and version of the tool.
    pub tool: &'static str,
    /// How many events the first one has now.
    pub events: usize,
    /// How many of them are new in it.
    pub added: usize,
    /// The digest of the newest.
    pub heads: Vec<String>,
}

impl Merged {
    /// Everything was there already.
    pub fn nothing(history: &History) -> Self {
        Self::of(history, 0)
    }

    /// So many events were added.
    pub fn of(history: &History, added: usize) -> Self {
        Self {
            schema: 1,
            kind: "checklist-merge",
            tool: concat!("ptl ", env!("CARGO_PKG_VERSION")),
            events: history.events.len(),
            added,
            heads: history.heads(),
        }
    }
}
