//! OCSP: one question to a responder, and what its answer says of a certificate (RFC 6960; RFC 5019).
//!
//! As with lists (`status`): that a certificate is good is believed of an answer that holds now; that it was
//! revoked, of any that the right one signed, however old it is.

mod answer;
mod certificate_id;
mod dates;
pub mod form;
mod problem;
mod signer;

use jiff::Timestamp;
use openssl::{
    error::ErrorStack,
    hash::MessageDigest,
    ocsp::{OcspCertId, OcspRequest},
};
use url::Url;

use self::{
    answer::{Answer, moment},
    dates::{lasts, reason},
    form::{CertStatus, SingleResponse},
};
use super::Reason;
use crate::{
    net::download::{Download, Downloader},
    x509::Certificate,
};

pub use answer::Seen;
pub use problem::{Fault, Problem};

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

impl Judged {
    /// Whether it revokes, and not on hold alone: that stands whatever comes later.
    fn revokes_for_good(&self) -> bool {
        matches!(self.said, Said::Revoked { reason, .. } if !reason.is_some_and(Reason::is_hold))
    }

    /// Whether, as the answer that is kept, it stays in its place where another of the same certificate comes: an old
    /// one that holds still may be sent again.
    pub fn stays_before(&self, other: &Self) -> bool {
        let since = |it: &Self| it.seen.as_ref().map(|seen| seen.this_update);
        match (self.revokes_for_good(), other.revokes_for_good()) {
            (true, false) => true,
            (false, true) => false,
            _ => !matches!(self.said, Said::Undetermined(_)) && since(self) > since(other),
        }
    }

    /// What another answer is worth beside this one, which is kept.
    pub fn beside(&self, other: Self) -> Self {
        match (&self.seen, self.revokes_for_good(), &other.said) {
            (Some(seen), true, Said::Good) => Self {
                said: Said::Undetermined(Problem::TakenBack(seen.this_update)),
                ..other
            },
            _ => other,
        }
    }
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
        .or_else(|| dates::problem(entry, &seen, at));
    Judged {
        said: said(entry, problem),
        seen: Some(seen),
    }
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
