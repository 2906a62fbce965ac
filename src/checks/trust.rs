//! TRUST: the CAs of every generation that peers may be of, pinned by fingerprint.

mod held;

use std::sync::Arc;

pub use held::{HELD, HeldFacts, Kin};

use crate::{
    check::{Cause, Check, CheckId, Context, Evidence, Layer, Meta, Outcome, Severity},
    environment::{Authority, Generation, Standing},
    x509::{Certificate, path::Judgement},
};

/// A generation, and what is held of it.
#[derive(Debug)]
pub struct GenerationFacts {
    /// The environment's id.
    pub environment: String,
    /// The generation.
    pub generation: Generation,
    /// Whether its peers must be accepted now.
    pub standing: Standing,
    /// Every certificate of the trust files.
    pub trusted: Vec<Arc<Certificate>>,
    /// Those, and what our own chain file holds.
    pub at_hand: Vec<Arc<Certificate>>,
    /// The paths from each of its sub CAs that is held to its root, if that is held.
    pub paths: Vec<Judgement>,
}

/// The checks on a generation: what must be trusted so that its peers are accepted.
pub static CHECKS: &[Check<GenerationFacts>] = &[
    Check {
        meta: Meta {
            id: CheckId("TRUST-001"),
            title: "the root of a generation in force is trusted",
            severity: Severity::Error,
            layer: Layer::Trust,
            source: "the environment's profile, [[generation]] accept",
            hint: "Run `ptl trust fetch`, which keeps the root only if it is the pinned one, and add it to `trust` in ptl.toml.",
            requires: &[],
        },
        run: trusts_the_root,
    },
    Check {
        meta: Meta {
            id: CheckId("TRUST-002"),
            title: "the sub CAs of a generation in force are at hand",
            severity: Severity::Error,
            layer: Layer::Trust,
            source: "the environment's profile, [[generation]] accept",
            hint: "Run `ptl trust fetch`, which keeps the sub CA only if it is the pinned one, and add it to `trust` in ptl.toml.",
            requires: &[],
        },
        run: holds_the_sub_cas,
    },
    Check {
        meta: Meta {
            id: CheckId("TRUST-003"),
            title: "the sub CAs of a generation in force lead to its root, within their dates",
            severity: Severity::Error,
            layer: Layer::Chain,
            source: "RFC 5280, 6.1",
            hint: "Compare both with the profile's fingerprints: `openssl x509 -noout -fingerprint -sha256 -in FILE`.",
            requires: &[CheckId("TRUST-001"), CheckId("TRUST-002")],
        },
        run: leads_to_its_root,
    },
    Check {
        meta: Meta {
            id: CheckId("TRUST-004"),
            title: "no generation is trusted that has been superseded",
            severity: Severity::Warning,
            layer: Layer::Trust,
            source: "the environment's profile, [[generation]] superseded",
            hint: "Take its CAs out of `trust` once no peer needs them: whoever holds their keys could still call.",
            requires: &[],
        },
        run: is_not_superseded,
    },
];

impl GenerationFacts {
    fn trusts(&self, authority: &Authority) -> bool {
        holds(&self.trusted, authority)
    }

    fn not_in_force(&self, context: &Context<'_>) -> Option<Outcome> {
        let generation = &self.generation.id;
        match self.standing {
            Standing::Required => None,
            Standing::Early => Some(Outcome::not_applicable(format!(
                "generation `{generation}` is not in force yet"
            ))),
            Standing::Over if self.generation.accept.contains(context.at) => {
                Some(Outcome::not_applicable(format!(
                    "`require` in ptl.toml leaves generation `{generation}` out"
                )))
            }
            Standing::Over => Some(Outcome::not_applicable(format!(
                "generation `{generation}` is no longer in force"
            ))),
        }
    }

