//! The waiting that lies ahead, by the figures that sources give. A sum of days, never a date.

use std::collections::HashMap;

use super::Progress;
use crate::checklist::{definition::Step, state::Status};

/// Steps that rely on one another and take others' time, in the order in which they come.
#[derive(Clone, Debug)]
pub struct Ahead<'a> {
    /// What their sources say, added up.
    pub working_days: u32,
    /// The steps that have a figure; those between them have none.
    pub steps: Vec<&'a Step>,
}

/// The longest way to a step: its days in all, and the step before it on that way.
type Way<'a> = (u32, Option<&'a str>);

impl<'a> Progress<'a> {
    /// Of the steps that are not done, the chain with the most working days of sourced waiting; nothing where no source
    /// gives a figure any more.
    ///
    /// A step that waits already counts for nothing: a part of its time is over, and no source says how much is left.
    pub fn ahead(&self) -> Option<Ahead<'a>> {
        let mut ways = HashMap::new();
        let mut longest: Way<'a> = (0, None);
        for step in self.definition.steps() {
            let (days, _) = self.way(&step.id, &mut ways);
            if days > longest.0 {
                longest = (days, Some(&step.id));
            }
        }
        let (working_days, mut place) = longest;
        let mut steps = Vec::new();
        while let Some((_, step)) = place.and_then(|id| self.definition.step(id)) {
            if self.days(step) > 0 {
                steps.push(step);
            }
            place = ways.get(step.id.as_str()).and_then(|(_, before)| *before);
        }
        steps.reverse();
        (working_days > 0).then_some(Ahead {
            working_days,
            steps,
        })
    }

    fn way(&self, id: &'a str, ways: &mut HashMap<&'a str, Way<'a>>) -> Way<'a> {
        if let Some(known) = ways.get(id) {
            return *known;
        }
        let Some((stage, step)) = self.definition.step(id) else {
            return (0, None);
        };
        // No checklist that passed its reading has a cycle; in any other one, this ends it.
        ways.insert(id, (0, None));
        let mut longest: Way<'a> = (0, None);
        for need in self.definition.needs(stage, step) {
            let (days, _) = self.way(need, ways);
            if days > longest.0 {
                longest = (days, Some(need));
            }
        }
        let way = (longest.0 + self.days(step), longest.1);
        ways.insert(id, way);
        way
    }

    /// The sourced working days of a step that nobody waits for yet.
    fn days(&self, step: &Step) -> u32 {
        let status = self.status(&step.id);
        let is_over = status.satisfies() || status == Status::Waiting;
        match &step.wait {
            Some(wait) if !is_over => wait.working_days,
            _ => 0,
        }
    }
}
