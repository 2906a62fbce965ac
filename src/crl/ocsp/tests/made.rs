//! CAs, delegates and answers, made by hand. Keys of curves are made in no time.

use der::{
    Any, AnyRef, DateTime, Decode, Encode,
    asn1::{BitString, GeneralizedTime, Null, OctetString},
    oid::ObjectIdentifier,
};
use jiff::Timestamp;
use openssl::{
    asn1::Asn1Time,
    bn::BigNum,
    ec::{EcGroup, EcKey},
    hash::{MessageDigest, hash},
    nid::Nid,
    pkey::{PKey, Private},
    sign::Signer,
    x509::{
        X509Builder, X509Extension, X509NameBuilder,
        extension::{BasicConstraints, ExtendedKeyUsage},
    },
};
use x509_cert::{
    AlgorithmIdentifier,
    ext::{Extension, pkix::CrlReason},
};

use crate::{
    crl::ocsp::form::{
        BASIC, BasicResponse, CertId, CertStatus, ResponderId, Response, ResponseBytes,
        ResponseData, RevokedInfo, SingleResponse, Word,
    },
    x509::Certificate,
};

/// The moment at which everything is judged.
pub(super) const AT: i64 = 1_768_478_400;
const HOUR: i64 = 3600;
pub(super) const DAY: i64 = 24 * HOUR;

pub(super) fn moment(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

pub(super) fn time(second: i64) -> GeneralizedTime {
    let since = std::time::Duration::from_secs(second.try_into().unwrap());
    GeneralizedTime::from_date_time(DateTime::from_unix_duration(since).unwrap())
}

/// Somebody with a key and a certificate.
pub(super) struct Holder {
    key: PKey<Private>,
    pub(super) certificate: Certificate,
}

/// What a certificate is to be like.
pub(super) struct Shape {
    pub(super) name: &'static str,
    pub(super) serial: u32,
    pub(super) is_ca: bool,
    /// Its extended key usage.
    pub(super) purpose: Option<&'static str>,
    /// From when to when it is valid, in seconds from [`AT`].
    pub(super) dates: (i64, i64),
}

impl Shape {
    pub(super) fn ca(name: &'static str) -> Self {
        Self {
            name,
            serial: 1,
            is_ca: true,
            purpose: None,
            dates: (-1000 * DAY, 1000 * DAY),
        }
    }

    pub(super) fn delegate() -> Self {
        Self {
            name: "Responder",
            serial: 2,
            is_ca: false,
            purpose: Some("OCSPSigning"),
            dates: (-DAY, DAY),
        }
    }

    pub(super) fn leaf(serial: u32) -> Self {
        Self {
            name: "leaf",
            serial,
            is_ca: false,
            purpose: None,
            dates: (-DAY, DAY),
        }
    }

    /// The holder of such a certificate, signed by an issuer or by itself.
    pub(super) fn under(self, issuer: Option<&Holder>) -> Holder {
        let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
        let key = PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap();
        let mut name = X509NameBuilder::new().unwrap();
        name.append_entry_by_text("CN", self.name).unwrap();
        let name = name.build();
        let mut builder = X509Builder::new().unwrap();
        builder.set_version(2).unwrap();
        let serial = BigNum::from_u32(self.serial).unwrap();
        let serial = serial.to_asn1_integer().unwrap();
        builder.set_serial_number(&serial).unwrap();
        builder.set_subject_name(&name).unwrap();
        let above = issuer.map_or(&*name, |it| it.certificate.x509().subject_name());
        builder.set_issuer_name(above).unwrap();
        builder.set_pubkey(&key).unwrap();
        let date = |offset| Asn1Time::from_unix(AT + offset).unwrap();
        builder.set_not_before(&date(self.dates.0)).unwrap();
        builder.set_not_after(&date(self.dates.1)).unwrap();
        for extension in self.extensions() {
            builder.append_extension(extension).unwrap();
        }
        let signer = issuer.map_or(&key, |issuer| &issuer.key);
        builder.sign(signer, MessageDigest::sha256()).unwrap();
        let der = builder.build().to_der().unwrap();
        Holder {
            key,
            certificate: Certificate::from_der(&der).unwrap(),
        }
    }

    fn extensions(&self) -> Vec<X509Extension> {
        let mut extensions = Vec::new();
        if self.is_ca {
            extensions.push(BasicConstraints::new().critical().ca().build().unwrap());
        }
        if let Some(purpose) = self.purpose {
            let usage = ExtendedKeyUsage::new().other(purpose).build();
            extensions.push(usage.unwrap());
        }
        extensions
    }
}

/// A CA that answers for its leaf 77.
pub(super) fn family() -> (Holder, Holder) {
    let ca = Shape::ca("CA").under(None);
    let leaf = Shape::leaf(77).under(Some(&ca));
    (ca, leaf)
}

/// What names a leaf of an issuer, by a hash.
pub(super) fn id(leaf: &Certificate, issuer: &Certificate, sha256: bool) -> CertId {
    let (oid, digest) = match sha256 {
        false => ("1.3.14.3.2.26", MessageDigest::sha1()),
        true => ("2.16.840.1.101.3.4.2.1", MessageDigest::sha256()),
    };
    let hashed = |content: &[u8]| OctetString::new(hash(digest, content).unwrap().as_ref());
    CertId {
        hash: AlgorithmIdentifier {
            oid: ObjectIdentifier::new_unwrap(oid),
            parameters: Some(Any::from(AnyRef::NULL)),
        },
        issuer_name: hashed(&issuer.x509().subject_name().to_der().unwrap()).unwrap(),
        issuer_key: hashed(&issuer.key_content().unwrap()).unwrap(),
        serial: Any::new(der::Tag::Integer, leaf.serial_content.clone()).unwrap(),
    }
}

pub(super) const GOOD: CertStatus = CertStatus::Good(Null);

pub(super) fn revoked(reason: Option<CrlReason>) -> CertStatus {
    CertStatus::Revoked(RevokedInfo {
        at: time(AT - 30 * DAY),
        reason,
    })
}

/// What is said of a leaf: from an hour ago for two.
pub(super) fn entry(
    leaf: &Certificate,
    issuer: &Certificate,
    status: CertStatus,
) -> SingleResponse {
    SingleResponse {
        certificate: id(leaf, issuer, false),
        status,
        this_update: time(AT - HOUR),
        next_update: Some(time(AT + HOUR)),
        extensions: None,
    }
}

/// An answer that is to be signed.
pub(super) struct Made<'a> {
    pub(super) signer: &'a Holder,
    pub(super) sent: Vec<&'a Certificate>,
    pub(super) by_key: bool,
    pub(super) sha1: bool,
    pub(super) produced_at: i64,
    pub(super) entries: Vec<SingleResponse>,
    pub(super) extensions: Option<Vec<Extension>>,
}

