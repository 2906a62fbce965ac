//! Which certificate OCSP speaks of: by hashes of its issuer, and its serial number (RFC 6960, 4.1.1).

use openssl::hash::{MessageDigest, hash};

use super::form::CertId;
use crate::x509::Certificate;

impl CertId {
    /// Whether it names a certificate of this issuer.
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
