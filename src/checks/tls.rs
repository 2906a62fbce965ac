//! TLS-*: the handshake with a server, its view of our certificate, and the chain that it presents.

mod alerts;
mod chain;
mod client;
mod leaf;

use super::{
    network::{WayFacts, unsure, weigh},
    tcp::IS_OPEN,
};
use crate::{
    check::{Cause, Check, CheckId, Context, Evidence, Layer, Meta, Outcome, Severity},
    net::tls::{End, Handshake, Probe},
};

pub(super) use alerts::shown as shown_alert;
pub use chain::CHAIN;
pub use client::CLIENT;
pub(super) use client::{Reaction, names as authority_names};
pub use leaf::LEAF;

/// The two sides agree.
pub const AGREES: CheckId = CheckId("TLS-001");

/// Where the NHS demands TLS 1.2, mutual, everywhere.
pub(super) const NHS_SECURITY: &str = "GP Connect, development/development_api_security_guidance; NRL, guidance_security: TLS 1.2, mutual authentication";

/// The checks of a handshake; the subject is `host:port address`.
pub static HANDSHAKE: &[Check<WayFacts>] = &[
    Check {
        meta: Meta {
            id: AGREES,
            title: "the server agrees on TLS 1.2 or later",
            severity: Severity::Error,
            layer: Layer::Tls,
            source: NHS_SECURITY,
            hint: "See the handshake for yourself: `openssl s_client -connect HOST:PORT -servername HOST`.",
            requires: &[IS_OPEN],
        },
        run: agrees,
    },
    Check {
        meta: Meta {
            id: CheckId("TLS-002"),
            title: "the cipher is one of the environment's",
            severity: Severity::Warning,
            layer: Layer::Tls,
            source: "NRL, guidance_security: cipher suites; the environment's profile: `tls.ciphers`",
            hint: "Offer the environment's ciphers first: `ptl explain TLS-002` names the source.",
            requires: &[AGREES],
        },
        run: takes_a_listed_cipher,
    },
];

fn agrees(facts: &WayFacts, context: &Context<'_>) -> Outcome {
    let Some(probe) = &facts.tls else {
        return unseen();
    };
    let first = &probe.first;
    if let Some(outcome) = below_the_environments_version(facts, first, context) {
        return outcome;
    }
    if first.end == End::Done {
        return Outcome::Pass(agreed(
            format!(
                "{} with {}.",
                first.version.as_deref().unwrap_or("TLS"),
                first.cipher.as_deref().unwrap_or("an unknown cipher")
            ),
            first,
        ));
    }
    if client::is_about_us(first) {
        return Outcome::pass(
            "The handshake went as far as our certificate; what becomes of that is judged by itself.",
        );
    }
    if let Some(second) = probe.second.as_ref().filter(|it| it.end == End::Done) {
        return only_otherwise(facts, first, second);
    }
    failed(facts, probe)
}

/// The environment may want more than TLS 1.2, below which nothing is agreed on at first.
fn below_the_environments_version(
    facts: &WayFacts,
    first: &Handshake,
    context: &Context<'_>,
) -> Option<Outcome> {
    facts.terms.host.as_ref()?;
    let rules = &context.environment?.tls;
    let version = first.version.as_deref()?;
    if version != "TLSv1.2" || rules.min_version != "1.3" {
        return None;
    }
    let seen = format!(
        "The server took {version} and nothing later; the environment's profile wants TLS {} (`tls.min_version`).",
        rules.min_version
    );
    let evidence = agreed(seen, first).hint(format!(
        "Ask whoever runs {} to switch TLS 1.3 on, or correct `min_version` in the profile.",
        facts.target
    ));
    let doubt = unsure(&rules.provenance, "the TLS version");
    Some(weigh(doubt, Cause::TlsOldVersion, evidence))
}

