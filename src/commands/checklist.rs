//! `ptl checklist`.

use super::Exit;
use crate::{
    cli::{Global, checklist::ChecklistArgs},
    error::{Error, Result},
};

/// Runs `ptl checklist`.
///
/// # Errors
/// Always, until it is built.
pub(super) fn run(_args: &ChecklistArgs, _global: &Global) -> Result<Exit> {
    Err(Error::internal("checklist is not built yet"))
}
