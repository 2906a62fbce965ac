//! Who judges a path: ptl looks for the paths, OpenSSL judges each one, and ptl's own rules may only add.
//!
//! OpenSSL does not backtrack: where the first issuer that it finds leads nowhere, it gives up. So the
//! candidate paths are found here (see `candidates`), and each is handed to OpenSSL with that path's
//! anchor as its only trust and that path's intermediates alone, every parameter explicit. What OpenSSL
//! refuses stays refused. `rules` adds where RFC 5280 demands more than OpenSSL asks for.

mod candidates;
mod codes;
mod peer;
mod policy;
mod revocation;
mod rules;
mod told;
mod verify;
mod vouching;

use std::sync::Arc;

use rayon::prelude::{IntoParallelRefIterator, ParallelIterator};

pub use peer::as_peer;
pub use policy::{Demands, Host, Policy, Purpose, Revocation, Sha1};
pub use told::{Lack, Said, Told};

use super::Certificate;
use crate::error::{Error, Result};

/// The most paths that are judged for one leaf.
pub const MOST_PATHS: usize = 64;

/// How long one leaf may take.
pub const LONGEST_SEARCH: std::time::Duration = std::time::Duration::from_secs(2);

/// Anchors and a policy, ready to judge any number of leaves from any number of threads.
pub struct Judge {
    anchors: candidates::Anchors,
    policy: Policy,
    /// For each purpose that is wanted one store for each anchor.
    passes: Vec<verify::Pass>,
}

/// A leaf, and what else was shown with it.
pub type Shown = (Arc<Certificate>, Vec<Arc<Certificate>>);

/// What was found out about one leaf: the path that was accepted, or the one that came closest.
#[derive(Clone, Debug)]
pub struct Judgement {
    /// The path, leaf first; it ends with the anchor if it reaches one.
    pub path: Vec<Arc<Certificate>>,
    /// Which anchor it ends with, counted as given.
    pub anchor: Option<usize>,
    /// Everything against it, from OpenSSL and from ptl's own rules; nothing: accepted.
    pub faults: Vec<Fault>,
    /// How many paths were judged.
    pub tried: usize,
    /// Whether there were more paths than were judged.
    pub truncated: bool,
}

/// One thing against a path.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Fault {
    /// What kind of thing.
    pub kind: FaultKind,
    /// Which certificate of the path it is about: 0 is the leaf.
    pub depth: usize,
    /// What was seen and what was wanted, as a fragment without the certificate's name.
    pub note: String,
    /// OpenSSL's number for it, where OpenSSL said it.
    pub code: Option<i32>,
}

impl Fault {
    /// What ptl itself has against a certificate.
    fn own(depth: usize, (kind, note): (FaultKind, &str)) -> Self {
        Self {
            kind,
            depth,
            note: note.to_owned(),
            code: None,
        }
    }
}

/// What kinds of things can stand against a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FaultKind {
    /// The issuer is not among those given.
    IssuerMissing,
    /// The path ends with a self-signed certificate that is not trusted.
    SelfSigned,
    /// A signature does not fit.
    BadSignature,
    /// A certificate is past its last day.
    Expired,
    /// A certificate's first day has not come.
    NotYetValid,
    /// A certificate that issued another may not.
    NotACa,
    /// There are more CAs than one of them, or the policy, allows.
    PathTooLong,
    /// A name breaks a CA's name constraints.
    NameConstraint,
    /// A critical extension is not understood.
    UnknownCriticalExtension,
    /// A certificate breaks the rules of its own form.
    Malformed,
    /// Certificate policies do not allow the path.
    PolicyRefused,
    /// A SHA-1 signature stands below the anchor.
    Sha1,
    /// A signature with a hash that is broken stands below the anchor.
    WeakHash,
    /// A key is too small to protect anything.
    WeakKey,
    /// The leaf does not name the host.
    WrongName,
    /// A certificate of the path is not for servers.
    NotForServers,
    /// A certificate of the path is not for clients.
    NotForClients,
    /// A certificate is revoked.
    Revoked,
    /// There is no revocation list for a certificate.
    ListMissing,
    /// The revocation list is past its next update.
    ListExpired,
    /// The revocation list is from the future.
    ListNotYetValid,
    /// The revocation list cannot be used: signature, scope or form.
    ListUnusable,
    /// OpenSSL refuses the path for another reason.
    Other,
}

