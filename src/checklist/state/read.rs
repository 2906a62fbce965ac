//! Text to [`State`]: every problem at once, each with its place; nothing unknown is passed over.

mod event;
mod evidence;
mod needs;
mod values;

use std::{collections::BTreeMap, ops::Range};

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use self::values::LONGEST_WORD;
use super::{
    FILE, PARTICULARS, Record, SCHEMA, State, Status, WITHOUT_HISTORY, WRITTEN_WITH_HISTORY,
};
use crate::{
    checklist::{
        definition::{self, Definition, OwnSteps},
        history::{audit, replay::replay},
    },
    error::{Error, Result},
    files::Place,
};

/// A text that is broken in more places than this is no hand-edited checklist.
const MOST_PROBLEMS: usize = 20;
/// A broken text of at most this many bytes is read to its end for further mistakes.
const MOST_RECOVERED: usize = 128 * 1024;

/// Reads a checklist's text, with the shipped definition that it follows; `shown` is what an error calls the file.
///
/// # Errors
/// Where it is no TOML, of a newer form, or anything in it is not known: all problems at once.
pub fn parse(text: &str, shown: &str) -> Result<(Definition, State)> {
    parse_with(text, shown, &OwnSteps::none())
}

/// As [`parse`], with a supplier's own steps in the definition.
///
/// # Errors
/// As [`parse`], and where the own steps are wrong.
pub fn parse_with(text: &str, shown: &str, own: &OwnSteps) -> Result<(Definition, State)> {
    let root = DeTable::parse(text).map_err(|first| wrong(text, shown, syntax(text, &first)))?;
    let mut reader = Reader {
        text,
        own,
        problems: Vec::new(),
    };
    reader.refuse_newer(root.get_ref(), shown)?;
    let read = reader.root(&root)?;
    match read {
        Some(read) if reader.problems.is_empty() => Ok(read),
        _ => Err(wrong(text, shown, reader.problems)),
    }
}

/// The error of these problems, each at its byte offset.
fn wrong(text: &str, shown: &str, mut problems: Vec<(usize, String)>) -> Error {
    problems.sort();
    problems.dedup();
    let count = problems.len();
    let lines = problems
        .into_iter()
        .take(MOST_PROBLEMS)
        .map(|(offset, message)| format!("{}: {message}", Place::of(text, offset)));
    let more = (count > MOST_PROBLEMS).then(|| format!("and {} more", count - MOST_PROBLEMS));
    Error::input(format!("`{shown}` is wrong"))
        .details(lines.chain(more))
        .hint(format!(
            "Mend the lines above, or bring back the last good {FILE}; nothing was changed."
        ))
}

fn syntax(text: &str, first: &toml::de::Error) -> Vec<(usize, String)> {
    let note = |error: &toml::de::Error| {
        let at = error.span().map_or(text.len(), |span| span.start);
        (at, error.message().to_owned())
    };
    if text.len() > MOST_RECOVERED {
        return vec![note(first)];
    }
    DeTable::parse_recoverable(text)
        .1
        .iter()
        .map(note)
        .collect()
}

struct Reader<'a> {
    text: &'a str,
    own: &'a OwnSteps,
    problems: Vec<(usize, String)>,
}

type Value<'a> = Spanned<DeValue<'a>>;

