//! PATH-001: whether a path reaches a trusted certificate; where not, which certificate is missing, and where it is to be had.

use std::sync::Arc;

use super::PathFacts;
use crate::{
    check::{Cause, Context, Outcome},
    environment::{Authority, Environment},
    x509::{
        Certificate,
        path::{FaultKind, Judgement},
    },
};

/// The faults of a path that reaches no trusted certificate.
pub(super) const REACH: &[FaultKind] = &[FaultKind::IssuerMissing, FaultKind::SelfSigned];

/// What is known of CAs besides the path: where a missing one may be.
#[derive(Debug, Default)]
pub struct Surroundings {
    /// Every certificate that was read, with its file's name.
    pub files: Vec<(String, Arc<Certificate>)>,
    /// The CAs of the environments that ptl knows.
    pub pinned: Vec<Pinned>,
}

/// A CA of an environment.
#[derive(Clone, Debug)]
pub struct Pinned {
    /// Where it belongs, as `int g2`; several, where several environments share it.
    pub places: Vec<String>,
    /// Whether it is a root.
    pub is_root: bool,
    /// The CA.
    pub authority: Authority,
}

impl Pinned {
    /// The CAs of these environments, each once.
    pub fn of<'a>(environments: impl IntoIterator<Item = &'a Environment>) -> Vec<Self> {
        let mut all: Vec<Self> = Vec::new();
        for environment in environments {
            for generation in &environment.generations {
                let place = format!("{} {}", environment.id, generation.id);
                for authority in generation.authorities() {
                    let known = all
                        .iter_mut()
                        .find(|known| known.authority.sha256 == authority.sha256);
                    match known {
                        Some(known) if known.places.contains(&place) => {}
                        Some(known) => known.places.push(place.clone()),
                        None => all.push(Self {
                            places: vec![place.clone()],
                            is_root: authority == &generation.root,
                            authority: authority.clone(),
                        }),
                    }
                }
            }
        }
        all
    }
}

pub(super) fn leads_to_a_trusted_certificate(facts: &PathFacts, context: &Context<'_>) -> Outcome {
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
    let mut reach = judgement.faults_of(REACH);
    let outcome = match reach.next().map(|fault| fault.kind) {
        None if judgement.anchor.is_some() => {
            return Outcome::pass(format!("the path ends with the trusted `{}`", last.label()))
                .with("path", way);
        }
        Some(FaultKind::SelfSigned) => untrusted(facts, last),
        _ => no_issuer(facts, last, context),
    };
    outcome.with("path", way)
}

/// A root that nobody trusts.
fn untrusted(facts: &PathFacts, last: &Certificate) -> Outcome {
    let label = last.label();
    let mut said = format!(
        "the path ends with `{label}`, which signed itself and is not among the trusted certificates, so nobody vouches for it"
    );
    said += &namesakes(facts, last);
    let outcome = Outcome::fail(Cause::SelfSigned, said).with("SHA-256", &last.sha256);
    let mut pinned = facts.surroundings.pinned.iter();
    match pinned.find(|pinned| pinned.authority.sha256 == last.sha256) {
        Some(pinned) => outcome.hint(format!(
            "Add it to the trusted certificates if its environment is meant: by its fingerprint it is `{}` of {}.",
            pinned.authority.name,
            pinned.places.join(", ")
        )),
        None => outcome,
    }
}

