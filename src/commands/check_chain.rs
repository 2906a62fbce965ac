//! `ptl check-chain`.

use super::Exit;
use crate::{
    cli::{Global, check_chain::CheckChainArgs},
    error::{Error, Result},
};

/// Runs `ptl check-chain`.
///
/// # Errors
/// Always, until it is built.
pub(super) fn run(_args: &CheckChainArgs, _global: &Global) -> Result<Exit> {
    Err(Error::internal("check-chain is not built yet"))
}
