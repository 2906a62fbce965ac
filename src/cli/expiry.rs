//! `ptl expiry`.

use std::path::PathBuf;

use clap::Args;

use super::passphrase::PassphraseArgs;

/// Show every date that ends something
///
/// Certificates, CAs and waivers of the install in each of its environments, and requests that nobody has
/// answered; or certificates and revocation lists of files and folders.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  ptl expiry                         the install here, in every environment
  ptl expiry --env live --within 30  for a nightly job: exit 1 where anything ends within 30 days
  ptl expiry --ics --output ptl.ics  the same as a calendar
  ptl expiry /etc/ssl/nhs *.crl      files and folders, without an install

Exit: 0 nothing has ended, 1 something has, or ends within the days of --within,
      2 a file or ptl.toml is wrong, 3 a file that ptl.toml names could not be read.")]
pub struct ExpiryArgs {
    /// Files and folders; without any, what ptl.toml names
    #[arg(value_name = "FILE|DIR")]
    pub paths: Vec<PathBuf>,
    /// Exit 1 already where something ends within so many days
    #[arg(long, value_name = "DAYS", default_value_t = 0, value_parser = clap::value_parser!(i64).range(0..=36_500))]
    pub within: i64,
    /// Print a calendar (iCalendar, RFC 5545)
    #[arg(long)]
    pub ics: bool,
    /// The passphrase of stores among the files.
    #[command(flatten)]
    pub passphrase: PassphraseArgs,
}
