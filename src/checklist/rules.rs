//! What the state of a checklist allows: gates, requirements, transitions, and what comes next.
//!
//! Pure: no clock, no I/O, no environment variables. A done step that relies on one which is open
//! again proves nothing until that one is done: gates look all the way down.

use std::{cmp::Reverse, collections::BTreeSet};

use jiff::Timestamp;

use super::{
    definition::{Artefact, Definition, Stage, Step},
    state::{Evidence, Proof, Record, State, Status},
};
use crate::error::{Error, Result};

/// A checklist and what happened to it.
#[derive(Clone, Copy, Debug)]
pub struct Progress<'a> {
    /// The steps.
    pub definition: &'a Definition,
    /// What happened to them.
    pub state: &'a State,
}

/// What somebody wants to do to a step.
#[derive(Clone, Debug)]
pub enum Action {
    /// Work on it has begun.
    Start,
    /// It is proven by this.
    Done(Vec<Proof>),
    /// This stands in its way.
    Block(String),
    /// It is open again, for this reason.
    Reopen(String),
}

/// Who acts, and when.
#[derive(Clone, Debug)]
pub struct Actor {
    /// The name that is written down.
    pub by: String,
    /// The time that is written down.
    pub at: Timestamp,
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
    /// How far a step is.
    pub fn status(&self, id: &str) -> Status {
        self.record(id).map_or(Status::Open, |record| record.status)
    }

