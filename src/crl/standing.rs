//! Whether a list can be relied on now, and until it is fetched again.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::{Gap, List, Signature, status};
use crate::x509::Certificate;

/// How far a list can be relied on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// It holds, and until the next run.
    Holds,
    /// It holds now, and ends before the next run: servers would refuse everybody in between.
    EndsBeforeNextRun,
    /// It has ended.
    Ended,
    /// It begins only later.
    FromTheFuture,
    /// Its signature is not its issuer's.
    Forged,
    /// Nothing that it says counts: it is signed with a broken hash, or by a key that may not sign lists.
    Unusable,
    /// It is of a kind that is not judged here, and that servers read only where they are told to.
    NotJudged,
    /// It says nothing of when the next one is due.
    WithoutEnd,
    /// Nobody could tell whose signature it has.
    Unverified,
}

impl Standing {
    /// Of a list that this CA is said to have signed, at a time, where the next one is fetched after so long.
    pub fn of(
        list: &List,
        issuer: Option<&Certificate>,
        at: Timestamp,
        every: Option<SignedDuration>,
    ) -> Self {
        // To the second, as OpenSSL counts it: by its last one the next list is there (5.1.2.5).
        let now = at.as_second();
        let next_run = now.saturating_add(every.map_or(0, |every| every.as_secs()));
        match (list.signature, list.next_update.map(Timestamp::as_second)) {
            (Signature::DoesNotFit, _) => Self::Forged,
            _ if unusable(list, issuer).is_some() => Self::Unusable,
            _ if list.this_update.as_second() > now => Self::FromTheFuture,
            (_, Some(end)) if end <= now => Self::Ended,
            (_, Some(end)) if end <= next_run => Self::EndsBeforeNextRun,
            (Signature::NotTried, _) => Self::Unverified,
            (Signature::Fits, None) => Self::WithoutEnd,
            (Signature::Fits, Some(_)) if status::kind_gap(list).is_some() => Self::NotJudged,
            (Signature::Fits, Some(_)) => Self::Holds,
        }
    }

    /// What is wrong with a list of this standing, where that is a matter of what it is, and not of its dates.
    pub fn gap(self, list: &List, issuer: Option<&Certificate>) -> Option<Gap> {
        match self {
            Self::Unusable => unusable(list, issuer),
            Self::NotJudged => status::kind_gap(list),
            _ => None,
        }
    }

    /// Whether that is a failure, in contrast to what could not be told.
    pub fn fails(self) -> bool {
        matches!(
            self,
            Self::EndsBeforeNextRun
                | Self::Ended
                | Self::FromTheFuture
                | Self::Forged
                | Self::Unusable
        )
    }

    /// What to do about it, as an imperative sentence.
    pub fn next(self) -> Option<&'static str> {
        match self {
            // Of what a list is, its gap says what to do.
            Self::Holds | Self::Unusable | Self::NotJudged => None,
            Self::EndsBeforeNextRun => Some(
                "Fetch it more often than it is renewed: a server that checks lists refuses everybody once its list has ended.",
            ),
            Self::Ended => Some("Download it anew, and reload the server that reads it."),
            Self::FromTheFuture => {
                Some("Check this machine's clock (`timedatectl`); if it is right, ask the CA.")
            }
            Self::Forged => {
                Some("Download it anew; if it stays so, somebody made it up: ask the CA.")
            }
            Self::WithoutEnd => Some("Ask the CA when the next one is due: no program can tell."),
            Self::Unverified => Some("Name the CA that signs it with --issuer."),
        }
    }
}

/// Why nothing that a list says counts, whoever gave it.
fn unusable(list: &List, issuer: Option<&Certificate>) -> Option<Gap> {
    let gap = status::signer_gap(list, issuer?)?;
    matches!(gap, Gap::WeakHash | Gap::MayNotSign).then_some(gap)
}
