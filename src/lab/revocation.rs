//! Revokes what the lab's CAs issued, and signs the lists that say so: each when it changes or ends soon.

use std::path::PathBuf;

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use openssl::{
    hash::{MessageDigest, hash},
    x509::X509,
};
use x509_cert::ext::pkix::CrlReason;

use super::{
    Made,
    authority::{Authority, Digest},
    folder::{Lab, home},
    generation::{Generation, Shape},
    list::{Entry, List, Scope},
    register::{LIMIT, Listed, Reason, Register, Revoked},
    unmade,
};
use crate::{
    error::{Error, Result},
    files::{self, Access, Guarded, NewFolders},
    x509::hex,
};

/// The file of a generation's register.
const REGISTER: &str = "revoked.toml";
/// How long a list lives. That of the NHS's lists, no source says.
const LIFE: SignedDuration = SignedDuration::from_hours(7 * 24);
/// A list, or an answer by OCSP, begins a little before it was made: other clocks are slow.
pub(super) const SLACK: SignedDuration = SignedDuration::from_mins(5);

impl Lab {
    /// The file of a list, by its path under the host of lists.
    pub(super) fn list_file(&self, path: &str) -> PathBuf {
        self.path("crl").join(path)
    }

    /// Signs anew every list that is not there, or ends soon.
    ///
    /// # Errors
    /// Where a register is damaged, or a list cannot be written.
    pub(super) fn renew_lists(&self, at: Timestamp) -> Result<()> {
        for generation in &self.generations {
            self.change(generation, at, |register| {
                let ends_soon = |(path, listed): (&String, &Listed)| {
                    let is_there = listed.written == listed.number && self.list_file(path).exists();
                    let is_fresh = listed.next_update.duration_since(at) > LIFE / 2;
                    (!is_there || !is_fresh).then(|| path.clone())
                };
                Ok(register.lists.iter().filter_map(ends_soon).collect())
            })?;
        }
        Ok(())
    }

    /// Revokes a certificate that one of the lab's CAs issued; says the file of the list that has it.
    ///
    /// # Errors
    /// Where none of them issued it, or it is revoked already.
    pub fn revoke(&self, certificate: &X509, reason: Reason, at: Timestamp) -> Result<PathBuf> {
        let at = signable(at)?;
        let (generation, path) = self.list_of(certificate)?;
        let entry = Revoked {
            serial: hex(&serial(certificate)?),
            at,
            reason,
        };
        self.change(generation, at, |register| {
            let listed = register.listed(&path)?;
            let known = listed.revoked.iter().find(|it| it.serial == entry.serial);
            if let Some(known) = known {
                return Err(Error::input(format!(
                    "the certificate {} was revoked already, on {}",
                    known.serial, known.at
                ))
                .hint("Issue another one to revoke: `ptl lab issue CSR --revoked`."));
            }
            listed.revoked.push(entry);
            Ok(vec![path.clone()])
        })?;
        Ok(self.list_file(&path))
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
        let at = signable(at)?;
        let generation = self.generation(generation)?;
        let shape = generation.shape;
        let partition = partition.or_else(|| (shape.partitions > 0).then_some(1));
        if !shape.all_partitions().contains(&partition) {
            let hint = match shape.partitions {
                0 => "Leave --partition out.".to_owned(),
                count => format!("Give one from 1 to {count}, or leave --partition out."),
            };
            return Err(Error::input(format!(
                "the lists of {} have {} partitions",
                shape.id, shape.partitions
            ))
            .hint(hint));
        }
        let path = shape.sub_list_path(partition);
        self.change(generation, at, |register| {
            register.listed(&path)?.made_up = entries;
            Ok(vec![path.clone()])
        })?;
        Ok(self.list_file(&path))
    }

