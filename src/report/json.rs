//! JSON: one document, by the schemas in `templates/schemas/`.

use serde::Serialize;

use super::escape;
use crate::error::{Error, Result};

/// A document of any kind as indented JSON, ended by a newline.
///
/// # Errors
/// Where a value cannot be written as JSON, which no kind allows.
pub fn document(document: &impl Serialize) -> Result<String> {
    let text = serde_json::to_string_pretty(document)
        .map_err(|error| Error::internal("could not write JSON").because(error))?;
    Ok(escape::json(&text).into_owned() + "\n")
}
