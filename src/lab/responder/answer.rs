//! An answer of the lab's OCSP responder, signed by a delegate of the CA that it is for.

use der::{
    Any, AnyRef, Encode,
    asn1::{BitString, Null, OctetString},
    oid::ObjectIdentifier,
};
use jiff::{SignedDuration, Span, Timestamp};
use openssl::{
    pkey::{PKey, Private},
    sign::Signer,
    x509::X509,
};
use x509_cert::{AlgorithmIdentifier, ext::Extension};

use super::{
    super::{
        Made,
        authority::{Content, Serial, name},
        extension::{self, general_time},
        fault::Fault,
        folder::Lab,
        generation::around,
        register::Revoked,
        revocation::SLACK,
        unmade,
    },
    Asked,
};
use crate::{
    crl::ocsp::form::{
        BASIC, BasicResponse, CertId, CertStatus, ResponderId, Response, ResponseBytes,
        ResponseData, RevokedInfo, SingleResponse, Word,
    },
    error::Result,
};

/// How long an answer holds. That of the NHS's answers, no source says.
const LIFE: SignedDuration = SignedDuration::from_hours(24);

/// An answer that is to be given.
pub(super) struct Reply<'a> {
    pub(super) lab: &'a Lab,
    pub(super) asked: Asked<'a>,
    pub(super) fault: Option<Fault>,
    pub(super) at: Timestamp,
}

/// A word in place of an answer, DER.
pub(super) fn word(status: Word) -> Made<Vec<u8>> {
    let bytes = None;
    Response { status, bytes }.to_der().map_err(unmade)
}

impl Reply<'_> {
    /// The answer for these certificates, DER.
    ///
    /// # Errors
    /// Where a register is damaged.
    pub(super) fn sign(
        &self,
        ids: &[&CertId],
        nonce: Option<&Extension>,
        key: &PKey<Private>,
    ) -> Result<Vec<u8>> {
        let entries = ids.iter().map(|id| self.entry(id)).collect::<Result<_>>()?;
        let delegate = self.delegate(key)?;
        let signed = ResponseData {
            version: 0,
            responder: ResponderId::Key(extension::key_id(key)?),
            produced_at: general_time(self.from() + SLACK)?,
            entries,
            extensions: nonce.map(|nonce| vec![nonce.clone()]),
        };
        let digest = self.asked.digest();
        let content = signed.to_der().map_err(unmade)?;
        let signature = Signer::new(digest.openssl(), key)
            .and_then(|mut signer| signer.sign_oneshot_to_vec(&content))
            .map_err(unmade)?;
        let basic = BasicResponse {
            signed,
            algorithm: AlgorithmIdentifier {
                oid: ObjectIdentifier::new(digest.with_rsa()).map_err(unmade)?,
                parameters: Some(Any::from(AnyRef::NULL)),
            },
            signature: BitString::from_bytes(&signature).map_err(unmade)?,
            certificates: Some(vec![any(&delegate.to_der().map_err(unmade)?)?]),
        };
        let content = basic.to_der().map_err(unmade)?;
        let response = Response {
            status: Word::Successful,
            bytes: Some(ResponseBytes {
                kind: BASIC,
                response: OctetString::new(content).map_err(unmade)?,
            }),
        };
        response.to_der().map_err(unmade)
    }

    /// Since when it is true; a little before it is given, for other clocks are slow.
    fn from(&self) -> Timestamp {
        match self.fault {
            Some(Fault::OcspStale) => self.at - LIFE * 2 - SLACK,
            _ => self.at - SLACK,
        }
    }

    fn entry(&self, id: &CertId) -> Result<SingleResponse> {
        Ok(SingleResponse {
            certificate: id.clone(),
            status: self.status(id)?,
            this_update: general_time(self.from())?,
            next_update: Some(general_time(self.from() + SLACK + LIFE)?),
            extensions: None,
        })
    }

    fn status(&self, id: &CertId) -> Result<CertStatus> {
        let serial = id.serial_content();
        if !id.is_under(self.asked.certificate) || !self.may_have_issued(serial)? {
            return Ok(CertStatus::Unknown(Null));
        }
        let generation = self.asked.generation;
        let revoked = self.lab.revoked(generation, self.asked.is_root, serial)?;
        Ok(match revoked {
            Some(Revoked { at, reason, .. }) => CertStatus::Revoked(RevokedInfo {
                at: general_time(at)?,
                reason: reason.of_entry(),
            }),
            None => CertStatus::Good(Null),
        })
    }

    /// Whether a serial number is one that the CA gives. The lab keeps no book of what it issued: of a sub CA, any
    /// number of the right form may be.
    fn may_have_issued(&self, serial: &[u8]) -> Made<bool> {
        let generation = self.asked.generation;
        if !self.asked.is_root {
            return Ok(serial.len() == generation.shape.serial);
        }
        let of_sub = generation.sub.certificate.serial_number();
        let of_sub = of_sub.to_bn().map_err(unmade)?.to_vec();
        Ok(serial == of_sub)
    }

    /// The certificate of the responder for the CA: made anew each time, so that none ever ends.
    fn delegate(&self, key: &PKey<Private>) -> Result<X509> {
        let authority = self.asked.authority();
        let subject = name(&[
            ("O", "nhs"),
            ("OU", "CA"),
            ("CN", "Rehearsal OCSP Responder"),
        ])?;
        let mut extensions = vec![
            extension::no_ca()?,
            extension::signs()?,
            extension::authority_key_id(&authority.key)?,
            extension::subject_key_id(key)?,
            extension::not_looked_up()?,
        ];
        extensions.push(match self.fault {
            Some(Fault::OcspUnauthorised) => extension::used_as(extension::Usage::Server)?,
            _ => extension::signs_answers()?,
        });
        let content = Content {
            subject: &subject,
            key,
            serial: Serial::random(self.asked.generation.shape.serial)?,
            validity: around(self.at, Span::new().days(7), Span::new().days(7))?,
            extensions,
        };
        authority.sign(content, self.asked.digest())
    }
}

fn any(der: &[u8]) -> Made<Any> {
    der::Decode::from_der(der).map_err(unmade)
}