impl<'a> Made<'a> {
    /// An answer by a signer that sends no certificate.
    pub(super) fn by(signer: &'a Holder, entries: Vec<SingleResponse>) -> Self {
        Self {
            signer,
            sent: Vec::new(),
            by_key: false,
            sha1: false,
            produced_at: AT - HOUR,
            entries,
            extensions: None,
        }
    }

    /// An answer by a signer that sends its certificate.
    pub(super) fn with(signer: &'a Holder, entries: Vec<SingleResponse>) -> Self {
        Self {
            sent: vec![&signer.certificate],
            ..Self::by(signer, entries)
        }
    }

    pub(super) fn basic(self) -> BasicResponse {
        let certificate = &self.signer.certificate;
        let name = certificate.x509().subject_name().to_der().unwrap();
        let key = certificate.key_content().unwrap();
        let signed = ResponseData {
            version: 0,
            responder: match self.by_key {
                false => ResponderId::Name(Any::from_der(&name).unwrap()),
                true => {
                    let digest = hash(MessageDigest::sha1(), &key).unwrap();
                    ResponderId::Key(OctetString::new(digest.as_ref()).unwrap())
                }
            },
            produced_at: time(self.produced_at),
            entries: self.entries,
            extensions: self.extensions,
        };
        // ecdsa-with-SHA1 and ecdsa-with-SHA256.
        let (oid, digest) = match self.sha1 {
            true => ("1.2.840.10045.4.1", MessageDigest::sha1()),
            false => ("1.2.840.10045.4.3.2", MessageDigest::sha256()),
        };
        let mut signer = Signer::new(digest, &self.signer.key).unwrap();
        let signature = signer.sign_oneshot_to_vec(&signed.to_der().unwrap());
        let sent = self.sent.iter().map(|it| Any::from_der(it.der()).unwrap());
        BasicResponse {
            signed,
            algorithm: AlgorithmIdentifier {
                oid: ObjectIdentifier::new_unwrap(oid),
                parameters: None,
            },
            signature: BitString::from_bytes(&signature.unwrap()).unwrap(),
            certificates: Some(sent.collect::<Vec<_>>()).filter(|sent| !sent.is_empty()),
        }
    }

    /// The answer, DER.
    pub(super) fn der(self) -> Vec<u8> {
        wrapped(&self.basic())
    }
}

/// An answer as it comes over HTTP.
pub(super) fn wrapped(basic: &BasicResponse) -> Vec<u8> {
    let response = Response {
        status: Word::Successful,
        bytes: Some(ResponseBytes {
            kind: BASIC,
            response: OctetString::new(basic.to_der().unwrap()).unwrap(),
        }),
    };
    response.to_der().unwrap()
}
