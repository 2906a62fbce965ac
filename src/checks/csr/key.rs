//! The request's key and signature.

use super::{Linted, NEW_PAIR};
use crate::{
    check::{Cause, Context, Outcome},
    x509::{Hash, KeyAlgorithm, csr::SMALLEST_RSA},
};

pub(super) fn is_signed_by_its_own_key(linted: &Linted, _: &Context<'_>) -> Outcome {
    if linted.request.signature_fits {
        Outcome::pass("the signature fits the key in the request")
            .with("SHA-256 of the public key", &linted.request.spki_sha256)
    } else {
        Outcome::fail(
            Cause::BadSignature,
            "the signature does not fit the key in the request: it was changed after signing, or its key is unsound",
        )
    }
}

pub(super) fn is_large_enough(linted: &Linted, _: &Context<'_>) -> Outcome {
    let key = linted.request.key;
    if key.algorithm != KeyAlgorithm::Rsa {
        return Outcome::not_applicable(format!("the key is {}", key.algorithm.word()));
    }
    if key.bits >= SMALLEST_RSA {
        Outcome::pass(format!("RSA with {} bits", key.bits))
    } else {
        Outcome::fail(
            Cause::WeakKey,
            format!(
                "the key has {} bits, and fewer than {SMALLEST_RSA} can be broken",
                key.bits
            ),
        )
    }
}

pub(super) fn is_rsa(linted: &Linted, _: &Context<'_>) -> Outcome {
    match linted.request.key.algorithm {
        KeyAlgorithm::Rsa => Outcome::pass("the key is RSA"),
        other => Outcome::fail(
            Cause::WeakKey,
            format!(
                "the key is {}, and no source says that the NHS CAs sign any kind but RSA",
                other.word()
            ),
        ),
    }
}

pub(super) fn is_signed_with_a_sound_hash(linted: &Linted, _: &Context<'_>) -> Outcome {
    let signature = &linted.request.signature;
    let outcome = match signature.hash {
        Hash::Sha2 => Outcome::pass("the hash is of the SHA-2 or SHA-3 family"),
        Hash::Sha1 | Hash::Md5 => Outcome::fail(
            Cause::WeakSignature,
            "the hash is broken, so the request may have been made to fit somebody else's name",
        ),
        Hash::Own if linted.request.key.algorithm == KeyAlgorithm::Edwards => {
            Outcome::pass("EdDSA has a sound hash of its own (RFC 8032)")
        }
        Hash::Own => {
            Outcome::undetermined("it is not known which hash this signature uses").hint(NEW_PAIR)
        }
    };
    outcome.with("signature algorithm", &signature.algorithm)
}
