//! Revocation lists: whole ones, and partitions that say by an IssuingDistributionPoint what they cover.

use der::{
    Any, AnyRef, DateTime, Encode,
    asn1::{BitString, GeneralizedTime, OctetString, Uint, UtcTime},
    oid::{AssociatedOid, ObjectIdentifier},
};
use jiff::Timestamp;
use openssl::sign::Signer;
use x509_cert::{
    AlgorithmIdentifier, Version,
    crl::{CertificateList, RevokedCert, TbsCertList},
    der::Decode,
    ext::{
        Extension,
        pkix::{CrlNumber, CrlReason, crl::dp::IssuingDistributionPoint},
    },
    name::Name,
    serial_number::SerialNumber,
    time::Time,
};

use super::{
    Made,
    authority::{Authority, Digest},
    extension::{self, ListPoint},
    unmade,
};

/// `id-ce-issuingDistributionPoint` (RFC 5280, section 5.2.5): the crate names another one.
const ISSUING_DISTRIBUTION_POINT: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.28");

/// A certificate that is revoked.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) serial: Vec<u8>,
    pub(super) at: Timestamp,
    pub(super) reason: Option<CrlReason>,
}

/// Which certificates of its issuer a list covers.
#[derive(Clone, Debug)]
pub(super) enum Scope {
    /// All: it has no IssuingDistributionPoint.
    Whole,
    /// Those of CAs, wherever they say that the list is: OpenSSL 3.0 asks a list for the root too, which names none.
    Authorities,
    /// Those of endpoints that name this point.
    Endpoints(ListPoint),
}

/// A list that is to be signed.
#[derive(Clone, Debug)]
pub(super) struct List {
    pub(super) number: u64,
    pub(super) this_update: Timestamp,
    pub(super) next_update: Timestamp,
    pub(super) scope: Scope,
    pub(super) entries: Vec<Entry>,
}

impl List {
    /// The list, signed by its issuer: DER.
    pub(super) fn sign(self, issuer: &Authority, digest: Digest) -> Made<Vec<u8>> {
        let algorithm = AlgorithmIdentifier {
            oid: ObjectIdentifier::new(digest.with_rsa()).map_err(unmade)?,
            parameters: Some(Any::from(AnyRef::NULL)),
        };
        let subject = issuer.certificate.subject_name().to_der().map_err(unmade)?;
        let revoked = self.entries.iter().map(revoked).collect::<Made<Vec<_>>>()?;
        let list: TbsCertList = TbsCertList {
            version: Version::V2,
            signature: algorithm.clone(),
            issuer: Name::from_der(&subject).map_err(unmade)?,
            this_update: time(self.this_update)?,
            next_update: Some(time(self.next_update)?),
            // An empty list has no field at all (RFC 5280, section 5.1.2.6).
            revoked_certificates: Some(revoked).filter(|revoked| !revoked.is_empty()),
            crl_extensions: Some(self.extensions(issuer)?),
        };
        let signed = list.to_der().map_err(unmade)?;
        let signature = Signer::new(digest.openssl(), &issuer.key)
            .and_then(|mut signer| signer.sign_oneshot_to_vec(&signed))
            .map_err(unmade)?;
        let whole = CertificateList {
            tbs_cert_list: list,
            signature_algorithm: algorithm,
            signature: BitString::from_bytes(&signature).map_err(unmade)?,
        };
        whole.to_der().map_err(unmade)
    }

    fn extensions(&self, issuer: &Authority) -> Made<Vec<Extension>> {
        let key_id = extension::issuer_key_id(&issuer.key)?;
        let number = Uint::new(&self.number.to_be_bytes()).map_err(unmade)?;
        let mut extensions = vec![of(false, &key_id)?, of(false, &CrlNumber(number))?];
        let point = match &self.scope {
            Scope::Whole => return Ok(extensions),
            Scope::Authorities => None,
            Scope::Endpoints(point) => Some(point.name()?),
        };
        let authorities = point.is_none();
        let scope = IssuingDistributionPoint {
            distribution_point: point,
            only_contains_user_certs: !authorities,
            only_contains_ca_certs: authorities,
            only_some_reasons: None,
            indirect_crl: false,
            only_contains_attribute_certs: false,
        };
        extensions.push(named(ISSUING_DISTRIBUTION_POINT, true, &scope)?);
        Ok(extensions)
    }
}

fn revoked(entry: &Entry) -> Made<RevokedCert> {
    let extensions = match entry.reason {
        Some(reason) => Some(vec![of(false, &reason)?]),
        None => None,
    };
    Ok(RevokedCert {
        serial_number: SerialNumber::new(&entry.serial).map_err(unmade)?,
        revocation_date: time(entry.at)?,
        crl_entry_extensions: extensions,
    })
}

fn of<T: Encode + AssociatedOid>(critical: bool, value: &T) -> Made<Extension> {
    named(T::OID, critical, value)
}

fn named(oid: ObjectIdentifier, critical: bool, value: &impl Encode) -> Made<Extension> {
    let content = value.to_der().map_err(unmade)?;
    Ok(Extension {
        extn_id: oid,
        critical,
        extn_value: OctetString::new(content).map_err(unmade)?,
    })
}

/// UTCTime until 2049, then GeneralizedTime (RFC 5280, section 5.1.2.4).
fn time(at: Timestamp) -> Made<Time> {
    let since = at.duration_since(Timestamp::UNIX_EPOCH);
    let since = std::time::Duration::try_from(since).map_err(unmade)?;
    let since = std::time::Duration::from_secs(since.as_secs());
    let moment = DateTime::from_unix_duration(since).map_err(unmade)?;
    match UtcTime::from_date_time(moment) {
        Ok(moment) => Ok(Time::UtcTime(moment)),
        Err(_) => Ok(Time::GeneralTime(GeneralizedTime::from_date_time(moment))),
    }
}
