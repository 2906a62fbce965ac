//! A question to an OCSP responder (RFC 6960, 4.1.1).

use der::{Any, Decode, Sequence};
use x509_cert::ext::Extension;

use crate::crl::ocsp::form::{CertId, NONCE};

/// `OCSPRequest`: whose signature, if it has one, counts for nothing here.
#[derive(Sequence)]
pub(super) struct Question {
    asked: Asked,
    #[asn1(context_specific = "0", optional = "true", tag_mode = "EXPLICIT")]
    signature: Option<Any>,
}

/// `TBSRequest`: what is asked.
#[derive(Sequence)]
struct Asked {
    #[asn1(
        context_specific = "0",
        default = "first_version",
        tag_mode = "EXPLICIT"
    )]
    version: u8,
    #[asn1(context_specific = "1", optional = "true", tag_mode = "EXPLICIT")]
    requestor: Option<Any>,
    certificates: Vec<OneAsked>,
    #[asn1(context_specific = "2", optional = "true", tag_mode = "EXPLICIT")]
    extensions: Option<Vec<Extension>>,
}

/// `Request`: one certificate that is asked about.
#[derive(Sequence)]
struct OneAsked {
    id: CertId,
    #[asn1(context_specific = "0", optional = "true", tag_mode = "EXPLICIT")]
    extensions: Option<Vec<Extension>>,
}

fn first_version() -> u8 {
    0
}

impl Question {
    /// Reads a question; nothing where it is none.
    pub(super) fn read(der: &[u8]) -> Option<Self> {
        let question = Self::from_der(der).ok()?;
        let is_sound = question.asked.version == 0 && !question.asked.certificates.is_empty();
        is_sound.then_some(question)
    }

    /// The certificates that are asked about.
    pub(super) fn certificates(&self) -> impl Iterator<Item = &CertId> {
        self.asked.certificates.iter().map(|one| &one.id)
    }

    /// What the answer is to repeat.
    pub(super) fn nonce(&self) -> Option<&Extension> {
        let mut all = self.asked.extensions.iter().flatten();
        all.find(|extension| extension.extn_id == NONCE)
    }
}
