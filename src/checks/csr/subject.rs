//! The request's names: subject, alternative names, attributes.

use super::Linted;
use crate::{
    check::{Cause, Context, Outcome},
    config::Fqdn,
};

/// What stock openssl.cnf fills in where Return is pressed.
const STOCK: &[(&str, &str)] = &[
    ("C", "AU"),
    ("ST", "Some-State"),
    ("O", "Internet Widgits Pty Ltd"),
];

/// PKCS#10 attributes that OpenSSL's prompts ask for.
const PROMPTED: &[&str] = &[
    "challengePassword",
    "unstructuredName",
    "unstructuredAddress",
];

pub(super) fn has_one_common_name(linted: &Linted, _: &Context<'_>) -> Outcome {
    let names: Vec<&str> = linted.request.values("CN").collect();
    match names.as_slice() {
        [] => Outcome::fail(
            Cause::CsrUnsound,
            "the subject has no common name, and the certificate is made for that name",
        ),
        [one] => Outcome::pass("the subject has one common name").with("common name", one),
        several => Outcome::fail(
            Cause::CsrUnsound,
            "the subject has several common names, and one certificate is for one endpoint",
        )
        .with("common names", several.join(", ")),
    }
}

pub(super) fn is_a_name_under_nhs_uk(linted: &Linted, _: &Context<'_>) -> Outcome {
    let name = common_name(linted);
    // The wildcard has a check of its own; here the rest of the name counts.
    match Fqdn::parse(name.strip_prefix("*.").unwrap_or(name)) {
        Ok(_) => Outcome::pass("the common name is well formed and under nhs.uk")
            .with("common name", name),
        Err(problems) => Outcome::fail(
            Cause::NameUnsound,
            format!("the common name cannot be signed: {}", problems.join("; ")),
        )
        .with("common name", name),
    }
}

pub(super) fn names_the_endpoint(linted: &Linted, _: &Context<'_>) -> Outcome {
    let Some(expected) = &linted.expected else {
        return Outcome::not_applicable(
            "no name was given to compare with: --fqdn, or `fqdn` in ptl.toml",
        );
    };
    let name = common_name(linted);
    let outcome = if name.eq_ignore_ascii_case(expected.as_str()) {
        Outcome::pass("the common name is the endpoint's")
    } else {
        Outcome::fail(
            Cause::WrongName,
            "the common name is another than the endpoint's, so the certificate would not fit it",
        )
        .hint(format!(
            "Make a request for the right name: `ptl csr --fqdn {expected} --out DIR --from-key KEY`."
        ))
    };
    outcome.with("common name", name).with("endpoint", expected)
}

pub(super) fn has_no_wildcard(linted: &Linted, _: &Context<'_>) -> Outcome {
    let wild: Vec<&str> = linted
        .request
        .values("CN")
        .chain(alternative_names(linted))
        .filter(|name| name.contains('*'))
        .collect();
    if wild.is_empty() {
        return Outcome::pass("no name has a wildcard");
    }
    Outcome::fail(
        Cause::NameUnsound,
        "a name has a wildcard, and the name must equal the one registered for the endpoint",
    )
    .with("names", wild.join(", "))
}

pub(super) fn names_no_email_address(linted: &Linted, _: &Context<'_>) -> Outcome {
    let subject = linted.request.values("emailAddress");
    let alternatives = linted.request.names.iter().flat_map(|names| &names.email);
    let found: Vec<&str> = subject.chain(alternatives.map(String::as_str)).collect();
    if found.is_empty() {
        return Outcome::pass("no e-mail address is named");
    }
    Outcome::fail(
        Cause::EmailPresent,
        "an e-mail address is named, and the desk refuses a request with one",
    )
    .with("addresses", found.join(", "))
}

