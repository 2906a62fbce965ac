//! Hash, key, usage and names of the certificate.

use super::ChainFacts;
use crate::{
    check::{Cause, Context, Outcome},
    x509::{Hash, KeyAlgorithm, path::Host},
};

pub(super) fn is_not_signed_with_sha1(facts: &ChainFacts, _: &Context<'_>) -> Outcome {
    let signed: Vec<String> = facts
        .below_anchor()
        .iter()
        .filter(|certificate| certificate.signature.hash == Hash::Sha1)
        .map(|certificate| certificate.label())
        .collect();
    if signed.is_empty() {
        return Outcome::pass("no certificate below the anchor is signed with SHA-1");
    }
    Outcome::fail(
        Cause::Sha1Signature,
        format!(
            "`{}` is signed with SHA-1: OpenSSL 3 refuses that from security level 1 on (level 0 takes it), Go since \
             1.18, rustls and browsers always; Java and SChannel take it under a private root. PEER-001 to 007 say who \
             refuses this certificate",
            signed.join("`, `")
        ),
    )
}

pub(super) fn names_the_host_beyond_the_common_name(
    facts: &ChainFacts,
    _: &Context<'_>,
) -> Outcome {
    let leaf = facts.leaf();
    let names = leaf.extensions.names.as_ref();
    let named = match &facts.host {
        Some(Host::Address(_)) => names.is_some_and(|names| !names.ip.is_empty()),
        _ => names.is_some_and(|names| !names.dns.is_empty()),
    };
    if named {
        return Outcome::pass("the subject alternative name names it");
    }
    if leaf.common_names.is_empty() {
        return Outcome::not_applicable("it has no common name either");
    }
    Outcome::fail(
        Cause::NameInCnOnly,
        format!(
            "`{}` stands in the common name alone: OpenSSL, SChannel and Java read that, \
             Go since 1.15, rustls and browsers do not, and refuse the certificate as a server's; PEER-001 to 007 say \
             who does",
            leaf.common_names.join("`, `")
        ),
    )
}

pub(super) fn has_a_key_of_2048_bits(facts: &ChainFacts, _: &Context<'_>) -> Outcome {
    let key = facts.leaf().key;
    let said = format!("its key is {} with {} bits", key.algorithm.word(), key.bits);
    match key.algorithm {
        KeyAlgorithm::Rsa if key.bits >= 2048 => Outcome::pass(said),
        KeyAlgorithm::Rsa => Outcome::fail(
            Cause::WeakKey,
            format!("{said}: no CA signs fewer than 2048 any more, and peers refuse it"),
        ),
        _ => Outcome::not_applicable(format!("{said}, not RSA")),
    }
}

pub(super) fn may_sign(facts: &ChainFacts, _: &Context<'_>) -> Outcome {
    let Some(usage) = &facts.leaf().extensions.key_usage else {
        return Outcome::pass("it has no key usage, which allows everything");
    };
    let names: Vec<&str> = usage.names().collect();
    let outcome = if usage.allows("digitalSignature") {
        Outcome::pass("the key usage allows signatures")
    } else {
        Outcome::fail(
            Cause::WrongKeyUsage,
            "the key usage lacks digitalSignature: TLS 1.3 and every ECDHE or DHE handshake need it",
        )
    };
    outcome.with("key usage", names.join(", "))
}

pub(super) fn serves_both_directions(facts: &ChainFacts, _: &Context<'_>) -> Outcome {
    let Some(usage) = &facts.leaf().extensions.extended_key_usage else {
        return Outcome::pass("it has no extended key usage, which allows everything");
    };
    match (
        usage.server_auth || usage.any,
        usage.client_auth || usage.any,
    ) {
        (true, true) => Outcome::pass("a server and a client may show it"),
        (false, _) => Outcome::fail(
            Cause::ServerAuthMissing,
            "the extended key usage lacks serverAuth: Spine refuses it when it calls us",
        ),
        (true, false) => Outcome::fail(
            Cause::ClientAuthMissing,
            "the extended key usage lacks clientAuth: Spine refuses it when we call",
        ),
    }
}

pub(super) fn has_no_wildcard(facts: &ChainFacts, _: &Context<'_>) -> Outcome {
    if facts.environment.is_none() {
        return Outcome::not_applicable("no environment was given that forbids it");
    }
    let leaf = facts.leaf();
    let names = leaf.extensions.names.as_ref();
    let wild = leaf
        .common_names
        .iter()
        .chain(names.iter().flat_map(|names| &names.dns))
        .find(|name| name.contains('*'));
    match wild {
        Some(name) => Outcome::fail(
            Cause::NameUnsound,
            format!(
                "`{name}` is a wildcard: it is no registered name, and the Spine proxy compares with that"
            ),
        ),
        None => Outcome::pass("no name is a wildcard"),
    }
}
