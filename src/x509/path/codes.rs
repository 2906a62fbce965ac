//! OpenSSL's numbers in ptl's words, and which of its strict complaints are let go.
//!
//! The numbers are `X509_V_ERR_*` of OpenSSL 3's `x509_vfy.h`; they never change meaning. Its texts do,
//! and are never looked at.

use std::sync::Arc;

use jiff::Timestamp;

use super::{Fault, FaultKind, verify::Use};
use crate::{openssl_ext::Complaint, x509::Certificate};

/// Whether a complaint is let go: one of `X509_V_FLAG_X509_STRICT` that RFC 5280's section 6, which says
/// what a validator must check, does not ask for, and that real CAs give cause to; or the last second.
pub(super) fn is_let_go(
    code: i32,
    depth: usize,
    path: &[Arc<Certificate>],
    anchored: bool,
    at: Timestamp,
) -> bool {
    let is_anchor = anchored && depth + 1 == path.len();
    match code {
        // The last second itself: valid still (4.1.2.5), which OpenSSL counts as over.
        10 => path
            .get(depth)
            .is_some_and(|certificate| certificate.is_valid_at(at)),
        // Key identifiers missing: a help for building paths (4.2.1.1, 4.2.1.2), not a condition of 6.1.
        85 | 86 => true,
        // Basic constraints not critical: every NHS CA before G2, as `NHS INT Level 1C`.
        89 => true,
        // CA without key usage: 6.1.4 (n) looks at it only where it is present.
        92 => true,
        // A path length on a leaf that is no CA: a rule for issuers (4.2.1.9), nothing is issued here.
        80 | 81 => depth == 0,
        // keyCertSign without CA on a leaf: as above. On an
        // anchor without basic constraints: as below.
        82 => {
            depth == 0
                || is_anchor
                    && path
                        .get(depth)
                        .is_some_and(|certificate| is_old_root(certificate))
        }
        // A version 1 root, or one without basic constraints whose key usage says that it signs
        // certificates: what is in an anchor beyond name and key is not part of the path (6.1.1 (d)).
        79 => {
            (depth == 0 || is_anchor)
                && path
                    .get(depth)
                    .is_some_and(|certificate| is_old_root(certificate))
        }
        _ => false,
    }
}

fn is_old_root(certificate: &Certificate) -> bool {
    let extensions = &certificate.extensions;
    let signs = extensions
        .key_usage
        .as_ref()
        .is_some_and(|usage| usage.allows("keyCertSign"));
    extensions.basic_constraints.is_none()
        && (signs || (certificate.version < 3 && certificate.is_self_issued()))
}

