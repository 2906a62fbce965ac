//! Every state: what leads to it, what it lets through, and how it ends by itself.

use super::*;
use crate::checklist::state::{File, Reported};

const DIGEST: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

fn file(name: &str, environment: Option<&str>, verdict: Verdict) -> Action {
    let report = environment.map(|environment| Reported {
        command: "check-chain".to_owned(),
        environment: Some(environment.to_owned()),
        verdict,
    });
    Action::Done(vec![Proof::File(File {
        name: name.to_owned(),
        sha256: DIGEST.to_owned(),
        size: 3,
        report,
        copy: None,
    })])
}

fn waive(until: &str) -> Action {
    Action::Waive {
        reason: "the desk has its own".to_owned(),
        until: until.parse().unwrap(),
    }
}

/// The same state, some days later.
fn status_after(definition: &Definition, state: &State, id: &str, days: i64) -> Status {
    let now = Now::at(actor().at + jiff::SignedDuration::from_hours(24 * days));
    Progress {
        definition,
        state,
        now: &now,
    }
    .status(id)
}

#[test]
fn a_waiver_lets_through_until_its_last_day_is_over_and_then_ends_by_itself() {
    let definition = provider();
    let mut state = empty(&definition);
    act(&definition, &mut state, "plan.ods", waive("2026-11-24"));
    assert_eq!(
        status_after(&definition, &state, "plan.ods", 2),
        Status::Waived
    );
    assert_eq!(
        status_after(&definition, &state, "plan.ods", 3),
        Status::Open
    );
    act(&definition, &mut state, "plan.nsd", Action::Start);
    let error = refusal(&definition, &state, "plan.usecase", waive("2026-11-21"));
    assert_eq!(error.kind(), Kind::Input);
    assert!(error.to_string().contains("that day is over"), "{error}");
    // It stands for proof, and proof can take its place.
    act(&definition, &mut state, "plan.ods", text("A12345"));
    assert_eq!(
        status_after(&definition, &state, "plan.ods", 99),
        Status::Done
    );
}

#[test]
fn what_does_not_apply_needs_no_open_gate_and_lets_through() {
    let definition = provider();
    let mut state = empty(&definition);
    let why = || Action::NotApplicable("the trust has its own".to_owned());
    act(&definition, &mut state, "pt.plan", why());
    assert_eq!(state.records["pt.plan"].status, Status::NotApplicable);
    let error = refusal(&definition, &state, "pt.plan", Action::Start);
    assert!(error.to_string().contains("does not apply here"), "{error}");
    let blank = Action::NotApplicable(" ".to_owned());
    assert_eq!(
        refusal(&definition, &state, "plan.ods", blank).kind(),
        Kind::Input
    );
    act(&definition, &mut state, "plan.ods", why());
    act(&definition, &mut state, "plan.nsd", text("mail"));
}

#[test]
fn what_a_gate_asks_for_always_applies() {
    let definition = provider();
    let state = empty(&definition);
    let gates = definition.stages.iter().flat_map(|stage| &stage.gate);
    for id in gates {
        let why = Action::NotApplicable("not for us".to_owned());
        let error = refusal(&definition, &state, id, why);
        assert_eq!(error.kind(), Kind::Input, "{id}");
        assert!(error.to_string().contains("always applies"), "{error}");
    }
}

#[test]
fn what_failed_or_waits_lets_nothing_through_and_can_be_done() {
    let definition = provider();
    let wait = Action::Wait {
        on: "DIR team".to_owned(),
        reference: Some("INC 7".to_owned()),
        due: Some("2026-12-01".parse().unwrap()),
    };
    for (action, status) in [
        (wait, Status::Waiting),
        (Action::Fail("refused".to_owned()), Status::Failed),
    ] {
        let mut state = empty(&definition);
        act(&definition, &mut state, "plan.ods", action);
        assert_eq!(state.records["plan.ods"].status, status);
        let error = refusal(&definition, &state, "plan.nsd", text("x"));
        assert_eq!(error.kind(), Kind::Unmet);
        act(&definition, &mut state, "plan.ods", text("A12345"));
        act(&definition, &mut state, "plan.nsd", text("x"));
    }
}