/// A second handshake with everything offered went through: what it agreed on is what the server wants.
fn only_otherwise(facts: &WayFacts, first: &Handshake, second: &Handshake) -> Outcome {
    let version = second.version.as_deref().unwrap_or("an unknown version");
    let cipher = second.cipher.as_deref().unwrap_or("an unknown cipher");
    let evidence = Evidence::seen(match version {
        "TLSv1.2" | "TLSv1.3" if matches!(first.end, End::Ours(_)) => format!(
            "What the server chose is below the usual strength (112 bits), so we broke off ({}); with weaker strength allowed it took {cipher} with {version}.",
            ended(first)
        ),
        "TLSv1.2" | "TLSv1.3" => format!(
            "The server refused every cipher and signature of usual strength (112 bits), and took {cipher} with {version} when weaker ones were offered."
        ),
        _ => format!(
            "The server speaks {version} ({cipher}) and nothing later, which the NHS forbids and up-to-date clients refuse."
        ),
    });
    let evidence = agreed(evidence.seen.clone(), second).with("first attempt", ended(first));
    match version {
        "TLSv1.2" | "TLSv1.3" => Outcome::Fail(
            Cause::TlsNoCommonCipher,
            evidence.hint(format!(
                "Ask whoever runs {} to offer an ECDHE or DHE cipher with AES-GCM and a SHA-256 signature; behind a middlebox ask your firewall team.",
                facts.target
            )),
        ),
        _ => Outcome::Fail(
            Cause::TlsOldVersion,
            evidence.hint(format!(
                "Ask whoever runs {} to switch TLS 1.2 on; a Spine host speaks it, so there ask your firewall team what stands in between.",
                facts.target
            )),
        ),
    }
}

fn failed(facts: &WayFacts, probe: &Probe) -> Outcome {
    let first = &probe.first;
    let (cause, evidence) = match &first.end {
        End::NotTried(why) => {
            return Outcome::undetermined(format!("The handshake was not tried: {why}."))
                .hint("Run ptl again with a longer `--timeout`.");
        }
        End::Silent => (Cause::TlsSilent, silent(facts, first.received)),
        End::NotTls(bytes) => (
            Cause::TlsPlainHttp,
            Evidence::seen(format!(
                "{} does not speak TLS: it answered `{}`.",
                facts.shown(),
                first_line(bytes)
            ))
            .hint(format!(
                "Check the port: the TLS listener of {} is on another one, or has TLS switched off.",
                facts.target
            )),
        ),
        End::Closed | End::Done => (Cause::TlsClosedAfterHello, closed(facts)),
        End::Alert(code) => return alerted(facts, *code, probe),
        End::Ours(reason) => (
            Cause::TlsNoCommonCipher,
            Evidence::seen(format!(
                "We broke the handshake off: what the server chose is below the usual strength or not offered ({reason})."
            )),
        ),
        End::Broken(reason) => (
            Cause::TlsBroken,
            Evidence::seen(format!(
                "What {} sent in the handshake breaks the rules of TLS ({reason}, after {} bytes): clients break off.",
                facts.shown(),
                first.received
            ))
            .hint(format!(
                "Look at what comes by `{} -showcerts -msg`, then ask whoever runs {}, or your firewall team what changes TLS on the way.",
                facts.s_client(),
                facts.target
            )),
        ),
    };
    Outcome::Fail(cause, evidence.with("handshake", ended(first)))
}

fn silent(facts: &WayFacts, received: u64) -> Evidence {
    let seen = if received == 0 {
        format!(
            "{} is open, but answered nothing to our ClientHello.",
            facts.shown()
        )
    } else {
        format!(
            "{} began to answer ({received} bytes) and then fell silent in the handshake: large packets may be lost on the way.",
            facts.shown()
        )
    };
    Evidence::seen(seen).hint(format!(
        "Ask {} whether something inspects or limits TLS on the way (a small MTU too stops the handshake): `ping -M do -s 1372 {}`.",
        facts.terms.whom(),
        facts.host()
    ))
}

fn closed(facts: &WayFacts) -> Evidence {
    Evidence::seen(format!(
        "{} closed the connection after our ClientHello, without an answer: a middlebox that refuses the name, or a server that does not serve it.",
        facts.shown()
    ))
    .hint(format!(
        "Ask {} whether TLS to `{}` is inspected or blocked by name; `openssl s_client -connect {} -noservername` shows whether the name matters.",
        facts.terms.whom(),
        facts.target.place,
        facts.shown()
    ))
}

