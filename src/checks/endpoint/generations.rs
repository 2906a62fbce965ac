//! Each generation in both directions: what the endpoint sends reaches its root, and its certificates are accepted.

use std::sync::Arc;

use super::{AGREES, ASKS, EndpointFacts, asks::ours};
use crate::{
    check::{Cause, Check, CheckId, Context, Evidence, Layer, Meta, Outcome, Severity},
    checks::{
        chain::same_name,
        path::cause,
        tls::{Reaction, authority_names},
    },
    environment::{Generation, Life, Standing},
    net::tls::{Asked, Handshake},
    x509::{Certificate, path::Judgement},
};

/// What the endpoint sends, under one generation: the subject ends with `ENV GENERATION (present)`.
#[derive(Debug)]
pub struct SentFacts {
    /// The generation.
    pub generation: Generation,
    /// Whether our certificate may be of it now.
    pub standing: Standing,
    /// What became of the chain under its root alone.
    pub reached: Reached,
    /// The other generations that may be presented now, and whose roots are reached.
    pub others: Vec<String>,
}

/// What becomes of the chain as sent for a caller that holds one root and nothing else.
#[derive(Debug)]
pub enum Reached {
    /// The root itself is not among the trusted certificates, so this could not be judged.
    NoRoot,
    /// OpenSSL's word.
    Judged(Box<Judgement>),
}

/// Whom the endpoint accepts, of one generation: the subject ends with `ENV GENERATION (accept)`.
#[derive(Debug)]
pub struct AcceptedFacts {
    /// The generation.
    pub generation: Generation,
    /// Whether its peers must be accepted now.
    pub standing: Standing,
    /// The address that was visited.
    pub at: EndpointFacts,
    /// What was shown to it; empty where nothing was.
    pub ours: Vec<Arc<Certificate>>,
}

/// The check of what is sent.
pub static SENT: &[Check<SentFacts>] = &[Check {
    meta: Meta {
        id: CheckId("EP-004"),
        title: "what the endpoint sends reaches the root of a generation that is to be presented",
        severity: Severity::Error,
        layer: Layer::Trust,
        source: "the environment's profile, [[generation]] present; RFC 8446 section 4.4.2",
        hint: "Bind a certificate of a generation that is in force, and send its sub CA after it; `ptl explain generations` names them.",
        requires: &[AGREES],
    },
    run: reaches_the_root,
}];

/// The check of whom it accepts.
pub static ACCEPTED: &[Check<AcceptedFacts>] = &[Check {
    meta: Meta {
        id: CheckId("EP-005"),
        title: "the endpoint accepts certificates of a generation in force",
        severity: Severity::Error,
        layer: Layer::Trust,
        source: "the environment's profile, [[generation]] accept; RFC 8446 section 4.2.4; RFC 5246 section 7.4.4",
        hint: "Add root and sub CA of the generation to those that the server takes client certificates from: nginx `ssl_client_certificate`, Apache `SSLCACertificateFile`.",
        requires: &[AGREES, ASKS],
    },
    run: accepts_the_generation,
}];

/// Why a generation does not bind in a direction, where it does not.
fn not_in_force(
    generation: &Generation,
    standing: Standing,
    life: &Life,
    context: &Context<'_>,
) -> Option<Outcome> {
    let id = &generation.id;
    let reason = match standing {
        Standing::Required => return None,
        Standing::Early => format!("generation `{id}` is not in force yet"),
        Standing::Over if life.contains(context.at) => {
            format!("`require` in ptl.toml leaves generation `{id}` out")
        }
        Standing::Over => format!("generation `{id}` is no longer in force"),
    };
    Some(Outcome::not_applicable(reason))
}

/// A failure, or an open question where the profile is not sure enough for one.
fn weighed(generation: &Generation, cause: Cause, evidence: Evidence) -> Outcome {
    let roots = generation
        .authorities()
        .all(|one| one.provenance.can_fail());
    if generation.provenance.can_fail() && roots {
        return Outcome::Fail(cause, evidence);
    }
    let evidence = evidence.with("source", &generation.provenance.source);
    Outcome::Undetermined(Some(cause), evidence)
}