    /// What happened to a step last.
    pub fn record(&self, id: &str) -> Option<&'a Record> {
        self.state.records.get(id)
    }

    /// What keeps a stage shut: the steps at the root of it, in the checklist's order.
    pub fn gate_missing(&self, stage: &'a Stage) -> Vec<&'a Step> {
        self.missing(stage.gate.iter().map(String::as_str))
    }

    /// What a step lacks before it can be done, its stage's gate left out, in the checklist's order.
    pub fn requires_missing(&self, step: &'a Step) -> Vec<&'a Step> {
        self.missing(step.requires.iter().map(String::as_str))
    }

    /// The open steps that a step relies on, its stage's gate included.
    pub fn relies_on_open(&self, stage: &'a Stage, step: &'a Step) -> Vec<&'a Step> {
        self.missing(self.definition.needs(stage, step))
    }

    /// The steps that are not done among these and, where one is done, among what it relies on.
    fn missing(&self, ids: impl IntoIterator<Item = &'a str>) -> Vec<&'a Step> {
        let mut seen = BTreeSet::new();
        let mut found = BTreeSet::new();
        let mut stack: Vec<&str> = ids.into_iter().collect();
        while let Some(id) = stack.pop() {
            if !seen.insert(id) {
                continue;
            }
            if self.status(id) != Status::Done {
                found.insert(id);
            } else if let Some((stage, step)) = self.definition.step(id) {
                stack.extend(self.definition.needs(stage, step));
            }
        }
        self.in_order(&found)
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
        let mut ready: Vec<Ready<'a>> = Vec::new();
        for stage in &self.definition.stages {
            for step in &stage.steps {
                let status = self.status(&step.id);
                let free = matches!(status, Status::Open | Status::InProgress);
                if free && self.relies_on_open(stage, step).is_empty() {
                    let relying = self.relying_on(&step.id);
                    let open = |step: &&&Step| self.status(&step.id) != Status::Done;
                    ready.push(Ready {
                        stage,
                        step,
                        status,
                        waiting: relying.iter().filter(open).count(),
                    });
                }
            }
        }
        let days = |step: &Step| step.wait.as_ref().map_or(0, |wait| wait.working_days);
        ready.sort_by_key(|one| {
            let begun = one.status == Status::InProgress;
            (begun, Reverse(days(one.step)), Reverse(one.waiting))
        });
        ready
    }

    /// The steps of an environment whose proof is about any of these, and how far each is.
    pub fn about(&self, artefacts: &[Artefact], environment: &str) -> Vec<(&'a Step, Status)> {
        let steps = self.definition.steps();
        steps
            .filter(|step| step.environment.as_deref() == Some(environment))
            .filter(|step| artefacts.iter().any(|it| step.about.contains(it)))
            .map(|step| (step, self.status(&step.id)))
            .collect()
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

    /// What is to be written down for a step.
    ///
    /// # Errors
    /// Exit 1 where the gate is shut or a required step is open; exit 2 where the action makes no sense.
    pub fn act(&self, id: &str, action: Action, actor: Actor) -> Result<Record> {
        let (stage, step) = self.find(id)?;
        let before = self.status(id);
        match &action {
            Action::Start => {
                self.may_not_repeat(step, before, Status::InProgress)?;
                self.gate_is_open(stage, step)?;
            }
            Action::Done(proofs) => {
                self.may_not_repeat(step, before, Status::Done)?;
                self.gate_is_open(stage, step)?;
                self.requirements_are_done(step)?;
                has_evidence(step, proofs)?;
            }
            Action::Block(reason) => {
                self.may_not_repeat(step, before, Status::Blocked)?;
                self.gate_is_open(stage, step)?;
                has_reason("block", step, reason)?;
            }
            Action::Reopen(reason) => {
                if before == Status::Open {
                    return Err(Error::input(format!("`{id}` is open already"))
                        .hint(format!("See what it wants: `ptl checklist show {id}`.")));
                }
                has_reason("reopen", step, reason)?;
            }
        }
        Ok(self.record_of(step, action, actor))
    }

    fn record_of(&self, step: &Step, action: Action, actor: Actor) -> Record {
        let mut evidence = self
            .record(&step.id)
            .map_or_else(Vec::new, |record| record.evidence.clone());
        let Actor { by, at } = actor;
        let (status, reason) = match action {
            Action::Start => (Status::InProgress, None),
            Action::Done(proofs) => {
                evidence.extend(proofs.into_iter().map(|proof| Evidence {
                    proof,
                    at,
                    by: by.clone(),
                }));
                (Status::Done, None)
            }
            Action::Block(reason) => (Status::Blocked, Some(reason)),
            Action::Reopen(reason) => (Status::Open, Some(reason)),
        };
        Record {
            status,
            at,
            by,
            reason,
            evidence,
        }
    }

    /// A done step changes by `reopen` alone; nothing is written down twice.
    fn may_not_repeat(&self, step: &Step, before: Status, wanted: Status) -> Result<()> {
        let id = &step.id;
        let Some(record) = self.record(id) else {
            return Ok(());
        };
        let since = format!("since {}, by {}", record.at, record.by);
        match before {
            Status::Done => Err(
                Error::input(format!("`{id}` is done already ({since})")).hint(format!(
                    "To prove it again, open it first: `ptl checklist reopen {id} --reason \"...\"`."
                )),
            ),
            Status::InProgress if wanted == Status::InProgress => Err(Error::input(format!(
                "`{id}` is in progress already ({since})"
            ))
            .hint(format!(
                "When it is proven: `ptl checklist done {id} --evidence \"...\"`."
            ))),
            _ => Ok(()),
        }
    }

    fn gate_is_open(&self, stage: &'a Stage, step: &Step) -> Result<()> {
        let missing = self.gate_missing(stage);
        if missing.is_empty() {
            return Ok(());
        }
        Err(Error::unmet(format!(
            "the stage `{}` is shut, so `{}` must wait: {} to be done first",
            stage.title,
            step.id,
            are(&missing)
        ))
        .details(missing.iter().map(|step| line(step)))
        .hint(self.way_in(&missing)))
    }

    fn requirements_are_done(&self, step: &'a Step) -> Result<()> {
        let missing = self.requires_missing(step);
        if missing.is_empty() {
            return Ok(());
        }
        Err(Error::unmet(format!(
            "`{}` relies on what is not done: {} to be done first",
            step.id,
            are(&missing)
        ))
        .details(missing.iter().map(|step| line(step)))
        .hint(self.way_in(&missing)))
    }

    /// The command that brings the first of these nearer: it, or what must be done before it.
    fn way_in(&self, missing: &[&'a Step]) -> String {
        let mut first = missing.first().copied();
        // A shipped checklist has no cycle; the bound keeps any other from looping.
        for _ in 0..self.definition.steps().count() {
            let Some((stage, step)) = first.and_then(|step| self.definition.step(&step.id)) else {
                break;
            };
            match self.relies_on_open(stage, step).first() {
                Some(deeper) => first = Some(deeper),
                None => break,
            }
        }
        let Some(step) = first else {
            return "See what comes first: `ptl checklist next`.".to_owned();
        };
        format!(
            "Begin with `ptl checklist done {} --evidence \"...\"` (wanted: {}); the whole order: `ptl checklist next`.",
            step.id, step.evidence
        )
    }
}

fn are(missing: &[&Step]) -> String {
    match missing {
        [one] => format!("`{}` has", one.id),
        [head @ .., last] if head.len() < 3 => {
            let ids: Vec<String> = head.iter().map(|step| format!("`{}`", step.id)).collect();
            format!("{} and `{}` have", ids.join(", "), last.id)
        }
        many => format!("{} steps have", many.len()),
    }
}

fn line(step: &Step) -> String {
    format!("{}: {}", step.id, step.title)
}

fn has_evidence(step: &Step, proofs: &[Proof]) -> Result<()> {
    let blank = |proof: &Proof| matches!(proof, Proof::Text(text) if text.trim().is_empty());
    if !proofs.is_empty() && !proofs.iter().any(blank) {
        return Ok(());
    }
    Err(Error::input(format!(
        "`{}` cannot be done without evidence; wanted: {}",
        step.id, step.evidence
    ))
    .hint(format!(
        "Give a reference or a file: `ptl checklist done {} --evidence \"...\"`.",
        step.id
    )))
}

fn has_reason(command: &str, step: &Step, reason: &str) -> Result<()> {
    if !reason.trim().is_empty() {
        return Ok(());
    }
    Err(
        Error::input(format!("`{}` needs a reason for {command}", step.id)).hint(format!(
            "Say why: `ptl checklist {command} {} --reason \"...\"`.",
            step.id
        )),
    )
}

#[cfg(test)]
mod tests;
