//! Reads files of certificates, lists, requests and keys: PEM, DER, PKCS#7 or PKCS#12 by content, every
//! object accounted for.

use std::{fmt, path::Path};

use openssl::{
    pkey::PKey,
    x509::{X509Crl, X509Req},
};
use zeroize::Zeroizing;

use super::{
    Certificate, RevocationList,
    container::{self, Container},
    foreign,
    key::{self, Passphrase},
    pem,
};
use crate::{
    error::{Error, Result, for_a_shell},
    files,
};

/// The most objects that are read of one file: the largest public trust stores hold under 300.
pub const MOST_OBJECTS: usize = 1024;

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
    /// What it is, as `a private key`.
    pub fn what(&self) -> String {
        match self {
            Self::Certificate(_) => "a certificate".to_owned(),
            Self::RevocationList(_) => "a revocation list".to_owned(),
            Self::Request(_) => "a certificate request".to_owned(),
            Self::PrivateKey { .. } => "a private key".to_owned(),
            Self::PublicKey(_) => "a public key".to_owned(),
            Self::Other(label) => format!("`{}`", label.escape_debug()),
        }
    }
}

impl fmt::Debug for Object {
    /// What it is, never what is in it: it may be a private key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what())
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

/// The certificates of a file, in its order; other objects in it are passed over.
///
/// # Errors
/// As [`objects`], and where the file holds no certificate, naming what it holds instead.
pub fn certificates(path: &Path) -> Result<Vec<Certificate>> {
    certificates_under(path, None)
}

/// As [`certificates`], with the passphrase of a store.
///
/// # Errors
/// As [`certificates`], and where it is not the store's.
pub fn certificates_under(
    path: &Path,
    passphrase: Option<&Passphrase>,
) -> Result<Vec<Certificate>> {
    only(path, passphrase, "a certificate", |object| match object {
        Object::Certificate(certificate) => Ok(*certificate),
        other => Err(other),
    })
}

/// The revocation lists of a file, in its order; other objects in it are passed over.
///
/// # Errors
/// As [`objects`], and where the file holds no list, naming what it holds instead.
pub fn revocation_lists(path: &Path) -> Result<Vec<RevocationList>> {
    only(path, None, "a revocation list", |object| match object {
        Object::RevocationList(list) => Ok(*list),
        other => Err(other),
    })
}

fn only<T>(
    path: &Path,
    passphrase: Option<&Passphrase>,
    wanted: &str,
    pick: impl Fn(Object) -> std::result::Result<T, Object>,
) -> Result<Vec<T>> {
    let mut picked = Vec::new();
    let mut passed = Vec::new();
    for object in objects_under(path, passphrase)? {
        match pick(object) {
            Ok(item) => picked.push(item),
            Err(other) => passed.push(other),
        }
    }
    if !picked.is_empty() {
        return Ok(picked);
    }
    // `objects` gives at least one.
    let held = passed.first().map(Object::what).unwrap_or_default();
    let hint = passed
        .first()
        .map_or(String::new(), |object| advice(object, wanted));
    Err(Error::input(format!("`{}` is {held}, not {wanted}", path.display())).hint(hint))
}

fn advice(object: &Object, wanted: &str) -> String {
    match object {
        Object::PrivateKey { .. } => format!(
            "Name the file that holds {wanted} here; a private key goes with --key, and to nobody else."
        ),
        Object::Request(_) => {
            format!("Name the file with {wanted} that came back for this request.")
        }
        _ => format!("Name a file that holds {wanted}."),
    }
}

/// Every object in bytes that came from `path`, in their order.
///
/// # Errors
/// As [`objects_under`].
pub fn parse(bytes: &[u8], path: &Path, passphrase: Option<&Passphrase>) -> Result<Vec<Object>> {
    let shown = path.display().to_string();
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if bytes.trim_ascii().is_empty() {
        return Err(Error::input(format!("`{shown}` is empty"))
            .hint("Copy the file again: the download or the copy was cut off."));
    }
    let armoured = contains(bytes, b"-----BEGIN ");
    if !armoured && let Some(foreign) = foreign::by_magic(bytes) {
        return Err(not_read(&shown, foreign));
    }
    let holds = container::of_der(bytes).filter(|_| !armoured);
    if armoured {
        from_pem(bytes, &shown)
    } else if holds == Some(Container::Bundle) {
        from_bundle(bytes, &shown)
    } else if holds == Some(Container::Store) {
        container::store(bytes, passphrase).map_err(|why| why.of(path))
    } else if bytes[0] == 0x30 {
        from_der(bytes, &shown).map(|object| vec![object])
    } else {
        Err(unknown(&shown))
    }
}

fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}

