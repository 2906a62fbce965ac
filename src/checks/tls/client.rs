//! Our certificate, as a server sees it: asked for, named as acceptable, taken or refused.

use openssl::x509::X509Name;

use super::{AGREES, NHS_SECURITY, alerts, ended, unseen};
use crate::{
    check::{Cause, Check, CheckId, Context, Evidence, Layer, Meta, Outcome, Severity},
    checks::{
        chain::same_name,
        network::{WayFacts, weigh},
    },
    environment::Standing,
    net::tls::{After, AuthorityName, End, Handshake},
    x509::{self, Certificate},
};

const ASKS: CheckId = CheckId("TLS-003");

/// The checks of our certificate at a server; the subject is `host:port address`.
pub static CLIENT: &[Check<WayFacts>] = &[
    Check {
        meta: Meta {
            id: ASKS,
            title: "the server asks for a client certificate",
            severity: Severity::Error,
            layer: Layer::Tls,
            source: NHS_SECURITY,
            hint: "Find out what answers: a Spine host asks for one, a middlebox or the wrong port does not.",
            requires: &[AGREES],
        },
        run: asks_for_a_certificate,
    },
    Check {
        meta: Meta {
            id: CheckId("TLS-004"),
            title: "the server takes our certificate",
            severity: Severity::Error,
            layer: Layer::Tls,
            source: "RFC 8446 sections 4.4.2.4 and 6.2; GP Connect, development_api_security_guidance",
            hint: "Show the certificate that was issued for this environment: `--cert FILE --key FILE`, or in ptl.toml.",
            requires: &[AGREES],
        },
        run: takes_our_certificate,
    },
    Check {
        meta: Meta {
            id: CheckId("TLS-005"),
            title: "the server names our CA as acceptable",
            severity: Severity::Warning,
            layer: Layer::Tls,
            source: "RFC 8446 section 4.2.4; RFC 5246 section 7.4.4 (certificate_authorities)",
            hint: "Show a certificate of a CA that the server names, or ask whoever runs it to add ours.",
            requires: &[AGREES, ASKS],
        },
        run: names_our_ca,
    },
    Check {
        meta: Meta {
            id: CheckId("TLS-006"),
            title: "the server names the CAs of every required generation",
            severity: Severity::Warning,
            layer: Layer::Tls,
            source: "https://pki.nhs.uk/G2Transition/: a server names the CAs of each generation as acceptable issuers",
            hint: "Tell NHS England's platforms desk which generation is missing from the list of acceptable CAs.",
            requires: &[AGREES, ASKS],
        },
        run: names_every_generation,
    },
];

/// Whether a handshake failed for our certificate, or for the want of one, and nothing else.
///
/// Before it is asked for there is none to refuse: a middlebox that forbids a name answers the
/// hello itself with `access_denied` or `unknown_ca`.
pub(super) fn is_about_us(handshake: &Handshake) -> bool {
    let refusal = matches!(
        handshake.end,
        End::Alert(40..=46 | 48 | 49 | 80 | 116) | End::Closed
    );
    refusal && handshake.heard.certificate_request
}

fn asks_for_a_certificate(facts: &WayFacts, _: &Context<'_>) -> Outcome {
    let Some(probe) = &facts.tls else {
        return unseen();
    };
    let best = probe.best();
    if best.heard.certificate_request || is_about_us(best) {
        return Outcome::Pass(
            Evidence::seen("It asked for a client certificate.")
                .with("acceptable CAs", names(&best.acceptable)),
        );
    }
    if !facts.terms.is_mutual() && facts.ours.is_none() {
        return Outcome::not_applicable("It asked for none, and nothing says that it should.");
    }
    Outcome::fail(
        Cause::TlsClientCertNotAsked,
        format!(
            "{} did not ask for a client certificate, so nobody is authenticated there: what answers is hardly the Spine host itself.",
            facts.shown()
        ),
    )
    .hint("Compare the certificate that it presents with the host's own, and ask your firewall team whether TLS is inspected on the way.")
}

fn takes_our_certificate(facts: &WayFacts, _: &Context<'_>) -> Outcome {
    let Some(probe) = &facts.tls else {
        return unseen();
    };
    let best = probe.best();
    if !best.heard.certificate_request && !is_about_us(best) {
        return Outcome::not_applicable("It asked for no client certificate.");
    }
    match Reaction::of(best) {
        Reaction::Refused(alert) => refused(facts, best, alert),
        Reaction::RefusedByHttp(page) => refused_by_page(facts, best, &page),
        Reaction::Answered(line) if best.had_identity => Outcome::pass(format!(
            "It took our certificate and answered `{line}`."
        )),
        Reaction::Answered(line) => unshown(facts, &line),
        Reaction::Quiet if best.had_identity && best.after == After::Ended => Outcome::undetermined(
            "It took the handshake with our certificate, and then closed the connection without an alert: it may have refused us, or had nothing to say.",
        )
        .hint("Try a real request with the same certificate: `curl -v --cert F --key F https://HOST/`."),
        Reaction::Quiet if best.had_identity => {
            Outcome::pass("It took our certificate: no refusal came after the handshake.")
        }
        Reaction::Quiet => Outcome::undetermined(
            "It asked for a client certificate, none was shown, and it neither refused nor answered.",
        )
        .hint("Show the certificate that was issued for this environment: `--cert FILE --key FILE`."),
    }
}

