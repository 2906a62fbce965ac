//! The time line of a report: what was recorded of which step, when and by whom.

use jiff::Timestamp;
use serde::Serialize;

use crate::checklist::view::{StageView, StepView, View};

/// Something that was recorded.
#[derive(Clone, Debug, Serialize)]
pub struct Event<'a> {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: &'a str,
    /// The stage of the step.
    pub stage: &'a str,
    /// The step.
    pub step: &'a str,
    /// What is so once it is done.
    pub title: &'a str,
    /// What happened to it: `done`, `start`, `block`, `reopen`.
    pub act: &'static str,
    /// What was given: the reason, or the evidence, one entry each.
    pub said: Vec<&'a str>,
}

/// What the steps' records say, oldest first; at one time in the order of the checklist.
pub(super) fn all<'a>(view: &'a View<'a>) -> Vec<Event<'a>> {
    let mut events = Vec::new();
    for stage in &view.stages {
        for step in &stage.steps {
            events.extend(of_step(stage, step));
        }
    }
    events.sort_by_key(|event| event.at);
    events
}

fn of_step<'a>(stage: &'a StageView<'a>, step: &'a StepView<'a>) -> Vec<Event<'a>> {
    let event = |at, by, act, said| Event {
        at,
        by,
        stage: stage.id,
        step: step.id,
        title: step.title,
        act,
        said,
    };
    let mut events: Vec<Event<'a>> = Vec::new();
    for given in &step.evidence {
        let said = given.text.or(given.file).unwrap_or_default();
        match events.last_mut().filter(|last| last.at == given.at) {
            Some(last) => last.said.push(said),
            None => events.push(event(given.at, given.by, "done", vec![said])),
        }
    }
    let told = events.last().is_some_and(|last| Some(last.at) == step.at);
    if let (Some(at), Some(by), false) = (step.at, step.by, told) {
        let said = step.reason.into_iter().collect();
        events.push(event(at, by, act(step.state.word()), said));
    }
    events
}

/// The act that brought a step into a state.
fn act(state: &str) -> &'static str {
    match state {
        "done" => "done",
        "in-progress" => "start",
        "blocked" => "block",
        _ => "reopen",
    }
}
