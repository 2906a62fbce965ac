//! CSR: what a certificate request must hold and leave out, so that the desk signs it as it stands.

mod key;
mod subject;

use crate::{
    check::{Cause, Check, CheckId, Context, Layer, Meta, Outcome, Severity},
    config::Fqdn,
    x509::{csr::Request, read::PRIVATE_KEY},
};

/// What the guides for suppliers say of the subject.
const SUBJECT_GUIDE: &str = "GP Connect consumer support, INT Set Up Guide v3 (2023-06-30), section 4: only the common name is filled in, and it equals the FQDN";
/// What the guide of BaRS adds.
const BARS: &str = "BaRS implementation guide, Certificates page: the FQDN is under nhs.uk, the e-mail field is empty";
const NEW_REQUEST: &str =
    "Make a new request for the same key: `ptl csr --fqdn NAME --out DIR --from-key KEY`.";
const NEW_PAIR: &str = "Make a new key and request: `ptl csr --fqdn NAME --out DIR`.";

/// A request, and what it is compared with.
#[derive(Clone, Debug)]
pub struct Linted {
    /// What the request says.
    pub request: Request,
    /// The name that it should bear, where one was given.
    pub expected: Option<Fqdn>,
    /// What else its file holds, as `a private key`.
    pub beside: Vec<String>,
}

const ONE_NAME: CheckId = CheckId("CSR-003");
const SOUND_NAME: CheckId = CheckId("CSR-004");

/// Why the request that lies in an install cannot be read, and what to do; nothing where it can.
pub type ReadingProblem = Option<(String, Option<String>)>;

/// The check on the file itself, where it was not named but found beside the install's key.
pub static FILE: &[Check<ReadingProblem>] = &[Check {
    meta: Meta {
        id: CheckId("CSR-016"),
        title: "the request beside the key can be read",
        severity: Severity::Error,
        layer: Layer::Install,
        source: "RFC 7468 section 7 (PEM); RFC 2986 section 4 (DER)",
        hint: "Copy the file again, or make a new request: `ptl csr --from-key KEY`.",
        requires: &[],
    },
    run: can_be_read,
}];

