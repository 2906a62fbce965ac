//! Gates and requirements, all the way down.

use super::*;

#[test]
fn live_install_is_shut_until_certificate_and_agreement_are_recorded() {
    let definition = provider();
    for (upto, missing) in [
        ("as.tcc", vec!["as.tcc", "as.ca"]),
        ("as.ca", vec!["as.ca"]),
    ] {
        let state = done_before(&definition, upto);
        let live = definition
            .stages
            .iter()
            .find(|stage| stage.id == "live")
            .unwrap();
        let progress = progress(&definition, &state);
        assert_eq!(ids(&progress.gate_missing(live)), missing);
        for step in &live.steps {
            for action in [
                Action::Start,
                text("x"),
                Action::Done(Vec::new()),
                Action::Block("x".to_owned()),
            ] {
                let error = refusal(&definition, &state, &step.id, action);
                assert_eq!(error.kind(), Kind::Unmet, "{}: {error}", step.id);
                assert!(error.to_string().contains("`Live install` is shut"));
                assert_eq!(error.problems().len(), missing.len());
                let hint = error.next_action().unwrap();
                assert!(
                    hint.contains(&format!("ptl checklist done {upto}")),
                    "{hint}"
                );
            }
        }
    }
    let state = done_before(&definition, "live.hscn");
    assert!(
        progress(&definition, &state)
            .act("live.hscn", Action::Start, &actor())
            .is_ok()
    );
}

#[test]
fn the_gates_of_the_toolkit_stand_where_it_has_them() {
    let definition = provider();
    for (stage, step, key) in [
        ("int-access", "int.fqdn", "int.hscn"),
        ("int-access", "int.mpv", "plan.scal"),
        ("int-config", "int.fw-out", "plan.scal"),
        ("int-test", "int.e2e-adhoc", "build.done"),
        ("live", "live.mpv", "as.tcc"),
        ("live", "live.mpv", "as.ca"),
        ("provider-test", "pt.plan", "live.hscn"),
        ("provider-test", "pt.plan", "live.dos"),
        ("provider-test", "pt.plan", "live.training"),
        ("technical-live", "tl.decision", "pt.run"),
        ("business-live", "bl.switch", "tl.decision"),
        ("business-live", "bl.switch", "bl.date"),
    ] {
        let mut state = done_before(&definition, step);
        act(
            &definition,
            &mut state,
            key,
            Action::Reopen("it fell through".to_owned()),
        );
        let error = refusal(&definition, &state, step, text("x"));
        assert_eq!(error.kind(), Kind::Unmet, "{step} without {key}");
        assert!(error.to_string().contains("is shut"), "{step}: {error}");
        assert!(
            error.problems().iter().any(|line| line.starts_with(key)),
            "{step} without {key}: {:?}",
            error.problems()
        );
        let (its, _) = definition.step(step).unwrap();
        assert_eq!(its.id, stage);
    }
}

#[test]
fn a_step_whose_requirements_are_open_cannot_be_done() {
    let definition = provider();
    let state = done_before(&definition, "int.fqdn");
    let error = refusal(&definition, &state, "int.csr", text("request.csr"));
    assert_eq!(error.kind(), Kind::Unmet);
    assert!(
        error
            .to_string()
            .contains("`int.fqdn` has to be done first")
    );
    assert_eq!(
        error.problems(),
        ["int.fqdn: The FQDN is in the NHS DNS".to_owned()]
    );
    assert!(
        error
            .next_action()
            .unwrap()
            .contains("ptl checklist done int.fqdn")
    );
}

#[test]
fn work_may_begin_before_the_requirements_are_done_but_not_before_the_gate() {
    let definition = provider();
    let mut state = done_before(&definition, "int.fqdn");
    act(&definition, &mut state, "int.csr", Action::Start);
    let error = refusal(&definition, &empty(&definition), "int.csr", Action::Start);
    assert_eq!(error.kind(), Kind::Unmet);
}

#[test]
fn what_relies_on_a_step_that_is_opened_again_proves_nothing_until_it_is_done_again() {
    let definition = provider();
    let mut state = done_before(&definition, "pt.plan");
    act(
        &definition,
        &mut state,
        "as.tcc",
        Action::Reopen("a new version".to_owned()),
    );
    let progress = progress(&definition, &state);
    let view = View::of(&progress);
    // The agreement and the whole live install rest on the certificate.
    assert_eq!(view.summary.recheck, 16);
    let (stage, step) = view.step("live.dos").unwrap();
    assert!(step.is_recheck());
    assert_eq!(step.missing, ["as.tcc"]);
    assert!(!stage.gate.open);
    // Every live step still says done, and the gate behind them is shut all the same.
    let error = refusal(&definition, &state, "pt.plan", text("plan"));
    assert_eq!(error.kind(), Kind::Unmet);
    assert_eq!(error.problems().len(), 1);
    assert!(error.problems()[0].starts_with("as.tcc"));

    act(&definition, &mut state, "as.tcc", text("certificate 2"));
    act(&definition, &mut state, "pt.plan", text("plan"));
}

#[test]
fn what_a_change_brings_about_is_told() {
    let definition = provider();
    let state = done_before(&definition, "as.ca");
    let mut after = state.clone();
    act(&definition, &mut after, "as.ca", text("signed"));
    let view = |state| View::of(&progress(&definition, state));
    let change = view(&after).since(&view(&state));
    assert_eq!(change.opened, ["Live install"]);
    assert_eq!(
        change.ready,
        ["live.hscn", "live.mpv", "live.nsd", "live.enduser"]
    );
    let back = view(&state).since(&view(&after));
    assert_eq!(back.shut, ["Live install"]);
}
