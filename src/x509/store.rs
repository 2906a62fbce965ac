//! PKCS#12 stores (RFC 7292) for Java and Windows, written; `container` reads them.

use std::collections::HashSet;

use openssl::{
    hash::{MessageDigest, hash},
    nid::Nid,
    pkey::{PKeyRef, Private},
};

use super::{Certificate, key::Passphrase};
use crate::{
    error::{Error, Result},
    openssl_ext::{Sealed, SealedKey, Sealing, sealed_store},
};

/// Rounds over the passphrase for each of the two encryptions and the code over all. Fewer than for a key
/// alone: readers refuse a store with too many, as .NET does by `Pkcs12LoaderLimits`.
const ROUNDS: i32 = 100_000;

/// How a store is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strength {
    /// AES-256 under PBKDF2 with HMAC-SHA-256 (RFC 8018), and a SHA-256 code.
    Modern,
    /// 3DES under SHA-1: all that Windows reads before Server 2019 and Windows 10 1709.
    Legacy,
}

impl Strength {
    fn sealing(self) -> Sealing {
        let (scheme, mac) = match self {
            Self::Modern => (Nid::AES_256_CBC, MessageDigest::sha256()),
            Self::Legacy => (
                Nid::PBE_WITHSHA1AND3_KEY_TRIPLEDES_CBC,
                MessageDigest::sha1(),
            ),
        };
        Sealing {
            scheme,
            mac,
            rounds: ROUNDS,
        }
    }

    /// The algorithms, in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Modern => {
                "PBES2, AES-256-CBC, PBKDF2 with HMAC-SHA-256 and 100000 rounds; HMAC-SHA-256 over all"
            }
            Self::Legacy => {
                "pbeWithSHA1And3-KeyTripleDES-CBC with 100000 rounds; HMAC-SHA-1 over all"
            }
        }
    }
}

/// A passphrase that every reader of a store takes for the same bytes.
///
/// # Errors
/// Where it has letters beyond ASCII: Java refuses them, and others differ in how they encode them.
pub fn refuse_beyond_ascii(passphrase: &Passphrase) -> Result<()> {
    let plain = |byte: &u8| (b' '..=b'~').contains(byte);
    match passphrase.bytes().iter().all(plain) {
        true => Ok(()),
        false => Err(Error::input(
            "the passphrase of a store has characters beyond ASCII, which Java refuses and other readers encode otherwise",
        )
        .hint("Make one: `openssl rand -base64 24`.")),
    }
}

/// A store with a private key, its certificate under this name, and the CAs that are sent after it.
///
/// # Errors
/// Where OpenSSL cannot encode or encrypt it.
pub fn identity(
    key: &PKeyRef<Private>,
    leaf: &Certificate,
    chain: &[impl AsRef<Certificate>],
    alias: &str,
    passphrase: &Passphrase,
    strength: Strength,
) -> Result<Vec<u8>> {
    // As OpenSSL and Windows make it.
    let id = hash(MessageDigest::sha1(), leaf.der()).map_err(unmade)?;
    let own = Sealed {
        certificate: leaf.x509(),
        name: Some(alias),
        key_id: Some(&id),
        trusted: false,
    };
    let after = chain.iter().map(|one| Sealed {
        certificate: one.as_ref().x509(),
        name: None,
        key_id: None,
        trusted: false,
    });
    let certificates: Vec<_> = std::iter::once(own).chain(after).collect();
    let key = SealedKey {
        key,
        name: alias,
        id: &id,
    };
    sealed_store(
        Some(&key),
        &certificates,
        passphrase.bytes(),
        strength.sealing(),
    )
    .map_err(unmade)
}

/// A store of CAs that Java trusts, each under a name of its own.
///
/// # Errors
/// Where OpenSSL cannot encode or encrypt it.
pub fn trusted(
    authorities: &[impl AsRef<Certificate>],
    passphrase: &Passphrase,
) -> Result<Vec<u8>> {
    let names = names(authorities);
    let certificates: Vec<_> = authorities
        .iter()
        .zip(&names)
        .map(|(one, name)| Sealed {
            certificate: one.as_ref().x509(),
            name: Some(name),
            key_id: None,
            trusted: true,
        })
        .collect();
    sealed_store(
        None,
        &certificates,
        passphrase.bytes(),
        Strength::Modern.sealing(),
    )
    .map_err(unmade)
}

/// A name for each certificate, in lower case, letters, digits and dashes alone: Java's aliases and files
/// that differ only in case are one, and of two that are the same Java keeps the last.
pub fn names(certificates: &[impl AsRef<Certificate>]) -> Vec<String> {
    let mut seen = HashSet::new();
    let unique = certificates.iter().map(|certificate| {
        let certificate = certificate.as_ref();
        let name = word(&certificate.label());
        if seen.insert(name.clone()) {
            return name;
        }
        let longer = format!("{name}-{}", &certificate.sha256[..16]);
        seen.insert(longer.clone());
        longer
    });
    unique.collect()
}

/// A text as a plain word in lower case: what is no ASCII letter or digit becomes a dash.
pub fn word(text: &str) -> String {
    let mut made = String::new();
    for character in text.chars().take(64) {
        match character.to_ascii_lowercase() {
            letter if letter.is_ascii_alphanumeric() => made.push(letter),
            _ if made.is_empty() || made.ends_with('-') => {}
            _ => made.push('-'),
        }
    }
    match made.trim_end_matches('-') {
        "" => "certificate".to_owned(),
        made => made.to_owned(),
    }
}

fn unmade(error: openssl::error::ErrorStack) -> Error {
    Error::internal("could not make the PKCS#12 store").because(error)
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_name_is_one_word_whatever_the_certificate_says() {
        for (text, word) in [
            ("NHS INT Authentication G2", "nhs-int-authentication-g2"),
            ("../../etc/passwd", "etc-passwd"),
            ("\u{1b}[2J", "2j"),
            ("東京", "certificate"),
            ("", "certificate"),
        ] {
            assert_eq!(super::word(text), word);
        }
    }
}
