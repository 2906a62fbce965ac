//! States out of events.

use std::collections::BTreeMap;

use super::{Entry, Event, History};
use crate::checklist::state::{Record, Status};

/// What holds for each step after all events.
pub fn replay(history: &History) -> BTreeMap<String, Record> {
    let mut records = BTreeMap::new();
    let mut known: BTreeMap<&str, &Event> = BTreeMap::new();
    for Entry { digest, event } in &history.events {
        apply(event, &mut records);
        for kept in &event.deed.keeps {
            if let Some(event) = known.get(kept.as_str()) {
                restate(event, &mut records);
            }
        }
        known.insert(digest, event);
    }
    records
}

/// What an event makes of a step.
fn apply(event: &Event, records: &mut BTreeMap<String, Record>) {
    let Some(step) = &event.deed.step else {
        return;
    };
    let record = records.entry(step.clone()).or_insert_with(|| Record {
        status: Status::Open,
        at: event.at,
        by: event.by.clone(),
        particulars: Default::default(),
        evidence: Vec::new(),
    });
    if event.deed.act.is_whole() {
        record.evidence.clear();
    }
    record.evidence.extend(event.deed.evidence.iter().cloned());
    state(event, record);
}

/// Sets a step to what an event said of it; the proof that others gave stays.
fn restate(event: &Event, records: &mut BTreeMap<String, Record>) {
    let step = event.deed.step.as_deref().unwrap_or_default();
    if let Some(record) = records.get_mut(step) {
        state(event, record);
    }
}

fn state(event: &Event, record: &mut Record) {
    if let Some(status) = event.deed.status() {
        record.status = status;
        record.at = event.at;
        record.by.clone_from(&event.by);
        record.particulars.clone_from(&event.deed.particulars);
    }
}
