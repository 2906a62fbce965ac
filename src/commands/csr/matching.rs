//! `ptl csr match`.

use std::path::Path;

use super::Exit;
use crate::{
    check::{Context, Report},
    cli::{Global, csr::MatchArgs},
    commands::{deliver, open_output, passphrase},
    error::Result,
    survey,
};

/// Tells which of the files belong together.
pub(super) fn run(args: &MatchArgs, global: &Global) -> Result<Exit> {
    let output = open_output(global)?;
    let selection = global.selection()?;
    let context = Context {
        at: global.time()?,
        environment: None,
        install: None,
        selection: &selection,
    };
    let files: Vec<&Path> = args.paths.iter().map(AsRef::as_ref).collect();
    let secret = passphrase::of_files(&files, &args.passphrase, global)?;
    let findings = survey::matching::check_files(&args.paths, secret.as_ref(), &context)?;
    let report = Report::new("csr match", None, context.at, findings, selection.strict);
    deliver(&report, global, output)
}