impl FaultKind {
    /// Every kind.
    pub const ALL: &'static [Self] = &[
        Self::IssuerMissing,
        Self::SelfSigned,
        Self::BadSignature,
        Self::Expired,
        Self::NotYetValid,
        Self::NotACa,
        Self::PathTooLong,
        Self::NameConstraint,
        Self::UnknownCriticalExtension,
        Self::Malformed,
        Self::PolicyRefused,
        Self::Sha1,
        Self::WeakHash,
        Self::WeakKey,
        Self::WrongName,
        Self::NotForServers,
        Self::NotForClients,
        Self::Revoked,
        Self::ListMissing,
        Self::ListExpired,
        Self::ListNotYetValid,
        Self::ListUnusable,
        Self::Other,
    ];

    /// Whether it is about dates.
    pub fn is_of_dates(self) -> bool {
        matches!(self, Self::Expired | Self::NotYetValid)
    }

    /// Whether it leaves the question open instead of answering it with no.
    pub fn is_open(self) -> bool {
        matches!(
            self,
            Self::ListMissing | Self::ListExpired | Self::ListNotYetValid | Self::ListUnusable
        )
    }
}

impl Judgement {
    /// Whether the path is accepted.
    pub fn is_accepted(&self) -> bool {
        self.anchor.is_some() && self.faults.is_empty()
    }

    /// The faults of these kinds.
    pub fn faults_of<'a>(&'a self, kinds: &'a [FaultKind]) -> impl Iterator<Item = &'a Fault> {
        self.faults
            .iter()
            .filter(|fault| kinds.contains(&fault.kind))
    }

    /// How far it is from being accepted, for choosing the path that explains most.
    fn distance(&self) -> (bool, bool, usize) {
        let shut = self.faults.iter().any(|fault| !fault.kind.is_open());
        (self.anchor.is_none(), shut, self.faults.len())
    }
}

impl Judge {
    /// Makes everything ready that does not depend on the leaf.
    ///
    /// # Errors
    /// Where OpenSSL cannot take an anchor or a parameter.
    pub fn new(anchors: Vec<Arc<Certificate>>, policy: Policy) -> Result<Self> {
        let passes = verify::passes(&anchors, &policy).map_err(|error| {
            Error::internal("OpenSSL could not be made ready to judge paths").because(error)
        })?;
        Ok(Self {
            anchors: candidates::Anchors::new(anchors),
            policy,
            passes,
        })
    }

    /// The policy that it judges by.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The anchors, as given.
    pub fn anchors(&self) -> &[Arc<Certificate>] {
        self.anchors.all()
    }

    /// Judges a leaf with what else was shown: the first path that is accepted, else the closest.
    ///
    /// # Errors
    /// Where OpenSSL cannot judge at all.
    pub fn judge(&self, leaf: &Arc<Certificate>, others: &[Arc<Certificate>]) -> Result<Judgement> {
        let pool = candidates::Pool::new(leaf, others);
        let mut search = candidates::Search::new(&self.anchors, &pool, self.policy.at);
        let mut best: Option<Judgement> = None;
        let mut tried = 0;
        while let Some(candidate) = search.next() {
            tried += 1;
            let judgement = self.judge_path(&candidate, &pool)?;
            let accepted = judgement.is_accepted();
            if best
                .as_ref()
                .is_none_or(|best| judgement.distance() < best.distance())
            {
                best = Some(judgement);
            }
            if accepted {
                break;
            }
        }
        let mut best = match best {
            Some(best) => best,
            None => self.judge_path(&search.longest(leaf), &pool)?,
        };
        best.tried = tried;
        best.truncated = search.is_truncated() && !best.is_accepted();
        Ok(best)
    }

    /// Judges many leaves, each with what else was shown, on all cores; the order stays.
    ///
    /// # Errors
    /// Where OpenSSL cannot judge one of them at all.
    pub fn judge_all(&self, chains: &[Shown]) -> Result<Vec<Judgement>> {
        chains
            .par_iter()
            .map(|(leaf, others)| self.judge(leaf, others))
            .collect()
    }

    fn judge_path(
        &self,
        candidate: &candidates::Candidate,
        pool: &candidates::Pool,
    ) -> Result<Judgement> {
        let mut faults: Vec<Fault> = Vec::new();
        let mut path = Vec::new();
        for pass in &self.passes {
            let (seen, found) =
                verify::run(pass, candidate, pool, &self.policy).map_err(|error| {
                    Error::internal("OpenSSL could not judge a path").because(error)
                })?;
            path = seen;
            merge(&mut faults, found);
        }
        if self.policy.demands == Demands::Full {
            let more = rules::judge(&path, candidate.anchor.is_some(), &self.policy);
            merge(&mut faults, more);
        }
        faults.sort_by_key(|fault| (fault.depth, fault.kind));
        Ok(Judgement {
            path,
            anchor: candidate.anchor,
            faults,
            tried: 1,
            truncated: false,
        })
    }
}

/// Adds what is new: one kind about one certificate is said once, in the words that came first.
fn merge(faults: &mut Vec<Fault>, more: Vec<Fault>) {
    for fault in more {
        if !faults
            .iter()
            .any(|known| known.kind == fault.kind && known.depth == fault.depth)
        {
            faults.push(fault);
        }
    }
}
