//! What a state needs, in a table and in the event that sets it: a waiver without an end would never end.

use std::ops::Range;

use toml::de::DeTable;

use super::{Reader, Value};
use crate::checklist::{
    history::{Act, Deed},
    state::{Particulars, Record, Status},
};

impl Reader<'_> {
    /// Names what the state of a table needs and the table has not.
    pub(super) fn table_needs(
        &mut self,
        id: &str,
        span: &Range<usize>,
        value: &Value<'_>,
        record: &Record,
        is_old: bool,
    ) {
        // A file of before there was a history may have a step blocked without a word.
        let is_spared = is_old && record.status == Status::Blocked;
        if let Some(table) = value.get_ref().as_table().filter(|_| !is_spared) {
            let what = format!("`{id}` is {}, but has", record.status.word());
            self.particulars_needed(&what, table, span, record.status, &record.particulars);
        }
    }

    /// Names what an event needs, by its act or the state that it sets, and has not.
    pub(super) fn event_needs(&mut self, table: &DeTable<'_>, span: &Range<usize>, deed: &Deed) {
        let Some(status) = deed.status() else {
            return;
        };
        let step = deed.step.as_deref().unwrap_or_default();
        let what = format!("this makes `{step}` {}, but has", status.word());
        let given = table.get("evidence").and_then(|it| it.get_ref().as_array());
        let is_empty = given.is_none_or(|list| list.is_empty());
        if status == Status::Done && is_empty {
            self.note(
                span.clone(),
                format!("{what} no evidence: every done step has some"),
            );
        }
        match (deed.act, status) {
            (Act::Import, Status::Blocked) => {}
            (Act::Reopen, _) if !table.contains_key("reason") => {
                self.note(span.clone(), format!("{what} no `reason`"));
            }
            _ => self.particulars_needed(&what, table, span, status, &deed.particulars),
        }
    }

    fn particulars_needed(
        &mut self,
        what: &str,
        table: &DeTable<'_>,
        span: &Range<usize>,
        status: Status,
        particulars: &Particulars,
    ) {
        for (key, is_there) in needed(status, particulars) {
            // What is there and makes no sense is named already.
            if !is_there && !table.contains_key(key) {
                self.note(span.clone(), format!("{what} no `{key}`"));
            }
        }
    }
}

/// The keys that a state must have, and whether each is there.
fn needed(status: Status, it: &Particulars) -> Vec<(&'static str, bool)> {
    let reason = ("reason", it.reason.is_some());
    match status {
        Status::Waiting => vec![("on", it.on.is_some())],
        Status::Waived => vec![reason, ("until", it.until.is_some())],
        Status::Failed | Status::Blocked | Status::NotApplicable => vec![reason],
        Status::Open | Status::InProgress | Status::Done => Vec::new(),
    }
}
