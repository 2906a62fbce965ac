//! The time line of a report: what was done, when and by whom.

use jiff::Timestamp;
use serde::Serialize;

use crate::checklist::{
    book::Book,
    history::{Act, Entry},
    state::{Evidence, Proof},
    view::{StageView, StepView, View},
};

/// Something that was done.
#[derive(Clone, Debug, Serialize)]
pub struct Event<'a> {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: &'a str,
    /// The stage of the step; nothing where histories were joined.
    pub stage: Option<&'a str>,
    /// The step; nothing where histories were joined.
    pub step: Option<&'a str>,
    /// Which kind of thing was done: `done`, `wait`, `reopen`.
    pub act: &'static str,
    /// The state that it set; nothing where it set none.
    pub state: Option<&'static str>,
    /// What was given: reasons, references, evidence, one entry each.
    pub said: Vec<&'a str>,
}

/// Everything that was done, in the order of the history; of a file without one, what its records say, oldest first.
pub(super) fn all<'a>(book: &'a Book, view: &'a View<'a>) -> Vec<Event<'a>> {
    if book.state.is_old {
        return of_records(view);
    }
    let entries = book.state.history.events.iter();
    entries.map(|entry| of_entry(book, entry)).collect()
}

fn of_entry<'a>(book: &'a Book, entry: &'a Entry) -> Event<'a> {
    let event = &entry.event;
    let deed = &event.deed;
    let step = deed.step.as_deref();
    let stage = step.and_then(|step| book.definition.step(step));
    let particulars = &deed.particulars;
    let words = [
        &particulars.on,
        &particulars.reference,
        &particulars.reason,
        &deed.why,
    ];
    let words = words.into_iter().filter_map(Option::as_deref);
    Event {
        at: event.at,
        by: &event.by,
        stage: stage.map(|(stage, _)| stage.id.as_str()),
        step,
        act: deed.act.word(),
        state: deed.status().map(|status| status.word()),
        said: words.chain(deed.evidence.iter().map(given)).collect(),
    }
}

fn given(evidence: &Evidence) -> &str {
    match &evidence.proof {
        Proof::Text(text) => text,
        Proof::File(file) => &file.name,
    }
}

/// A record says what was done last, and each piece of evidence when it was given.
fn of_records<'a>(view: &'a View<'a>) -> Vec<Event<'a>> {
    let mut events: Vec<Event<'a>> = Vec::new();
    for stage in &view.stages {
        for step in &stage.steps {
            events.extend(of_record(stage, step));
        }
    }
    events.sort_by_key(|event| event.at);
    events
}

fn of_record<'a>(stage: &'a StageView<'a>, step: &'a StepView<'a>) -> Vec<Event<'a>> {
    let event = |at, by, state, said| Event {
        at,
        by,
        stage: Some(stage.id),
        step: Some(step.id),
        act: Act::Import.word(),
        state: Some(state),
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
    let is_told = events.last().is_some_and(|last| Some(last.at) == step.at);
    if let (Some(at), Some(by), false) = (step.at, step.by, is_told) {
        let said = step.reason.into_iter().collect();
        events.push(event(at, by, step.state.word(), said));
    }
    events
}
