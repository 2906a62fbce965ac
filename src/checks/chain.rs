//! CHAIN: what a peer sees of the certificate and what is sent along: order, dates, strength, names, generation.

mod dates;
mod generations;
mod order;
mod strength;

use std::sync::Arc;

use crate::{
    check::{Check, CheckId, Layer, Meta, Severity},
    environment::Generation,
    x509::{
        Certificate,
        path::{Host, Judgement},
    },
};

/// A certificate with what is sent along, and the path that was found for it.
#[derive(Debug)]
pub struct ChainFacts {
    /// What is sent, in the order of the files: the leaf first.
    pub shown: Vec<Arc<Certificate>>,
    /// The path that was accepted, or came closest.
    pub judgement: Judgement,
    /// Whom the certificate is for, where that is known.
    pub host: Option<Host>,
    /// The environment, where there is one.
    pub environment: Option<Place>,
}

/// An environment, as far as a chain can be of it.
#[derive(Clone, Debug)]
pub struct Place {
    /// Its id.
    pub id: String,
    /// Its generations.
    pub generations: Vec<Generation>,
    /// Which of them our certificate may be of now.
    pub presented: Vec<String>,
    /// The CAs of all other environments that ptl knows.
    pub elsewhere: Vec<Elsewhere>,
}

/// A CA of another environment.
#[derive(Clone, Debug)]
pub struct Elsewhere {
    /// That environment's id.
    pub environment: String,
    /// The CA's subject, most specific part first.
    pub subject: String,
    /// SHA-256 of its DER, lower-case hex.
    pub sha256: String,
}

impl ChainFacts {
    /// The certificate itself.
    fn leaf(&self) -> &Arc<Certificate> {
        // Invariant: whoever makes facts has read a certificate, and put it first.
        &self.shown[0]
    }

    /// The path without its anchor: what was signed by another.
    fn below_anchor(&self) -> &[Arc<Certificate>] {
        let path = &self.judgement.path;
        let anchor = usize::from(self.judgement.anchor.is_some());
        &path[..path.len() - anchor]
    }
}

impl Place {
    /// The generation that a certificate is one of, by its fingerprint.
    fn pinned(&self, certificate: &Certificate) -> Option<&Generation> {
        self.generations.iter().find(|generation| {
            generation
                .authorities()
                .any(|authority| authority.sha256 == certificate.sha256)
        })
    }

    /// The generation that a certificate is one of, or whose CA it names as its issuer.
    fn generation_of(&self, certificate: &Certificate) -> Option<&Generation> {
        let named = |generation: &&Generation| {
            generation
                .authorities()
                .any(|authority| same_name(&authority.subject, &certificate.issuer))
        };
        self.pinned(certificate)
            .or_else(|| self.generations.iter().find(named))
    }
}

/// Whether two names are one: case does not count (RFC 5280, 7.1), and real NHS CAs differ in it.
pub fn same_name(left: &str, right: &str) -> bool {
    left.eq_ignore_ascii_case(right)
}

/// Declares a check on a chain by what differs from one to the next.
const fn meta(
    id: &'static str,
    severity: Severity,
    layer: Layer,
    title: &'static str,
    source: &'static str,
    hint: &'static str,
) -> Meta {
    Meta {
        id: CheckId(id),
        title,
        severity,
        layer,
        source,
        hint,
        requires: &[],
    }
}

