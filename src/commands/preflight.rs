//! `ptl preflight`.

use super::{Exit, context::Scene, deliver, open_output, wait};
use crate::{
    cli::{Global, preflight::PreflightArgs},
    error::Result,
    survey::{self, Area},
};

/// Runs `ptl preflight`.
///
/// # Errors
/// Where the install, the profile or a file that they name is wrong.
pub(super) fn run(_args: &PreflightArgs, global: &Global) -> Result<Exit> {
    let scene = Scene::read(global)?;
    let output = open_output(global)?;
    let selection = scene.selection(global)?;
    let subject = scene.subject(global, &selection)?;
    let report = wait(global, survey::run("preflight", Area::ALL, &subject))??;
    deliver(&report, global, output)
}
