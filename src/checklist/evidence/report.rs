//! What a file says that is a report of ptl: it proves what its verdict says, of its environment alone.

use serde::Deserialize;

use crate::{check::Verdict, checklist::state::Reported};

/// A report of every check of many subjects has a tenth of it.
pub(super) const LONGEST: u64 = 4 * 1024 * 1024;

/// What is read of a report; the rest of it is not looked at.
#[derive(Deserialize)]
struct Head {
    schema: u32,
    kind: String,
    command: String,
    environment: Option<String>,
    verdict: String,
}

/// What a file says, if it is a report of a form that this ptl knows.
pub(super) fn read(bytes: &[u8]) -> Option<Reported> {
    let head: Head = serde_json::from_slice(bytes).ok()?;
    if head.kind != "report" || head.schema != 1 {
        return None;
    }
    Some(Reported {
        command: head.command,
        environment: head.environment,
        verdict: Verdict::of(&head.verdict)?,
    })
}
