//! Why the lists that were given say nothing of a certificate: OpenSSL says no more than that none will do.

use std::sync::Arc;

use jiff::Timestamp;

use crate::{
    crl::{
        self, Gap,
        lookup::{self, Wanted},
        status::{self, Status},
    },
    x509::{
        Certificate, RevocationList,
        path::{Lack, Policy},
    },
};

/// Of each certificate of a path the best of what the lists of its issuer's name lack, where none is good.
pub(super) fn gaps(path: &[Arc<Certificate>], policy: &Policy) -> Vec<Option<Gap>> {
    let pairs = path.windows(2);
    let gap = |pair: &[Arc<Certificate>]| {
        let (certificate, issuer) = (&pair[0], &pair[1]);
        let small = policy.lists.iter();
        let small = small.map(|list| of_small(list, certificate, issuer, policy.at));
        let scope = || policy.told.scope(certificate, issuer).cloned();
        let large = policy.told.lacks(certificate, issuer);
        let large = large.map(|lack| of_large(lack, scope));
        let gaps = small.flatten().chain(large.flatten());
        let said: Vec<_> = gaps.map(Status::Undetermined).collect();
        match lookup::best(&Wanted::Certificate(Arc::clone(certificate)), said.iter()) {
            Status::Undetermined(gap) if gap != Gap::OtherIssuer => Some(gap),
            _ => None,
        }
    };
    pairs.map(gap).collect()
}

fn of_small(
    list: &RevocationList,
    certificate: &Certificate,
    issuer: &Certificate,
    at: Timestamp,
) -> Option<Gap> {
    let der = list.x509().to_der().ok()?;
    let key = issuer.x509().public_key().ok()?;
    let read = crl::scan(der.as_slice(), Some(&key), |_| ()).ok()?;
    status::gap(&read, certificate, issuer, at)
}

/// What is said of a large list in the words of a path, in those of lists.
fn of_large(lack: Lack, scope: impl Fn() -> Option<String>) -> Option<Gap> {
    match lack {
        // The path says when.
        Lack::Ended | Lack::FromTheFuture => None,
        Lack::BadSignature => Some(Gap::BadSignature),
        Lack::WeakHash => Some(Gap::WeakHash),
        Lack::MayNotSign => Some(Gap::MayNotSign),
        Lack::NotJudged => Some(Gap::NotJudgedHere(
            "it is of a kind that OpenSSL judges, and too large for it",
        )),
        Lack::OutOfScope => Some(Gap::OutOfScope(scope()?)),
    }
}
