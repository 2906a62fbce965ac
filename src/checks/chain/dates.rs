//! How long the path holds.

use std::sync::Arc;

use jiff::Timestamp;

use super::ChainFacts;
use crate::{
    check::{Cause, Context, Outcome},
    x509::Certificate,
};

const DAY: i64 = 24 * 60 * 60;

pub(super) fn has_not_ended(facts: &ChainFacts, context: &Context<'_>) -> Outcome {
    let Some((first, days)) = first_end(facts, context.at) else {
        return Outcome::undetermined("there was no path to look at");
    };
    let outcome = if days < 0 {
        Outcome::fail(
            Cause::CertificateExpired,
            format!(
                "`{}` ended on {}, so every peer refuses it",
                first.label(),
                day(first)
            ),
        )
    } else {
        Outcome::pass(format!(
            "`{}` is the first to end, on {}",
            first.label(),
            day(first)
        ))
    };
    outcome.with("days left", days)
}

pub(super) fn does_not_end_within_30_days(facts: &ChainFacts, context: &Context<'_>) -> Outcome {
    within(facts, context.at, 0..30)
}

pub(super) fn does_not_end_within_90_days(facts: &ChainFacts, context: &Context<'_>) -> Outcome {
    within(facts, context.at, 30..90)
}

/// Fails where the first end is within these days; what is nearer is the business of another check.
fn within(facts: &ChainFacts, at: Timestamp, days: std::ops::Range<i64>) -> Outcome {
    let Some((first, left)) = first_end(facts, at) else {
        return Outcome::undetermined("there was no path to look at");
    };
    let outcome = if left < days.start {
        Outcome::not_applicable(format!(
            "`{}` ends sooner, which is said elsewhere",
            first.label()
        ))
    } else if left < days.end {
        Outcome::fail(
            Cause::CertificateExpiresSoon,
            format!(
                "`{}` ends on {}, in {left} days, and nothing works after that",
                first.label(),
                day(first)
            ),
        )
    } else {
        Outcome::pass(format!("{left} days are left"))
    };
    outcome.with("days left", left)
}

/// The certificate of the path that ends first, and how many whole days it has left; negative once it is over.
fn first_end(facts: &ChainFacts, at: Timestamp) -> Option<(&Arc<Certificate>, i64)> {
    let first = facts
        .judgement
        .path
        .iter()
        .min_by_key(|certificate| certificate.not_after)?;
    let seconds = first.not_after.as_second() - at.as_second();
    Some((first, seconds.div_euclid(DAY)))
}

pub(super) fn ends_before_its_issuers(facts: &ChainFacts, _: &Context<'_>) -> Outcome {
    let path = &facts.judgement.path;
    let longer = path
        .windows(2)
        .find(|pair| pair[0].not_after > pair[1].not_after);
    match longer {
        Some(pair) => Outcome::fail(
            Cause::OutlivesIssuer,
            format!(
                "`{}` runs to {}, but its issuer `{}` ends on {}: the path ends with it",
                pair[0].label(),
                day(&pair[0]),
                pair[1].label(),
                day(&pair[1])
            ),
        ),
        None if path.len() < 2 => Outcome::not_applicable("no issuer stands on the path"),
        None => Outcome::pass("every issuer lives as long as what it issued"),
    }
}

fn day(certificate: &Certificate) -> String {
    certificate.not_after.strftime("%F").to_string()
}
