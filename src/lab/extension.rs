//! Extensions as the NHS's CAs write them, encoded by `x509-cert`: OpenSSL's builders lack the half of them.

use der::{
    DateTime, Encode,
    asn1::{GeneralizedTime, Ia5String, OctetString},
    oid::{AssociatedOid, ObjectIdentifier},
};
use jiff::Timestamp;
use openssl::{
    asn1::{Asn1Object, Asn1OctetString},
    hash::{MessageDigest, hash},
    pkey::{HasPublic, PKeyRef},
    x509::X509Extension,
};
use x509_cert::{
    SubjectPublicKeyInfo,
    der::Decode,
    ext::pkix::{
        AccessDescription, AuthorityInfoAccessSyntax, AuthorityKeyIdentifier, BasicConstraints,
        CertificatePolicies, CrlDistributionPoints, ExtendedKeyUsage, KeyUsage, KeyUsages,
        PrivateKeyUsagePeriod, SubjectAltName, SubjectKeyIdentifier,
        certpolicy::PolicyInformation,
        crl::dp::DistributionPoint,
        name::{DistributionPointName, GeneralName},
    },
    name::Name,
};

use super::{Made, unmade};

/// Access methods and key purposes (RFC 5280, sections 4.2.2.1 and 4.2.1.12).
const OCSP: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.1");
const CA_ISSUERS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.2");
const SERVER_AUTH: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.1");
const CLIENT_AUTH: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.2");
/// The purpose of a responder, and `id-pkix-ocsp-nocheck` (RFC 6960, sections 4.2.2.2 and 4.2.2.2.1).
const OCSP_SIGNING: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.9");
const NOT_LOOKED_UP: &str = "1.3.6.1.5.5.7.48.1.5";

/// Where a certificate says that its revocation list is.
#[derive(Clone, Debug)]
pub(super) enum ListPoint {
    /// An http URL.
    Url(String),
    /// A directory name, DER: where there is no directory to ask, the list cannot be had by it.
    Directory(Vec<u8>),
}

impl ListPoint {
    /// As a distribution point's full name (RFC 5280, section 4.2.1.13).
    pub(super) fn name(&self) -> Made<DistributionPointName> {
        let name = match self {
            Self::Url(url) => GeneralName::UniformResourceIdentifier(text(url)?),
            Self::Directory(der) => {
                GeneralName::DirectoryName(Name::from_der(der).map_err(unmade)?)
            }
        };
        Ok(DistributionPointName::FullName(vec![name]))
    }
}

/// What a leaf may be used as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Usage {
    /// A server's and a client's, as the NHS issues them.
    Both,
    /// A server's alone.
    Server,
    /// A client's alone.
    Client,
}

/// A moment as a GeneralizedTime, which has whole seconds here (RFC 5280, section 4.1.2.5.2).
pub(super) fn general_time(at: Timestamp) -> Made<GeneralizedTime> {
    let since = std::time::Duration::try_from(at.duration_since(Timestamp::UNIX_EPOCH));
    let since = std::time::Duration::from_secs(since.map_err(unmade)?.as_secs());
    DateTime::from_unix_duration(since)
        .map(GeneralizedTime::from_date_time)
        .map_err(unmade)
}

fn text(text: &str) -> Made<Ia5String> {
    Ia5String::new(text).map_err(unmade)
}

/// One extension of a certificate.
fn extension<T: Encode + AssociatedOid>(critical: bool, value: &T) -> Made<X509Extension> {
    let content = value.to_der().map_err(unmade)?;
    let oid = Asn1Object::from_str(&T::OID.to_string()).map_err(unmade)?;
    let content = Asn1OctetString::new_from_bytes(&content).map_err(unmade)?;
    X509Extension::new_from_der(&oid, critical, &content).map_err(unmade)
}

/// A key's identifier: SHA-1 of the key itself (RFC 5280, section 4.2.1.2, method 1).
pub(super) fn key_id<T: HasPublic>(key: &PKeyRef<T>) -> Made<OctetString> {
    let der = key.public_key_to_der().map_err(unmade)?;
    let info = SubjectPublicKeyInfo::from_der(&der).map_err(unmade)?;
    let bits = info.subject_public_key.raw_bytes();
    let digest = hash(MessageDigest::sha1(), bits).map_err(unmade)?;
    OctetString::new(digest.as_ref()).map_err(unmade)
}

