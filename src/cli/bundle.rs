//! `ptl bundle`.

use std::path::PathBuf;

use clap::Args;

use super::passphrase::{NewPassphraseArgs, PassphraseArgs};
use crate::bundle::Server;

/// Put identity and trust into the form that a server takes
///
/// A new folder with the certificate and its chain in order, the key, the CAs of every generation in force,
/// and a manifest that says which setting takes which file. All of it is its owner's alone, nothing is ever
/// overwritten, and a set that `check-chain` would refuse is not written.
#[derive(Args, Debug)]
#[command(after_help = "\
Without --cert the files are those that ptl.toml names. With --cert no install is needed or read.
The stores of tomcat, java and iis are under a passphrase: the key's own, or another by --new-passphrase-*.

Examples:
  ptl bundle --for nginx                 from the install here, into bundle-nginx-int
  ptl bundle --for tomcat --env live --new-passphrase-file secret --out /etc/tomcat10/spine
                                         a keystore and a truststore
  ptl bundle --for haproxy --cert leaf.pem --chain sub.pem --key leaf.key --trust cas --out new
                                         these files, without an install
  ptl bundle --for iis --ask-new-passphrase --legacy-pfx
                                         for Windows Server 2016 and older

Exit: 0 written, 1 a requirement is not met and nothing was written,
      2 wrong input, or the folder is there, 3 something could not be found out: nothing was written.")]
pub struct BundleArgs {
    /// The server that is to use it
    #[arg(long = "for", value_enum, value_name = "SERVER")]
    pub server: Server,
    /// The new folder; if not said, bundle-SERVER-ENVIRONMENT in the install
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// The certificate: PEM, DER, PKCS#7 or PKCS#12; its chain may follow it in the file
    #[arg(long, value_name = "FILE", requires_all = ["key", "trust", "out"])]
    pub cert: Option<PathBuf>,
    /// Its private key
    #[arg(long, value_name = "FILE", requires = "cert")]
    pub key: Option<PathBuf>,
    /// Intermediate certificates; may be given again
    #[arg(long, value_name = "FILE|DIR", requires = "cert")]
    pub chain: Vec<PathBuf>,
    /// The roots and sub CAs that peers may be of; may be given again
    #[arg(long, value_name = "FILE|DIR", requires = "cert", num_args = 1..)]
    pub trust: Vec<PathBuf>,
    /// Write the set although something is missing or could not be found out; a wrong key is never written
    #[arg(long)]
    pub allow_incomplete: bool,
    /// Take the passphrase off a key that is written as PEM: the file's mode alone protects it
    #[arg(long, conflicts_with_all = ["new_passphrase_file", "new_passphrase_fd", "ask_new_passphrase"])]
    pub plain_key: bool,
    /// Encrypt the .pfx by 3DES and SHA-1, weak, for Windows before Server 2019 and Windows 10 1709
    #[arg(long)]
    pub legacy_pfx: bool,
    /// The passphrase that opens the key, or a store.
    #[command(flatten)]
    pub passphrase: PassphraseArgs,
    /// The passphrase of what is written.
    #[command(flatten)]
    pub new_passphrase: NewPassphraseArgs,
}
