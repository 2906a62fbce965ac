//! `ptl csr lint`.

use super::{Exit, parse};
use crate::{
    check::{Context, Report},
    cli::{Global, csr::LintArgs},
    commands::{context::Scene, deliver, open_output},
    config,
    error::Result,
    survey,
};

/// Judges a request.
pub(super) fn run(args: &LintArgs, global: &Global) -> Result<Exit> {
    let output = open_output(global)?;
    let at = global.time()?;
    // An install is not needed: it only says which name the request should bear.
    let scene = match &args.fqdn {
        None if global.install.join(config::FILE).exists() => Some(Scene::read(global)?),
        _ => None,
    };
    let from_install = scene
        .as_ref()
        .and_then(Scene::endpoint)
        .and_then(|endpoint| endpoint.fqdn.as_deref());
    let expected = match (&args.fqdn, from_install) {
        (Some(name), _) => Some(parse(name, "--fqdn")?),
        (None, Some(name)) => Some(parse(name, "ptl.toml")?),
        (None, None) => None,
    };
    let selection = match &scene {
        Some(scene) => scene.selection(global)?,
        None => global.selection()?,
    };
    let environment = scene.as_ref().map(|scene| &scene.environment);
    let context = Context {
        at,
        environment,
        install: scene.as_ref().map(|scene| &scene.install),
        selection: &selection,
    };
    let linted = survey::csr::read(&args.file, expected)?;
    let findings = survey::csr::judge(&args.file, &linted, &context);
    let name = environment.map(|environment| environment.id.as_str());
    let report = Report::new("csr lint", name, at, findings, selection.strict);
    deliver(&report, global, output)
}
