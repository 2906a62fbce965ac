//! The requirements on a path: which kinds of fault stand against each, and what is said of them.

use super::PathFacts;
use crate::{
    check::{Cause, Context, Evidence, Outcome},
    x509::path::{Fault, FaultKind, Judgement, Sha1},
};

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
const OTHER: &[FaultKind] = &[FaultKind::Other];

/// What to do where a CA stands where the endpoint's own certificate is wanted.
const LEAF_FIRST: &str = "Put the endpoint's own certificate first in its file, and the CAs after it: `cat leaf.pem sub.pem > chain.pem`.";

pub(super) fn signatures_fit(facts: &PathFacts, _: &Context<'_>) -> Outcome {
    let outcome = as_far_as_it_goes(facts, judge(facts, SIGNATURES, "every signature fits"));
    match impostor(facts) {
        Some(hint) if matches!(outcome, Outcome::Fail(..)) => outcome.hint(hint),
        _ => outcome,
    }
}

/// The CA whose key did not sign the certificate below it, and its file.
fn impostor(facts: &PathFacts) -> Option<String> {
    let fault = facts.judgement.faults_of(SIGNATURES).next()?;
    let child = facts.judgement.path.get(fault.depth)?;
    let issuer = facts.judgement.path.get(fault.depth + 1)?;
    let files = &facts.surroundings.files;
    let (file, _) = files.iter().find(|(_, known)| known == issuer)?;
    Some(format!(
        "Find the CA certificate that did sign it: `{}` of {file} has the issuer's name, but its key did not sign `{}`, so it is another CA of that name, or one of the two was altered.",
        issuer.label(),
        child.label()
    ))
}

pub(super) fn is_within_dates(facts: &PathFacts, _: &Context<'_>) -> Outcome {
    let outcome = judge(facts, DATES, "every certificate is within its dates");
    let end = facts
        .judgement
        .path
        .iter()
        .map(|certificate| certificate.not_after)
        .min();
    let outcome = outcome.with("judged at", facts.policy.at);
    let outcome = match &outcome {
        Outcome::Fail(Cause::CertificateNotYetValid, _) => outcome.hint(
            "Wait for its first day, or use the certificate before it until then; if that day is over, set this machine's clock: `timedatectl`.",
        ),
        _ => outcome,
    };
    match end {
        Some(end) => outcome.with("first end on the path", end),
        None => outcome,
    }
}

pub(super) fn issuers_are_cas(facts: &PathFacts, _: &Context<'_>) -> Outcome {
    let met = "every issuer is a CA, and no path length is exceeded";
    let outcome = as_far_as_it_goes(facts, judge(facts, CAS, met));
    match (&outcome, facts.policy.depth) {
        (Outcome::Fail(Cause::PathTooLong, _), Some(depth)) => outcome.hint(format!(
            "Ask for a certificate with fewer CAs above it, or allow more than {depth} between by --depth."
        )),
        _ => outcome,
    }
}

pub(super) fn keeps_name_constraints(facts: &PathFacts, _: &Context<'_>) -> Outcome {
    as_far_as_it_goes(
        facts,
        judge(facts, CONSTRAINTS, "no name constraint is broken"),
    )
}

/// What holds of a path that ends too early was not judged of the rest.
fn as_far_as_it_goes(facts: &PathFacts, outcome: Outcome) -> Outcome {
    let judgement = &facts.judgement;
    match (&outcome, judgement.anchor, judgement.path.last()) {
        (Outcome::Pass(_), None, Some(last)) if !last.is_self_signed() => {
            Outcome::undetermined(format!(
                "the issuer of `{}` is not among the certificates given, so the path was judged only up to there",
                last.label()
            ))
            .hint("Mend PATH-001 first.")
        }
        _ => outcome,
    }
}

pub(super) fn is_well_formed(facts: &PathFacts, _: &Context<'_>) -> Outcome {
    judge(facts, FORM, "every certificate is well formed")
}

