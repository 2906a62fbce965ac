//! Whose signature a list has: its algorithm, and whether a key made it.

use openssl::{
    asn1::Asn1Object,
    hash::MessageDigest,
    nid::Nid,
    pkey::{PKeyRef, Public},
    sign::Verifier,
};
use serde::{Deserialize, Serialize};

use super::{Problem, window::content};
use crate::x509;

/// The tag of a BIT STRING.
const BIT_STRING: u8 = 0x03;

/// Whether a key made a list's signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Signature {
    /// It did.
    Fits,
    /// It did not.
    DoesNotFit,
    /// Nobody's key was given, or it is of a kind that is not verified by streaming (PSS, EdDSA).
    NotTried,
}

/// A signature's algorithm.
pub(super) struct Algorithm {
    /// OpenSSL's name for it, or its OID.
    pub(super) name: String,
    /// Its hash, where the signature is verified as the bytes come by.
    streams: Option<MessageDigest>,
}

impl Algorithm {
    /// Reads an AlgorithmIdentifier of DER.
    ///
    /// # Errors
    /// Where it is none.
    pub(super) fn of(der: &[u8]) -> Result<Self, Problem> {
        let oid = x509::oid_of_algorithm(der)
            .ok_or_else(|| Problem::Form("its signature's algorithm cannot be read".to_owned()))?;
        let nid = Asn1Object::from_str(&oid).map_or(Nid::UNDEF, |object| object.nid());
        let digest = nid
            .signature_algorithms()
            .and_then(|pair| MessageDigest::from_nid(pair.digest));
        let name = nid.long_name().ok().filter(|_| nid != Nid::UNDEF);
        Ok(Self {
            name: name.map_or(oid, str::to_owned),
            streams: digest,
        })
    }

    /// What verifies a signature of this kind by a key, as the bytes come by; nothing where that is not how it is done.
    ///
    /// # Errors
    /// Where OpenSSL fails.
    pub(super) fn verifier<'a>(
        &self,
        key: Option<&'a PKeyRef<Public>>,
    ) -> Result<Option<Verifier<'a>>, Problem> {
        let Some((key, digest)) = key.zip(self.streams) else {
            return Ok(None);
        };
        // A key of another kind than the signature's is nobody's here; OpenSSL says so at once or in the end.
        Ok(Verifier::new(digest, key).ok())
    }
}

impl Signature {
    /// Whether the signature in a BIT STRING is of what the verifier has seen.
    pub(super) fn of(verifier: Option<&Verifier<'_>>, bits: &[u8]) -> Self {
        let Some(verifier) = verifier else {
            return Self::NotTried;
        };
        let fits = match content(bits, BIT_STRING) {
            // No bit of the last octet is unused.
            Some([0, signature @ ..]) => verifier.verify(signature).unwrap_or(false),
            _ => false,
        };
        match fits {
            true => Self::Fits,
            false => Self::DoesNotFit,
        }
    }
}
