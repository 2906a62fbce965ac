//! Which certificates are sent, and in what order.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use super::ChainFacts;
use crate::{
    check::{Cause, Context, Outcome},
    x509::Certificate,
};

pub(super) fn stands_in_order(facts: &ChainFacts, _: &Context<'_>) -> Outcome {
    if facts.shown.len() < 2 {
        return Outcome::not_applicable("only one certificate is sent");
    }
    if let Some(issued) = issued_by_the_first(facts) {
        return Outcome::fail(
            Cause::OrderWrong,
            format!(
                "`{}` comes first, and it issued `{}`, which stands after it: a peer takes the first for ours",
                facts.leaf().label(),
                issued.label()
            ),
        );
    }
    // Where two follow each other that are no child and issuer, though the issuer stands elsewhere.
    let issuers = Issuers::among(&facts.shown);
    let misplaced = facts
        .shown
        .windows(2)
        .find(|pair| !is_issued_by(&pair[0], &pair[1]) && issuers.hold_one_of(&pair[0]));
    match misplaced {
        Some(pair) => Outcome::fail(
            Cause::OrderWrong,
            format!(
                "`{}` follows `{}`, which another of the certificates issued: strict peers stop there",
                pair[1].label(),
                pair[0].label()
            ),
        ),
        None => Outcome::pass("the certificate comes first, each issuer after what it issued"),
    }
}

/// A certificate that the first one issued.
fn issued_by_the_first(facts: &ChainFacts) -> Option<&Arc<Certificate>> {
    let first = facts.leaf();
    let mut others = facts.shown[1..].iter();
    others.find(|other| is_issued_by(other, first) && other.sha256 != first.sha256)
}

/// Certificates by the hash of their subject, then by their key's identifier: some thousands may stand in a file.
struct Issuers<'a>(HashMap<u32, HashMap<Option<&'a str>, Vec<&'a Certificate>>>);

impl<'a> Issuers<'a> {
    fn among(shown: &'a [Arc<Certificate>]) -> Self {
        let mut all: HashMap<u32, HashMap<Option<&str>, Vec<&Certificate>>> = HashMap::new();
        for certificate in shown {
            let of_name = all
                .entry(certificate.x509().subject_name_hash())
                .or_default();
            let id = certificate.extensions.subject_key_id.as_deref();
            let of_key = of_name.entry(id).or_default();
            // One of them may be the child itself.
            if of_key.len() < 2 {
                of_key.push(certificate);
            }
        }
        Self(all)
    }

    /// Whether another certificate among them may have issued this one.
    fn hold_one_of(&self, child: &Certificate) -> bool {
        let Some(of_name) = self.0.get(&child.x509().issuer_name_hash()) else {
            return false;
        };
        let wanted = child.extensions.authority_key_id.as_deref();
        let of_key = of_name.iter().filter(|(had, _)| {
            // Only where both have one do they decide.
            wanted.is_none() || had.is_none() || **had == wanted
        });
        of_key
            .flat_map(|(_, certificates)| certificates)
            .any(|other| other.sha256 != child.sha256 && is_issued_by(child, other))
    }
}

fn is_issued_by(child: &Certificate, issuer: &Certificate) -> bool {
    child.names_issuer(issuer) && !(child.is_self_issued() && child.sha256 == issuer.sha256)
}

pub(super) fn sends_nothing_twice(facts: &ChainFacts, _: &Context<'_>) -> Outcome {
    let mut seen = HashSet::new();
    let twice = facts
        .shown
        .iter()
        .find(|certificate| !seen.insert(&certificate.sha256));
    match twice {
        Some(certificate) => Outcome::fail(
            Cause::Duplicate,
            format!(
                "`{}` is sent more than once, which some peers take for a broken chain",
                certificate.label()
            ),
        ),
        None => Outcome::pass(format!("{} sent, each once", facts.shown.len())),
    }
}

pub(super) fn sends_nothing_unrelated(facts: &ChainFacts, _: &Context<'_>) -> Outcome {
    let path = &facts.judgement.path;
    let unrelated: Vec<String> = facts
        .shown
        .iter()
        .filter(|certificate| !path.iter().any(|known| known.sha256 == certificate.sha256))
        .map(|certificate| certificate.label())
        .collect();
    if unrelated.is_empty() {
        return Outcome::pass("every certificate that is sent belongs to the path");
    }
    if issued_by_the_first(facts).is_some() {
        return Outcome::not_applicable(
            "a CA comes first, so the path is not ours; CHAIN-002 says so",
        );
    }
    Outcome::fail(
        Cause::Unrelated,
        format!(
            "`{}` is sent, and the path does not need it",
            unrelated.join("`, `")
        ),
    )
}

pub(super) fn sends_every_intermediate(facts: &ChainFacts, _: &Context<'_>) -> Outcome {
    let judgement = &facts.judgement;
    let Some(last) = judgement.path.last() else {
        return Outcome::undetermined("there was no path to look at");
    };
    if judgement.anchor.is_none() {
        return Outcome::undetermined(
            "no path leads to a trusted certificate, so it is not known which ones it needs",
        )
        .hint("Mend PATH-001 first.");
    }
    // The anchor is what a peer holds.
    let missing = facts.below_anchor().iter().skip(1).find(|certificate| {
        !facts
            .shown
            .iter()
            .any(|known| known.sha256 == certificate.sha256)
    });
    match missing {
        None => Outcome::pass(format!(
            "all that a peer needs besides `{}` is sent",
            last.label()
        )),
        Some(certificate) => lacking(facts, certificate),
    }
}

fn lacking(facts: &ChainFacts, certificate: &Certificate) -> Outcome {
    let name = certificate.label();
    let outcome = Outcome::fail(
        Cause::IssuerMissing,
        format!(
            "`{name}` is trusted here but not sent: a peer that holds only the root finds no path"
        ),
    );
    let pinned = facts.environment.as_ref().and_then(|place| {
        place
            .generations
            .iter()
            .flat_map(crate::environment::Generation::authorities)
            .find(|authority| authority.sha256 == certificate.sha256)
            .and_then(|authority| authority.url.as_deref())
    });
    let named = facts
        .leaf()
        .extensions
        .issuer_urls
        .first()
        .map(String::as_str);
    match pinned.or(named) {
        Some(url) => outcome.hint(format!(
            "Append `{name}` to the chain file; it is at {url}."
        )),
        None => outcome,
    }
}

pub(super) fn keeps_the_root_back(facts: &ChainFacts, _: &Context<'_>) -> Outcome {
    match facts.shown.iter().skip(1).find(|one| one.is_self_signed()) {
        Some(root) => Outcome::fail(
            Cause::TlsExtraRoot,
            format!(
                "the root `{}` is sent along: it costs a packet and proves nothing",
                root.label()
            ),
        ),
        None => Outcome::pass("no root is sent"),
    }
}
