//! `ptl check-chain`.

mod connect;

pub(super) use connect::record;

use std::path::PathBuf;

use super::{Exit, context::Scene, deliver, open_output, passphrase, wait};
use crate::{
    check::{Context, Report},
    cli::{Global, check_chain::CheckChainArgs},
    error::{Error, Result},
    survey::{
        self, Area,
        chain::{self, Files},
    },
    x509::path::{Demands, Host, Policy, Revocation},
};

/// What `--trust` has for the CAs that this system trusts.
const SYSTEM: &str = "system";

/// Runs `ptl check-chain`: on the files given, or on those that the install names.
///
/// # Errors
/// Where a file, the install or the profile is wrong.
pub(super) fn run(args: &CheckChainArgs, global: &Global) -> Result<Exit> {
    if let Some(to) = &args.connect {
        return connect::run(to, args, global);
    }
    match &args.cert {
        Some(cert) => on_files(args, cert.clone(), global),
        None if args.passphrase.is_given() => Err(Error::input(
            "a passphrase is for the files of --cert: those of an install are judged without one",
        )
        .hint("Name the files: `ptl check-chain --cert FILE --key FILE --trust FILE`.")),
        None => on_install(global),
    }
}

fn on_install(global: &Global) -> Result<Exit> {
    let scene = Scene::read(global)?;
    let output = open_output(global)?;
    let selection = scene.selection(global)?;
    let subject = scene.subject(global, &selection)?;
    let areas = [Area::Chain, Area::Revocation];
    let report = wait(global, survey::run("check-chain", &areas, &subject))??;
    deliver(&report, global, output)
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
        trust: args.trust.iter().filter_map(|text| trusted(text)).collect(),
        trusts_system: args.trust.iter().any(|text| trusted(text).is_none()),
        key: args.key.clone(),
        lists: args.crl.clone(),
    };
    let secret = passphrase::of_files(&files.all(), &args.passphrase, global)?;
    let findings = chain::check_files(&files, secret.as_ref(), policy(args, at)?, &context)?;
    let report = Report::new("check-chain", None, at, findings, global.strict);
    deliver(&report, global, output)
}

/// `NAME=FILE` or `FILE`; nothing for the system's own store. A file of that very name goes first.
fn trusted(text: &str) -> Option<PathBuf> {
    let whole = PathBuf::from(text);
    if whole.exists() {
        return Some(whole);
    }
    match text.split_once('=') {
        Some((_, file)) => Some(PathBuf::from(file)),
        None if text == SYSTEM => None,
        None => Some(whole),
    }
}

fn policy(args: &CheckChainArgs, at: jiff::Timestamp) -> Result<Policy> {
    // A list is given to be looked at.
    let unsaid = match args.crl.is_empty() {
        true => Revocation::Off,
        false => Revocation::Available,
    };
    Ok(Policy {
        purpose: args.purpose,
        host: args.host.as_deref().map(Host::parse).transpose()?,
        depth: args.depth,
        sha1: args.sha1,
        demands: Demands::Full,
        revocation: args.revocation.unwrap_or(unsaid),
        ..Policy::at(at)
    })
}