fn reaches_the_root(facts: &SentFacts, context: &Context<'_>) -> Outcome {
    let generation = &facts.generation;
    if let Some(outcome) = not_in_force(generation, facts.standing, &generation.present, context) {
        return outcome;
    }
    let root = &generation.root;
    let judgement = match &facts.reached {
        Reached::Judged(judgement) if judgement.is_accepted() => {
            return Outcome::pass(format!(
                "A caller that holds `{}` alone gets through to it.",
                root.name
            ))
            .with("path", path(judgement));
        }
        _ if !facts.others.is_empty() => {
            return Outcome::not_applicable(format!(
                "it sends a chain of `{}`, which may be presented now as well",
                facts.others.join("`, `")
            ));
        }
        Reached::NoRoot => {
            return Outcome::undetermined(format!(
                "`{}` is not among the trusted certificates, so it cannot be told whether what is sent reaches it.",
                root.name
            ))
            .hint("Add the root to `trust`, by its fingerprint: `ptl explain generations`.")
            .with("SHA-256", &root.sha256);
        }
        Reached::Judged(judgement) => judgement,
    };
    unreached(generation, judgement)
}

fn unreached(generation: &Generation, judgement: &Judgement) -> Outcome {
    let notes: Vec<String> = judgement
        .faults
        .iter()
        .map(|fault| match judgement.path.get(fault.depth) {
            Some(about) => format!("`{}`: {}", about.label(), fault.note),
            None => fault.note.clone(),
        })
        .collect();
    let first = judgement.faults.first();
    weighed(
        generation,
        first.map_or(Cause::NoTrustedPath, |fault| cause(fault.kind)),
        Evidence::seen(format!(
            "A caller that holds `{}` alone, as generation `{}` asks, refuses what is sent: {}.",
            generation.root.name,
            generation.id,
            notes.join("; ")
        ))
        .with("sent", path(judgement)),
    )
}

fn path(judgement: &Judgement) -> String {
    let labels: Vec<String> = judgement.path.iter().map(|one| one.label()).collect();
    labels.join(" <- ")
}

pub(super) fn accepts_the_generation(facts: &AcceptedFacts, context: &Context<'_>) -> Outcome {
    let generation = &facts.generation;
    if let Some(outcome) = not_in_force(generation, facts.standing, &generation.accept, context) {
        return outcome;
    }
    let handshake = match &facts.at.handshake {
        Some(handshake) if handshake.asked != Asked::Never => handshake,
        _ => return Outcome::undetermined("It asked for no client certificate."),
    };
    let ours = ours(&facts.at, handshake);
    // RFC 8446, section 6.2: unknown_ca is about the issuer, whatever else is wrong with the certificate.
    let unknown = matches!(Reaction::of(handshake), Reaction::Refused(Some(48)));
    if unknown && handshake.heard.certificate_shown && facts.ours_is_of_it() {
        let evidence = Evidence::seen(format!(
            "It refused ours, which is of generation `{}`, for its CA: others of that generation fare no better.",
            generation.id
        ));
        return weighed(
            generation,
            Cause::TlsRefusesOurCa,
            evidence.with("our certificate", ours),
        );
    }
    if handshake.acceptable.is_empty() {
        return Outcome::not_applicable(
            "It names no CAs when it asks, as IIS does by default, so this says nothing of whom it accepts; its log does, once a peer of that generation calls.",
        )
        .with("our certificate", ours);
    }
    judged_by_names(generation, handshake, ours)
}

/// By the CAs that it names when it asks.
fn judged_by_names(generation: &Generation, handshake: &Handshake, ours: String) -> Outcome {
    let is_named = |subject: &str| {
        let mut names = handshake.acceptable.iter();
        names.any(|name| same_name(&name.text, subject))
    };
    let named: Vec<&str> = generation
        .authorities()
        .filter(|authority| is_named(&authority.subject))
        .map(|authority| authority.name.as_str())
        .collect();
    if !named.is_empty() {
        return Outcome::pass(format!("It names `{}` when it asks.", named.join("`, `")))
            .with("our certificate", ours);
    }
    let evidence = Evidence::seen(format!(
        "It names no CA of generation `{}` when it asks, so peers of that generation are refused, or send nothing.",
        generation.id
    ));
    weighed(
        generation,
        Cause::TlsAcceptsOneGeneration,
        evidence
            .with("accepted CAs", authority_names(&handshake.acceptable))
            .with("our certificate", ours),
    )
}

impl AcceptedFacts {
    /// Whether what was shown names a CA of the generation as an issuer.
    fn ours_is_of_it(&self) -> bool {
        let mut issuers = self.ours.iter().map(|one| one.issuer.as_str());
        issuers.any(|issuer| {
            let mut authorities = self.generation.authorities();
            authorities.any(|authority| same_name(&authority.subject, issuer))
        })
    }
}
