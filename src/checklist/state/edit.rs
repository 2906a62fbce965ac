//! Writes events and records into a checklist's text; every comment, and the order of what stands there, stay.

use std::collections::BTreeMap;

use toml_edit::{Array, ArrayOfTables, DocumentMut, InlineTable, Item, Table, TableLike, Value};

use super::{
    ABOVE_HISTORY, Evidence, PARTICULARS, Record, SCHEMA,
    fields::{self, time},
};
use crate::{
    checklist::history::Entry,
    error::{Error, Result},
};

/// A checklist's text while it is changed.
#[derive(Debug)]
pub(super) struct Draft {
    document: DocumentMut,
    /// Whether all its line ends are those of Windows, which `toml_edit` does not write.
    is_of_windows: bool,
}

impl Draft {
    /// The text of a checklist.
    ///
    /// # Errors
    /// Where it is no TOML, which [`super::parse`] finds out first.
    pub(super) fn of(text: &str) -> Result<Self> {
        let document = text
            .parse()
            .map_err(|error| Error::internal("the checklist cannot be edited").because(error))?;
        let windows = text.matches("\r\n").count();
        Ok(Self {
            document,
            is_of_windows: windows > 0 && windows == text.matches('\n').count(),
        })
    }

    /// Says that the file has a history.
    pub(super) fn raise_schema(&mut self) {
        let root = self.document.as_table_mut();
        set(root, "schema", SCHEMA.into());
    }

    /// Says of a step what holds now, in place of what stood there; `stands` is the evidence that its table names.
    ///
    /// # Errors
    /// Where the text has no place for it, which [`super::parse`] finds out first.
    pub(super) fn table(&mut self, step: &str, record: &Record, stands: &[Evidence]) -> Result<()> {
        let document = &mut self.document;
        if find(document, step).is_none() {
            add(document, step);
        }
        let table = find(document, step)
            .ok_or_else(|| Error::internal(format!("the checklist has no place for `{step}`")))?;
        set(table, "state", record.status.word().into());
        set(table, "at", time(record.at)?);
        set(table, "by", record.by.as_str().into());
        let mut particulars: BTreeMap<_, _> = fields::particulars(&record.particulars)?
            .into_iter()
            .collect();
        for key in PARTICULARS {
            match particulars.remove(key) {
                Some(value) => set(table, key, value),
                None => remove(table, key),
            }
        }
        evidence(table, &record.evidence, stands)
    }

    /// Adds an event at the end of the history.
    ///
    /// # Errors
    /// Where a file is longer than TOML can count.
    pub(super) fn event(&mut self, entry: &Entry) -> Result<()> {
        let mut table = Table::new();
        for (key, value) in fields::event(entry)? {
            table.insert(key, Item::Value(value));
        }
        let events = self
            .document
            .entry("event")
            .or_insert_with(|| Item::ArrayOfTables(ArrayOfTables::new()));
        let Item::ArrayOfTables(events) = events else {
            return Err(Error::internal(
                "the checklist has no place for its history",
            ));
        };
        table.decor_mut().set_prefix(match events.is_empty() {
            true => format!("\n{ABOVE_HISTORY}"),
            false => "\n".to_owned(),
        });
        events.push(table);
        Ok(())
    }

    /// The whole text.
    pub(super) fn text(&self) -> String {
        match self.is_of_windows {
            true => self.document.to_string().replace('\n', "\r\n"),
            false => self.document.to_string(),
        }
    }
}

fn find<'a>(document: &'a mut DocumentMut, step: &str) -> Option<&'a mut dyn TableLike> {
    let steps = document.get_mut("step")?.as_table_like_mut()?;
    steps.get_mut(step)?.as_table_like_mut()
}

