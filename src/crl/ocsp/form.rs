//! The form of OCSP answers (RFC 6960, 4.2.1), as DER alone: what is not DER is no answer.
//!
//! The crate `x509-ocsp` has the same, for an older `der` than the house's. Names and certificates are left as
//! they came: OpenSSL reads those.

use der::{
    Any, Choice, Enumerated, Sequence,
    asn1::{BitString, GeneralizedTime, Null, OctetString},
    oid::ObjectIdentifier,
};
use x509_cert::{
    AlgorithmIdentifier,
    ext::{Extension, pkix::CrlReason},
};

/// `id-pkix-ocsp-basic`: the one form of answers that there is.
pub const BASIC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.1.1");
/// `id-pkix-ocsp-nonce`: what an answer repeats of its question (RFC 9654).
pub const NONCE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.1.2");

/// `OCSPResponse`: what comes over HTTP.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct Response {
    /// Whether there is an answer at all.
    pub status: Word,
    /// The answer, where there is one.
    #[asn1(context_specific = "0", optional = "true", tag_mode = "EXPLICIT")]
    pub bytes: Option<ResponseBytes>,
}

/// `OCSPResponseStatus`: a responder's word on a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enumerated)]
#[repr(u8)]
pub enum Word {
    /// There is an answer.
    Successful = 0,
    /// The question is not understood.
    MalformedRequest = 1,
    /// The responder is broken.
    InternalError = 2,
    /// It cannot answer now.
    TryLater = 3,
    /// It answers signed questions alone.
    SigRequired = 5,
    /// It does not answer this client, or not for this CA.
    Unauthorized = 6,
}

impl Word {
    /// As the standard spells it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Successful => "successful",
            Self::MalformedRequest => "malformedRequest",
            Self::InternalError => "internalError",
            Self::TryLater => "tryLater",
            Self::SigRequired => "sigRequired",
            Self::Unauthorized => "unauthorized",
        }
    }
}

/// `ResponseBytes`: an answer and its kind.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct ResponseBytes {
    /// [`BASIC`].
    pub kind: ObjectIdentifier,
    /// A [`BasicResponse`].
    pub response: OctetString,
}

/// `BasicOCSPResponse`: an answer and its signature.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct BasicResponse {
    /// What is signed.
    pub signed: ResponseData,
    /// How.
    pub algorithm: AlgorithmIdentifier,
    /// The signature.
    pub signature: BitString,
    /// Certificates of whoever signed.
    #[asn1(context_specific = "0", optional = "true", tag_mode = "EXPLICIT")]
    pub certificates: Option<Vec<Any>>,
}

/// `ResponseData`: what an answer says.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct ResponseData {
    /// 0, which is left out.
    #[asn1(
        context_specific = "0",
        default = "first_version",
        tag_mode = "EXPLICIT"
    )]
    pub version: u8,
    /// Who signed.
    pub responder: ResponderId,
    /// When.
    pub produced_at: GeneralizedTime,
    /// What is said of each certificate.
    pub entries: Vec<SingleResponse>,
    /// What is said besides.
    #[asn1(context_specific = "1", optional = "true", tag_mode = "EXPLICIT")]
    pub extensions: Option<Vec<Extension>>,
}

fn first_version() -> u8 {
    0
}

/// `ResponderID`: who signed.
#[derive(Clone, Debug, PartialEq, Eq, Choice)]
pub enum ResponderId {
    /// A distinguished name.
    #[asn1(context_specific = "1", tag_mode = "EXPLICIT", constructed = "true")]
    Name(Any),
    /// SHA-1 of a public key.
    #[asn1(context_specific = "2", tag_mode = "EXPLICIT", constructed = "true")]
    Key(OctetString),
}

/// `SingleResponse`: what is said of one certificate.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct SingleResponse {
    /// Which one.
    pub certificate: CertId,
    /// What.
    pub status: CertStatus,
    /// When that was known to be so.
    pub this_update: GeneralizedTime,
    /// When newer word is due.
    #[asn1(context_specific = "0", optional = "true", tag_mode = "EXPLICIT")]
    pub next_update: Option<GeneralizedTime>,
    /// What is said besides.
    #[asn1(context_specific = "1", optional = "true", tag_mode = "EXPLICIT")]
    pub extensions: Option<Vec<Extension>>,
}

/// `CertID`: which certificate, by its issuer and its serial number.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct CertId {
    /// The hash of the two that follow.
    pub hash: AlgorithmIdentifier,
    /// Of the issuer's name, DER.
    pub issuer_name: OctetString,
    /// Of the issuer's key, without the header of its BIT STRING.
    pub issuer_key: OctetString,
    /// An INTEGER.
    pub serial: Any,
}

/// `CertStatus`: what is said of a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Choice)]
pub enum CertStatus {
    /// It is not revoked.
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT")]
    Good(Null),
    /// It is.
    #[asn1(context_specific = "1", tag_mode = "IMPLICIT", constructed = "true")]
    Revoked(RevokedInfo),
    /// The responder does not know it.
    #[asn1(context_specific = "2", tag_mode = "IMPLICIT")]
    Unknown(Null),
}

/// `RevokedInfo`: since when, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Sequence)]
pub struct RevokedInfo {
    /// Since when.
    pub at: GeneralizedTime,
    /// Why, where that is said.
    #[asn1(context_specific = "0", optional = "true", tag_mode = "EXPLICIT")]
    pub reason: Option<CrlReason>,
}
