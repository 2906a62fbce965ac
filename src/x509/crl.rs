//! A revocation list, as far as a path needs it: whose it is, when it holds, and OpenSSL's view of it.

use std::fmt;

use jiff::Timestamp;
use openssl::x509::X509Crl;
use x509_parser::{
    asn1_rs::{Any, Class},
    extensions::X509Extension,
    prelude::FromDer,
    revocation_list::{CertificateRevocationList, TbsCertList},
};

use super::{Certificate, distinguished_name, moment};

/// A revocation list.
pub struct RevocationList {
    x509: X509Crl,
    /// Who signed it, most specific part first.
    pub issuer: String,
    /// When it was made.
    pub this_update: Timestamp,
    /// When the next one is due; none: nobody knows.
    pub next_update: Option<Timestamp>,
    /// Whether it lists only what changed since another (RFC 5280, 5.2.4).
    pub is_delta: bool,
    /// Whether what it names is certain: everything critical in it is understood (5.2 and 5.3), and it is about
    /// certificates of public keys.
    pub is_understood: bool,
    /// Whether its signature proves nothing, because anybody can make two lists that have one (RFC 6151: MD5).
    pub is_weak: bool,
}

impl fmt::Debug for RevocationList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RevocationList")
            .field("issuer", &self.issuer)
            .field("this_update", &self.this_update)
            .field("next_update", &self.next_update)
            .finish_non_exhaustive()
    }
}

impl RevocationList {
    /// Reads a list from exactly one DER object.
    ///
    /// # Errors
    /// What is wrong with it, as a fragment.
    pub fn from_der(der: &[u8]) -> Result<Self, String> {
        let x509 = X509Crl::from_der(der)
            .map_err(|_| "it is no revocation list, or damaged".to_owned())?;
        let (rest, parsed) = CertificateRevocationList::from_der(der)
            .map_err(|error| format!("its form breaks RFC 5280 ({error})"))?;
        if !rest.is_empty() {
            return Err(format!("{} bytes follow it", rest.len()));
        }
        let list = &parsed.tbs_cert_list;
        // RFC 5280, 5.1.2.1 and 5.1.2.6: the version is absent or 2, the entries absent or some.
        if list.version.is_some_and(|version| version.0 != 1) {
            return Err("its version is written out, and is not 2".to_owned());
        }
        if x509.get_revoked().is_some_and(|entries| entries.is_empty()) {
            return Err("its list of entries is there, and empty".to_owned());
        }
        let scope = list
            .extensions()
            .iter()
            .find(|extension| extension.oid.to_id_string() == SCOPE);
        let covers_attributes = scope.is_some_and(|extension| covers_attributes(extension.value));
        if scope.is_some_and(|extension| !names_one_point(extension.value)) {
            return Err("its issuing distribution point is malformed".to_owned());
        }
        Ok(Self {
            issuer: distinguished_name::text(&list.issuer),
            this_update: moment(list.this_update),
            next_update: list.next_update.map(moment),
            is_delta: list
                .extensions()
                .iter()
                .any(|extension| extension.oid.to_id_string() == "2.5.29.27"),
            is_understood: is_understood(list) && !covers_attributes,
            is_weak: MD.contains(&parsed.signature_algorithm.algorithm.to_id_string().as_str()),
            x509,
        })
    }

    /// Whether the key of a certificate made its signature.
    pub fn is_signed_by(&self, signer: &Certificate) -> bool {
        let key = signer.x509().public_key();
        key.is_ok_and(|key| self.x509.verify(&key).unwrap_or(false))
    }

    /// OpenSSL's view of it.
    pub fn x509(&self) -> &X509Crl {
        &self.x509
    }
}

/// The issuing distribution point.
const SCOPE: &str = "2.5.29.28";
/// What may be critical in a list: its number, delta, scope and the signer's key.
const KNOWN: &[&str] = &["2.5.29.20", "2.5.29.27", SCOPE, "2.5.29.35"];
/// What may be critical in an entry: reason, date of invalidity and issuer.
const KNOWN_OF_ENTRY: &[&str] = &["2.5.29.21", "2.5.29.24", "2.5.29.29"];
/// RSA with MD2, MD4 and MD5.
const MD: &[&str] = &[
    "1.2.840.113549.1.1.2",
    "1.2.840.113549.1.1.3",
    "1.2.840.113549.1.1.4",
];

fn is_understood(list: &TbsCertList<'_>) -> bool {
    let all_known = |extensions: &[X509Extension<'_>], known: &[&str]| {
        let mut critical = extensions.iter().filter(|it| it.critical);
        critical.all(|it| known.contains(&it.oid.to_id_string().as_str()))
    };
    let mut entries = list.revoked_certificates.iter();
    all_known(list.extensions(), KNOWN)
        && entries.all(|entry| all_known(entry.extensions(), KNOWN_OF_ENTRY))
}

/// Whether an issuing distribution point says that a list is for attribute certificates alone, which are numbered
/// by themselves.
fn covers_attributes(value: &[u8]) -> bool {
    let Ok((_, sequence)) = Any::from_der(value) else {
        return false;
    };
    let mut fields = sequence.data;
    while let Ok((rest, field)) = Any::from_der(fields) {
        if field.class() == Class::ContextSpecific && field.tag().0 == 5 {
            return field.data != [0];
        }
        fields = rest;
    }
    false
}

/// Whether an issuing distribution point (RFC 5280, 5.2.5) names at most one point: the choice of its
/// first field is one element, with nothing after it.
fn names_one_point(value: &[u8]) -> bool {
    let Ok((_, sequence)) = Any::from_der(value) else {
        return false;
    };
    match Any::from_der(sequence.data) {
        Ok((_, field)) if field.class() == Class::ContextSpecific && field.tag().0 == 0 => {
            Any::from_der(field.data).is_ok_and(|(rest, _)| rest.is_empty())
        }
        _ => true,
    }
}
