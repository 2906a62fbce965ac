//! Fields and values of a definition: what a text has otherwise than its tables' fields say.

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{
    Notes, Rule, SCHEMA,
    fields::{Field, Kind, OWN, WHOLE, free},
};
use crate::{
    config::{duration_of, kind_of},
    error::{is_harmful, nearest},
};

/// Looks at a whole definition's fields.
pub(super) fn whole(root: &DeTable<'_>, notes: &mut Notes) {
    Shape { notes, step: None }.table(None, 0, root, WHOLE);
}

/// Looks at the fields of a supplier's own steps.
pub(super) fn own(root: &DeTable<'_>, notes: &mut Notes) {
    Shape { notes, step: None }.table(None, 0, root, OWN);
}

type Value<'a> = Spanned<DeValue<'a>>;

struct Shape<'n> {
    notes: &'n mut Notes,
    step: Option<String>,
}

impl Shape<'_> {
    fn note(&mut self, rule: Rule, at: usize, message: impl Into<String>) {
        self.notes.note(rule, at, self.step.as_deref(), message);
    }

    /// A table against its fields; `name` is how a person writes it, nothing for the whole file.
    fn table(&mut self, name: Option<&str>, at: usize, table: &DeTable<'_>, fields: &[Field]) {
        let under = name.map_or(String::new(), |name| format!(" under {name}"));
        for key in table.keys() {
            let found = key.get_ref().as_ref();
            if !fields.iter().any(|field| field.key == found) {
                let known = || fields.iter().map(|field| field.key);
                let guess = guess(found, known()).unwrap_or_else(|| {
                    format!("known are {}", known().collect::<Vec<_>>().join(", "))
                });
                let message = format!("unknown key `{}`{under}: {guess}", short(found));
                self.note(Rule::UnknownField, key.span().start, message);
            }
        }
        for field in fields {
            match (table.get(field.key), field.missing) {
                (Some(value), _) => self.value(field, value),
                (None, Some(rule)) => {
                    let message = format!("`{}` is missing{under}{}", field.key, wanted(rule));
                    self.note(rule, at, message);
                }
                (None, None) => {}
            }
        }
    }

    fn value(&mut self, field: &Field, value: &Value<'_>) {
        let key = field.key;
        match &field.kind {
            Kind::Line => drop(self.line(field, value)),
            Kind::Word => self.word(field, value),
            Kind::Id => self.id(key, value),
            Kind::Ids => self.each(key, value, |shape, item| shape.id(key, item)),
            Kind::Patterns => self.each(key, value, |shape, item| {
                shape.line(&free(key, Kind::Line), item);
            }),
            Kind::OneOf(words) => self.one_of(field, value, &words()),
            Kind::SomeOf(words) => self.some_of(field, value, &words()),
            Kind::Schema => {
                let is_known = number(value) == Some(SCHEMA);
                self.expect(is_known, value, || {
                    format!("`schema` is {SCHEMA}, a number")
                });
            }
            Kind::Days => {
                let days = number(value).and_then(|days| u32::try_from(days).ok());
                self.expect(days.is_some_and(|days| days > 0), value, || {
                    format!("`{key}` is a number of working days, above nothing")
                });
            }
            Kind::Duration => {
                let duration = value.get_ref().as_str().and_then(duration_of);
                self.expect(duration.is_some(), value, || {
                    format!("`{key}` is no duration: write it as 24h or 365d")
                });
            }
            Kind::Table(fields) => match value.get_ref().as_table() {
                Some(table) => {
                    let name = format!("`{key}`");
                    self.table(Some(&name), value.span().start, table, fields);
                }
                None => self.wrong(key, "a table, as { source = \"...\" }", value),
            },
            Kind::Tables(fields) => self.tables(key, value, fields, false),
            Kind::Steps(fields) => self.tables(key, value, fields, true),
        }
    }

    fn tables(&mut self, key: &str, value: &Value<'_>, fields: &[Field], are_steps: bool) {
        let header = format!("[[{key}]]");
        self.each(key, value, |shape, item| {
            let Some(table) = item.get_ref().as_table() else {
                shape.wrong(key, &format!("tables, each under {header}"), item);
                return;
            };
            if are_steps {
                let id = table.get("id").and_then(|id| id.get_ref().as_str());
                shape.step = id.filter(|id| is_id(id)).map(str::to_owned);
            }
            shape.table(Some(&header), item.span().start, table, fields);
            shape.step = None;
        });
    }

    fn each(&mut self, key: &str, value: &Value<'_>, mut look: impl FnMut(&mut Self, &Value<'_>)) {
        match value.get_ref().as_array() {
            Some(items) => items.iter().for_each(|item| look(self, item)),
            None => self.wrong(key, "a list, as [\"one\", \"two\"]", value),
        }
    }

    fn word(&mut self, field: &Field, value: &Value<'_>) {
        let Some(text) = self.line(field, value) else {
            return;
        };
        self.expect(text.bytes().all(is_of_a_word), value, || {
            format!(
                "`{}` is `{}`: it has small letters, digits and hyphens alone, as int-config",
                field.key,
                short(&text)
            )
        });
    }

    fn some_of(&mut self, field: &Field, value: &Value<'_>, words: &[&'static str]) {
        let key = field.key;
        self.each(key, value, |shape, item| shape.one_of(field, item, words));
        let list = value.get_ref().as_array();
        self.expect(!list.is_some_and(|list| list.is_empty()), value, || {
            format!(
                "`{key}` is empty: some of {}, or leave it out",
                words.join(", ")
            )
        });
    }

    fn one_of(&mut self, field: &Field, value: &Value<'_>, words: &[&'static str]) {
        let Some(text) = self.line(field, value) else {
            return;
        };
        if !words.contains(&text.as_str()) {
            let guess = guess(&text, words.iter().copied())
                .unwrap_or_else(|| format!("it is one of {}", words.join(", ")));
            let message = format!("`{}` is `{}`: {guess}", field.key, short(&text));
            self.note(Rule::WrongValue, value.span().start, message);
        }
    }

    fn id(&mut self, key: &'static str, value: &Value<'_>) {
        let Some(text) = self.line(&free(key, Kind::Line), value) else {
            return;
        };
        if !is_id(&text) {
            let message = format!(
                "`{}` is no step's id: small letters, a dot, then small letters, digits and hyphens, as own.pen-test",
                short(&text)
            );
            self.note(Rule::WrongValue, value.span().start, message);
        }
    }

    /// Text that holds something, on one line, and nothing that steers a terminal.
    fn line(&mut self, field: &Field, value: &Value<'_>) -> Option<String> {
        let key = field.key;
        let Some(text) = value.get_ref().as_str() else {
            self.wrong(key, "text in quotes", value);
            return None;
        };
        if text.trim().is_empty() {
            let rule = field.missing.unwrap_or(Rule::WrongValue);
            let message = format!("`{key}` is empty{}", wanted(rule));
            self.note(rule, value.span().start, message);
            return None;
        }
        if text.contains(is_harmful) {
            let message =
                format!("`{key}` holds a line break or another character that is not seen");
            self.note(Rule::WrongValue, value.span().start, message);
            return None;
        }
        Some(text.to_owned())
    }

    fn expect(&mut self, holds: bool, value: &Value<'_>, message: impl FnOnce() -> String) {
        if !holds {
            self.note(Rule::WrongValue, value.span().start, message());
        }
    }

    fn wrong(&mut self, key: &str, wanted: &str, value: &Value<'_>) {
        let found = kind_of(value.get_ref());
        let message = format!("`{key}` must be {wanted}, not {found}");
        self.note(Rule::WrongValue, value.span().start, message);
    }
}

