//! Joins the histories of two people who wrote at the same time.

use std::collections::{BTreeMap, HashSet};

use jiff::Timestamp;

use super::{Deed, Entry, History, setters};

/// Which of two histories counts for a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The first one.
    A,
    /// The second one.
    B,
}

/// What joining came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Joined {
    /// The first one holds all of the second already.
    Nothing,
    /// Everything of both, and an event that follows both where they had parted.
    History(History),
    /// Both changed these steps to different ends, and nobody said which counts.
    Conflicts(Vec<Conflict>),
    /// It was said which counts for these steps, and they are in no conflict.
    NoConflict(Vec<String>),
}

/// A step that both changed to different ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// The step.
    pub step: String,
    /// What the first one says last.
    pub a: Entry,
    /// What the second one says last.
    pub b: Entry,
}

/// Joins a second history to a first one; `kept` says which counts for steps that both changed.
pub fn join(
    first: &History,
    second: &History,
    kept: &BTreeMap<String, Side>,
    by: &str,
    at: Timestamp,
) -> Joined {
    let known = digests(first);
    let mut all = first.clone();
    let new = second.events.iter();
    let new = new.filter(|entry| !known.contains(entry.digest.as_str()));
    all.events.extend(new.cloned());
    let is_fork = all.heads().len() > 1 && all.events.len() > first.events.len();
    let conflicts = match is_fork {
        true => parted(&all, &known, &digests(second)),
        false => Vec::new(),
    };
    let is_conflict = |step: &String| conflicts.iter().any(|it| it.step == *step);
    let idle: Vec<String> = kept.keys().filter(|it| !is_conflict(it)).cloned().collect();
    if !idle.is_empty() {
        return Joined::NoConflict(idle);
    }
    if all.events.len() == first.events.len() {
        return Joined::Nothing;
    }
    if !is_fork {
        return Joined::History(all);
    }
    let (settled, open): (Vec<_>, Vec<_>) = conflicts
        .into_iter()
        .partition(|conflict| kept.contains_key(&conflict.step));
    if !open.is_empty() {
        return Joined::Conflicts(open);
    }
    let keeps = settled
        .into_iter()
        .map(|conflict| match kept[&conflict.step] {
            Side::A => conflict.a.digest,
            Side::B => conflict.b.digest,
        });
    all.add(Deed::merge(keeps.collect()), by, at);
    Joined::History(all)
}

fn digests(history: &History) -> HashSet<&str> {
    let entries = history.events.iter();
    entries.map(|entry| entry.digest.as_str()).collect()
}

/// The steps that both sides set last to different ends.
fn parted(all: &History, first: &HashSet<&str>, second: &HashSet<&str>) -> Vec<Conflict> {
    let last = setters::of(all).last.into_iter();
    let differing = last.filter(|(_, places)| !setters::is_one(all, places));
    let conflict = |(step, places): (&str, Vec<usize>)| {
        let of = |side: &HashSet<&str>| {
            let is_known = |it: &&usize| side.contains(all.events[**it].digest.as_str());
            let known: Vec<usize> = places.iter().filter(is_known).copied().collect();
            setters::named(all, &known).cloned()
        };
        Some(Conflict {
            step: step.to_owned(),
            a: of(first)?,
            b: of(second)?,
        })
    };
    differing.filter_map(conflict).collect()
}
