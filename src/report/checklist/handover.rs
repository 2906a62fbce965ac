//! The report of a checklist that is handed over, in each of its forms.

use serde_json::Value;

use crate::{
    error::{Error, Result},
    files::private_key,
    report::document,
    template::{self, Form, handover::Handover},
};

/// The report in a form; without one, the document that the forms are made of, as JSON.
///
/// # Errors
/// Where a text of it holds a secret: somebody wrote it into the checklist by hand.
pub fn handed_over(handover: &Handover<'_>, form: Option<Form>) -> Result<String> {
    let value = serde_json::to_value(handover)
        .map_err(|error| Error::internal("could not write JSON").because(error))?;
    refuse_secrets(&value)?;
    match form {
        None => document(handover),
        Some(form) => template::render(handover, form),
    }
}

fn refuse_secrets(value: &Value) -> Result<()> {
    match value {
        Value::String(text) => match private_key::find(text.as_bytes()) {
            None => Ok(()),
            Some(kind) => Err(Error::input(format!(
                "a text of the checklist or of ptl.toml holds {kind}: a secret is never handed over"
            ))
            .hint("Take it out of the file, and think about a new key: who read the file has it.")),
        },
        Value::Array(values) => values.iter().try_for_each(refuse_secrets),
        Value::Object(values) => values.values().try_for_each(refuse_secrets),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_found_wherever_it_stands() {
        let key = "-----BEGIN PRIVATE KEY-----";
        for value in [
            serde_json::json!({ "a": [{ "b": key }] }),
            serde_json::json!([1, null, key]),
            serde_json::json!({ "a": r#"{"kty":"OKP","d":"b"}"# }),
        ] {
            assert!(refuse_secrets(&value).is_err(), "{value}");
        }
        assert!(refuse_secrets(&serde_json::json!({ "private key": [true] })).is_ok());
    }
}
