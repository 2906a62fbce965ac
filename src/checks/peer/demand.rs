//! The demands of the table: what of a path breaks each.

use std::sync::Arc;

use super::{PeerFacts, of_fault, reason::Reason, verdict::Side};
use crate::{
    check::Cause,
    x509::{Certificate, Hash, KeyAlgorithm, path::Host},
};

/// What a verifier may demand beyond RFC 5280's section 6.
pub(super) enum Demand {
    /// No signature below the anchor uses one of these hashes; nobody judges the anchor's own.
    NoneOf(&'static [Hash]),
    /// Every RSA key of the path has so many bits.
    Rsa(u32, u32),
    /// Every elliptic curve of the path has so many bits at least.
    Curve(u32),
    /// A server is named in the subject alternative name: the common name is not read.
    AlternativeName,
    /// The extended key usage, where there is one, names the side; `any` where `anyExtendedKeyUsage` does too.
    Purpose { of: Scope, any: bool },
    /// The leaf's key usage, where there is one, has digitalSignature.
    DigitalSignature,
    /// Every certificate below the anchor is of version 3.
    Version3,
    /// The leaf is no CA.
    NoCa,
    /// Issuer and subject are the same bytes: neither case nor kind of string may differ.
    ExactNames,
    /// The anchor is within its dates as well.
    AnchorDates,
}

/// Which certificates of a path a demand is about.
#[derive(Clone, Copy)]
pub(super) enum Scope {
    Leaf,
    BelowAnchor,
    Path,
}

/// Whether it is the path's anchor that stands there.
pub(super) fn is_anchor(facts: &PeerFacts, depth: usize) -> bool {
    depth + 1 == facts.judgement.path.len()
}

impl Demand {
    /// What of a path breaks the demand, each with the document that states it.
    pub(super) fn broken(
        &self,
        facts: &PeerFacts,
        side: Side,
        source: &'static str,
    ) -> Vec<Reason> {
        let path = &facts.judgement.path;
        match self {
            Self::ExactNames => other_bytes(path, source),
            Self::AnchorDates => facts
                .judgement
                .faults
                .iter()
                .filter(|fault| fault.kind.is_of_dates() && is_anchor(facts, fault.depth))
                .map(|fault| of_fault(facts, fault, source))
                .collect(),
            _ => self
                .scope()
                .of(path)
                .iter()
                .filter_map(|one| {
                    let (cause, said) = self.breaks(one, side, facts.host.as_ref())?;
                    Some(reason(one, cause, said, source))
                })
                .collect(),
        }
    }

    /// Which certificates it is about.
    fn scope(&self) -> Scope {
        match self {
            Self::NoneOf(_) | Self::Version3 => Scope::BelowAnchor,
            Self::Rsa(..) | Self::Curve(_) | Self::ExactNames | Self::AnchorDates => Scope::Path,
            Self::AlternativeName | Self::DigitalSignature | Self::NoCa => Scope::Leaf,
            Self::Purpose { of, .. } => *of,
        }
    }

    /// How one certificate breaks it.
    fn breaks(
        &self,
        one: &Certificate,
        side: Side,
        host: Option<&Host>,
    ) -> Option<(Cause, String)> {
        let (key, extensions) = (one.key, &one.extensions);
        let is_rsa = key.algorithm == KeyAlgorithm::Rsa;
        let small = |least| {
            format!(
                "{} key of {} bits, fewer than {least}",
                key.algorithm.word(),
                key.bits
            )
        };
        match self {
            Self::NoneOf(hashes) if hashes.contains(&one.signature.hash) => Some((
                weak(one.signature.hash),
                format!("signed with {}", one.signature.algorithm),
            )),
            Self::Rsa(least, _) if is_rsa && key.bits < *least => {
                Some((Cause::WeakKey, small(*least)))
            }
            Self::Rsa(_, most) if is_rsa && key.bits > *most => Some((
                Cause::WeakKey,
                format!("RSA key of {} bits, more than {most}", key.bits),
            )),
            Self::Curve(least) if key.algorithm == KeyAlgorithm::Ec && key.bits < *least => {
                Some((Cause::WeakKey, small(*least)))
            }
            Self::AlternativeName if side == Side::Server => nameless(one, host),
            Self::Purpose { any, .. } => purpose(one, side, *any),
            Self::DigitalSignature => {
                let usage = extensions.key_usage.as_ref()?;
                let said = || "key usage without digitalSignature".to_owned();
                (!usage.allows("digitalSignature")).then(|| (Cause::WrongKeyUsage, said()))
            }
            Self::Version3 if one.version < 3 => Some((
                Cause::MalformedCertificate,
                format!("version {}, not 3", one.version),
            )),
            Self::NoCa if one.is_ca() => {
                Some((Cause::NotACa, "a CA's, shown as an endpoint's".to_owned()))
            }
            _ => None,
        }
    }
}

impl Scope {
    fn of(self, path: &[Arc<Certificate>]) -> &[Arc<Certificate>] {
        match self {
            Self::Leaf => &path[..1],
            Self::BelowAnchor => &path[..path.len() - 1],
            Self::Path => path,
        }
    }
}

fn reason(one: &Certificate, cause: Cause, said: String, source: &'static str) -> Reason {
    Reason {
        cause,
        label: one.label(),
        said,
        source: source.to_owned(),
    }
}

/// The cause of a hash that is not taken.
pub(super) fn weak(hash: Hash) -> Cause {
    match hash {
        Hash::Sha1 => Cause::Sha1Signature,
        _ => Cause::WeakSignature,
    }
}

/// What the alternative name does not say, no common name makes good.
fn nameless(leaf: &Certificate, host: Option<&Host>) -> Option<(Cause, String)> {
    let names = leaf.extensions.names.as_ref();
    let named = match host {
        Some(Host::Address(_)) => names.is_some_and(|names| !names.ip.is_empty()),
        _ => names.is_some_and(|names| !names.dns.is_empty()),
    };
    let said = || "named in the common name alone, which is not read".to_owned();
    (!named).then(|| (Cause::NameInCnOnly, said()))
}

fn purpose(one: &Certificate, side: Side, any: bool) -> Option<(Cause, String)> {
    let usage = one.extensions.extended_key_usage.as_ref()?;
    let (named, word, cause) = match side {
        Side::Server => (usage.server_auth, "serverAuth", Cause::ServerAuthMissing),
        Side::Client => (usage.client_auth, "clientAuth", Cause::ClientAuthMissing),
    };
    let said = || format!("extended key usage without {word}");
    (!(named || any && usage.any)).then(|| (cause, said()))
}

/// Names that are one by RFC 5280, 7.1, but not byte by byte.
fn other_bytes(path: &[Arc<Certificate>], source: &'static str) -> Vec<Reason> {
    path.windows(2)
        .filter(|pair| {
            let named = pair[0].x509().issuer_name().to_der();
            let own = pair[1].x509().subject_name().to_der();
            !matches!((named, own), (Ok(named), Ok(own)) if named == own)
        })
        .map(|pair| {
            let said = format!(
                "its issuer's name is spelled in other bytes than in `{}`: case or kind of string",
                pair[1].label()
            );
            reason(&pair[0], Cause::IssuerMissing, said, source)
        })
        .collect()
}
