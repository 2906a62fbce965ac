//! What lists say that OpenSSL is not given, because they are too large for it; and what that makes of its
//! complaints.

use std::collections::HashMap;

use super::{Fault, FaultKind, codes};
use crate::x509::Certificate;

/// What lists that OpenSSL is not given say of certificates, each under an issuer.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// How many lists OpenSSL is not given.
    pub lists: usize,
    /// By the SHA-256 of the certificate and of its issuer.
    said: HashMap<(String, String), Vec<Said>>,
    /// Why one of them does not cover a certificate, in words.
    scopes: HashMap<(String, String), String>,
}

/// What one list says of one certificate. Good is what neither names it nor lacks anything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// Whether it proves that the certificate was revoked.
    pub revoked: bool,
    /// Why it proves nothing good.
    pub lack: Option<Lack>,
}

/// Why a list proves nothing good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lack {
    /// It is past its next update.
    Ended,
    /// It is from the future.
    FromTheFuture,
    /// Its signature is not the issuer's.
    BadSignature,
    /// It is signed with a hash that is broken.
    WeakHash,
    /// The issuer may not sign lists.
    MayNotSign,
    /// It is of a kind that only OpenSSL judges, and too large for that.
    NotJudged,
    /// It does not cover the certificate.
    OutOfScope,
}

impl Lack {
    /// The same faults, in the same words, as where OpenSSL says it of a small list.
    fn faults(self) -> Vec<(FaultKind, &'static str)> {
        match self {
            Self::Ended => vec![codes::meaning(12)],
            Self::FromTheFuture => vec![codes::meaning(11)],
            Self::BadSignature => vec![codes::meaning(8)],
            Self::WeakHash => vec![codes::WEAK_LIST],
            Self::MayNotSign => vec![codes::meaning(35)],
            Self::OutOfScope => vec![codes::meaning(44), codes::meaning(3)],
            Self::NotJudged => vec![(
                FaultKind::ListUnusable,
                "its issuer's revocation list is of a kind that OpenSSL judges, and too large for it",
            )],
        }
    }
}

impl Said {
    fn is_good(self) -> bool {
        !self.revoked && self.lack.is_none()
    }

    fn faults(self) -> Vec<(FaultKind, &'static str)> {
        let lack = self.lack.map(Lack::faults).unwrap_or_default();
        let revoked = self.revoked.then(|| codes::meaning(23));
        revoked.into_iter().chain(lack).collect()
    }
}

impl Told {
    /// Takes along what a list says of a certificate under an issuer.
    pub fn add(&mut self, certificate: &Certificate, issuer: &Certificate, said: Said) {
        let pair = (certificate.sha256.clone(), issuer.sha256.clone());
        self.said.entry(pair).or_default().push(said);
    }

    /// Takes along why a list does not cover a certificate under an issuer.
    pub fn add_scope(&mut self, certificate: &Certificate, issuer: &Certificate, why: String) {
        let pair = (certificate.sha256.clone(), issuer.sha256.clone());
        self.scopes.insert(pair, why);
    }

    /// Why a list does not cover a certificate under an issuer, as a fragment, where one does not.
    pub fn scope(&self, certificate: &Certificate, issuer: &Certificate) -> Option<&String> {
        let pair = (certificate.sha256.clone(), issuer.sha256.clone());
        self.scopes.get(&pair)
    }

    /// What the lists that say nothing good of a certificate under an issuer lack.
    pub fn lacks(
        &self,
        certificate: &Certificate,
        issuer: &Certificate,
    ) -> impl Iterator<Item = Lack> {
        self.of(certificate, issuer)
            .iter()
            .filter_map(|said| said.lack)
    }

    /// What is said of a certificate under an issuer, a list each.
    pub(super) fn of(&self, certificate: &Certificate, issuer: &Certificate) -> &[Said] {
        let pair = (certificate.sha256.clone(), issuer.sha256.clone());
        self.said.get(&pair).map_or(&[], Vec::as_slice)
    }
}

