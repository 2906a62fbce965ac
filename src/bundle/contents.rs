//! The files of a bundle: their names, and the bytes in them.

use serde::Serialize;
use zeroize::Zeroizing;

use super::{Order, Server};
use crate::{
    error::{Error, Result},
    survey::chain::Trusted,
    x509::{Certificate, key, store},
};

/// What a file of a bundle is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// The certificate, and what is sent after it.
    Chain,
    /// The private key.
    Key,
    /// The certificate, what is sent after it, and the private key.
    Identity,
    /// The CAs that peers may be of.
    Trust,
    /// A root that peers may lead to.
    Root,
    /// A CA between a root and its peers.
    Sub,
}

impl Role {
    /// Whether the private key is in the file.
    pub fn holds_key(self) -> bool {
        matches!(self, Self::Key | Self::Identity)
    }
}

/// A file of a bundle. It has no `Debug`, by which a key could get into a message.
pub struct Content {
    /// Its name in the folder.
    pub name: String,
    /// What it is for.
    pub role: Role,
    /// What is in it.
    pub bytes: Zeroizing<Vec<u8>>,
}

impl Content {
    fn new(name: impl Into<String>, role: Role, bytes: Zeroizing<Vec<u8>>) -> Self {
        Self {
            name: name.into(),
            role,
            bytes,
        }
    }
}

/// The files of a bundle, in the order in which a reader wants them.
///
/// # Errors
/// Where OpenSSL cannot encode something, or a store has no passphrase.
pub fn contents(order: &Order<'_>) -> Result<Vec<Content>> {
    match order.server {
        Server::Nginx | Server::Apache => Ok(vec![
            Content::new("fullchain.pem", Role::Chain, sent(order)?),
            Content::new("private.key", Role::Key, key(order)?),
            Content::new("trust.pem", Role::Trust, trust(order)?),
        ]),
        Server::Haproxy => {
            let (chain, key) = (sent(order)?, key(order)?);
            let both = Zeroizing::new([&chain[..], &key[..]].concat());
            Ok(vec![
                Content::new("haproxy.pem", Role::Identity, both),
                Content::new("trust.pem", Role::Trust, trust(order)?),
            ])
        }
        Server::Tomcat | Server::Java => {
            let trusted = store::trusted(&order.set.trust, passphrase(order)?)?;
            Ok(vec![
                Content::new("identity.p12", Role::Identity, identity(order)?),
                Content::new("truststore.p12", Role::Trust, Zeroizing::new(trusted)),
            ])
        }
        Server::Iis => {
            let mut files = vec![Content::new(
                "identity.pfx",
                Role::Identity,
                identity(order)?,
            )];
            files.extend(authorities(&order.set.trust));
            Ok(files)
        }
    }
}

/// What the certificate is called in a store.
pub(super) fn alias(leaf: &Certificate) -> String {
    // A host's name is one word already, and the one that people look for.
    let label = leaf.label().to_ascii_lowercase();
    let plain = |character: char| character.is_ascii_alphanumeric() || ".-".contains(character);
    match label.len() <= 253 && label.chars().all(plain) && !label.is_empty() {
        true => label,
        false => store::word(&label),
    }
}

fn sent(order: &Order<'_>) -> Result<Zeroizing<Vec<u8>>> {
    let chain = order.set.chain.iter().map(AsRef::as_ref);
    pem(std::iter::once(order.set.leaf.as_ref()).chain(chain))
}

fn trust(order: &Order<'_>) -> Result<Zeroizing<Vec<u8>>> {
    pem(order.set.trust.iter().map(AsRef::as_ref))
}

fn key(order: &Order<'_>) -> Result<Zeroizing<Vec<u8>>> {
    key::to_pem(order.key, order.protection.passphrase())
}

fn pem<'a>(certificates: impl Iterator<Item = &'a Certificate>) -> Result<Zeroizing<Vec<u8>>> {
    let mut text = Vec::new();
    for certificate in certificates {
        let one = certificate
            .x509()
            .to_pem()
            .map_err(|error| Error::internal("could not encode a certificate").because(error))?;
        text.extend(one);
    }
    Ok(Zeroizing::new(text))
}

fn passphrase<'a>(order: &Order<'a>) -> Result<&'a key::Passphrase> {
    // Invariant: `Protection::choose` gives every server that takes stores one.
    order
        .protection
        .passphrase()
        .ok_or_else(|| Error::internal("a store was to be made without a passphrase"))
}

fn identity(order: &Order<'_>) -> Result<Zeroizing<Vec<u8>>> {
    let set = order.set;
    store::identity(
        order.key,
        &set.leaf,
        &set.chain,
        &alias(&set.leaf),
        passphrase(order)?,
        order.strength,
    )
    .map(Zeroizing::new)
}

/// Each CA as DER, by the store of Windows that it belongs into.
fn authorities(trust: &[Trusted]) -> Vec<Content> {
    let named = trust.iter().zip(store::names(trust));
    named
        .map(|(trusted, name)| {
            let certificate = &trusted.certificate;
            let role = match certificate.is_self_signed() {
                true => Role::Root,
                false => Role::Sub,
            };
            let kind = match role {
                Role::Root => "root",
                _ => "sub",
            };
            let der = Zeroizing::new(certificate.der().to_vec());
            Content::new(format!("{kind}-{name}.cer"), role, der)
        })
        .collect()
}
