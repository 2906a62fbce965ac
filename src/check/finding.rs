//! A check's outcome on one subject, as every format shows it.

use serde::{Serialize, Serializer, ser::SerializeMap};

use super::{Cause, CheckId, Layer, Severity};

/// What became of a check on a subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mark {
    /// The requirement is met.
    Pass,
    /// It is not.
    Fail,
    /// It does not bind this subject.
    NotApplicable,
    /// A check that it needs did not pass.
    Blocked,
    /// It could not be found out. Never a pass.
    Undetermined,
    /// It was not run, and the reason says why.
    Skipped,
    /// It failed, and somebody answers for that until a day.
    Waived,
}

/// One check on one subject.
#[derive(Clone, Debug, Serialize)]
pub struct Finding {
    /// The check.
    pub id: CheckId,
    /// Its requirement.
    pub title: &'static str,
    /// How much a failure weighs.
    pub severity: Severity,
    /// Which layer of the path it looks at.
    pub layer: Layer,
    /// The one thing that this is about: a host and address, a certificate, a generation.
    pub subject: String,
    /// What became of it.
    pub outcome: Mark,
    /// Why it failed, from the closed list.
    pub cause: Option<Cause>,
    /// The values behind it.
    #[serde(serialize_with = "as_map")]
    pub evidence: Vec<(&'static str, String)>,
    /// What was seen, in a sentence.
    pub reason: String,
    /// What to do next; nothing where there is nothing to do.
    pub hint: Option<String>,
    /// Which rule is behind the check.
    pub source: &'static str,
    /// What stops it, where it is blocked.
    #[serde(skip)]
    pub blocked_by: Option<Block>,
}

/// What stops a blocked check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    /// The check that did not pass.
    pub id: CheckId,
    /// Whether that check's own finding already decides the verdict, so that the block adds nothing.
    pub settled: bool,
}

fn as_map<S: Serializer>(
    values: &[(&'static str, String)],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(values.len()))?;
    for (label, value) in values {
        map.serialize_entry(label, value)?;
    }
    map.end()
}
