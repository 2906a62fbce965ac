//! `ptl preflight`.

use super::Exit;
use crate::{
    cli::{Global, preflight::PreflightArgs},
    error::{Error, Result},
};

/// Runs `ptl preflight`.
///
/// # Errors
/// Always, until it is built.
pub(super) fn run(_args: &PreflightArgs, _global: &Global) -> Result<Exit> {
    Err(Error::internal("preflight is not built yet"))
}
