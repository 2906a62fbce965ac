//! `ptl csr`.

use super::Exit;
use crate::{
    cli::{Global, csr::CsrArgs},
    error::{Error, Result},
};

/// Runs `ptl csr`.
///
/// # Errors
/// Always, until it is built.
pub(super) fn run(_args: &CsrArgs, _global: &Global) -> Result<Exit> {
    Err(Error::internal("csr is not built yet"))
}