/// What belongs where nothing stands, as the end of a sentence.
fn wanted(rule: Rule) -> &'static str {
    match rule {
        Rule::MissingSource => ": the page or the person that asks for it",
        Rule::MissingOwner => ": who acts",
        Rule::MissingEvidence => ": what proves it, in words",
        Rule::WaitWithoutSource => ": a waiting time stands only where somebody states it",
        Rule::FreshWithoutSource => ": who says that the proof holds so long",
        _ => "",
    }
}

/// Whether it is of the form of a step's id.
pub fn is_id(text: &str) -> bool {
    text.split_once('.').is_some_and(|(place, name)| {
        !place.is_empty()
            && !name.is_empty()
            && place.bytes().all(|byte| byte.is_ascii_lowercase())
            && name.bytes().all(is_of_a_word)
    })
}

fn is_of_a_word(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'
}

/// What a word was most likely meant to be.
pub(super) fn guess<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<String> {
    // A text without end is no mistyped word, and costs as much as it is long.
    (word.len() <= LONGEST_WORD)
        .then(|| nearest(word, known))
        .flatten()
        .map(|meant| format!("did you mean `{meant}`?"))
}

/// No word of a definition is longer, in characters.
const LONGEST_WORD: usize = 64;

/// A word of the file, cut where it is longer than any that is meant.
pub(super) fn short(word: &str) -> String {
    word.chars().take(LONGEST_WORD).collect()
}

fn number(value: &Value<'_>) -> Option<i64> {
    let number = value.get_ref().as_integer()?;
    i64::from_str_radix(&number.as_str().replace('_', ""), number.radix()).ok()
}
