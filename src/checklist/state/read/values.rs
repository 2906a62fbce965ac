//! Single values of a checklist's tables.

use std::{collections::BTreeMap, ops::Range};

use jiff::{Timestamp, civil::Date};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{Reader, Value, short};
use crate::{
    checklist::{
        definition::Artefact,
        evidence::is_sha256,
        state::{Particulars, Status},
    },
    error::nearest,
};

/// No key and no step's id is longer, in characters.
pub(super) const LONGEST_WORD: usize = 64;
/// After so many problems, nobody reads what each might have been meant to be.
const MOST_GUESSES: usize = 200;

impl Reader<'_> {
    /// Text under a key that is not blank; a missing one is a problem where `required` says at which place.
    pub(super) fn text(
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

    /// The moment under `at`.
    pub(super) fn time(&mut self, table: &DeTable<'_>, span: &Range<usize>) -> Option<Timestamp> {
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

    /// Names the keys that are not known.
    pub(super) fn only(&mut self, table: &DeTable<'_>, known: &[&str]) {
        for key in table.keys() {
            let name = key.get_ref().as_ref();
            if !known.contains(&name) {
                let meant = self.guess(name, known.iter().copied());
                self.note(key.span(), format!("unknown key `{}`{meant}", short(name)));
            }
        }
    }

    /// What a word was most likely meant to be, as the end of a sentence.
    pub(super) fn guess<'k>(&self, word: &str, known: impl IntoIterator<Item = &'k str>) -> String {
        if word.len() > LONGEST_WORD || self.problems.len() > MOST_GUESSES {
            return String::new();
        }
        nearest(word, known).map_or(String::new(), |meant| format!("; did you mean `{meant}`?"))
    }

    /// The day under a key.
    fn day(&mut self, table: &DeTable<'_>, key: &str) -> Option<Date> {
        let value = table.get(key)?;
        let day = match value.get_ref() {
            DeValue::Datetime(day) => day.to_string().parse().ok(),
            DeValue::String(day) => day.parse().ok(),
            _ => None,
        };
        if day.is_none() {
            self.note(value.span(), format!("`{key}` is a day, as 2026-11-22"));
        }
        day
    }

    /// The digests under a key; none where it is not there.
    pub(super) fn digests(&mut self, table: &DeTable<'_>, key: &str) -> Vec<String> {
        let Some(value) = table.get(key) else {
            return Vec::new();
        };
        let list = value.get_ref().as_array();
        let digests: Option<Vec<String>> = list.and_then(|list| {
            let text = |item: &Value<'_>| item.get_ref().as_str().map(str::to_owned);
            list.iter()
                .map(|item| text(item).filter(|it| is_sha256(it)))
                .collect()
        });
        if digests.is_none() {
            let message = format!("`{key}` is a list of digests, each 64 digits of lower-case hex");
            self.note(value.span(), message);
        }
        digests.unwrap_or_default()
    }

    /// What belongs to a state.
    pub(super) fn particulars(&mut self, table: &DeTable<'_>) -> Particulars {
        Particulars {
            reason: self.text(table, "reason", None),
            on: self.text(table, "on", None),
            reference: self.text(table, "reference", None),
            due: self.day(table, "due"),
            until: self.day(table, "until"),
            bound: self.bound(table),
        }
    }

    fn bound(&mut self, root: &DeTable<'_>) -> BTreeMap<Artefact, String> {
        let Some(value) = root.get("bound") else {
            return BTreeMap::new();
        };
        let Some(table) = value.get_ref().as_table() else {
            self.note(
                value.span(),
                "`bound` is a table: { certificate = \"...\" }",
            );
            return BTreeMap::new();
        };
        self.only(table, &Artefact::ALL.map(Artefact::word));
        let mut bound = BTreeMap::new();
        for artefact in Artefact::ALL {
            if let Some(text) = self.text(table, artefact.word(), None) {
                bound.insert(artefact, text);
            }
        }
        bound
    }

    /// The state under a key.
    pub(super) fn status(&mut self, table: &DeTable<'_>, span: &Range<usize>) -> Option<Status> {
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
}
