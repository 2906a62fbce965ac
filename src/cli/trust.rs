//! `ptl trust`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// Find the pinned CAs, or fetch them
///
/// The CAs of every trust generation of an environment, each by the SHA-256 fingerprint that the profile pins.
/// With --env no install is needed.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  ptl trust show                       the generations here, and where each CA is
  ptl trust show --env live /etc/ssl   without an install; looks into a folder too
  ptl trust fetch --env int --out ca   download the CAs that must be there

Exit: 0 all that are in force are there, 1 one is not, or what came is another, 2 wrong input,
      3 something could not be found out. `ptl trust show --help` and `ptl trust fetch --help` say more.")]
pub struct TrustArgs {
    /// What is done.
    #[command(subcommand)]
    pub action: TrustAction,
}

/// What is done.
#[derive(Debug, Subcommand)]
pub enum TrustAction {
    /// Show every generation, its CAs, and where each is found
    ///
    /// Looks into `trust`, `chain` and `certificate` of ptl.toml, the files and folders given, and the system's own store.
    #[command(after_help = "\
Examples:
  ptl trust show                       for the install here
  ptl trust show --env live            without an install
  ptl trust show --env int new.pem     what is in new.pem?
  ptl trust show --at 2027-06-01T00:00:00Z

Found anywhere is found: whether the install trusts it is for `ptl check-chain`.

Exit: 0 every CA of a generation in force was found, 1 one of them was not, 2 wrong input,
      3 one was not found, but a file could not be read or the source is too weak to say that
        it is needed; or no generation is in force.")]
    Show(ShowArgs),
    /// Download the CAs of the profile, and keep each only if it is the pinned one
    ///
    /// A proxy is taken from http_proxy, https_proxy, all_proxy and no_proxy. Only hosts of the profile are asked,
    /// at most one connection a second each, and no redirect to another host is followed. --timeout is for each
    /// file. What is there already is left as it is.
    #[command(after_help = "\
Examples:
  ptl trust fetch                      into the install's folder `trust`, for its environment
  ptl trust fetch --env live --out ca  without an install
  ptl trust fetch --generation sha2    one that is not in force too
  https_proxy=http://proxy:3128 ptl trust fetch --env live

Exit: 0 all are there now, 1 what came is not the pinned CA, or no CA at all, and was not kept,
      2 wrong input, or something else has a file's name: nothing was fetched,
      3 one could not be had, or --offline left it out. Those that came are kept all the same.")]
    Fetch(FetchArgs),
}

/// Where CAs are looked for.
#[derive(Args, Debug)]
pub struct ShowArgs {
    /// Files and folders to look into as well
    #[arg(value_name = "FILE|DIR")]
    pub paths: Vec<PathBuf>,
}

/// What is fetched.
#[derive(Args, Debug)]
pub struct FetchArgs {
    /// The folder for the files, made if it is not there; `trust` in the install's folder if not said
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// A generation in place of those in force; may be given again
    #[arg(long, value_name = "ID")]
    pub generation: Vec<String>,
    /// A host that may be asked besides those of the profile; may be given again
    #[arg(long, value_name = "HOST")]
    pub allow_host: Vec<String>,
}
