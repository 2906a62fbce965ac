//! The rules, on small checklists made by hand and on the shipped ones.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod gates;
mod states;

use std::sync::LazyLock;

use super::*;
use crate::{
    check::Verdict,
    checklist::{definition, history::replay::replay, state::Proof, view::View},
    error::Kind,
};

fn provider() -> Definition {
    definition::find("booking-provider").unwrap().unwrap()
}

fn empty(definition: &Definition) -> State {
    State::new(&definition.id)
}

/// The moment at which everything is looked at; nothing is known of any artefact.
fn now() -> &'static Now {
    static NOW: LazyLock<Now> = LazyLock::new(|| Now::at(actor().at));
    &NOW
}

fn progress<'a>(definition: &'a Definition, state: &'a State) -> Progress<'a> {
    Progress {
        definition,
        state,
        now: now(),
    }
}

fn actor() -> Actor {
    Actor {
        by: "anna".to_owned(),
        at: "2026-11-22T17:00:00Z".parse().unwrap(),
    }
}

fn text(words: &str) -> Action {
    Action::Done(vec![Proof::Text(words.to_owned())])
}

/// Does an action, and panics where it is refused.
#[track_caller]
fn act(definition: &Definition, state: &mut State, id: &str, action: Action) {
    let actor = actor();
    let deed = progress(definition, state)
        .act(id, action, &actor)
        .unwrap_or_else(|error| panic!("{id}: {error}"));
    state.history.add(deed, &actor.by, actor.at);
    state.records = replay(&state.history);
}

#[track_caller]
fn refusal(definition: &Definition, state: &State, id: &str, action: Action) -> Error {
    progress(definition, state)
        .act(id, action, &actor())
        .unwrap_err()
}

/// Does every step up to one, that one left out, in the checklist's order.
fn done_before(definition: &Definition, id: &str) -> State {
    let mut state = empty(definition);
    for step in definition.steps().take_while(|step| step.id != id) {
        act(definition, &mut state, &step.id, text("proof"));
    }
    state
}

fn ids(steps: &[&Step]) -> Vec<String> {
    steps.iter().map(|step| step.id.clone()).collect()
}

#[test]
fn every_shipped_checklist_can_be_done_in_its_order() {
    for (id, _) in definition::SHIPPED {
        let definition = definition::find(id).unwrap().unwrap();
        let state = done_before(&definition, "");
        let progress = progress(&definition, &state);
        assert!(progress.ready().is_empty());
        let view = View::of(&progress);
        assert_eq!(view.summary.done, view.summary.steps);
        assert!(view.stages.iter().all(|stage| stage.gate.open));
    }
}

#[test]
fn a_step_is_never_done_without_evidence() {
    let definition = provider();
    let state = empty(&definition);
    for proofs in [
        Vec::new(),
        vec![Proof::Text("  ".to_owned())],
        vec![Proof::Text("mail 1".to_owned()), Proof::Text(String::new())],
    ] {
        let error = refusal(&definition, &state, "plan.ods", Action::Done(proofs));
        assert_eq!(error.kind(), Kind::Input);
        assert!(
            error
                .to_string()
                .contains("without evidence; wanted: the code")
        );
        assert!(error.next_action().unwrap().contains("--evidence"));
    }
}

#[test]
fn a_reason_is_never_blank() {
    let definition = provider();
    let mut state = empty(&definition);
    let error = refusal(
        &definition,
        &state,
        "plan.ods",
        Action::Block("  ".to_owned()),
    );
    assert_eq!(error.kind(), Kind::Input);
    act(&definition, &mut state, "plan.ods", text("A12345"));
    let error = refusal(
        &definition,
        &state,
        "plan.ods",
        Action::Reopen(String::new()),
    );
    assert_eq!(error.kind(), Kind::Input);
    assert!(error.next_action().unwrap().contains("--reason"));
}

#[test]
fn who_and_when_are_written_down_with_everything() {
    let definition = provider();
    let mut state = empty(&definition);
    act(&definition, &mut state, "plan.ods", text("A12345"));
    let record = &state.records["plan.ods"];
    assert_eq!(record.status, Status::Done);
    assert_eq!(record.by, "anna");
    assert_eq!(record.at.to_string(), "2026-11-22T17:00:00Z");
    assert_eq!(record.evidence[0].by, "anna");
    assert_eq!(record.evidence[0].at, record.at);
}

#[test]
fn what_is_done_is_not_done_started_or_blocked_again() {
    let definition = provider();
    let mut state = empty(&definition);
    act(&definition, &mut state, "plan.ods", text("A12345"));
    for action in [text("again"), Action::Start, Action::Block("no".to_owned())] {
        let error = refusal(&definition, &state, "plan.ods", action);
        assert_eq!(error.kind(), Kind::Input);
        assert!(
            error
                .to_string()
                .contains("done already (since 2026-11-22T17:00:00Z, by anna)")
        );
        assert!(error.next_action().unwrap().contains("reopen plan.ods"));
    }
}

#[test]
fn what_is_in_progress_is_not_started_again() {
    let definition = provider();
    let mut state = empty(&definition);
    act(&definition, &mut state, "plan.ods", Action::Start);
    let error = refusal(&definition, &state, "plan.ods", Action::Start);
    assert!(error.to_string().contains("in progress already"));
    act(&definition, &mut state, "plan.ods", text("A12345"));
}

