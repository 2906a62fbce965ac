//! How long what an OCSP answer says holds (RFC 6960, 4.2.2.1): revocations for ever, all else until its next update.

use jiff::{SignedDuration, Timestamp};

use super::{
    super::Reason,
    Problem, Seen,
    form::{CertStatus, SingleResponse},
};

/// How long an answer is taken that does not say until when it holds: "newer word is there at any time"
/// (RFC 6960, 2.4), and a run that asked a moment ago may still look at it.
const WITHOUT_END: SignedDuration = SignedDuration::from_hours(1);

/// By how much a responder's clock and this one may differ: an answer is made in the second in which it is asked for,
/// and a clock that is behind would call it early. As much as `openssl ocsp` allows (`-validity_period`).
const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_mins(5);

/// Whether an entry stands whatever comes later: it revokes, and is not on hold.
pub(super) fn lasts(entry: &SingleResponse) -> bool {
    match reason(entry) {
        Some(reason) => reason.word() != "certificateHold",
        None => matches!(entry.status, CertStatus::Revoked(_)),
    }
}

/// Why an entry revokes, where it says.
pub(super) fn reason(entry: &SingleResponse) -> Option<Reason> {
    match entry.status {
        CertStatus::Revoked(revoked) => revoked.reason.map(|reason| Reason::of(reason as u8)),
        CertStatus::Good(_) | CertStatus::Unknown(_) => None,
    }
}

/// Whether an entry's dates leave it nothing to say now: to the second, both ends included, and for as long after and
/// before them as clocks may differ.
pub(super) fn problem(entry: &SingleResponse, seen: &Seen, at: Timestamp) -> Option<Problem> {
    let now = at.as_second();
    let begins = seen.this_update.as_second();
    let is_revoked = matches!(entry.status, CertStatus::Revoked(_));
    let problem = match seen.next_update {
        _ if begins.saturating_sub(CLOCKS_DIFFER.as_secs()) > now => {
            Problem::FromTheFuture(seen.this_update)
        }
        Some(next) if next.as_second().saturating_add(CLOCKS_DIFFER.as_secs()) < now => {
            Problem::Ended(next)
        }
        None if begins.saturating_add(WITHOUT_END.as_secs()) < now => {
            Problem::WithoutEnd(seen.this_update)
        }
        _ => return None,
    };
    let counts = !is_revoked || (!lasts(entry) && begins <= now);
    counts.then_some(problem)
}
