//! Which fields each kind of table has, and what stands in them.

use super::Rule;
use crate::{
    checklist::definition::{Artefact, ProvenBy},
    environment::{self, Role, SERVICES},
};

/// What a field's value is.
pub(super) enum Kind {
    /// The number of the form.
    Schema,
    /// Text on one line.
    Line,
    /// A short name, as `int-config`.
    Word,
    /// A step's id, as `int.csr`.
    Id,
    /// Several of them.
    Ids,
    /// Patterns of check ids; what they fit is judged elsewhere.
    Patterns,
    /// One of some words.
    OneOf(fn() -> Vec<&'static str>),
    /// Some of some words, one at least.
    SomeOf(fn() -> Vec<&'static str>),
    /// A number of working days, above nothing.
    Days,
    /// A duration, as `365d`.
    Duration,
    /// A table of its own.
    Table(&'static [Field]),
    /// Tables, each under a header.
    Tables(&'static [Field]),
    /// Tables that are steps.
    Steps(&'static [Field]),
}

/// A field of a table.
pub(super) struct Field {
    pub(super) key: &'static str,
    pub(super) kind: Kind,
    /// Of which rule it is a case where the field is not there; nothing where it need not be.
    pub(super) missing: Option<Rule>,
}

pub(super) const fn needed(key: &'static str, kind: Kind, rule: Rule) -> Field {
    Field {
        key,
        kind,
        missing: Some(rule),
    }
}

pub(super) const fn free(key: &'static str, kind: Kind) -> Field {
    Field {
        key,
        kind,
        missing: None,
    }
}

pub(super) const WHOLE: &[Field] = &[
    needed("schema", Kind::Schema, Rule::MissingField),
    needed("id", Kind::Word, Rule::MissingField),
    needed("title", Kind::Line, Rule::MissingField),
    free("service", Kind::OneOf(|| SERVICES.to_vec())),
    free("role", Kind::OneOf(|| Role::WORDS.to_vec())),
    needed("stage", Kind::Tables(STAGE), Rule::MissingField),
];

pub(super) const OWN: &[Field] = &[
    needed("schema", Kind::Schema, Rule::MissingField),
    free("step", Kind::Steps(OWN_STEP)),
];

const STAGE: &[Field] = &[
    needed("id", Kind::Word, Rule::MissingField),
    needed("title", Kind::Line, Rule::MissingField),
    needed("gate", Kind::Ids, Rule::MissingField),
    needed("source", Kind::Line, Rule::MissingSource),
    needed("step", Kind::Steps(STEP), Rule::MissingField),
];

/// The fields that a shipped step and a supplier's own have both.
macro_rules! step_and {
    ($($more:expr),*) => {
        &[
            needed("id", Kind::Id, Rule::MissingField),
            needed("title", Kind::Line, Rule::MissingField),
            free("environment", Kind::OneOf(environments)),
            free("roles", Kind::SomeOf(|| Role::WORDS.to_vec())),
            needed("owner", Kind::Line, Rule::MissingOwner),
            free("requires", Kind::Ids),
            needed("evidence", Kind::Line, Rule::MissingEvidence),
            free("checks", Kind::Patterns),
            free("proven-by", Kind::OneOf(|| ProvenBy::WORDS.to_vec())),
            free("about", Kind::SomeOf(|| Artefact::ALL.map(Artefact::word).to_vec())),
            free("fresh", Kind::Table(FRESH)),
            free("seed", Kind::Line),
            needed("source", Kind::Line, Rule::MissingSource),
            needed("do", Kind::Line, Rule::MissingField),
            free("wait", Kind::Table(WAIT)),
            $($more),*
        ]
    };
}

const STEP: &[Field] = step_and!();
const OWN_STEP: &[Field] = step_and!(
    needed("stage", Kind::Word, Rule::MissingField),
    free("before", Kind::Ids)
);

const WAIT: &[Field] = &[
    needed("text", Kind::Line, Rule::MissingField),
    needed("working-days", Kind::Days, Rule::MissingField),
    needed("source", Kind::Line, Rule::WaitWithoutSource),
];

const FRESH: &[Field] = &[
    needed("for", Kind::Duration, Rule::MissingField),
    needed("source", Kind::Line, Rule::FreshWithoutSource),
];

fn environments() -> Vec<&'static str> {
    environment::SHIPPED.iter().map(|(id, _)| *id).collect()
}
