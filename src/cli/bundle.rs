//! `ptl bundle`.

use std::path::PathBuf;

use clap::Args;

use super::passphrase::{NewPassphraseArgs, PassphraseArgs};
use crate::bundle::Server;

/// Put identity and trust into the form that a server takes
///
/// A new folder with the certificate and its chain in order, the key, the CAs of every generation in force and their
/// revocation lists, and a manifest that says which setting takes which file. All of it is its owner's alone, nothing is
/// ever overwritten, and a set that `check-chain` would refuse, or that lacks a list that the server asks for, is not
/// written. --lists-only renews the lists of a bundle that is there, and nothing else of it.
#[derive(Args, Debug)]
#[command(after_help = "\
Without --cert the files are those that ptl.toml names. With --cert no install is needed or read.
The stores of tomcat, java and iis are under a passphrase: the key's own, or another by --new-passphrase-*.
Revocation lists are those of --crl, and in an install those that it keeps (`folder` under [revocation] of ptl.toml).
A server looks up every CA of a chain or none: `policy = \"off\"` for one generation alone does not spare its lists.

Examples:
  ptl bundle --for nginx                 from the install here, into bundle-nginx-int
  ptl bundle --for tomcat --env live --new-passphrase-file secret --out /etc/tomcat10/spine
                                         a keystore and a truststore
  ptl bundle --for haproxy --cert leaf.pem --chain sub.pem --key leaf.key --trust cas --crl lists --out new
                                         these files, without an install
  ptl bundle --for nginx --lists-only && nginx -t && systemctl reload nginx
                                         for the job that fetches lists: new ones into bundle-nginx-int
  ptl bundle --for iis --ask-new-passphrase --legacy-pfx
                                         for Windows Server 2016 and older

Exit: 0 written, 1 a requirement is not met and nothing was written,
      2 wrong input, or the folder is there, 3 something could not be found out: nothing was written.")]
pub struct BundleArgs {
    /// The server that is to use it
    #[arg(long = "for", value_enum, value_name = "SERVER")]
    pub server: Server,
    /// The new folder, or with --lists-only the bundle's; if not said, bundle-SERVER-ENVIRONMENT in the install
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
    #[arg(long, value_name = "FILE|DIR", num_args = 1..)]
    pub trust: Vec<PathBuf>,
    /// Revocation lists, DER of any size or PEM; a folder stands for its files that end in .crl; may be given again
    #[arg(long, value_name = "FILE|DIR", num_args = 1.., conflicts_with = "no_lists")]
    pub crl: Vec<PathBuf>,
    /// Give the server no revocation lists: it will let revoked clients in
    #[arg(long)]
    pub no_lists: bool,
    /// Renew the lists of the bundle that is there, and touch nothing else; no key is opened
    #[arg(long, conflicts_with_all = ["cert", "no_lists", "plain_key", "legacy_pfx", "passphrase_file",
        "passphrase_fd", "ask_passphrase", "new_passphrase_file", "new_passphrase_fd", "ask_new_passphrase"])]
    pub lists_only: bool,
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
