//! Names, order, circles and roles.

use super::*;
use crate::checklist::lint;

#[test]
fn names_of_nothing_are_told_with_what_was_meant() {
    for (from, to, rule, words) in [
        (
            "requires = [\"a.one\"]",
            "requires = [\"a.onne\"]",
            Rule::UnknownRequirement,
            "did you mean `a.one`?",
        ),
        (
            "requires = [\"a.one\"]",
            "requires = [\"q.xyzzy\"]",
            Rule::UnknownRequirement,
            "`q.xyzzy` is no step of this checklist",
        ),
        (
            "gate = [\"a.two\"]",
            "gate = [\"a.too\"]",
            Rule::UnknownGate,
            "did you mean `a.two`?",
        ),
    ] {
        let text = changed(from, to);
        let at = to.split('[').nth(1).unwrap();
        only(&found(&text), &text, rule, at, words);
    }
    let text = own_changed("before = [\"as.scal\"]", "before = [\"as.skal\"]");
    only(
        &own_found(&text, "booking-provider"),
        &text,
        Rule::UnknownBefore,
        "\"as.skal\"",
        "did you mean `as.scal`?",
    );
    let text = own_changed("\"int-test\"", "\"int-tests\"");
    only(
        &own_found(&text, "booking-provider"),
        &text,
        Rule::UnknownStage,
        "\"int-tests\"",
        "did you mean `int-test`?",
    );
}

#[test]
fn an_id_that_stands_twice_is_told_at_the_second() {
    let text = changed("id = \"a.two\"", "id = \"a.one\"")
        .replace("requires = [\"a.one\"]", "requires = []")
        .replace("gate = [\"a.two\"]", "gate = []");
    only(
        &found(&text),
        &text,
        Rule::DuplicateId,
        "\"a.one\"\ntitle = \"Two",
        "another step already",
    );
    let text = changed("id = \"second\"", "id = \"first\"");
    only(
        &found(&text),
        &text,
        Rule::DuplicateId,
        "\"first\"\ntitle = \"The second",
        "another stage already",
    );
    let text = own_changed("own.test", "int.csr");
    only(
        &own_found(&text, "booking-provider"),
        &text,
        Rule::DuplicateId,
        "\"int.csr\"",
        "as own.csr",
    );
    let text = OWN.to_owned() + OWN.strip_prefix("schema = 1\n").unwrap();
    let findings = own_found(&text, "booking-provider");
    assert_eq!(findings.len(), 1);
    assert_eq!(
        (findings[0].rule, findings[0].place.line),
        (Rule::DuplicateId, 13)
    );
}

#[test]
fn a_circle_is_told_once_as_a_path() {
    let text = changed("requires = []", "requires = [\"a.two\"]");
    only(
        &found(&text),
        &text,
        Rule::Cycle,
        "\"a.one\"]",
        "a.one -> a.two -> a.one",
    );
    let text = changed("requires = []", "requires = [\"a.one\"]");
    only(
        &found(&text),
        &text,
        Rule::Cycle,
        "\"a.one\"]",
        "a.one -> a.one",
    );
}

#[test]
fn a_gate_that_holds_a_step_of_its_own_stage_is_a_circle() {
    let text = changed("gate = [\"a.two\"]", "gate = [\"b.one\"]");
    only(
        &found(&text),
        &text,
        Rule::Cycle,
        "\"b.one\"]",
        "b.one -> (gate of second) b.one",
    );
}

#[test]
fn a_gate_of_a_later_stage_is_out_of_reach_and_a_circle_with_it() {
    let text = changed("gate = []", "gate = [\"b.one\"]");
    let findings = found(&text);
    let first = &findings[0];
    assert_eq!(first.rule, Rule::Unreachable);
    assert!(
        first
            .message
            .contains("the gate of the stage `first` asks for `b.one` of the later stage `second`")
    );
    let circle = "a.one -> (gate of first) b.one -> (gate of second) a.two -> a.one";
    assert!(
        findings[1..].iter().all(|it| it.rule == Rule::Cycle)
            && findings[1..].iter().any(|it| it.message.contains(circle)),
        "{findings:?}"
    );
}

