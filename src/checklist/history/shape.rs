//! What no ptl writes: an event that says one thing by its act, and another besides.

use std::collections::BTreeSet;

use super::{Act, Deed, Event, audit::short};
use crate::{
    check::Verdict,
    checklist::state::{Proof, Status},
};

/// What is in an event that no ptl writes, as a fragment.
pub(super) fn wrong(event: &Event) -> Option<String> {
    let mut known = BTreeSet::new();
    let twice = event.heads.iter().find(|head| !known.insert(*head));
    if let Some(head) = twice {
        return Some(format!("it follows {} twice", short(head)));
    }
    let deed = &event.deed;
    match deed.act {
        Act::Verify => unproven(deed),
        Act::Adopt | Act::Import => None,
        Act::Merge if event.heads.len() < 2 => Some("it is a merge, and joins nothing".to_owned()),
        act => deed.state.map(|state| {
            format!(
                "it is `{}`, and names the state {} besides",
                act.word(),
                state.word()
            )
        }),
    }
}

/// What a verification says that its reports do not.
fn unproven(deed: &Deed) -> Option<String> {
    let wanted = match deed.state {
        None => None,
        Some(Status::Done | Status::InProgress) => Some(Verdict::Pass),
        Some(Status::Failed) => Some(Verdict::Fail),
        Some(state) => {
            return Some(format!(
                "it is a verification, and sets the state {}",
                state.word()
            ));
        }
    };
    let mut verdicts = deed.evidence.iter().filter_map(|it| match &it.proof {
        Proof::File(file) => file.report.as_ref().map(|report| report.verdict),
        Proof::Text(_) => None,
    });
    let is_proven = verdicts.any(|verdict| wanted.is_none_or(|wanted| wanted == verdict));
    match (is_proven, wanted) {
        (true, _) => None,
        (false, None) => Some("it is a verification, and names no report".to_owned()),
        (false, Some(wanted)) => Some(format!(
            "it is a verification, and names no report whose verdict is {}",
            wanted.word()
        )),
    }
}
