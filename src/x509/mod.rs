//! Certificates, revocation lists and keys: reading them, what they say, and the paths between them.
//!
//! Names come out of here as they stand in the file; whoever prints them escapes them.

mod certificate;
mod container;
mod contents;
mod crl;
pub mod csr;
mod distinguished_name;
mod encoding;
mod extensions;
mod folder;
mod foreign;
pub mod key;
pub mod pair;
pub mod path;
mod pem;
pub mod read;
pub mod store;
mod stretch;
mod system;

use x509_parser::prelude::FromDer;

pub(crate) use certificate::same_name;
pub use certificate::{Certificate, Hash, KeyAlgorithm, PublicKey, Signature};
pub use contents::{Contents, certificates, certificates_of, certificates_under};
pub use crl::RevocationList;
pub use extensions::{
    AlternativeNames, BasicConstraints, ExtendedKeyUsage, Extensions, KeyUsage, ListPoints,
};
pub use folder::files_of;
pub use read::{Object, is_locked_store, objects};
pub use system::system_store;

/// A DER distinguished name as text, most specific part first; `None` where it cannot be read.
pub fn name_text(der: &[u8]) -> Option<String> {
    let (_, name) = x509_parser::x509::X509Name::from_der(der).ok()?;
    Some(distinguished_name::text(&name))
}

/// Bytes as lower-case hex.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            // Writing to a string cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}

/// A moment of a certificate or list. `99991231235959Z`, RFC 5280's word for "never" (4.1.2.5), is a few
/// hours past the last moment that can be computed with, and becomes that.
fn moment(time: x509_parser::time::ASN1Time) -> jiff::Timestamp {
    let nearest = if time.timestamp() < 0 {
        jiff::Timestamp::MIN
    } else {
        jiff::Timestamp::MAX
    };
    jiff::Timestamp::from_second(time.timestamp()).unwrap_or(nearest)
}

/// The moment in a DER UTCTime or GeneralizedTime; `None` where it is none.
pub(crate) fn moment_of_der(der: &[u8]) -> Option<jiff::Timestamp> {
    let (rest, time) = x509_parser::time::ASN1Time::from_der(der).ok()?;
    rest.is_empty().then(|| moment(time))
}

/// The OID of a DER AlgorithmIdentifier, dotted; `None` where it is none.
pub(crate) fn oid_of_algorithm(der: &[u8]) -> Option<String> {
    let (rest, identifier) = x509_parser::x509::AlgorithmIdentifier::from_der(der).ok()?;
    rest.is_empty().then(|| identifier.algorithm.to_id_string())
}

/// How something is signed, by a DER AlgorithmIdentifier; `None` where it is none.
pub(crate) fn signature_of_algorithm(der: &[u8]) -> Option<Signature> {
    let (rest, identifier) = x509_parser::x509::AlgorithmIdentifier::from_der(der).ok()?;
    rest.is_empty().then(|| Signature::of(&identifier))
}

/// Whether a name as DER is this one (compared as RFC 5280, 7.1 wants).
pub(crate) fn is_name(der: &[u8], name: &openssl::x509::X509NameRef) -> bool {
    openssl::x509::X509Name::from_der(der).is_ok_and(|other| same_name(&other, name))
}
