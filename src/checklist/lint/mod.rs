//! What is wrong with a checklist's definition, or with a supplier's own steps: everything at once, each with its place.
//!
//! [`shape`] looks at [`fields`] and their values, [`draft`] takes from the same text which step relies on which, however
//! broken the rest is, and [`graph`] and [`cycle`] judge that. Pure: text in, findings out.

mod cycle;
mod draft;
mod fields;
mod graph;
mod shape;
#[cfg(test)]
mod tests;

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

pub use shape::is_id;

use super::definition::Definition;
use crate::{
    checks,
    error::{Error, Result},
    files::Place,
};

/// The version of the form of a definition and of `steps.toml`.
pub const SCHEMA: i64 = 1;

/// After so many findings nobody reads what else there is.
pub const MOST: usize = 200;

/// What a finding is an instance of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// A key that no table of that kind has.
    UnknownField,
    /// A value of another kind than the field's.
    WrongValue,
    /// A field that must be there is not.
    MissingField,
    /// Nothing says where a step or a stage comes from.
    MissingSource,
    /// Nobody is said to act.
    MissingOwner,
    /// Nothing is said to prove a step.
    MissingEvidence,
    /// Two steps or two stages of one id, a shipped step's included.
    DuplicateId,
    /// A step stands in a stage that there is not.
    UnknownStage,
    /// A step requires one that there is not.
    UnknownRequirement,
    /// A gate asks for a step that there is not.
    UnknownGate,
    /// A step is to come before one that there is not.
    UnknownBefore,
    /// Steps that rely on one another, so that none can be done.
    Cycle,
    /// A step that cannot be done in its stage, or in its role.
    Unreachable,
    /// A pattern that fits no check.
    UnknownCheck,
    /// Checks are said to prove a step that names none, or no environment for them.
    NothingChecked,
    /// A waiting time that nobody stands for.
    WaitWithoutSource,
    /// A time for which a proof holds that nobody stands for.
    FreshWithoutSource,
}

impl Rule {
    /// Its word in reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::UnknownField => "unknown-field",
            Self::WrongValue => "wrong-value",
            Self::MissingField => "missing-field",
            Self::MissingSource => "missing-source",
            Self::MissingOwner => "missing-owner",
            Self::MissingEvidence => "missing-evidence",
            Self::DuplicateId => "duplicate-id",
            Self::UnknownStage => "unknown-stage",
            Self::UnknownRequirement => "unknown-requirement",
            Self::UnknownGate => "unknown-gate",
            Self::UnknownBefore => "unknown-before",
            Self::Cycle => "cycle",
            Self::Unreachable => "unreachable",
            Self::UnknownCheck => "unknown-check",
            Self::NothingChecked => "nothing-checked",
            Self::WaitWithoutSource => "wait-without-source",
            Self::FreshWithoutSource => "fresh-without-source",
        }
    }

    /// Every rule.
    pub const ALL: [Self; 17] = [
        Self::UnknownField,
        Self::WrongValue,
        Self::MissingField,
        Self::MissingSource,
        Self::MissingOwner,
        Self::MissingEvidence,
        Self::DuplicateId,
        Self::UnknownStage,
        Self::UnknownRequirement,
        Self::UnknownGate,
        Self::UnknownBefore,
        Self::Cycle,
        Self::Unreachable,
        Self::UnknownCheck,
        Self::NothingChecked,
        Self::WaitWithoutSource,
        Self::FreshWithoutSource,
    ];

    /// Whether steps with it cannot be walked. A pattern may be of a newer ptl's checks.
    pub fn refuses(self) -> bool {
        self != Self::UnknownCheck
    }
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What it is an instance of.
    pub rule: Rule,
    /// Where it stands.
    pub place: Place,
    /// The step that it is about, if it is about one that has an id.
    pub step: Option<String>,
    /// What was seen and what was wanted, as a sentence without its full stop.
    pub message: String,
}

/// What a text holds, and what is wrong with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Linted {
    /// How many steps it holds.
    pub steps: usize,
    /// What is wrong, in the order of the text; [`MOST`] at most.
    pub findings: Vec<Finding>,
    /// How many more there were.
    pub left_out: usize,
}

/// What a file of checklists is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A whole checklist, with its stages.
    Whole,
    /// A supplier's own steps, which stand in the stages of another.
    Own,
}

