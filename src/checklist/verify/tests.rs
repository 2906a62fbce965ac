//! What a verdict does to a step in each state.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use super::*;
use crate::{
    check::{Block, Layer, Severity},
    checklist::{
        definition::{self, Definition},
        history::replay::replay,
        now::Now,
        rules::Action,
        state::State,
    },
};

fn actor() -> Actor {
    Actor {
        by: "anna".to_owned(),
        at: "2026-11-22T17:00:00Z".parse().unwrap(),
    }
}

fn finding(id: &'static str, outcome: Mark, layer: Layer) -> Finding {
    Finding {
        id: CheckId(id),
        title: "it is so",
        severity: Severity::Error,
        layer,
        subject: "a host".to_owned(),
        outcome,
        cause: None,
        evidence: Vec::new(),
        reason: "It was\nseen.".to_owned(),
        hint: None,
        source: "a page",
        blocked_by: None,
    }
}

/// A checklist in which everything before a step is done, and the step has come so far.
fn at(id: &str, actions: &[Action]) -> (Definition, State) {
    let definition = definition::find("booking-provider").unwrap().unwrap();
    let mut state = State::new(&definition.id);
    let done = Action::Done(vec![Proof::Text("proof".to_owned())]);
    let before = definition.steps().take_while(|step| step.id != id);
    let before = before.map(|step| (step.id.as_str(), &done));
    for (step, action) in before.chain(actions.iter().map(|action| (id, action))) {
        let now = Now::at(actor().at);
        let progress = Progress {
            definition: &definition,
            state: &state,
            now: &now,
        };
        let deed = progress.act(step, action.clone(), &actor()).unwrap();
        add(&mut state, deed);
    }
    (definition, state)
}

fn add(state: &mut State, deed: Deed) {
    state.history.add(deed, "anna", actor().at);
    state.records = replay(&state.history);
}

/// Writes a verdict down, and says how far the step is then.
fn after(definition: &Definition, state: &mut State, id: &str, outcome: Mark) -> Status {
    let now = Now::at(actor().at);
    let progress = Progress {
        definition,
        state,
        now: &now,
    };
    let (_, step) = progress.find(id).unwrap();
    let check = match step.checks[0].as_str() {
        "CSR-*" => "CSR-001",
        _ => "CHAIN-001",
    };
    let findings = [finding(check, outcome, Layer::Chain)];
    let report = report(step, "int", actor().at, &findings, false);
    let file = File {
        name: "r.json".to_owned(),
        sha256: "00".repeat(32),
        size: 1,
        report: None,
        copy: None,
    };
    let deed = deed(&progress, id, &report, file, &actor()).unwrap();
    add(state, deed);
    let progress = Progress {
        definition,
        state,
        now: &now,
    };
    progress.status(id)
}

fn fail() -> Action {
    Action::Fail("they said no".to_owned())
}

fn waive() -> Action {
    Action::Waive {
        reason: "later".to_owned(),
        until: "2026-12-01".parse().unwrap(),
    }
}

fn done() -> Action {
    Action::Done(vec![Proof::Text("proof".to_owned())])
}

#[test]
fn checks_alone_make_a_step_done_only_where_they_prove_it_alone() {
    let (definition, mut state) = at("int.csr", &[]);
    let of_checks = after(&definition, &mut state, "int.csr", Mark::Pass);
    assert_eq!(of_checks, Status::Done);
    let (definition, mut state) = at("int.cert", &[]);
    let of_a_person = after(&definition, &mut state, "int.cert", Mark::Pass);
    assert_eq!(of_a_person, Status::InProgress);
    assert_eq!(state.records["int.cert"].evidence.len(), 1);
}

