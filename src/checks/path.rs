//! PATH: RFC 5280 path validation, name, purpose and revocation, and nothing else.
//!
//! Every kind of fault belongs to exactly one check, so that whatever OpenSSL or ptl's own rules have
//! against a path is a failed or an undetermined check here.

use crate::{
    check::{Cause, Check, CheckId, Context, Layer, Meta, Outcome, Severity},
    x509::path::{Fault, FaultKind, Judgement, Policy, Revocation, Sha1},
};

/// A judged path, and what it was judged by.
#[derive(Debug)]
pub struct PathFacts {
    /// The path that was accepted, or came closest.
    pub judgement: Judgement,
    /// What it was judged by.
    pub policy: Policy,
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
pub static PATH: &[Check<PathFacts>] = &[
    Check {
        meta: meta(
            "PATH-001",
            "a path leads from the certificate to a trusted one",
            Layer::Chain,
            "RFC 5280, 6.1",
            "Add the missing CA certificate to --chain or --trust; `openssl x509 -noout -issuer -in FILE` names it.",
        ),
        run: leads_to_a_trusted_certificate,
    },
    Check {
        meta: meta(
            "PATH-002",
            "every signature on the path fits its issuer's key",
            Layer::Chain,
            "RFC 5280, 6.1.3 (a)(1)",
            "Download the CA's certificate again and compare its fingerprint: `openssl x509 -noout -fingerprint -sha256 -in FILE`.",
        ),
        run: signatures_fit,
    },
    Check {
        meta: meta(
            "PATH-003",
            "every certificate on the path is within its dates",
            Layer::Date,
            "RFC 5280, 6.1.3 (a)(2)",
            "Have the certificate renewed: `ptl csr` makes the request; for a CA, take the newer generation.",
        ),
        run: is_within_dates,
    },
    Check {
        meta: meta(
            "PATH-004",
            "every issuer on the path is a CA and may stand where it does",
            Layer::Chain,
            "RFC 5280, 4.2.1.9 and 6.1.4 (k) to (n)",
            "Put the CA that really issued the certificate into --chain.",
        ),
        run: issuers_are_cas,
    },
    Check {
        meta: meta(
            "PATH-005",
            "every name on the path is one that its CAs may certify",
            Layer::Name,
            "RFC 5280, 4.2.1.10",
            "Ask the CA for a certificate whose names it may certify.",
        ),
        run: keeps_name_constraints,
    },
    Check {
        meta: meta(
            "PATH-006",
            "every certificate on the path is well formed, and understood",
            Layer::Chain,
            "RFC 5280, 4.1, 4.2 and 6.1.4 (o)",
            "Ask the CA for a sound certificate; `openssl x509 -noout -text -in FILE` shows this one.",
        ),
        run: is_well_formed,
    },
    Check {
        meta: meta(
            "PATH-007",
            "the certificate policies allow the path",
            Layer::Chain,
            "RFC 5280, 6.1.3 (d) to (f)",
            "Ask the CA which policies its certificates are for.",
        ),
        run: keeps_policies,
    },
    Check {
        meta: meta(
            "PATH-008",
            "no signature below the anchor uses a refused hash",
            Layer::Chain,
            "RFC 6151 (MD5); RFC 9155 (SHA-1)",
            "Have the certificate issued anew under a CA that signs with SHA-256.",
        ),
        run: hashes_hold,
    },
    Check {
        meta: meta(
            "PATH-009",
            "every key on the path is large enough to protect anything",
            Layer::Key,
            "NIST SP 800-131A, section 3",
            "Make a new key and request: `ptl csr --fqdn NAME --out DIR`.",
        ),
        run: keys_hold,
    },
    Check {
        meta: meta(
            "PATH-010",
            "the certificate names the host",
            Layer::Name,
            "RFC 9525, 6; RFC 5280, 4.2.1.6",
            "Have a certificate issued for this name: `ptl csr --fqdn NAME --out DIR`.",
        ),
        run: names_the_host,
    },
    Check {
        meta: meta(
            "PATH-011",
            "a server may show the certificate",
            Layer::Purpose,
            "RFC 5280, 4.2.1.3 and 4.2.1.12",
            "Ask the CA for a certificate with the extended key usage serverAuth.",
        ),
        run: is_for_servers,
    },
    Check {
        meta: meta(
            "PATH-012",
            "a client may show the certificate",
            Layer::Purpose,
            "RFC 5280, 4.2.1.3 and 4.2.1.12",
            "Ask the CA for a certificate with the extended key usage clientAuth.",
        ),
        run: is_for_clients,
    },
    Check {
        meta: meta(
            "PATH-013",
            "no certificate below the anchor is revoked",
            Layer::Revocation,
            "RFC 5280, 6.3",
            "Download the list of the certificate's own CRL distribution point and give it with --crl.",
        ),
        run: is_not_revoked,
    },
    Check {
        meta: meta(
            "PATH-014",
            "OpenSSL has nothing else against the path",
            Layer::Chain,
            "OpenSSL, X509_verify_cert(3)",
            "Ask OpenSSL: `openssl verify -x509_strict -CAfile TRUST -untrusted CHAIN CERT`.",
        ),
        run: openssl_has_nothing_else,
    },
];

/// Which check answers for a kind of fault, by its place in the table.
#[cfg(test)]
const ALL_KINDS: &[&[FaultKind]] = &[
    REACH,
    SIGNATURES,
    DATES,
    CAS,
    CONSTRAINTS,
    FORM,
    POLICIES,
    HASHES,
    KEYS,
    NAMES,
    SERVERS,
    CLIENTS,
    LISTS,
    OTHER,
];

const REACH: &[FaultKind] = &[FaultKind::IssuerMissing, FaultKind::SelfSigned];
const SIGNATURES: &[FaultKind] = &[FaultKind::BadSignature];
const DATES: &[FaultKind] = &[FaultKind::Expired, FaultKind::NotYetValid];
const CAS: &[FaultKind] = &[FaultKind::NotACa, FaultKind::PathTooLong];
const CONSTRAINTS: &[FaultKind] = &[FaultKind::NameConstraint];
const FORM: &[FaultKind] = &[FaultKind::UnknownCriticalExtension, FaultKind::Malformed];
const POLICIES: &[FaultKind] = &[FaultKind::PolicyRefused];
const HASHES: &[FaultKind] = &[FaultKind::Sha1, FaultKind::WeakHash];
const KEYS: &[FaultKind] = &[FaultKind::WeakKey];
const NAMES: &[FaultKind] = &[FaultKind::WrongName];
const SERVERS: &[FaultKind] = &[FaultKind::NotForServers];
const CLIENTS: &[FaultKind] = &[FaultKind::NotForClients];
const LISTS: &[FaultKind] = &[
    FaultKind::Revoked,
    FaultKind::ListMissing,
    FaultKind::ListExpired,
    FaultKind::ListNotYetValid,
    FaultKind::ListUnusable,
];
const OTHER: &[FaultKind] = &[FaultKind::Other];

fn leads_to_a_trusted_certificate(facts: &PathFacts, _: &Context<'_>) -> Outcome {
    let judgement = &facts.judgement;
    if judgement.truncated && judgement.anchor.is_none() {
        return Outcome::undetermined(
            "there are more paths than can be followed, and none of those that were reached a trusted certificate",
        )
        .hint("Leave certificates out of --chain that have nothing to do with the leaf.");
    }
    let Some(last) = judgement.path.last() else {
        return Outcome::undetermined("there was no certificate to judge");
    };
    let way = way(judgement);
    if judgement.anchor.is_some() && judgement.faults_of(REACH).next().is_none() {
        return Outcome::pass(format!("the path ends with the trusted `{}`", last.label()))
            .with("path", way);
    }
    let self_signed = judgement
        .faults_of(REACH)
        .any(|fault| fault.kind == FaultKind::SelfSigned);
    let outcome = if self_signed {
        Outcome::fail(
            Cause::SelfSigned,
            format!(
                "the path ends with `{}`, which signed itself and is not among the trusted certificates, so nobody vouches for it",
                last.label()
            ),
        )
    } else {
        Outcome::fail(
            Cause::IssuerMissing,
            format!(
                "the path ends with `{}`: its issuer `{}` is not among the certificates given, so no trusted one is reached",
                last.label(),
                last.issuer
            ),
        )
    };
    let outcome = outcome.with("path", way);
    match last.extensions.issuer_urls.first() {
        Some(url) if !self_signed => outcome.hint(format!(
            "Download the issuer from {url} and add it to --chain, or to --trust if it is the root."
        )),
        _ => outcome,
    }
}

fn signatures_fit(facts: &PathFacts, _: &Context<'_>) -> Outcome {
    judge(facts, SIGNATURES, "every signature fits")
}

fn is_within_dates(facts: &PathFacts, _: &Context<'_>) -> Outcome {
    let outcome = judge(facts, DATES, "every certificate is within its dates");
    let end = facts
        .judgement
        .path
        .iter()
        .map(|certificate| certificate.not_after)
        .min();
    let outcome = outcome.with("judged at", facts.policy.at);
    match end {
        Some(end) => outcome.with("first end on the path", end),
        None => outcome,
    }
}

fn issuers_are_cas(facts: &PathFacts, _: &Context<'_>) -> Outcome {
    judge(
        facts,
        CAS,
        "every issuer is a CA, and no path length is exceeded",
    )
}

fn keeps_name_constraints(facts: &PathFacts, _: &Context<'_>) -> Outcome {
    judge(facts, CONSTRAINTS, "no name constraint is broken")
}

fn is_well_formed(facts: &PathFacts, _: &Context<'_>) -> Outcome {
    judge(facts, FORM, "every certificate is well formed")
}

fn keeps_policies(facts: &PathFacts, _: &Context<'_>) -> Outcome {
    judge(
        facts,
        POLICIES,
        "no certificate policy stands against the path",
    )
}

fn hashes_hold(facts: &PathFacts, _: &Context<'_>) -> Outcome {
    let met = match facts.policy.sha1 {
        Sha1::Refuse => "no certificate below the anchor is signed with SHA-1 or MD5",
        Sha1::Allow => "no certificate below the anchor is signed with MD5; SHA-1 is allowed",
    };
    judge(facts, HASHES, met)
}

fn keys_hold(facts: &PathFacts, _: &Context<'_>) -> Outcome {
    judge(facts, KEYS, "every key is large enough")
}

fn names_the_host(facts: &PathFacts, _: &Context<'_>) -> Outcome {
    let Some(host) = &facts.policy.host else {
        return Outcome::not_applicable("no host was given to look for");
    };
    let Some(leaf) = facts.judgement.path.first() else {
        return Outcome::undetermined("there was no certificate to judge");
    };
    let names = leaf.extensions.names.as_ref();
    let by_common_name = names.is_none_or(|names| names.dns.is_empty());
    let met = if by_common_name {
        format!("`{host}` is named, but only in the common name")
    } else {
        format!("`{host}` is named")
    };
    let outcome = match facts.judgement.faults_of(NAMES).next() {
        None => Outcome::pass(met),
        Some(_) => Outcome::fail(
            Cause::WrongName,
            format!(
                "the certificate does not name `{host}`, so every client that looks for it refuses"
            ),
        ),
    };
    let outcome = outcome.with("common names", leaf.common_names.join(", "));
    match names {
        Some(names) => outcome
            .with("DNS names", names.dns.join(", "))
            .with("addresses", names.ip.len()),
        None => outcome.with("DNS names", "none: no subject alternative name"),
    }
}

fn is_for_servers(facts: &PathFacts, _: &Context<'_>) -> Outcome {
    if !facts.policy.purpose.server() {
        return Outcome::not_applicable("it was not asked for by --purpose");
    }
    judge(facts, SERVERS, "a server may show it")
}

fn is_for_clients(facts: &PathFacts, _: &Context<'_>) -> Outcome {
    if !facts.policy.purpose.client() {
        return Outcome::not_applicable("it was not asked for by --purpose");
    }
    judge(facts, CLIENTS, "a client may show it")
}

fn is_not_revoked(facts: &PathFacts, _: &Context<'_>) -> Outcome {
    let met = match facts.policy.revocation {
        Revocation::Off => return Outcome::not_applicable("--revocation is off"),
        Revocation::Available if facts.policy.lists.is_empty() => {
            return Outcome::not_applicable("no revocation list was given");
        }
        Revocation::Available => "no certificate is on a list that was given",
        Revocation::Leaf => "the certificate is not on its issuer's list",
        Revocation::Chain => "no certificate is on its issuer's list",
    };
    judge(facts, LISTS, met).with("lists", facts.policy.lists.len())
}

fn openssl_has_nothing_else(facts: &PathFacts, _: &Context<'_>) -> Outcome {
    judge(facts, OTHER, "OpenSSL has nothing else against the path")
}

/// Fails on the worst of the faults of these kinds, and says all of them.
fn judge(facts: &PathFacts, kinds: &[FaultKind], met: &str) -> Outcome {
    let judgement = &facts.judgement;
    let faults: Vec<&Fault> = judgement.faults_of(kinds).collect();
    // What is certain goes before what is open.
    let Some(worst) = faults
        .iter()
        .find(|fault| !fault.kind.is_open())
        .or(faults.first())
    else {
        return Outcome::pass(met);
    };
    let cause = cause(worst.kind);
    let said = sentence(judgement, worst);
    let outcome = if worst.kind.is_open() {
        Outcome::Undetermined(
            Some(cause),
            crate::check::Evidence::seen(format!(
                "{said}, so it is not known whether it is revoked"
            )),
        )
    } else if judgement.truncated && worst.depth > 0 {
        Outcome::Undetermined(
            Some(cause),
            crate::check::Evidence::seen(format!(
                "{said}; but {} paths were judged, and there are more",
                judgement.tried
            )),
        )
    } else {
        Outcome::fail(cause, said)
    };
    faults
        .iter()
        .filter(|fault| !std::ptr::eq(**fault, *worst))
        .fold(outcome, |outcome, fault| {
            outcome.with("also", sentence(judgement, fault))
        })
}

fn sentence(judgement: &Judgement, fault: &Fault) -> String {
    let name = judgement
        .path
        .get(fault.depth)
        .map_or_else(|| "the path".to_owned(), |certificate| certificate.label());
    let code = fault
        .code
        .map(|code| format!(" (OpenSSL {code})"))
        .unwrap_or_default();
    format!("`{name}`: {}{code}", fault.note)
}

/// The names on a path, leaf first.
pub(super) fn way(judgement: &Judgement) -> String {
    let names: Vec<String> = judgement
        .path
        .iter()
        .map(|certificate| certificate.label())
        .collect();
    names.join(" <- ")
}

fn cause(kind: FaultKind) -> Cause {
    match kind {
        FaultKind::IssuerMissing => Cause::IssuerMissing,
        FaultKind::SelfSigned => Cause::SelfSigned,
        FaultKind::BadSignature => Cause::BadSignature,
        FaultKind::Expired => Cause::CertificateExpired,
        FaultKind::NotYetValid => Cause::CertificateNotYetValid,
        FaultKind::NotACa => Cause::NotACa,
        FaultKind::PathTooLong => Cause::PathTooLong,
        FaultKind::NameConstraint => Cause::NameConstraint,
        FaultKind::UnknownCriticalExtension => Cause::UnknownCriticalExtension,
        FaultKind::Malformed => Cause::MalformedCertificate,
        FaultKind::PolicyRefused => Cause::PolicyRefused,
        FaultKind::Sha1 => Cause::Sha1Signature,
        FaultKind::WeakHash => Cause::WeakSignature,
        FaultKind::WeakKey => Cause::WeakKey,
        FaultKind::WrongName => Cause::WrongName,
        FaultKind::NotForServers => Cause::ServerAuthMissing,
        FaultKind::NotForClients => Cause::ClientAuthMissing,
        FaultKind::Revoked => Cause::Revoked,
        FaultKind::ListMissing => Cause::CrlMissing,
        FaultKind::ListExpired => Cause::CrlExpired,
        FaultKind::ListNotYetValid => Cause::CrlNotYetValid,
        FaultKind::ListUnusable => Cause::CrlUnusable,
        FaultKind::Other => Cause::NoTrustedPath,
    }
}
