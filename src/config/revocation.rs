//! `[revocation]` of `ptl.toml`: where lists are kept, how often they are fetched, and what is made of one that is missing.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use jiff::{SignedDuration, Span, SpanRelativeTo};

use super::{
    read::{folder_relative, known_generations},
    rules,
    section::{Notes, Section, Text, section},
};

/// What the install says of revocation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revocation {
    /// The folder of the lists, each environment's in one of its own; absolute or relative to the working directory.
    pub folder: PathBuf,
    /// How often the lists are fetched, where that is said.
    pub every: Option<SignedDuration>,
    /// Files of peers' certificates, as the Spine proxy's, which are to be looked up as well.
    pub peers: Vec<PathBuf>,
    usual: Rule,
    generations: BTreeMap<String, Rule>,
}

/// What is made of certificates of one generation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rule {
    /// What it is when nobody can tell whether a certificate is revoked.
    pub policy: Policy,
    /// How long a list is taken past its next update; nothing: not at all.
    pub grace: Option<SignedDuration>,
}

/// What it is when nobody can tell whether a certificate is revoked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Policy {
    /// It is unknown, and nothing passes by that.
    #[default]
    Require,
    /// It is a warning.
    Warn,
    /// It is not looked at.
    Off,
}

impl Policy {
    /// The words of the file.
    const WORDS: [(&'static str, Self); 3] = [
        ("require", Self::Require),
        ("warn", Self::Warn),
        ("off", Self::Off),
    ];
}

impl Revocation {
    /// What holds where the file says nothing, for an install in this folder.
    pub(super) fn usual(folder: &Path) -> Self {
        Self {
            folder: folder_relative(folder, "crl"),
            every: None,
            peers: Vec::new(),
            usual: Rule::default(),
            generations: BTreeMap::new(),
        }
    }

    /// The folder of an environment's lists.
    pub fn folder_of(&self, environment: &str) -> PathBuf {
        self.folder.join(environment)
    }

    /// What holds for certificates of a generation, or of none.
    pub fn rule(&self, generation: Option<&str>) -> Rule {
        generation
            .and_then(|id| self.generations.get(id))
            .copied()
            .unwrap_or(self.usual)
    }
}

/// Reads the table; the generations of shipped environments are known by name unless the install has a profile of its own.
pub(super) fn read(
    mut table: Section<'_>,
    folder: &Path,
    has_profile: bool,
    notes: &mut Notes,
) -> Revocation {
    let unsaid = Revocation::usual(folder);
    let place = table.string("folder", notes);
    let every = duration(&mut table, "every", notes);
    let peers = table.strings("peers", notes).unwrap_or_default();
    let usual = rule(&mut table, Rule::default(), notes);
    let mut generations = BTreeMap::new();
    let known = known_generations();
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    let own_rules = table.table("generation", notes);
    for (id, span, value) in own_rules.iter().flat_map(Section::entries) {
        if !has_profile {
            let text = Text {
                value: id.to_owned(),
                span,
            };
            rules::one_of("generation", &text, &known, notes);
        }
        let name = format!("[revocation.generation.{id}]");
        if let Some(mut own) = section(name, value, notes) {
            generations.insert(id.to_owned(), rule(&mut own, usual, notes));
            own.finish(notes);
        }
    }
    table.finish(notes);
    Revocation {
        folder: place.map_or(unsaid.folder, |text| folder_relative(folder, &text.value)),
        every,
        peers: peers
            .into_iter()
            .map(|text| folder_relative(folder, &text.value))
            .collect(),
        usual,
        generations,
    }
}

fn rule(table: &mut Section<'_>, unsaid: Rule, notes: &mut Notes) -> Rule {
    let words = Policy::WORDS.map(|(word, _)| word);
    let word = table
        .string("policy", notes)
        .and_then(|text| rules::one_of("policy", &text, &words, notes));
    let policy = Policy::WORDS
        .iter()
        .find(|(known, _)| Some(*known) == word)
        .map_or(unsaid.policy, |(_, policy)| *policy);
    Rule {
        policy,
        grace: duration(table, "grace", notes).or(unsaid.grace),
    }
}

fn duration(
    table: &mut Section<'_>,
    key: &'static str,
    notes: &mut Notes,
) -> Option<SignedDuration> {
    let text = table.string(key, notes)?;
    let duration = duration_of(&text.value);
    if duration.is_none() {
        let message = format!("`{key}` is no duration: write it as 24h or 7d");
        notes.problem(&text.span, message);
    }
    duration
}

/// A duration above nothing, as `24h` or `7d`; a day has 24 hours.
pub fn duration_of(text: &str) -> Option<SignedDuration> {
    let span: Span = text.parse().ok()?;
    let days = SpanRelativeTo::days_are_24_hours();
    let duration = span.to_duration(days).ok()?;
    duration.is_positive().then_some(duration)
}

#[cfg(test)]
mod tests;