#[test]
fn a_new_certificate_opens_what_the_old_one_proved() {
    let mut definition = provider();
    for step in definition
        .stages
        .iter_mut()
        .flat_map(|stage| &mut stage.steps)
    {
        if step.id == "plan.ods" {
            step.environment = Some("int".to_owned());
            step.about = vec![Artefact::Certificate, Artefact::Version];
        }
    }
    let mut now = Now::at(actor().at);
    now.set(Some("int"), Artefact::Certificate, Some("old".to_owned()));
    now.set(
        Some("live"),
        Artefact::Certificate,
        Some("other".to_owned()),
    );
    let mut state = empty(&definition);
    let of = |state: &State, now: &Now| {
        let progress = Progress {
            definition: &definition,
            state,
            now,
        };
        (progress.status("plan.ods"), progress.turn("plan.ods"))
    };
    let deed = Progress {
        definition: &definition,
        state: &state,
        now: &now,
    }
    .act("plan.ods", text("x"), &actor())
    .unwrap();
    // The version is not known, and binds nothing.
    assert_eq!(deed.particulars.bound.len(), 1);
    state.history.add(deed, "anna", now.at);
    state.records = replay(&state.history);
    assert_eq!(of(&state, &now), (Status::Done, None));
    // One that cannot be read is no other one.
    assert_eq!(of(&state, &Now::at(now.at)).0, Status::Done);
    now.set(Some("int"), Artefact::Certificate, Some("new".to_owned()));
    let turn = Turn::Another(Artefact::Certificate);
    assert_eq!(of(&state, &now), (Status::Open, Some(turn)));
}

#[test]
fn what_proves_int_never_proves_live() {
    let definition = provider();
    let mut state = done_before(&definition, "live.hscn");
    let pass = Verdict::Pass;
    let error = refusal(
        &definition,
        &state,
        "live.hscn",
        file("r", Some("int"), pass),
    );
    assert!(
        error.to_string().contains("a report about `int`"),
        "{error}"
    );
    let reopen = Action::Reopen("once more".to_owned());
    act(&definition, &mut state, "int.hscn", reopen);
    act(
        &definition,
        &mut state,
        "int.hscn",
        file("a.pdf", None, pass),
    );
    let error = refusal(&definition, &state, "live.hscn", file("b.pdf", None, pass));
    assert!(
        error.to_string().contains("proves `int.hscn` already"),
        "{error}"
    );
    let error = refusal(
        &definition,
        &state,
        "live.hscn",
        file("r", Some("live"), Verdict::Fail),
    );
    assert!(error.to_string().contains("its verdict is fail"), "{error}");
}

#[test]
fn a_proof_holds_until_it_is_as_old_as_its_step_lets_it_be() {
    let definition = provider();
    let mut state = done_before(&definition, "int.crl");
    act(&definition, &mut state, "int.crl", text("x"));
    let status = |state: &State, seconds: i64| {
        let now = Now::at(actor().at + jiff::SignedDuration::from_secs(seconds));
        let progress = Progress {
            definition: &definition,
            state,
            now: &now,
        };
        (progress.status("int.crl"), progress.turn("int.crl"))
    };
    let end = 90 * 24 * 60 * 60;
    assert_eq!(status(&state, end - 1), (Status::Done, None));
    for seconds in [end, end + 1] {
        let (status, turn) = status(&state, seconds);
        assert_eq!(status, Status::Open);
        let said = turn.unwrap().to_string();
        assert!(
            said.starts_with("The proof of 2026-11-22T17:00:00Z is stale: it held for 90d (ptl: "),
            "{said}"
        );
    }
    // Before it was given, as by a clock that was set back, it is as fresh as it can be.
    assert_eq!(status(&state, -end).0, Status::Done);
    // What was never done does not get old, nor what somebody answers for.
    state.records.get_mut("int.crl").unwrap().status = Status::Failed;
    assert_eq!(status(&state, end), (Status::Failed, None));
}

#[test]
fn proof_gets_old_for_what_is_to_be_done_and_not_for_what_was_done_on_it() {
    let definition = provider();
    let mut state = done_before(&definition, "live.hscn");
    let at = |days: i64| Now::at(actor().at + jiff::SignedDuration::from_hours(24 * days));
    let missing = |state: &State, id: &str, days: i64| {
        let now = at(days);
        let progress = Progress {
            definition: &definition,
            state,
            now: &now,
        };
        let (stage, step) = definition.step(id).unwrap();
        ids(&progress.relies_on_open(stage, step))
    };
    // Half a year later the proofs of INT are old: what was assured on them stands, and live is not shut by them.
    let progress = at(180);
    let of_int = Progress {
        definition: &definition,
        state: &state,
        now: &progress,
    };
    assert_eq!(of_int.status("int.crl"), Status::Open);
    assert_eq!(missing(&state, "live.hscn", 180), [""; 0]);
    assert_eq!(missing(&state, "int.ssp", 180), [""; 0]);
    // What is done anew on them needs them fresh.
    let reopen = Action::Reopen("once more".to_owned());
    act(&definition, &mut state, "int.security", reopen);
    assert!(missing(&state, "int.security", 180).contains(&"int.crl".to_owned()));
    assert_eq!(missing(&state, "int.security", 1), [""; 0]);
}