/// Adds an empty table for the step at the end, after every comment that stands there.
fn add(document: &mut DocumentMut, step: &str) {
    // Behind a history, what stands at the end is not about steps.
    let is_last = !document.contains_key("event");
    let trailing = document.trailing().as_str().unwrap_or_default().trim_end();
    let prefix = match is_last && !trailing.is_empty() {
        false => "\n".to_owned(),
        true => format!("{trailing}\n\n"),
    };
    let steps = document.entry("step").or_insert_with(|| {
        let mut steps = Table::new();
        steps.set_implicit(true);
        Item::Table(steps)
    });
    match steps {
        Item::Table(steps) => {
            let mut table = Table::new();
            table.decor_mut().set_prefix(prefix);
            steps.insert(step, Item::Table(table));
            if is_last {
                document.set_trailing("");
            }
        }
        other => {
            if let Some(steps) = other.as_table_like_mut() {
                steps.insert(step, Item::Value(InlineTable::new().into()));
            }
        }
    }
}

/// Sets a value and keeps what stands around it: assigning alone drops the comment behind it.
fn set(table: &mut dyn TableLike, key: &str, mut value: Value) {
    match table.get_mut(key).and_then(Item::as_value_mut) {
        Some(old) => {
            *value.decor_mut() = old.decor().clone();
            *old = value;
        }
        None => {
            table.insert(key, Item::Value(value));
        }
    }
}

/// Removes a key; comments above and behind it move up to the step's state.
fn remove(table: &mut dyn TableLike, key: &str) {
    let above = table.key(key).and_then(|key| key.leaf_decor().prefix());
    let behind = table
        .get(key)
        .and_then(Item::as_value)
        .and_then(|value| value.decor().suffix());
    let comments: String = [above, behind]
        .into_iter()
        .flatten()
        .filter_map(|text| text.as_str())
        .flat_map(str::lines)
        .map(str::trim)
        .filter(|line| line.starts_with('#'))
        .map(|line| format!("{line}\n"))
        .collect();
    table.remove(key);
    if comments.is_empty() {
        return;
    }
    if let Some(mut state) = table.key_mut("state") {
        let prefix = state.leaf_decor().prefix().and_then(|text| text.as_str());
        let prefix = format!("{}{comments}", prefix.unwrap_or_default());
        state.leaf_decor_mut().set_prefix(prefix);
    }
}

/// Adds the evidence that is not there yet. Where other evidence stands there, by hand or because what somebody else
/// gave comes between, all of it is written anew.
fn evidence(table: &mut dyn TableLike, evidence: &[Evidence], stands: &[Evidence]) -> Result<()> {
    let mut written = stands.len();
    if !evidence.starts_with(stands) {
        table.remove("evidence");
        written = 0;
    }
    for piece in evidence.iter().skip(written) {
        match table.get_mut("evidence") {
            Some(Item::ArrayOfTables(list)) => push_table(list, piece)?,
            Some(Item::Value(Value::Array(list))) => push_line(list, piece)?,
            _ => {
                let mut list = Array::new();
                push_line(&mut list, piece)?;
                table.insert("evidence", Item::Value(list.into()));
            }
        }
    }
    Ok(())
}

fn push_table(list: &mut ArrayOfTables, piece: &Evidence) -> Result<()> {
    let mut table = Table::new();
    for (key, value) in fields::evidence(piece, None)? {
        table.insert(key, Item::Value(value));
    }
    list.push(table);
    Ok(())
}

/// Adds a line of its own at the end of the list, below every comment in it.
fn push_line(list: &mut Array, piece: &Evidence) -> Result<()> {
    let mut table = InlineTable::new();
    for (key, value) in fields::evidence(piece, None)? {
        table.insert(key, value);
    }
    let mut value = Value::from(table);
    let trailing = list.trailing().as_str().unwrap_or_default().trim_end();
    value.decor_mut().set_prefix(format!("{trailing}\n    "));
    list.push_formatted(value);
    list.set_trailing("\n");
    list.set_trailing_comma(true);
    Ok(())
}
