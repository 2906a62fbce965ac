//! Lists that are wrong and signed all the same: made when they are asked for, and kept nowhere.
//!
//! Each is the sound list but for its one flaw: same number, same dates, same entries. So a list that a client
//! took under a fault is no newer than the sound one, which takes its place when the fault is gone.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use x509_cert::ext::pkix::CrlReason;

use super::{
    fault::Fault,
    folder::Lab,
    generation::{Generation, Shape},
    list::{Entry, List},
    revocation::serial,
};
use crate::error::Result;

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// What is wrong with a list.
enum Flaw {
    /// It is for another time: from, until.
    Dates(Timestamp, Timestamp),
    /// It is the one of the day before.
    Older,
    /// It revokes these serial numbers too.
    Revokes(Vec<Vec<u8>>),
}

impl Lab {
    /// A list as a fault has it, DER; nothing where the fault leaves it as it is.
    ///
    /// # Errors
    /// Where a register is damaged, or the list cannot be signed.
    pub(super) fn flawed(
        &self,
        fault: Fault,
        generation: &Generation,
        path: &str,
        at: Timestamp,
    ) -> Result<Option<Vec<u8>>> {
        let Some(flaw) = self.flaw(fault, generation, path, at)? else {
            return Ok(None);
        };
        let mut list = self.list_again(generation, path)?;
        match flaw {
            Flaw::Dates(from, until) => (list.this_update, list.next_update) = (from, until),
            Flaw::Older => {
                list.number = list.number.saturating_sub(1);
                list.this_update -= DAY;
                list.next_update -= DAY;
            }
            Flaw::Revokes(serials) => revoke(&mut list, serials),
        }
        let (issuer, digest) = generation.signer(path);
        Ok(Some(list.sign(issuer, digest)?))
    }

    fn flaw(
        &self,
        fault: Fault,
        generation: &Generation,
        path: &str,
        at: Timestamp,
    ) -> Result<Option<Flaw>> {
        let shape = generation.shape;
        let is_root = path == shape.root_list;
        // The same list for an hour, so that a client which has it can be told so.
        let hour = at - SignedDuration::from_secs(at.as_second().rem_euclid(3600));
        Ok(Some(match fault {
            Fault::CrlExpired => Flaw::Dates(hour - DAY * 8, hour - DAY),
            Fault::CrlNotYetValid => Flaw::Dates(hour + DAY, hour + DAY * 8),
            Fault::CrlNumberGoesBack => Flaw::Older,
            Fault::LeafRevoked if !is_root => {
                let mut serials = self.issued(generation)?;
                serials.retain(|it| shape.sub_list_path(shape.partition(it)) == path);
                Flaw::Revokes(serials)
            }
            Fault::SubRevoked if is_root => {
                Flaw::Revokes(vec![serial(&generation.sub.certificate)?])
            }
            _ => return Ok(None),
        }))
    }

    /// The path of the list that another CA of the lab, the next generation's, has in the place of this one.
    pub(super) fn of_another_ca(&self, shape: &Shape, path: &str) -> String {
        let all: Vec<_> = self.generations.iter().map(|it| it.shape).collect();
        let next = following(&all, |other| *other == shape).copied();
        let next = next.unwrap_or(shape);
        let first = next.all_partitions().into_iter().flatten().next();
        match path == shape.root_list {
            true => next.root_list.to_owned(),
            false => next.sub_list_path(first),
        }
    }
}

impl Shape {
    /// The path of the partition after this one; the same where the list is whole, or the root's.
    pub(super) fn next_partition(&self, path: &str) -> String {
        let partitions = self.all_partitions().into_iter();
        let paths: Vec<_> = partitions.map(|it| self.sub_list_path(it)).collect();
        let next = following(&paths, |other| other == path);
        next.map_or_else(|| path.to_owned(), Clone::clone)
    }
}

/// The one after that which is meant; after the last comes the first.
fn following<T>(all: &[T], meant: impl Fn(&T) -> bool) -> Option<&T> {
    let place = all.iter().position(meant)?;
    all.iter().cycle().nth(place + 1)
}

/// Revokes serial numbers from when the list begins, but for those that are revoked already.
fn revoke(list: &mut List, serials: Vec<Vec<u8>>) {
    let mut serials: BTreeSet<_> = serials.into_iter().collect();
    for entry in &list.entries {
        serials.remove(&entry.serial);
    }
    list.entries.extend(serials.into_iter().map(|serial| Entry {
        serial,
        at: list.this_update,
        reason: Some(CrlReason::KeyCompromise),
    }));
}

/// A list whose signature has one bit that is another: the last one of it.
pub(super) fn tampered(mut der: Vec<u8>) -> Vec<u8> {
    if let Some(last) = der.last_mut() {
        *last ^= 1;
    }
    der
}

#[cfg(test)]
mod tests {
    use crate::lab::generation::SHAPES;

    #[test]
    fn a_partition_is_followed_by_another_one_of_its_ca_and_a_whole_list_by_itself() {
        for shape in &SHAPES {
            for partition in shape.all_partitions() {
                let path = shape.sub_list_path(partition);
                let next = shape.next_partition(&path);
                assert_eq!(next == path, shape.partitions == 0, "{path}: {next}");
                assert!(shape.lists().any(|known| known == next), "{path}: {next}");
            }
            assert_eq!(shape.next_partition(shape.root_list), shape.root_list);
        }
    }
}
