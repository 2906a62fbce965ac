//! `ptl explain`.

use super::Exit;
use crate::{
    cli::{Global, explain::ExplainArgs},
    error::{Error, Result},
};

/// Runs `ptl explain`.
///
/// # Errors
/// Always, until it is built.
pub(super) fn run(_args: &ExplainArgs, _global: &Global) -> Result<Exit> {
    Err(Error::internal("explain is not built yet"))
}