/// Joins what is said of the certificate at this depth to what OpenSSL has against it; `found_good` says that OpenSSL
/// had a list of its issuer, and nothing against that.
///
/// As among small lists: revoked by one is revoked, and good by one is good, whatever is wrong with the others.
pub(super) fn settle(faults: &mut Vec<Fault>, depth: usize, said: &[Said], found_good: bool) {
    let is_missing = |kind| kind == FaultKind::ListMissing;
    let mut drop_all = |those: fn(FaultKind) -> bool| {
        faults.retain(|fault| fault.depth != depth || !those(fault.kind));
    };
    // Two may name it: what one of them lacks is then of no matter.
    let revoked = said.iter().filter(|it| it.revoked);
    let best = match revoked.min_by_key(|it| it.lack) {
        Some(revoked) => Some(revoked),
        None if said.iter().any(|it| it.is_good()) => {
            drop_all(FaultKind::is_open);
            None
        }
        None if found_good => None,
        None => said.iter().min_by_key(|it| it.lack),
    };
    let Some(mut best) = best.copied() else {
        return;
    };
    if best.revoked && (found_good || said.iter().any(|it| it.lack.is_none())) {
        best.lack = None;
    }
    drop_all(is_missing);
    for said in best.faults() {
        let known = |fault: &Fault| fault.depth == depth && fault.kind == said.0;
        if !faults.iter().any(known) {
            faults.push(Fault::own(depth, said));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{FaultKind::*, *};

    const GOOD: Said = Said {
        revoked: false,
        lack: None,
    };
    const REVOKED: Said = Said {
        revoked: true,
        lack: None,
    };

    const fn lacking(lack: Lack) -> Said {
        Said {
            revoked: false,
            lack: Some(lack),
        }
    }

    /// What stands against a certificate in the end, where OpenSSL has these against it.
    #[track_caller]
    fn settles(openssl: &[FaultKind], said: &[Said], wanted: &[FaultKind]) {
        let fault = |kind: &FaultKind| Fault {
            kind: *kind,
            depth: 1,
            note: String::new(),
            code: Some(0),
        };
        let mut faults: Vec<Fault> = openssl.iter().map(fault).collect();
        let found_good = !openssl.iter().any(|kind| kind.is_open());
        // Another certificate's faults are not touched.
        faults.push(Fault {
            depth: 0,
            ..fault(&ListMissing)
        });
        settle(&mut faults, 1, said, found_good);
        let (others, mut kinds): (Vec<_>, Vec<_>) = faults.iter().partition(|it| it.depth == 0);
        kinds.sort_by_key(|it| it.kind);
        let kinds: Vec<FaultKind> = kinds.iter().map(|it| it.kind).collect();
        assert_eq!(kinds, wanted, "{openssl:?} {said:?}");
        assert_eq!(others.len(), 1);
    }

    #[test]
    fn a_good_word_heals_what_is_open_and_nothing_else() {
        settles(&[ListMissing], &[GOOD], &[]);
        settles(&[ListExpired], &[GOOD], &[]);
        settles(&[Expired, ListUnusable], &[GOOD], &[Expired]);
        settles(&[Revoked], &[GOOD], &[Revoked]);
        settles(&[ListMissing], &[lacking(Lack::Ended), GOOD], &[]);
    }

    #[test]
    fn revoked_by_one_list_is_revoked_whatever_the_others_say() {
        settles(&[ListMissing], &[REVOKED], &[Revoked]);
        settles(&[], &[REVOKED], &[Revoked]);
        settles(&[ListMissing], &[GOOD, REVOKED], &[Revoked]);
        settles(&[Revoked], &[REVOKED], &[Revoked]);
        let old = Said {
            revoked: true,
            lack: Some(Lack::Ended),
        };
        settles(&[ListMissing], &[old], &[Revoked, ListExpired]);
    }

    #[test]
    fn what_a_list_lacks_stands_in_place_of_its_absence_unless_another_list_is_good() {
        settles(&[ListMissing], &[], &[ListMissing]);
        settles(&[ListMissing], &[lacking(Lack::Ended)], &[ListExpired]);
        settles(&[], &[lacking(Lack::Ended)], &[]);
        settles(
            &[ListMissing],
            &[lacking(Lack::OutOfScope)],
            &[ListMissing, ListUnusable],
        );
        // The one that covers the certificate explains more.
        let both = [lacking(Lack::OutOfScope), lacking(Lack::BadSignature)];
        settles(&[ListMissing], &both, &[ListUnusable]);
        settles(&[ListMissing], &[lacking(Lack::NotJudged)], &[ListUnusable]);
    }
}
