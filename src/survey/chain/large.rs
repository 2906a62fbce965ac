//! A large revocation list, read as a stream: what it says of the certificates at hand.

use std::{
    collections::{HashMap, HashSet},
    path::{Path, PathBuf},
    sync::Arc,
};

use jiff::Timestamp;

use crate::{
    crl::{
        Gap, List, ListFile, Problem, Signature,
        index::Found,
        status::{self, Status},
    },
    error::Result,
    x509::{
        self, Certificate,
        path::{Lack, Said},
    },
};

/// A large list that was read from its first byte to its last.
pub(super) struct Large {
    /// Its file.
    pub(super) file: PathBuf,
    list: List,
    /// The certificates that name the list's issuer as theirs.
    covered: Vec<Arc<Certificate>>,
    /// Those that bear the issuer's name, and whether its signature is of their key.
    issuers: Vec<(Arc<Certificate>, Signature)>,
    /// The entries of those that it may cover, by serial number.
    found: HashMap<Vec<u8>, Found>,
}

impl Large {
    /// Reads a list, looks these certificates up in it, and verifies it by whichever of them bears its issuer's name.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub(super) fn read(file: &Path, certificates: &[Arc<Certificate>]) -> Result<Self> {
        let damaged = |problem: Problem| problem.of(file);
        let mut source = ListFile::open(file)?;
        let name = source.issuer().map_err(damaged)?;
        let those = |has: fn(&Certificate) -> &openssl::x509::X509NameRef| {
            let those = certificates
                .iter()
                .filter(|it| x509::is_name(&name, has(it)));
            those.cloned().collect::<Vec<_>>()
        };
        let covered = those(|it| it.x509().issuer_name());
        let serials = covered.iter().map(|it| it.serial_content.as_slice());
        let serials: HashSet<&[u8]> = serials.collect();
        let mut issuers: Vec<(Arc<Certificate>, Signature)> = Vec::new();
        let mut read = None;
        for issuer in those(|it| it.x509().subject_name()) {
            // The same key may stand in several certificates: one reading does.
            let same = |(known, _): &&(Arc<Certificate>, Signature)| has_key_of(known, &issuer);
            let signature = match issuers.iter().find(same) {
                Some((_, signature)) => *signature,
                None => {
                    let searched = source.search(Some(&issuer), &serials, None);
                    read.insert(searched.map_err(damaged)?).0.signature
                }
            };
            issuers.push((issuer, signature));
        }
        // Nobody's list here: it is read all the same, so that a damaged one is told of.
        let (list, found) = match read {
            Some(read) => read,
            None => source
                .search(None, &HashSet::new(), None)
                .map_err(damaged)?,
        };
        Ok(Self {
            file: file.to_owned(),
            list,
            covered,
            issuers,
            found,
        })
    }

    /// Whose list it changes, as DER, where it is a delta.
    pub(super) fn delta_of(&self) -> Option<Vec<u8>> {
        let is_delta = self.list.extensions.is_delta;
        is_delta.then(|| self.list.issuer.clone())
    }

    /// Whether only OpenSSL can judge it: for what it is, because of who signs it and how, or because one of these
    /// issuers has a delta to it.
    pub(super) fn is_openssls(&self, at: Timestamp, with_deltas: &[Vec<u8>]) -> bool {
        let has_delta = || {
            let names = with_deltas.iter();
            let mut names = names.filter_map(|name| openssl::x509::X509Name::from_der(name).ok());
            names.any(|name| x509::is_name(&self.list.issuer, &name))
        };
        let is_odd = |gap: &Gap| matches!(gap, Gap::NotJudgedHere(_) | Gap::SignatureUnknown(_));
        status::kind_gap(&self.list).is_some()
            || has_delta()
            || self
                .statuses(at)
                .any(|(.., status)| matches!(&status, Status::Undetermined(gap) if is_odd(gap)))
    }

    /// Why it does not cover certificates under issuers, in words, where that is so.
    pub(super) fn scopes(
        &self,
        at: Timestamp,
    ) -> impl Iterator<Item = (&Certificate, &Certificate, String)> {
        self.statuses(at)
            .filter_map(|(certificate, issuer, gap, _)| match gap {
                Some(Gap::OutOfScope(why)) => Some((certificate, issuer, why)),
                _ => None,
            })
    }

    /// What it says of each certificate under each issuer; nothing certain where it is only OpenSSL's to judge.
    pub(super) fn said(
        &self,
        at: Timestamp,
        is_openssls: bool,
    ) -> impl Iterator<Item = (&Certificate, &Certificate, Said)> {
        self.statuses(at)
            .map(move |(certificate, issuer, gap, status)| {
                let said = match is_openssls {
                    true => Said {
                        revoked: false,
                        lack: Some(Lack::NotJudged),
                    },
                    false => Said {
                        revoked: matches!(status, Status::Revoked { .. }),
                        lack: match &status {
                            Status::Undetermined(gap) => Some(lack(gap)),
                            _ => gap.as_ref().map(lack),
                        },
                    },
                };
                (certificate, issuer, said)
            })
    }

    fn statuses(
        &self,
        at: Timestamp,
    ) -> impl Iterator<Item = (&Certificate, &Certificate, Option<Gap>, Status)> {
        self.issuers.iter().flat_map(move |(issuer, signature)| {
            let list = List {
                signature: *signature,
                ..self.list.clone()
            };
            self.covered.iter().map(move |certificate| {
                let gap = status::gap(&list, certificate, issuer, at);
                let found = self.found.get(&certificate.serial_content).copied();
                let status = status::status(gap.clone(), found);
                (certificate.as_ref(), issuer.as_ref(), gap, status)
            })
        })
    }
}

/// What a gap is among those that a path knows.
fn lack(gap: &Gap) -> Lack {
    match gap {
        Gap::Ended(_) => Lack::Ended,
        Gap::FromTheFuture(_) => Lack::FromTheFuture,
        Gap::BadSignature | Gap::SignerMissing => Lack::BadSignature,
        Gap::WeakHash => Lack::WeakHash,
        Gap::MayNotSign => Lack::MayNotSign,
        Gap::OutOfScope(_) | Gap::SerialAlone | Gap::OtherIssuer => Lack::OutOfScope,
        Gap::NotJudgedHere(_) | Gap::SignatureUnknown(_) => Lack::NotJudged,
    }
}

fn has_key_of(one: &Certificate, other: &Certificate) -> bool {
    let keys = (one.x509().public_key(), other.x509().public_key());
    matches!(keys, (Ok(one), Ok(other)) if one.public_eq(&other))
}