/// What OpenSSL's numbers mean; those that are not here mean [`FaultKind::Other`].
const MEANINGS: &[(&[i32], FaultKind, &str)] = {
    use FaultKind as Kind;
    &[
        (
            &[2, 20, 21, 27],
            Kind::IssuerMissing,
            "its issuer is not among the certificates given",
        ),
        (
            &[29, 30, 31],
            Kind::IssuerMissing,
            "its issuer's key identifier is another one",
        ),
        (
            &[18, 19],
            Kind::SelfSigned,
            "it signed itself, and is not among the trusted ones",
        ),
        (
            &[4, 7],
            Kind::BadSignature,
            "its signature does not fit its issuer's key",
        ),
        (
            &[6, 24],
            Kind::BadSignature,
            "its issuer's public key cannot be read",
        ),
        (
            &[76, 77, 78],
            Kind::BadSignature,
            "its signature algorithm is unknown or contradicts itself",
        ),
        (&[9], Kind::NotYetValid, "its first day has not come"),
        (&[10], Kind::Expired, "its last day is over"),
        (
            &[37, 79],
            Kind::NotACa,
            "it issued the certificate before it, and is no CA",
        ),
        (
            &[32],
            Kind::NotACa,
            "its key usage does not let it sign certificates",
        ),
        (
            &[81],
            Kind::NotACa,
            "it has a path length, and its key usage does not let it sign certificates",
        ),
        (
            &[82],
            Kind::NotACa,
            "its key usage lets it sign certificates, and it is no CA",
        ),
        (
            &[22, 25, 38],
            Kind::PathTooLong,
            "more CAs stand below it than are allowed",
        ),
        (
            &[47],
            Kind::NameConstraint,
            "a name below it is not among those that its issuer may certify",
        ),
        (
            &[48],
            Kind::NameConstraint,
            "a name below it is among those that its issuer must not certify",
        ),
        (
            &[46, 49, 50, 51, 52, 53],
            Kind::NameConstraint,
            "its name constraints, or the names under them, cannot be judged",
        ),
        (
            &[34],
            Kind::UnknownCriticalExtension,
            "a critical extension of it is not understood",
        ),
        (&[13, 14], Kind::Malformed, "its dates cannot be read"),
        (
            &[41],
            Kind::Malformed,
            "an extension of it cannot be read, or stands twice",
        ),
        (&[80], Kind::Malformed, "it has a path length, and is no CA"),
        (&[83], Kind::Malformed, "its issuer's name is empty"),
        (&[84], Kind::Malformed, "its subject is empty"),
        (
            &[87],
            Kind::Malformed,
            "its subject alternative name is empty",
        ),
        (
            &[88],
            Kind::Malformed,
            "its subject is empty, and its subject alternative name is not critical",
        ),
        (
            &[90],
            Kind::Malformed,
            "its authority key identifier is critical, which it must not be",
        ),
        (
            &[91],
            Kind::Malformed,
            "its subject key identifier is critical, which it must not be",
        ),
        (
            &[93],
            Kind::Malformed,
            "it has extensions, and is not of version 3",
        ),
        (
            &[94],
            Kind::Malformed,
            "its elliptic curve is spelled out instead of named",
        ),
        (
            &[42, 43, 45],
            Kind::PolicyRefused,
            "its certificate policies do not allow the path",
        ),
        (&[66, 67], Kind::WeakKey, "its key is too small"),
        (
            &[68],
            Kind::WeakHash,
            "its signature uses a hash that is too weak",
        ),
        (&[62, 63, 64], Kind::WrongName, "it does not name the host"),
        (
            &[23],
            Kind::Revoked,
            "it is on its issuer's revocation list",
        ),
        (&[3], Kind::ListMissing, "no revocation list covers it"),
        (
            &[12],
            Kind::ListExpired,
            "its issuer's revocation list is past its next update",
        ),
        (
            &[11],
            Kind::ListNotYetValid,
            "its issuer's revocation list is from the future",
        ),
        (
            &[5, 8, 101],
            Kind::ListUnusable,
            "the signature of its issuer's revocation list does not fit",
        ),
        (
            &[15, 16],
            Kind::ListUnusable,
            "the dates of its issuer's revocation list cannot be read",
        ),
        (
            &[33],
            Kind::ListUnusable,
            "the signer of its revocation list is not among the certificates given",
        ),
        (
            &[35],
            Kind::ListUnusable,
            "the signer of its revocation list may not sign lists",
        ),
        (
            &[36],
            Kind::ListUnusable,
            "a critical extension of its revocation list is not understood",
        ),
        (
            &[44],
            Kind::ListUnusable,
            "its issuer's revocation list does not cover certificates of its kind",
        ),
        (
            &[54],
            Kind::ListUnusable,
            "the signer of its revocation list has no path to the same anchor",
        ),
    ]
};

/// A list by whose signature nothing is proven; OpenSSL would take it.
pub(super) const WEAK_LIST: (FaultKind, &str) = (
    FaultKind::ListUnusable,
    "its issuer's revocation list is signed with MD5, which proves nothing",
);

/// What one of OpenSSL's numbers means, in ptl's words.
pub(super) fn meaning(code: i32) -> (FaultKind, &'static str) {
    MEANINGS
        .iter()
        .find(|(codes, ..)| codes.contains(&code))
        .map_or(
            (FaultKind::Other, "OpenSSL refuses it"),
            |(_, kind, note)| (*kind, *note),
        )
}

/// A complaint as a fault.
pub(super) fn fault(complaint: Complaint, wanted: Use, path: &[Arc<Certificate>]) -> Fault {
    let (kind, note) = match complaint.code {
        26 | 28 => purpose(wanted),
        code => meaning(code),
    };
    Fault {
        kind,
        depth: complaint.depth.min(path.len().saturating_sub(1)),
        note: note.to_owned(),
        code: Some(complaint.code),
    }
}

fn purpose(wanted: Use) -> (FaultKind, &'static str) {
    match wanted {
        Use::Client => (
            FaultKind::NotForClients,
            "its extended key usage or key usage does not let a client show it",
        ),
        Use::Server => (
            FaultKind::NotForServers,
            "its extended key usage or key usage does not let a server show it",
        ),
        Use::Any => (FaultKind::Other, "OpenSSL refuses it for its purpose"),
    }
}
