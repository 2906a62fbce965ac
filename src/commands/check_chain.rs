//! `ptl check-chain`.

use std::{path::PathBuf, sync::Arc};

use super::{Exit, deliver, open_output};
use crate::{
    check::{Context, Report},
    cli::{Global, check_chain::CheckChainArgs},
    error::{Error, Result},
    survey::chain::{self, Files},
    x509::{
        self,
        path::{Host, Policy},
    },
};

/// Runs `ptl check-chain`: on the files given, or on those that the install names.
///
/// # Errors
/// Where a file or the install cannot be read.
pub(super) fn run(args: &CheckChainArgs, global: &Global) -> Result<Exit> {
    match &args.cert {
        Some(cert) => on_files(args, cert.clone(), global),
        None => Err(Error::input("name the certificate with --cert")
            .hint("Run `ptl check-chain --cert FILE --chain FILE --trust FILE --purpose both`.")),
    }
}

fn on_files(args: &CheckChainArgs, cert: PathBuf, global: &Global) -> Result<Exit> {
    let output = open_output(global)?;
    let at = global.time()?;
    let selection = global.selection()?;
    let context = Context {
        at,
        environment: None,
        install: None,
        selection: &selection,
    };
    let files = Files {
        cert,
        chain: args.chain.clone(),
        trust: args.trust.iter().map(|text| trusted(text)).collect(),
        key: args.key.clone(),
    };
    let findings = chain::check_files(&files, policy(args, at)?, &context)?;
    let report = Report::new("check-chain", None, at, findings, global.strict);
    deliver(&report, global, output)
}

/// `NAME=FILE` or `FILE`; a file whose own name has `=` in it goes first.
fn trusted(text: &str) -> PathBuf {
    let whole = PathBuf::from(text);
    match text.split_once('=') {
        Some((_, file)) if !whole.exists() => PathBuf::from(file),
        _ => whole,
    }
}

fn policy(args: &CheckChainArgs, at: jiff::Timestamp) -> Result<Policy> {
    let mut lists = Vec::new();
    for file in &args.crl {
        lists.extend(x509::revocation_lists(file)?.into_iter().map(Arc::new));
    }
    Ok(Policy {
        at,
        purpose: args.purpose,
        host: args.host.as_deref().map(Host::parse).transpose()?,
        depth: args.depth,
        sha1: args.sha1,
        revocation: args.revocation,
        lists,
    })
}
