//! Looks certificates up in lists: for each the best that any of the lists says of it.

use std::{
    collections::{HashMap, HashSet},
    path::{Path, PathBuf},
    sync::Arc,
};

use jiff::{SignedDuration, Timestamp};
use openssl::x509::X509Name;

use super::{
    Gap, Problem, Signature,
    file::ListFile,
    index::{Builder, Found, Identity},
    scan::List,
    status::{self, Status, When},
};
use crate::{
    error::{Error, Result},
    x509::{self, Certificate},
};

/// What is looked up.
#[derive(Clone, Debug)]
pub enum Wanted {
    /// A certificate.
    Certificate(Arc<Certificate>),
    /// A serial number, as its INTEGER's content; whose, the list says.
    Serial(Vec<u8>),
}

/// What a list was, and what it says of everything that was looked up.
#[derive(Clone, Debug)]
pub struct Looked {
    /// Its file.
    pub file: PathBuf,
    /// What it says of itself.
    pub list: List,
    /// Whose key made its signature, or bears its issuer's name where none did.
    pub issuer: Option<Arc<Certificate>>,
    /// What it says, in the order of what was looked up.
    pub said: Vec<Status>,
}

impl Looked {
    /// The name of its file, without the folder.
    pub fn file_name(&self) -> String {
        let name = self.file.file_name().unwrap_or(self.file.as_os_str());
        name.to_string_lossy().into_owned()
    }

    /// Its file, number and dates, as a fragment: `a.crl, number 0x5, from 2026-11-20 08:00Z to 2026-11-27 08:00Z`.
    pub fn cited(&self) -> String {
        let list = &self.list;
        let moment = |at: Timestamp| at.strftime("%F %H:%MZ").to_string();
        let number = list.extensions.number.as_ref();
        let number = number.map_or_else(String::new, |number| format!(", number 0x{number}"));
        let end = list.next_update;
        let end = end.map_or_else(String::new, |end| format!(" to {}", moment(end)));
        format!(
            "{}{number}, from {}{end}",
            self.file_name(),
            moment(list.this_update)
        )
    }

    /// Whether both are of one key, where it is known whose they are.
    pub(super) fn has_issuer_key_of(&self, other: &Self) -> bool {
        match (&self.issuer, &other.issuer) {
            (Some(one), Some(other)) => one.spki_sha256 == other.spki_sha256,
            _ => false,
        }
    }

    /// Whether another is a later list of the same issuer and scope: what was on hold may have been released.
    ///
    /// A CA of the same name and another key says nothing of what this one's signed.
    pub fn is_superseded_by(&self, other: &Self, at: Timestamp) -> bool {
        let (old, new) = (&self.list, &other.list);
        self.has_issuer_key_of(other)
            && new.issuer == old.issuer
            && new.extensions.scope == old.extensions.scope
            && new.signature == Signature::Fits
            && new.this_update > old.this_update
            && new.this_update <= at
    }
}

/// What lists are judged by.
#[derive(Clone, Copy)]
pub struct Terms<'a> {
    /// The CAs that may have signed them.
    pub issuers: &'a [Arc<Certificate>],
    /// The moment.
    pub at: Timestamp,
    /// How long a list of an issuer is taken past its next update.
    pub grace: &'a dyn Fn(&Certificate) -> SignedDuration,
}

impl<'a> Terms<'a> {
    /// Strictly: no list is taken past its next update.
    pub fn strict(issuers: &'a [Arc<Certificate>], at: Timestamp) -> Self {
        Self {
            issuers,
            at,
            grace: &|_| SignedDuration::ZERO,
        }
    }
}

/// Looks everything up in one list, whose signature is verified by whichever of these issued it.
///
/// # Errors
/// Where the list cannot be read.
pub fn look_up(
    file: PathBuf,
    wanted: &[Wanted],
    issuers: &[Arc<Certificate>],
    at: Timestamp,
) -> Result<Looked> {
    let terms = Terms::strict(issuers, at);
    read_whole(file, wanted, &terms, false).map(|whole| whole.looked)
}

/// A list that was read from its first byte to its last.
pub(super) struct Whole {
    pub(super) looked: Looked,
    /// The beginnings of its index, where one was wanted.
    pub(super) index: Option<Builder>,
    /// The file that was read, whatever has its name by now.
    pub(super) identity: Identity,
}

/// As [`look_up`], on these terms; with the beginnings of an index where one is wanted.
pub(super) fn read_whole(
    file: PathBuf,
    wanted: &[Wanted],
    terms: &Terms<'_>,
    indexed: bool,
) -> Result<Whole> {
    let mut source = ListFile::open(&file)?;
    let damaged = |problem: Problem| problem.of(&file);
    let named = named(&mut source, terms.issuers).map_err(damaged)?;
    let reading = read(&mut source, wanted, &named, indexed).map_err(damaged)?;
    let found = |it: &Wanted| reading.found.get(it.serial()).copied();
    let said = wanted
        .iter()
        .map(|it| said(it, &reading.list, reading.issuer.as_ref(), found(it), terms))
        .collect();
    let looked = Looked {
        list: reading.list,
        issuer: reading.issuer,
        said,
        file,
    };
    Ok(Whole {
        looked,
        index: reading.index,
        identity: source.identity,
    })
}

