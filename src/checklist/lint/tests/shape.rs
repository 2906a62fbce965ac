//! Fields and values.

use super::*;

#[test]
fn a_field_that_is_missing_or_empty_is_named_by_its_own_rule() {
    for (line, rule, words) in [
        ("owner = \"engineer\"\n", Rule::MissingOwner, "who acts"),
        (
            "evidence = \"a report\"\n",
            Rule::MissingEvidence,
            "what proves it",
        ),
        (
            "title = \"One is done\"\n",
            Rule::MissingField,
            "`title` is missing under [[step]]",
        ),
        ("do = \"Do one.\"\n", Rule::MissingField, "`do` is missing"),
    ] {
        let text = changed(line, "");
        let findings = found(&text);
        only(&findings, &text, rule, "[[stage.step]]", words);
        assert_eq!(findings[0].step.as_deref(), Some("a.one"));
        let (key, _) = line.split_once(' ').unwrap();
        let text = changed(line, &format!("{key} = \" \"\n"));
        only(&found(&text), &text, rule, "\" \"", "is empty");
    }
}

#[test]
fn nothing_stands_without_a_source() {
    let of_step = "checks = [\"TLS-*\"]\nsource = \"a page\"\n";
    let text = changed(of_step, "checks = [\"TLS-*\"]\n");
    only(
        &found(&text),
        &text,
        Rule::MissingSource,
        "[[stage.step]]",
        "the page or the person",
    );
    let text = changed("gate = []\nsource = \"a page\"\n", "gate = []\n");
    only(
        &found(&text),
        &text,
        Rule::MissingSource,
        "[[stage]]",
        "under [[stage]]",
    );
    let text = changed("working-days = 5, source = \"a page\"", "working-days = 5");
    only(
        &found(&text),
        &text,
        Rule::WaitWithoutSource,
        "{ text",
        "only where somebody states it",
    );
    let text = changed("\"30d\", source = \"a page\"", "\"30d\"");
    only(
        &found(&text),
        &text,
        Rule::FreshWithoutSource,
        "{ for",
        "who says",
    );
    let text = changed("\"30d\", source = \"a page\"", "\"30d\", source = \"\"");
    only(
        &found(&text),
        &text,
        Rule::FreshWithoutSource,
        "\"\"",
        "is empty",
    );
}

#[test]
fn an_unknown_key_is_named_wherever_it_stands_with_what_was_meant() {
    for (from, to, words) in [
        (
            "owner = \"engineer\"",
            "ownr = \"engineer\"\nowner = \"x\"",
            "did you mean `owner`?",
        ),
        ("gate = []", "gates = []\ngate = []", "did you mean `gate`?"),
        (
            "role = \"provider\"",
            "role = \"provider\"\nroll = 1",
            "did you mean `role`?",
        ),
        (
            "working-days = 5",
            "working-days = 5, days = 5",
            "known are text, working-days, source",
        ),
        // Only a supplier's own steps come before others.
        (
            "requires = [\"a.one\"]",
            "requires = [\"a.one\"]\nbefore = [\"b.one\"]",
            "unknown key `before`",
        ),
    ] {
        let text = changed(from, to);
        let findings = found(&text);
        assert_eq!(findings.len(), 1, "{findings:#?}");
        assert_eq!(findings[0].rule, Rule::UnknownField);
        assert!(findings[0].message.contains(words), "{findings:?}");
    }
}