    /// What revoked a serial number of a generation's root, or of its sub CA; nothing where nothing did.
    ///
    /// # Errors
    /// Where the register is damaged.
    pub(super) fn revoked(
        &self,
        generation: &Generation,
        is_root: bool,
        serial: &[u8],
    ) -> Result<Option<Revoked>> {
        let shape = generation.shape;
        let list = match is_root {
            true => shape.root_list.to_owned(),
            false => shape.sub_list_path(shape.partition(serial)),
        };
        let path = home(self.folder(), shape).join(REGISTER);
        let guarded = Guarded::open(&path, LIMIT)?;
        let mut register = Register::read(guarded.bytes().to_vec(), &path, shape)?;
        let revoked = &register.listed(&list)?.revoked;
        let serial = hex(serial);
        Ok(revoked.iter().find(|it| it.serial == serial).cloned())
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

    /// Changes a generation's register under its lock, and signs the lists that `change` names.
    fn change(
        &self,
        generation: &Generation,
        at: Timestamp,
        change: impl FnOnce(&mut Register) -> Result<Vec<String>>,
    ) -> Result<()> {
        let path = register_file(self, generation);
        if !path.exists() {
            let new = Register::new(generation.shape);
            let text = toml::to_string(&new).map_err(unmade)?;
            files::create(&path, text.as_bytes(), Access::Shared)?;
        }
        let mut guarded = Guarded::open(&path, LIMIT)?;
        let mut register = Register::read(guarded.bytes().to_vec(), &path, generation.shape)?;
        let touched = change(&mut register)?;
        for path in &touched {
            let listed = register.listed(path)?;
            listed.number += 1;
            listed.next_update = at + LIFE;
        }
        if touched.is_empty() {
            return Ok(());
        }
        let keep = |guarded: &mut Guarded, register: &Register| {
            let text = toml::to_string(register).map_err(unmade)?;
            guarded.replace(text.as_bytes())
        };
        // Before the lists, so that no number is ever given twice; what a kill leaves out is signed at the
        // next start.
        keep(&mut guarded, &register)?;
        for path in touched {
            let listed = register.listed(&path)?;
            let der = self.signed(generation, &path, listed, at)?;
            let file = self.list_file(&path);
            NewFolders::make(files::folder_of(&file))?.keep();
            files::put(&file, &der)?;
            listed.written = listed.number;
        }
        keep(&mut guarded, &register)
    }

    fn signed(
        &self,
        generation: &Generation,
        path: &str,
        listed: &Listed,
        at: Timestamp,
    ) -> Made<Vec<u8>> {
        let (issuer, digest) = generation.signer(path);
        let list = self.unsigned(generation, path, listed, at)?;
        list.sign(issuer, digest)
    }

    /// The list that is there, once more before it is signed: for whoever signs another one like it.
    ///
    /// # Errors
    /// Where the register is damaged.
    pub(super) fn list_again(&self, generation: &Generation, path: &str) -> Result<List> {
        let file = register_file(self, generation);
        let bytes = files::read(&file, LIMIT)?;
        let mut register = Register::read(bytes, &file, generation.shape)?;
        let listed = register.listed(path)?;
        let signed = listed.next_update - LIFE;
        self.unsigned(generation, path, listed, signed)
    }

    fn unsigned(
        &self,
        generation: &Generation,
        path: &str,
        listed: &Listed,
        at: Timestamp,
    ) -> Made<List> {
        let shape = generation.shape;
        let is_root = path == shape.root_list;
        Ok(List {
            number: listed.number,
            this_update: at - SLACK,
            next_update: listed.next_update,
            scope: match (shape.partitions, is_root) {
                (0, _) => Scope::Whole,
                (_, true) => Scope::Authorities,
                (_, false) => Scope::Endpoints(shape.point(path, &self.places)?),
            },
            entries: entries(shape, path, listed, at)?,
        })
    }
}

impl Generation {
    /// Who signs the list of a path, and by which hash.
    pub(super) fn signer(&self, path: &str) -> (&Authority, Digest) {
        match path == self.shape.root_list {
            true => (&self.root, self.shape.root_digest),
            false => (&self.sub, self.shape.digest),
        }
    }
}

fn register_file(lab: &Lab, generation: &Generation) -> PathBuf {
    home(lab.folder(), generation.shape).join(REGISTER)
}

/// A moment that certificates and lists can be made for, and that leaves room around it.
///
/// # Errors
/// Where it is too early or too late.
pub(super) fn signable(at: Timestamp) -> Result<Timestamp> {
    let years = at.to_zoned(TimeZone::UTC).year();
    if (1980..9980).contains(&years) {
        return Ok(at);
    }
    Err(
        Error::input(format!("--at: the lab signs nothing for {at}"))
            .hint("Give a time from 1980 to 9979, or leave --at out."),
    )
}

/// The bytes of a certificate's serial number.
pub(super) fn serial(certificate: &X509) -> Made<Vec<u8>> {
    let number = certificate.serial_number().to_bn().map_err(unmade)?;
    Ok(number.to_vec())
}

fn entries(shape: &Shape, path: &str, listed: &Listed, at: Timestamp) -> Made<Vec<Entry>> {
    let partitions = shape.all_partitions().into_iter();
    let partition = partitions
        .flatten()
        .find(|partition| shape.sub_list_path(Some(*partition)) == path);
    let mut entries = (0..listed.made_up)
        .map(|number| {
            Ok(Entry {
                serial: made_up_serial(shape, partition, number)?,
                at: at - SLACK,
                reason: number.is_multiple_of(2).then_some(CrlReason::Superseded),
            })
        })
        .collect::<Made<Vec<_>>>()?;
    entries.extend(listed.revoked.iter().filter_map(|revoked| {
        Some(Entry {
            serial: revoked.bytes()?,
            at: revoked.at,
            reason: revoked.reason.of_entry(),
        })
    }));
    Ok(entries)
}

/// The serial number of a certificate that never was, as the CA would have given it for this partition: it
/// follows from its place alone, so that a list of the same size is the same list.
fn made_up_serial(shape: &Shape, partition: Option<u8>, number: u32) -> Made<Vec<u8>> {
    let partitions = u32::from(shape.partitions.max(1));
    let of_a_byte = 255 / partitions;
    let (high, low) = (number / of_a_byte, number % of_a_byte);
    let last = low * partitions + u32::from(partition.unwrap_or(1) - 1);
    let digest = hash(MessageDigest::sha256(), &number.to_be_bytes()).map_err(unmade)?;
    let mut serial = digest[..shape.serial].to_vec();
    let own = (high << 8 | last).to_be_bytes();
    let tail = shape.serial - own.len();
    serial[tail..].copy_from_slice(&own);
    serial[0] = serial[0] & 0x3f | 0x40;
    Ok(serial)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use std::collections::HashSet;

    use super::*;
    use crate::lab::{generation::SHAPES, register::MOST_MADE_UP};

    #[test]
    fn made_up_serials_are_unique_and_of_their_partition() {
        for shape in &SHAPES {
            for partition in shape.all_partitions() {
                let mut seen = HashSet::new();
                let numbers = (0..10_000).chain(MOST_MADE_UP - 1000..MOST_MADE_UP);
                for number in numbers {
                    let serial = made_up_serial(shape, partition, number).unwrap();
                    assert_eq!(serial.len(), shape.serial);
                    assert_eq!(shape.partition(&serial), partition);
                    assert!(seen.insert(serial), "{} {number}", shape.id);
                }
            }
        }
    }
}
