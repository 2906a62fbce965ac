//! `ptl init`.

use super::Exit;
use crate::{
    cli::{Global, init::InitArgs},
    error::{Error, Result},
};

/// Runs `ptl init`.
///
/// # Errors
/// Always, until it is built.
pub(super) fn run(_args: &InitArgs, _global: &Global) -> Result<Exit> {
    Err(Error::internal("init is not built yet"))
}
