//! The register of what a generation's CAs revoked: a file of the lab, and what makes it sound.

use std::{collections::BTreeMap, path::Path};

use jiff::Timestamp;
use openssl::bn::BigNum;
use serde::{Deserialize, Serialize};
use x509_cert::ext::pkix::CrlReason;

use super::{folder::damaged, generation::Shape};
use crate::{
    error::{Error, Result},
    files,
};

/// The newest form of the register.
const SCHEMA: u32 = 1;
/// The most that is read of a register: a hundred thousand revocations.
pub(super) const LIMIT: u64 = 16 * 1024 * 1024;
/// The most made-up entries of a list.
pub const MOST_MADE_UP: u32 = 5_000_000;

/// Why a certificate is revoked (RFC 5280, section 5.3.1), as far as the lab says it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// No reason is given.
    Unspecified,
    /// Somebody else has the key.
    #[default]
    KeyCompromise,
    /// Another has taken its place.
    Superseded,
    /// It is not needed any more.
    CessationOfOperation,
}

impl Reason {
    /// As a list says it; "unspecified" should be left out.
    pub(super) fn of_entry(self) -> Option<CrlReason> {
        match self {
            Self::Unspecified => None,
            Self::KeyCompromise => Some(CrlReason::KeyCompromise),
            Self::Superseded => Some(CrlReason::Superseded),
            Self::CessationOfOperation => Some(CrlReason::CessationOfOperation),
        }
    }
}

/// Everything that one generation's CAs have revoked, list by list.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Register {
    schema: u32,
    /// By their paths under the host of lists.
    pub(super) lists: BTreeMap<String, Listed>,
}

/// What one list has.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Listed {
    /// The number of the list that was signed last (RFC 5280, section 5.2.3); 0 where none was.
    pub(super) number: u64,
    /// The number of the list that is there: an earlier one where a kill came between.
    pub(super) written: u64,
    /// When that one ends.
    pub(super) next_update: Timestamp,
    /// How many made-up entries it has.
    pub(super) made_up: u32,
    #[serde(default)]
    pub(super) revoked: Vec<Revoked>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Revoked {
    /// Lower-case hex.
    pub(super) serial: String,
    pub(super) at: Timestamp,
    pub(super) reason: Reason,
}

impl Register {
    /// One in which nothing is revoked and nothing was signed.
    pub(super) fn new(shape: &Shape) -> Self {
        let empty = || Listed {
            number: 0,
            written: 0,
            next_update: Timestamp::UNIX_EPOCH,
            made_up: 0,
            revoked: Vec::new(),
        };
        Self {
            schema: SCHEMA,
            lists: shape.lists().map(|path| (path, empty())).collect(),
        }
    }

    /// Whether it is what this lab would have written; else why not.
    fn sound(&self, shape: &Shape) -> std::result::Result<(), String> {
        if self.schema != SCHEMA {
            return Err(format!("schema {} is unknown", self.schema));
        }
        if !self
            .lists
            .keys()
            .cloned()
            .eq(Self::new(shape).lists.into_keys())
        {
            return Err("its lists are not those of the generation".to_owned());
        }
        for listed in self.lists.values() {
            if listed.made_up > MOST_MADE_UP {
                return Err(format!("{} made-up entries are too many", listed.made_up));
            }
            if let Some(wrong) = listed.revoked.iter().find(|it| it.bytes().is_none()) {
                return Err(format!("`{}` is no serial number", wrong.serial));
            }
        }
        Ok(())
    }

    /// The register of a generation, from what its file holds.
    ///
    /// # Errors
    /// Where it is not what this lab would have written.
    pub(super) fn read(bytes: Vec<u8>, path: &Path, shape: &Shape) -> Result<Self> {
        let text = files::text(path, bytes)?;
        let register: Self = toml::from_str(&text).map_err(|error| damaged(path, error))?;
        register.sound(shape).map_err(|why| damaged(path, why))?;
        Ok(register)
    }

    /// What a list has.
    ///
    /// # Errors
    /// Where the generation has no such list, which is a mistake of ptl's.
    pub(super) fn listed(&mut self, path: &str) -> Result<&mut Listed> {
        let known = self.lists.get_mut(path);
        known.ok_or_else(|| Error::internal(format!("the lab has no list `{path}`")))
    }
}

impl Revoked {
    /// The serial number's bytes; nothing where it is none of ours.
    pub(super) fn bytes(&self) -> Option<Vec<u8>> {
        serial_bytes(&self.serial)
    }
}

/// The bytes of a serial number in hex; nothing where it is none of ours.
pub(super) fn serial_bytes(text: &str) -> Option<Vec<u8>> {
    let hexadecimal = text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let bytes = BigNum::from_hex_str(text).ok().filter(|_| hexadecimal)?;
    Some(bytes.to_vec()).filter(|bytes| (1..=20).contains(&bytes.len()))
}
