//! `ptl expiry`.

use super::{Exit, hand_over, layout, open_output, passphrase};
use crate::{
    cli::{Global, expiry::ExpiryArgs},
    config::Install,
    environment,
    error::{Error, Result},
    report::{self, Expiry, Format},
    survey::expiry::Endings,
};

/// Runs `ptl expiry`: on the files given, or on those that the install names.
///
/// # Errors
/// Where a file, the install or the profile is wrong.
pub(super) fn run(args: &ExpiryArgs, global: &Global) -> Result<Exit> {
    if global.format == Format::Junit {
        return Err(report::no_junit());
    }
    if args.ics && global.format == Format::Json {
        return Err(
            Error::input("--ics and --format json are two formats").hint("Choose one of them.")
        );
    }
    let output = open_output(global)?;
    let at = global.time()?;
    let endings = match args.paths.is_empty() {
        false => {
            let files: Vec<_> = args.paths.iter().map(AsRef::as_ref).collect();
            let secret = passphrase::of_files(&files, &args.passphrase, global)?;
            Endings::of_files(&args.paths, secret.as_ref(), at)?
        }
        true if args.passphrase.is_given() => {
            return Err(
                Error::input("a passphrase is for files that are named here")
                    .hint("Name them: `ptl expiry FILE`."),
            );
        }
        true => of_install(global, at)?,
    };
    let expiry = Expiry::new(endings, at);
    let text = match args.ics {
        true => expiry.calendar(),
        false => report::explain(&expiry, global.format, layout(global, output.as_ref()))?,
    };
    hand_over(&text, output)?;
    Ok(
        match (expiry.ends_within(args.within), expiry.problems.is_empty()) {
            (true, _) => Exit::Fail,
            (false, false) => Exit::Undetermined,
            (false, true) => Exit::Pass,
        },
    )
}

fn of_install(global: &Global, at: jiff::Timestamp) -> Result<Endings> {
    let install = Install::read(&global.install)?;
    let chosen = global.env.as_deref().map(environment::find).transpose()?;
    let chosen = chosen.as_ref().map(|environment| environment.id.as_str());
    Ok(Endings::of_install(&install, chosen, at))
}