#[test]
fn a_value_of_another_kind_is_told_with_what_belongs_there() {
    for (from, to, at, words) in [
        (
            "title = \"One is done\"",
            "title = 5",
            "5\nroles",
            "must be text in quotes, not a whole number",
        ),
        (
            "requires = [\"a.one\"]",
            "requires = \"a.one\"",
            "\"a.one\"\nevidence",
            "must be a list",
        ),
        (
            "requires = [\"a.one\"]",
            "requires = [5]",
            "5]",
            "must be text in quotes",
        ),
        (
            "requires = [\"a.one\"]",
            "requires = [\"one\"]",
            "\"one\"",
            "is no step's id",
        ),
        (
            "roles = [\"provider\"]",
            "roles = [\"provder\"]",
            "\"provder\"",
            "did you mean `provider`?",
        ),
        (
            "roles = [\"provider\"]",
            "roles = []",
            "[]\nowner",
            "is empty",
        ),
        (
            "environment = \"int\"",
            "environment = \"prod\"",
            "\"prod\"",
            "int, dep, live",
        ),
        (
            "proven-by = \"checks\"",
            "proven-by = \"cheques\"",
            "\"cheques\"",
            "did you mean `checks`?",
        ),
        (
            "\"certificate\", \"hosts\"",
            "\"certificates\"",
            "\"certificates\"",
            "did you mean `certificate`?",
        ),
        (
            "\"30d\"",
            "\"soon\"",
            "\"soon\"",
            "no duration: write it as 24h or 365d",
        ),
        (
            "working-days = 5",
            "working-days = 0",
            "0, source",
            "above nothing",
        ),
        (
            "working-days = 5",
            "working-days = \"5\"",
            "\"5\"",
            "number of working days",
        ),
        (
            "fresh = { for = \"30d\", source = \"a page\" }",
            "fresh = \"30d\"",
            "\"30d\"",
            "must be a table",
        ),
        ("schema = 1", "schema = 0", "0\nid", "`schema` is 1"),
        (
            "id = \"second\"",
            "id = \"The second\"",
            "\"The second\"",
            "small letters",
        ),
        (
            "role = \"provider\"",
            "role = \"both\"",
            "\"both\"",
            "provider, consumer",
        ),
        (
            "title = \"The end\"",
            "title = \"a\\u001b[2J\"",
            "\"a\\u001b",
            "another character that is not seen",
        ),
        (
            "title = \"The end\"",
            "title = \"a\\u202eb\"",
            "\"a\\u202e",
            "another character that is not seen",
        ),
    ] {
        let text = changed(from, to);
        let findings = found(&text);
        let of_shape: Vec<_> = findings
            .into_iter()
            .filter(|it| it.rule == Rule::WrongValue)
            .collect();
        only(&of_shape, &text, Rule::WrongValue, at, words);
    }
}

#[test]
fn a_step_without_a_sound_id_is_told_and_nothing_else_is_lost() {
    let text = changed("id = \"a.one\"", "id = \"One\"");
    let rules: Vec<_> = found(&text).iter().map(|it| it.rule).collect();
    assert_eq!(rules, [Rule::WrongValue, Rule::UnknownRequirement]);
    let text = changed("id = \"b.one\"\n", "");
    only(
        &found(&text),
        &text,
        Rule::MissingField,
        "[[stage.step]]\ntitle = \"The end\"",
        "`id` is missing",
    );
}

#[test]
fn tables_that_are_none_are_told() {
    for text in [
        "schema = 1\nid = \"x\"\ntitle = \"x\"\nstage = 5",
        "schema = 1\nid = \"x\"\ntitle = \"x\"\nstage = [5]",
    ] {
        only(&found(text), text, Rule::WrongValue, "5", "stage");
    }
    let text = "schema = 1\nstep = 5";
    only(
        &own_found(text, "renewal"),
        text,
        Rule::WrongValue,
        "5",
        "must be a list",
    );
}

#[test]
fn own_steps_want_a_stage_and_may_leave_out_what_is_nothing() {
    let text = own_changed("stage = \"int-test\"\n", "");
    only(
        &own_found(&text, "booking-provider"),
        &text,
        Rule::MissingField,
        "[[step]]",
        "`stage` is missing",
    );
    let text = own_changed("requires = [\"int.ssp\"]\n", "");
    assert_eq!(own_found(&text, "booking-provider"), []);
    only(
        &own_found("", "renewal"),
        "",
        Rule::MissingField,
        "",
        "`schema` is missing",
    );
}