/// The checks on a chain.
pub static CHECKS: &[Check<ChainFacts>] = &[
    Check {
        meta: meta(
            "CHAIN-002",
            Severity::Warning,
            Layer::Chain,
            "the certificate comes first, and each one after it issued the one before",
            "RFC 5246, 7.4.2; RFC 8446, 4.4.2",
            "Write the file as leaf, sub CA: `cat leaf.pem sub.pem > chain.pem`.",
        ),
        run: order::stands_in_order,
    },
    Check {
        meta: meta(
            "CHAIN-003",
            Severity::Warning,
            Layer::Chain,
            "no certificate is sent twice",
            "RFC 5246, 7.4.2",
            "Take the second copy out of the file.",
        ),
        run: order::sends_nothing_twice,
    },
    Check {
        meta: meta(
            "CHAIN-004",
            Severity::Notice,
            Layer::Chain,
            "every certificate that is sent belongs to the path",
            "RFC 5246, 7.4.2",
            "Take the certificate out of the chain file; CAs of other generations belong among the trusted ones.",
        ),
        run: order::sends_nothing_unrelated,
    },
    Check {
        meta: meta(
            "CHAIN-005",
            Severity::Error,
            Layer::Chain,
            "every intermediate is sent, so that a peer which holds only the root finds the path",
            "RFC 5246, 7.4.2; RFC 8446, 4.4.2",
            "Append the sub CA to the chain file: `cat sub.pem >> chain.pem`.",
        ),
        run: order::sends_every_intermediate,
    },
    Check {
        meta: meta(
            "CHAIN-006",
            Severity::Notice,
            Layer::Chain,
            "the root is not sent: a peer takes it from its own store alone",
            "RFC 5246, 7.4.2",
            "Take the root out of the chain file.",
        ),
        run: order::keeps_the_root_back,
    },
    Check {
        meta: meta(
            "CHAIN-007",
            Severity::Error,
            Layer::Date,
            "no certificate on the path has ended",
            "RFC 5280, 4.1.2.5",
            "Renew it now: `ptl csr` makes the request.",
        ),
        run: dates::has_not_ended,
    },
    Check {
        meta: meta(
            "CHAIN-008",
            Severity::Warning,
            Layer::Date,
            "no certificate on the path ends within 30 days",
            "a rule of thumb; the NHS desks answer in days to weeks",
            "Ask for the new certificate today: `ptl csr` makes the request.",
        ),
        run: dates::does_not_end_within_30_days,
    },
    Check {
        meta: meta(
            "CHAIN-009",
            Severity::Notice,
            Layer::Date,
            "no certificate on the path ends within 90 days",
            "a rule of thumb; the NHS desks answer in days to weeks",
            "Plan the renewal: `ptl csr` makes the request.",
        ),
        run: dates::does_not_end_within_90_days,
    },
    Check {
        meta: meta(
            "CHAIN-010",
            Severity::Warning,
            Layer::Date,
            "no certificate outlives its issuer",
            "RFC 5280, 6.1 (the path ends with the first of its certificates)",
            "Renew before the issuer's last day, not the certificate's.",
        ),
        run: dates::ends_before_its_issuers,
    },
    Check {
        meta: meta(
            "CHAIN-011",
            Severity::Warning,
            Layer::Chain,
            "no signature below the anchor is SHA-1",
            "RFC 9155; RFC 6194",
            "Have the certificate issued anew under a CA that signs with SHA-256; until then see which peers refuse it.",
        ),
        run: strength::is_not_signed_with_sha1,
    },
    Check {
        meta: meta(
            "CHAIN-012",
            Severity::Warning,
            Layer::Name,
            "the name stands in the subject alternative name, not in the common name alone",
            "RFC 9525, 2 and 6; RFC 2818, 3.1 for those that still look",
            "Ask for a SAN with the next request: `ptl csr` puts the name there.",
        ),
        run: strength::names_the_host_beyond_the_common_name,
    },
    Check {
        meta: meta(
            "CHAIN-013",
            Severity::Error,
            Layer::Key,
            "the certificate's RSA key has 2048 bits or more",
            "NIST SP 800-131A, section 3; nhsd-a2si, Live Install guide (RSA 2048)",
            "Make a new key and request: `ptl csr --fqdn NAME --out DIR`.",
        ),
        run: strength::has_a_key_of_2048_bits,
    },
    Check {
        meta: meta(
            "CHAIN-014",
            Severity::Error,
            Layer::Purpose,
            "the key usage allows signatures, which every modern handshake needs",
            "RFC 5280, 4.2.1.3; RFC 8446, 4.4.2.2",
            "Ask the CA for a certificate with the key usage digitalSignature.",
        ),
        run: strength::may_sign,
    },
    Check {
        meta: meta(
            "CHAIN-015",
            Severity::Warning,
            Layer::Purpose,
            "the certificate serves both as a server's and as a client's",
            "NHS certificates (int.api.service.nhs.uk, 2021): one certificate for both directions; RFC 5280, 4.2.1.12",
            "Ask the CA for a certificate with serverAuth and clientAuth.",
        ),
        run: strength::serves_both_directions,
    },
    Check {
        meta: meta(
            "CHAIN-016",
            Severity::Error,
            Layer::Trust,
            "the certificate is of a generation that is to be presented now",
            "the environment's profile, [[generation]] present",
            "Ask the desk for a certificate of the generation that is in force; `ptl explain generations` names it.",
        ),
        run: generations::is_of_a_generation_in_force,
    },
    Check {
        meta: meta(
            "CHAIN-017",
            Severity::Error,
            Layer::Trust,
            "the certificate is of this environment, not of another",
            "NHS: the chains of the path to live and of live are separate",
            "Put the certificate of this environment into `ptl.toml`; `ptl check-chain --env NAME` judges it under the other.",
        ),
        run: generations::is_of_this_environment,
    },
    Check {
        meta: meta(
            "CHAIN-018",
            Severity::Error,
            Layer::Name,
            "no name in the certificate is a wildcard",
            "NHS: the Spine proxy compares the name with the one that is registered for the ASID, so a wildcard cannot fit",
            "Ask for a certificate with the registered name: `ptl csr --fqdn NAME --out DIR`.",
        ),
        run: strength::has_no_wildcard,
    },
];