/// The checks of a certificate request.
pub static CHECKS: &[Check<Linted>] = &[
    Check {
        meta: Meta {
            id: CheckId("CSR-001"),
            title: "the request is signed by its own key",
            severity: Severity::Error,
            layer: Layer::Key,
            source: "RFC 2986 section 4.2: the signature proves that the sender has the private key",
            hint: NEW_REQUEST,
            requires: &[],
        },
        run: key::is_signed_by_its_own_key,
    },
    Check {
        meta: Meta {
            id: CheckId("CSR-002"),
            title: "the file holds the request and no private key",
            severity: Severity::Error,
            layer: Layer::Install,
            source: "Seed deployment toolkit (docs-uec-appts, dep_devptl): the CSR is sent, the private key stays",
            hint: "Save the request alone: `openssl req -in FILE -out NAME.csr`; if the file was sent to anybody, make a new key.",
            requires: &[],
        },
        run: holds_the_request_alone,
    },
    Check {
        meta: Meta {
            id: ONE_NAME,
            title: "the subject has one common name",
            severity: Severity::Error,
            layer: Layer::Name,
            source: SUBJECT_GUIDE,
            hint: NEW_REQUEST,
            requires: &[],
        },
        run: subject::has_one_common_name,
    },
    Check {
        meta: Meta {
            id: SOUND_NAME,
            title: "the common name is a full name under nhs.uk",
            severity: Severity::Error,
            layer: Layer::Name,
            source: BARS,
            hint: NEW_REQUEST,
            requires: &[ONE_NAME],
        },
        run: subject::is_a_name_under_nhs_uk,
    },
    Check {
        meta: Meta {
            id: CheckId("CSR-005"),
            title: "the common name is the endpoint's name",
            severity: Severity::Error,
            layer: Layer::Name,
            source: SUBJECT_GUIDE,
            hint: NEW_REQUEST,
            requires: &[ONE_NAME, SOUND_NAME],
        },
        run: subject::names_the_endpoint,
    },
    Check {
        meta: Meta {
            id: CheckId("CSR-006"),
            title: "no name has a wildcard",
            severity: Severity::Error,
            layer: Layer::Name,
            source: SUBJECT_GUIDE,
            hint: NEW_REQUEST,
            requires: &[],
        },
        run: subject::has_no_wildcard,
    },
    Check {
        meta: Meta {
            id: CheckId("CSR-007"),
            title: "no e-mail address is named",
            severity: Severity::Error,
            layer: Layer::Name,
            source: BARS,
            hint: NEW_REQUEST,
            requires: &[],
        },
        run: subject::names_no_email_address,
    },
    Check {
        meta: Meta {
            id: CheckId("CSR-008"),
            title: "no value of OpenSSL's stock configuration was left in",
            severity: Severity::Error,
            layer: Layer::Name,
            source: SUBJECT_GUIDE,
            hint: NEW_REQUEST,
            requires: &[],
        },
        run: subject::has_no_stock_values,
    },
    Check {
        meta: Meta {
            id: CheckId("CSR-009"),
            title: "the subject holds nothing but the common name",
            severity: Severity::Notice,
            layer: Layer::Name,
            source: SUBJECT_GUIDE,
            hint: NEW_REQUEST,
            requires: &[],
        },
        run: subject::holds_nothing_but_the_common_name,
    },
    Check {
        meta: Meta {
            id: CheckId("CSR-010"),
            title: "the alternative names include the common name",
            severity: Severity::Notice,
            layer: Layer::Name,
            source: "RFC 9525 section 2: a common name is no longer read as a host's name",
            hint: "Make a new request for the same key, without --no-san: `ptl csr --fqdn NAME --out DIR --from-key KEY`.",
            requires: &[ONE_NAME],
        },
        run: subject::repeats_the_name_among_the_alternatives,
    },
    Check {
        meta: Meta {
            id: CheckId("CSR-011"),
            title: "the alternative names include no other name",
            severity: Severity::Warning,
            layer: Layer::Name,
            source: SUBJECT_GUIDE,
            hint: NEW_REQUEST,
            requires: &[ONE_NAME],
        },
        run: subject::has_no_other_alternative_names,
    },
    Check {
        meta: Meta {
            id: CheckId("CSR-012"),
            title: "no challenge password or second company name is given",
            severity: Severity::Warning,
            layer: Layer::Config,
            source: "GP Connect consumer support, Technical Conformance v2.3, page 61: both stay empty",
            hint: NEW_REQUEST,
            requires: &[],
        },
        run: subject::has_no_challenge_password,
    },
    Check {
        meta: Meta {
            id: CheckId("CSR-013"),
            title: "an RSA key has 2048 bits or more",
            severity: Severity::Error,
            layer: Layer::Key,
            source: "NIST SP 800-131A revision 2, section 3; the seed's guide makes rsa:2048",
            hint: NEW_PAIR,
            requires: &[],
        },
        run: key::is_large_enough,
    },
    Check {
        meta: Meta {
            id: CheckId("CSR-014"),
            title: "the key is RSA",
            severity: Severity::Warning,
            layer: Layer::Key,
            source: "Every guide and every decoded NHS endpoint certificate has RSA; none says that another kind is signed",
            hint: NEW_PAIR,
            requires: &[],
        },
        run: key::is_rsa,
    },
    Check {
        meta: Meta {
            id: CheckId("CSR-015"),
            title: "the request is signed with SHA-256 or better",
            severity: Severity::Error,
            layer: Layer::Key,
            source: "NIST SP 800-131A revision 2, section 3: SHA-1 is disallowed for making signatures",
            hint: NEW_REQUEST,
            requires: &[],
        },
        run: key::is_signed_with_a_sound_hash,
    },
];

fn can_be_read(problem: &ReadingProblem, _: &Context<'_>) -> Outcome {
    let Some((why, hint)) = problem else {
        return Outcome::pass("the file holds one request");
    };
    let outcome = Outcome::fail(Cause::FileUnreadable, why.clone());
    match hint {
        Some(hint) => outcome.hint(hint.clone()),
        None => outcome,
    }
}

fn holds_the_request_alone(linted: &Linted, _: &Context<'_>) -> Outcome {
    if linted.beside.iter().any(|what| what == PRIVATE_KEY) {
        return Outcome::fail(
            Cause::PrivateKeyIncluded,
            "a private key stands in the same file, and would be sent along with the request",
        );
    }
    match linted.beside.as_slice() {
        [] => Outcome::pass("the request stands alone"),
        others => Outcome::pass("no private key stands beside the request")
            .with("beside it", others.join(", ")),
    }
}

#[cfg(test)]
mod tests;
