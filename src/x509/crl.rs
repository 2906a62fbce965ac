//! A revocation list, as far as a path needs it: whose it is, when it holds, and OpenSSL's view of it.

use std::fmt;

use jiff::Timestamp;
use openssl::x509::X509Crl;
use x509_parser::{prelude::FromDer, revocation_list::CertificateRevocationList};

use super::distinguished_name;

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
        let moment = |time: x509_parser::time::ASN1Time| {
            Timestamp::from_second(time.timestamp()).map_err(|_| "its dates cannot be read")
        };
        let list = &parsed.tbs_cert_list;
        Ok(Self {
            issuer: distinguished_name::text(&list.issuer),
            this_update: moment(list.this_update)?,
            next_update: list.next_update.map(moment).transpose()?,
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
