//! The certificate by which the lab's OCSP responder answers for a CA (RFC 6960, 4.2.2.2).

use jiff::{Span, Timestamp};
use openssl::{
    pkey::{PKey, Private},
    x509::X509,
};

use super::{
    super::{
        authority::{Content, Serial, name},
        extension::{self, Usage},
        generation::around,
    },
    Asked,
};
use crate::error::Result;

/// A delegate of a CA, made anew each time, so that none ever ends; one that may not answer is a server's.
pub(super) fn certificate(
    asked: Asked<'_>,
    may_answer: bool,
    key: &PKey<Private>,
    at: Timestamp,
) -> Result<X509> {
    let authority = asked.authority();
    let subject = name(&[
        ("O", "nhs"),
        ("OU", "CA"),
        ("CN", "Rehearsal OCSP Responder"),
    ])?;
    let extensions = vec![
        extension::no_ca()?,
        extension::signs()?,
        match may_answer {
            true => extension::signs_answers()?,
            false => extension::used_as(Usage::Server)?,
        },
        extension::authority_key_id(&authority.key)?,
        extension::subject_key_id(key)?,
        extension::not_looked_up()?,
    ];
    let content = Content {
        subject: &subject,
        key,
        serial: Serial::random(asked.generation.shape.serial)?,
        validity: around(at, Span::new().days(7), Span::new().days(7))?,
        extensions,
    };
    authority.sign(content, asked.digest())
}
