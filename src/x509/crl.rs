//! A revocation list, as far as a path needs it: whose it is, when it holds, and OpenSSL's view of it.

use std::fmt;

use jiff::Timestamp;
use openssl::x509::X509Crl;
use x509_parser::{
    asn1_rs::{Any, Class},
    prelude::FromDer,
    revocation_list::CertificateRevocationList,
};

use super::{distinguished_name, moment};

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
            .find(|extension| extension.oid.to_id_string() == "2.5.29.28");
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
            x509,
        })
    }

    /// OpenSSL's view of it.
    pub fn x509(&self) -> &X509Crl {
        &self.x509
    }
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