fn not_read(shown: &str, foreign: &foreign::Foreign) -> Error {
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

fn from_pem(bytes: &[u8], shown: &str) -> Result<Vec<Object>> {
    let text = Zeroizing::new(String::from_utf8_lossy(bytes).into_owned());
    let blocks = pem::blocks(&text, MOST_OBJECTS);
    if blocks.is_empty() {
        return Err(Error::input(format!(
            "`{shown}` has a damaged `-----BEGIN ...-----` line"
        ))
        .hint("Restore the line: five dashes on each side, alone on its line."));
    }
    refuse_too_many(blocks.len(), shown)?;
    let mut objects = Vec::with_capacity(blocks.len());
    let mut problems = Vec::new();
    for (number, block) in blocks.iter().enumerate() {
        match objects_of(block) {
            Ok(held) => objects.extend(held),
            Err(problem) => {
                let label = block.label.escape_debug();
                problems.push(format!("object {} ({label}): {problem}", number + 1));
            }
        }
    }
    if problems.is_empty() {
        refuse_too_many(objects.len(), shown)?;
        return Ok(objects);
    }
    Err(damaged(shown, problems).hint(
        "Copy or download the file again; `openssl storeutl -text FILE` shows what is in it.",
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

/// Reads one block: one object, or what a bundle holds; the error is a fragment.
fn objects_of(block: &pem::Block) -> std::result::Result<Vec<Object>, String> {
    if container::is_bundle(&block.label) && block.closed {
        let der = pem::decode(block).ok_or_else(|| "its base64 is damaged".to_owned())?;
        return container::bundle(&der);
    }
    object(block).map(|object| vec![object])
}

fn object(block: &pem::Block) -> std::result::Result<Object, String> {
    if !block.closed {
        return Err(format!(
            "it is cut off, or its line ends were lost: the line `-----END {}-----` is missing",
            block.label.escape_debug()
        ));
    }
    let der = || pem::decode(block).ok_or_else(|| "its base64 is damaged".to_owned());
    match block.label.as_str() {
        // OpenSSL appends its own trust settings to a TRUSTED CERTIFICATE.
        "TRUSTED CERTIFICATE" => Err("OpenSSL's own form of trust; write it plain with `openssl x509 -in FILE -out plain.pem`".to_owned()),
        "CERTIFICATE" | "X509 CERTIFICATE" => {
            Ok(Object::Certificate(Box::new(Certificate::from_der(&der()?)?)))
        }
        "X509 CRL" => Ok(Object::RevocationList(Box::new(RevocationList::from_der(&der()?)?))),
        "CERTIFICATE REQUEST" | "NEW CERTIFICATE REQUEST" => Ok(Object::Request(der()?)),
        "PUBLIC KEY" | "RSA PUBLIC KEY" => Ok(Object::PublicKey(der()?)),
        label if label.ends_with("PRIVATE KEY") => Ok(Object::PrivateKey {
            encrypted: label.starts_with("ENCRYPTED") || block.text.contains("ENCRYPTED\n"),
            bytes: Zeroizing::new(block.text.as_bytes().to_vec()),
        }),
        label => Ok(Object::Other(label.to_owned())),
    }
}

fn from_der(bytes: &[u8], shown: &str) -> Result<Object> {
    let wanted = announced(bytes).unwrap_or(bytes.len());
    // An editor or a copy through a terminal may have put a line end after it.
    let bytes = match bytes.split_at_checked(wanted) {
        Some((object, rest)) if rest.trim_ascii().is_empty() => object,
        _ => bytes,
    };
    if bytes.len() < wanted {
        return Err(Error::input(format!(
            "`{shown}` is cut off: it has {} of {wanted} bytes",
            bytes.len()
        ))
        .hint("Copy or download the file again."));
    }
    if X509Crl::from_der(bytes).is_ok() {
        return RevocationList::from_der(bytes)
            .map(|list| Object::RevocationList(Box::new(list)))
            .map_err(|problem| {
                damaged(shown, vec![format!("the revocation list: {problem}")]).hint(format!(
                    "Download it again; `openssl crl -inform DER -text -noout -in {shown}` shows what is in it."
                ))
            });
    }
    if X509Req::from_der(bytes).is_ok() {
        return Ok(Object::Request(bytes.to_vec()));
    }
    match Certificate::from_der(bytes) {
        Ok(certificate) => Ok(Object::Certificate(Box::new(certificate))),
        Err(problem) => key_of(bytes).ok_or_else(|| {
            damaged(shown, vec![format!("as a certificate: {problem}")]).hint(format!(
                "Check what it is: `openssl asn1parse -inform DER -in {shown}`."
            ))
        }),
    }
}

fn key_of(bytes: &[u8]) -> Option<Object> {
    let private = |encrypted| Object::PrivateKey {
        encrypted,
        bytes: Zeroizing::new(bytes.to_vec()),
    };
    if PKey::private_key_from_der(bytes).is_ok() {
        return Some(private(false));
    }
    if PKey::public_key_from_der(bytes).is_ok() {
        return Some(Object::PublicKey(bytes.to_vec()));
    }
    // EncryptedPrivateKeyInfo begins with the OID of PBES2 (RFC 8018, A.4).
    const PBES2: [u8; 11] = [
        0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05, 0x0d,
    ];
    contains(bytes.get(..32)?, &PBES2).then(|| private(true))
}

/// How long a DER object says that it is, its own header included.
fn announced(bytes: &[u8]) -> Option<usize> {
    let first = usize::from(*bytes.get(1)?);
    if first < 0x80 {
        return Some(2 + first);
    }
    let count = first & 0x7f;
    if count == 0 || count > 4 {
        return None;
    }
    let length = bytes.get(2..2 + count)?;
    Some(
        2 + count
            + length
                .iter()
                .fold(0, |sum, byte| (sum << 8) | usize::from(*byte)),
    )
}

#[cfg(test)]
mod tests;
