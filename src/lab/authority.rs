//! A CA of the lab: its key, its certificate, and the certificates that it signs.

use jiff::Timestamp;
use openssl::{
    asn1::{Asn1Time, Asn1TimeRef},
    bn::BigNum,
    hash::MessageDigest,
    pkey::{HasPublic, PKey, PKeyRef, Private},
    rand::rand_bytes,
    x509::{X509, X509Builder, X509Extension, X509Name, X509NameBuilder, X509NameRef},
};

use super::{Made, unmade};
use crate::error::Result;

/// The hash that a CA signs with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Digest {
    Sha1,
    Sha256,
    Sha384,
}

impl Digest {
    pub(super) fn openssl(self) -> MessageDigest {
        match self {
            Self::Sha1 => MessageDigest::sha1(),
            Self::Sha256 => MessageDigest::sha256(),
            Self::Sha384 => MessageDigest::sha384(),
        }
    }

    /// The signature algorithm with an RSA key (RFC 4055, section 5; RFC 3279, section 2.2.1).
    pub(super) fn with_rsa(self) -> &'static str {
        match self {
            Self::Sha1 => "1.2.840.113549.1.1.5",
            Self::Sha256 => "1.2.840.113549.1.1.11",
            Self::Sha384 => "1.2.840.113549.1.1.12",
        }
    }
}

/// A CA: what signs, and the certificate that says so.
#[derive(Clone, Debug)]
pub(super) struct Authority {
    pub(super) certificate: X509,
    pub(super) key: PKey<Private>,
}

/// From when to when a certificate is valid, whole seconds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Validity {
    pub(super) from: Timestamp,
    pub(super) until: Timestamp,
}

/// Everything of a certificate but its issuer.
pub(super) struct Content<'a, T> {
    pub(super) subject: &'a X509NameRef,
    pub(super) key: &'a PKeyRef<T>,
    pub(super) serial: Serial,
    pub(super) validity: Validity,
    pub(super) extensions: Vec<X509Extension>,
}

/// A serial number: positive, at random.
#[derive(Clone, Debug)]
pub(super) struct Serial(pub(super) Vec<u8>);

impl Serial {
    /// One of this many bytes.
    pub(super) fn random(bytes: usize) -> Made<Self> {
        let mut serial = vec![0; bytes];
        rand_bytes(&mut serial).map_err(unmade)?;
        // Positive, and never shorter than it should be (RFC 5280, section 4.1.2.2).
        if let Some(first) = serial.first_mut() {
            *first = *first & 0x7f | 0x40;
        }
        Ok(Self(serial))
    }
}

/// A name of these parts, the least specific first.
pub(super) fn name(parts: &[(&str, &str)]) -> Made<X509Name> {
    let mut name = X509NameBuilder::new().map_err(unmade)?;
    for (kind, value) in parts {
        name.append_entry_by_text(kind, value).map_err(unmade)?;
    }
    Ok(name.build())
}

impl Authority {
    /// A CA that signed itself.
    pub(super) fn self_signed(
        key: PKey<Private>,
        content: Content<'_, Private>,
        digest: Digest,
    ) -> Result<Self> {
        let subject = content.subject.to_owned().map_err(unmade)?;
        let certificate = signed(content, &subject, &key, digest)?;
        Ok(Self { certificate, key })
    }

    /// A certificate under this CA.
    pub(super) fn sign<T: HasPublic>(
        &self,
        content: Content<'_, T>,
        digest: Digest,
    ) -> Result<X509> {
        signed(content, self.certificate.subject_name(), &self.key, digest)
    }
}

fn signed<T: HasPublic>(
    content: Content<'_, T>,
    issuer: &X509NameRef,
    key: &PKeyRef<Private>,
    digest: Digest,
) -> Result<X509> {
    let build = || {
        let mut builder = X509Builder::new()?;
        builder.set_version(2)?;
        let serial = BigNum::from_slice(&content.serial.0)?.to_asn1_integer()?;
        builder.set_serial_number(&serial)?;
        builder.set_subject_name(content.subject)?;
        builder.set_issuer_name(issuer)?;
        builder.set_pubkey(content.key)?;
        let moment = |at: Timestamp| Asn1Time::from_unix(at.as_second());
        set_dates(
            &mut builder,
            &*moment(content.validity.from)?,
            &*moment(content.validity.until)?,
        )?;
        for extension in content.extensions {
            builder.append_extension(extension)?;
        }
        builder.sign(key, digest.openssl())?;
        Ok(builder.build())
    };
    build().map_err(|error: openssl::error::ErrorStack| unmade(error))
}

fn set_dates(
    builder: &mut X509Builder,
    from: &Asn1TimeRef,
    until: &Asn1TimeRef,
) -> Result<(), openssl::error::ErrorStack> {
    builder.set_not_before(from)?;
    builder.set_not_after(until)
}
