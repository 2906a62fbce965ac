//! Joins the histories of two people who wrote at the same time.

use std::collections::{BTreeMap, HashSet};

use jiff::Timestamp;

use super::{
    Deed, Entry, History,
    audit::{Line, agree},
};

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
    if all.events.len() == first.events.len() {
        return Joined::Nothing;
    }
    if all.heads().len() == 1 {
        return Joined::History(all);
    }
    let (settled, open): (Vec<_>, Vec<_>) = parted(&all, &known, &digests(second))
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

/// The steps whose last events on each side do not follow each other and do not agree.
fn parted(all: &History, first: &HashSet<&str>, second: &HashSet<&str>) -> Vec<Conflict> {
    let line = Line::of(all);
    let mut last: BTreeMap<&str, [Option<usize>; 2]> = BTreeMap::new();
    for (place, entry) in all.events.iter().enumerate() {
        let deed = &entry.event.deed;
        let (Some(step), Some(_)) = (&deed.step, deed.status()) else {
            continue;
        };
        let sides = last.entry(step).or_default();
        let digest = entry.digest.as_str();
        match (first.contains(digest), second.contains(digest)) {
            (true, true) => {}
            (true, false) => sides[0] = Some(place),
            _ => sides[1] = Some(place),
        }
    }
    let mut conflicts = Vec::new();
    for (step, sides) in last {
        let [Some(a), Some(b)] = sides else {
            continue;
        };
        let (a_entry, b_entry) = (&all.events[a], &all.events[b]);
        if !line.follows(b, a) && !line.follows(a, b) && !agree(a_entry, b_entry) {
            conflicts.push(Conflict {
                step: step.to_owned(),
                a: a_entry.clone(),
                b: b_entry.clone(),
            });
        }
    }
    conflicts
}
