//! `ptl crl`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// Look certificates up in revocation lists, and see how long these hold
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  ptl crl lookup leaf.pem --list crlc2.crl --issuer sub.pem
                              whether a certificate is revoked, since when, and why
  ptl crl lookup leaf.pem sub.pem --list crlc2.crl --list arla1.crl --issuer cas/
                              a whole chain, each in the list of its own issuer
  ptl crl lookup 3A:0F:77 --list all.crl --issuer sub.pem
                              a serial number, as a log shows it
  ptl crl status lists/*.crl --issuer cas/ --every 7d
                              whether each list outlives a weekly job, for a job that warns

Exit: 0 all are good, 1 one is revoked, or a list has ended or ends too early, 2 a file is wrong,
      3 of one it could not be found out.")]
pub struct CrlArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: CrlCommand,
}

/// What to do with lists.
#[derive(Debug, Subcommand)]
pub enum CrlCommand {
    /// Say whether certificates are revoked, by these lists
    ///
    /// Good is only what a list says that its issuer signed, that covers the certificate, and that is in date. A list
    /// of a million certificates takes a twentieth of a second and no more memory than a small one.
    Lookup(LookupArgs),
    /// Show what each list is, how long it holds, and whether it outlives the next run of the job that fetches it
    Status(StatusArgs),
}

/// Which lists, and when they are fetched again.
#[derive(Args, Debug)]
pub struct StatusArgs {
    /// Revocation lists, DER of any size or PEM
    #[arg(value_name = "FILE", required = true)]
    pub lists: Vec<PathBuf>,
    /// The CAs that sign the lists; may be given again
    #[arg(long, value_name = "FILE|DIR")]
    pub issuer: Vec<PathBuf>,
    /// How often the lists are fetched, as 24h or 7d: one that ends before the next time fails
    #[arg(long, value_name = "DURATION")]
    pub every: Option<String>,
}

/// What is looked up, and where.
#[derive(Args, Debug)]
pub struct LookupArgs {
    /// Files of certificates, or serial numbers as hex
    #[arg(value_name = "CERT|SERIAL", required = true)]
    pub wanted: Vec<String>,
    /// A revocation list, DER of any size or PEM; may be given again
    #[arg(long, value_name = "FILE", required = true)]
    pub list: Vec<PathBuf>,
    /// The CAs that sign the lists; may be given again
    #[arg(long, value_name = "FILE|DIR")]
    pub issuer: Vec<PathBuf>,
}
