//! Text to [`State`]: every problem at once, each with its place; nothing unknown is passed over.

use std::ops::Range;

use jiff::Timestamp;
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{Evidence, FILE, Proof, Record, SCHEMA, State, Status};
use crate::{
    checklist::{
        definition::{self, Definition, OwnSteps},
        evidence::is_sha256,
    },
    error::{Error, Result, nearest},
    files::Place,
};

/// A text that is broken in more places than this is no hand-edited checklist.
const MOST_PROBLEMS: usize = 20;
/// After so many, nobody reads what each might have been meant to be.
const MOST_GUESSES: usize = 200;
/// No key and no step's id is longer, in characters.
const LONGEST_WORD: usize = 64;
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
        self.only(table, &["schema", "definition", "step"]);
        self.schema(table);
        let Some(definition) = self.definition(table)? else {
            return Ok(None);
        };
        let mut state = State {
            definition: definition.id.clone(),
            records: std::collections::BTreeMap::new(),
        };
        for (id, value) in self.steps(table) {
            if definition.step(id.get_ref()).is_none() {
                self.unknown_step(&definition, &id.span(), id.get_ref());
            } else if let Some(record) = self.record(id.get_ref(), &id.span(), value) {
                state.records.insert(id.get_ref().to_string(), record);
            }
        }
        Ok(Some((definition, state)))
    }

    fn schema(&mut self, root: &DeTable<'_>) {
        match root.get("schema") {
            None => self.note(0..0, format!("`schema = {SCHEMA}` is missing")),
            Some(value) if integer(value) != Some(SCHEMA) => {
                self.note(value.span(), format!("schema is {SCHEMA}, a number"));
            }
            Some(_) => {}
        }
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
        self.only(table, &["state", "at", "by", "reason", "evidence"]);
        let status = self.status(table, span);
        let at = self.time(table, span);
        let by = self.text(table, "by", Some(span));
        let reason = self.text(table, "reason", None);
        let evidence = self.evidence(table);
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
            reason,
            evidence,
        })
    }

    fn status(&mut self, table: &DeTable<'_>, span: &Range<usize>) -> Option<Status> {
        let word = self.text(table, "state", Some(span))?;
        let status = Status::of(&word);
        if status.is_none() {
            let words = Status::ALL.map(Status::word).join(", ");
            let at = table.get("state").map_or(span.clone(), Spanned::span);
            self.note(
                at,
                format!("`{}` is no state: one of {words}", short(&word)),
            );
        }
        status
    }

    fn evidence(&mut self, table: &DeTable<'_>) -> Vec<Evidence> {
        let Some(value) = table.get("evidence") else {
            return Vec::new();
        };
        let Some(list) = value.get_ref().as_array() else {
            self.note(
                value.span(),
                "`evidence` is a list: [{ text = \"...\", at = ..., by = \"...\" }]",
            );
            return Vec::new();
        };
        list.iter().filter_map(|item| self.proof(item)).collect()
    }

    fn proof(&mut self, item: &Value<'_>) -> Option<Evidence> {
        let span = item.span();
        let Some(table) = item.get_ref().as_table() else {
            self.note(
                span,
                "evidence is a table: { text = \"...\", at = ..., by = \"...\" }",
            );
            return None;
        };
        let at = self.time(table, &span);
        let by = self.text(table, "by", Some(&span));
        let proof = if table.contains_key("file") {
            self.only(table, &["file", "sha256", "size", "at", "by"]);
            self.file(table, &span)
        } else {
            self.only(table, &["text", "at", "by"]);
            self.text(table, "text", Some(&span)).map(Proof::Text)
        };
        Some(Evidence {
            proof: proof?,
            at: at?,
            by: by?,
        })
    }

    fn file(&mut self, table: &DeTable<'_>, span: &Range<usize>) -> Option<Proof> {
        let name = self.text(table, "file", Some(span));
        let sha256 = self.text(table, "sha256", Some(span)).filter(|digest| {
            let sound = is_sha256(digest);
            if !sound {
                let at = table.get("sha256").map_or(span.clone(), Spanned::span);
                self.note(at, "`sha256` is 64 digits of lower-case hex");
            }
            sound
        });
        let size = table
            .get("size")
            .and_then(integer)
            .and_then(|size| u64::try_from(size).ok());
        if size.is_none() {
            let at = table.get("size").map_or(span.clone(), Spanned::span);
            self.note(at, "`size` is the file's length in bytes");
        }
        Some(Proof::File {
            name: name?,
            sha256: sha256?,
            size: size?,
        })
    }

    /// Text under a key that is not blank; a missing one is a problem where `required` says at which place.
    fn text(
        &mut self,
        table: &DeTable<'_>,
        key: &str,
        required: Option<&Range<usize>>,
    ) -> Option<String> {
        match (table.get(key), required) {
            (Some(value), _) => {
                let text = value
                    .get_ref()
                    .as_str()
                    .filter(|text| !text.trim().is_empty());
                if text.is_none() {
                    self.note(
                        value.span(),
                        format!("`{key}` is text in quotes, and not empty"),
                    );
                }
                text.map(str::to_owned)
            }
            (None, Some(span)) => {
                self.note(span.clone(), format!("`{key}` is missing"));
                None
            }
            (None, None) => None,
        }
    }

    fn time(&mut self, table: &DeTable<'_>, span: &Range<usize>) -> Option<Timestamp> {
        let Some(value) = table.get("at") else {
            self.note(span.clone(), "`at` is missing");
            return None;
        };
        let time = match value.get_ref() {
            DeValue::Datetime(time) => time.to_string().parse().ok(),
            DeValue::String(time) => time.parse().ok(),
            _ => None,
        };
        if time.is_none() {
            self.note(
                value.span(),
                "`at` is a time with its zone, as 2026-11-22T17:00:00Z",
            );
        }
        time
    }

    fn only(&mut self, table: &DeTable<'_>, known: &[&str]) {
        for key in table.keys() {
            let name = key.get_ref().as_ref();
            if !known.contains(&name) {
                let meant = self.guess(name, known.iter().copied());
                self.note(key.span(), format!("unknown key `{}`{meant}", short(name)));
            }
        }
    }

    /// What a word was most likely meant to be, as the end of a sentence.
    fn guess<'k>(&self, word: &str, known: impl IntoIterator<Item = &'k str>) -> String {
        if word.len() > LONGEST_WORD || self.problems.len() > MOST_GUESSES {
            return String::new();
        }
        nearest(word, known).map_or(String::new(), |meant| format!("; did you mean `{meant}`?"))
    }
}

/// A word of the file, cut where it is longer than any that is meant.
fn short(word: &str) -> String {
    word.chars().take(LONGEST_WORD).collect()
}

fn integer(value: &Value<'_>) -> Option<i64> {
    let number = value.get_ref().as_integer()?;
    i64::from_str_radix(number.as_str(), number.radix()).ok()
}
