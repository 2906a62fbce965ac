//! What OpenSSL's word on revocation lists comes to: never good without a valid list in scope.

use std::sync::Arc;

use openssl::x509::{CrlStatus, ReasonCode, X509RevokedRef};

use super::{Fault, FaultKind, Policy, Revocation, candidates, codes, told};
use crate::x509::{Certificate, RevocationList, same_name};

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
    for (depth, pair) in path.windows(2).take(judged).enumerate() {
        if depth > 0 && policy.revocation == Revocation::Leaf {
            break;
        }
        settle_one(faults, depth, (&pair[0], &pair[1]), policy);
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
/// however old the list is, whatever it was made for, and whatever others say.
fn settle_one(
    faults: &mut Vec<Fault>,
    depth: usize,
    (certificate, issuer): (&Certificate, &Certificate),
    policy: &Policy,
) {
    let at = |faults: &[Fault], wanted: fn(FaultKind) -> bool| {
        faults
            .iter()
            .any(|fault| fault.depth == depth && wanted(fault.kind))
    };
    let proof = proof(certificate, issuer, policy);
    let is_open = match proof {
        None => at(faults, |kind| {
            matches!(kind, FaultKind::ListUnusable | FaultKind::ListMissing)
        }),
        // It may have been released since.
        Some(Proof::OnHold) => at(faults, FaultKind::is_open),
        Some(Proof::Revoked) => false,
    };
    if is_open {
        faults.retain(|fault| fault.depth != depth || fault.kind != FaultKind::Revoked);
    }
    if proof == Some(Proof::Revoked) && !at(faults, |kind| kind == FaultKind::Revoked) {
        faults.push(Fault::own(depth, codes::meaning(23)));
    }
    let weak = || policy.lists.iter().filter(|list| list.is_weak);
    if at(faults, |kind| kind == FaultKind::ListMissing)
        && weak().any(|list| is_of(list, certificate))
    {
        faults.retain(|fault| fault.depth != depth || fault.kind != FaultKind::ListMissing);
        faults.push(Fault::own(depth, codes::WEAK_LIST));
    }
}

/// The lists that OpenSSL is given: it would take a signature that proves nothing.
pub(super) fn usable(policy: &Policy) -> impl Iterator<Item = &Arc<RevocationList>> {
    policy.lists.iter().filter(|list| !list.is_weak)
}

pub(super) fn has_list(certificate: &Certificate, policy: &Policy) -> bool {
    policy.lists.iter().any(|list| is_of(list, certificate))
}

/// Whether the issuer of a certificate bears a list's name.
fn is_of(list: &RevocationList, certificate: &Certificate) -> bool {
    same_name(list.x509().issuer_name(), certificate.x509().issuer_name())
}

/// What a list proves of a certificate that it names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Proof {
    /// It was on hold when the list was made.
    OnHold,
    /// It is revoked for good.
    Revoked,
}

/// The best proof that the issuer's own lists have.
fn proof(certificate: &Certificate, issuer: &Certificate, policy: &Policy) -> Option<Proof> {
    let usage = issuer.extensions.key_usage.as_ref();
    if usage.is_some_and(|usage| !usage.allows("cRLSign")) {
        return None;
    }
    let own = usable(policy).filter(|list| {
        list.is_understood
            && !list.is_delta
            && same_name(list.x509().issuer_name(), issuer.x509().subject_name())
    });
    let proofs = own.filter_map(|list| {
        let CrlStatus::Revoked(entry) = list.x509().get_by_cert(certificate.x509()) else {
            return None;
        };
        let proof = match is_on_hold(entry) {
            true => Proof::OnHold,
            false => Proof::Revoked,
        };
        list.is_signed_by(issuer).then_some(proof)
    });
    proofs.max()
}

/// Whether an entry says certificateHold (RFC 5280, 5.3.1).
fn is_on_hold(entry: &X509RevokedRef) -> bool {
    let reason = entry.extension::<ReasonCode>().ok().flatten();
    reason.is_some_and(|(_, code)| code.get_i64().is_ok_and(|code| code == 6))
}
