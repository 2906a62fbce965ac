//! What a state needs, in tables and in events; and what of a history cannot be written to.

use super::*;

const AT: &str = "2026-11-22T17:00:00Z";

fn table(schema: i64, lines: &str) -> String {
    format!(
        "schema = {schema}\ndefinition = \"booking-provider\"\n[step.\"plan.ods\"]\nat = {AT}\nby = \"anna\"\n{lines}\n"
    )
}

fn event(lines: &str) -> String {
    let digest = "0".repeat(64);
    format!(
        "schema = 2\ndefinition = \"booking-provider\"\n[[event]]\ndigest = \"{digest}\"\nheads = []\nat = {AT}\nby = \"anna\"\nstep = \"plan.ods\"\n{lines}\n"
    )
}

#[test]
fn a_table_that_lacks_what_its_state_needs_is_refused() {
    for (state, keys) in [
        ("waived", &["reason", "until"][..]),
        ("waiting", &["on"]),
        ("failed", &["reason"]),
        ("not-applicable", &["reason"]),
        ("blocked", &["reason"]),
    ] {
        let wanted: Vec<String> = keys
            .iter()
            .map(|key| format!("line 3, column 7: `plan.ods` is {state}, but has no `{key}`"))
            .collect();
        assert_eq!(problems(&table(2, &format!("state = \"{state}\""))), wanted);
    }
    let wrong = table(1, "state = \"waived\"\nreason = \"slow\"\nuntil = \"soon\"");
    assert_eq!(problems(&wrong).len(), 1);
    // Files of before there was a history may say less of what blocks a step.
    for state in ["open", "blocked", "in-progress"] {
        parse(&table(1, &format!("state = \"{state}\"")), "x").unwrap();
    }
}

#[test]
fn an_event_that_lacks_what_its_act_needs_is_refused() {
    for (lines, key) in [
        ("act = \"waive\"\nreason = \"slow\"", "`until`"),
        ("act = \"waive\"\nuntil = 2026-12-01", "`reason`"),
        ("act = \"wait\"", "`on`"),
        ("act = \"fail\"", "`reason`"),
        ("act = \"block\"", "`reason`"),
        ("act = \"not-applicable\"", "`reason`"),
        ("act = \"reopen\"", "`reason`"),
        ("act = \"adopt\"\nstate = \"blocked\"", "`reason`"),
        ("act = \"done\"", "evidence"),
        ("act = \"done\"\nevidence = []", "evidence"),
        ("act = \"verify\"\nstate = \"done\"", "evidence"),
        ("act = \"adopt\"\nstate = \"done\"", "evidence"),
        ("act = \"import\"\nstate = \"done\"", "evidence"),
    ] {
        let found = problems(&event(lines));
        assert_eq!(found.len(), 1, "{lines}: {found:?}");
        assert!(
            found[0].starts_with("line 3, column 1: this makes `plan.ods`"),
            "{found:?}"
        );
        assert!(found[0].contains(&format!("no {key}")), "{found:?}");
    }
    parse(&event("act = \"import\"\nstate = \"blocked\""), "x").unwrap();
    parse(
        &event("act = \"adopt\"\nstate = \"open\"\nwhy = \"x\""),
        "x",
    )
    .unwrap();
}

#[test]
fn events_that_stand_on_one_line_are_refused_where_they_stand() {
    for events in ["[]", "[{ act = \"start\" }]"] {
        let text = format!("schema = 2\ndefinition = \"booking-provider\"\nevent = {events}\n");
        let found = problems(&text);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(
            found[0].starts_with("line 3, column 9: each event stands under [[event]]"),
            "{found:?}"
        );
    }
}

#[test]
fn an_own_step_that_is_gone_is_kept_and_what_ptl_ships_elsewhere_is_none() {
    let of = |step: &str| event("act = \"start\"").replace("plan.ods", step);
    let (definition, state) = parse(&of("own.pen-test"), "x").unwrap();
    assert_eq!(state.orphans(&definition), ["own.pen-test"]);
    for wrong in ["renew.csr", "plan", "no step", "Plan.ods"] {
        let renewal = crate::checklist::definition::find("renewal")
            .unwrap()
            .unwrap();
        let wrong = match wrong {
            "renew.csr" => renewal
                .steps()
                .map(|it| it.id.clone())
                .find(|it| definition.step(it).is_none())
                .unwrap(),
            wrong => wrong.to_owned(),
        };
        assert_eq!(problems(&of(&wrong)).len(), 1, "{wrong}");
    }
    // A table that no history speaks of is a slip.
    assert_eq!(
        problems(&table(2, "state = \"open\"").replace("plan.ods", "own.pen-test")).len(),
        1
    );
}
