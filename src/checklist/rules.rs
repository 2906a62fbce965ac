//! What the state of a checklist allows: gates, requirements, transitions, and what comes next.
//!
//! Pure: no clock, no I/O, no environment variables. A done step that relies on one which is open
//! again proves nothing until that one is done: gates look all the way down.

mod act;
mod ahead;
mod settled;
mod turn;

use std::{cmp::Reverse, collections::BTreeSet};

use jiff::Timestamp;

pub use act::{Action, Actor};
pub use ahead::Ahead;
pub use settled::Settled;
pub use turn::Turn;

use super::{
    definition::{Artefact, Definition, Stage, Step},
    now::Now,
    state::{Record, State, Status},
};
use crate::error::{Error, Result};

/// A checklist and what happened to it, as it stands now.
#[derive(Clone, Copy, Debug)]
pub struct Progress<'a> {
    /// The steps.
    pub definition: &'a Definition,
    /// What happened to them.
    pub state: &'a State,
    /// The time, and what the proofs are about.
    pub now: &'a Now,
}

/// A step that can be done now, and what speaks for doing it first.
#[derive(Clone, Copy, Debug)]
pub struct Ready<'a> {
    /// Its stage.
    pub stage: &'a Stage,
    /// The step.
    pub step: &'a Step,
    /// Open or in progress.
    pub status: Status,
    /// How many steps that are not done wait for it, directly or through others.
    pub waiting: usize,
}

impl<'a> Progress<'a> {
    /// How far a step is now: one whose proof or waiver has ended is open.
    pub fn status(&self, id: &str) -> Status {
        match self.record(id) {
            Some(_) if self.turn(id).is_some() => Status::Open,
            Some(record) => record.status,
            None => Status::Open,
        }
    }

    /// Why what is written down of a step holds no longer.
    pub fn turn(&self, id: &str) -> Option<Turn> {
        let (_, step) = self.definition.step(id)?;
        turn::of(step, self.record(id)?, self.now)
    }

