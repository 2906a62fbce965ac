//! What the extensions of a list say: its number, its signer's key, and what it covers (RFC 5280, 5.2).

use serde::{Deserialize, Serialize};
use x509_parser::{
    extensions::{ParsedExtension, X509Extension},
    prelude::FromDer,
};

use super::{
    Problem,
    window::{Header, object},
};
use crate::x509::{hex, name_text};

/// What a list covers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scope {
    /// The names of its distribution point: those of a partition; none for a list of everything.
    pub points: Vec<PointName>,
    /// Whether it has a distribution point, with names or without.
    pub is_partition: bool,
    /// Whether it covers certificates of endpoints alone.
    pub only_leaves: bool,
    /// Whether it covers CAs alone: an ARL.
    pub only_authorities: bool,
    /// Whether it covers attribute certificates alone, of which none is looked up here.
    pub only_attributes: bool,
    /// Whether it covers some reasons alone, as a key that was stolen.
    pub some_reasons: bool,
    /// Whether it holds entries of other issuers.
    pub indirect: bool,
    /// Whether it has a scope that says nothing, which must not be (5.2.5).
    pub says_nothing: bool,
}

/// A name of a distribution point.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PointName {
    /// A URL.
    Url(String),
    /// A directory's entry, as DER.
    Directory(Vec<u8>),
    /// Anything else, as a name relative to the issuer.
    Other,
}

/// Everything that the extensions of a list say.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListExtensions {
    /// Its number, as lower-case hex without leading zeros; later lists have higher ones.
    pub number: Option<String>,
    /// The key identifier of its signer, lower-case hex.
    pub authority_key_id: Option<String>,
    /// What it covers.
    pub scope: Scope,
    /// Whether it holds only what changed since another.
    pub is_delta: bool,
    /// The OIDs of critical extensions that are not understood: it must not be used (5.2).
    pub unknown_critical: Vec<String>,
}

const NUMBER: &str = "2.5.29.20";
const DELTA: &str = "2.5.29.27";
const SCOPE: &str = "2.5.29.28";
const KEY: &str = "2.5.29.35";

impl ListExtensions {
    /// Reads the content of the sequence of extensions.
    ///
    /// # Errors
    /// Where one of them cannot be read, or stands twice.
    pub(super) fn of(mut bytes: &[u8]) -> Result<Self, Problem> {
        let mut found = Self::default();
        let mut seen: Vec<String> = Vec::new();
        while !bytes.is_empty() {
            let (rest, extension) = X509Extension::from_der(bytes)
                .map_err(|_| Problem::Form("an extension of it cannot be read".to_owned()))?;
            let oid = extension.oid.to_id_string();
            if seen.contains(&oid) {
                return Err(Problem::Form(format!("its extension {oid} stands twice")));
            }
            found.note(&oid, &extension)?;
            seen.push(oid);
            bytes = rest;
        }
        Ok(found)
    }

    fn note(&mut self, oid: &str, extension: &X509Extension<'_>) -> Result<(), Problem> {
        match (oid, extension.parsed_extension()) {
            (NUMBER, ParsedExtension::CRLNumber(number)) => {
                self.number = Some(format!("{number:x}"));
            }
            (DELTA, _) => self.is_delta = true,
            (SCOPE, _) => {
                self.scope = Scope::of(extension.value).ok_or_else(|| unread(oid))?;
            }
            (KEY, ParsedExtension::AuthorityKeyIdentifier(key)) => {
                self.authority_key_id = key.key_identifier.as_ref().map(|id| hex(id.0));
            }
            (NUMBER | KEY, _) => return Err(unread(oid)),
            _ if extension.critical => self.unknown_critical.push(oid.to_owned()),
            _ => {}
        }
        Ok(())
    }
}

fn unread(oid: &str) -> Problem {
    Problem::Form(format!("its extension {oid} cannot be read"))
}

/// The tags of an issuing distribution point's fields (RFC 5280, 5.2.5), and those within the first.
const POINT: u8 = 0xa0;
const FULL_NAME: u8 = 0xa0;
const URL: u8 = 0x86;
const DIRECTORY: u8 = 0xa4;

impl Scope {
    /// The names of its partition, for people.
    pub fn names(&self) -> Vec<String> {
        let names = self.points.iter().map(|point| match point {
            PointName::Url(url) => url.clone(),
            PointName::Directory(entry) => {
                name_text(entry).unwrap_or_else(|| "a directory's entry".to_owned())
            }
            PointName::Other => "a name of a rare kind".to_owned(),
        });
        names.collect()
    }

    /// Reads an issuing distribution point; `None` where it is none. x509-parser passes over names relative to the
    /// issuer.
    fn of(der: &[u8]) -> Option<Self> {
        let (mut fields, []) = object(der, 0x30)? else {
            return None;
        };
        let mut scope = Self {
            says_nothing: fields.is_empty(),
            ..Self::default()
        };
        while let Some(header) = Header::of(fields) {
            let (field, rest) = fields.split_at_checked(header.whole())?;
            let content = &field[header.header..];
            match header.tag {
                POINT => {
                    scope.is_partition = true;
                    scope.points = points(content)?;
                }
                0x81 => scope.only_leaves = content != [0],
                0x82 => scope.only_authorities = content != [0],
                0x83 | 0xa3 => scope.some_reasons = true,
                0x84 => scope.indirect = content != [0],
                0x85 => scope.only_attributes = content != [0],
                _ => return None,
            }
            fields = rest;
        }
        fields.is_empty().then_some(scope)
    }
}

/// The names of a point: full ones, or one relative to the issuer, which is of a rare kind.
fn points(point: &[u8]) -> Option<Vec<PointName>> {
    let header = Header::of(point).filter(|header| header.whole() == point.len())?;
    let mut names = &point[header.header..];
    if header.tag != FULL_NAME {
        return Some(vec![PointName::Other]);
    }
    let mut found = Vec::new();
    while !names.is_empty() {
        let header = Header::of(names)?;
        let (name, rest) = names.split_at_checked(header.whole())?;
        let content = &name[header.header..];
        found.push(match header.tag {
            URL => PointName::Url(String::from_utf8(content.to_vec()).ok()?),
            DIRECTORY => PointName::Directory(content.to_vec()),
            _ => PointName::Other,
        });
        names = rest;
    }
    Some(found)
}
