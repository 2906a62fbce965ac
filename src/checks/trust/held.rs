//! What each certificate of the trust files is: one that is pinned, one of another environment, or an unknown one.

use std::sync::Arc;

use crate::{
    check::{Cause, Check, CheckId, Context, Evidence, Layer, Meta, Outcome, Severity},
    environment::Authority,
    x509::Certificate,
};

/// A certificate of the trust files.
#[derive(Debug)]
pub struct HeldFacts {
    /// The environment's id.
    pub environment: String,
    /// The certificate.
    pub certificate: Arc<Certificate>,
    /// What it is.
    pub kin: Kin,
}

/// What a trusted certificate is.
#[derive(Debug)]
pub enum Kin {
    /// One that is pinned, of this generation.
    Pinned(String),
    /// It bears the name of this pinned CA, and is another certificate.
    Namesake(Box<Authority>),
    /// One that is pinned for this other environment.
    Elsewhere(String),
    /// None that ptl knows.
    Unknown,
}

/// The checks on one trusted certificate.
pub static HELD: &[Check<HeldFacts>] = &[
    Check {
        meta: Meta {
            id: CheckId("TRUST-005"),
            title: "a certificate that bears a pinned CA's name is that certificate",
            severity: Severity::Error,
            layer: Layer::Trust,
            source: "the environment's profile, SHA-256 fingerprints",
            hint: "Find out where it came from; download the CA anew and compare: `openssl x509 -noout -fingerprint -sha256 -in FILE`.",
            requires: &[],
        },
        run: has_the_pinned_fingerprint,
    },
    Check {
        meta: Meta {
            id: CheckId("TRUST-006"),
            title: "no CA of another environment is trusted",
            severity: Severity::Error,
            layer: Layer::Trust,
            source: "NHS: the chains of the path to live and of live are separate",
            hint: "Take it out of `trust` in ptl.toml: test systems could call this one.",
            requires: &[],
        },
        run: is_of_this_environment,
    },
    Check {
        meta: Meta {
            id: CheckId("TRUST-007"),
            title: "every trusted CA is one that the environment needs",
            severity: Severity::Warning,
            layer: Layer::Trust,
            source: "the environment's profile, [[generation]]",
            hint: "Take it out of `trust`, or say in a waiver why it is there.",
            requires: &[],
        },
        run: is_known,
    },
];

fn has_the_pinned_fingerprint(facts: &HeldFacts, _: &Context<'_>) -> Outcome {
    let certificate = &facts.certificate;
    match &facts.kin {
        Kin::Pinned(generation) => {
            Outcome::pass(format!("it is the one of generation `{generation}`"))
                .with("SHA-256", &certificate.sha256)
        }
        Kin::Namesake(authority) => {
            let evidence = Evidence::seen(format!(
                "`{}` bears the name of a CA of `{}`, but is another certificate: a forgery, a copy of another time, or one issued anew",
                certificate.label(),
                facts.environment
            ))
            .with("SHA-256", &certificate.sha256)
            .with("pinned SHA-256", &authority.sha256);
            if authority.provenance.can_fail() {
                Outcome::Fail(Cause::FingerprintDiffers, evidence)
            } else {
                Outcome::Undetermined(Some(Cause::FingerprintDiffers), evidence)
            }
        }
        Kin::Elsewhere(_) | Kin::Unknown => {
            Outcome::not_applicable("it bears the name of no CA of this environment")
        }
    }
}

fn is_of_this_environment(facts: &HeldFacts, _: &Context<'_>) -> Outcome {
    match &facts.kin {
        Kin::Elsewhere(environment) => Outcome::fail(
            Cause::WrongEnvironment,
            format!(
                "`{}` is a CA of `{environment}`, and is trusted in `{}`",
                facts.certificate.label(),
                facts.environment
            ),
        ),
        _ => Outcome::pass("it is no CA of another environment that ptl knows"),
    }
}

fn is_known(facts: &HeldFacts, _: &Context<'_>) -> Outcome {
    match &facts.kin {
        Kin::Unknown => Outcome::fail(
            Cause::Unrelated,
            format!(
                "`{}` is no CA of `{}` that ptl knows: whoever it certifies may call",
                facts.certificate.label(),
                facts.environment
            ),
        )
        .with("SHA-256", &facts.certificate.sha256),
        Kin::Elsewhere(_) | Kin::Namesake(_) => {
            Outcome::not_applicable("what is the matter with it is said elsewhere")
        }
        Kin::Pinned(generation) => Outcome::pass(format!("it is of generation `{generation}`")),
    }
}
