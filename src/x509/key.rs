//! Private keys: made, read in every usual form, written as PKCS#8.
//!
//! OpenSSL asks on the terminal by itself where a key is encrypted and no callback is given; here
//! one always is, so that nothing ever waits for a passphrase that nobody was asked for.

mod read;

use std::fmt;

use clap::ValueEnum;
use openssl::{
    error::ErrorStack,
    hash::{MessageDigest, hash},
    pkey::{HasPublic, PKey, PKeyRef, Private},
    rsa::Rsa,
    symm::Cipher,
};
use zeroize::Zeroizing;

pub use read::{needs_passphrase, read_private};

use crate::{
    error::{Error, Result},
    openssl_ext,
};

/// The longest passphrase, in bytes: OpenSSL's buffer (`PEM_BUFSIZE`) without its end.
pub const LONGEST_PASSPHRASE: usize = 1023;

/// The shortest passphrase for a new key, in bytes (NIST SP 800-63B section 5.1.1.1).
pub const SHORTEST_PASSPHRASE: usize = 8;

/// Rounds of PBKDF2 with HMAC-SHA-256 over a passphrase: a fifth of a second for whoever reads the key,
/// and for each guess (OWASP, Password Storage Cheat Sheet, PBKDF2).
const ROUNDS: i32 = 600_000;

/// A passphrase: wiped from memory when dropped, never shown.
pub struct Passphrase(Zeroizing<Vec<u8>>);

impl Passphrase {
    /// Takes the bytes of a passphrase; `from` says where they came from.
    ///
    /// # Errors
    /// Where it is empty or longer than [`LONGEST_PASSPHRASE`].
    pub fn new(bytes: Zeroizing<Vec<u8>>, from: &str) -> Result<Self> {
        if bytes.is_empty() {
            return Err(Error::input(format!("the passphrase from {from} is empty"))
                .hint("Put the passphrase on the first line."));
        }
        if bytes.len() > LONGEST_PASSPHRASE {
            return Err(Error::input(format!(
                "the passphrase from {from} is longer than {LONGEST_PASSPHRASE} bytes"
            ))
            .hint("Put the passphrase alone on the first line."));
        }
        Ok(Self(bytes))
    }

    /// Refuses what is too short to protect a new key.
    ///
    /// # Errors
    /// Where it has fewer than [`SHORTEST_PASSPHRASE`] bytes.
    pub fn refuse_short(&self) -> Result<()> {
        if self.0.len() >= SHORTEST_PASSPHRASE {
            return Ok(());
        }
        Err(Error::input(format!(
            "the passphrase has {} bytes, and fewer than {SHORTEST_PASSPHRASE} protect nothing",
            self.0.len()
        ))
        .hint("Make one: `openssl rand -base64 24`."))
    }

    /// The same passphrase for something else; both are wiped.
    #[must_use]
    pub fn copy(&self) -> Self {
        Self(Zeroizing::new(self.0.to_vec()))
    }

    /// Its bytes, for OpenSSL alone.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }

    fn copy_into(&self, buffer: &mut [u8]) -> Result<usize, ErrorStack> {
        let room = buffer.get_mut(..self.0.len()).ok_or_else(ErrorStack::get)?;
        room.copy_from_slice(&self.0);
        Ok(self.0.len())
    }
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passphrase(..)")
    }
}

/// How many bits an RSA key has. Fewer than 2048 are not offered: no CA signs them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Bits {
    /// What the NHS guides make.
    #[default]
    #[value(name = "2048")]
    B2048,
    /// 3072 bits.
    #[value(name = "3072")]
    B3072,
    /// What the endpoint catalogue of BaRS asks for.
    #[value(name = "4096")]
    B4096,
}

impl Bits {
    /// The number.
    pub fn number(self) -> u32 {
        match self {
            Self::B2048 => 2048,
            Self::B3072 => 3072,
            Self::B4096 => 4096,
        }
    }
}

/// A new RSA key.
///
/// # Errors
/// Where OpenSSL has no randomness.
pub fn generate(bits: Bits) -> Result<PKey<Private>> {
    Rsa::generate(bits.number())
        .and_then(PKey::from_rsa)
        .map_err(|error| Error::internal("could not make an RSA key").because(error))
}

/// The key as PKCS#8 PEM; with a passphrase encrypted by AES-256-CBC under PBKDF2 (RFC 8018).
///
/// # Errors
/// Where OpenSSL cannot encode it.
pub fn to_pem(
    key: &PKeyRef<Private>,
    passphrase: Option<&Passphrase>,
) -> Result<Zeroizing<Vec<u8>>> {
    match passphrase {
        Some(secret) => openssl_ext::encrypted_key(key, Cipher::aes_256_cbc(), &secret.0, ROUNDS),
        None => key.private_key_to_pem_pkcs8(),
    }
    .map(Zeroizing::new)
    .map_err(|error| Error::internal("could not encode the private key").because(error))
}

/// SHA-256 of the DER SubjectPublicKeyInfo, lower-case hex: the same for a key, its request and its certificate.
///
/// # Errors
/// Where OpenSSL cannot encode the public key.
pub fn spki_sha256<T: HasPublic>(key: &PKeyRef<T>) -> Result<String> {
    key.public_key_to_der()
        .and_then(|der| hash(MessageDigest::sha256(), &der))
        .map(|digest| super::hex(&digest))
        .map_err(|error| Error::internal("could not encode the public key").because(error))
}