    /// What happened to a step last.
    pub fn record(&self, id: &str) -> Option<&'a Record> {
        self.state.records.get(id)
    }

    /// What keeps a stage shut: the steps at the root of it, in the checklist's order.
    pub fn gate_missing(&self, stage: &'a Stage) -> Vec<&'a Step> {
        self.missing(stage.gate.iter().map(String::as_str), self.now.at)
    }

    /// What a step lacks before it can be done, its stage's gate left out, in the checklist's order.
    pub fn requires_missing(&self, step: &'a Step) -> Vec<&'a Step> {
        self.missing(step.requires.iter().map(String::as_str), self.now.at)
    }

    /// The open steps that a step relies on, its stage's gate included.
    pub fn relies_on_open(&self, stage: &'a Stage, step: &'a Step) -> Vec<&'a Step> {
        let done = self.record(&step.id);
        let done = done.filter(|_| self.status(&step.id).satisfies());
        let when = done.map_or(self.now.at, |record| record.at);
        self.missing(self.definition.needs(stage, step), when)
    }

    /// The steps that are not done among these, as of a moment, and, where one is done, among what it relies on.
    ///
    /// Proof gets old for what is to be done now: what was done on it while it was fresh stands.
    fn missing(&self, ids: impl IntoIterator<Item = &'a str>, when: Timestamp) -> Vec<&'a Step> {
        let mut seen = BTreeSet::new();
        let mut found = BTreeSet::new();
        let mut stack: Vec<(&str, Timestamp)> = ids.into_iter().map(|id| (id, when)).collect();
        while let Some((id, when)) = stack.pop() {
            if !seen.insert((id, when)) {
                continue;
            }
            if !self.held(id, when) {
                found.insert(id);
            } else if let Some((stage, step)) = self.definition.step(id) {
                let when = self.record(id).map_or(when, |record| record.at.min(when));
                let needs = self.definition.needs(stage, step);
                stack.extend(needs.map(|need| (need, when)));
            }
        }
        self.in_order(&found)
    }

    /// Whether a step lets through what was done at a moment: as it is now, but for the age of its proof.
    fn held(&self, id: &str, when: Timestamp) -> bool {
        self.status(id).satisfies()
            || self.turn(id).is_some_and(|turn| {
                matches!(turn, Turn::Stale { since, fresh } if since
                    .checked_add(fresh.lasts)
                    .is_ok_and(|end| when < end))
            })
    }

    /// Every step that relies on one, directly or through others, in the checklist's order.
    pub fn relying_on(&self, id: &str) -> Vec<&'a Step> {
        let mut found = BTreeSet::from([id]);
        loop {
            let before = found.len();
            for stage in &self.definition.stages {
                for step in &stage.steps {
                    let mut needs = self.definition.needs(stage, step);
                    if needs.any(|need| found.contains(need)) {
                        found.insert(&step.id);
                    }
                }
            }
            if found.len() == before {
                break;
            }
        }
        found.remove(id);
        self.in_order(&found)
    }

    fn in_order(&self, ids: &BTreeSet<&str>) -> Vec<&'a Step> {
        self.definition
            .steps()
            .filter(|step| ids.contains(step.id.as_str()))
            .collect()
    }

    /// The steps that can be done now: those that are not begun first, since a clock starts when they are;
    /// among them the longest sourced waiting time, then what most others wait for.
    pub fn ready(&self) -> Vec<Ready<'a>> {
        let free = self.free();
        let mut ready: Vec<Ready<'a>> = free
            .map(|(stage, step, status)| Ready {
                stage,
                step,
                status,
                waiting: self.open_relying_on(&step.id),
            })
            .collect();
        ready.sort_by_key(|one| (rank(one.step, one.status), Reverse(one.waiting)));
        ready
    }

    /// Which steps need nothing more.
    pub fn settled(&self) -> Settled<'a> {
        Settled::of(self)
    }

    /// The step that [`Progress::ready`] begins with, found faster: what relies on a step is counted where it decides.
    pub fn first_ready(&self, settled: &Settled<'a>) -> Option<&'a Step> {
        let stages = self.definition.stages.iter();
        let steps = stages.flat_map(|stage| stage.steps.iter().map(move |step| (stage, step)));
        let free: Vec<_> = steps
            .filter(|(stage, step)| {
                let mut needs = self.definition.needs(stage, step);
                needs.all(|need| settled.has(need))
            })
            .map(|(_, step)| (step, self.status(&step.id)))
            .filter(|(_, status)| is_free(*status))
            .collect();
        let best = free
            .iter()
            .map(|(step, status)| rank(step, *status))
            .min()?;
        let alike = free
            .into_iter()
            .filter(|(step, status)| rank(step, *status) == best)
            .map(|(step, _)| step);
        match alike.collect::<Vec<_>>()[..] {
            [only] => Some(only),
            // The first of those that most wait for, as a stable sort has it.
            ref several => several
                .iter()
                .copied()
                .min_by_key(|step| Reverse(self.open_relying_on(&step.id))),
        }
    }

    /// The steps that can be done now, in the checklist's order.
    fn free(&self) -> impl Iterator<Item = (&'a Stage, &'a Step, Status)> {
        let stages = self.definition.stages.iter();
        let steps = stages.flat_map(|stage| stage.steps.iter().map(move |step| (stage, step)));
        steps.filter_map(|(stage, step)| {
            let status = self.status(&step.id);
            let ready = is_free(status) && self.relies_on_open(stage, step).is_empty();
            ready.then_some((stage, step, status))
        })
    }

    /// How many steps that are not done rely on one.
    fn open_relying_on(&self, id: &str) -> usize {
        let relying = self.relying_on(id);
        let open = relying
            .iter()
            .filter(|step| !self.status(&step.id).satisfies());
        open.count()
    }

    /// The steps of an environment that a new one of these opens again: begun or done, their proof is of the old one.
    pub fn opened_by(&self, artefacts: &[Artefact], environment: &str) -> Vec<(&'a Step, Status)> {
        let steps = self.definition.steps();
        steps
            .filter(|step| step.environment.as_deref() == Some(environment))
            .filter(|step| artefacts.iter().any(|it| step.about.contains(it)))
            .map(|step| (step, self.status(&step.id)))
            .filter(|(_, status)| *status != Status::Open)
            .collect()
    }

    /// The step of an id, and its stage.
    ///
    /// # Errors
    /// Where there is none, with the one that is most likely meant.
    pub fn find(&self, id: &str) -> Result<(&'a Stage, &'a Step)> {
        self.definition.step(id).ok_or_else(|| {
            let error = Error::input(format!(
                "`{id}` is no step of the checklist `{}`",
                self.definition.id
            ));
            match self.definition.nearest(id) {
                Some(meant) => error.hint(format!(
                    "Did you mean `{meant}`? `ptl checklist show` lists them all."
                )),
                None => error.hint("See the steps: `ptl checklist show`."),
            }
        })
    }
}

/// Whether a step of this status is one to be done, once what it relies on is.
fn is_free(status: Status) -> bool {
    matches!(status, Status::Open | Status::InProgress | Status::Failed)
}

/// What comes first among steps that can be done: not begun, then the longest sourced waiting time.
fn rank(step: &Step, status: Status) -> (bool, Reverse<u32>) {
    let days = step.wait.as_ref().map_or(0, |wait| wait.working_days);
    (status == Status::InProgress, Reverse(days))
}

#[cfg(test)]
mod tests;