/// nginx's page for its code 496.
const NO_CERTIFICATE: &str = "No required SSL certificate was sent";

/// What a server did about our certificate.
pub(in crate::checks) enum Reaction {
    /// It ended the connection, with this alert or without a word.
    Refused(Option<u8>),
    /// It let the handshake pass and says no in HTTP, as nginx does.
    RefusedByHttp(String),
    /// It answered.
    Answered(String),
    /// Nothing more came.
    Quiet,
}

impl Reaction {
    pub(in crate::checks) fn of(handshake: &Handshake) -> Self {
        match (&handshake.end, &handshake.after) {
            (End::Alert(code), _) | (End::Done, After::Alert(code)) => Self::Refused(Some(*code)),
            (End::Closed, _) | (End::Done, After::Closed) => Self::Refused(None),
            (End::Done, After::Answered(bytes)) => Self::answered(bytes),
            _ => Self::Quiet,
        }
    }

    fn answered(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        // nginx's own pages for its codes 495 and 496, which it sends as 400.
        let page = [NO_CERTIFICATE, "The SSL certificate error"]
            .into_iter()
            .find(|page| text.contains(page));
        match page {
            Some(page) => Self::RefusedByHttp(page.to_owned()),
            None => Self::Answered(Self::first_line(bytes)),
        }
    }

    /// The first line of an answer.
    pub(in crate::checks) fn first_line(bytes: &[u8]) -> String {
        let text = String::from_utf8_lossy(bytes);
        let line = text.lines().next().unwrap_or_default().trim();
        line.escape_debug().to_string()
    }
}

fn refused(facts: &WayFacts, handshake: &Handshake, alert: Option<u8>) -> Outcome {
    let how = match alert {
        Some(code) => format!(
            "with the alert {}: {}",
            alerts::shown(code),
            alerts::meaning(code)
        ),
        None => "by closing the connection without a word".to_owned(),
    };
    if !handshake.had_identity {
        return none_shown(facts, &how, handshake);
    }
    // RFC 8446, section 6.2: certificate_required.
    if !handshake.heard.certificate_shown || alert == Some(116) {
        return none_came(facts, &how, handshake);
    }
    let known = our_ca_is_named(facts, &handshake.acceptable);
    let unknown_ca = alert == Some(48) || (known == Some(false) && !matches!(alert, Some(43..=45)));
    let cause = if unknown_ca {
        Cause::TlsRefusesOurCa
    } else {
        Cause::TlsRefusesOurCertificate
    };
    refuses_us(facts, cause, &how, handshake)
}

/// It asked for a certificate, got none and answered all the same.
fn unshown(facts: &WayFacts, line: &str) -> Outcome {
    let seen = format!(
        "It answered `{line}` without a client certificate, so what it makes of ours is not known."
    );
    if facts.terms.is_mutual() {
        return Outcome::undetermined(seen).hint(
            "Show the certificate that was issued for this environment: `--cert FILE --key FILE`, or in ptl.toml.",
        );
    }
    Outcome::not_applicable(seen)
}

fn refused_by_page(facts: &WayFacts, handshake: &Handshake, page: &str) -> Outcome {
    let how = format!("with HTTP 400, `{page}`");
    if !handshake.had_identity {
        return none_shown(facts, &how, handshake);
    }
    if !handshake.heard.certificate_shown || page == NO_CERTIFICATE {
        return none_came(facts, &how, handshake);
    }
    let cause = match our_ca_is_named(facts, &handshake.acceptable) {
        Some(false) => Cause::TlsRefusesOurCa,
        // Whether it is the CA or the certificate itself, a page does not say.
        _ => Cause::TlsRefusesOurCertificate,
    };
    refuses_us(facts, cause, &how, handshake)
}

fn none_shown(facts: &WayFacts, how: &str, handshake: &Handshake) -> Outcome {
    let evidence = Evidence::seen(format!(
        "{} wants a client certificate, none was shown, and it refused us {how}. The way there is open.",
        facts.shown()
    ))
    .with("acceptable CAs", names(&handshake.acceptable))
    .with("handshake", ended(handshake));
    let doubt = facts.terms.host.as_ref().map(|_| {
        "ptl.toml names no certificate and key that could be shown, so what it makes of ours is not known.".to_owned()
    });
    weigh(doubt, Cause::TlsRefusesNoCertificate, evidence)
}