/// A certificate whose issuer is not there.
fn no_issuer(facts: &PathFacts, last: &Certificate, context: &Context<'_>) -> Outcome {
    if let Some(lower) = circle(facts, last) {
        let said = format!(
            "the path goes in a circle: `{}` issued `{}`, and stands below it already, so no trusted certificate is reached",
            lower.label(),
            last.label()
        );
        return Outcome::fail(Cause::IssuerMissing, said)
            .hint("Add the root that one of the two was issued by before they certified each other; a certificate of it stands beside them, not above.");
    }
    let mut said = format!(
        "the path ends with `{}`: its issuer `{}`{} is not among the certificates given, so no trusted one is reached",
        last.label(),
        last.issuer,
        match &last.extensions.authority_key_id {
            Some(id) => format!(", key identifier {id},"),
            None => String::new(),
        }
    );
    said += &namesakes(facts, last);
    let outcome = Outcome::fail(Cause::IssuerMissing, said).with("missing", &last.issuer);
    let outcome = match &last.extensions.authority_key_id {
        Some(id) => outcome.with("missing key identifier", id),
        None => outcome,
    };
    match where_to_get(facts, last, context) {
        Some(hint) => outcome.hint(hint),
        None => outcome,
    }
}

/// The issuer of the last certificate, where it stands lower on the path: CAs that certify each other.
fn circle<'a>(facts: &'a PathFacts, last: &Certificate) -> Option<&'a Arc<Certificate>> {
    let (_, below) = facts.judgement.path.split_last()?;
    below
        .iter()
        .find(|lower| last.has_issuer_name_of(lower) && last.is_signed_by(lower))
}

/// The certificates at hand that bear the issuer's name without being the issuer.
fn namesakes(facts: &PathFacts, last: &Certificate) -> String {
    let mut told: Vec<&str> = Vec::new();
    let mut said = String::new();
    for (file, other) in &facts.surroundings.files {
        let is_namesake = last.has_issuer_name_of(other)
            && other.sha256 != last.sha256
            && !told.contains(&other.sha256.as_str())
            && !last.is_signed_by(other);
        if is_namesake {
            told.push(&other.sha256);
            let key = match &other.extensions.subject_key_id {
                Some(id) => format!(" ({id})"),
                None => String::new(),
            };
            said += &format!(
                ". `{}` of {file} has that name, but with another key{key}, which did not sign this: it is another CA, or another generation of it",
                other.label()
            );
        }
    }
    said
}

/// Where the issuer can be had: the profile that pins it, or the address in the certificate.
fn where_to_get(facts: &PathFacts, last: &Certificate, context: &Context<'_>) -> Option<String> {
    let (chain, trust) = match context.install {
        Some(_) => ("`chain` in ptl.toml", "`trust`"),
        None => ("--chain", "--trust"),
    };
    let address = last.extensions.issuer_urls.first();
    let named: Vec<&Pinned> = facts
        .surroundings
        .pinned
        .iter()
        .filter(|pinned| pinned.authority.subject.eq_ignore_ascii_case(&last.issuer))
        .collect();
    if let Some(pinned) = named.first() {
        let authority = &pinned.authority;
        let others = match named.len() {
            1 => String::new(),
            more => format!(" (or another of the {more} CAs that ptl knows by this name)"),
        };
        let from = match authority.url.as_ref().or(address) {
            Some(url) => format!("download it from {url}"),
            None => "ask the desk that issued the certificate for it".to_owned(),
        };
        return Some(format!(
            "By its name the missing one is `{}` of {}{others}: {from}, compare its SHA-256 fingerprint ({}), and add it to {}.",
            authority.name,
            pinned.places.join(", "),
            authority.sha256,
            if pinned.is_root { trust } else { chain }
        ));
    }
    if let Some(url) = address {
        return Some(format!(
            "Download the issuer from {url} and add it to {chain}, or to {trust} if it is the root."
        ));
    }
    context.install.map(|_| {
        "Add the missing CA certificate to the file of `chain` in ptl.toml, or to `trust` if it is a root that `ptl explain generations` lists; `openssl x509 -noout -issuer -in FILE` names it.".to_owned()
    })
}

/// The names on a path, leaf first.
fn way(judgement: &Judgement) -> String {
    let names: Vec<String> = judgement
        .path
        .iter()
        .map(|certificate| certificate.label())
        .collect();
    names.join(" <- ")
}
