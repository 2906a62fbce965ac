//! OCSP: one question to a responder, and what its answer says of a certificate (RFC 6960; RFC 5019).
//!
//! As with lists (`status`): that a certificate is good is believed of an answer that holds now; that it was
//! revoked, of any that the right one signed, however old it is.

mod answer;
pub mod form;
mod problem;
mod signer;

use jiff::{SignedDuration, Timestamp};
use openssl::{
    error::ErrorStack,
    hash::MessageDigest,
    ocsp::{OcspCertId, OcspRequest},
};
use url::Url;

use self::{
    answer::{Answer, moment},
    form::{CertStatus, SingleResponse},
};
use super::Reason;
use crate::{
    net::download::{Download, Downloader},
    x509::Certificate,
};

pub use answer::Seen;
pub use problem::{Fault, Problem};

/// How long an answer is taken that does not say until when it holds: "newer word is there at any time"
/// (RFC 6960, 2.4), and a run that asked a moment ago may still look at it.
const WITHOUT_END: SignedDuration = SignedDuration::from_hours(1);

/// What a responder says of a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// It is not revoked.
    Good,
    /// It is.
    Revoked {
        /// Since when.
        since: Timestamp,
        /// Why, where that is said.
        reason: Option<Reason>,
    },
    /// Nothing that can be relied on.
    Undetermined(Problem),
}

/// What an answer comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// What it says of the certificate.
    pub said: Said,
    /// What it says of itself; nothing where it does not speak of the certificate.
    pub seen: Option<Seen>,
}

/// The question for a certificate, DER. It names the certificate by SHA-1, as every responder takes it
/// (RFC 5019, 2.1.1), and has no nonce, so that an answer can be kept.
///
/// # Errors
/// Where OpenSSL fails.
pub fn request(certificate: &Certificate, issuer: &Certificate) -> Result<Vec<u8>, ErrorStack> {
    let id = OcspCertId::from_cert(MessageDigest::sha1(), certificate.x509(), issuer.x509())?;
    let mut request = OcspRequest::new()?;
    request.add_id(id)?;
    request.to_der()
}

/// Asks a responder for a certificate; the answer is the content of what comes, whatever it is.
///
/// # Errors
/// Where OpenSSL cannot make the question.
pub async fn ask(
    certificate: &Certificate,
    issuer: &Certificate,
    url: &Url,
    downloader: &Downloader,
) -> Result<Download, ErrorStack> {
    let question = request(certificate, issuer)?;
    Ok(downloader
        .post(url, "application/ocsp-request", question)
        .await)
}

/// What an answer, fresh or kept, says of a certificate of this issuer at a time.
pub fn judge(der: &[u8], certificate: &Certificate, issuer: &Certificate, at: Timestamp) -> Judged {
    let silent = |problem| Judged {
        said: Said::Undetermined(problem),
        seen: None,
    };
    let answer = match Answer::read(der) {
        Ok(answer) => answer,
        Err(problem) => return silent(problem),
    };
    let Some(entry) = answer.entry(certificate, issuer) else {
        return silent(Problem::OtherCertificate);
    };
    let seen = answer.seen(entry, issuer);
    // What stands for ever was signed when the signer's certificate was valid, which may have ended since.
    let signed_at = match lasts(entry) {
        true => seen.produced_at,
        false => at,
    };
    let problem = signer::problem(der, &answer, issuer, signed_at)
        .or_else(|| answer.is_odd(entry).then_some(Problem::NotUnderstood))
        .or_else(|| date_problem(entry, &seen, at));
    Judged {
        said: said(entry, problem),
        seen: Some(seen),
    }
}

/// Whether an entry stands whatever comes later: it revokes, and is not on hold.
fn lasts(entry: &SingleResponse) -> bool {
    match reason(entry) {
        Some(reason) => reason.word() != "certificateHold",
        None => matches!(entry.status, CertStatus::Revoked(_)),
    }
}

fn reason(entry: &SingleResponse) -> Option<Reason> {
    match entry.status {
        CertStatus::Revoked(revoked) => revoked.reason.map(|reason| Reason::of(reason as u8)),
        CertStatus::Good(_) | CertStatus::Unknown(_) => None,
    }
}

/// Whether an entry's dates leave it nothing to say now: to the second, both ends included, as with lists.
fn date_problem(entry: &SingleResponse, seen: &Seen, at: Timestamp) -> Option<Problem> {
    let now = at.as_second();
    let begins = seen.this_update.as_second();
    let is_revoked = matches!(entry.status, CertStatus::Revoked(_));
    let problem = match seen.next_update {
        _ if begins > now => Problem::FromTheFuture(seen.this_update),
        Some(next) if next.as_second() < now => Problem::Ended(next),
        None if begins.saturating_add(WITHOUT_END.as_secs()) < now => {
            Problem::WithoutEnd(seen.this_update)
        }
        _ => return None,
    };
    let counts = !is_revoked || (!lasts(entry) && begins <= now);
    counts.then_some(problem)
}

fn said(entry: &SingleResponse, problem: Option<Problem>) -> Said {
    match (entry.status, problem) {
        (_, Some(problem)) => Said::Undetermined(problem),
        (CertStatus::Good(_), None) => Said::Good,
        (CertStatus::Revoked(revoked), None) => Said::Revoked {
            since: moment(revoked.at),
            reason: reason(entry),
        },
        (CertStatus::Unknown(_), None) => Said::Undetermined(Problem::Unknown),
    }
}

#[cfg(test)]
mod tests;
