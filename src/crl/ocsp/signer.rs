//! Whether whoever signed an OCSP answer may (RFC 6960, 4.2.2.2): OpenSSL says so, and the reason is found here.

use jiff::Timestamp;
use openssl::{
    error::ErrorStack,
    ocsp::{OcspFlag, OcspResponse},
    stack::Stack,
    x509::{
        store::X509StoreBuilder,
        verify::{X509VerifyFlags, X509VerifyParam},
    },
};

use super::{Problem, answer::Answer};
use crate::x509::{Certificate, Hash};

/// Why an answer's signer has no right to it, by the dates of certificates at a moment; nothing where it has.
///
/// Whether the signer's own certificate was revoked is not asked: as a rule it says that nobody need.
pub(super) fn problem(
    der: &[u8],
    answer: &Answer,
    issuer: &Certificate,
    moment: Timestamp,
) -> Option<Problem> {
    // RFC 6151: anybody can make two answers with one MD5. SHA-1 stays, as for lists: a whole generation signs by it.
    if answer.signature.hash == Hash::Md5 {
        return Some(Problem::BrokenHash(answer.signature.algorithm.clone()));
    }
    let broken = answer
        .signers(issuer)
        .find(|signer| *signer != issuer && signer.signature.hash == Hash::Md5);
    if let Some(broken) = broken {
        return Some(Problem::BrokenHash(broken.signature.algorithm.clone()));
    }
    // What a CA trusts explicitly is a matter of its file alone, and not asked for.
    let second = second_for_openssl(answer, issuer, moment);
    let refused = accepted(der, issuer, second, OcspFlag::NO_EXPLICIT).err()?;
    Some(reason(der, answer, issuer, moment, &refused))
}

/// A moment for OpenSSL, which takes a certificate's last second for over already.
fn second_for_openssl(answer: &Answer, issuer: &Certificate, moment: Timestamp) -> i64 {
    let second = moment.as_second();
    let mut all = answer.signers(issuer).chain([issuer]);
    let ends_now = all.any(|certificate| certificate.not_after.as_second() == second);
    second - i64::from(ends_now)
}

/// Whether OpenSSL accepts signature and signer, with the issuer as the one that is trusted, whatever signed it.
fn accepted(
    der: &[u8],
    issuer: &Certificate,
    second: i64,
    flags: OcspFlag,
) -> Result<(), ErrorStack> {
    let basic = OcspResponse::from_der(der)?.basic()?;
    let mut parameters = X509VerifyParam::new()?;
    parameters.set_flags(X509VerifyFlags::PARTIAL_CHAIN)?;
    parameters.set_auth_level(0);
    parameters.set_time(second);
    let mut store = X509StoreBuilder::new()?;
    store.set_param(&parameters)?;
    store.add_cert(issuer.x509().clone())?;
    // The issuer signs without sending its certificate.
    let mut known = Stack::new()?;
    known.push(issuer.x509().clone())?;
    basic.verify(&known, &store.build(), flags)
}

/// Why OpenSSL refuses an answer.
fn reason(
    der: &[u8],
    answer: &Answer,
    issuer: &Certificate,
    moment: Timestamp,
    refused: &ErrorStack,
) -> Problem {
    let Some(signer) = answer.signers(issuer).next() else {
        return Problem::SignerMissing(answer.responder());
    };
    let name = signer.label();
    // With this flag the signature alone counts.
    if accepted(der, issuer, moment.as_second(), OcspFlag::NO_VERIFY).is_err() {
        return Problem::BadSignature(name);
    }
    if signer != issuer {
        if !signer.names_issuer(issuer) || !signer.is_signed_by(issuer) {
            return Problem::Stranger(name);
        }
        let usage = signer.extensions.extended_key_usage.as_ref();
        if !usage.is_some_and(|usage| usage.ocsp_signing) {
            return Problem::WithoutRight(name);
        }
    }
    match [signer, issuer].iter().find(|it| !it.is_valid_at(moment)) {
        Some(ended) => Problem::SignerNotValid(ended.label(), moment),
        None => Problem::Engine(words(refused)),
    }
}

/// The last of OpenSSL's words: the others name functions that called it.
fn words(refused: &ErrorStack) -> String {
    let last = refused.errors().last();
    let said = last.map(|error| error.data().or(error.reason()).unwrap_or_default());
    said.unwrap_or("no reason is given").to_owned()
}