    /// A failure, unless what it rests on is too weak for one.
    fn lacks(&self, authorities: &[&Authority], what: &str) -> Outcome {
        let names: Vec<&str> = authorities.iter().map(|one| one.name.as_str()).collect();
        let evidence = Evidence::seen(format!(
            "{what} `{}` is not among the trusted certificates, so peers of generation `{}` are refused",
            names.join("`, `"),
            self.generation.id
        ));
        let evidence = authorities.iter().fold(evidence, |evidence, authority| {
            evidence.with("SHA-256", &authority.sha256)
        });
        let evidence = match authorities.iter().find_map(|one| one.url.as_ref()) {
            Some(url) => evidence.hint(format!(
                "Run `ptl trust fetch`: it downloads it from {url}, keeps it only if it is the pinned one, and says what to write into ptl.toml."
            )),
            None => evidence,
        };
        let sure = self.generation.provenance.can_fail()
            && authorities.iter().all(|one| one.provenance.can_fail());
        if sure {
            Outcome::Fail(Cause::GenerationMissing, evidence)
        } else {
            let evidence = evidence.with("source", &self.generation.provenance.source);
            Outcome::Undetermined(Some(Cause::GenerationMissing), evidence)
        }
    }
}

fn holds(certificates: &[Arc<Certificate>], authority: &Authority) -> bool {
    certificates
        .iter()
        .any(|certificate| certificate.sha256 == authority.sha256)
}

fn trusts_the_root(facts: &GenerationFacts, context: &Context<'_>) -> Outcome {
    if let Some(outcome) = facts.not_in_force(context) {
        return outcome;
    }
    let root = &facts.generation.root;
    if facts.trusts(root) {
        Outcome::pass(format!("`{}` is trusted", root.name)).with("SHA-256", &root.sha256)
    } else {
        facts.lacks(&[root], "the root")
    }
}

fn holds_the_sub_cas(facts: &GenerationFacts, context: &Context<'_>) -> Outcome {
    if let Some(outcome) = facts.not_in_force(context) {
        return outcome;
    }
    let missing: Vec<&Authority> = facts
        .generation
        .subs
        .iter()
        .filter(|sub| !holds(&facts.at_hand, sub))
        .collect();
    if missing.is_empty() {
        let names: Vec<&str> = facts
            .generation
            .subs
            .iter()
            .map(|sub| sub.name.as_str())
            .collect();
        return Outcome::pass(format!("`{}` is at hand", names.join("`, `")));
    }
    facts.lacks(&missing, "the sub CA")
}

fn leads_to_its_root(facts: &GenerationFacts, context: &Context<'_>) -> Outcome {
    if let Some(outcome) = facts.not_in_force(context) {
        return outcome;
    }
    match facts.paths.iter().find(|path| !path.is_accepted()) {
        None => Outcome::pass(format!(
            "every sub CA leads to `{}`",
            facts.generation.root.name
        )),
        Some(path) => {
            let name = path
                .path
                .first()
                .map(|certificate| certificate.label())
                .unwrap_or_default();
            let why: Vec<&str> = path
                .faults
                .iter()
                .map(|fault| fault.note.as_str())
                .collect();
            let cause = match path.faults.iter().find(|fault| fault.kind.is_of_dates()) {
                Some(_) => Cause::CertificateExpired,
                None => Cause::NoTrustedPath,
            };
            Outcome::fail(
                cause,
                format!("`{name}` does not lead to its root: {}", why.join("; ")),
            )
        }
    }
}

fn is_not_superseded(facts: &GenerationFacts, _: &Context<'_>) -> Outcome {
    if facts.standing != Standing::Over || !facts.generation.superseded {
        return Outcome::not_applicable(format!(
            "generation `{}` has not been superseded",
            facts.generation.id
        ));
    }
    let held: Vec<&str> = facts
        .generation
        .authorities()
        .filter(|authority| facts.trusts(authority))
        .map(|authority| authority.name.as_str())
        .collect();
    if held.is_empty() {
        return Outcome::pass("none of its CAs is trusted");
    }
    Outcome::fail(
        Cause::Superseded,
        format!(
            "`{}` is still trusted, though generation `{}` has been superseded",
            held.join("`, `"),
            facts.generation.id
        ),
    )
    .with("source", &facts.generation.provenance.source)
}
