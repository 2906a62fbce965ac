//! What the checklist recorded of an environment's certificate.

use super::{
    definition::Definition,
    state::{Proof, State, Status},
};

/// The step that an environment's certificate is recorded by, and what it was last done with.
///
/// # Errors
/// Why there is nothing, as a sentence.
pub fn recorded<'a>(
    definition: &'a Definition,
    state: &'a State,
    environment: &str,
) -> Result<(&'a str, Vec<&'a Proof>), String> {
    let id = step_id(environment);
    let Some((_, step)) = definition.step(&id) else {
        return Err(format!(
            "the checklist has no step about the certificate of `{environment}`"
        ));
    };
    let record = state
        .records
        .get(&step.id)
        .filter(|record| record.status == Status::Done);
    let Some(record) = record else {
        return Err(format!(
            "the checklist has recorded no certificate: `{id}` is not done"
        ));
    };
    // What was given before a `reopen` stays on record, and is about another certificate.
    let last = record
        .evidence
        .iter()
        .filter(|evidence| evidence.at == record.at);
    Ok((&step.id, last.map(|evidence| &evidence.proof).collect()))
}

fn step_id(environment: &str) -> String {
    format!("{environment}.cert")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;
    use crate::checklist::{definition, state};

    fn provider(records: &str) -> (Definition, State) {
        let text = format!("schema = 1\ndefinition = \"booking-provider\"\n{records}");
        state::parse(&text, "checklist.toml").unwrap()
    }

    #[test]
    fn every_way_to_live_has_the_step_in_both_environments() {
        for id in [
            "booking-provider",
            "booking-consumer",
            "gp-connect-consumer",
        ] {
            let definition = definition::find(id).unwrap().unwrap();
            for environment in ["int", "live"] {
                let (_, step) = definition.step(&step_id(environment)).unwrap();
                assert_eq!(step.environment.as_deref(), Some(environment));
                assert_eq!(step.evidence, "the certificate file");
            }
        }
    }

    #[test]
    fn what_is_not_done_or_not_there_has_its_reason() {
        let (definition, state) = provider("");
        let reason = recorded(&definition, &state, "int").unwrap_err();
        assert!(reason.contains("`int.cert` is not done"), "{reason}");
        let reason = recorded(&definition, &state, "lab").unwrap_err();
        assert!(reason.contains("no step"), "{reason}");
    }

    #[test]
    fn evidence_of_before_a_reopen_does_not_count() {
        let (definition, state) = provider(
            "[step.\"int.cert\"]\nstate = \"done\"\nat = 2026-11-22T17:00:00Z\nby = \"anna\"\nevidence = [\
             { text = \"the old one\", at = 2025-11-22T17:00:00Z, by = \"anna\" },\
             { text = \"the new one\", at = 2026-11-22T17:00:00Z, by = \"anna\" }]\n",
        );
        let (step, proofs) = recorded(&definition, &state, "int").unwrap();
        assert_eq!(step, "int.cert");
        assert_eq!(proofs, [&Proof::Text("the new one".to_owned())]);
    }
}
