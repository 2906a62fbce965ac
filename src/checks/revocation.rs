//! REV: whether certificates are revoked, and whether the lists that say so are had, proven and in date (RFC 5280, 6.3).

mod certificate;
mod end;
mod list;
mod ocsp;
mod server;

pub(super) use certificate::cause;
pub use certificate::{CERTIFICATE, CertificateFacts, Doubt, Unasked};
pub use list::{LIST, ListFacts};
pub use ocsp::{Heard, OCSP, OcspFacts};
pub use server::{
    SERVER_AUTHORITY, SERVER_LIST, SERVER_PEER, ServerAuthorityFacts, ServerListFacts,
    ServerPeerFacts,
};

use crate::check::{CheckId, Layer, Meta, Severity};

/// Declares a check on revocation by what differs from one to the next.
const fn meta(
    id: &'static str,
    severity: Severity,
    title: &'static str,
    source: &'static str,
    hint: &'static str,
    requires: &'static [CheckId],
) -> Meta {
    Meta {
        id: CheckId(id),
        title,
        severity,
        layer: Layer::Revocation,
        source,
        hint,
        requires,
    }
}