pub(super) fn keeps_policies(facts: &PathFacts, _: &Context<'_>) -> Outcome {
    judge(
        facts,
        POLICIES,
        "no certificate policy stands against the path",
    )
}

pub(super) fn hashes_hold(facts: &PathFacts, _: &Context<'_>) -> Outcome {
    let met = match facts.policy.sha1 {
        Sha1::Refuse => "no certificate below the anchor is signed with SHA-1 or MD5",
        Sha1::Allow => "no certificate below the anchor is signed with MD5; SHA-1 is allowed",
    };
    judge(facts, HASHES, met)
}

pub(super) fn keys_hold(facts: &PathFacts, _: &Context<'_>) -> Outcome {
    judge(facts, KEYS, "every key is large enough")
}

pub(super) fn names_the_host(facts: &PathFacts, _: &Context<'_>) -> Outcome {
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
        Some(_) if leaf.is_ca() => Outcome::fail(
            Cause::WrongName,
            format!(
                "the first certificate is that of the CA `{}`, not one for `{host}`",
                leaf.label()
            ),
        )
        .hint(LEAF_FIRST),
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

pub(super) fn is_for_servers(facts: &PathFacts, _: &Context<'_>) -> Outcome {
    if !facts.policy.purpose.server() {
        return Outcome::not_applicable("it was not asked for by --purpose");
    }
    judge_use(facts, SERVERS, "a server may show it")
}

pub(super) fn is_for_clients(facts: &PathFacts, _: &Context<'_>) -> Outcome {
    if !facts.policy.purpose.client() {
        return Outcome::not_applicable("it was not asked for by --purpose");
    }
    judge_use(facts, CLIENTS, "a client may show it")
}

pub(super) fn openssl_has_nothing_else(facts: &PathFacts, _: &Context<'_>) -> Outcome {
    judge(facts, OTHER, "OpenSSL has nothing else against the path")
}

/// As [`judge`]; where the extended key usage is not what stands against it, the key usage is.
fn judge_use(facts: &PathFacts, kinds: &[FaultKind], met: &str) -> Outcome {
    let outcome = judge(facts, kinds, met);
    let leaf = facts.judgement.path.first();
    let Outcome::Fail(_, evidence) = &outcome else {
        return outcome;
    };
    let by_leaf = facts
        .judgement
        .faults_of(kinds)
        .any(|fault| fault.depth == 0);
    let named = leaf.is_some_and(|leaf| {
        let usage = leaf.extensions.extended_key_usage.as_ref();
        usage.is_none_or(|usage| match kinds == SERVERS {
            true => usage.server_auth,
            false => usage.client_auth,
        })
    });
    if by_leaf && leaf.is_some_and(|leaf| leaf.is_ca()) {
        return outcome.hint(LEAF_FIRST);
    }
    match by_leaf && named {
        true => Outcome::Fail(Cause::WrongKeyUsage, evidence.clone())
            .hint("Ask the CA for a certificate with the key usage digitalSignature."),
        false => outcome,
    }
}

/// Fails on the worst of the faults of these kinds, and says all of them.
pub(super) fn judge(facts: &PathFacts, kinds: &[FaultKind], met: &str) -> Outcome {
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
            Evidence::seen(format!("{said}, so it is not known whether it is revoked")),
        )
    } else if judgement.truncated && worst.depth > 0 {
        Outcome::Undetermined(
            Some(cause),
            Evidence::seen(format!(
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

/// The cause of a failure for a kind of fault.
pub fn cause(kind: FaultKind) -> Cause {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::path::{missing::REACH, revoked::LISTS};

    #[test]
    fn every_kind_of_fault_belongs_to_exactly_one_check() {
        let all = [
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
        assert_eq!(all.len(), crate::checks::path::CHECKS.len());
        for kind in FaultKind::ALL {
            let holders = all.iter().filter(|kinds| kinds.contains(kind)).count();
            assert_eq!(holders, 1, "{kind:?}");
        }
    }
}