#[test]
fn a_requirement_of_a_later_stage_is_out_of_reach() {
    let text = changed("requires = [\"a.one\"]", "requires = [\"b.one\"]")
        .replace("gate = [\"a.two\"]", "gate = [\"a.one\"]");
    only(
        &found(&text),
        &text,
        Rule::Unreachable,
        "\"b.one\"]",
        "would rely on `b.one` of the later stage `second`",
    );
    // An own step that is to come before an earlier one is the same from the other end.
    let text = own_changed("before = [\"as.scal\"]", "before = [\"int.csr\"]")
        .replace("requires = [\"int.ssp\"]", "");
    let findings = own_found(&text, "booking-provider");
    let later = findings
        .iter()
        .find(|it| it.rule == Rule::Unreachable)
        .unwrap();
    assert!(
        later
            .message
            .contains("`int.csr` of the stage `int-access` would rely on `own.test`"),
        "{later:?}"
    );
    assert_eq!(later.step.as_deref(), Some("int.csr"));
}

#[test]
fn an_own_step_between_two_that_rely_on_each_other_the_other_way_is_a_circle() {
    let text = own_changed("requires = [\"int.ssp\"]", "requires = [\"int.ssp\"]")
        .replace("before = [\"as.scal\"]", "before = [\"int.sds\"]")
        .replace("int-test", "int-config");
    let findings = own_found(&text, "booking-provider");
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert_eq!(findings[0].rule, Rule::Cycle);
    for part in [
        "own.test -> int.ssp",
        "int.ssp -> int.sds",
        "int.sds -> own.test",
    ] {
        let around = format!("{0} {0}", findings[0].message);
        assert!(around.contains(part), "{part}: {findings:?}");
    }
}

#[test]
fn a_long_circle_is_shown_with_a_gap_and_a_deep_chain_overflows_nothing() {
    let chain = |last: &str| -> String {
        let steps = (0..20_000).map(|number| {
            let next = match number {
                19_999 => last.to_owned(),
                _ => format!("\"a.n{}\"", number + 1),
            };
            format!("[[step]]\nid = \"a.n{number}\"\nstage = \"plan\"\nrequires = [{next}]\n")
        });
        "schema = 1\n".to_owned() + &steps.collect::<String>()
    };
    let shipped = definition::find("booking-provider").unwrap().unwrap();
    let circles = |text: &str| {
        let root = read(text, "x").unwrap();
        let mut notes = Notes::default();
        lint::graph::judge(&draft::own(&root, &shipped, &[]), &[], &mut notes);
        notes.linted(text, 0).findings
    };
    assert_eq!(circles(&chain("")), []);
    let findings = circles(&chain("\"a.n0\""));
    assert_eq!(findings.len(), 1);
    assert!(findings[0].message.contains("more) ->"), "{findings:?}");
    assert!(findings[0].message.len() < 300);
}

#[test]
fn a_step_that_relies_on_the_other_role_is_out_of_reach() {
    // In a checklist for both, what the provider does alone is nothing that a consumer can rely on.
    let text = changed("role = \"provider\"\n", "");
    let findings = found(&text);
    only(
        &findings,
        &text,
        Rule::Unreachable,
        "\"a.one\"]",
        "`a.one` is none of a consumer's steps, and `a.two` relies on it",
    );
    let text = changed("roles = [\"provider\"]", "roles = [\"consumer\"]");
    let words: Vec<_> = found(&text).into_iter().map(|it| it.message).collect();
    assert_eq!(words.len(), 2, "{words:?}");
    assert!(
        words[0]
            .contains("`a.one` is none of a provider's steps, and this checklist is a provider's")
    );
    assert!(words[1].contains("`a.two` relies on it there"));
    let text = own_changed("requires = [\"int.ssp\"]", "requires = [\"int.fw-in\"]");
    assert_eq!(own_found(&text, "booking-provider"), []);
    only(
        &own_found(&text, "booking-consumer"),
        &text,
        Rule::Unreachable,
        "\"int.fw-in\"",
        "a step of the other role alone",
    );
}

#[test]
fn a_pattern_that_fits_no_check_is_told_and_so_is_a_proof_by_none() {
    let text = changed("checks = [\"TLS-*\"]", "checks = [\"tls-*\"]");
    only(
        &found(&text),
        &text,
        Rule::UnknownCheck,
        "\"tls-*\"",
        "did you mean `TLS-*`?",
    );
    let text = changed(
        "checks = [\"TLS-*\"]",
        "checks = [\"TLS-001\", \"QQQQ-1234567\"]",
    );
    only(
        &found(&text),
        &text,
        Rule::UnknownCheck,
        "\"QQQQ",
        "ptl explain --list",
    );
    let text = changed("checks = [\"EP-*\"]\n", "");
    only(
        &found(&text),
        &text,
        Rule::NothingChecked,
        "\"checks\"\nabout",
        "`checks` names none",
    );
    let text = changed("environment = \"int\"\n", "");
    only(
        &found(&text),
        &text,
        Rule::NothingChecked,
        "\"checks\"\nabout",
        "no `environment`",
    );
}
