//! `ptl check-firewall`.

use super::Exit;
use crate::{
    cli::{Global, check_firewall::CheckFirewallArgs},
    error::{Error, Result},
};

/// Runs `ptl check-firewall`.
///
/// # Errors
/// Always, until it is built.
pub(super) fn run(_args: &CheckFirewallArgs, _global: &Global) -> Result<Exit> {
    Err(Error::internal("check-firewall is not built yet"))
}
