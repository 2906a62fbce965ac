//! The gates of a booking's checklist are those that the Deployment Toolkit's page states.

use std::fs;

use ptl::checklist::definition::{self, Definition, Stage};

use crate::support::shared;

/// A stage, what keeps it shut, and the page's words for that.
const GATES: &[(&str, &[&str], &str)] = &[
    (
        "int-access",
        &["int.hscn", "plan.scal"],
        "prerequisites that need to be established before it is possible to connect to the INT environment",
    ),
    (
        "int-test",
        &["build.done", "int.ssp"],
        "Once Development is complete, the suplier can move onto Integration Testing.",
    ),
    (
        "live",
        &["as.tcc", "as.ca"],
        "can only be performed once the Technical Conformance Certificate has been issued and Connection Agreement confirmed.",
    ),
    (
        "technical-live",
        &["pt.run", "pt.review"],
        "assuming the Provider Testing has been successful, the solution is now technically ready to go live.",
    ),
    (
        "business-live",
        &["tl.decision", "bl.date"],
        "On the agreed date of go-live, the system will be",
    ),
];

fn bookings() -> [Definition; 2] {
    ["booking-provider", "booking-consumer"].map(|id| definition::find(id).unwrap().unwrap())
}

fn stage<'a>(definition: &'a Definition, id: &str) -> &'a Stage {
    let mut stages = definition.stages.iter();
    stages.find(|stage| stage.id == id).unwrap()
}

fn steps(stage: &Stage) -> Vec<&str> {
    stage.steps.iter().map(|step| step.id.as_str()).collect()
}

#[test]
fn each_gate_asks_for_what_the_page_asks_for() {
    for definition in bookings() {
        for (id, gate, words) in GATES {
            assert_eq!(
                stage(&definition, id).gate,
                *gate,
                "{}: {words}",
                definition.id
            );
        }
        // The live test comes after every step of the live install.
        let test = stage(&definition, "provider-test");
        assert_eq!(test.gate, steps(stage(&definition, "live")));
    }
}

#[test]
fn business_live_needs_technical_live_and_an_agreed_date() {
    for definition in bookings() {
        let technical = stage(&definition, "technical-live");
        assert_eq!(steps(technical), ["tl.decision", "bl.date"]);
        let live = stage(&definition, "business-live");
        assert_eq!(live.gate, steps(technical), "{}", definition.id);
        let (_, date) = definition.step("bl.date").unwrap();
        assert_eq!(date.requires, ["tl.decision"]);
    }
}

#[test]
fn the_words_for_the_gates_are_on_the_page() {
    let Some(shared) = shared("the_words_for_the_gates_are_on_the_page") else {
        return;
    };
    let page = fs::read_to_string(shared.join("reference/seed-deployment-toolkit.txt")).unwrap();
    for (id, _, words) in GATES {
        assert!(page.contains(words), "{id}: {words}");
    }
}
