//! A supplier's own steps among the shipped ones.

use super::*;
use crate::{error::Error, files};

/// The provider's checklist with these own steps.
fn with(text: &str) -> Result<Definition, Error> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(OWN_FILE);
    files::put(&path, text.as_bytes()).unwrap();
    of_install(folder.path(), "booking-provider").map(Option::unwrap)
}

fn own(id: &str, more: &str) -> String {
    format!(
        "[[step]]\nid = \"{id}\"\ntitle = \"The test is passed\"\nowner = \"security officer\"\n\
         evidence = \"the report\"\nsource = \"our policy\"\ndo = \"Order it.\"\n{more}\n"
    )
}

fn ids<'a>(definition: &'a Definition, stage: &str) -> Vec<&'a str> {
    let stage = definition.stages.iter().find(|it| it.id == stage).unwrap();
    stage.steps.iter().map(|step| step.id.as_str()).collect()
}

#[test]
fn a_folder_without_the_file_has_the_shipped_checklist() {
    let folder = tempfile::tempdir().unwrap();
    let definition = of_install(folder.path(), "renewal").unwrap().unwrap();
    assert!(definition.steps().all(|step| !step.own));
    assert!(of_install(folder.path(), "bars").unwrap().is_none());
}

#[test]
fn an_own_step_stands_in_its_stage_before_what_relies_on_it() {
    let text = "schema = 1\n".to_owned()
        + &own(
            "own.pen-test",
            "stage = \"int-config\"\nrequires = [\"int.sds\"]\nbefore = [\"int.ssp\", \"as.scal\"]\n\
             environment = \"int\"\nchecks = [\"TLS-*\"]\nproven-by = \"checks\"\nabout = [\"version\"]\n\
             fresh = { for = \"26w\", source = \"our policy\" }",
        )
        + &own("own.wash-up", "stage = \"int-config\"");
    let definition = with(&text).unwrap();
    let shipped = find("booking-provider").unwrap().unwrap();
    assert_eq!(definition.steps().count(), shipped.steps().count() + 2);
    let order = ids(&definition, "int-config");
    assert_eq!(
        order[order.len() - 3..],
        ["own.pen-test", "int.ssp", "own.wash-up"]
    );
    for id in ["int.ssp", "as.scal"] {
        let (_, relying) = definition.step(id).unwrap();
        assert!(
            relying.requires.iter().any(|it| it == "own.pen-test"),
            "{id}"
        );
    }
    let (_, step) = definition.step("own.pen-test").unwrap();
    assert!(step.own);
    assert_eq!(step.proven_by, ProvenBy::Checks);
    assert_eq!(step.fresh.as_ref().unwrap().word(), "182d");
    assert_eq!(step.roles, [Role::Provider, Role::Consumer]);
    let (_, bare) = definition.step("own.wash-up").unwrap();
    assert_eq!((bare.requires.len(), bare.checks.len()), (0, 0));
}

#[test]
fn a_step_for_the_other_role_stays_out() {
    let text = "schema = 1\n".to_owned()
        + &own("own.ours", "stage = \"plan\"\nroles = [\"provider\"]")
        + &own("own.theirs", "stage = \"plan\"\nroles = [\"consumer\"]");
    let definition = with(&text).unwrap();
    assert!(definition.step("own.ours").is_some());
    assert!(definition.step("own.theirs").is_none());
}

#[test]
fn everything_that_is_wrong_is_told_at_once_with_file_line_and_column() {
    let text = "schema = 1\n".to_owned()
        + &own(
            "int.csr",
            "stage = \"nowhere\"\nrequires = [\"int.spp\"]\ncolour = 1",
        );
    let error = with(&text).unwrap_err();
    assert!(
        error.to_string().ends_with("steps.toml` has 4 problems"),
        "{error}"
    );
    let places: Vec<_> = error
        .problems()
        .iter()
        .map(|line| line.split_once("steps.toml:").unwrap().1)
        .map(|line| line.splitn(3, ':').take(2).collect::<Vec<_>>().join(":"))
        .collect();
    assert_eq!(places, ["3:6", "9:9", "10:13", "11:1"]);
    assert!(error.next_action().unwrap().contains("ptl checklist lint"));
}

#[test]
fn a_pattern_of_a_newer_ptls_checks_keeps_nobody_from_the_checklist() {
    let text = "schema = 1\n".to_owned() + &own("own.x", "stage = \"plan\"\nchecks = [\"ZZZ-*\"]");
    assert!(with(&text).is_ok());
}

#[test]
fn no_toml_a_newer_form_and_a_private_key_are_refused() {
    for (text, complaint) in [
        ("schema = \n", "is no TOML"),
        ("schema = 2\nnovel = true\n", "has schema 2"),
        (
            "schema = 1\n# -----BEGIN PRIVATE KEY-----\n# MIIE\n# -----END PRIVATE KEY-----\n",
            "private key",
        ),
    ] {
        let error = with(text).unwrap_err();
        assert!(error.to_string().contains(complaint), "{text}: {error}");
        assert!(error.next_action().is_some());
    }
}

/// What lint lets through is read, whatever single line of the text is missing, doubled or changed.
#[test]
fn what_is_not_refused_can_be_read() {
    let whole = "schema = 1\n".to_owned()
        + &own(
            "own.pen-test",
            "stage = \"int-config\"\nrequires = [\"int.sds\"]\nbefore = [\"int.ssp\"]\nroles = [\"provider\"]\n\
             environment = \"int\"\nchecks = [\"TLS-*\"]\nproven-by = \"checks\"\nabout = [\"version\"]\n\
             fresh = { for = \"26w\", source = \"our policy\" }\nseed = \"x\"\n\
             wait = { text = \"a week\", working-days = 5, source = \"our policy\" }",
        );
    assert!(with(&whole).is_ok());
    let lines: Vec<&str> = whole.lines().collect();
    let mut read = 0;
    for number in 0..lines.len() {
        let (key, _) = lines[number]
            .split_once(" =")
            .unwrap_or((lines[number], ""));
        for instead in ["", "5", "\"\"", "\"int\"", "[]", "[\"x\"]", "{ for = 5 }"] {
            let mut changed: Vec<String> = lines.iter().map(ToString::to_string).collect();
            changed[number] = match instead {
                "" => String::new(),
                value => format!("{key} = {value}"),
            };
            match with(&changed.join("\n")) {
                Ok(_) => read += 1,
                Err(error) => assert_eq!(error.kind(), crate::error::Kind::Input, "{error}"),
            }
        }
    }
    assert!(read > 10, "{read}");
}
