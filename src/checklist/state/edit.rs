//! Writes a record into a checklist's text; every comment, and the order of what stands there, stay.

use jiff::Timestamp;
use toml_edit::{Array, ArrayOfTables, DocumentMut, InlineTable, Item, Table, TableLike, Value};

use super::{Evidence, Proof, Record};
use crate::error::{Error, Result};

/// The text with this record for a step, in place of what it said of the step before.
///
/// # Errors
/// Where the text is no checklist's, which [`super::parse`] finds out first.
pub fn with_record(text: &str, step: &str, record: &Record) -> Result<String> {
    let mut document: DocumentMut = text
        .parse()
        .map_err(|error| Error::internal("the checklist cannot be edited").because(error))?;
    if find(&mut document, step).is_none() {
        add(&mut document, step);
    }
    let table = find(&mut document, step)
        .ok_or_else(|| Error::internal(format!("the checklist has no place for `{step}`")))?;
    set(table, "state", record.status.word().into());
    set(table, "at", time(record.at)?);
    set(table, "by", record.by.as_str().into());
    match &record.reason {
        Some(reason) => set(table, "reason", reason.as_str().into()),
        None => remove(table, "reason"),
    }
    append(table, &record.evidence)?;
    Ok(with_line_ends_of(text, document.to_string()))
}

fn find<'a>(document: &'a mut DocumentMut, step: &str) -> Option<&'a mut dyn TableLike> {
    let steps = document.get_mut("step")?.as_table_like_mut()?;
    steps.get_mut(step)?.as_table_like_mut()
}

/// Adds an empty table for the step at the end, after every comment that stands there.
fn add(document: &mut DocumentMut, step: &str) {
    let trailing = document.trailing().as_str().unwrap_or_default().trim_end();
    let prefix = if trailing.is_empty() {
        "\n".to_owned()
    } else {
        format!("{trailing}\n\n")
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
            document.set_trailing("");
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

/// Adds the evidence that is not there yet: it only ever grows.
fn append(table: &mut dyn TableLike, evidence: &[Evidence]) -> Result<()> {
    let written = match table.get("evidence") {
        Some(Item::ArrayOfTables(list)) => list.len(),
        Some(Item::Value(Value::Array(list))) => list.len(),
        _ => 0,
    };
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
    for (key, value) in fields(piece)? {
        table.insert(key, Item::Value(value));
    }
    list.push(table);
    Ok(())
}

/// Adds a line of its own at the end of the list, below every comment in it.
fn push_line(list: &mut Array, piece: &Evidence) -> Result<()> {
    let mut table = InlineTable::new();
    for (key, value) in fields(piece)? {
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

fn fields(piece: &Evidence) -> Result<Vec<(&'static str, Value)>> {
    let mut fields: Vec<(&'static str, Value)> = match &piece.proof {
        Proof::Text(text) => vec![("text", text.as_str().into())],
        Proof::File { name, sha256, size } => {
            let size = i64::try_from(*size)
                .map_err(|_| Error::internal("a file longer than TOML can count"))?;
            vec![
                ("file", name.as_str().into()),
                ("sha256", sha256.as_str().into()),
                ("size", size.into()),
            ]
        }
    };
    fields.push(("at", time(piece.at)?));
    fields.push(("by", piece.by.as_str().into()));
    Ok(fields)
}

fn time(at: Timestamp) -> Result<Value> {
    let text = at.to_string();
    let time: toml_edit::Datetime = text
        .parse()
        .map_err(|error| Error::internal(format!("`{text}` is no time in TOML")).because(error))?;
    Ok(time.into())
}

/// A file that has nothing but Windows line ends keeps them; `toml_edit` writes plain ones.
fn with_line_ends_of(before: &str, after: String) -> String {
    let windows = before.matches("\r\n").count();
    if windows > 0 && windows == before.matches('\n').count() {
        after.replace('\n', "\r\n")
    } else {
        after
    }
}