#[test]
fn what_is_blocked_can_be_started_done_blocked_anew_and_opened() {
    let definition = provider();
    let mut blocked = empty(&definition);
    act(
        &definition,
        &mut blocked,
        "plan.ods",
        Action::Block("no answer".to_owned()),
    );
    assert_eq!(
        blocked.records["plan.ods"].particulars.reason.as_deref(),
        Some("no answer")
    );
    for (action, status) in [
        (Action::Start, Status::InProgress),
        (text("A12345"), Status::Done),
        (Action::Block("still none".to_owned()), Status::Blocked),
        (Action::Reopen("answered".to_owned()), Status::Open),
    ] {
        let mut state = blocked.clone();
        act(&definition, &mut state, "plan.ods", action);
        assert_eq!(state.records["plan.ods"].status, status);
    }
}

#[test]
fn what_is_open_is_not_opened() {
    let definition = provider();
    let error = refusal(
        &definition,
        &empty(&definition),
        "plan.ods",
        Action::Reopen("why not".to_owned()),
    );
    assert_eq!(error.kind(), Kind::Input);
    assert!(error.to_string().contains("open already"));
}

#[test]
fn a_reason_ends_with_its_state_and_evidence_stays_for_ever() {
    let definition = provider();
    let mut state = empty(&definition);
    act(&definition, &mut state, "plan.ods", text("first"));
    act(
        &definition,
        &mut state,
        "plan.ods",
        Action::Reopen("it was another's".to_owned()),
    );
    let opened = &state.records["plan.ods"];
    assert_eq!(
        opened.particulars.reason.as_deref(),
        Some("it was another's")
    );
    assert_eq!(opened.evidence.len(), 1);
    act(&definition, &mut state, "plan.ods", text("second"));
    let done = &state.records["plan.ods"];
    assert_eq!(done.particulars.reason, None);
    let words: Vec<_> = done.evidence.iter().map(|one| &one.proof).collect();
    assert_eq!(
        words,
        [
            &Proof::Text("first".to_owned()),
            &Proof::Text("second".to_owned())
        ]
    );
}

#[test]
fn the_longest_sourced_wait_comes_first_then_what_most_wait_for() {
    let definition = provider();
    let mut state = done_before(&definition, "int.endpoint");
    act(
        &definition,
        &mut state,
        "build.done",
        Action::Reopen("x".to_owned()),
    );
    let progress = progress(&definition, &state);
    let ready: Vec<_> = progress
        .ready()
        .iter()
        .map(|ready| (ready.step.id.as_str(), ready.waiting))
        .collect();
    assert_eq!(ready[0].0, "int.endpoint", "5 working days");
    let rest: Vec<usize> = ready[1..].iter().map(|(_, waiting)| *waiting).collect();
    assert!(rest.is_sorted_by(|a, b| a >= b), "{ready:?}");
    assert!(ready.iter().any(|(id, _)| *id == "int.fw-out"));
    assert!(!ready.iter().any(|(id, _)| *id == "int.cert"));
    let view = View::of(&progress);
    assert!(
        view.next[0].why.contains("it usually takes 5 working days"),
        "{}",
        view.next[0].why
    );
}

#[test]
fn blocked_steps_are_not_next_and_begun_ones_come_last() {
    let definition = provider();
    let mut state = empty(&definition);
    act(
        &definition,
        &mut state,
        "plan.ods",
        Action::Block("no answer".to_owned()),
    );
    act(&definition, &mut state, "plan.usecase", Action::Start);
    let progress = progress(&definition, &state);
    let ready: Vec<_> = progress.ready().iter().map(|r| r.step.id.clone()).collect();
    assert!(!ready.contains(&"plan.ods".to_owned()));
    assert_eq!(ready.last().map(String::as_str), Some("plan.usecase"));
}

#[test]
fn an_unknown_step_is_named_with_the_one_that_is_meant() {
    let definition = provider();
    let error = refusal(&definition, &empty(&definition), "int.crs", Action::Start);
    assert_eq!(error.kind(), Kind::Input);
    assert!(
        error.next_action().unwrap().contains("`int.csr`"),
        "{error:?}"
    );
}

#[test]
fn a_cycle_in_a_checklist_ends_no_run() {
    let mut definition = provider();
    let first = &mut definition.stages[0].steps[0];
    first.requires.push("bl.bau".to_owned());
    let state = empty(&definition);
    let error = refusal(&definition, &state, "bl.bau", text("x"));
    assert_eq!(error.kind(), Kind::Unmet);
    let progress = progress(&definition, &state);
    assert!(progress.relying_on("plan.ods").len() > 40);
}

#[test]
fn the_waiting_ahead_is_the_longest_chain_of_sourced_figures_and_what_waits_already_counts_no_more()
{
    let definition = provider();
    let ahead = |state: &State| {
        let ahead = progress(&definition, state).ahead()?;
        let steps = ahead.steps.iter().map(|step| step.id.clone());
        Some((ahead.working_days, steps.collect::<Vec<_>>().join(" ")))
    };
    let mut state = empty(&definition);
    let all = "int.endpoint int.ssp as.scal as.tcc";
    assert_eq!(ahead(&state), Some((33, all.to_owned())));
    act(&definition, &mut state, "plan.ods", text("A12345"));
    assert_eq!(ahead(&state), Some((33, all.to_owned())));
    let mut state = done_before(&definition, "int.endpoint");
    let wait = Action::Wait {
        on: "the desk".to_owned(),
        reference: None,
        due: None,
    };
    act(&definition, &mut state, "int.endpoint", wait);
    assert_eq!(
        ahead(&state),
        Some((28, "int.ssp as.scal as.tcc".to_owned()))
    );
    let state = done_before(&definition, "as.ca");
    assert_eq!(ahead(&state), None);
}