/// Which of the two a text is; `named` is what an error calls it.
///
/// # Errors
/// Where it is no TOML, of a newer form, or neither of the two.
pub fn form(text: &str, named: &str) -> Result<Form> {
    let root = table(text, named)?;
    if root.contains_key("definition") {
        return Err(Error::input(format!(
            "`{named}` is the record of a checklist, not what its steps are"
        ))
        .hint("Look at the record with `ptl checklist audit`; here, name a definition or a steps.toml."));
    }
    refuse_newer(&root, named)?;
    let are_steps = |value: &Spanned<DeValue<'_>>| value.get_ref().is_array();
    let is_bare = root.keys().all(|key| key.get_ref() == "schema");
    if root.contains_key("stage") {
        Ok(Form::Whole)
    } else if is_bare || root.get("step").is_some_and(are_steps) {
        Ok(Form::Own)
    } else {
        Err(Error::input(format!(
            "`{named}` is no checklist: it has neither a [[stage]] nor a [[step]]"
        ))
        .hint("Name a definition or a steps.toml; ptl.toml is looked at by `ptl preflight`."))
    }
}

/// Looks at a whole checklist.
///
/// # Errors
/// Where it is no TOML or of a newer form.
pub fn whole(text: &str, named: &str) -> Result<Linted> {
    let root = read(text, named)?;
    let mut notes = Notes::default();
    shape::whole(&root, &mut notes);
    let draft = draft::whole(&root);
    graph::judge(&draft, &ids_of_checks(), &mut notes);
    Ok(notes.linted(text, draft.steps.len()))
}

/// Looks at a supplier's own steps, as they stand in this checklist; `elsewhere` are the ids of the other role's steps.
///
/// # Errors
/// Where it is no TOML or of a newer form.
pub fn own(text: &str, named: &str, into: &Definition, elsewhere: &[String]) -> Result<Linted> {
    let root = read(text, named)?;
    let mut notes = Notes::default();
    shape::own(&root, &mut notes);
    let draft = draft::own(&root, into, elsewhere);
    graph::judge(&draft, &ids_of_checks(), &mut notes);
    let steps = draft.steps.iter().filter(|step| step.own).count();
    Ok(notes.linted(text, steps))
}

fn ids_of_checks() -> Vec<&'static str> {
    checks::all().iter().map(|meta| meta.id.0).collect()
}

/// The text as TOML with places, of a form that this ptl knows.
fn read<'t>(text: &'t str, named: &str) -> Result<DeTable<'t>> {
    let root = table(text, named)?;
    refuse_newer(&root, named)?;
    Ok(root)
}

/// The text as TOML with places.
fn table<'t>(text: &'t str, named: &str) -> Result<DeTable<'t>> {
    let (root, errors) = DeTable::parse_recoverable(text);
    if errors.is_empty() {
        return Ok(root.into_inner());
    }
    let mut lines: Vec<_> = errors
        .iter()
        .map(|error| {
            let at = error.span().map_or(text.len(), |span| span.start);
            (at, error.message().trim().replace('\n', ", "))
        })
        .collect();
    lines.sort();
    lines.truncate(MOST);
    let lines = lines
        .into_iter()
        .map(|(at, message)| format!("{}: {message}", placed(named, Place::of(text, at))));
    Err(Error::input(format!("`{named}` is no TOML"))
        .details(lines)
        .hint("Mend the lines above; the steps themselves are looked at once it can be read."))
}

/// A newer form may mean anything: it is named alone.
fn refuse_newer(root: &DeTable<'_>, named: &str) -> Result<()> {
    let schema = root
        .get("schema")
        .and_then(|value| value.get_ref().as_integer()?.as_str().parse::<i64>().ok());
    match schema {
        Some(schema) if schema > SCHEMA => Err(Error::input(format!(
            "`{named}` has schema {schema}, and this ptl reads schema {SCHEMA} at most"
        ))
        .hint("Use a newer ptl; the file was left as it is.")),
        _ => Ok(()),
    }
}

/// A place in a file, as editors take it: `steps.toml:4:1`.
pub fn placed(named: &str, place: Place) -> String {
    format!("{named}:{}:{}", place.line, place.column)
}

/// What was found so far: rule, byte offset, step and message.
#[derive(Debug, Default)]
struct Notes {
    found: Vec<(usize, Rule, Option<String>, String)>,
}

impl Notes {
    fn note(&mut self, rule: Rule, at: usize, step: Option<&str>, message: impl Into<String>) {
        let step = step.map(str::to_owned);
        self.found.push((at, rule, step, message.into()));
    }

    /// Whether there is a finding of a rule at an offset.
    fn has(&self, rule: Rule, at: usize) -> bool {
        self.found
            .iter()
            .any(|found| (found.0, found.1) == (at, rule))
    }

    /// Whether so much was found that nobody reads what each might have been meant to be.
    fn are_many(&self) -> bool {
        self.found.len() > MOST
    }

    fn linted(mut self, text: &str, steps: usize) -> Linted {
        self.found.sort();
        self.found.dedup();
        let left_out = self.found.len().saturating_sub(MOST);
        self.found.truncate(MOST);
        let finding = |(at, rule, step, message)| Finding {
            rule,
            place: Place::of(text, at),
            step,
            message,
        };
        Linted {
            steps,
            findings: self.found.into_iter().map(finding).collect(),
            left_out,
        }
    }
}
