//! What a lab's CAs revoked, and the lists that say so: signed anew at every change and at every start.

use std::{collections::BTreeMap, path::PathBuf};

use jiff::{SignedDuration, Timestamp};
use openssl::{hash::MessageDigest, x509::X509};
use serde::{Deserialize, Serialize};
use x509_cert::ext::pkix::CrlReason;

use super::{
    Made,
    folder::{Lab, home},
    generation::Generation,
    list::{Entry, List, Scope},
    unmade,
};
use crate::{
    error::{Error, Result},
    files::{self, Access, Guarded, NewFolders},
    x509::hex,
};

/// The newest form of the register.
const SCHEMA: u32 = 1;
/// The most that is read of a register: a hundred thousand revocations.
const LIMIT: u64 = 16 * 1024 * 1024;
/// How long a list lives. That of the NHS's lists, no source says.
const LIFE: SignedDuration = SignedDuration::from_hours(7 * 24);
/// A list begins a little before it was made: other clocks are slow.
const SLACK: SignedDuration = SignedDuration::from_mins(5);

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
    fn of_entry(self) -> Option<CrlReason> {
        match self {
            Self::Unspecified => None,
            Self::KeyCompromise => Some(CrlReason::KeyCompromise),
            Self::Superseded => Some(CrlReason::Superseded),
            Self::CessationOfOperation => Some(CrlReason::CessationOfOperation),
        }
    }
}

/// Everything that one generation's CAs have revoked.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Register {
    schema: u32,
    /// The number of the lists that were signed last.
    number: u64,
    /// How many made-up entries a list has, by its path.
    #[serde(default)]
    made_up: BTreeMap<String, u32>,
    #[serde(default)]
    revoked: Vec<Revoked>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Revoked {
    /// The path of the list that has it.
    list: String,
    /// Lower-case hex.
    serial: String,
    at: Timestamp,
    reason: Reason,
}

impl Default for Register {
    fn default() -> Self {
        Self {
            schema: SCHEMA,
            number: 0,
            made_up: BTreeMap::new(),
            revoked: Vec::new(),
        }
    }
}

impl Lab {
    /// The file of a list, by its path under the host of lists.
    pub(super) fn list_file(&self, path: &str) -> PathBuf {
        self.path("crl").join(path)
    }

    /// Signs every list anew, with dates from now on.
    ///
    /// # Errors
    /// Where a register is damaged, or a list cannot be written.
    pub(super) fn sign_lists(&self, at: Timestamp) -> Result<()> {
        for generation in &self.generations {
            self.change(generation, at, |_| Ok(()))?;
        }
        Ok(())
    }

    /// Revokes a certificate that one of the lab's CAs issued; says the file of the list that has it.
    ///
    /// # Errors
    /// Where none of them issued it, or it is revoked already.
    pub fn revoke(&self, certificate: &X509, reason: Reason, at: Timestamp) -> Result<PathBuf> {
        let (generation, list) = self.list_of(certificate)?;
        let serial = serial(certificate)?;
        let entry = Revoked {
            list: list.clone(),
            serial: hex(&serial),
            at,
            reason,
        };
        self.change(generation, at, |register| {
            let known = register
                .revoked
                .iter()
                .find(|it| it.list == entry.list && it.serial == entry.serial);
            if let Some(known) = known {
                return Err(Error::input(format!(
                    "the certificate {} was revoked already, on {}",
                    known.serial, known.at
                ))
                .hint("Issue another one to revoke: `ptl lab issue CSR --revoked`."));
            }
            register.revoked.push(entry);
            Ok(())
        })?;
        Ok(self.list_file(&list))
    }

    /// Gives a list this many made-up entries, besides what is really revoked; says its file.
    ///
    /// # Errors
    /// Where the generation has no such partition.
    pub fn fill(
        &self,
        generation: &str,
        partition: Option<u8>,
        entries: u32,
        at: Timestamp,
    ) -> Result<PathBuf> {
        let generation = self.generation(generation)?;
        let shape = generation.shape;
        let partition = partition.or_else(|| (shape.partitions > 0).then_some(1));
        if !shape.all_partitions().contains(&partition) {
            return Err(Error::input(format!(
                "the lists of {} have {} partitions",
                shape.id, shape.partitions
            ))
            .hint("Leave --partition out, or give one of them, from 1."));
        }
        let path = shape.sub_list_path(partition);
        self.change(generation, at, |register| {
            register.made_up.insert(path.clone(), entries);
            Ok(())
        })?;
        Ok(self.list_file(&path))
    }

