//! EP-*: what our own endpoint shows to a caller, and what it asks of one.
//!
//! The way there is judged by DNS, TCP and TLS, and the chain that it shows by PATH and CHAIN.

mod asks;
mod generations;
mod same;

use std::sync::Arc;

use super::{
    dns::HAS_AN_ADDRESS,
    tls::{AGREES, NHS_SECURITY},
};
use crate::{
    check::{Check, CheckId, Layer, Meta, Outcome, Severity},
    net::tls::Handshake,
    x509::Certificate,
};

pub use generations::{ACCEPTED, AcceptedFacts, Reached, SENT, SentFacts};

/// It asks for a client certificate.
const ASKS: CheckId = CheckId("EP-006");

/// What one address of the endpoint showed: the subject is `host:port address`.
#[derive(Clone, Debug)]
pub struct EndpointFacts {
    /// The address and port, for sentences.
    pub address: String,
    /// The handshake that showed most, and what followed; `None` where none was made.
    pub handshake: Option<Handshake>,
    /// The certificates that could be read, leaf first as they were sent.
    pub presented: Vec<Arc<Certificate>>,
    /// What the endpoint should show, and how it was visited.
    pub wanted: Arc<Wanted>,
}

/// What the endpoint should show, and how it was visited.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// The certificate's file.
    pub file: Expected,
    /// What the checklist recorded of it.
    pub recorded: Recorded,
    /// Why no certificate of ours was shown, where none was.
    pub unshown: Option<String>,
    /// The path that was asked for.
    pub path: String,
}

/// The certificate that should be shown, as its file has it.
#[derive(Clone, Debug)]
pub enum Expected {
    /// No file is to be compared, for this reason.
    NotNamed(String),
    /// It could not be read, for this reason.
    Unreadable(String),
    /// The file's name, and the certificate that stands first in it.
    File(String, Arc<Certificate>),
}

/// What the checklist recorded of the certificate.
#[derive(Clone, Debug)]
pub enum Recorded {
    /// Nothing to compare with, for this reason.
    Nothing(String),
    /// The step that is about it, and the evidence that it was last done with.
    Done(String, Vec<Piece>),
}

/// A piece of evidence.
#[derive(Clone, Debug)]
pub enum Piece {
    /// Words.
    Text(String),
    /// A file.
    File {
        /// Its name, without folders.
        name: String,
        /// SHA-256 of its content, lower-case hex.
        sha256: String,
        /// What became of it.
        kept: Kept,
    },
}

/// What became of a file that was recorded.
#[derive(Clone, Debug)]
pub enum Kept {
    /// It is at hand as it was, and holds these certificates.
    AsItWas(Vec<Arc<Certificate>>),
    /// A file of its name is at hand, with another content.
    Changed,
    /// It is not at hand.
    Gone,
}

/// What all addresses of the endpoint showed: the subject is `host:port`.
#[derive(Debug)]
pub struct AddressesFacts {
    /// Each address, and the leaf that it showed, if it showed one.
    pub shown: Vec<(String, Option<Arc<Certificate>>)>,
}

/// The checks of one address.
pub static ADDRESS: &[Check<EndpointFacts>] = &[
    Check {
        meta: Meta {
            id: CheckId("EP-001"),
            title: "the endpoint shows the certificate of the file",
            severity: Severity::Error,
            layer: Layer::Tls,
            source: "Deployment Toolkit, Path to Live: configure, 1 (the certificate is bound to the service)",
            hint: "Bind the file's certificate and key to the endpoint's name, and reload the server.",
            requires: &[AGREES],
        },
        run: same::shows_the_file,
    },
    Check {
        meta: Meta {
            id: CheckId("EP-002"),
            title: "the endpoint shows the certificate that the checklist recorded",
            severity: Severity::Error,
            layer: Layer::Tls,
            source: "Deployment Toolkit, Path to Live: Getting connected, 3, and Live Install (certificates)",
            hint: "Record the certificate that is in use: `ptl checklist reopen STEP --reason renewed`, then `ptl checklist done STEP --evidence FILE`.",
            requires: &[AGREES],
        },
        run: same::shows_what_was_recorded,
    },
    Check {
        meta: Meta {
            id: ASKS,
            title: "the endpoint asks for a client certificate",
            severity: Severity::Error,
            layer: Layer::Tls,
            source: NHS_SECURITY,
            hint: "Switch client certificates on: nginx `ssl_verify_client on`, Apache `SSLVerifyClient require`, IIS `Require` under SSL Settings.",
            requires: &[AGREES],
        },
        run: asks::asks_for_a_certificate,
    },
];

/// The check of all addresses together.
pub static ADDRESSES: &[Check<AddressesFacts>] = &[Check {
    meta: Meta {
        id: CheckId("EP-003"),
        title: "every address of the endpoint shows the same certificate",
        severity: Severity::Error,
        layer: Layer::Tls,
        source: "RFC 6724 section 2: a caller may take any address of a name",
        hint: "Put the same certificate on every machine behind the name, and reload each.",
        requires: &[HAS_AN_ADDRESS],
    },
    run: same::shows_one_certificate,
}];

fn nothing_presented() -> Outcome {
    Outcome::undetermined("The endpoint presented no certificate that can be read.")
}

/// A certificate in a sentence: whose, by whom, which and until when.
fn named(certificate: &Certificate) -> String {
    format!(
        "`{}` (issued by `{}`, serial {}, to {})",
        certificate.label(),
        certificate.issuer,
        certificate.serial,
        certificate.not_after.strftime("%F")
    )
}

#[cfg(test)]
mod tests;
