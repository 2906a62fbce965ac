//! Which steps need nothing more, all of them in one go: a board asks for every step of thousands of installs.

use std::collections::HashMap;

use super::{Progress, Turn};
use crate::checklist::definition::{Stage, Step};

/// Which steps need nothing more: they count as done, and so does all that they rely on.
#[derive(Debug)]
pub struct Settled<'a> {
    places: HashMap<&'a str, (&'a Stage, &'a Step)>,
    known: HashMap<&'a str, bool>,
    /// Whether any proof is stale: then it depends on when each step was done.
    has_stale: bool,
}

impl<'a> Settled<'a> {
    pub(super) fn of(progress: &Progress<'a>) -> Self {
        let stages = progress.definition.stages.iter();
        let places = stages.flat_map(|stage| {
            let steps = stage.steps.iter();
            steps.map(move |step| (step.id.as_str(), (stage, step)))
        });
        let mut steps = progress.definition.steps();
        let mut settled = Self {
            places: places.collect(),
            known: HashMap::new(),
            has_stale: steps
                .any(|step| matches!(progress.turn(&step.id), Some(Turn::Stale { .. }))),
        };
        for step in progress.definition.steps() {
            settled.find(&step.id, progress);
        }
        settled
    }

    fn find(&mut self, id: &'a str, progress: &Progress<'a>) -> bool {
        if let Some(known) = self.known.get(id) {
            return *known;
        }
        // `checklist lint` lets no circle through; one would end here.
        self.known.insert(id, false);
        let place = self.places.get(id).copied();
        let is_settled = progress.status(id).satisfies()
            && place.is_some_and(|(stage, step)| {
                let mut needs = progress.definition.needs(stage, step);
                needs.all(|need| self.find(need, progress))
                    || (self.has_stale && progress.relies_on_open(stage, step).is_empty())
            });
        self.known.insert(id, is_settled);
        is_settled
    }

    /// Whether a step is settled.
    pub fn has(&self, id: &str) -> bool {
        self.known.get(id) == Some(&true)
    }
}
