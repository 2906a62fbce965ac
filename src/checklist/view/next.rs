//! What can be done now, who is waited for, and how much waiting lies ahead.

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::Serialize;

use crate::checklist::{
    definition::{Step, Wait},
    rules::{Ahead, Progress, Ready, Turn},
    state::Status,
};

/// A step that can be done now, and why first.
#[derive(Clone, Debug, Serialize)]
pub struct NextView<'a> {
    /// The step.
    pub id: &'a str,
    /// What is so once it is done.
    pub title: &'a str,
    /// The title of its stage.
    pub stage: &'a str,
    /// Open, in progress or failed.
    pub state: Status,
    /// Who acts.
    pub owner: &'a str,
    /// How long others usually take.
    pub wait: Option<&'a Wait>,
    /// How many steps wait for it, directly or through others.
    pub waiting: usize,
    /// What speaks for doing it first, in a sentence.
    pub why: String,
}

/// Somebody who is waited for, and by which steps.
#[derive(Clone, Debug, Serialize)]
pub struct AwaitedView<'a> {
    /// Whom.
    pub on: &'a str,
    /// The steps, those whose day is over first, then the longest waiting.
    pub steps: Vec<AwaitedStep<'a>>,
}

/// A step that somebody else has.
#[derive(Clone, Debug, Serialize)]
pub struct AwaitedStep<'a> {
    /// The step.
    pub id: &'a str,
    /// What is so once it is done.
    pub title: &'a str,
    /// Since when they are waited for.
    pub since: Timestamp,
    /// Who wrote that down.
    pub by: &'a str,
    /// The ticket or mail by which they know it.
    pub reference: Option<&'a str>,
    /// The day by which they want to have answered.
    pub due: Option<Date>,
    /// Whether that day is over.
    pub overdue: bool,
}

/// The longest chain of waiting that sources have figures for.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct AheadView<'a> {
    /// The figures, added up.
    pub working_days: u32,
    /// The steps that have one, in the order in which they come.
    pub steps: Vec<AheadStep<'a>>,
}

/// A step that usually takes others some time.
#[derive(Clone, Debug, Serialize)]
pub struct AheadStep<'a> {
    /// The step.
    pub id: &'a str,
    /// How long, and who says so.
    pub wait: &'a Wait,
}

impl<'a> NextView<'a> {
    pub(super) fn all(progress: &Progress<'a>) -> Vec<Self> {
        let ready = progress.ready();
        let view = |ready: &Ready<'a>| Self::of(ready, progress.turn(&ready.step.id));
        ready.iter().map(view).collect()
    }

    fn of(ready: &Ready<'a>, turn: Option<Turn>) -> Self {
        let step = ready.step;
        Self {
            id: &step.id,
            title: &step.title,
            stage: &ready.stage.title,
            state: ready.status,
            owner: &step.owner,
            wait: step.wait.as_ref(),
            waiting: ready.waiting,
            why: why(ready, turn),
        }
    }
}

fn why(ready: &Ready<'_>, turn: Option<Turn>) -> String {
    let waiting = match ready.waiting {
        0 => "no other step waits for it".to_owned(),
        1 => "1 step waits for it".to_owned(),
        many => format!("{many} steps wait for it"),
    };
    let why = match &ready.step.wait {
        Some(wait) => format!("it usually takes {}, and {waiting}", wait.text),
        None => waiting,
    };
    match turn {
        // Who knew it as done must see why it is not.
        Some(turn) => format!("{why}. Open again: {turn}"),
        None => why,
    }
}

/// Everybody who is waited for: who is late first, then who is waited for longest.
pub(super) fn awaited<'a>(progress: &Progress<'a>) -> Vec<AwaitedView<'a>> {
    let mut groups: Vec<AwaitedView<'a>> = Vec::new();
    for step in progress.definition.steps() {
        let Some((on, step)) = awaited_step(progress, step) else {
            continue;
        };
        match groups.iter_mut().find(|group| group.on == on) {
            Some(group) => group.steps.push(step),
            None => groups.push(AwaitedView {
                on,
                steps: vec![step],
            }),
        }
    }
    let urgency = |step: &AwaitedStep<'_>| (!step.overdue, step.since);
    for group in &mut groups {
        group.steps.sort_by_key(urgency);
    }
    groups.sort_by_key(|group| group.steps.first().map(urgency));
    groups
}

fn awaited_step<'a>(progress: &Progress<'a>, step: &'a Step) -> Option<(&'a str, AwaitedStep<'a>)> {
    let record = progress.record(&step.id)?;
    let is_waiting = progress.status(&step.id) == Status::Waiting;
    let on = record.particulars.on.as_deref().filter(|_| is_waiting)?;
    let today = progress.now.at.to_zoned(TimeZone::UTC).date();
    let due = record.particulars.due;
    let step = AwaitedStep {
        id: &step.id,
        title: &step.title,
        since: record.at,
        by: &record.by,
        reference: record.particulars.reference.as_deref(),
        due,
        overdue: due.is_some_and(|due| due < today),
    };
    Some((on, step))
}

impl<'a> AheadView<'a> {
    pub(super) fn of(ahead: &Ahead<'a>) -> Self {
        let steps = ahead.steps.iter();
        let steps = steps.filter_map(|step| {
            let wait = step.wait.as_ref()?;
            Some(AheadStep { id: &step.id, wait })
        });
        Self {
            working_days: ahead.working_days,
            steps: steps.collect(),
        }
    }
}
