//! Reads files of certificates, lists, requests and keys: PEM, DER, PKCS#7 or PKCS#12 by content, every
//! object accounted for.

mod armoured;
mod der;

use std::{borrow::Cow, fmt, path::Path};

use zeroize::{Zeroize, Zeroizing};

use super::{
    Certificate, RevocationList,
    container::{self, Container},
    encoding, foreign,
    key::{self, Passphrase},
};
use crate::{
    error::{Error, Result, for_a_shell},
    files,
};

/// The most objects that are read of one file: the largest public trust stores hold under 300, and an
/// estate's inventory of its endpoints some thousands. Each takes about 9 KB of memory.
pub const MOST_OBJECTS: usize = 6_000;

/// The word for a private key, as [`Object::kind`] says it.
pub const PRIVATE_KEY: &str = "private key";

/// One object of a file.
pub enum Object {
    /// A certificate.
    Certificate(Box<Certificate>),
    /// A revocation list.
    RevocationList(Box<RevocationList>),
    /// A certificate request, as DER.
    Request(Vec<u8>),
    /// A private key, as it stands in the file.
    PrivateKey {
        /// Whether a passphrase is needed.
        encrypted: bool,
        /// The PEM block, or the DER.
        bytes: Zeroizing<Vec<u8>>,
    },
    /// A public key, as DER.
    PublicKey(Vec<u8>),
    /// Something else, by its PEM label.
    Other(String),
}

impl Object {
    /// What it is, as `private key`.
    pub fn kind(&self) -> String {
        match self {
            Self::Certificate(_) => "certificate".to_owned(),
            Self::RevocationList(_) => "revocation list".to_owned(),
            Self::Request(_) => "certificate request".to_owned(),
            Self::PrivateKey { .. } => PRIVATE_KEY.to_owned(),
            Self::PublicKey(_) => "public key".to_owned(),
            Self::Other(label) => format!("`{}` block", label.escape_debug()),
        }
    }
}

impl fmt::Debug for Object {
    /// What it is, never what is in it: it may be a private key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.kind())
    }
}

/// Every object of a file, in its order; a store without a passphrase is opened too.
///
/// # Errors
/// Where the file cannot be read, holds nothing, or holds something damaged, each named by its number.
pub fn objects(path: &Path) -> Result<Vec<Object>> {
    objects_under(path, None)
}

/// As [`objects`], with the passphrase of a store.
///
/// # Errors
/// As [`objects`], and where it is not the store's.
pub fn objects_under(path: &Path, passphrase: Option<&Passphrase>) -> Result<Vec<Object>> {
    let bytes = Zeroizing::new(files::read(path, files::SMALL)?);
    parse(&bytes, path, passphrase)
}

/// Whether the bytes of a file are a store that opens only with a passphrase.
pub fn is_locked_store(bytes: &[u8]) -> bool {
    container::of_der(bytes) == Some(Container::Store) && key::needs_passphrase(bytes)
}

/// Every object in bytes that came from `path`, in their order.
///
/// # Errors
/// As [`objects_under`].
pub fn parse(bytes: &[u8], path: &Path, passphrase: Option<&Passphrase>) -> Result<Vec<Object>> {
    let shown = path.display().to_string();
    let mut plain = encoding::plain(bytes);
    let objects = parse_plain(&plain, path, &shown, passphrase);
    // What was converted is a copy, and may be a key.
    if let Cow::Owned(copy) = &mut plain {
        copy.zeroize();
    }
    objects
}

fn parse_plain(
    bytes: &[u8],
    path: &Path,
    shown: &str,
    passphrase: Option<&Passphrase>,
) -> Result<Vec<Object>> {
    if bytes.trim_ascii().is_empty() {
        return Err(Error::input(format!("`{shown}` is empty"))
            .hint("Copy the file again: the download or the copy was cut off."));
    }
    if contains(bytes, b"-----BEGIN ") {
        return armoured::objects(bytes, shown);
    }
    if let Some(foreign) = foreign::by_magic(bytes) {
        return Err(not_read(shown, foreign));
    }
    let decoded = encoding::bare_base64(bytes);
    let der = decoded.as_deref().map_or(bytes, Vec::as_slice);
    match container::of_der(der) {
        Some(Container::Bundle) => from_bundle(der, shown),
        Some(Container::Store) => container::store(der, passphrase).map_err(|why| why.of(path)),
        None if der[0] == 0x30 => der::object(der, shown).map(|object| vec![object]),
        None => Err(unknown(shown)),
    }
}

/// Whether bytes have the form of something that is read here, PEM or DER, sound or not.
pub(super) fn looks_read(bytes: &[u8]) -> bool {
    let mut plain = encoding::plain(bytes);
    let is_keystore = foreign::by_magic(&plain).is_some_and(|it| it.what.contains("keystore"));
    let looks = is_keystore || contains(&plain, b"-----BEGIN ") || plain.first() == Some(&0x30);
    if let Cow::Owned(copy) = &mut plain {
        copy.zeroize();
    }
    looks
}

fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    memchr::memmem::find(bytes, wanted).is_some()
}

/// Why a form that is not read here is refused, and what makes something readable of it.
pub(super) fn not_read(shown: &str, foreign: &foreign::Foreign) -> Error {
    Error::input(format!("`{shown}` is {}, which is not read", foreign.what)).hint(
        foreign
            .hint
            .replace("{file}", &for_a_shell(Path::new(shown))),
    )
}

fn from_bundle(bytes: &[u8], shown: &str) -> Result<Vec<Object>> {
    let objects = container::bundle(bytes).map_err(|problem| {
        damaged(shown, vec![format!("as a PKCS#7 bundle: {problem}")])
            .hint("Copy or download the file again.")
    })?;
    refuse_too_many(objects.len(), shown)?;
    Ok(objects)
}

fn refuse_too_many(count: usize, shown: &str) -> Result<()> {
    if count <= MOST_OBJECTS {
        return Ok(());
    }
    Err(Error::input(format!(
        "`{shown}` holds more than {MOST_OBJECTS} objects, more than any file of its kind"
    ))
    .hint("Check that this is the file you mean."))
}

fn unknown(shown: &str) -> Error {
    Error::input(format!("`{shown}` holds neither PEM nor DER")).hint(format!(
        "Check what it is: `file {shown}`, `head -c 200 {shown}`."
    ))
}

fn damaged(shown: &str, mut problems: Vec<String>) -> Error {
    const SHOWN: usize = 20;
    if problems.len() == 1 {
        return Error::input(format!("`{shown}`: {}", problems.remove(0)));
    }
    let count = problems.len();
    problems.truncate(SHOWN);
    if count > SHOWN {
        problems.push(format!("and {} more", count - SHOWN));
    }
    Error::input(format!(
        "`{shown}` holds {count} objects that cannot be read"
    ))
    .details(problems)
}

#[cfg(test)]
mod tests;
