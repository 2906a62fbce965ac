//! What OpenSSL's word on revocation lists comes to: never good without a valid list in scope.

use std::sync::Arc;

use openssl::x509::CrlStatus;

use super::{Fault, FaultKind, Policy, Revocation, candidates, told};
use crate::x509::{Certificate, same_name};

/// Certificates beside the path that may have signed a list: an issuer may keep a key for lists alone.
pub(super) fn signers(
    candidate: &candidates::Candidate,
    pool: &candidates::Pool,
    policy: &Policy,
) -> Vec<Arc<Certificate>> {
    if policy.revocation == Revocation::Off {
        return Vec::new();
    }
    pool.all
        .iter()
        .filter(|certificate| {
            let named = policy.lists.iter().any(|list| {
                let issuer = list.x509().issuer_name();
                let subject = certificate.x509().subject_name();
                same_name(issuer, subject)
            });
            let inside = candidate
                .certificates
                .iter()
                .any(|known| known.sha256 == certificate.sha256);
            named && !inside
        })
        .cloned()
        .collect()
}

/// Turns OpenSSL's complaints about lists into what the policy makes of them.
pub(super) fn settle(
    faults: &mut Vec<Fault>,
    path: &[Arc<Certificate>],
    anchored: bool,
    policy: &Policy,
) {
    // The anchor is not part of the path (RFC 5280, 6.1): nobody revokes it, though OpenSSL 3.0 asks.
    let judged = path.len() - usize::from(anchored && path.len() > 1);
    faults.retain(|fault| !is_of_lists(fault.kind) || fault.depth < judged);
    if policy.revocation == Revocation::Available {
        faults.retain(|fault| {
            fault.kind != FaultKind::ListMissing
                || path
                    .get(fault.depth)
                    .is_some_and(|certificate| has_list(certificate, policy))
        });
    }
    for depth in 0..judged {
        settle_one(faults, depth, path, policy);
    }
    for (depth, pair) in path.windows(2).take(judged).enumerate() {
        if depth > 0 && policy.revocation == Revocation::Leaf {
            break;
        }
        let asked = policy.revocation != Revocation::Available || has_list(&pair[0], policy);
        let is_open = |fault: &Fault| fault.depth == depth && fault.kind.is_open();
        let found_good = asked && !faults.iter().any(is_open);
        let said = policy.told.of(&pair[0], &pair[1]);
        told::settle(faults, depth, said, found_good);
    }
}

fn is_of_lists(kind: FaultKind) -> bool {
    kind.is_open() || kind == FaultKind::Revoked
}

/// A list that cannot be used proves nothing, neither good nor bad: OpenSSL, made to go on, would read a
/// forged one too. One that the issuer signed and that names the certificate proves that it was revoked,
/// however old the list is.
fn settle_one(faults: &mut Vec<Fault>, depth: usize, path: &[Arc<Certificate>], policy: &Policy) {
    let at = |faults: &[Fault], wanted: fn(FaultKind) -> bool| {
        faults
            .iter()
            .any(|fault| fault.depth == depth && wanted(fault.kind))
    };
    if !at(faults, FaultKind::is_open) {
        return;
    }
    let unusable = at(faults, |kind| {
        matches!(kind, FaultKind::ListUnusable | FaultKind::ListMissing)
    });
    let listed = path
        .get(depth)
        .zip(path.get(depth + 1))
        .is_some_and(|(certificate, issuer)| is_listed(certificate, issuer, policy));
    if unusable && !listed {
        faults.retain(|fault| fault.depth != depth || fault.kind != FaultKind::Revoked);
    }
}

fn has_list(certificate: &Certificate, policy: &Policy) -> bool {
    policy
        .lists
        .iter()
        .any(|list| same_name(list.x509().issuer_name(), certificate.x509().issuer_name()))
}

fn is_listed(certificate: &Certificate, issuer: &Certificate, policy: &Policy) -> bool {
    let Ok(key) = issuer.x509().public_key() else {
        return false;
    };
    policy.lists.iter().any(|list| {
        same_name(list.x509().issuer_name(), issuer.x509().subject_name())
            && matches!(
                list.x509().get_by_cert(certificate.x509()),
                CrlStatus::Revoked(_)
            )
            && list.x509().verify(&key).unwrap_or(false)
    })
}
