//! `ptl csr`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::passphrase::PassphraseArgs;
use crate::x509::key::Bits;

/// Make a private key and a certificate request
///
/// In an install, `ptl.toml` says the name and where the key belongs. With --fqdn no install is read.
/// The key is readable by its owner alone, nothing is ever overwritten, and the key is never shown.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  ptl csr                              for the install here: the files go where ptl.toml says
  ptl csr --fqdn example.thirdparty.nhs.uk --out .
                                       anywhere, without an install
  ptl csr --ask-passphrase             the same, with the key encrypted
  ptl csr --from-cert int.crt          a renewal: same names, new key, beside the old pair
  ptl csr --list names.txt --out pairs a pair for each name, on all cores
  ptl csr lint request.csr             judge a request, whoever made it
  ptl csr match new.crt /etc/ssl       find the key that a certificate belongs to

Exit: 0 made, or nothing is wrong with it, 1 a request fails lint, or its key is not there,
      2 wrong input, or a file of that name is there: nothing was changed.")]
pub struct CsrArgs {
    /// Judge a request instead of making one.
    #[command(subcommand)]
    pub action: Option<CsrAction>,
    /// What is made.
    #[command(flatten)]
    pub make: MakeArgs,
}

/// What else can be done with requests.
#[derive(Debug, Subcommand)]
pub enum CsrAction {
    /// Judge a certificate request, whoever made it
    Lint(LintArgs),
    /// Tell which key, request and certificate belong together
    ///
    /// Looks into folders, and says for each request and certificate where its private key lies, and for
    /// each key what it is for.
    Match(MatchArgs),
}

impl CsrAction {
    /// Its word on the command line.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Lint(_) => "lint",
            Self::Match(_) => "match",
        }
    }
}

/// What is compared.
#[derive(Args, Debug)]
pub struct MatchArgs {
    /// Files and folders
    #[arg(value_name = "FILE|DIR", required = true)]
    pub paths: Vec<PathBuf>,
    /// The passphrase of keys and stores among them.
    #[command(flatten)]
    pub passphrase: PassphraseArgs,
}

/// What is made.
#[derive(Args, Debug)]
pub struct MakeArgs {
    /// The endpoint's name; files are NAME.key and NAME.csr
    #[arg(long, value_name = "NAME")]
    pub fqdn: Option<String>,
    /// Make a pair for each name of this file, one a line
    #[arg(long, value_name = "FILE", conflicts_with_all = ["fqdn", "from_key"])]
    pub list: Option<PathBuf>,
    /// The folder for key and request
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// How many bits the RSA key has; 2048 if not said
    #[arg(long, value_enum)]
    pub bits: Option<Bits>,
    /// Leave the name out of the subject alternative names
    #[arg(long)]
    pub no_san: bool,
    /// Make only the request, for the private key in this file
    #[arg(long, value_name = "FILE", conflicts_with = "bits")]
    pub from_key: Option<PathBuf>,
    /// Renew the certificate in this file: a new key, and a request with the same names
    #[arg(long, value_name = "FILE", conflicts_with_all = ["fqdn", "list"])]
    pub from_cert: Option<PathBuf>,
    /// The key's passphrase.
    #[command(flatten)]
    pub passphrase: PassphraseArgs,
}

/// What is judged.
#[derive(Args, Debug)]
pub struct LintArgs {
    /// The request, PEM or DER
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The name that it should bear; without it ptl.toml says it, where there is one
    #[arg(long, value_name = "NAME")]
    pub fqdn: Option<String>,
}
