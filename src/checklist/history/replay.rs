//! States out of events. What holds follows from which event follows which, never from the order of the lines: where
//! two wrote at once, no digest covers that order.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{
    Entry, History,
    audit::{Line, is_straight},
    setters,
};
use crate::checklist::state::{Evidence, Record, Status};

/// What holds for each step after all events.
pub fn replay(history: &History) -> BTreeMap<String, Record> {
    let line = Line::of(history);
    let mut records: BTreeMap<String, Record> = BTreeMap::new();
    let mut given: BTreeMap<&str, Vec<(usize, &Evidence)>> = BTreeMap::new();
    for place in order(history) {
        let event = &history.events[place].event;
        let Some(step) = &event.deed.step else {
            continue;
        };
        records.entry(step.clone()).or_insert_with(|| Record {
            status: Status::Open,
            at: event.at,
            by: event.by.clone(),
            particulars: Default::default(),
            evidence: Vec::new(),
        });
        let given = given.entry(step).or_default();
        let mut new: Vec<&Evidence> = event.deed.evidence.iter().collect();
        if event.deed.act.is_whole() {
            // What somebody else gave at the same time, they could not mean to take away; nor do both say it twice.
            given.retain(|(earlier, _)| !line.follows(place, *earlier));
            new.retain(|piece| !given.iter().any(|(_, other)| other == piece));
        }
        given.extend(new.into_iter().map(|piece| (place, piece)));
    }
    for (step, record) in &mut records {
        let given = given.remove(step.as_str()).unwrap_or_default();
        record.evidence = given.into_iter().map(|(_, piece)| piece.clone()).collect();
    }
    for (step, places) in setters::of(history).last {
        if let Some(record) = records.get_mut(step)
            && let Some(entry) = setters::named(history, &places)
        {
            state(entry, record);
        }
    }
    records
}

/// The event that a step's state comes from; nothing where none has set it.
pub fn setter<'a>(history: &'a History, step: &str) -> Option<&'a Entry> {
    let last = setters::of(history).last;
    setters::named(history, last.get(step)?)
}

/// The places of the events: each after all that it follows, and of those that do not follow each other the earlier
/// one first, so that the order is the same however they stand in the file.
fn order(history: &History) -> Vec<usize> {
    let count = history.events.len();
    if is_straight(history) {
        return (0..count).collect();
    }
    let mut places: HashMap<&str, usize> = HashMap::new();
    let mut followers: Vec<Vec<usize>> = vec![Vec::new(); count];
    let mut follows = vec![0; count];
    for (place, Entry { digest, event }) in history.events.iter().enumerate() {
        for head in &event.heads {
            if let Some(&head) = places.get(head.as_str()) {
                followers[head].push(place);
                follows[place] += 1;
            }
        }
        places.entry(digest).or_insert(place);
    }
    let key = |place: usize| {
        let Entry { digest, event } = &history.events[place];
        (event.at, digest.as_str(), place)
    };
    let free = (0..count).filter(|place| follows[*place] == 0);
    let mut free: BTreeSet<_> = free.map(key).collect();
    let mut order = Vec::new();
    while let Some((_, _, place)) = free.pop_first() {
        order.push(place);
        for &next in &followers[place] {
            follows[next] -= 1;
            if follows[next] == 0 {
                free.insert(key(next));
            }
        }
    }
    order
}

/// Sets a step to what an event said of it.
fn state(Entry { event, .. }: &Entry, record: &mut Record) {
    if let Some(status) = event.deed.status() {
        record.status = status;
        record.at = event.at;
        record.by.clone_from(&event.by);
        record.particulars.clone_from(&event.deed.particulars);
    }
}
