//! Stages and steps of a report: how far each is, what is next, and what is waited for.

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date};
use serde::Serialize;

use crate::checklist::{
    definition::Wait,
    view::{NextView, StageView, StepView, View},
};

/// The words for how far a step is, in the order of a summary. `ready` and `later` are open steps: the one can be
/// done now, the other relies on what is not done; `recheck` is done, but relies on what is open again.
pub(in crate::template) const STATES: [&str; 11] = [
    "done",
    "waived",
    "not-applicable",
    "recheck",
    "in-progress",
    "waiting",
    "blocked",
    "failed",
    "ready",
    "open",
    "later",
];

/// The states of which nobody has to do anything any more.
const SETTLED: [&str; 3] = ["done", "waived", "not-applicable"];

/// A phase.
#[derive(Clone, Debug, Serialize)]
pub struct Stage<'a> {
    /// Its short name.
    pub id: &'a str,
    /// What people call it.
    pub title: &'a str,
    /// Whether its steps can be worked on.
    pub open: bool,
    /// The steps that keep it shut.
    pub missing: &'a [&'a str],
    /// How many of its steps are settled.
    pub settled: usize,
    /// How many of its steps are how far.
    pub states: Vec<Count>,
    /// Its steps, in order.
    pub steps: Vec<Step<'a>>,
}

/// A step.
#[derive(Clone, Debug, Serialize)]
pub struct Step<'a> {
    /// Its short name.
    pub id: &'a str,
    /// What is so once it is done.
    pub title: &'a str,
    /// How far it is.
    pub state: &'static str,
    /// The environment that it is about.
    pub environment: Option<&'a str>,
    /// Who acts.
    pub owner: &'a str,
    /// The open steps that it relies on.
    pub missing: &'a [&'a str],
    /// Since when it is as far as it is.
    pub at: Option<Timestamp>,
    /// Who said so.
    pub by: Option<&'a str>,
    /// Why.
    pub reason: Option<&'a str>,
    /// The last day of its waiver.
    pub until: Option<Date>,
    /// Why what was recorded of it holds no longer, as a sentence; it is open then.
    pub turned: Option<&'a str>,
}

/// How many steps are how far.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Count {
    /// How far.
    pub state: &'static str,
    /// How many.
    pub steps: usize,
}

/// A usual waiting time.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Usual<'a> {
    /// As the source words it.
    pub text: &'a str,
    /// Who says so.
    pub source: &'a str,
}

/// A step that can be done now.
#[derive(Clone, Debug, Serialize)]
pub struct Next<'a> {
    /// Its short name.
    pub id: &'a str,
    /// What is so once it is done.
    pub title: &'a str,
    /// The title of its stage.
    pub stage: &'a str,
    /// How far it is.
    pub state: &'static str,
    /// Who acts.
    pub owner: &'a str,
    /// What speaks for doing it first.
    pub why: &'a str,
    /// Why what was recorded of it holds no longer, as a sentence.
    pub turned: Option<&'a str>,
    /// What proves it.
    pub wanted: &'a str,
    /// How long others usually take.
    pub usual: Option<Usual<'a>>,
}

/// A step that is begun, waited for, or stands still.
#[derive(Clone, Debug, Serialize)]
pub struct Pending<'a> {
    /// Its short name.
    pub id: &'a str,
    /// What is so once it is done.
    pub title: &'a str,
    /// How far it is.
    pub state: &'static str,
    /// Whom it waits for.
    pub on: &'a str,
    /// Since when.
    pub since: Option<Timestamp>,
    /// Who said so.
    pub by: Option<&'a str>,
    /// Why.
    pub reason: Option<&'a str>,
    /// The ticket or mail by which they know it.
    pub reference: Option<&'a str>,
    /// The day by which they want to have answered.
    pub due: Option<Date>,
    /// The open steps that it relies on.
    pub missing: &'a [&'a str],
    /// How long others usually take.
    pub usual: Option<Usual<'a>>,
}

