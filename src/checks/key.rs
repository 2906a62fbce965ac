//! KEY: the private key of a certificate.

use std::sync::Arc;

use crate::{
    check::{Cause, Check, CheckId, Context, Layer, Meta, Outcome, Severity},
    x509::Certificate,
};

/// A private key's file, and what is known of it without showing it.
#[derive(Debug)]
pub struct KeyFacts {
    /// The file.
    pub file: String,
    /// What was read.
    pub key: Key,
    /// The certificate that it should fit, if there is one.
    pub certificate: Option<Arc<Certificate>>,
    /// Which of the certificates after that one it fits, as `NAME, to 2028-06-01`, where it does not fit that one.
    pub fits_later: Option<String>,
    /// Other environments of the install whose key or certificate is of the same key.
    pub shared_with: Vec<String>,
    /// Other environments of the install whose key could not be compared with it.
    pub not_compared: Vec<String>,
    /// Whether others than the owner may read the file; `None` where the system cannot say.
    pub open: Option<bool>,
}

/// What was read of a key.
#[derive(Debug, PartialEq, Eq)]
pub enum Key {
    /// SHA-256 of its DER SubjectPublicKeyInfo, lower-case hex.
    Read(String),
    /// It needs a passphrase, which was not given.
    Encrypted,
    /// It is not there.
    Missing,
    /// This user may not read it, which is right where the service runs as another: why, and what to do.
    Shut(String, String),
    /// It is no key, or a damaged one: why, and what to do.
    Unreadable(String, String),
}

/// The checks on a key.
pub static CHECKS: &[Check<KeyFacts>] = &[
    Check {
        meta: Meta {
            id: CheckId("KEY-001"),
            title: "the private key is the certificate's",
            severity: Severity::Error,
            layer: Layer::Key,
            source: "RFC 5280, 4.1.2.7",
            hint: "Find the key that the request was made with; if it is lost, make a new pair: `ptl csr --fqdn NAME --out DIR`.",
            requires: &[],
        },
        run: fits_the_certificate,
    },
    Check {
        meta: Meta {
            id: CheckId("KEY-002"),
            title: "the private key serves one environment alone",
            severity: Severity::Error,
            layer: Layer::Key,
            source: "NIST SP 800-57 part 1, 5.2: a key for one purpose; INT and live are separate systems",
            hint: "Make a pair of its own for each environment: `ptl csr --fqdn NAME --out DIR`.",
            requires: &[],
        },
        run: serves_one_environment,
    },
    Check {
        meta: Meta {
            id: CheckId("KEY-003"),
            title: "only its owner may read the private key",
            severity: Severity::Error,
            layer: Layer::Key,
            source: "NIST SP 800-57 part 1, 6.2.1",
            hint: "Close it: `chmod 600 FILE`.",
            requires: &[],
        },
        run: is_closed_to_others,
    },
];

/// The key's fingerprint, or what is to be said where there is none.
fn public_key(facts: &KeyFacts) -> Result<&str, Box<Outcome>> {
    let file = &facts.file;
    Err(Box::new(match &facts.key {
        Key::Read(spki) => return Ok(spki),
        Key::Encrypted => {
            Outcome::undetermined(format!("the key in `{file}` is encrypted, so it cannot be compared"))
                .hint(format!(
                    "Compare by hand: `openssl pkey -in {file} -pubout` and `openssl x509 -in CERT -noout -pubkey` print the same."
                ))
        }
        Key::Missing => {
            Outcome::fail(Cause::FileMissing, format!("`{file}` is not there")).hint(
                "Make it with `ptl csr`, copy it from where the request was made, or correct `key` in ptl.toml.",
            )
        }
        Key::Shut(why, hint) => {
            Outcome::undetermined(why.clone()).hint(hint.clone())
        }
        Key::Unreadable(why, hint) => {
            Outcome::fail(Cause::FileUnreadable, why.clone()).hint(hint.clone())
        }
    }))
}

