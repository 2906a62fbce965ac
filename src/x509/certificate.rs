//! A certificate: its DER, OpenSSL's view of it, and what it says.

use jiff::Timestamp;
use openssl::{
    asn1::Asn1Object,
    hash::{MessageDigest, hash},
    nid::Nid,
    pkey::{Id, PKeyRef, Public},
    x509::X509,
};
use x509_parser::{
    certificate::X509Certificate, prelude::FromDer, signature_algorithm::SignatureAlgorithm,
    x509::AlgorithmIdentifier,
};

use super::{Extensions, distinguished_name, hex, moment};

/// A certificate and what it says. Names stand as they are in the file; reports escape them.
#[derive(Clone, Debug)]
pub struct Certificate {
    der: Vec<u8>,
    x509: X509,
    /// The subject, most specific part first: `CN=...,OU=...,O=...`; empty where it is.
    pub subject: String,
    /// The issuer, in the same form.
    pub issuer: String,
    /// The subject's common names, in their order.
    pub common_names: Vec<String>,
    /// First moment of validity.
    pub not_before: Timestamp,
    /// Last moment of validity: it is valid still.
    pub not_after: Timestamp,
    /// Serial number as lower-case hex, `-` before it where negative.
    pub serial: String,
    /// Serial number as its INTEGER's content: what lists name it by.
    pub serial_content: Vec<u8>,
    /// The public key.
    pub key: PublicKey,
    /// How it was signed.
    pub signature: Signature,
    /// What the extensions say.
    pub extensions: Extensions,
    /// SHA-256 of the DER, lower-case hex.
    pub sha256: String,
    /// SHA-1 of the DER, lower-case hex: what older pages print.
    pub sha1: String,
    /// SHA-256 of the DER SubjectPublicKeyInfo, lower-case hex: the key's identity.
    pub spki_sha256: String,
    /// Version, from 1.
    pub version: u32,
}

/// A public key's kind and size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublicKey {
    /// Its kind.
    pub algorithm: KeyAlgorithm,
    /// Its size; 0 where OpenSSL cannot read the key.
    pub bits: u32,
}

/// A public key's kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyAlgorithm {
    /// RSA, RSA-PSS included.
    Rsa,
    /// Elliptic curves.
    Ec,
    /// Ed25519 or Ed448.
    Edwards,
    /// DSA.
    Dsa,
    /// Anything else, and what cannot be read.
    Other,
}

impl KeyAlgorithm {
    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Rsa => "RSA",
            Self::Ec => "EC",
            Self::Edwards => "EdDSA",
            Self::Dsa => "DSA",
            Self::Other => "unknown",
        }
    }
}

/// How a certificate was signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// OpenSSL's long name of the algorithm, or its OID: `sha256WithRSAEncryption`.
    pub algorithm: String,
    /// The hash under the signature.
    pub hash: Hash,
}

/// A hash under a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hash {
    /// MD2, MD4 or MD5: broken.
    Md5,
    /// SHA-1: broken for collisions, and real in old NHS generations.
    Sha1,
    /// SHA-224, SHA-256, SHA-384, SHA-512 or SHA-3.
    Sha2,
    /// The algorithm has its own (EdDSA), or it is not known.
    Own,
}

impl Certificate {
    /// Reads a certificate from exactly one DER object.
    ///
    /// # Errors
    /// What is wrong with it, as a fragment.
    pub fn from_der(der: &[u8]) -> Result<Self, String> {
        let x509 =
            X509::from_der(der).map_err(|_| "it is no certificate, or damaged".to_owned())?;
        let (rest, parsed) = X509Certificate::from_der(der)
            .map_err(|error| format!("its form breaks RFC 5280 ({error})"))?;
        if !rest.is_empty() {
            return Err(format!("{} bytes follow it", rest.len()));
        }
        let tbs = &parsed.tbs_certificate;
        Ok(Self {
            subject: distinguished_name::text(&tbs.subject),
            issuer: distinguished_name::text(&tbs.issuer),
            common_names: distinguished_name::common_names(&tbs.subject),
            not_before: moment(tbs.validity.not_before),
            not_after: moment(tbs.validity.not_after),
            serial: serial(tbs.raw_serial()),
            serial_content: tbs.raw_serial().to_vec(),
            key: PublicKey::of(x509.public_key().ok().as_deref()),
            signature: Signature::of(&parsed.signature_algorithm),
            extensions: Extensions::of(&parsed),
            sha256: digest(MessageDigest::sha256(), der),
            sha1: digest(MessageDigest::sha1(), der),
            spki_sha256: digest(MessageDigest::sha256(), tbs.subject_pki.raw),
            version: tbs.version.0 + 1,
            der: der.to_owned(),
            x509,
        })
    }

    /// Its DER.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// OpenSSL's view of it.
    pub fn x509(&self) -> &X509 {
        &self.x509
    }

    /// The public key without the header of its BIT STRING: what OCSP hashes.
    pub fn key_content(&self) -> Option<Vec<u8>> {
        let (_, parsed) = X509Certificate::from_der(&self.der).ok()?;
        let key = parsed.tbs_certificate.subject_pki.subject_public_key;
        Some(key.data.into_owned())
    }

