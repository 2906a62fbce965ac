//! Trust generations: root, sub CAs, revocation, and from when to when each must be presented and accepted.

use jiff::Timestamp;
use serde::Serialize;

use super::{Provenance, write};

/// From when to when something holds; an open end has no bound.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Life {
    /// The first moment.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "write::end")]
    pub from: Option<Timestamp>,
    /// The first moment after.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "write::end")]
    pub until: Option<Timestamp>,
}

impl Life {
    /// Whether it holds at a time.
    pub fn contains(&self, at: Timestamp) -> bool {
        self.from.is_none_or(|from| from <= at) && self.until.is_none_or(|until| at < until)
    }
}

/// What a generation is at a time, in one direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It must be there.
    Required,
    /// Its time has not come.
    Early,
    /// Its time is over: having it is a warning where `superseded`, lacking it nothing.
    Over,
}

/// One CA certificate of a generation, pinned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Authority {
    /// The common name.
    pub name: String,
    /// The whole subject, most specific first, as `CN=...,OU=CA,O=nhs`.
    pub subject: String,
    /// SHA-256 of the certificate's DER, lower-case hex.
    pub sha256: String,
    /// SHA-1 of the certificate's DER, lower-case hex, as the NHS pages print it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha1: Option<String>,
    /// First moment of validity.
    #[serde(serialize_with = "write::moment")]
    pub not_before: Timestamp,
    /// Last moment of validity.
    #[serde(serialize_with = "write::moment")]
    pub not_after: Timestamp,
    /// Where it can be downloaded, if a source says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Lists that cover certificates of this CA, as seen in sources; a certificate's own CDP goes first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub crl_urls: Vec<String>,
    /// Where OCSP for certificates of this CA is answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ocsp_url: Option<String>,
    /// Where this comes from.
    pub provenance: Provenance,
}

impl Authority {
    /// Whether a subject is its name; case does not count (RFC 5280, 7.1), and real NHS CAs differ in it.
    pub fn is_named(&self, subject: &str) -> bool {
        self.subject.eq_ignore_ascii_case(subject)
    }
}

/// One trust generation of an environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Generation {
    /// Its short name: `g2`.
    pub id: String,
    /// What it is called by people: `PTL Root G2 / INT Authentication G2`.
    pub title: String,
    /// When peers of this generation must be accepted.
    pub accept: Life,
    /// When our own certificate must be of this generation.
    pub present: Life,
    /// Whether having it afterwards deserves a warning, because Spine takes it no longer while its dates run on.
    pub superseded: bool,
    /// Its root.
    pub root: Authority,
    /// The CAs that sign endpoints.
    #[serde(rename = "sub")]
    pub subs: Vec<Authority>,
    /// How its revocation lists are had, as a sentence with its source.
    pub revocation: String,
    /// Where the dates of `accept` and `present` come from.
    pub provenance: Provenance,
}

impl Generation {
    /// Its root, then its sub CAs.
    pub fn authorities(&self) -> impl Iterator<Item = &Authority> {
        std::iter::once(&self.root).chain(&self.subs)
    }

    /// Whether peers of this generation must be accepted at a time.
    pub fn accept_at(&self, at: Timestamp) -> Standing {
        standing(&self.accept, at)
    }

    /// Whether our certificate must be of this generation at a time.
    pub fn present_at(&self, at: Timestamp) -> Standing {
        standing(&self.present, at)
    }
}

fn standing(life: &Life, at: Timestamp) -> Standing {
    if life.contains(at) {
        Standing::Required
    } else if life.from.is_some_and(|from| at < from) {
        Standing::Early
    } else {
        Standing::Over
    }
}
