//! Joins the histories of two people who wrote at the same time.

use std::collections::{BTreeMap, HashSet};

use jiff::Timestamp;

use super::{
    Act, Deed, Entry, History,
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
    let known: HashSet<&str> = digests(first);
    let theirs: HashSet<&str> = digests(second);
    let new = second.events.iter();
    let new: Vec<&Entry> = new
        .filter(|entry| !known.contains(entry.digest.as_str()))
        .collect();
    if new.is_empty() {
        return Joined::Nothing;
    }
    let mut all = first.clone();
    all.events.extend(new.into_iter().cloned());
    if all.heads().len() == 1 {
        return Joined::History(all);
    }
    let parted = conflicts(&all, |digest| {
        match (known.contains(digest), theirs.contains(digest)) {
            (true, true) => None,
            (true, false) => Some(Side::A),
            _ => Some(Side::B),
        }
    });
    let (settled, open): (Vec<_>, Vec<_>) = parted
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
    let merge = Deed {
        act: Act::Merge,
        step: None,
        state: None,
        particulars: Default::default(),
        why: None,
        evidence: Vec::new(),
        keeps: keeps.collect(),
    };
    all.add(merge, by, at);
    Joined::History(all)
}

fn digests(history: &History) -> HashSet<&str> {
    let entries = history.events.iter();
    entries.map(|entry| entry.digest.as_str()).collect()
}

/// The steps whose last events on each side do not follow each other and do not agree.
fn conflicts(all: &History, side: impl Fn(&str) -> Option<Side>) -> Vec<Conflict> {
    let line = Line::of(all);
    let mut last: BTreeMap<&str, [Option<usize>; 2]> = BTreeMap::new();
    for (place, entry) in all.events.iter().enumerate() {
        let deed = &entry.event.deed;
        let (Some(step), Some(_)) = (&deed.step, deed.status()) else {
            continue;
        };
        let sides = last.entry(step).or_default();
        match side(&entry.digest) {
            Some(Side::A) => sides[0] = Some(place),
            Some(Side::B) => sides[1] = Some(place),
            None => {}
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