/// It says that no certificate came, or none could be shown, though we have one.
fn none_came(facts: &WayFacts, how: &str, handshake: &Handshake) -> Outcome {
    let to = facts.shown();
    let evidence = if handshake.heard.certificate_shown {
        Evidence::seen(format!(
            "{to} says that no client certificate came, though ours was shown, and refused us {how}: what ends TLS there does not hand ours on."
        ))
        .hint(format!(
            "Ask whoever runs {} what ends TLS before the server (a load balancer, an inspecting firewall), and to pass mutual TLS through.",
            facts.target
        ))
    } else {
        Evidence::seen(format!(
            "{to} refused us {how}: ours could not be shown, for the server takes no signature of its kind, so none was sent."
        ))
        .hint("Show a certificate of the newest generation, signed with SHA-256 or better: `ptl explain generations`.")
    };
    Outcome::Fail(
        Cause::TlsRefusesNoCertificate,
        evidence
            .with("certificate shown", handshake.heard.certificate_shown)
            .with("acceptable CAs", names(&handshake.acceptable))
            .with("handshake", ended(handshake)),
    )
}

fn refuses_us(facts: &WayFacts, cause: Cause, how: &str, handshake: &Handshake) -> Outcome {
    let leaf = facts.ours.as_ref().and_then(|ours| ours.first().cloned());
    let shown = leaf.as_deref().map_or_else(String::new, |leaf| {
        format!(" ({}, issued by {})", leaf.label(), leaf.issuer)
    });
    let hint = if cause == Cause::TlsRefusesOurCa {
        "Show the certificate of this environment and generation together with its sub CA; `ptl check-chain` proves it before."
    } else {
        "Check dates, revocation and usage of the certificate with `ptl check-chain`, and that it is registered for this environment."
    };
    Outcome::Fail(
        cause,
        Evidence::seen(format!(
            "{} refused our certificate{shown} {how}.",
            facts.shown()
        ))
        .with("acceptable CAs", names(&handshake.acceptable))
        .with("handshake", ended(handshake))
        .hint(hint),
    )
}

fn names_our_ca(facts: &WayFacts, _: &Context<'_>) -> Outcome {
    let Some(acceptable) = acceptable(facts) else {
        return Outcome::not_applicable(
            "It names no acceptable CAs, which leaves it open to take any.",
        );
    };
    match our_ca_is_named(facts, acceptable) {
        None => Outcome::not_applicable("There is no certificate of ours to compare with."),
        Some(true) => Outcome::pass("It names a CA that our certificate is under.")
            .with("acceptable CAs", names(acceptable)),
        Some(false) => Outcome::fail(
            Cause::TlsRefusesOurCa,
            "None of the CAs that it names as acceptable is above our certificate: many clients will then send none.",
        )
        .with("acceptable CAs", names(acceptable))
        .with("our issuers", our_issuers(facts).collect::<Vec<_>>().join("; ")),
    }
}

fn names_every_generation(facts: &WayFacts, context: &Context<'_>) -> Outcome {
    let Some(environment) = context.environment.filter(|_| facts.terms.is_mutual()) else {
        return Outcome::not_applicable("No environment's generations bind this target.");
    };
    let Some(acceptable) = acceptable(facts) else {
        return Outcome::not_applicable(
            "It names no acceptable CAs, which leaves it open to take any.",
        );
    };
    let is_named = |subject: &str| acceptable.iter().any(|name| same_name(&name.text, subject));
    let required = environment
        .generations
        .iter()
        .filter(|generation| generation.accept_at(context.at) == Standing::Required);
    let missing: Vec<&str> = required
        .filter(|it| {
            !it.authorities()
                .any(|authority| is_named(&authority.subject))
        })
        .map(|generation| generation.id.as_str())
        .collect();
    if missing.is_empty() {
        return Outcome::pass("It names a CA of each generation that must be accepted.")
            .with("acceptable CAs", names(acceptable));
    }
    Outcome::fail(
        Cause::TlsAcceptsOneGeneration,
        format!(
            "It names no CA of {} as acceptable: certificates of that generation will be refused or not even sent.",
            missing.join(", ")
        ),
    )
    .with("acceptable CAs", names(acceptable))
}

fn acceptable(facts: &WayFacts) -> Option<&[AuthorityName]> {
    let list = &facts.tls.as_ref()?.best().acceptable;
    (!list.is_empty()).then_some(list)
}

/// Whether one of the names is an issuer of what we show; `None` without a certificate or a list.
fn our_ca_is_named(facts: &WayFacts, acceptable: &[AuthorityName]) -> Option<bool> {
    let ours = facts.ours.as_deref()?;
    if acceptable.is_empty() {
        return None;
    }
    let is_issuer = |certificate: &Certificate, name: &X509Name| {
        x509::same_name(name, certificate.x509().issuer_name())
    };
    let mut named = acceptable
        .iter()
        .filter_map(|name| X509Name::from_der(&name.der).ok());
    Some(named.any(|name| ours.iter().any(|certificate| is_issuer(certificate, &name))))
}

fn our_issuers(facts: &WayFacts) -> impl Iterator<Item = String> {
    facts
        .ours
        .iter()
        .flat_map(|ours| ours.iter())
        .map(|certificate| certificate.issuer.clone())
}

pub(in crate::checks) fn names(acceptable: &[AuthorityName]) -> String {
    if acceptable.is_empty() {
        return "none named".to_owned();
    }
    let names: Vec<&str> = acceptable.iter().map(|name| name.text.as_str()).collect();
    names.join("; ")
}

#[cfg(test)]
#[path = "client_tests.rs"]
mod tests;
