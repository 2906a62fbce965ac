//! Every check, and every cause.

use serde::Serialize;

use super::Explanation;
use crate::{
    check::{Cause, CheckId, Layer, Meta, Severity},
    report::human,
};

/// Every check in one line.
#[derive(Debug, Serialize)]
pub struct ChecksDocument {
    schema: u32,
    kind: &'static str,
    checks: Vec<Line>,
}

#[derive(Debug, Serialize)]
struct Line {
    id: CheckId,
    severity: Severity,
    layer: Layer,
    title: &'static str,
}

impl ChecksDocument {
    /// The list of these checks.
    pub fn of(metas: &[&'static Meta]) -> Self {
        let line = |meta: &&'static Meta| Line {
            id: meta.id,
            severity: meta.severity,
            layer: meta.layer,
            title: meta.title,
        };
        Self {
            schema: 1,
            kind: "checks",
            checks: metas.iter().map(line).collect(),
        }
    }
}

impl Explanation for ChecksDocument {
    fn text(&self, width: u16) -> String {
        let rows = self.checks.iter().map(|check| {
            vec![
                check.id.0.to_owned(),
                check.severity.word().to_owned(),
                check.layer.word().to_owned(),
                check.title.to_owned(),
            ]
        });
        human::columns(rows, &[11, 9, 12], width)
    }
}

/// Every cause that a finding can name.
#[derive(Debug, Serialize)]
pub struct CausesDocument {
    schema: u32,
    kind: &'static str,
    causes: Vec<Meaning>,
}

#[derive(Debug, Serialize)]
struct Meaning {
    cause: Cause,
    meaning: &'static str,
}

impl CausesDocument {
    /// The closed list.
    pub fn all() -> Self {
        let meaning = |cause: &Cause| Meaning {
            cause: *cause,
            meaning: cause.meaning(),
        };
        Self {
            schema: 1,
            kind: "causes",
            causes: Cause::ALL.iter().map(meaning).collect(),
        }
    }
}

impl Explanation for CausesDocument {
    fn text(&self, width: u16) -> String {
        let longest = self.causes.iter().map(|line| line.cause.word().len()).max();
        let rows = self.causes.iter();
        let rows = rows.map(|line| vec![line.cause.word().to_owned(), line.meaning.to_owned()]);
        human::columns(rows, &[longest.unwrap_or_default() + 2], width)
    }
}
