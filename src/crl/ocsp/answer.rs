//! An OCSP answer as it says itself: who signed it when, and what is in it of a certificate.

use der::{Decode, Encode, asn1::GeneralizedTime};
use jiff::Timestamp;
use openssl::hash::{MessageDigest, hash};
use x509_cert::ext::Extension;

use super::{
    Problem,
    form::{
        BASIC, BasicResponse, CertId, CertStatus, NONCE, ResponderId, Response, SingleResponse,
        Word,
    },
};
use crate::x509::{self, Certificate, Signature, hex};

/// An answer that can be read; nothing of it is verified.
pub(super) struct Answer {
    basic: BasicResponse,
    /// The certificates that came with it, as far as they can be read.
    pub(super) certificates: Vec<Certificate>,
    /// How it is signed.
    pub(super) signature: Signature,
}

/// What an answer says of itself, as far as it speaks of the certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The name of whoever says to have signed it.
    pub signer: String,
    /// When it was signed.
    pub produced_at: Timestamp,
    /// When what it says was known to be so.
    pub this_update: Timestamp,
    /// When a newer one is due.
    pub next_update: Option<Timestamp>,
}

impl Answer {
    /// Reads an answer from exactly one DER object.
    ///
    /// # Errors
    /// Where it is none, or the responder had only a word.
    pub(super) fn read(der: &[u8]) -> Result<Self, Problem> {
        let response = Response::from_der(der).map_err(|error| not_an_answer(der, error))?;
        let bytes = match (response.status, response.bytes) {
            (Word::Successful, Some(bytes)) => bytes,
            (Word::Successful, None) => return Err(broken("it says `successful`, and no more")),
            (word, _) => return Err(Problem::Refused(word)),
        };
        if bytes.kind != BASIC {
            return Err(broken("it is of another kind than the standard's"));
        }
        let basic = BasicResponse::from_der(bytes.response.as_bytes()).map_err(broken)?;
        if basic.signed.version != 0 {
            return Err(broken("it is of a version that is not there yet"));
        }
        let algorithm = basic.algorithm.to_der().map_err(broken)?;
        let signature = x509::signature_of_algorithm(&algorithm)
            .ok_or_else(|| broken("its signature's algorithm cannot be read"))?;
        let sent = basic.certificates.iter().flatten();
        let certificates = sent
            .filter_map(|any| Certificate::from_der(&any.to_der().ok()?).ok())
            .collect();
        Ok(Self {
            basic,
            certificates,
            signature,
        })
    }

    /// What it says of a certificate; where it says several things, the worst, and else the newest.
    pub(super) fn entry(
        &self,
        certificate: &Certificate,
        issuer: &Certificate,
    ) -> Option<&SingleResponse> {
        if !certificate.has_issuer_name_of(issuer) {
            return None;
        }
        let entries = self.basic.signed.entries.iter();
        entries
            .filter(|entry| {
                entry.certificate.serial_content() == certificate.serial_content
                    && entry.certificate.is_under(issuer)
            })
            .max_by_key(|entry| {
                let is_revoked = matches!(entry.status, CertStatus::Revoked(_));
                (is_revoked, entry.this_update)
            })
    }

    /// What it says of itself and of the time of an entry.
    pub(super) fn seen(&self, entry: &SingleResponse, issuer: &Certificate) -> Seen {
        let signer = self.signers(issuer).next();
        Seen {
            signer: signer.map_or_else(|| self.responder(), Certificate::label),
            produced_at: moment(self.basic.signed.produced_at),
            this_update: moment(entry.this_update),
            next_update: entry.next_update.map(moment),
        }
    }

    /// The certificates of whoever says to have signed it: the issuer's first, where it is the issuer.
    pub(super) fn signers<'a>(
        &'a self,
        issuer: &'a Certificate,
    ) -> impl Iterator<Item = &'a Certificate> {
        let known = std::iter::once(issuer).chain(&self.certificates);
        known.filter(|certificate| match &self.basic.signed.responder {
            ResponderId::Name(name) => name
                .to_der()
                .is_ok_and(|name| x509::is_name(&name, certificate.x509().subject_name())),
            ResponderId::Key(key) => certificate
                .key_content()
                .and_then(|content| hash(MessageDigest::sha1(), &content).ok())
                .is_some_and(|digest| *digest == *key.as_bytes()),
        })
    }

    /// Who says to have signed it, without a certificate.
    pub(super) fn responder(&self) -> String {
        match &self.basic.signed.responder {
            ResponderId::Name(name) => name
                .to_der()
                .ok()
                .and_then(|name| x509::name_text(&name))
                .unwrap_or_else(|| "a name that cannot be read".to_owned()),
            ResponderId::Key(key) => format!("the key {}", hex(key.as_bytes())),
        }
    }

    /// Whether it, or what it says of a certificate, has something critical that is not understood here.
    pub(super) fn is_odd(&self, entry: &SingleResponse) -> bool {
        let own = self.basic.signed.extensions.iter().flatten();
        let of_entry = entry.extensions.iter().flatten();
        // A nonce says nothing where none was asked for.
        let is_odd = |extension: &Extension| extension.critical && extension.extn_id != NONCE;
        own.chain(of_entry).any(is_odd)
    }
}

impl CertId {
    /// Whether it names a certificate of this issuer (RFC 6960, 4.1.1).
    pub fn is_under(&self, issuer: &Certificate) -> bool {
        let digest = match self.hash.oid.to_string().as_str() {
            "1.3.14.3.2.26" => MessageDigest::sha1(),
            "2.16.840.1.101.3.4.2.1" => MessageDigest::sha256(),
            "2.16.840.1.101.3.4.2.2" => MessageDigest::sha384(),
            "2.16.840.1.101.3.4.2.3" => MessageDigest::sha512(),
            _ => return false,
        };
        let is_hash_of = |wanted: &[u8], content: Option<Vec<u8>>| {
            let digest = content.and_then(|content| hash(digest, &content).ok());
            digest.is_some_and(|digest| *digest == *wanted)
        };
        let name = issuer.x509().subject_name().to_der().ok();
        is_hash_of(self.issuer_name.as_bytes(), name)
            && is_hash_of(self.issuer_key.as_bytes(), issuer.key_content())
    }

    /// The content of the serial number's INTEGER, as [`Certificate::serial_content`].
    pub fn serial_content(&self) -> &[u8] {
        self.serial.value()
    }
}

/// The moment of a time, which has whole seconds and four digits for its year.
pub(super) fn moment(time: GeneralizedTime) -> Timestamp {
    let seconds = i64::try_from(time.to_unix_duration().as_secs());
    let moment = seconds.map(Timestamp::from_second);
    // The last hours of the year 9999 are past what can be computed with, and mean "never".
    moment.map_or(Timestamp::MAX, |moment| moment.unwrap_or(Timestamp::MAX))
}

fn broken(why: impl std::fmt::Display) -> Problem {
    Problem::NoAnswer(why.to_string())
}

fn not_an_answer(bytes: &[u8], error: der::Error) -> Problem {
    match bytes.trim_ascii_start() {
        [] => broken("it is empty"),
        [b'<', ..] => Problem::Page,
        _ => broken(error),
    }
}
