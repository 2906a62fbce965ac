//! Where RFC 5280 demands more than OpenSSL asks for: rules that may refuse a path, never accept one.

use std::sync::Arc;

use super::{Fault, FaultKind, Host, Policy, Sha1};
use crate::x509::{Certificate, Hash, KeyAlgorithm};

/// Everything that these rules have against a path.
pub(super) fn judge(path: &[Arc<Certificate>], anchored: bool, policy: &Policy) -> Vec<Fault> {
    let below = path.len() - usize::from(anchored && path.len() > 1);
    let mut faults = Vec::new();
    for (depth, certificate) in path.iter().enumerate() {
        let mut add = |kind, note: String| {
            faults.push(Fault {
                kind,
                depth,
                note,
                code: None,
            });
        };
        if let Some(note) = weak_key(certificate) {
            add(FaultKind::WeakKey, note);
        }
        // Nobody relies on an anchor's own signature, even where the leaf is the anchor.
        let is_anchor = anchored && depth + 1 == path.len();
        if !is_anchor && let Some((kind, note)) = weak_hash(certificate, policy) {
            add(kind, note);
        }
        if depth >= below {
            continue;
        }
        if let Some(note) = malformed(certificate) {
            add(FaultKind::Malformed, note);
        }
        if certificate.extensions.unknown_qualifier
            && certificate
                .extensions
                .critical
                .iter()
                .any(|oid| oid == "2.5.29.32")
        {
            let note =
                "its certificate policies are critical, with a qualifier that is not understood";
            add(FaultKind::UnknownCriticalExtension, note.to_owned());
        }
        for (kind, note) in wrong_purpose(certificate, policy) {
            add(kind, note.to_owned());
        }
        if depth > 0
            && let Some(note) = not_a_ca(certificate)
        {
            add(FaultKind::NotACa, note);
        }
    }
    faults.extend(too_deep(path, below, policy));
    faults.extend(excluded_through_wildcard(path, policy));
    faults
}

/// RSA below 1024 bits is broken by anybody, curves below 224 bits nearly so (NIST SP 800-131A, 3).
fn weak_key(certificate: &Certificate) -> Option<String> {
    let key = certificate.key;
    let least = match key.algorithm {
        KeyAlgorithm::Rsa | KeyAlgorithm::Dsa => 1024,
        KeyAlgorithm::Ec => 224,
        KeyAlgorithm::Edwards | KeyAlgorithm::Other => 0,
    };
    (key.bits < least).then(|| {
        format!(
            "its {} key has {} bits, fewer than {least}",
            key.algorithm.word(),
            key.bits
        )
    })
}

fn weak_hash(certificate: &Certificate, policy: &Policy) -> Option<(FaultKind, String)> {
    match (certificate.signature.hash, policy.sha1) {
        (Hash::Md5, _) => Some((
            FaultKind::WeakHash,
            format!("it is signed with {}", certificate.signature.algorithm),
        )),
        (Hash::Sha1, Sha1::Refuse) => Some((
            FaultKind::Sha1,
            format!("it is signed with {}", certificate.signature.algorithm),
        )),
        _ => None,
    }
}

/// RFC 5280, 4.2 (an extension once), 4.2.1.6 (names by their form), 4.2.1.10 (constraints in CAs alone),
/// 4.2.1.12 (at least one purpose).
fn malformed(certificate: &Certificate) -> Option<String> {
    let extensions = &certificate.extensions;
    if let Some(oid) = extensions.unsound.first() {
        return Some(format!(
            "its extension {oid} cannot be read, or stands twice"
        ));
    }
    if let Some(names) = &extensions.names {
        if names.malformed > 0 {
            return Some(
                "its subject alternative name holds a name that cannot be read".to_owned(),
            );
        }
        if let Some(name) = names.dns.iter().find(|name| !is_host_name(name)) {
            return Some(format!("its alternative name `{name}` is no host name"));
        }
    }
    match extensions.name_constraints {
        Some(_) if !certificate.is_ca() => {
            return Some("it has name constraints, and is no CA".to_owned());
        }
        Some(0) => return Some("its name constraints are empty".to_owned()),
        _ => {}
    }
    if extensions
        .extended_key_usage
        .as_ref()
        .is_some_and(|usage| usage.is_empty())
    {
        return Some("its extended key usage is empty".to_owned());
    }
    None
}