    /// OpenSSL's short name of the curve of its key, as `prime256v1`; nothing where it has none.
    pub fn curve(&self) -> Option<&'static str> {
        let key = self.x509.public_key().ok()?.ec_key().ok()?;
        key.group().curve_name()?.short_name().ok()
    }

    /// Whether its key is RSA for every use, and not for PSS signatures alone.
    pub fn has_plain_rsa_key(&self) -> bool {
        self.x509.public_key().is_ok_and(|key| key.id() == Id::RSA)
    }

    /// Whether subject and issuer are one name (compared as RFC 5280, 7.1 wants).
    pub fn is_self_issued(&self) -> bool {
        same_name(self.x509.subject_name(), self.x509.issuer_name())
    }

    /// Whether its own key signed it.
    pub fn is_self_signed(&self) -> bool {
        self.is_self_issued()
            && self
                .x509
                .public_key()
                .is_ok_and(|key| self.x509.verify(&key).unwrap_or(false))
    }

    /// Whether it says of itself that it is a CA; a version 1 self-signed root counts as one.
    pub fn is_ca(&self) -> bool {
        match &self.extensions.basic_constraints {
            Some(constraints) => constraints.ca,
            None => self.version < 3 && self.is_self_signed(),
        }
    }

    /// Whether the subject of `issuer` is the name of its issuer.
    pub fn has_issuer_name_of(&self, issuer: &Self) -> bool {
        same_name(self.x509.issuer_name(), issuer.x509.subject_name())
    }

    /// Whether it may have been issued by `issuer`: names agree, and key identifiers where both have one.
    pub fn names_issuer(&self, issuer: &Self) -> bool {
        let ids = (
            &self.extensions.authority_key_id,
            &issuer.extensions.subject_key_id,
        );
        self.has_issuer_name_of(issuer)
            && !matches!(ids, (Some(wanted), Some(had)) if wanted != had)
    }

    /// Whether the key of `issuer` signed it.
    pub fn is_signed_by(&self, issuer: &Self) -> bool {
        issuer
            .x509
            .public_key()
            .is_ok_and(|key| self.x509.verify(&key).unwrap_or(false))
    }

    /// The name that people know it by: its common name, else its whole subject, else its serial number.
    pub fn label(&self) -> String {
        match self.common_names.last() {
            Some(name) => name.clone(),
            None if self.subject.is_empty() => format!("serial {}", self.serial),
            None => self.subject.clone(),
        }
    }

    /// Whether a moment is within its validity, both ends included (RFC 5280, 4.1.2.5).
    pub fn is_valid_at(&self, at: Timestamp) -> bool {
        self.not_before.as_second() <= at.as_second()
            && at.as_second() <= self.not_after.as_second()
    }
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.der == other.der
    }
}

impl Eq for Certificate {}

impl PublicKey {
    pub(super) fn of(key: Option<&PKeyRef<Public>>) -> Self {
        let Some(key) = key else {
            return Self {
                algorithm: KeyAlgorithm::Other,
                bits: 0,
            };
        };
        let algorithm = match key.id() {
            Id::RSA | Id::RSA_PSS => KeyAlgorithm::Rsa,
            Id::EC => KeyAlgorithm::Ec,
            Id::ED25519 | Id::ED448 => KeyAlgorithm::Edwards,
            Id::DSA => KeyAlgorithm::Dsa,
            _ => KeyAlgorithm::Other,
        };
        Self {
            algorithm,
            bits: key.bits(),
        }
    }
}

impl Signature {
    pub(super) fn of(identifier: &AlgorithmIdentifier<'_>) -> Self {
        let dotted = identifier.algorithm.to_id_string();
        let nid = Asn1Object::from_str(&dotted).map_or(Nid::UNDEF, |object| object.nid());
        let algorithm = match nid {
            Nid::UNDEF => dotted,
            known => known.long_name().map_or(dotted, str::to_owned),
        };
        let hash = match nid.signature_algorithms().map(|pair| pair.digest) {
            Some(Nid::MD2 | Nid::MD4 | Nid::MD5) => Hash::Md5,
            Some(Nid::SHA1) => Hash::Sha1,
            Some(Nid::UNDEF) | None => pss_hash(identifier).unwrap_or(Hash::Own),
            Some(_) => Hash::Sha2,
        };
        Self { algorithm, hash }
    }
}

/// The hash that RSASSA-PSS keeps in its parameters (RFC 4055, 3.1); SHA-1 where it says nothing.
fn pss_hash(identifier: &AlgorithmIdentifier<'_>) -> Option<Hash> {
    let SignatureAlgorithm::RSASSA_PSS(parameters) =
        SignatureAlgorithm::try_from(identifier).ok()?
    else {
        return None;
    };
    match parameters.hash_algorithm_oid().to_id_string().as_str() {
        "1.3.14.3.2.26" => Some(Hash::Sha1),
        "1.2.840.113549.2.5" => Some(Hash::Md5),
        _ => Some(Hash::Sha2),
    }
}

/// Whether two names are one (compared as RFC 5280, 7.1 wants).
pub(crate) fn same_name(
    left: &openssl::x509::X509NameRef,
    right: &openssl::x509::X509NameRef,
) -> bool {
    left.try_cmp(right).is_ok_and(std::cmp::Ordering::is_eq)
}

fn serial(raw: &[u8]) -> String {
    match raw.first() {
        Some(first) if *first >= 0x80 => format!("-{}", hex(&negated(raw))),
        Some(0) if raw.len() > 1 => hex(&raw[1..]),
        _ => hex(raw),
    }
}

/// Two's complement of a big-endian number.
fn negated(raw: &[u8]) -> Vec<u8> {
    let mut carry = true;
    let mut bytes: Vec<u8> = raw
        .iter()
        .rev()
        .map(|byte| {
            let (sum, over) = (!byte).overflowing_add(u8::from(carry));
            carry = over;
            sum
        })
        .collect();
    bytes.reverse();
    bytes
}

fn digest(kind: MessageDigest, bytes: &[u8]) -> String {
    // Invariant: SHA-1 and SHA-256 are in OpenSSL's default provider, which is always there.
    hash(kind, bytes).map_or_else(|_| String::new(), |digest| hex(&digest))
}
