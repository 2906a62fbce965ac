//! The one object of a DER file.

use openssl::{
    pkey::PKey,
    x509::{X509Crl, X509Req},
};
use zeroize::Zeroizing;

use super::{Object, contains, damaged};
use crate::{
    error::{Error, Result},
    x509::{Certificate, RevocationList},
};

/// The object that DER is, whatever of those that are read it is.
///
/// # Errors
/// Where it is cut off, damaged, or none of them.
pub(super) fn object(bytes: &[u8], shown: &str) -> Result<Object> {
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
