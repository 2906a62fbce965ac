//! Each rule on small checklists made by hand.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod graph;
mod shape;

use super::*;
use crate::checklist::definition;

/// A definition of two stages and three steps in which nothing is wrong.
const SOUND: &str = r#"schema = 1
id = "small"
title = "A small one"
role = "provider"

[[stage]]
id = "first"
title = "The first"
gate = []
source = "a page"

[[stage.step]]
id = "a.one"
title = "One is done"
roles = ["provider"]
owner = "engineer"
requires = []
evidence = "a report"
checks = ["TLS-*"]
source = "a page"
do = "Do one."

[[stage.step]]
id = "a.two"
title = "Two is done"
roles = ["provider", "consumer"]
owner = "engineer"
requires = ["a.one"]
evidence = "a report"
checks = []
source = "a page"
do = "Do two."

[[stage]]
id = "second"
title = "The second"
gate = ["a.two"]
source = "a page"

[[stage.step]]
id = "b.one"
title = "The end"
environment = "int"
roles = ["provider"]
owner = "engineer"
requires = []
evidence = "a report"
checks = ["EP-*"]
proven-by = "checks"
about = ["certificate", "hosts"]
fresh = { for = "30d", source = "a page" }
source = "a page"
do = "Do it."
wait = { text = "5 working days", working-days = 5, source = "a page" }
"#;

/// A supplier's own step in the shipped checklist of a provider, in which nothing is wrong.
const OWN: &str = r#"schema = 1
[[step]]
id = "own.test"
stage = "int-test"
title = "The penetration test is passed"
owner = "security officer"
requires = ["int.ssp"]
before = ["as.scal"]
evidence = "the report"
source = "our policy"
do = "Order it."
"#;

/// The sound definition with a part of it changed.
fn changed(from: &str, to: &str) -> String {
    assert!(SOUND.contains(from), "{from}");
    SOUND.replacen(from, to, 1)
}

fn own_changed(from: &str, to: &str) -> String {
    assert!(OWN.contains(from), "{from}");
    OWN.replacen(from, to, 1)
}

fn found(text: &str) -> Vec<Finding> {
    whole(text, "small.toml").unwrap().findings
}

fn own_found(text: &str, id: &str) -> Vec<Finding> {
    let shipped = definition::find(id).unwrap().unwrap();
    let elsewhere = definition::elsewhere(&shipped).unwrap();
    own(text, "steps.toml", &shipped, &elsewhere)
        .unwrap()
        .findings
}

/// Asserts that there is one finding, of this rule, at this place of the text, with these words.
#[track_caller]
fn only(findings: &[Finding], text: &str, rule: Rule, at: &str, words: &str) {
    let [finding] = findings else {
        panic!("not one: {findings:#?}");
    };
    assert_eq!(finding.rule, rule, "{finding:?}");
    let offset = text.find(at).unwrap_or_else(|| panic!("no {at}"));
    assert_eq!(finding.place, Place::of(text, offset), "{finding:?}");
    assert!(finding.message.contains(words), "{finding:?}");
}

#[test]
fn what_is_sound_has_no_findings() {
    assert_eq!(found(SOUND), []);
    assert_eq!(whole(SOUND, "x").unwrap().steps, 3);
    for id in ["booking-provider", "booking-consumer"] {
        assert_eq!(own_found(OWN, id), []);
    }
}

#[test]
fn every_rule_has_a_word_of_its_own_and_only_a_strange_check_lets_the_checklist_be_read() {
    let words: std::collections::BTreeSet<_> = Rule::ALL.iter().map(|rule| rule.word()).collect();
    assert_eq!(words.len(), Rule::ALL.len());
    let lenient: Vec<_> = Rule::ALL.iter().filter(|rule| !rule.refuses()).collect();
    assert_eq!(lenient, [&Rule::UnknownCheck]);
}

#[test]
fn the_form_of_a_file_is_told_by_what_it_holds() {
    assert_eq!(form(SOUND, "x").unwrap(), Form::Whole);
    assert_eq!(form(OWN, "x").unwrap(), Form::Own);
    assert_eq!(form("schema = 1\n", "x").unwrap(), Form::Own);
    for other in [
        "schema = 1\nstep = 5\n",
        "schema = 1\nrole = \"provider\"\n",
    ] {
        assert!(
            form(other, "x")
                .unwrap_err()
                .to_string()
                .contains("is no checklist")
        );
    }
}

#[test]
fn a_record_is_told_from_a_definition_whatever_its_schema() {
    let record = "schema = 9\ndefinition = \"renewal\"\n[step.\"plan.dates\"]\n";
    let error = form(record, "x").unwrap_err();
    assert!(error.to_string().contains("is the record of a checklist"));
}

#[test]
fn what_is_no_toml_is_no_finding_but_an_error_with_every_place() {
    let error = whole("schema = \nid = 'x\n", "small.toml").unwrap_err();
    assert!(error.to_string().contains("`small.toml` is no TOML"));
    assert!(
        error.problems()[0].starts_with("small.toml:1:"),
        "{:?}",
        error.problems()
    );
    let error = whole("schema = 2", "small.toml").unwrap_err();
    assert!(error.to_string().contains("has schema 2"));
}

#[test]
fn findings_come_in_the_order_of_the_file_all_in_one_run_and_not_without_end() {
    let text = changed(
        "requires = [\"a.one\"]",
        "requires = [\"a.onne\"]\ncolour = 1",
    );
    let text = text.replacen("owner = \"engineer\"\n", "", 1);
    let text = text.replacen("gate = [\"a.two\"]", "gate = [\"a.three\"]", 1);
    let rules: Vec<_> = found(&text).iter().map(|it| it.rule).collect();
    assert_eq!(
        rules,
        [
            Rule::MissingOwner,
            Rule::UnknownRequirement,
            Rule::UnknownField,
            Rule::UnknownGate
        ]
    );
    let many: String = (0..500).map(|number| format!("k{number} = 1\n")).collect();
    let linted = whole(&format!("{many}{SOUND}"), "x").unwrap();
    assert_eq!((linted.findings.len(), linted.left_out), (MOST, 300));
}
