//! A server's own certificate: whom it names, its dates, its purpose, its key and its hash.

use std::{net::IpAddr, sync::Arc};

use super::{AGREES, chain::walk};
use crate::{
    check::{Cause, Check, CheckId, Context, Layer, Meta, Outcome, Severity},
    checks::network::WayFacts,
    net::target::Place,
    x509::{Certificate, Hash, KeyAlgorithm},
};

const NAMES_THE_HOST: CheckId = CheckId("TLS-011");

/// The checks of a server's own certificate; the subject is `host:port address`.
pub static LEAF: &[Check<WayFacts>] = &[
    Check {
        meta: Meta {
            id: NAMES_THE_HOST,
            title: "the server's certificate names the host",
            severity: Severity::Error,
            layer: Layer::Name,
            source: "RFC 9110 section 4.3.4; RFC 9525 section 6",
            hint: "Check that name and address belong together: `dig NAME`; then ask whoever runs the host.",
            requires: &[AGREES],
        },
        run: names_the_host,
    },
    Check {
        meta: Meta {
            id: CheckId("TLS-012"),
            title: "the server's certificate names the host as alternative name",
            severity: Severity::Warning,
            layer: Layer::Name,
            source: "RFC 9525 section 2: a common name is no longer looked at",
            hint: "Turn name checks by common name on for this host, where the runtime can: Go, rustls and browsers cannot.",
            requires: &[AGREES, NAMES_THE_HOST],
        },
        run: names_the_host_as_alternative_name,
    },
    Check {
        meta: Meta {
            id: CheckId("TLS-013"),
            title: "the server's certificate is within its dates",
            severity: Severity::Error,
            layer: Layer::Date,
            source: "RFC 5280 section 4.1.2.5",
            hint: "Check this machine's clock (`timedatectl`); if it is right, ask whoever runs the host to renew.",
            requires: &[AGREES],
        },
        run: is_within_its_dates,
    },
    Check {
        meta: Meta {
            id: CheckId("TLS-014"),
            title: "the server's certificate is for servers",
            severity: Severity::Error,
            layer: Layer::Purpose,
            source: "RFC 5280 section 4.2.1.12 (id-kp-serverAuth)",
            hint: "Ask whoever runs the host for a certificate with extended key usage serverAuth.",
            requires: &[AGREES],
        },
        run: is_for_servers,
    },
    Check {
        meta: Meta {
            id: CheckId("TLS-015"),
            title: "the server's key is large enough",
            severity: Severity::Error,
            layer: Layer::Key,
            source: "NIST SP 800-57 part 1 section 5.6.1: 112 bits of security, RSA 2048",
            hint: "Ask whoever runs the host for a certificate with an RSA key of at least 2048 bits.",
            requires: &[AGREES],
        },
        run: has_a_large_key,
    },
    Check {
        meta: Meta {
            id: CheckId("TLS-016"),
            title: "no SHA-1 signature stands in the server's chain",
            severity: Severity::Warning,
            layer: Layer::Chain,
            source: "RFC 8446 section 4.2.3; NIST SP 800-131A: SHA-1 signatures are disallowed",
            hint: "Ask whoever runs the host for a certificate of a newer generation.",
            requires: &[AGREES],
        },
        run: has_no_sha1,
    },
];

pub(super) fn nothing_presented() -> Outcome {
    Outcome::undetermined("The server presented no certificate that can be read.")
}

fn leaf(facts: &WayFacts) -> Option<&Arc<Certificate>> {
    facts.presented.as_ref()?.chain.first()
}

/// How a certificate names a host.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Naming {
    Alternative,
    CommonNameOnly,
    Not,
}

fn naming(certificate: &Certificate, host: &str) -> Naming {
    let names = certificate.extensions.names.as_ref();
    let alternatives = names.map_or(&[][..], |names| &names.dns);
    if alternatives.iter().any(|name| fits(name, host)) {
        return Naming::Alternative;
    }
    // RFC 6125 section 6.4.4: the common name only where there is no DNS name at all.
    let by_common_name = certificate.common_names.iter().any(|name| fits(name, host));
    if alternatives.is_empty() && by_common_name {
        return Naming::CommonNameOnly;
    }
    Naming::Not
}

/// RFC 9525 section 6.3: a wildcard stands for the whole leftmost label and nothing else.
fn fits(pattern: &str, host: &str) -> bool {
    match pattern.strip_prefix("*.") {
        Some(domain) => host
            .split_once('.')
            .is_some_and(|(label, rest)| !label.is_empty() && rest.eq_ignore_ascii_case(domain)),
        None => pattern.eq_ignore_ascii_case(host),
    }
}

fn names_the_host(facts: &WayFacts, _: &Context<'_>) -> Outcome {
    let Some(leaf) = leaf(facts) else {
        return nothing_presented();
    };
    let names = shown_names(leaf);
    let host = match &facts.target.place {
        Place::Name(host) => host,
        Place::Address(address) => return names_the_address(leaf, *address, &names),
    };
    if naming(leaf, host) != Naming::Not {
        return Outcome::pass(format!("It names {host}.")).with("names", names);
    }
    Outcome::fail(
        Cause::WrongName,
        format!(
            "The certificate is for {names}, not for {host}: clients that check the name refuse it."
        ),
    )
    .with("names", names)
    .hint(format!(
        "Check that {} is an address of {host}, then ask whoever runs it for a certificate with that name.",
        facts.host()
    ))
}

