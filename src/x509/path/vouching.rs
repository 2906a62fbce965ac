//! A list that covers its own signer's certificate, which OpenSSL does not follow (RFC 5280, 6.3.3 (f)).
//!
//! A CA may name another as the one that signs its lists, and that one's certificate may say that its own list
//! is the one to ask. OpenSSL judges a signer's path, but within that no other's, so it refuses there. What it
//! refuses is let go where it has nothing else against the signer, judged as a certificate by itself.

use std::sync::Arc;

use openssl::error::ErrorStack;

use super::{Policy, candidates, revocation, verify};
use crate::{
    openssl_ext::{Complaint, Lists},
    x509::{Certificate, RevocationList},
};

/// OpenSSL's number for a signer without a path: `X509_V_ERR_CRL_PATH_VALIDATION_ERROR`.
pub(super) const REFUSED: i32 = 54;

/// Whether every signer of a list beside the path has a path to the same anchor on which only its own list
/// vouches for it: by that it is not revoked.
///
/// # Errors
/// Where OpenSSL cannot judge at all.
pub(super) fn holds(
    pass: &verify::Pass,
    candidate: &candidates::Candidate,
    signers: &[Arc<Certificate>],
    policy: &Policy,
) -> Result<bool, ErrorStack> {
    for signer in signers {
        // A list of a third signer would need that one's path in turn.
        let known = || candidate.certificates.iter().chain([signer]);
        let of_these = |list: &&Arc<RevocationList>| known().any(|one| list.is_signed_by(one));
        let lists: Vec<_> = revocation::usable(policy).filter(of_these).collect();
        let lists = Lists::new(lists.iter().map(|list| list.x509().as_ref()))?;
        let (complaints, _) = verify::consult(pass, candidate, signer, signers, &lists)?;
        if !complaints.iter().all(is_no_matter) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// What its own list for it comes to; and a signer of lists is neither the host nor for its purpose.
fn is_no_matter(complaint: &Complaint) -> bool {
    complaint.depth == 0 && matches!(complaint.code, REFUSED | 26 | 62..=64)
}
