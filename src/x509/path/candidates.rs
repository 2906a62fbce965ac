//! Finds the candidate paths from a leaf to the anchors: depth first, with backtracking, within limits.
//!
//! An issuer is one whose subject is the issuer's name. Where several bear it (a CA that was cross-signed,
//! or that got a new key under its old name) the signature decides; key identifiers and dates decide the
//! order only, so that a wrong one is explained and not silently passed over.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Instant,
};

use jiff::Timestamp;

use super::{LONGEST_SEARCH, MOST_PATHS};
use crate::x509::Certificate;

/// More certificates than this stand in no real path; OpenSSL's own limit is the same.
const LONGEST_PATH: usize = 100;

/// More steps than this are taken for no leaf: junk with many issuers of one name ends here.
const MOST_STEPS: usize = 20_000;

/// More signatures than this are tried for no leaf, so that thousands of issuers of one name end here soon.
const MOST_SIGNATURES: usize = 2_000;

/// The anchors, found by the hash of their subject.
pub(super) struct Anchors {
    all: Vec<Arc<Certificate>>,
    by_subject: HashMap<u32, Vec<usize>>,
}

impl Anchors {
    pub(super) fn new(all: Vec<Arc<Certificate>>) -> Self {
        let by_subject = index(&all);
        Self { all, by_subject }
    }

    pub(super) fn all(&self) -> &[Arc<Certificate>] {
        &self.all
    }
}

/// What was shown besides the anchors; the leaf is the first.
pub(super) struct Pool {
    pub(super) all: Vec<Arc<Certificate>>,
    by_subject: HashMap<u32, Vec<usize>>,
}

impl Pool {
    pub(super) fn new(leaf: &Arc<Certificate>, others: &[Arc<Certificate>]) -> Self {
        let mut seen = HashSet::new();
        let all: Vec<_> = std::iter::once(leaf)
            .chain(others)
            .filter(|certificate| seen.insert(certificate.sha256.as_str()))
            .cloned()
            .collect();
        let by_subject = index(&all);
        Self { all, by_subject }
    }
}

fn index(certificates: &[Arc<Certificate>]) -> HashMap<u32, Vec<usize>> {
    let mut by_subject: HashMap<u32, Vec<usize>> = HashMap::new();
    for (number, certificate) in certificates.iter().enumerate() {
        let hash = certificate.x509().subject_name_hash();
        by_subject.entry(hash).or_default().push(number);
    }
    by_subject
}

/// One path, leaf first.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    /// The certificates; the last is the anchor where there is one.
    pub(super) certificates: Vec<Arc<Certificate>>,
    /// Which anchor it ends with.
    pub(super) anchor: Option<usize>,
}

/// Where an issuer was found.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Anchor(usize),
    Pool(usize),
}

/// A walk through all paths, one at a time.
pub(super) struct Search<'a> {
    anchors: &'a Anchors,
    pool: &'a Pool,
    at: Timestamp,
    /// For each certificate of the path so far (by its number in the pool), the issuers still to be tried.
    trail: Vec<(usize, Vec<Place>)>,
    /// Who may have issued a certificate of the pool, found once: many paths go through it.
    issuers: HashMap<usize, Vec<Place>>,
    signatures: usize,
    /// The leaf itself may be an anchor.
    direct: Vec<usize>,
    longest: Vec<usize>,
    found: usize,
    steps: usize,
    started: Instant,
    truncated: bool,
}

impl<'a> Search<'a> {
    pub(super) fn new(anchors: &'a Anchors, pool: &'a Pool, at: Timestamp) -> Self {
        let leaf = &pool.all[0];
        let direct = (0..anchors.all.len())
            .filter(|number| anchors.all[*number].sha256 == leaf.sha256)
            .take(1)
            .collect();
        let mut search = Self {
            anchors,
            pool,
            at,
            trail: Vec::new(),
            issuers: HashMap::new(),
            signatures: 0,
            direct,
            longest: vec![0],
            found: 0,
            steps: 0,
            started: Instant::now(),
            truncated: false,
        };
        search.enter(0);
        search
    }

    /// Whether the search ended at a limit, so that there may be more paths.
    pub(super) fn is_truncated(&self) -> bool {
        self.truncated
    }

    /// The longest path that was seen, whether or not it leads anywhere.
    pub(super) fn longest(&self, leaf: &Arc<Certificate>) -> Candidate {
        let mut certificates: Vec<_> = self
            .longest
            .iter()
            .map(|number| Arc::clone(&self.pool.all[*number]))
            .collect();
        if certificates.is_empty() {
            certificates.push(Arc::clone(leaf));
        }
        Candidate {
            certificates,
            anchor: None,
        }
    }

