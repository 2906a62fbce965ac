//! PATH: RFC 5280 path validation, name, purpose and revocation, and nothing else.
//!
//! Every kind of fault belongs to exactly one check, so that whatever OpenSSL or ptl's own rules have
//! against a path is a failed or an undetermined check here.

mod missing;
mod requirements;
mod revoked;

pub use missing::{Pinned, Surroundings};
pub use requirements::cause;

use crate::{
    check::{Check, CheckId, Layer, Meta, Severity},
    crl::Gap,
    x509::path::{Judgement, Policy},
};

/// A judged path, and what it was judged by.
#[derive(Debug)]
pub struct PathFacts {
    /// The path that was accepted, or came closest.
    pub judgement: Judgement,
    /// What it was judged by.
    pub policy: Policy,
    /// Why the lists of each certificate's issuer that were given say nothing of it, where that is so; by its depth.
    pub gaps: Vec<Option<Gap>>,
    /// Where a missing CA may be.
    pub surroundings: Surroundings,
}

/// Declares a check on a path by what differs from one to the next.
const fn meta(
    id: &'static str,
    title: &'static str,
    layer: Layer,
    source: &'static str,
    hint: &'static str,
) -> Meta {
    Meta {
        id: CheckId(id),
        title,
        severity: Severity::Error,
        layer,
        source,
        hint,
        requires: &[],
    }
}

/// The checks on a path.
pub static CHECKS: &[Check<PathFacts>] = &[
    Check {
        meta: meta(
            "PATH-001",
            "a path leads from the certificate to a trusted one",
            Layer::Chain,
            "RFC 5280, 6.1",
            "Add the missing CA certificate to --chain or --trust; `openssl x509 -noout -issuer -in FILE` names it.",
        ),
        run: missing::leads_to_a_trusted_certificate,
    },
    Check {
        meta: meta(
            "PATH-002",
            "every signature on the path fits its issuer's key",
            Layer::Chain,
            "RFC 5280, 6.1.3 (a)(1)",
            "Download the CA's certificate again and compare its fingerprint: `openssl x509 -noout -fingerprint -sha256 -in FILE`.",
        ),
        run: requirements::signatures_fit,
    },
    Check {
        meta: meta(
            "PATH-003",
            "every certificate on the path is within its dates",
            Layer::Date,
            "RFC 5280, 6.1.3 (a)(2)",
            "Have the certificate renewed: `ptl csr` makes the request; for a CA, take the newer generation.",
        ),
        run: requirements::is_within_dates,
    },
    Check {
        meta: meta(
            "PATH-004",
            "every issuer on the path is a CA and may stand where it does",
            Layer::Chain,
            "RFC 5280, 4.2.1.9 and 6.1.4 (k) to (n)",
            "Put the CA that really issued the certificate into --chain.",
        ),
        run: requirements::issuers_are_cas,
    },
    Check {
        meta: meta(
            "PATH-005",
            "every name on the path is one that its CAs may certify",
            Layer::Name,
            "RFC 5280, 4.2.1.10",
            "Ask the CA for a certificate whose names it may certify.",
        ),
        run: requirements::keeps_name_constraints,
    },
    Check {
        meta: meta(
            "PATH-006",
            "every certificate on the path is well formed, and understood",
            Layer::Chain,
            "RFC 5280, 4.1, 4.2 and 6.1.4 (o)",
            "Ask the CA for a sound certificate; `openssl x509 -noout -text -in FILE` shows this one.",
        ),
        run: requirements::is_well_formed,
    },
    Check {
        meta: meta(
            "PATH-007",
            "the certificate policies allow the path",
            Layer::Chain,
            "RFC 5280, 6.1.3 (d) to (f)",
            "Ask the CA which policies its certificates are for.",
        ),
        run: requirements::keeps_policies,
    },
    Check {
        meta: meta(
            "PATH-008",
            "no signature below the anchor uses a refused hash",
            Layer::Chain,
            "RFC 6151 (MD5); RFC 9155 (SHA-1)",
            "Have the certificate issued anew under a CA that signs with SHA-256.",
        ),
        run: requirements::hashes_hold,
    },
    Check {
        meta: meta(
            "PATH-009",
            "every key on the path is large enough to protect anything",
            Layer::Key,
            "NIST SP 800-131A, section 3",
            "Make a new key and request: `ptl csr --fqdn NAME --out DIR`.",
        ),
        run: requirements::keys_hold,
    },
    Check {
        meta: meta(
            "PATH-010",
            "the certificate names the host",
            Layer::Name,
            "RFC 9525, 6; RFC 5280, 4.2.1.6",
            "Have a certificate issued for this name: `ptl csr --fqdn NAME --out DIR`.",
        ),
        run: requirements::names_the_host,
    },
    Check {
        meta: meta(
            "PATH-011",
            "a server may show the certificate",
            Layer::Purpose,
            "RFC 5280, 4.2.1.3 and 4.2.1.12",
            "Ask the CA for a certificate with the extended key usage serverAuth.",
        ),
        run: requirements::is_for_servers,
    },
    Check {
        meta: meta(
            "PATH-012",
            "a client may show the certificate",
            Layer::Purpose,
            "RFC 5280, 4.2.1.3 and 4.2.1.12",
            "Ask the CA for a certificate with the extended key usage clientAuth.",
        ),
        run: requirements::is_for_clients,
    },
    Check {
        meta: meta(
            "PATH-013",
            "no certificate below the anchor is revoked",
            Layer::Revocation,
            "RFC 5280, 6.3",
            "Download the list of the certificate's own CRL distribution point and give it with --crl.",
        ),
        run: revoked::is_not_revoked,
    },
    Check {
        meta: meta(
            "PATH-014",
            "OpenSSL has nothing else against the path",
            Layer::Chain,
            "OpenSSL, X509_verify_cert(3)",
            "Ask OpenSSL: `openssl verify -x509_strict -CAfile TRUST -untrusted CHAIN CERT`.",
        ),
        run: requirements::openssl_has_nothing_else,
    },
];