impl<'a> Stage<'a> {
    pub(super) fn all(view: &'a View<'a>) -> Vec<Self> {
        view.stages.iter().map(Self::of).collect()
    }

    fn of(stage: &'a StageView<'a>) -> Self {
        let steps: Vec<Step<'a>> = stage.steps.iter().map(Step::of).collect();
        let settled = steps.iter().filter(|step| SETTLED.contains(&step.state));
        Self {
            id: stage.id,
            title: stage.title,
            open: stage.gate.open,
            missing: &stage.gate.missing,
            settled: settled.count(),
            states: counted(&steps),
            steps,
        }
    }
}

impl Count {
    /// The sum over all stages.
    pub(super) fn all(stages: &[Stage<'_>]) -> Vec<Self> {
        let mut sums: BTreeMap<usize, usize> = BTreeMap::new();
        for count in stages.iter().flat_map(|stage| &stage.states) {
            *sums.entry(rank(count.state)).or_default() += count.steps;
        }
        of_ranks(sums)
    }
}

fn counted(steps: &[Step<'_>]) -> Vec<Count> {
    let mut sums: BTreeMap<usize, usize> = BTreeMap::new();
    for step in steps {
        *sums.entry(rank(step.state)).or_default() += 1;
    }
    of_ranks(sums)
}

fn of_ranks(sums: BTreeMap<usize, usize>) -> Vec<Count> {
    let counts = sums.into_iter().map(|(rank, steps)| Count {
        state: STATES[rank],
        steps,
    });
    counts.collect()
}

fn rank(state: &str) -> usize {
    let known = STATES.iter().position(|known| *known == state);
    known.expect("`state` returns none but these")
}

impl<'a> Step<'a> {
    fn of(step: &'a StepView<'a>) -> Self {
        Self {
            id: step.id,
            title: step.title,
            state: state(step),
            environment: step.environment,
            owner: step.owner,
            missing: &step.missing,
            at: step.at,
            by: step.by,
            reason: step.reason,
            until: step.until,
            turned: step.turned.as_deref(),
        }
    }
}

/// How far a step is, as one of [`STATES`].
pub(super) fn state(step: &StepView<'_>) -> &'static str {
    let word = match step.state.word() {
        "done" if step.is_recheck() => "recheck",
        "open" if step.ready => "ready",
        "open" => "later",
        word => word,
    };
    let known = STATES.into_iter().find(|known| *known == word);
    known.unwrap_or("open")
}

impl<'a> Next<'a> {
    pub(super) fn all(view: &'a View<'a>) -> Vec<Self> {
        let next = view.next.iter();
        next.filter_map(|next| Some(Self::of(next, view.step(next.id)?.1)))
            .collect()
    }

    fn of(next: &'a NextView<'a>, step: &'a StepView<'a>) -> Self {
        Self {
            id: next.id,
            title: next.title,
            stage: next.stage,
            state: state(step),
            owner: next.owner,
            why: &next.why,
            turned: step.turned.as_deref(),
            wanted: step.evidence_wanted,
            usual: next.wait.map(Usual::of),
        }
    }
}

impl<'a> Usual<'a> {
    fn of(wait: &'a Wait) -> Self {
        Self {
            text: &wait.text,
            source: &wait.source,
        }
    }
}

impl<'a> Pending<'a> {
    /// In the order of the checklist.
    pub(super) fn all(view: &'a View<'a>) -> Vec<Self> {
        let steps = view.stages.iter().flat_map(|stage| &stage.steps);
        steps
            .filter(|step| {
                let state = state(step);
                !SETTLED.contains(&state) && !["ready", "later", "open"].contains(&state)
            })
            .map(Self::of)
            .collect()
    }

    fn of(step: &'a StepView<'a>) -> Self {
        Self {
            id: step.id,
            title: step.title,
            state: state(step),
            on: step.on.unwrap_or(step.owner),
            since: step.at,
            by: step.by,
            reason: step.reason,
            reference: step.reference,
            due: step.due,
            missing: &step.missing,
            usual: step.wait.map(Usual::of),
        }
    }
}