/// Leaves to OpenSSL what another of the lists may change: a delta revokes, and releases from hold.
pub fn leave_changed(looked: &mut [Looked]) {
    let deltas = looked.iter().filter(|it| it.list.extensions.is_delta);
    let changed: Vec<X509Name> = deltas
        .filter_map(|it| X509Name::from_der(&it.list.issuer).ok())
        .collect();
    let is_changed = |it: &&mut Looked| {
        let mut names = changed.iter();
        names.any(|name| x509::is_name(&it.list.issuer, name))
    };
    let said = looked.iter_mut().filter(is_changed);
    for status in said.flat_map(|it| &mut it.said) {
        if status.may_change() {
            *status = Status::Undetermined(Gap::NotJudgedHere(
                "another of the lists holds what changed since",
            ));
        }
    }
}

/// Those whose name is that of the list's issuer.
fn named(
    source: &mut ListFile,
    issuers: &[Arc<Certificate>],
) -> Result<Vec<Arc<Certificate>>, Problem> {
    let issuer = source.issuer()?;
    let is =
        |certificate: &&Arc<Certificate>| x509::is_name(&issuer, certificate.x509().subject_name());
    Ok(issuers.iter().filter(is).cloned().collect())
}

/// A list that was read whole.
struct Reading {
    list: List,
    issuer: Option<Arc<Certificate>>,
    found: HashMap<Vec<u8>, Found>,
    index: Option<Builder>,
}

/// The list, read and verified by the first that fits.
fn read(
    source: &mut ListFile,
    wanted: &[Wanted],
    named: &[Arc<Certificate>],
    indexed: bool,
) -> Result<Reading, Problem> {
    let mut last = None;
    for issuer in named {
        let reading = read_under(source, wanted, Some(issuer), indexed)?;
        if reading.list.signature == Signature::Fits {
            return Ok(reading);
        }
        last = Some(reading);
    }
    match last {
        Some(last) => Ok(last),
        None => read_under(source, wanted, None, indexed),
    }
}

fn read_under(
    source: &mut ListFile,
    wanted: &[Wanted],
    issuer: Option<&Arc<Certificate>>,
    indexed: bool,
) -> Result<Reading, Problem> {
    let serials: HashSet<&[u8]> = wanted.iter().map(Wanted::serial).collect();
    let mut index = indexed.then(Builder::default);
    let (list, found) = source.search(issuer.map(AsRef::as_ref), &serials, index.as_mut())?;
    Ok(Reading {
        list,
        issuer: issuer.cloned(),
        found,
        index,
    })
}

/// What a list says of one that is looked up, where it was found on it, or was not.
pub(super) fn said(
    wanted: &Wanted,
    list: &List,
    issuer: Option<&Arc<Certificate>>,
    found: Option<Found>,
    terms: &Terms<'_>,
) -> Status {
    let Some(issuer) = issuer else {
        let gap = match wanted {
            Wanted::Certificate(it) if !x509::is_name(&list.issuer, it.x509().issuer_name()) => {
                Gap::OtherIssuer
            }
            _ => Gap::SignerMissing,
        };
        return Status::Undetermined(gap);
    };
    let when = When {
        at: terms.at,
        grace: (terms.grace)(issuer),
    };
    let gap = match wanted {
        Wanted::Certificate(certificate) => status::gap(list, certificate, issuer, when),
        Wanted::Serial(_) => status::gap_of_serial(list, issuer, when),
    };
    status::status(gap, found)
}

impl Wanted {
    /// The certificates of a file that can be revoked: all but roots, which nobody revokes.
    ///
    /// # Errors
    /// Where the file cannot be read, or holds roots alone.
    pub fn of_file(path: &Path) -> Result<Vec<Self>> {
        let mut certificates = x509::certificates(path)?;
        certificates.retain(|it| !it.is_self_signed());
        match certificates.is_empty() {
            true => Err(Error::input(format!(
                "`{}` holds roots alone, and nobody revokes a root",
                path.display()
            ))
            .hint("Name the certificates below them.")),
            false => Ok(certificates
                .into_iter()
                .map(|it| Self::Certificate(Arc::new(it)))
                .collect()),
        }
    }

    /// The certificate, where it is a CA's, which may have signed a list.
    pub fn authority(&self) -> Option<&Arc<Certificate>> {
        match self {
            Self::Certificate(certificate) if certificate.is_ca() => Some(certificate),
            _ => None,
        }
    }

    /// The serial number as tools print it: lower-case hex, without the zero that keeps a number positive.
    pub fn shown(&self) -> String {
        match self.serial() {
            [0, digits @ ..] if !digits.is_empty() => x509::hex(digits),
            content => x509::hex(content),
        }
    }

    /// The serial number, as its INTEGER's content.
    pub fn serial(&self) -> &[u8] {
        match self {
            Self::Certificate(certificate) => &certificate.serial_content,
            Self::Serial(content) => content,
        }
    }
}

/// Those of several lists that no later one of the same issuer and scope has taken the place of.
pub fn current(looked: &[Looked], at: Timestamp) -> Vec<&Looked> {
    let is_old = |it: &&Looked| looked.iter().any(|other| it.is_superseded_by(other, at));
    looked.iter().filter(|it| !is_old(it)).collect()
}

/// The best that several lists say of one certificate: revoked goes before good, and that before what is open. Of a
/// serial number alone nobody knows whose it is, so there what is open goes before good.
pub fn best<'a>(wanted: &Wanted, said: impl Iterator<Item = &'a Status>) -> Status {
    let weight = |status: &&Status| match status {
        Status::Revoked { .. } => 4,
        Status::Good if matches!(wanted, Wanted::Serial(_)) => -1,
        Status::Good => 3,
        Status::Undetermined(Gap::OtherIssuer) => 0,
        Status::Undetermined(Gap::OutOfScope(_) | Gap::SerialAlone) => 1,
        Status::Undetermined(_) => 2,
    };
    said.max_by_key(weight)
        .cloned()
        .unwrap_or(Status::Undetermined(Gap::OtherIssuer))
}
