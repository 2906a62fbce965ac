//! How a verifier's rules judge a path.

use super::{
    PeerFacts,
    demand::{Demand, is_anchor},
    of_fault,
    reason::Reason,
    verdict::{Side, verdict},
};
use crate::{
    check::Outcome,
    x509::{KeyAlgorithm, path::FaultKind},
};

/// A verifier, and everything that it demands.
pub(super) struct Verifier {
    pub(super) name: &'static str,
    pub(super) rules: &'static [Rule],
    /// What no document says of it: where one of these is not met, ptl does not claim that it takes the path.
    pub(super) unknown: &'static [Demand],
}

/// One demand, and the document that states it.
pub(super) struct Rule {
    pub(super) demand: Demand,
    pub(super) source: &'static str,
}

/// Faults that no verifier lets go (RFC 5280, 6.1).
const REFUSED_BY_ALL: &[FaultKind] = &[
    FaultKind::IssuerMissing,
    FaultKind::SelfSigned,
    FaultKind::BadSignature,
    FaultKind::Expired,
    FaultKind::NotYetValid,
    FaultKind::NotACa,
    FaultKind::PathTooLong,
    FaultKind::NameConstraint,
    FaultKind::UnknownCriticalExtension,
];

/// Faults that verifiers differ in, and that the table says nothing of.
const NOT_IN_THE_TABLE: &[FaultKind] = &[
    FaultKind::Malformed,
    FaultKind::PolicyRefused,
    FaultKind::Other,
];

impl Verifier {
    /// The row of this verifier.
    pub(super) fn judge(&self, facts: &PeerFacts) -> Outcome {
        if let Some(outcome) = facts.unasked() {
            return outcome;
        }
        let outcome = verdict(self.name, facts.sides(), |side| self.reasons(facts, side));
        match (&outcome, self.beyond_the_table(facts)) {
            (Outcome::Pass(_), Some(what)) => Outcome::not_applicable(format!(
                "{what}: what {} makes of that is not in ptl's table",
                self.name
            )),
            _ => outcome,
        }
    }

    fn reasons(&self, facts: &PeerFacts, side: Side) -> Vec<Reason> {
        let mut reasons = Vec::new();
        for fault in facts.judgement.faults_of(REFUSED_BY_ALL) {
            if !is_anchor(facts, fault.depth) || !fault.kind.is_of_dates() {
                reasons.push(of_fault(facts, fault, "RFC 5280, 6.1"));
            }
        }
        if side == Side::Server {
            let wrong = facts.judgement.faults_of(&[FaultKind::WrongName]);
            reasons.extend(wrong.map(|fault| of_fault(facts, fault, "RFC 9525, 6")));
        }
        for rule in self.rules {
            reasons.extend(rule.demand.broken(facts, side, rule.source));
        }
        reasons
    }

    /// Why the table cannot say that a path is taken.
    fn beyond_the_table(&self, facts: &PeerFacts) -> Option<String> {
        let mut faults = facts.judgement.faults_of(NOT_IN_THE_TABLE);
        let fault = faults.next().map(|fault| of_fault(facts, fault, ""));
        let unknown = || {
            let mut asked = self.unknown.iter().flat_map(|demand| {
                let sides = facts.sides().iter();
                sides.flat_map(|side| demand.broken(facts, *side, ""))
            });
            asked.next()
        };
        fault
            .or_else(unknown)
            .map(|reason| format!("`{}`: {}", reason.label, reason.said))
            .or_else(|| strange_key(facts))
            .or_else(|| strange_signature(facts))
    }
}

/// OpenSSL's names of the signatures that the table is about.
const SIGNATURES: &[&str] = &[
    "md5WithRSAEncryption",
    "sha1WithRSAEncryption",
    "sha256WithRSAEncryption",
    "sha384WithRSAEncryption",
    "sha512WithRSAEncryption",
    "ecdsa-with-SHA1",
    "ecdsa-with-SHA256",
    "ecdsa-with-SHA384",
];

/// A signature below the anchor that no rule of the table is about.
fn strange_signature(facts: &PeerFacts) -> Option<String> {
    let path = facts.judgement.path.iter().enumerate();
    let mut below = path.filter(|(depth, _)| !is_anchor(facts, *depth));
    let strange = |it: &str| !SIGNATURES.contains(&it);
    let (_, one) = below.find(|(_, one)| strange(&one.signature.algorithm))?;
    Some(format!(
        "`{}`: signed with {}",
        one.label(),
        one.signature.algorithm
    ))
}

/// A key or serial number of a kind that no rule of the table is about.
fn strange_key(facts: &PeerFacts) -> Option<String> {
    let mut path = facts.judgement.path.iter();
    path.find_map(|one| {
        let said = |what: &str| format!("`{}`: {what}", one.label());
        match one.key.algorithm {
            KeyAlgorithm::Rsa if one.has_plain_rsa_key() => None,
            KeyAlgorithm::Ec if matches!(one.curve(), Some("prime256v1" | "secp384r1")) => None,
            KeyAlgorithm::Rsa => Some(said("an RSA key for PSS alone")),
            KeyAlgorithm::Ec => Some(said(one.curve().unwrap_or("a curve without a name"))),
            other => Some(said(&format!("key of kind {}", other.word()))),
        }
        .or_else(|| {
            one.serial
                .starts_with('-')
                .then(|| said("a negative serial number"))
        })
    })
}
