//! `ptl csr`.

mod lint;
mod list;
mod make;
mod matching;
mod order;

use super::Exit;
use crate::{
    cli::{
        Global,
        csr::{CsrAction, CsrArgs, MakeArgs},
    },
    config::Fqdn,
    error::{Error, Result},
};

/// Runs `ptl csr`, `ptl csr lint` and `ptl csr match`.
///
/// # Errors
/// Where the command line, the install or a file is wrong, or something would be overwritten.
pub(super) fn run(args: &CsrArgs, global: &Global) -> Result<Exit> {
    match &args.action {
        // clap's own rule would refuse the global flags before `lint` as well.
        Some(action) if making(&args.make) => Err(Error::input(format!(
            "flags of `ptl csr` stand before `{}`, which makes nothing",
            action.word()
        ))
        .hint(format!(
            "Write them after it: `ptl csr {} --help` lists those that it takes.",
            action.word()
        ))),
        Some(CsrAction::Lint(lint)) => lint::run(lint, global),
        Some(CsrAction::Match(files)) => matching::run(files, global),
        None => match &args.make.list {
            Some(list) => list::run(list, &args.make, global),
            None => make::run(&args.make, global),
        },
    }
}

fn making(make: &MakeArgs) -> bool {
    make.fqdn.is_some()
        || make.list.is_some()
        || make.out.is_some()
        || make.bits.is_some()
        || make.from_key.is_some()
        || make.from_cert.is_some()
        || make.no_san
        || make.passphrase.is_given()
}

/// The name, with all its problems at once.
fn parse(name: &str, from: &str) -> Result<Fqdn> {
    Fqdn::parse(name).map_err(|problems| {
        Error::input(format!("{from}: `{name}` cannot be an endpoint's name"))
            .details(problems)
            .hint("Give the name as it is registered, as example.thirdparty.nhs.uk.")
    })
}
