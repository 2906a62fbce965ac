//! Which environment and generation the certificate is of.

use jiff::Timestamp;

use super::{ChainFacts, Place, same_name};
use crate::{
    check::{Cause, Context, Evidence, Outcome},
    environment::Generation,
    x509::Certificate,
};

pub(super) fn is_of_a_generation_in_force(facts: &ChainFacts, context: &Context<'_>) -> Outcome {
    let Some(place) = &facts.environment else {
        return Outcome::not_applicable("no environment was given to judge it by");
    };
    let Some(generation) = generation(facts, place) else {
        return unknown(facts, place);
    };
    if facts.judgement.anchor.is_some() && pinned(facts, place).is_none() {
        return borrowed(facts, place, generation);
    }
    let in_force = place.presented.join(", ");
    if place.presented.contains(&generation.id) {
        return Outcome::pass(format!("it is of generation `{}`", generation.id))
            .with("in force", in_force);
    }
    let said = format!(
        "it is of generation `{}` ({}), {}",
        generation.id,
        generation.title,
        standing(generation, context.at)
    );
    let evidence = Evidence::seen(said)
        .with("in force", in_force)
        .with("source", &generation.provenance.source);
    if generation.provenance.can_fail() {
        Outcome::Fail(Cause::WrongGeneration, evidence)
    } else {
        Outcome::Undetermined(Some(Cause::WrongGeneration), evidence)
    }
}

/// Why a certificate of a generation is not to be presented; only one that peers no longer accept is refused.
fn standing(generation: &Generation, at: Timestamp) -> &'static str {
    let accepted = generation.accept.contains(at);
    if generation.present.contains(at) {
        "which `require` in ptl.toml leaves out"
    } else if generation.present.from.is_some_and(|from| at < from) {
        match accepted {
            true => "which is not yet in force: peers accept it, but another is to be presented",
            false => "which is not yet in force: Spine refuses it",
        }
    } else {
        match accepted {
            true => "which is no longer in force: peers accept it only for a while yet",
            false => "which is no longer in force: Spine refuses it",
        }
    }
}

fn unknown(facts: &ChainFacts, place: &Place) -> Outcome {
    let leaf = facts.leaf();
    if elsewhere(facts, place).is_some() {
        return Outcome::not_applicable("it is of another environment, which is said elsewhere");
    }
    Outcome::fail(
        Cause::WrongGeneration,
        format!(
            "its issuer `{}` is no CA of `{}` that ptl knows, so Spine has no reason to take it",
            leaf.issuer, place.id
        ),
    )
    .with("in force", place.presented.join(", "))
}

/// A trusted certificate is reached, and none on the way to it is pinned: anybody can take a CA's name.
fn borrowed(facts: &ChainFacts, place: &Place, generation: &Generation) -> Outcome {
    let last = facts.judgement.path.last().unwrap_or(facts.leaf());
    Outcome::fail(
        Cause::FingerprintDiffers,
        format!(
            "its path bears the name of a CA of generation `{}`, but none of its certificates is one that is pinned: it ends with `{}`, so no peer takes it",
            generation.id,
            last.label()
        ),
    )
    .with("SHA-256", &last.sha256)
    .with("in force", place.presented.join(", "))
    .hint("Compare each CA of the path with those that `ptl explain generations` lists: `openssl x509 -noout -fingerprint -sha256 -in FILE`; take those that differ out of `trust` and `chain`.")
}

fn pinned<'a>(facts: &ChainFacts, place: &'a Place) -> Option<&'a Generation> {
    let path = &facts.judgement.path;
    path.iter()
        .find_map(|certificate| place.pinned(certificate))
}

/// The generation whose CA stands on the path, or else is named as an issuer on it.
fn generation<'a>(facts: &ChainFacts, place: &'a Place) -> Option<&'a Generation> {
    let path = &facts.judgement.path;
    pinned(facts, place).or_else(|| {
        path.iter()
            .find_map(|certificate| place.generation_of(certificate))
    })
}

pub(super) fn is_of_this_environment(facts: &ChainFacts, _: &Context<'_>) -> Outcome {
    let Some(place) = &facts.environment else {
        return Outcome::not_applicable("no environment was given to judge it by");
    };
    match elsewhere(facts, place) {
        Some((certificate, environment)) => Outcome::fail(
            Cause::WrongEnvironment,
            format!(
                "`{}` is of `{environment}`, not of `{}`: its peers trust other roots",
                certificate.label(),
                place.id
            ),
        ),
        None => Outcome::pass(format!(
            "nothing on the path is of another environment than `{}`",
            place.id
        )),
    }
}

/// A certificate on the path that is, or was issued by, a CA of another environment and of none here.
fn elsewhere<'a>(facts: &'a ChainFacts, place: &'a Place) -> Option<(&'a Certificate, &'a str)> {
    facts.judgement.path.iter().find_map(|certificate| {
        if place.generation_of(certificate).is_some() {
            return None;
        }
        place
            .elsewhere
            .iter()
            .find(|other| {
                other.sha256 == certificate.sha256 || same_name(&other.subject, &certificate.issuer)
            })
            .map(|other| (certificate.as_ref(), other.environment.as_str()))
    })
}