pub(super) fn subject_key_id<T: HasPublic>(key: &PKeyRef<T>) -> Made<X509Extension> {
    extension(false, &SubjectKeyIdentifier(key_id(key)?))
}

pub(super) fn authority_key_id<T: HasPublic>(issuer: &PKeyRef<T>) -> Made<X509Extension> {
    extension(false, &issuer_key_id(issuer)?)
}

/// The identifier of an issuer's key, for lists too.
pub(super) fn issuer_key_id<T: HasPublic>(issuer: &PKeyRef<T>) -> Made<AuthorityKeyIdentifier> {
    Ok(AuthorityKeyIdentifier {
        key_identifier: Some(key_id(issuer)?),
        authority_cert_issuer: None,
        authority_cert_serial_number: None,
    })
}

pub(super) fn ca(critical: bool, path_length: Option<u8>) -> Made<X509Extension> {
    let constraints = BasicConstraints {
        ca: true,
        path_len_constraint: path_length,
    };
    extension(critical, &constraints)
}

pub(super) fn no_ca() -> Made<X509Extension> {
    let constraints = BasicConstraints {
        ca: false,
        path_len_constraint: None,
    };
    extension(false, &constraints)
}

pub(super) fn signs_certificates_and_lists(critical: bool) -> Made<X509Extension> {
    let usage = KeyUsages::KeyCertSign | KeyUsages::CRLSign;
    extension(critical, &KeyUsage(usage))
}

pub(super) fn signs_and_encrypts() -> Made<X509Extension> {
    let usage = KeyUsages::DigitalSignature | KeyUsages::KeyEncipherment;
    extension(false, &KeyUsage(usage))
}

pub(super) fn signs() -> Made<X509Extension> {
    extension(false, &KeyUsage(KeyUsages::DigitalSignature.into()))
}

/// What lets a delegate sign answers by OCSP.
pub(super) fn signs_answers() -> Made<X509Extension> {
    extension(false, &ExtendedKeyUsage(vec![OCSP_SIGNING]))
}

/// That nobody need ask whether the certificate is revoked.
pub(super) fn not_looked_up() -> Made<X509Extension> {
    let oid = Asn1Object::from_str(NOT_LOOKED_UP).map_err(unmade)?;
    let null = Asn1OctetString::new_from_bytes(&[5, 0]).map_err(unmade)?;
    X509Extension::new_from_der(&oid, false, &null).map_err(unmade)
}

pub(super) fn used_as(usage: Usage) -> Made<X509Extension> {
    let purposes = match usage {
        Usage::Both => vec![SERVER_AUTH, CLIENT_AUTH],
        Usage::Server => vec![SERVER_AUTH],
        Usage::Client => vec![CLIENT_AUTH],
    };
    extension(false, &ExtendedKeyUsage(purposes))
}

pub(super) fn alternative_name(name: &str) -> Made<X509Extension> {
    extension(
        false,
        &SubjectAltName(vec![GeneralName::DnsName(text(name)?)]),
    )
}

pub(super) fn policy(oid: &str) -> Made<X509Extension> {
    let policy = PolicyInformation {
        policy_identifier: ObjectIdentifier::new(oid).map_err(unmade)?,
        policy_qualifiers: None,
    };
    extension(false, &CertificatePolicies(vec![policy]))
}

/// From when to when the key may sign (RFC 3280, section 4.2.1.4: gone from RFC 5280, not from the NHS's roots).
pub(super) fn key_period(from: Timestamp, until: Timestamp) -> Made<X509Extension> {
    let period = PrivateKeyUsagePeriod {
        not_before: Some(general_time(from)?),
        not_after: Some(general_time(until)?),
    };
    extension(false, &period)
}

pub(super) fn list_point(point: &ListPoint) -> Made<X509Extension> {
    let point = DistributionPoint {
        distribution_point: Some(point.name()?),
        reasons: None,
        crl_issuer: None,
    };
    extension(false, &CrlDistributionPoints(vec![point]))
}

/// Where OCSP is answered, and where the issuer's certificate is (RFC 5280, section 4.2.2.1).
pub(super) fn authority_access(ocsp: &str, issuer: &str) -> Made<X509Extension> {
    let access = |method, url: &str| -> Made<AccessDescription> {
        Ok(AccessDescription {
            access_method: method,
            access_location: GeneralName::UniformResourceIdentifier(text(url)?),
        })
    };
    let both = vec![access(OCSP, ocsp)?, access(CA_ISSUERS, issuer)?];
    extension(false, &AuthorityInfoAccessSyntax(both))
}
