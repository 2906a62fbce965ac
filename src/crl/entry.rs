//! One entry of a list: which certificate is revoked, since when, and why (RFC 5280, 5.3).

use jiff::Timestamp;

use super::window::{Header, object};
use crate::x509;

/// An entry, as far as it is always read; the rest is read of the one that was looked for.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// The certificate's serial number: its INTEGER's content, as [`crate::x509::Certificate::serial_content`].
    pub serial: &'a [u8],
    /// Where the entry begins in the list.
    pub offset: u64,
    /// Its date, as DER.
    date: &'a [u8],
    /// The content of its extensions; empty where it has none.
    extensions: &'a [u8],
}

/// Why a certificate was revoked (RFC 5280, 5.3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reason(u8);

impl Reason {
    /// That of a number, which OCSP has in common with lists.
    pub(super) fn of(code: u8) -> Self {
        Self(code)
    }

    /// Whether the certificate is on hold alone, so that a later list may say otherwise.
    pub fn is_hold(self) -> bool {
        self.0 == 6
    }

    /// Whether the entry takes another one back.
    pub fn releases(self) -> bool {
        self.0 == 8
    }

    /// Its word, as the standard spells it.
    pub fn word(self) -> &'static str {
        match self.0 {
            1 => "keyCompromise",
            2 => "cACompromise",
            3 => "affiliationChanged",
            4 => "superseded",
            5 => "cessationOfOperation",
            6 => "certificateHold",
            8 => "removeFromCRL",
            9 => "privilegeWithdrawn",
            10 => "aACompromise",
            _ => "unspecified",
        }
    }
}

const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
const BOOLEAN: u8 = 0x01;
const OCTET_STRING: u8 = 0x04;
const ENUMERATED: u8 = 0x0a;
const OID: u8 = 0x06;
/// id-ce-cRLReasons and id-ce-invalidityDate, by the last octet of 2.5.29.x.
const REASON: &[u8] = &[0x55, 0x1d, 21];
const INVALIDITY_DATE: &[u8] = &[0x55, 0x1d, 24];

impl<'a> Entry<'a> {
    /// Reads an entry that begins at this offset; `None` where it is none.
    pub(super) fn of(der: &'a [u8], offset: u64) -> Option<Self> {
        let (inside, []) = object(der, SEQUENCE)? else {
            return None;
        };
        let (serial, rest) = object(inside, INTEGER)?;
        let date = Header::of(rest)?;
        let (date, rest) = rest.split_at_checked(date.whole())?;
        let extensions = match rest {
            [] => rest,
            _ => match object(rest, SEQUENCE)? {
                (extensions, []) => extensions,
                _ => return None,
            },
        };
        Some(Self {
            serial,
            offset,
            date,
            extensions,
        })
    }

    /// Since when it is revoked; `None` where the date cannot be read.
    pub fn revoked_at(&self) -> Option<Timestamp> {
        x509::moment_of_der(self.date)
    }

    /// Why it was revoked, where the list says.
    pub fn reason(&self) -> Option<Reason> {
        let (_, value) = self
            .each()
            .flatten()
            .find_map(|it| (it.oid == REASON).then_some((it.oid, it.value)))?;
        match object(value, ENUMERATED)? {
            ([code], []) => Some(Reason(*code)),
            _ => None,
        }
    }

    /// Whether it says something critical that is not understood here, as that it is another issuer's.
    pub(super) fn is_odd(&self) -> bool {
        if self.extensions.is_empty() {
            return false;
        }
        let known = |it: &Extension<'_>| it.oid == REASON || it.oid == INVALIDITY_DATE;
        self.each()
            .any(|extension| extension.is_none_or(|it| it.critical && !known(&it)))
    }

    /// Each extension; `None`, and the last, where one cannot be read.
    fn each(&self) -> impl Iterator<Item = Option<Extension<'a>>> {
        let mut rest = self.extensions;
        std::iter::from_fn(move || {
            if rest.is_empty() {
                return None;
            }
            let Some((extension, after)) = object(rest, SEQUENCE) else {
                rest = &[];
                return Some(None);
            };
            rest = after;
            Some(Extension::of(extension))
        })
    }
}

/// An extension of an entry.
struct Extension<'a> {
    oid: &'a [u8],
    critical: bool,
    value: &'a [u8],
}

impl<'a> Extension<'a> {
    fn of(inside: &'a [u8]) -> Option<Self> {
        let (oid, rest) = object(inside, OID)?;
        let (critical, rest) = match object(rest, BOOLEAN) {
            Some((value, rest)) => (value != [0], rest),
            None => (false, rest),
        };
        let (value, []) = object(rest, OCTET_STRING)? else {
            return None;
        };
        Some(Self {
            oid,
            critical,
            value,
        })
    }
}
