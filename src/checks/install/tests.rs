//! The rules on hand-made facts.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use super::*;
use crate::check::{Finding, Mark, Selection, run};

fn judged<F>(checks: &[Check<F>], facts: &F, day: &str) -> Vec<Finding> {
    let selection = Selection::default();
    let context = Context {
        at: format!("{day}T12:00:00Z").parse().unwrap(),
        environment: None,
        install: None,
        selection: &selection,
    };
    run(checks, "subject", facts, &context)
}

fn outcome(findings: &[Finding], id: &str) -> (Mark, Option<Cause>) {
    let finding = findings.iter().find(|finding| finding.id.0 == id).unwrap();
    (finding.outcome, finding.cause)
}

#[test]
fn an_unusual_setting_is_a_warning_with_its_place() {
    let usual = judged(SETTINGS, &Usual(None), "2026-11-22");
    assert_eq!(usual[0].outcome, Mark::Pass);
    let problem = Problem {
        line: 4,
        column: 7,
        message: "`ods` is `x`".to_owned(),
    };
    let unusual = judged(SETTINGS, &Usual(Some(problem)), "2026-11-22");
    assert_eq!(
        outcome(&unusual, "INST-001"),
        (Mark::Fail, Some(Cause::SettingUnusual))
    );
    assert_eq!(unusual[0].severity, Severity::Warning);
    assert_eq!(unusual[0].evidence[0], ("line", "4".to_owned()));
}

#[test]
fn a_waiver_holds_on_its_last_day_and_no_longer() {
    let waived = Waived(Some(Waiver {
        check: "CHAIN-001".to_owned(),
        reason: "renewal".to_owned(),
        by: "anna".to_owned(),
        until: "2027-01-31".parse().unwrap(),
    }));
    let on = |day| {
        let findings = judged(WAIVERS, &waived, day);
        (
            outcome(&findings, "INST-002").0,
            outcome(&findings, "INST-003").0,
        )
    };
    assert_eq!(on("2026-12-31"), (Mark::Pass, Mark::Pass));
    assert_eq!(on("2027-01-01"), (Mark::Pass, Mark::Fail));
    assert_eq!(on("2027-01-31"), (Mark::Pass, Mark::Fail));
    assert_eq!(on("2027-02-01"), (Mark::Fail, Mark::Blocked));
    let none = judged(WAIVERS, &Waived(None), "2027-01-01");
    assert!(
        none.iter()
            .all(|finding| finding.outcome == Mark::NotApplicable)
    );
}

fn section() -> Section {
    Section {
        environment: "live".to_owned(),
        is_there: true,
        fqdn: Some("a.nhs.uk".to_owned()),
        asid: Some("200000000359".to_owned()),
        asid_shared_with: Vec::new(),
        foreign_hosts: Vec::new(),
    }
}

#[test]
fn a_section_of_its_own_passes() {
    let findings = judged(SECTION, &section(), "2026-11-22");
    assert!(findings.iter().all(|finding| finding.outcome == Mark::Pass));
}

#[test]
fn what_is_not_said_is_unknown_and_never_a_pass() {
    let mut section = section();
    section.fqdn = None;
    section.asid = None;
    let findings = judged(SECTION, &section, "2026-11-22");
    assert_eq!(outcome(&findings, "INST-004").0, Mark::Undetermined);
    assert_eq!(outcome(&findings, "INST-005").0, Mark::NotApplicable);
    section.is_there = false;
    let findings = judged(SECTION, &section, "2026-11-22");
    assert!(
        findings[0]
            .hint
            .as_ref()
            .unwrap()
            .contains("Add [environment.live]")
    );
}

#[test]
fn what_belongs_to_another_environment_is_named_as_such() {
    let mut section = section();
    section.asid_shared_with = vec!["int".to_owned()];
    section.foreign_hosts = vec![("ssp", "proxy.int.nhs.uk".to_owned(), "int".to_owned())];
    let findings = judged(SECTION, &section, "2026-11-22");
    for id in ["INST-005", "INST-006"] {
        assert_eq!(
            outcome(&findings, id),
            (Mark::Fail, Some(Cause::WrongEnvironment))
        );
    }
    assert!(
        findings[2]
            .reason
            .contains("proxy.int.nhs.uk, a host of int")
    );
}

#[test]
fn a_key_in_a_work_tree_must_be_ignored() {
    let key = |work_tree: Option<&str>, ignored| KeptKey {
        file: "a.key".to_owned(),
        work_tree: work_tree.map(str::to_owned),
        ignored,
    };
    for (facts, mark) in [
        (key(None, None), Mark::Pass),
        (key(Some("/src"), Some(true)), Mark::Pass),
        (key(Some("/src"), Some(false)), Mark::Fail),
        (key(Some("/src"), None), Mark::Undetermined),
    ] {
        let findings = judged(KEYS, &facts, "2026-11-22");
        assert_eq!(outcome(&findings, "INST-007").0, mark, "{facts:?}");
    }
}
