//! Walks a TOML document with places: every wrong type and every key that nobody asked for is noted, not only the first.

use std::ops::Range;

use jiff::civil::Date;
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::Problem;
use crate::{error::nearest, files::Place};

/// A text with the place where it stands.
#[derive(Clone, Debug)]
pub(super) struct Text {
    pub(super) value: String,
    pub(super) span: Range<usize>,
}

/// The most problems of a file that are told; nobody mends more at once, and each costs a search for its line.
const MOST: usize = 100;

/// What was found about a document so far: byte offset and message.
#[derive(Debug, Default)]
pub(super) struct Notes {
    problems: Vec<(usize, String)>,
    warnings: Vec<(usize, String)>,
}

impl Notes {
    /// Something wrong: the file is refused.
    pub(super) fn problem(&mut self, span: &Range<usize>, message: impl Into<String>) {
        self.problems.push((span.start, message.into()));
    }

    /// Something unusual: the file is taken.
    pub(super) fn warning(&mut self, span: &Range<usize>, message: impl Into<String>) {
        self.warnings.push((span.start, message.into()));
    }

    /// How many things are wrong.
    pub(super) fn count(&self) -> usize {
        self.problems.len()
    }

    /// What is wrong in the order of the file, the first hundred.
    pub(super) fn problems(self, text: &str) -> Vec<Problem> {
        placed(self.problems, text)
    }

    /// What is unusual in the order of the file, the first hundred.
    pub(super) fn warnings(self, text: &str) -> Vec<Problem> {
        placed(self.warnings, text)
    }
}

fn placed(mut found: Vec<(usize, String)>, text: &str) -> Vec<Problem> {
    // Stable: what one rule says of one value stays in the rule's order.
    found.sort_by_key(|(offset, _)| *offset);
    found.truncate(MOST);
    found
        .into_iter()
        .map(|(offset, message)| {
            let Place { line, column } = Place::of(text, offset);
            Problem {
                line,
                column,
                message,
            }
        })
        .collect()
}

/// A table of the document, and which of its keys were asked for.
#[derive(Debug)]
pub(super) struct Section<'a> {
    /// As a person writes it: `[environment.int]`; empty for the document.
    pub(super) name: String,
    pub(super) span: Range<usize>,
    table: &'a DeTable<'a>,
    known: Vec<&'static str>,
}

impl<'a> Section<'a> {
    pub(super) fn new(name: String, span: Range<usize>, table: &'a DeTable<'a>) -> Self {
        Self {
            name,
            span,
            table,
            known: Vec::new(),
        }
    }

    fn get(&mut self, key: &'static str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.known.push(key);
        self.table
            .iter()
            .find(|(found, _)| found.get_ref() == key)
            .map(|(_, value)| value)
    }

    /// Where the value of a key stands.
    pub(super) fn value_span(&self, key: &str) -> Option<Range<usize>> {
        self.entries()
            .find(|(found, ..)| *found == key)
            .map(|(.., value)| value.span())
    }

