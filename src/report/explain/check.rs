//! One check, or one cause.

use serde::Serialize;

use super::{Explanation, headline, labelled};
use crate::check::{Cause, CheckId, Layer, Meta, Severity};

/// What a check wants, why, and how to mend it.
#[derive(Debug, Serialize)]
pub struct CheckDocument {
    schema: u32,
    kind: &'static str,
    id: CheckId,
    title: &'static str,
    severity: Severity,
    layer: Layer,
    requires: Vec<CheckId>,
    source: &'static str,
    hint: &'static str,
    topics: Vec<&'static str>,
}

impl From<&'static Meta> for CheckDocument {
    fn from(meta: &'static Meta) -> Self {
        // Which CAs are wanted, and how revocation is told, is the same tale for every check of these layers.
        let topics = match meta.layer {
            Layer::Trust | Layer::Chain => vec!["generations"],
            Layer::Revocation => vec!["revocation"],
            _ => Vec::new(),
        };
        Self {
            schema: 1,
            kind: "check",
            id: meta.id,
            title: meta.title,
            severity: meta.severity,
            layer: meta.layer,
            requires: meta.requires.to_vec(),
            source: meta.source,
            hint: meta.hint,
            topics,
        }
    }
}

impl Explanation for CheckDocument {
    fn text(&self, width: u16) -> String {
        let weight = match self.severity {
            Severity::Error => "error: the run fails (exit 1) where it is not met",
            Severity::Warning => "warning: the run fails only with --strict where it is not met",
            Severity::Notice => "notice: worth knowing; the run never fails for it",
        };
        let network = if self.layer.needs_network() {
            "; needs a network, so --offline skips it"
        } else {
            ""
        };
        let requires = if self.requires.is_empty() {
            "nothing: it is always judged".to_owned()
        } else {
            let ids: Vec<_> = self.requires.iter().map(|id| id.0).collect();
            format!(
                "{}: it is blocked where one of these did not pass",
                ids.join(", ")
            )
        };
        let mut rows = vec![
            ("wants", format!("{}.", self.title)),
            ("weighs", weight.to_owned()),
            ("layer", format!("{}{network}", self.layer.word())),
            ("source", self.source.to_owned()),
            ("to mend it", self.hint.to_owned()),
            ("requires", requires),
        ];
        if !self.topics.is_empty() {
            let topics: Vec<_> = self
                .topics
                .iter()
                .map(|topic| format!("`ptl explain {topic}`"))
                .collect();
            rows.push(("see also", topics.join(", ")));
        }
        headline(self.id.0) + &labelled(&rows, width)
    }
}

/// What a cause means.
#[derive(Debug, Serialize)]
pub struct CauseDocument {
    schema: u32,
    kind: &'static str,
    cause: Cause,
    meaning: &'static str,
}

impl From<Cause> for CauseDocument {
    fn from(cause: Cause) -> Self {
        Self {
            schema: 1,
            kind: "cause",
            cause,
            meaning: cause.meaning(),
        }
    }
}

impl Explanation for CauseDocument {
    fn text(&self, width: u16) -> String {
        headline(self.cause.word()) + &labelled(&[("means", self.meaning.to_owned())], width)
    }
}