#[test]
fn what_a_failure_makes_of_each_state_and_what_mends_it() {
    for (actions, failed, passed) in [
        (vec![], Status::Failed, Status::InProgress),
        (vec![Action::Start], Status::Failed, Status::InProgress),
        (vec![done()], Status::Failed, Status::InProgress),
        (vec![waive()], Status::Waived, Status::Waived),
        (
            vec![Action::Block("x".to_owned())],
            Status::Failed,
            Status::InProgress,
        ),
    ] {
        let (definition, mut state) = at("int.cert", &actions);
        let is = after(&definition, &mut state, "int.cert", Mark::Fail);
        assert_eq!(is, failed, "{actions:?}");
        if failed == Status::Failed {
            let reason = state.records["int.cert"].particulars.reason.as_deref();
            assert_eq!(reason, Some("CHAIN-001: It was seen"));
        }
        let is = after(&definition, &mut state, "int.cert", Mark::Pass);
        assert_eq!(is, passed, "{actions:?}");
    }
    // What a person saw fail, checks do not see mended.
    let (definition, mut state) = at("int.cert", &[fail()]);
    let is = after(&definition, &mut state, "int.cert", Mark::Pass);
    assert_eq!(is, Status::Failed);
}

#[test]
fn what_was_not_found_out_changes_no_state_and_is_written_down() {
    for (actions, status) in [
        (vec![], Status::Open),
        (vec![Action::Start], Status::InProgress),
        (vec![done()], Status::Done),
        (vec![fail()], Status::Failed),
        (vec![waive()], Status::Waived),
    ] {
        let (definition, mut state) = at("int.csr", &actions);
        let is = after(&definition, &mut state, "int.csr", Mark::Undetermined);
        assert_eq!(is, status);
        let last = &state.history.events.last().unwrap().event.deed;
        assert_eq!((last.act, last.state), (Act::Verify, None));
        assert!(!state.records["int.csr"].evidence.is_empty());
    }
}

#[test]
fn a_report_holds_what_its_steps_patterns_choose_and_nothing_is_settled_outside_of_it() {
    let (definition, _) = at("int.csr", &[]);
    let (_, step) = definition.step("int.csr").unwrap();
    let mut blocked = finding("KEY-001", Mark::Blocked, Layer::Key);
    blocked.blocked_by = Some(Block {
        id: CheckId("CHAIN-001"),
        settled: true,
    });
    let other = finding("CHAIN-001", Mark::Fail, Layer::Chain);
    let findings = [finding("CSR-001", Mark::Pass, Layer::Chain), blocked, other];
    let own = report(step, "int", actor().at, &findings, false);
    assert_eq!(own.findings.len(), 2);
    assert_eq!(own.verdict, Verdict::Undetermined);
    assert_eq!(deciding(&own).unwrap().id.0, "KEY-001");
    let none = report(step, "int", actor().at, &[], false);
    assert_eq!(none.verdict, Verdict::Undetermined);
}

#[test]
fn what_needs_a_network_is_not_proven_without_one() {
    let (definition, _) = at("int.fw-out", &[]);
    let (_, step) = definition.step("int.fw-out").unwrap();
    let findings = [
        finding("TLS-001", Mark::Pass, Layer::Chain),
        finding("DNS-001", Mark::Skipped, Layer::Dns),
    ];
    let verdict = |offline| report(step, "int", actor().at, &findings, offline).verdict;
    assert_eq!(verdict(true), Verdict::Undetermined);
    assert_eq!(verdict(false), Verdict::Pass);
}

#[test]
fn the_steps_that_are_looked_at_are_those_that_can_be_proven_or_are_done() {
    let (definition, state) = at("int.cert", &[]);
    let now = Now::at(actor().at);
    let progress = Progress {
        definition: &definition,
        state: &state,
        now: &now,
    };
    let all = chosen(&progress, &[]).unwrap();
    let ids: Vec<&str> = all.iter().map(|step| step.id.as_str()).collect();
    assert_eq!(
        ids,
        ["int.hscn", "int.csr", "int.cert", "int.asid", "int.fw-out"]
    );
    let named = |id: &str| chosen(&progress, &[id.to_owned()]).map(|steps| steps.len());
    assert_eq!(named("int.csr").unwrap(), 1);
    assert!(
        named("plan.ods")
            .unwrap_err()
            .to_string()
            .contains("no check")
    );
    assert_eq!(
        named("live.csr").unwrap_err().kind(),
        crate::error::Kind::Unmet
    );
}