/// A Spine host's certificate never names an address, so only one that names addresses is held to them.
fn names_the_address(leaf: &Certificate, address: IpAddr, names: &str) -> Outcome {
    let addresses = leaf.extensions.names.as_ref().map_or(&[][..], |it| &it.ip);
    if addresses.contains(&address) {
        return Outcome::pass(format!("It names {address}."));
    }
    Outcome::not_applicable(format!(
        "The target is an address, so there is no name to compare; the certificate is for {names}."
    ))
}

fn names_the_host_as_alternative_name(facts: &WayFacts, _: &Context<'_>) -> Outcome {
    let Some(leaf) = leaf(facts) else {
        return nothing_presented();
    };
    let Some(host) = facts.target.place.name() else {
        return Outcome::not_applicable("The target is an address.");
    };
    match naming(leaf, host) {
        Naming::Alternative => Outcome::pass(format!("{host} is among its alternative names.")),
        Naming::CommonNameOnly => Outcome::fail(
            Cause::NameInCnOnly,
            format!(
                "{host} stands only in the common name: Go, rustls, Node.js and browsers do not look there and will refuse it."
            ),
        ),
        Naming::Not => Outcome::not_applicable("It does not name the host at all."),
    }
}

fn is_within_its_dates(facts: &WayFacts, context: &Context<'_>) -> Outcome {
    let Some(leaf) = leaf(facts) else {
        return nothing_presented();
    };
    let (from, until) = (leaf.not_before, leaf.not_after);
    let outcome = if leaf.is_valid_at(context.at) {
        Outcome::pass(format!("It is valid until {until}."))
    } else if context.at > until {
        Outcome::fail(
            Cause::CertificateExpired,
            format!("The server's certificate expired on {until}: every client refuses it."),
        )
    } else {
        Outcome::fail(
            Cause::CertificateNotYetValid,
            format!(
                "The server's certificate begins only on {from}, or this machine's clock is wrong."
            ),
        )
    };
    outcome
        .with("not before", from)
        .with("not after", until)
        .with("judged at", context.at)
}

fn is_for_servers(facts: &WayFacts, _: &Context<'_>) -> Outcome {
    let Some(leaf) = leaf(facts) else {
        return nothing_presented();
    };
    match &leaf.extensions.extended_key_usage {
        None => Outcome::pass("It has no extended key usage, which allows all."),
        Some(usage) if usage.server_auth || usage.any => Outcome::pass("It is for servers."),
        Some(_) => Outcome::fail(
            Cause::ServerAuthMissing,
            "Its extended key usage does not name serverAuth: clients refuse it as a server's.",
        ),
    }
}

fn has_a_large_key(facts: &WayFacts, _: &Context<'_>) -> Outcome {
    let Some(leaf) = leaf(facts) else {
        return nothing_presented();
    };
    let key = leaf.key;
    let least = match key.algorithm {
        KeyAlgorithm::Rsa | KeyAlgorithm::Dsa => 2048,
        KeyAlgorithm::Ec => 224,
        KeyAlgorithm::Edwards => 0,
        KeyAlgorithm::Other => {
            return Outcome::undetermined("The key is of a kind that OpenSSL does not know.");
        }
    };
    let shown = format!("{} {}", key.algorithm.word(), key.bits);
    if key.bits >= least {
        return Outcome::pass(format!("{shown} bits."));
    }
    Outcome::fail(
        Cause::WeakKey,
        format!(
            "The server's key is {shown} bits, fewer than {least}: up-to-date clients refuse it."
        ),
    )
}

fn has_no_sha1(facts: &WayFacts, _: &Context<'_>) -> Outcome {
    let Some(presented) = &facts.presented else {
        return nothing_presented();
    };
    let signed: Vec<String> = walk(&presented.chain)
        .into_iter()
        .filter_map(|place| presented.chain.get(place))
        // A root's own signature is not looked at by anybody.
        .filter(|it| it.signature.hash == Hash::Sha1 && !it.is_self_signed())
        .map(|certificate| certificate.label())
        .collect();
    if signed.is_empty() {
        return Outcome::pass("No certificate below the root is signed with SHA-1.");
    }
    Outcome::fail(
        Cause::Sha1Signature,
        format!(
            "SHA-1 signs {}: OpenSSL 3 refuses that from security level 1 on, Go since 1.18 and rustls always; Java and SChannel take it under a private root.",
            signed.join(", ")
        ),
    )
}

fn shown_names(leaf: &Certificate) -> String {
    let names = leaf.extensions.names.as_ref();
    let mut all: Vec<String> = names.map(|it| it.dns.clone()).unwrap_or_default();
    all.extend(
        names
            .iter()
            .flat_map(|it| it.ip.iter().map(IpAddr::to_string)),
    );
    if all.is_empty() {
        all.clone_from(&leaf.common_names);
    }
    if all.is_empty() {
        return "nobody".to_owned();
    }
    all.join(", ")
}
