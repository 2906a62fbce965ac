//! `ptl check-chain`.

use std::path::PathBuf;

use clap::{ArgGroup, Args};

use super::passphrase::PassphraseArgs;
use crate::x509::path::{Purpose, Revocation, Sha1};

/// Prove the certificate chain under every trust generation
#[derive(Args, Debug)]
#[command(after_help = "\
Without --cert the files are those that ptl.toml names, judged under every trust generation. \
With --cert no install is needed or read.

With --connect it is the live endpoint that is judged, at every address of its name: the chain as it \
shows it, whom it asks for a certificate and when, and whether file, endpoint and checklist have \
the same certificate. At most one request is sent to each, a GET. With --trust no install is read.

Examples:
  ptl check-chain                          what the install here has, in its default environment
  ptl check-chain --env live --at 2027-06-01T00:00:00Z
                                           as it will be judged on that day
  ptl check-chain --cert leaf.pem --chain sub.pem --trust root.pem --key leaf.key --purpose both
                                           these files, without an install
  ptl check-chain --cert identity.pfx --key identity.pfx --trust nhs.p7b --passphrase-file secret
                                           a store of Windows and a bundle, as they came
  ptl check-chain --cert leaf.pem --chain sub.pem --trust root.pem --crl lists/ --revocation chain
                                           and that none of them is revoked, by the lists in a folder
  ptl check-chain --connect example.thirdparty.nhs.uk
                                           the endpoint of the install here, as a caller sees it
  ptl check-chain --connect 10.0.0.5:8443 --sni example.thirdparty.nhs.uk --trust root.pem
                                           one machine of it, without an install

Exit: 0 nothing failed, 1 a requirement is not met, 2 a file or ptl.toml is wrong,
      3 something could not be found out.")]
#[command(group = ArgGroup::new("judged").args(["cert", "connect"]).multiple(true))]
pub struct CheckChainArgs {
    /// The certificate: PEM, DER, PKCS#7 or PKCS#12; its chain may follow it in the file
    #[arg(long, value_name = "FILE", requires = "trust")]
    pub cert: Option<PathBuf>,
    /// Intermediate certificates; may be given again
    #[arg(long, value_name = "FILE|DIR", requires = "cert")]
    pub chain: Vec<PathBuf>,
    /// Trusted certificates, self-signed or not: a path to any will do; `system` for what this system trusts;
    /// may be given again
    #[arg(long, value_name = "[NAME=]FILE|DIR", requires = "judged", num_args = 1..)]
    pub trust: Vec<String>,
    /// The private key that should fit
    #[arg(long, value_name = "FILE", requires = "cert")]
    pub key: Option<PathBuf>,
    /// A live endpoint to judge, on port 443 unless another is given
    #[arg(long, value_name = "HOST[:PORT]")]
    pub connect: Option<String>,
    /// The name to ask the endpoint for, where that is not the host's own or the install's
    #[arg(long, value_name = "NAME", requires = "connect")]
    pub sni: Option<String>,
    /// A name server to ask besides this machine's own; may be given again
    #[arg(long, value_name = "IP[:PORT]", requires = "connect", num_args = 1..)]
    pub resolver: Vec<String>,
    /// Revocation lists, DER of any size or PEM; may be given again
    #[arg(long, value_name = "FILE|DIR", requires = "trust")]
    pub crl: Vec<PathBuf>,
    /// Which certificates need a revocation list; if not said, `available` with --crl, else `off`
    #[arg(long, value_enum, requires = "trust")]
    pub revocation: Option<Revocation>,
    /// Whether SHA-1 signatures below the anchor are taken
    #[arg(long, value_enum, default_value_t, requires = "trust")]
    pub sha1: Sha1,
    /// Whom the certificate must name; with --connect the endpoint's name if not said
    #[arg(long, value_name = "NAME|IP", requires = "trust")]
    pub host: Option<String>,
    /// What the certificate is to be used for; with --connect at least `server`
    #[arg(long, value_enum, default_value_t, requires = "trust")]
    pub purpose: Purpose,
    /// How many intermediates there may be
    #[arg(long, value_name = "N", requires = "trust")]
    pub depth: Option<usize>,
    /// The passphrase of the key, or of a store.
    #[command(flatten)]
    pub passphrase: PassphraseArgs,
}
