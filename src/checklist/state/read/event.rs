//! The history, as it stands in a checklist.

use std::ops::Range;

use toml::{Spanned, de::DeTable};

use super::{Reader, Value, short};
use crate::checklist::{
    definition::{self, Definition},
    evidence::is_sha256,
    history::{Act, Deed, Entry, Event, History},
    lint,
    state::PARTICULARS,
};

/// What an event can have besides what belongs to a state.
const KEYS: [&str; 10] = [
    "digest", "heads", "at", "by", "act", "step", "state", "why", "evidence", "keeps",
];

impl Reader<'_> {
    /// The events that can be read, and the byte offset of each.
    pub(super) fn history(
        &mut self,
        root: &DeTable<'_>,
        definition: &Definition,
    ) -> (History, Vec<usize>) {
        let Some(value) = root.get("event") else {
            return (History::default(), Vec::new());
        };
        let Some(list) = value.get_ref().as_array() else {
            self.note(value.span(), "`event` is a list of tables: [[event]]");
            return (History::default(), Vec::new());
        };
        let is_inline = |item: &Value<'_>| !self.text[item.span().start..].starts_with("[[");
        if list.is_empty() || list.iter().any(is_inline) {
            self.note(
                value.span(),
                "each event stands under [[event]] of its own; where there is none, leave `event` out",
            );
            return (History::default(), Vec::new());
        }
        let mut events = Vec::new();
        let mut offsets = Vec::new();
        for item in list.iter() {
            if let Some(entry) = self.event(item, definition) {
                events.push(entry);
                offsets.push(item.span().start);
            }
        }
        (History { events }, offsets)
    }

    fn event(&mut self, item: &Value<'_>, definition: &Definition) -> Option<Entry> {
        let span = item.span();
        let Some(table) = item.get_ref().as_table() else {
            self.note(span, "an event is a table: [[event]]");
            return None;
        };
        self.only(table, &[&KEYS[..], &PARTICULARS].concat());
        let digest = self.digest(table, &span);
        let heads = self.digests(table, "heads");
        let at = self.time(table, &span);
        let by = self.text(table, "by", Some(&span));
        let deed = self.deed(table, &span, definition, at.zip(by.as_deref()));
        Some(Entry {
            digest: digest?,
            event: Event {
                heads,
                at: at?,
                by: by?,
                deed: deed?,
            },
        })
    }

    fn digest(&mut self, table: &DeTable<'_>, span: &Range<usize>) -> Option<String> {
        let digest = self.text(table, "digest", Some(span))?;
        if !is_sha256(&digest) {
            let at = table.get("digest").map_or(span.clone(), Spanned::span);
            self.note(at, "`digest` is 64 digits of lower-case hex");
            return None;
        }
        Some(digest)
    }

    fn deed(
        &mut self,
        table: &DeTable<'_>,
        span: &Range<usize>,
        definition: &Definition,
        with: Option<(jiff::Timestamp, &str)>,
    ) -> Option<Deed> {
        let word = self.text(table, "act", Some(span))?;
        let Some(act) = Act::of(&word) else {
            let words = Act::ALL.map(Act::word).join(", ");
            let at = table.get("act").map_or(span.clone(), Spanned::span);
            self.note(at, format!("`{}` is no act: one of {words}", short(&word)));
            return None;
        };
        let step = match act {
            Act::Merge => None,
            _ => Some(self.step_of(table, span, definition)?),
        };
        let state = match table.contains_key("state") || act.is_whole() {
            true => Some(self.status(table, span)?),
            false => None,
        };
        let deed = Deed {
            act,
            step,
            state,
            particulars: self.particulars(table),
            why: self.text(table, "why", None),
            evidence: self.evidence(table, with),
            keeps: self.digests(table, "keeps"),
        };
        self.event_needs(table, span, &deed);
        Some(deed)
    }

    fn step_of(
        &mut self,
        table: &DeTable<'_>,
        span: &Range<usize>,
        definition: &Definition,
    ) -> Option<String> {
        let step = self.text(table, "step", Some(span))?;
        if definition.step(&step).is_none() && !was_own(&step) {
            let at = table.get("step").map_or(span.clone(), Spanned::span);
            self.unknown_step(definition, &at, &step);
            return None;
        }
        Some(step)
    }
}

/// Whether a step that the checklist has not may have been a supplier's own: what ptl ships elsewhere was none.
fn was_own(step: &str) -> bool {
    let is_shipped = |(id, _): &(&str, &str)| {
        let shipped = definition::shipped(id).ok().flatten();
        shipped.is_none_or(|it| it.step(step).is_some())
    };
    lint::is_id(step) && !definition::SHIPPED.iter().any(is_shipped)
}
