//! The history of a checklist: what was done to it, each event naming by hash the ones before it.
//!
//! States follow from the events, and from which of them follows which ([`replay`], [`setters`]). An event is known by its digest
//! ([`digest`]), which covers the digests of those before it: who knows the newest one, the head, can prove later
//! that nothing before it was changed or left out ([`audit`]). Two people's histories are joined by an event that
//! follows both ([`merge`]).

pub mod audit;
pub mod digest;
pub mod merge;
pub mod replay;
pub mod setters;
mod shape;
#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, HashSet};

use jiff::Timestamp;

use super::state::{Evidence, Particulars, Status};

/// Everything that was done, in the order of the file; what an event follows stands before it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// Each event with its digest.
    pub events: Vec<Entry>,
}

/// An event as it stands in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// SHA-256 that the file names for it, lower-case hex.
    pub digest: String,
    /// The event.
    pub event: Event,
}

/// One thing that somebody did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The digests of the events that it follows: nothing for the first, more than one where histories join.
    pub heads: Vec<String>,
    /// When, by the clock of the machine.
    pub at: Timestamp,
    /// Who did it.
    pub by: String,
    /// What.
    pub deed: Deed,
}

/// What an event does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deed {
    /// Which kind of thing it is.
    pub act: Act,
    /// The step that it is done to; nothing for a merge.
    pub step: Option<String>,
    /// The state that it sets, where the kind alone does not say it.
    pub state: Option<Status>,
    /// What belongs to that state.
    pub particulars: Particulars,
    /// Why a table that was changed by hand counts.
    pub why: Option<String>,
    /// What it adds to the step's proof; of an adopted or imported step, all of it.
    pub evidence: Vec<Evidence>,
    /// Of a merge: the digests of the events that count where both sides changed a step.
    pub keeps: Vec<String>,
}

/// The kinds of things that are done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Work has begun.
    Start,
    /// Somebody else is waited for.
    Wait,
    /// It is proven.
    Done,
    /// It was tried, and did not hold.
    Fail,
    /// Something stands in its way.
    Block,
    /// It counts as done until a day, and somebody answers for it.
    Waive,
    /// It does not apply to this install.
    NotApplicable,
    /// It is open again.
    Reopen,
    /// Its checks were run.
    Verify,
    /// Its table was changed by hand, and that counts now.
    Adopt,
    /// It comes from a file of before there was a history.
    Import,
    /// Two histories join.
    Merge,
}

impl Act {
    /// Every kind.
    pub const ALL: [Self; 12] = [
        Self::Start,
        Self::Wait,
        Self::Done,
        Self::Fail,
        Self::Block,
        Self::Waive,
        Self::NotApplicable,
        Self::Reopen,
        Self::Verify,
        Self::Adopt,
        Self::Import,
        Self::Merge,
    ];

    /// Its word in the file.
    pub fn word(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Wait => "wait",
            Self::Done => "done",
            Self::Fail => "fail",
            Self::Block => "block",
            Self::Waive => "waive",
            Self::NotApplicable => "not-applicable",
            Self::Reopen => "reopen",
            Self::Verify => "verify",
            Self::Adopt => "adopt",
            Self::Import => "import",
            Self::Merge => "merge",
        }
    }

    /// The kind of a word.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|act| act.word() == word)
    }

    /// The state that it sets; nothing where the event itself says it, or sets none.
    pub fn status(self) -> Option<Status> {
        match self {
            Self::Start => Some(Status::InProgress),
            Self::Wait => Some(Status::Waiting),
            Self::Done => Some(Status::Done),
            Self::Fail => Some(Status::Failed),
            Self::Block => Some(Status::Blocked),
            Self::Waive => Some(Status::Waived),
            Self::NotApplicable => Some(Status::NotApplicable),
            Self::Reopen => Some(Status::Open),
            Self::Verify | Self::Adopt | Self::Import | Self::Merge => None,
        }
    }

    /// Whether its evidence is all that the step has, and not what is added.
    pub fn is_whole(self) -> bool {
        matches!(self, Self::Adopt | Self::Import)
    }
}

impl Entry {
    /// What it says, for people: `done by anna on 2026-11-22T17:00:00Z`.
    pub fn told(&self) -> String {
        let Event { at, by, deed, .. } = &self.event;
        let what = deed.status().map_or(deed.act.word(), Status::word);
        let reason = deed.particulars.reason.as_ref();
        let reason = reason.map_or(String::new(), |reason| format!(" ({reason})"));
        format!("{what} by {by} on {at}{reason}")
    }
}

impl Deed {
    /// Something done to a step, without anything that belongs to it.
    pub fn of(act: Act, step: &str) -> Self {
        Self {
            act,
            step: Some(step.to_owned()),
            state: None,
            particulars: Particulars::default(),
            why: None,
            evidence: Vec::new(),
            keeps: Vec::new(),
        }
    }

    /// Two histories join; these events count where both changed a step.
    pub fn merge(keeps: Vec<String>) -> Self {
        Self {
            step: None,
            keeps,
            ..Self::of(Act::Merge, "")
        }
    }

    /// The state that it sets; nothing where it leaves the step's as it is.
    pub fn status(&self) -> Option<Status> {
        self.act.status().or(self.state)
    }
}

impl History {
    /// The digests of the events that no other follows yet, sorted; more than one where histories stand side by side.
    pub fn heads(&self) -> Vec<String> {
        let followed: HashSet<&str> = self
            .events
            .iter()
            .flat_map(|entry| entry.event.heads.iter().map(String::as_str))
            .collect();
        let open: BTreeSet<&str> = self
            .events
            .iter()
            .map(|entry| entry.digest.as_str())
            .filter(|digest| !followed.contains(digest))
            .collect();
        open.into_iter().map(str::to_owned).collect()
    }

    /// Adds what somebody did after everything that is there.
    pub fn add(&mut self, deed: Deed, by: &str, at: Timestamp) -> &Entry {
        let event = Event {
            heads: self.heads(),
            at,
            by: by.to_owned(),
            deed,
        };
        self.events.push(Entry {
            digest: digest::of(&event),
            event,
        });
        &self.events[self.events.len() - 1]
    }

    /// When the latest event of all was written down, by the clocks of those who did.
    pub fn latest(&self) -> Option<&Entry> {
        self.events.iter().max_by_key(|entry| entry.event.at)
    }
}
