//! JSON: one document, by the schemas in `templates/schemas/`.

use serde::Serialize;

use crate::{
    error::{Error, Result},
    template,
};

/// A document of any kind as indented JSON, ended by a newline.
///
/// # Errors
/// Where a value cannot be written as JSON, which no kind allows.
pub fn document(document: &impl Serialize) -> Result<String> {
    let text = serde_json::to_string_pretty(document)
        .map_err(|error| Error::internal("could not write JSON").because(error))?;
    Ok(template::json(&text).into_owned() + "\n")
}
