//! `ptl preflight`.

use super::{Exit, context::Scene, deliver, open_output, wait};
use crate::{
    cli::{Global, preflight::PreflightArgs},
    error::Result,
    survey::{self, Area, Subject},
};

/// Runs `ptl preflight`.
///
/// # Errors
/// Where the install, the profile or a file that they name is wrong.
pub(super) fn run(_args: &PreflightArgs, global: &Global) -> Result<Exit> {
    let scene = Scene::read(global)?;
    let output = open_output(global)?;
    let selection = scene.selection(global)?;
    let subject = Subject {
        environment: &scene.environment,
        install: &scene.install,
        endpoint: scene.endpoint(),
        at: global.time()?,
        timeout: global.deadline()?,
        selection: &selection,
    };
    let report = wait(global, survey::run("preflight", Area::ALL, &subject))??;
    deliver(&report, global, output)
}
