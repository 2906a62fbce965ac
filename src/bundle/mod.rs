//! An identity and the CAs that it trusts in the form that a server takes: which files, for which settings.
//!
//! What goes in comes from `survey::chain`, judged; here it is only put into files, lines and a manifest.

mod anchors;
mod caution;
mod contents;
mod lines;
mod lists;
mod manifest;
mod renew;
mod server;

pub use anchors::leave_out_revoked;
pub use contents::{Content, Role, contents};
pub use lists::{Covers, ListEntry, ListsEntry, Revocation};
pub use manifest::{FileEntry, KeyEntry, Made, Manifest, write};
pub use renew::{Bundle, Renewed};
pub use server::Server;

use openssl::pkey::{PKey, Private};

use crate::{
    error::{Error, Result},
    survey::chain::Set,
    x509::{
        key::{self, Passphrase},
        store::{self, Strength},
    },
};

/// The name of the manifest beside the files.
pub const MANIFEST: &str = "manifest.json";

/// How the key is protected in a bundle.
#[derive(Debug)]
pub enum Protection {
    /// By the file's mode alone.
    Plain,
    /// By a passphrase too.
    Passphrase(Passphrase),
}

impl Protection {
    /// What protects a key in a bundle for this server, by what is at hand.
    ///
    /// # Errors
    /// Where the server wants a passphrase and there is none, or can be given none and there is one.
    pub fn choose(server: Server, passphrase: Option<Passphrase>, plain: bool) -> Result<Self> {
        match (passphrase, plain) {
            (_, true) if server.takes_stores() => Err(Error::input(format!(
                "--plain-key is for keys as PEM: {} takes a store, which is always encrypted",
                server.title()
            ))
            .hint("Leave --plain-key out, and give a passphrase: --new-passphrase-file FILE.")),
            (_, true) => Ok(Self::Plain),
            (None, false) if server.takes_stores() => Err(Error::input(format!(
                "the store for {} needs a passphrase",
                server.title()
            ))
            .hint("Give one: --new-passphrase-file FILE, --new-passphrase-fd NUMBER or --ask-new-passphrase.")),
            (None, false) => Ok(Self::Plain),
            (Some(_), false) if server == Server::Haproxy => Err(Error::input(
                "HAProxy cannot be given a key's passphrase, and this key would be under one",
            )
            .hint("Say --plain-key, and the file's mode alone protects the key; or end TLS in a server that takes a passphrase, as --for nginx.")),
            (Some(passphrase), false) => {
                passphrase.refuse_short()?;
                if server.takes_stores() {
                    store::refuse_beyond_ascii(&passphrase)?;
                }
                Ok(Self::Passphrase(passphrase))
            }
        }
    }

    /// The passphrase, if there is one.
    pub fn passphrase(&self) -> Option<&Passphrase> {
        match self {
            Self::Plain => None,
            Self::Passphrase(passphrase) => Some(passphrase),
        }
    }
}

/// Everything that a bundle is made of.
#[derive(Debug)]
pub struct Order<'a> {
    /// The server.
    pub server: Server,
    /// The certificate, its chain and the CAs.
    pub set: &'a Set,
    /// The certificate's key.
    pub key: &'a PKey<Private>,
    /// How it is protected.
    pub protection: &'a Protection,
    /// How a store is encrypted.
    pub strength: Strength,
    /// The revocation lists.
    pub revocation: Revocation<'a>,
}

/// Refuses a key that is not the certificate's: nothing allows that.
///
/// # Errors
/// Exit 1, nothing written.
pub fn refuse_wrong_key(set: &Set, key: &PKey<Private>) -> Result<()> {
    if key::spki_sha256(key)? == set.leaf.spki_sha256 {
        return Ok(());
    }
    Err(Error::unmet(format!(
        "the key is not that of `{}`: no handshake can succeed with the two, so nothing was written",
        set.leaf.label()
    ))
    .hint("Find the key that the request was made with: `ptl csr match CERTIFICATE FOLDER`."))
}
