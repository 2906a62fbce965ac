//! What a change of one step brought about in other steps and stages.

use std::collections::HashSet;

use super::{StepView, View};
use crate::checklist::state::Status;

/// What a change brought about in other steps and stages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change<'a> {
    /// The steps that can be worked on now, and could not before.
    pub ready: Vec<&'a str>,
    /// The done steps that rely on something open now, and did not before.
    pub recheck: Vec<&'a str>,
    /// The titles of the stages whose gates have opened.
    pub opened: Vec<&'a str>,
    /// The titles of the stages whose gates have shut.
    pub shut: Vec<&'a str>,
}

impl<'a> View<'a> {
    /// What changed against an earlier view of the same checklist.
    pub fn since(&self, before: &View<'_>) -> Change<'a> {
        let ids = |view: &View<'_>, fits: fn(&StepView<'_>) -> bool| -> HashSet<String> {
            let steps = view.stages.iter().flat_map(|stage| &stage.steps);
            steps
                .filter(|step| fits(step))
                .map(|step| step.id.to_owned())
                .collect()
        };
        let new = |fits: fn(&StepView<'_>) -> bool| -> Vec<&'a str> {
            let old = ids(before, fits);
            let steps = self.stages.iter().flat_map(|stage| &stage.steps);
            steps
                .filter(|step| fits(step) && !old.contains(step.id))
                .map(|step| step.id)
                .collect()
        };
        let turned = |open: bool| -> Vec<&'a str> {
            self.stages
                .iter()
                .zip(&before.stages)
                .filter(|(now, then)| now.gate.open == open && then.gate.open != open)
                .map(|(now, _)| now.title)
                .collect()
        };
        Change {
            ready: new(|step| step.ready && step.state == Status::Open),
            recheck: new(|step| step.is_recheck()),
            opened: turned(true),
            shut: turned(false),
        }
    }
}
