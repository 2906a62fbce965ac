//! What stands in the tables of a checklist, as TOML values: written by [`super::edit`].

use jiff::{Timestamp, civil::Date};
use toml_edit::{Array, InlineTable, Value};

use super::{Evidence, Particulars, Proof};
use crate::{
    checklist::history::Entry,
    error::{Error, Result},
};

/// A key and its value.
pub(super) type Field = (&'static str, Value);

/// What belongs to a state.
///
/// # Errors
/// Never where the days are some of the calendar's.
pub(super) fn particulars(particulars: &Particulars) -> Result<Vec<Field>> {
    let Particulars {
        reason,
        on,
        reference,
        due,
        until,
        bound,
    } = particulars;
    let mut fields = Vec::new();
    for (key, value) in [("reason", reason), ("on", on), ("reference", reference)] {
        fields.extend(value.as_ref().map(|value| (key, value.into())));
    }
    for (key, value) in [("due", due), ("until", until)] {
        if let Some(value) = value {
            fields.push((key, day(*value)?));
        }
    }
    if !bound.is_empty() {
        let mut table = InlineTable::new();
        for (artefact, value) in bound {
            table.insert(artefact.word(), value.into());
        }
        fields.push(("bound", table.into()));
    }
    Ok(fields)
}

/// A piece of evidence; time and name are left out where `with` has the same.
///
/// # Errors
/// Where a file is longer than TOML can count.
pub(super) fn evidence(piece: &Evidence, with: Option<(Timestamp, &str)>) -> Result<Vec<Field>> {
    let mut fields: Vec<Field> = match &piece.proof {
        Proof::Text(text) => vec![("text", text.into())],
        Proof::File(file) => {
            let size = i64::try_from(file.size)
                .map_err(|_| Error::internal("a file longer than TOML can count"))?;
            vec![
                ("file", (&file.name).into()),
                ("sha256", (&file.sha256).into()),
                ("size", size.into()),
            ]
        }
    };
    if let Proof::File(file) = &piece.proof
        && let Some(report) = &file.report
    {
        fields.push(("command", (&report.command).into()));
        if let Some(environment) = &report.environment {
            fields.push(("environment", environment.into()));
        }
        fields.push(("verdict", report.verdict.word().into()));
    }
    if let Proof::File(file) = &piece.proof
        && let Some(copy) = &file.copy
    {
        fields.push(("copy", copy.into()));
    }
    if with != Some((piece.at, &piece.by)) {
        fields.push(("at", time(piece.at)?));
        fields.push(("by", (&piece.by).into()));
    }
    Ok(fields)
}

/// An event of the history.
///
/// # Errors
/// As [`evidence`].
pub(super) fn event(entry: &Entry) -> Result<Vec<Field>> {
    let (event, deed) = (&entry.event, &entry.event.deed);
    let mut fields: Vec<Field> = vec![
        ("digest", (&entry.digest).into()),
        ("heads", list(&event.heads)),
        ("at", time(event.at)?),
        ("by", (&event.by).into()),
        ("act", deed.act.word().into()),
    ];
    fields.extend(deed.step.as_ref().map(|step| ("step", step.into())));
    fields.extend(deed.state.map(|state| ("state", state.word().into())));
    fields.extend(particulars(&deed.particulars)?);
    fields.extend(deed.why.as_ref().map(|why| ("why", why.into())));
    if !deed.evidence.is_empty() {
        let mut pieces = Array::new();
        for piece in &deed.evidence {
            let mut table = InlineTable::new();
            for (key, value) in evidence(piece, Some((event.at, &event.by)))? {
                table.insert(key, value);
            }
            pieces.push(table);
        }
        fields.push(("evidence", pieces.into()));
    }
    if !deed.keeps.is_empty() {
        fields.push(("keeps", list(&deed.keeps)));
    }
    Ok(fields)
}

fn list(texts: &[String]) -> Value {
    texts.iter().collect::<Array>().into()
}

/// A moment as TOML has it.
///
/// # Errors
/// Never: both know RFC 3339.
pub(super) fn time(at: Timestamp) -> Result<Value> {
    datetime(&at.to_string())
}

fn day(day: Date) -> Result<Value> {
    datetime(&day.to_string())
}

fn datetime(text: &str) -> Result<Value> {
    let time: toml_edit::Datetime = text
        .parse()
        .map_err(|error| Error::internal(format!("`{text}` is no time in TOML")).because(error))?;
    Ok(time.into())
}
