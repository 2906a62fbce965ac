//! The files of a bundle: their names, and the bytes in them.

use std::{collections::HashMap, io::Write};

use openssl::hash::{Hasher, MessageDigest};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{Order, Server, lists};
use crate::{
    crl::Form,
    error::{Error, Result},
    survey::{chain::Trusted, lists::Taken},
    x509::{Certificate, hex, key, store},
};

/// What a file of a bundle is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
    /// Revocation lists.
    Lists,
}

impl Role {
    /// Whether the private key is in the file.
    pub fn holds_key(self) -> bool {
        matches!(self, Self::Key | Self::Identity)
    }
}

/// A file of a bundle. It has no `Debug`, by which a key could get into a message.
pub struct Content<'a> {
    /// Its name in the folder.
    pub name: String,
    /// What it is for.
    pub role: Role,
    body: Body<'a>,
}

/// What is in a file.
enum Body<'a> {
    /// These bytes.
    Bytes(Zeroizing<Vec<u8>>),
    /// These lists, one after another: too large to be held.
    Lists(Form, Vec<&'a Taken>),
}

impl<'a> Content<'a> {
    fn new(name: impl Into<String>, role: Role, bytes: Zeroizing<Vec<u8>>) -> Self {
        Self {
            name: name.into(),
            role,
            body: Body::Bytes(bytes),
        }
    }

    pub(super) fn of_lists(name: impl Into<String>, form: Form, lists: Vec<&'a Taken>) -> Self {
        Self {
            name: name.into(),
            role: Role::Lists,
            body: Body::Lists(form, lists),
        }
    }

    /// The lists that are in it.
    pub fn lists(&self) -> &[&'a Taken] {
        match &self.body {
            Body::Bytes(_) => &[],
            Body::Lists(_, lists) => lists,
        }
    }

    /// Writes it, and says the SHA-256 of what was written, lower-case hex.
    ///
    /// # Errors
    /// Where it cannot be written, or a list is no longer what it was when it was judged.
    pub(super) fn write(&self, sink: &mut dyn Write) -> Result<String> {
        let mut digesting = Digesting::new(sink)?;
        match &self.body {
            Body::Bytes(bytes) => digesting.write_all(bytes).map_err(unwritten)?,
            Body::Lists(form, lists) => {
                for taken in lists {
                    taken.looked.copy(*form, &mut digesting)?;
                }
            }
        }
        digesting.finish()
    }
}

fn unwritten(error: std::io::Error) -> Error {
    Error::input("could not write a file of the bundle")
        .because(error)
        .hint("Check that its disk has room.")
}

/// What is written, and the digest of it.
pub(super) struct Digesting<'a> {
    sink: &'a mut dyn Write,
    hasher: Hasher,
}

impl<'a> Digesting<'a> {
    pub(super) fn new(sink: &'a mut dyn Write) -> Result<Self> {
        let hasher = Hasher::new(MessageDigest::sha256()).map_err(undigested)?;
        Ok(Self { sink, hasher })
    }

    pub(super) fn finish(mut self) -> Result<String> {
        let digest = self.hasher.finish().map_err(undigested)?;
        Ok(hex(&digest))
    }
}

/// SHA-256 is in OpenSSL's default provider, which is always there.
fn undigested(error: openssl::error::ErrorStack) -> Error {
    Error::internal("could not compute a SHA-256").because(error)
}

impl Write for Digesting<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let count = self.sink.write(bytes)?;
        self.hasher.write_all(&bytes[..count])?;
        Ok(count)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.sink.flush()
    }
}

/// The files of a bundle, in the order in which a reader wants them.
///
/// # Errors
/// Where OpenSSL cannot encode something, or a store has no passphrase.
pub fn contents<'a>(order: &Order<'a>) -> Result<Vec<Content<'a>>> {
    let mut files = match order.server {
        Server::Nginx | Server::Apache => vec![
            Content::new("fullchain.pem", Role::Chain, sent(order)?),
            Content::new("private.key", Role::Key, key(order)?),
            Content::new("trust.pem", Role::Trust, trust(order)?),
        ],
        Server::Haproxy => {
            let (chain, key) = (sent(order)?, key(order)?);
            let both = Zeroizing::new([&chain[..], &key[..]].concat());
            vec![
                Content::new("haproxy.pem", Role::Identity, both),
                Content::new("trust.pem", Role::Trust, trust(order)?),
            ]
        }
        Server::Tomcat | Server::Java => {
            let trusted = store::trusted(&order.set.trust, passphrase(order)?)?;
            vec![
                Content::new("identity.p12", Role::Identity, identity(order)?),
                Content::new("truststore.p12", Role::Trust, Zeroizing::new(trusted)),
            ]
        }
        Server::Iis => {
            let identity = identity(order)?;
            let mut files = vec![Content::new("identity.pfx", Role::Identity, identity)];
            files.extend(authorities(&order.set.trust));
            files
        }
        Server::OpensslDir => {
            let mut files = vec![
                Content::new("fullchain.pem", Role::Chain, sent(order)?),
                Content::new("private.key", Role::Key, key(order)?),
            ];
            files.extend(hashed(&order.set.trust)?);
            files
        }
    };
    files.extend(lists::contents(order.server, order.revocation.taken()));
    Ok(files)
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

fn role(authority: &Certificate) -> Role {
    match authority.is_self_signed() {
        true => Role::Root,
        false => Role::Sub,
    }
}

/// Each CA as DER, by the store of Windows that it belongs into.
fn authorities<'a>(trust: &[Trusted]) -> Vec<Content<'a>> {
    let named = trust.iter().zip(store::names(trust));
    named
        .map(|(trusted, name)| {
            let certificate = &trusted.certificate;
            let role = role(certificate);
            let kind = match role {
                Role::Root => "root",
                _ => "sub",
            };
            let der = Zeroizing::new(certificate.der().to_vec());
            Content::new(format!("{kind}-{name}.cer"), role, der)
        })
        .collect()
}

/// Each CA as PEM, by the hash of its name under which OpenSSL looks for it; those of one hash are numbered.
fn hashed<'a>(trust: &[Trusted]) -> Result<Vec<Content<'a>>> {
    let mut numbers: HashMap<u32, usize> = HashMap::new();
    let mut files = Vec::new();
    for trusted in trust {
        let certificate = &trusted.certificate;
        let hash = certificate.x509().subject_name_hash();
        let number = numbers.entry(hash).or_default();
        let name = format!("{hash:08x}.{number}");
        *number += 1;
        let text = pem(std::iter::once(certificate.as_ref()))?;
        files.push(Content::new(name, role(certificate), text));
    }
    Ok(files)
}