/// The preferred name syntax of RFC 1034, 3.5 as changed by RFC 1123, 2.1 (RFC 5280, 4.2.1.6), a wildcard aside.
fn is_host_name(name: &str) -> bool {
    !name.starts_with('.')
        && name.chars().all(|character| {
            character.is_ascii_alphanumeric() || matches!(character, '-' | '.' | '*')
        })
}

/// RFC 5280, 4.2.1.12: only one of the purposes named. OpenSSL also takes Netscape's step-up for servers.
fn wrong_purpose(certificate: &Certificate, policy: &Policy) -> Vec<(FaultKind, &'static str)> {
    let Some(usage) = &certificate.extensions.extended_key_usage else {
        return Vec::new();
    };
    let mut wrong = Vec::new();
    if policy.purpose.server() && !(usage.server_auth || usage.any) {
        wrong.push((
            FaultKind::NotForServers,
            "its extended key usage does not name serverAuth",
        ));
    }
    if policy.purpose.client() && !(usage.client_auth || usage.any) {
        wrong.push((
            FaultKind::NotForClients,
            "its extended key usage does not name clientAuth",
        ));
    }
    wrong
}

/// RFC 5280, 6.1.4 (k), (l) and (n): version 3, basic constraints with CA, and keyCertSign.
fn not_a_ca(certificate: &Certificate) -> Option<String> {
    let extensions = &certificate.extensions;
    if !extensions
        .basic_constraints
        .is_some_and(|constraints| constraints.ca)
    {
        return Some(
            "it issued the certificate before it, and does not say that it is a CA".to_owned(),
        );
    }
    extensions
        .key_usage
        .as_ref()
        .is_some_and(|usage| !usage.allows("keyCertSign"))
        .then(|| "its key usage does not let it sign certificates".to_owned())
}

/// Self-issued intermediates do not count, as in RFC 5280, 6.1.4 (l).
fn too_deep(path: &[Arc<Certificate>], below: usize, policy: &Policy) -> Option<Fault> {
    let allowed = policy.depth?;
    let between = path.get(1..below).unwrap_or_default();
    let count = between
        .iter()
        .filter(|certificate| !certificate.is_self_issued())
        .count();
    (count > allowed).then(|| Fault {
        kind: FaultKind::PathTooLong,
        depth: 0,
        note: format!("{count} intermediates stand above it, and --depth allows {allowed}"),
        code: None,
    })
}

/// A wildcard that would match a host which a CA must not certify (RFC 9525, 6.3, with RFC 5280, 4.2.1.10):
/// the constraint looks at `*.example.com`, the client at `bar.example.com`.
fn excluded_through_wildcard(path: &[Arc<Certificate>], policy: &Policy) -> Option<Fault> {
    let Some(Host::Name(host)) = &policy.host else {
        return None;
    };
    let host = host.to_ascii_lowercase();
    path.iter()
        .flat_map(|certificate| &certificate.extensions.excluded_dns)
        .map(|excluded| excluded.to_ascii_lowercase())
        .find(|excluded| {
            let bare = excluded.strip_prefix('.').unwrap_or(excluded);
            !bare.is_empty()
                && (host == bare
                    || host
                        .strip_suffix(bare)
                        .is_some_and(|rest| rest.ends_with('.')))
        })
        .map(|excluded| Fault {
            kind: FaultKind::NameConstraint,
            depth: 0,
            note: format!(
                "a CA above it must not certify names under `{excluded}`, and `{host}` is one"
            ),
            code: None,
        })
}