    /// Every key with its span: for tables whose keys a person chooses.
    pub(super) fn entries(
        &self,
    ) -> impl Iterator<Item = (&'a str, Range<usize>, &'a Spanned<DeValue<'a>>)> + use<'a> {
        self.table
            .iter()
            .map(|(key, value)| (key.get_ref().as_ref(), key.span(), value))
    }

    /// A text that holds something, if it is there.
    pub(super) fn string(&mut self, key: &'static str, notes: &mut Notes) -> Option<Text> {
        let value = self.get(key)?;
        string(key, value, notes)
    }

    /// A text that must be there.
    pub(super) fn required(&mut self, key: &'static str, notes: &mut Notes) -> Option<Text> {
        match self.get(key) {
            Some(value) => string(key, value, notes),
            None => {
                self.missing(key, notes);
                None
            }
        }
    }

    /// A text that must be there, on one line: it stands in mails and forms.
    pub(super) fn line(&mut self, key: &'static str, notes: &mut Notes) -> Option<Text> {
        let text = self.required(key, notes)?;
        if text.value.chars().any(char::is_control) {
            let message = format!("`{key}` holds a line break or another control character");
            notes.problem(&text.span, message);
        }
        Some(text)
    }

    /// Notes that a key is not there.
    fn missing(&self, key: &str, notes: &mut Notes) {
        let message = if self.name.is_empty() {
            format!("`{key}` is missing")
        } else {
            format!("`{key}` is missing under {}", self.name)
        };
        notes.problem(&self.span, message);
    }

    pub(super) fn boolean(&mut self, key: &'static str, notes: &mut Notes) -> Option<bool> {
        let value = self.get(key)?;
        value.get_ref().as_bool().or_else(|| {
            wrong_type(key, "true or false", value, notes);
            None
        })
    }

    /// Texts in an array.
    pub(super) fn strings(&mut self, key: &'static str, notes: &mut Notes) -> Option<Vec<Text>> {
        let value = self.get(key)?;
        let Some(array) = value.get_ref().as_array() else {
            wrong_type(
                key,
                "an array of strings, as [\"one\", \"two\"]",
                value,
                notes,
            );
            return None;
        };
        Some(
            array
                .iter()
                .filter_map(|element| string(key, element, notes))
                .collect(),
        )
    }

    /// A whole number with its span.
    pub(super) fn integer(
        &mut self,
        key: &'static str,
        notes: &mut Notes,
    ) -> Option<(i64, Range<usize>)> {
        let value = self.get(key)?;
        let number = value.get_ref().as_integer().and_then(|integer| {
            i64::from_str_radix(&integer.as_str().replace('_', ""), integer.radix()).ok()
        });
        if number.is_none() {
            wrong_type(key, "a whole number", value, notes);
        }
        Some((number?, value.span()))
    }

    /// A day that must be there, as a TOML date or as a string that looks like one.
    pub(super) fn date(&mut self, key: &'static str, notes: &mut Notes) -> Option<Date> {
        let Some(value) = self.get(key) else {
            self.missing(key, notes);
            return None;
        };
        let written = match value.get_ref() {
            DeValue::Datetime(datetime) => datetime.to_string(),
            DeValue::String(text) => text.to_string(),
            _ => String::new(),
        };
        let date = (written.len() == "2027-01-31".len())
            .then(|| written.parse().ok())
            .flatten();
        if date.is_none() {
            let message = format!("`{key}` must be a day, as 2027-01-31");
            notes.problem(&value.span(), message);
        }
        date
    }

    /// A table under this one.
    pub(super) fn table(&mut self, key: &'static str, notes: &mut Notes) -> Option<Section<'a>> {
        let value = self.get(key)?;
        section(format!("[{key}]"), value, notes)
    }

    /// A table under this one that must be there.
    pub(super) fn required_table(
        &mut self,
        key: &'static str,
        notes: &mut Notes,
    ) -> Option<Section<'a>> {
        let Some(value) = self.get(key) else {
            notes.problem(&self.span, format!("the table [{key}] is missing"));
            return None;
        };
        section(format!("[{key}]"), value, notes)
    }

    /// Tables in an array: `[[waive]]`.
    pub(super) fn tables(&mut self, key: &'static str, notes: &mut Notes) -> Vec<Section<'a>> {
        let Some(value) = self.get(key) else {
            return Vec::new();
        };
        let Some(array) = value.get_ref().as_array() else {
            wrong_type(key, &format!("tables, each under [[{key}]]"), value, notes);
            return Vec::new();
        };
        array
            .iter()
            .filter_map(|element| section(format!("[[{key}]]"), element, notes))
            .collect()
    }

    /// Notes every key that nobody asked for.
    pub(super) fn finish(self, notes: &mut Notes) {
        for (key, span, _) in self.entries() {
            if self.known.contains(&key) {
                continue;
            }
            let place = if self.name.is_empty() {
                String::new()
            } else {
                format!(" under {}", self.name)
            };
            let guess = nearest(key, self.known.iter().copied()).map_or_else(
                || format!("known are {}", self.known.join(", ")),
                |guess| format!("did you mean `{guess}`?"),
            );
            notes.problem(&span, format!("unknown key `{key}`{place}: {guess}"));
        }
    }
}

/// A value as a section, or a note that it is none.
pub(super) fn section<'a>(
    name: String,
    value: &'a Spanned<DeValue<'a>>,
    notes: &mut Notes,
) -> Option<Section<'a>> {
    match value.get_ref().as_table() {
        Some(table) => Some(Section::new(name, value.span(), table)),
        None => {
            let found = kind_of(value.get_ref());
            notes.problem(
                &value.span(),
                format!("{name} must be a table, not {found}"),
            );
            None
        }
    }
}

fn string(key: &str, value: &Spanned<DeValue<'_>>, notes: &mut Notes) -> Option<Text> {
    let Some(text) = value.get_ref().as_str() else {
        wrong_type(key, "a string in quotes", value, notes);
        return None;
    };
    if text.trim().is_empty() {
        notes.problem(&value.span(), format!("`{key}` is empty"));
        return None;
    }
    // Reports repeat what stands here, and go to others.
    if text.contains("PRIVATE KEY-----") {
        let message = format!(
            "`{key}` is a private key itself: write it into a file of its own, and that file's name here"
        );
        notes.problem(&value.span(), message);
        return None;
    }
    Some(Text {
        value: text.to_owned(),
        span: value.span(),
    })
}

fn wrong_type(key: &str, wanted: &str, value: &Spanned<DeValue<'_>>, notes: &mut Notes) {
    let found = kind_of(value.get_ref());
    notes.problem(
        &value.span(),
        format!("`{key}` must be {wanted}, not {found}"),
    );
}

/// What a value is, as a person calls it.
pub(crate) fn kind_of(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a decimal number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "an array",
        DeValue::Table(_) => "a table",
    }
}
