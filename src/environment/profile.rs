//! Reads a profile: the raw TOML, checked into an [`Environment`], all problems in one go.

use super::Environment;
use crate::error::{Error, Result};

/// The profiles that ptl ships: id and TOML text.
pub const SHIPPED: &[(&str, &str)] = &[];

/// The environment of an id, or of a profile file.
///
/// # Errors
/// Where neither a shipped profile nor a file of that name is there, or the file is wrong.
pub fn find(name_or_file: &str) -> Result<Environment> {
    Err(Error::input(format!("no environment `{name_or_file}`")))
}

/// Every shipped environment.
pub fn all() -> Vec<Environment> {
    Vec::new()
}
