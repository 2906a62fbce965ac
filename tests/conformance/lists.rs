//! The two judges of revocation lists hold together: the room that streams, and OpenSSL.

use std::sync::Arc;

use ptl::{
    crl::{
        self, Gap,
        index::Found,
        status::{self, Status},
    },
    x509::{
        Certificate, RevocationList,
        path::{FaultKind, Judge, Policy, Revocation},
    },
};

/// What a list comes to for a certificate, in the words that both judges share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Word {
    Good,
    Revoked,
    Open,
}

/// What the room makes of a list; `None` where it leaves that to OpenSSL.
pub(crate) fn ours(
    list: &RevocationList,
    certificate: &Certificate,
    issuer: &Certificate,
    at: jiff::Timestamp,
) -> Option<Word> {
    let key = issuer.x509().public_key().unwrap();
    let der = list.x509().to_der().unwrap();
    let mut found = None;
    let read = crl::scan(der.as_slice(), Some(&key), |entry| {
        if entry.serial == certificate.serial_content {
            found = Some(Found {
                since: entry.revoked_at(),
                reason: entry.reason(),
            });
        }
    });
    let read = read.unwrap_or_else(|problem| panic!("OpenSSL reads it, and {problem}"));
    match status::status(status::gap(&read, certificate, issuer, at), found) {
        Status::Good => Some(Word::Good),
        Status::Revoked { .. } => Some(Word::Revoked),
        Status::Undetermined(Gap::NotJudgedHere(_) | Gap::SignatureUnknown(_)) => None,
        Status::Undetermined(_) => Some(Word::Open),
    }
}

/// What OpenSSL makes of a list.
pub(crate) fn openssls(
    list: &Arc<RevocationList>,
    certificate: &Arc<Certificate>,
    issuer: &Arc<Certificate>,
    at: jiff::Timestamp,
) -> Word {
    let policy = Policy {
        revocation: Revocation::Leaf,
        lists: vec![Arc::clone(list)],
        ..Policy::at(at)
    };
    let judge = Judge::new(vec![Arc::clone(issuer)], policy).unwrap();
    let judgement = judge.judge(certificate, &[]).unwrap();
    let has = |wanted: fn(FaultKind) -> bool| judgement.faults.iter().any(|it| wanted(it.kind));
    if has(|kind| kind == FaultKind::Revoked) {
        Word::Revoked
    } else if has(FaultKind::is_open) {
        Word::Open
    } else {
        Word::Good
    }
}