fn fits_the_certificate(facts: &KeyFacts, _: &Context<'_>) -> Outcome {
    let file = &facts.file;
    let spki = match public_key(facts) {
        Ok(spki) => spki,
        Err(outcome) => return *outcome,
    };
    match &facts.certificate {
        None => Outcome::not_applicable("there is no certificate yet that it could fit"),
        Some(certificate) if certificate.spki_sha256 == *spki => {
            Outcome::pass(format!("`{file}` is the key of `{}`", certificate.label()))
                .with("public key SHA-256", spki)
        }
        Some(certificate) => {
            let outcome = match &facts.fits_later {
                None => Outcome::fail(
                    Cause::KeyDoesNotFit,
                    format!(
                        "`{file}` is not the key of `{}`: no handshake can succeed with the two",
                        certificate.label()
                    ),
                ),
                Some(later) => Outcome::fail(
                    Cause::KeyDoesNotFit,
                    format!(
                        "`{file}` is not the key of `{}`, the first certificate, but of a later one ({later}): no handshake can succeed so",
                        certificate.label()
                    ),
                )
                .hint("Put the certificate that the key fits first in its file; take an old one out."),
            };
            outcome
                .with("key SHA-256", spki)
                .with("certificate's key SHA-256", &certificate.spki_sha256)
        }
    }
}

fn serves_one_environment(facts: &KeyFacts, context: &Context<'_>) -> Outcome {
    if context.install.is_none() {
        return Outcome::not_applicable("no install says which keys there are");
    }
    if facts.shared_with.is_empty() && !facts.not_compared.is_empty() {
        return Outcome::undetermined(format!(
            "the key of `{}` could not be compared with that of `{}`: one of them cannot be read, and no certificate stands for it",
            facts.file,
            facts.not_compared.join("`, `")
        ))
        .hint("Compare by hand: `openssl pkey -in FILE -pubout` must print something else for each; or run as a user who may read both.");
    }
    if facts.shared_with.is_empty() {
        return Outcome::pass("no other environment of this install uses it");
    }
    Outcome::fail(
        Cause::KeyShared,
        format!(
            "the key of `{}` serves `{}` too: who gets at one gets at the other",
            facts.file,
            facts.shared_with.join("`, `")
        ),
    )
}

fn is_closed_to_others(facts: &KeyFacts, _: &Context<'_>) -> Outcome {
    match facts.open {
        _ if facts.key == Key::Missing => Outcome::not_applicable("it is not there"),
        None => Outcome::undetermined("this system does not say who may read the file")
            .hint("Look at the file's permissions by hand."),
        Some(false) => Outcome::pass("only its owner may read it"),
        Some(true) => Outcome::fail(
            Cause::KeyReadableByOthers,
            format!("others than its owner may read `{}`", facts.file),
        )
        .hint(format!("Close it: `chmod 600 {}`.", facts.file)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Selection;

    #[test]
    fn a_key_that_this_user_may_not_read_is_unknown_not_wrong() {
        let selection = Selection::default();
        let context = Context {
            at: jiff::Timestamp::UNIX_EPOCH,
            environment: None,
            install: None,
            selection: &selection,
        };
        let outcome = |key| {
            let facts = KeyFacts {
                file: "a.key".to_owned(),
                key,
                certificate: None,
                fits_later: None,
                shared_with: Vec::new(),
                not_compared: Vec::new(),
                open: Some(false),
            };
            (CHECKS[0].run)(&facts, &context)
        };
        let why = || ("not this user".to_owned(), "be another".to_owned());
        let (shut, hint) = why();
        assert!(matches!(
            outcome(Key::Shut(shut, hint)),
            Outcome::Undetermined(..)
        ));
        let (damaged, hint) = why();
        assert!(matches!(
            outcome(Key::Unreadable(damaged, hint)),
            Outcome::Fail(..)
        ));
    }
}