    /// The next path that ends with an anchor.
    pub(super) fn next(&mut self) -> Option<Candidate> {
        if let Some(anchor) = self.direct.pop() {
            return Some(self.candidate(anchor, 0));
        }
        while let Some((_, places)) = self.trail.last_mut() {
            let Some(place) = places.pop() else {
                self.trail.pop();
                continue;
            };
            self.steps += 1;
            if self.found >= MOST_PATHS
                || self.steps > MOST_STEPS
                || (self.steps.is_multiple_of(16) && self.started.elapsed() > LONGEST_SEARCH)
            {
                self.truncated = true;
                return None;
            }
            match place {
                Place::Anchor(anchor) => {
                    self.found += 1;
                    return Some(self.candidate(anchor, self.trail.len()));
                }
                Place::Pool(number) => self.enter(number),
            }
        }
        None
    }

    /// The path so far, ended by an anchor.
    fn candidate(&self, anchor: usize, length: usize) -> Candidate {
        let certificates = self.trail[..length]
            .iter()
            .map(|(number, _)| &self.pool.all[*number])
            .chain([&self.anchors.all[anchor]])
            .cloned()
            .collect();
        Candidate {
            certificates,
            anchor: Some(anchor),
        }
    }

    fn enter(&mut self, number: usize) {
        let places = if self.trail.len() + 1 < LONGEST_PATH {
            self.issuers(number)
        } else {
            Vec::new()
        };
        self.trail.push((number, places));
        if self.trail.len() > self.longest.len() {
            self.longest = self.trail.iter().map(|(number, _)| *number).collect();
        }
    }

    /// Who may have issued a certificate of the pool and leads somewhere new, the most likely last.
    fn issuers(&mut self, number: usize) -> Vec<Place> {
        if !self.issuers.contains_key(&number) {
            let found = self.signers(number);
            self.issuers.insert(number, found);
        }
        let leads_on = |place: &Place| match place {
            Place::Pool(other) => !self.repeats(number, *other),
            Place::Anchor(_) => true,
        };
        let known = self.issuers[&number].iter();
        known.copied().filter(leads_on).collect()
    }

    /// Those of the issuer's name whose key signed it, or all of that name where none did, the most likely last.
    fn signers(&mut self, number: usize) -> Vec<Place> {
        let child = Arc::clone(&self.pool.all[number]);
        let mut likely = self.named(&child);
        likely.sort_by_key(|place| self.likelihood(&child, *place));
        if likely.len() < 2 {
            return likely;
        }
        let room = MOST_SIGNATURES - self.signatures;
        if room < likely.len() {
            self.truncated = true;
            likely.drain(..likely.len() - room);
        }
        self.signatures += likely.len();
        let is_signer = |place: &Place| child.is_signed_by(self.certificate(*place));
        let signers: Vec<Place> = likely.iter().copied().filter(is_signer).collect();
        match signers.is_empty() {
            true => likely,
            false => signers,
        }
    }

    /// What bears the name of a certificate's issuer, but for a copy of the certificate's own name and key.
    fn named(&self, child: &Certificate) -> Vec<Place> {
        let hash = child.x509().issuer_name_hash();
        let of = |by_subject: &HashMap<u32, Vec<usize>>| -> Vec<usize> {
            by_subject.get(&hash).cloned().unwrap_or_default()
        };
        let pool = of(&self.pool.by_subject)
            .into_iter()
            .filter(|other| !is_same_authority(child, &self.pool.all[*other]))
            .map(Place::Pool);
        let anchors = of(&self.anchors.by_subject).into_iter().map(Place::Anchor);
        pool.chain(anchors)
            .filter(|place| child.has_issuer_name_of(self.certificate(*place)))
            .collect()
    }

    fn certificate(&self, place: Place) -> &Arc<Certificate> {
        match place {
            Place::Anchor(number) => &self.anchors.all[number],
            Place::Pool(number) => &self.pool.all[number],
        }
    }

    /// Higher is tried first: an anchor, the right key identifier, dates that hold.
    fn likelihood(&self, child: &Certificate, place: Place) -> (bool, bool, bool, bool) {
        let issuer = self.certificate(place);
        (
            child.names_issuer(issuer),
            issuer.is_valid_at(self.at),
            matches!(place, Place::Anchor(_)),
            issuer.is_ca(),
        )
    }

    /// Whether a certificate's name and key stand in the path already: going through it again leads nowhere new.
    fn repeats(&self, last: usize, other: usize) -> bool {
        let other = &self.pool.all[other];
        self.trail
            .iter()
            .map(|(number, _)| *number)
            .chain([last])
            .map(|number| &self.pool.all[number])
            .any(|known| is_same_authority(known, other))
    }
}

/// Whether two certificates are of one name and key.
fn is_same_authority(one: &Certificate, other: &Certificate) -> bool {
    one.spki_sha256 == other.spki_sha256 && one.subject == other.subject
}