    /// Which generation and list a certificate belongs to.
    fn list_of(&self, certificate: &X509) -> Result<(&Generation, String)> {
        for generation in &self.generations {
            let shape = generation.shape;
            let signed_by = |key| certificate.verify(key).unwrap_or(false);
            let is_root = certificate
                .public_key()
                .is_ok_and(|own| own.public_eq(&generation.root.key));
            if signed_by(&generation.sub.key) {
                let partition = shape.partition(&serial(certificate)?);
                return Ok((generation, shape.sub_list_path(partition)));
            }
            if signed_by(&generation.root.key) && !is_root {
                return Ok((generation, shape.root_list.to_owned()));
            }
        }
        Err(
            Error::input("none of this lab's CAs issued the certificate").hint(
                "Name a certificate that `ptl lab issue` made, or the lab's folder with --lab DIR.",
            ),
        )
    }

    /// Changes a generation's register under its lock, and signs its lists anew.
    fn change(
        &self,
        generation: &Generation,
        at: Timestamp,
        change: impl FnOnce(&mut Register) -> Result<()>,
    ) -> Result<()> {
        let path = home(self.folder(), generation.shape).join("revoked.toml");
        if !path.exists() {
            let text = toml::to_string(&Register::default()).map_err(unmade)?;
            files::create(&path, text.as_bytes(), Access::Shared)?;
        }
        let guarded = Guarded::open(&path, LIMIT)?;
        let mut register = read(&guarded, &path)?;
        change(&mut register)?;
        register.number += 1;
        let lists = self.lists(generation, &register, at)?;
        let text = toml::to_string(&register).map_err(unmade)?;
        // The lists come first, while the lock is held: two changes at once leave the later one's.
        for (path, der) in lists {
            let file = self.list_file(&path);
            NewFolders::make(files::folder_of(&file))?.keep();
            files::put(&file, &der)?;
        }
        guarded.replace(text.as_bytes())
    }

    /// A generation's lists, by their paths.
    fn lists(
        &self,
        generation: &Generation,
        register: &Register,
        at: Timestamp,
    ) -> Made<Vec<(String, Vec<u8>)>> {
        let shape = generation.shape;
        let partitions = shape.all_partitions().into_iter();
        let of_sub = partitions.map(|partition| shape.sub_list_path(partition));
        let mut lists = Vec::new();
        for path in std::iter::once(shape.root_list.to_owned()).chain(of_sub) {
            let is_root = path == shape.root_list;
            let list = List {
                number: register.number,
                this_update: at - SLACK,
                next_update: at + LIFE,
                scope: match (shape.partitions, is_root) {
                    (0, _) => Scope::Whole,
                    (_, true) => Scope::Authorities,
                    (_, false) => Scope::Endpoints(shape.point(&path, &self.places)?),
                },
                entries: entries(register, &path, at)?,
            };
            let (issuer, digest) = match is_root {
                true => (&generation.root, shape.root_digest),
                false => (&generation.sub, shape.digest),
            };
            lists.push((path, list.sign(issuer, digest)?));
        }
        Ok(lists)
    }
}

fn read(guarded: &Guarded, path: &std::path::Path) -> Result<Register> {
    let text = files::text(path, guarded.bytes().to_vec())?;
    let register: Register = toml::from_str(&text).map_err(|error| {
        Error::input(format!("`{}` of the lab is damaged", path.display()))
            .because(error)
            .hint("Delete the file: what was revoked is then forgotten, and nothing else.")
    })?;
    Ok(register)
}

fn serial(certificate: &X509) -> Made<Vec<u8>> {
    let number = certificate.serial_number().to_bn().map_err(unmade)?;
    Ok(number.to_vec())
}

fn entries(register: &Register, path: &str, at: Timestamp) -> Made<Vec<Entry>> {
    let made_up = register.made_up.get(path).copied().unwrap_or_default();
    let mut entries = (0..made_up)
        .map(|number| made_up_entry(number, at))
        .collect::<Made<Vec<_>>>()?;
    for revoked in register.revoked.iter().filter(|it| it.list == path) {
        entries.push(Entry {
            serial: openssl::bn::BigNum::from_hex_str(&revoked.serial)
                .map_err(unmade)?
                .to_vec(),
            at: revoked.at,
            reason: revoked.reason.of_entry(),
        });
    }
    Ok(entries)
}

/// An entry of a certificate that never was: its serial number follows from its place, so that a list of
/// the same size is the same list. Every second one gives a reason.
fn made_up_entry(number: u32, at: Timestamp) -> Made<Entry> {
    let digest = openssl::hash::hash(MessageDigest::sha256(), &number.to_be_bytes());
    let mut serial = digest.map_err(unmade)?[..16].to_vec();
    serial[0] = serial[0] & 0x7f | 0x40;
    Ok(Entry {
        serial,
        at: at - SLACK,
        reason: number.is_multiple_of(2).then_some(CrlReason::Superseded),
    })
}