impl Reader<'_> {
    fn note(&mut self, span: Range<usize>, message: impl Into<String>) {
        self.problems.push((span.start, message.into()));
    }

    /// A newer form may hold what this ptl cannot know: it is named before anything else is judged.
    fn refuse_newer(&self, root: &DeTable<'_>, shown: &str) -> Result<()> {
        let Some(value) = root.get("schema") else {
            return Ok(());
        };
        match integer(value) {
            Some(schema) if schema > SCHEMA => Err(Error::input(format!(
                "`{shown}` has schema {schema} ({}), and this ptl knows {SCHEMA} at most",
                Place::of(self.text, value.span().start)
            ))
            .hint("Use the newer ptl that wrote it; the file was left as it is.")),
            _ => Ok(()),
        }
    }

    fn root(&mut self, root: &Spanned<DeTable<'_>>) -> Result<Option<(Definition, State)>> {
        let table = root.get_ref();
        let is_old = self.schema(table);
        self.only(
            table,
            match is_old {
                true => &["schema", "definition", "step"],
                false => &["schema", "definition", "step", "event"],
            },
        );
        let Some(definition) = self.definition(table)? else {
            return Ok(None);
        };
        let (history, offsets) = self.history(table, &definition);
        let follows = replay(&history);
        let mut records = BTreeMap::new();
        for (id, value) in self.steps(table) {
            let (id, span) = (id.get_ref().as_ref(), id.span());
            // The record of an own step that was taken out of steps.toml stays.
            if definition.step(id).is_none() && !follows.contains_key(id) {
                self.unknown_step(&definition, &span, id);
            } else if let Some(record) = self.record(id, &span, value) {
                // What follows from the history is judged there.
                if follows.get(id) != Some(&record) {
                    self.table_needs(id, &span, value, &record, is_old);
                }
                records.insert(id.to_owned(), record);
            }
        }
        let mut state = State {
            is_old,
            had_history: is_old && WRITTEN_WITH_HISTORY.iter().any(|it| self.text.contains(it)),
            history,
            ..State::new(&definition.id)
        };
        if is_old {
            state.records = records;
            return Ok(Some((definition, state)));
        }
        state.records = follows;
        state.by_hand = by_hand(&state.records, records);
        let faults = audit::faults(&state.history).into_iter();
        let line = |offset: usize| self.text[..offset].matches('\n').count() + 1;
        // Counting lines takes its time, and nobody reads more than the first few.
        state.faults = faults
            .take(MOST_PROBLEMS)
            .map(|fault| (line(offsets[fault.event]), fault))
            .collect();
        Ok(Some((definition, state)))
    }

    /// Whether the file is of before there was a history.
    fn schema(&mut self, root: &DeTable<'_>) -> bool {
        match root.get("schema") {
            None => self.note(0..0, format!("`schema = {SCHEMA}` is missing")),
            Some(value) => match integer(value) {
                Some(SCHEMA) => {}
                Some(WITHOUT_HISTORY) => return true,
                _ => self.note(value.span(), format!("schema is {SCHEMA}, a number")),
            },
        }
        false
    }

    fn definition(&mut self, root: &DeTable<'_>) -> Result<Option<Definition>> {
        let ids: Vec<&str> = definition::SHIPPED.iter().map(|(id, _)| *id).collect();
        let Some(value) = root.get("definition") else {
            let message = format!("`definition` is missing: one of {}", ids.join(", "));
            self.note(0..0, message);
            return Ok(None);
        };
        let found = match value.get_ref().as_str() {
            Some(id) => definition::with_own(id, self.own)?,
            None => None,
        };
        if found.is_none() {
            let message = format!("`definition` is one of {}", ids.join(", "));
            self.note(value.span(), message);
        }
        Ok(found)
    }

    fn steps<'t, 'i>(
        &mut self,
        root: &'t DeTable<'i>,
    ) -> Vec<(&'t Spanned<toml::de::DeString<'i>>, &'t Value<'i>)> {
        match root.get("step") {
            None => Vec::new(),
            Some(value) => match value.get_ref().as_table() {
                Some(steps) => steps.iter().collect(),
                None => {
                    self.note(
                        value.span(),
                        "`step` is a table for each step: [step.\"plan.ods\"]",
                    );
                    Vec::new()
                }
            },
        }
    }

    fn unknown_step(&mut self, definition: &Definition, span: &Range<usize>, id: &str) {
        // [step.plan.ods] without quotes is a table `plan` that holds a table `ods`.
        let message = if definition.steps().any(|step| {
            step.id
                .strip_prefix(id)
                .is_some_and(|rest| rest.starts_with('.'))
        }) {
            format!("a step's id stands in quotes: [step.\"{id}.NAME\"]")
        } else {
            let meant = self.guess(id, definition.steps().map(|step| step.id.as_str()));
            format!(
                "`{}` is no step of the checklist `{}`{meant}",
                short(id),
                definition.id
            )
        };
        self.note(span.clone(), message);
    }

    fn record(&mut self, id: &str, span: &Range<usize>, value: &Value<'_>) -> Option<Record> {
        let before = self.problems.len();
        let Some(table) = value.get_ref().as_table() else {
            self.note(
                value.span(),
                format!("`{id}` is a table with state, at and by"),
            );
            return None;
        };
        self.only(
            table,
            &[&["state", "at", "by", "evidence"][..], &PARTICULARS].concat(),
        );
        let status = self.status(table, span);
        let at = self.time(table, span);
        let by = self.text(table, "by", Some(span));
        let particulars = self.particulars(table);
        let evidence = self.evidence(table, None);
        if status == Some(Status::Done) && evidence.is_empty() && self.problems.len() == before {
            self.note(
                span.clone(),
                format!("`{id}` is done, but has no evidence: every done step has some"),
            );
        }
        Some(Record {
            status: status?,
            at: at?,
            by: by?,
            particulars,
            evidence,
        })
    }
}

/// The tables that say something else than what follows from the history.
fn by_hand(
    records: &BTreeMap<String, Record>,
    tables: BTreeMap<String, Record>,
) -> BTreeMap<String, Option<Record>> {
    let gone = records.keys().filter(|step| !tables.contains_key(*step));
    let mut by_hand: BTreeMap<_, _> = gone.map(|step| (step.clone(), None)).collect();
    for (step, table) in tables {
        if records.get(&step) != Some(&table) {
            by_hand.insert(step, Some(table));
        }
    }
    by_hand
}

/// A word of the file, cut where it is longer than any that is meant.
fn short(word: &str) -> String {
    word.chars().take(LONGEST_WORD).collect()
}

fn integer(value: &Value<'_>) -> Option<i64> {
    let number = value.get_ref().as_integer()?;
    i64::from_str_radix(number.as_str(), number.radix()).ok()
}