pub(super) fn has_no_stock_values(linted: &Linted, _: &Context<'_>) -> Outcome {
    let left: Vec<String> = linted
        .request
        .subject
        .iter()
        .filter(|part| is_stock(part))
        .map(shown)
        .collect();
    if left.is_empty() {
        return Outcome::pass("no stock value is in the subject");
    }
    Outcome::fail(
        Cause::StockValues,
        format!(
            "OpenSSL filled in {} where Return was pressed at its prompts; it takes a `.` to leave a field empty",
            left.join(", ")
        ),
    )
    .with("subject", subject(linted))
}

pub(super) fn holds_nothing_but_the_common_name(linted: &Linted, _: &Context<'_>) -> Outcome {
    let others: Vec<String> = linted
        .request
        .subject
        .iter()
        .filter(|part| !matches!(part.0.as_str(), "CN" | "emailAddress") && !is_stock(part))
        .map(shown)
        .collect();
    if others.is_empty() {
        return Outcome::pass("no other field is filled in, but for what other checks name");
    }
    Outcome::fail(
        Cause::CsrUnsound,
        "more fields of the subject are filled in than the guides ask for; the CA writes its own in their place",
    )
    .with("fields", others.join(", "))
}

pub(super) fn repeats_the_name_among_the_alternatives(linted: &Linted, _: &Context<'_>) -> Outcome {
    let name = common_name(linted);
    if alternative_names(linted).any(|other| other.eq_ignore_ascii_case(name)) {
        return Outcome::pass("the name is among the alternative names too");
    }
    Outcome::fail(
        Cause::NameInCnOnly,
        "the name is not among the alternative names, and rustls, Go and browsers read no other",
    )
    .with("common name", name)
}

pub(super) fn has_no_other_alternative_names(linted: &Linted, _: &Context<'_>) -> Outcome {
    let Some(names) = &linted.request.names else {
        return Outcome::not_applicable("the request asks for no alternative names");
    };
    let name = common_name(linted);
    let mut others: Vec<String> = names
        .dns
        .iter()
        .filter(|other| !other.eq_ignore_ascii_case(name))
        .cloned()
        .collect();
    others.extend(names.ip.iter().map(ToString::to_string));
    others.extend(names.uri.iter().chain(&names.other).cloned());
    if names.malformed > 0 {
        others.push(format!("{} that cannot be read", names.malformed));
    }
    if others.is_empty() {
        return Outcome::pass("the alternative names hold nothing but the name");
    }
    Outcome::fail(
        Cause::CsrUnsound,
        "the request asks for names besides the endpoint's, and a certificate is for one endpoint",
    )
    .with("names", others.join(", "))
}

pub(super) fn has_no_challenge_password(linted: &Linted, _: &Context<'_>) -> Outcome {
    let (prompted, others): (Vec<&String>, Vec<&String>) = linted
        .request
        .attributes
        .iter()
        .partition(|attribute| PROMPTED.contains(&attribute.as_str()));
    let mut outcome = if prompted.is_empty() {
        Outcome::pass("no attribute of OpenSSL's prompts is there")
    } else {
        Outcome::fail(
            Cause::CsrUnsound,
            "an attribute is there that the guides leave empty; a challenge password is sent in clear",
        )
        .with("attributes", joined(&prompted))
    };
    if !others.is_empty() {
        outcome = outcome.with("other attributes", joined(&others));
    }
    outcome
}

/// The one common name: the checks that ask for it require that there is one.
fn common_name(linted: &Linted) -> &str {
    linted.request.values("CN").next().unwrap_or_default()
}

fn alternative_names(linted: &Linted) -> impl Iterator<Item = &str> {
    let names = linted.request.names.iter();
    names.flat_map(|names| &names.dns).map(String::as_str)
}

fn is_stock((name, value): &(String, String)) -> bool {
    STOCK.iter().any(|stock| *stock == (name, value))
}

fn shown((name, value): &(String, String)) -> String {
    format!("{name}={value}")
}

fn subject(linted: &Linted) -> String {
    let parts: Vec<String> = linted.request.subject.iter().map(shown).collect();
    parts.join(", ")
}

fn joined(texts: &[&String]) -> String {
    texts
        .iter()
        .map(|text| text.as_str())
        .collect::<Vec<_>>()
        .join(", ")
}