fn alerted(facts: &WayFacts, code: u8, probe: &Probe) -> Outcome {
    let alert = alerts::shown(code);
    let (cause, why) = match code {
        70 | 86 => (
            Cause::TlsOldVersion,
            "it takes no version that we offer, TLS 1.2 and 1.3",
        ),
        40 | 71 if !probe.first.heard.server_hello => (
            Cause::TlsNoCommonCipher,
            "it takes no cipher or parameters that we offer",
        ),
        41..=46 | 48 | 49 | 116 => (
            Cause::TlsAlert,
            "that is about a client certificate, but it had asked for none; a middlebox that forbids the host answers so",
        ),
        _ => (Cause::TlsAlert, alerts::meaning(code)),
    };
    let evidence = Evidence::seen(format!(
        "{} ended the handshake with the alert {alert}: {why}.",
        facts.shown()
    ))
    .with("alert", alert)
    .hint(about_the_alert(facts, code));
    Outcome::Fail(cause, evidence)
}

fn about_the_alert(facts: &WayFacts, code: u8) -> String {
    let (target, place) = (&facts.target, &facts.target.place);
    match code {
        40 | 47 | 70 | 71 | 86 => format!(
            "Compare what each side offers: `nmap --script ssl-enum-ciphers -p {} {}`; then ask whoever runs the host.",
            facts.target.port,
            facts.host()
        ),
        112 => format!(
            "Check that `{place}` is the name that the host goes by; `openssl s_client -connect {} -noservername` shows whether it answers without one.",
            facts.shown()
        ),
        _ => format!(
            "Ask whoever runs {target} why it says so, and {} whether TLS to `{place}` is inspected or blocked by name.",
            facts.terms.whom()
        ),
    }
}

fn takes_a_listed_cipher(facts: &WayFacts, context: &Context<'_>) -> Outcome {
    let Some(environment) = context.environment.filter(|_| facts.terms.host.is_some()) else {
        return Outcome::not_applicable("No environment's list of ciphers binds this target.");
    };
    let agreed = facts.tls.as_ref().map(|probe| &probe.first);
    let Some((cipher, version)) =
        agreed.and_then(|it| Some((it.cipher.as_deref()?, it.version.as_deref()?)))
    else {
        return Outcome::not_applicable("No cipher was agreed on.");
    };
    let ciphers = &environment.tls.ciphers;
    if ciphers.is_empty() || version == "TLSv1.3" {
        return Outcome::not_applicable(format!(
            "The environment's list is for TLS 1.2; this is {version} with {cipher}."
        ));
    }
    if ciphers.iter().any(|listed| listed == cipher) {
        return Outcome::pass(format!("{cipher} is on the environment's list."));
    }
    Outcome::fail(
        Cause::TlsNoCommonCipher,
        format!("{cipher} was agreed on, which is not on the environment's list."),
    )
    .with("listed", ciphers.join(", "))
}

pub(super) fn unseen() -> Outcome {
    Outcome::undetermined("No handshake was made.")
}

fn agreed(seen: String, handshake: &Handshake) -> Evidence {
    let mut evidence = Evidence::seen(seen);
    for (label, value) in [
        ("version", &handshake.version),
        ("cipher", &handshake.cipher),
        ("server name sent", &handshake.server_name),
    ] {
        if let Some(value) = value {
            evidence = evidence.with(label, value);
        }
    }
    evidence.with("milliseconds", handshake.took.as_millis())
}

/// How a handshake ended, in a few words.
pub(super) fn ended(handshake: &Handshake) -> String {
    match &handshake.end {
        End::Done => "completed".to_owned(),
        End::Closed => format!("closed after {} bytes", handshake.received),
        End::Silent => format!("silent after {} bytes", handshake.received),
        End::NotTls(_) => "not TLS".to_owned(),
        End::Alert(code) => format!("alert {}", alerts::shown(*code)),
        End::Ours(reason) | End::Broken(reason) => format!("broken off by us: {reason}"),
        End::NotTried(why) => format!("not tried: {why}"),
    }
}

fn first_line(bytes: &[u8]) -> String {
    let line = bytes
        .split(|byte| *byte == b'\n')
        .next()
        .unwrap_or_default();
    String::from_utf8_lossy(line)
        .trim()
        .escape_debug()
        .to_string()
}
