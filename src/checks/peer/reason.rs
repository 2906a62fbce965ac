//! Why a verifier refuses a certificate, and many such reasons as one sentence.

use super::verdict::Side;
use crate::check::Cause;

/// Why a verifier refuses a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reason {
    pub(super) cause: Cause,
    /// The certificate's name.
    pub(super) label: String,
    /// What was seen of it, as a fragment.
    pub(super) said: String,
    /// The rule's document, with its version or section.
    pub(super) source: String,
}

/// Every reason once, with all certificates that give it; one that counts for one of two refusals says for which.
pub(super) fn all(answers: &[(Side, Vec<Reason>)]) -> String {
    let refusals = answers.iter().filter(|(_, reasons)| !reasons.is_empty());
    let refusals = refusals.count();
    let mut told: Vec<Told<'_>> = Vec::new();
    for (side, reason) in each(answers) {
        let sides = each(answers)
            .filter(|(_, other)| *other == reason)
            .map(|(side, _)| side)
            .collect();
        match told.iter_mut().find(|told| told.fits(reason, &sides)) {
            Some(told) if told.labels.contains(&reason.label.as_str()) => {}
            Some(told) => told.labels.push(&reason.label),
            None => told.push(Told {
                reason,
                labels: vec![&reason.label],
                only: (sides.len() < refusals).then_some(side),
                sides,
            }),
        }
    }
    let said: Vec<String> = told.iter().map(Told::sentence).collect();
    said.join("; ")
}

fn each(answers: &[(Side, Vec<Reason>)]) -> impl Iterator<Item = (Side, &Reason)> {
    answers
        .iter()
        .flat_map(|(side, reasons)| reasons.iter().map(|reason| (*side, reason)))
}

/// A reason, and whose it is.
struct Told<'a> {
    reason: &'a Reason,
    labels: Vec<&'a str>,
    sides: Vec<Side>,
    /// The one side of two refusals that it counts for.
    only: Option<Side>,
}

impl Told<'_> {
    fn fits(&self, other: &Reason, sides: &Vec<Side>) -> bool {
        (&self.reason.said, &self.reason.source, &self.sides) == (&other.said, &other.source, sides)
    }

    fn sentence(&self) -> String {
        let only = match self.only {
            Some(side) => format!("as {} ", side.word()),
            None => String::new(),
        };
        format!(
            "{only}`{}`: {} ({})",
            self.labels.join("`, `"),
            self.reason.said,
            self.reason.source
        )
    }
}
