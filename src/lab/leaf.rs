//! Certificates for endpoints, as the NHS issues them: `O=nhs, OU=Devices, CN=name`, the request's key.

use jiff::{Span, Timestamp};
use openssl::{
    pkey::{HasPublic, PKeyRef},
    x509::X509,
};

use super::{
    Made,
    authority::{Content, Serial, Validity, name},
    extension::{self, Usage},
    generation::{Generation, around},
    places::Places,
};
use crate::error::Result;

/// When a leaf is to be valid.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Dates {
    /// From an hour ago for three years, as the NHS issues them in INT.
    #[default]
    Now,
    /// It ended yesterday.
    Expired,
    /// It begins in a month.
    NotYet,
}

impl Dates {
    fn validity(self, at: Timestamp) -> Made<Validity> {
        let span = Span::new();
        match self {
            Self::Now => around(at, span.hours(1), span.years(3)),
            Self::Expired => around(at, span.years(3), span.days(-1)),
            Self::NotYet => around(at, span.days(-30), span.years(3)),
        }
    }
}

/// What a leaf is to be like.
#[derive(Clone, Debug)]
pub(super) struct Leaf<'a> {
    /// The common name.
    pub(super) name: &'a str,
    /// Whether the name stands among the alternative names too; the NHS's leaves of G1 have none.
    pub(super) alternative_name: bool,
    /// When it is valid.
    pub(super) dates: Dates,
    /// What it is for.
    pub(super) usage: Usage,
    /// Where it says that its revocation is told.
    pub(super) told_by: ToldBy,
}

/// Where a leaf says that its revocation is told.
#[derive(Clone, Copy, Debug)]
pub(super) struct ToldBy {
    /// By its sub CA's list.
    pub(super) list: bool,
    /// By the responder. Of the NHS's leaves of G2, no source says.
    pub(super) ocsp: bool,
}

impl Default for ToldBy {
    fn default() -> Self {
        Self {
            list: true,
            ocsp: false,
        }
    }
}

impl Generation {
    /// Signs a leaf for a key.
    pub(super) fn issue<T: HasPublic>(
        &self,
        leaf: &Leaf<'_>,
        key: &PKeyRef<T>,
        at: Timestamp,
        places: &Places,
    ) -> Result<X509> {
        let serial = Serial::random(self.shape.serial)?;
        let mut extensions = self.shape.leaf_extensions(&self.sub)?;
        if leaf.told_by.list {
            extensions.push(self.shape.leaf_list(&serial, places)?);
        }
        if leaf.told_by.ocsp {
            extensions.push(self.shape.leaf_access(places)?);
        }
        extensions.push(extension::used_as(leaf.usage)?);
        extensions.push(extension::subject_key_id(key)?);
        if leaf.alternative_name {
            extensions.push(extension::alternative_name(leaf.name)?);
        }
        let subject = name(&[("O", "nhs"), ("OU", "Devices"), ("CN", leaf.name)])?;
        let content = Content {
            subject: &subject,
            key,
            serial,
            validity: leaf.dates.validity(at)?,
            extensions,
        };
        self.sub.sign(content, self.shape.digest)
    }
}
