//! Whether the endpoint asks for a client certificate, when, and what it made of ours.

use super::EndpointFacts;
use crate::{
    check::{Cause, Context, Outcome},
    checks::tls::{Reaction, authority_names, shown_alert},
    net::tls::{After, Asked, Handshake},
};

pub(super) fn asks_for_a_certificate(facts: &EndpointFacts, _: &Context<'_>) -> Outcome {
    let Some(handshake) = &facts.handshake else {
        return Outcome::undetermined("No handshake was made.");
    };
    let outcome = match handshake.asked {
        Asked::Never => return asked_for_none(facts, handshake),
        Asked::InHandshake => Outcome::pass("It asks for one in the handshake."),
        Asked::AfterRequest => Outcome::pass(format!(
            "It asks for one only once it has a request, {}: callers must follow that, and not all do.",
            how(handshake)
        )),
    };
    outcome
        .with("asked", when(handshake))
        .with("accepted CAs", authority_names(&handshake.acceptable))
        .with("our certificate", ours(facts, handshake))
}

/// By which of TLS's ways a certificate is asked for after a request.
fn how(handshake: &Handshake) -> &'static str {
    match handshake.version.as_deref() {
        Some("TLSv1.3") => "by post-handshake authentication (TLS 1.3)",
        _ => "by renegotiation (TLS 1.2)",
    }
}

fn when(handshake: &Handshake) -> String {
    match handshake.asked {
        Asked::Never => "never".to_owned(),
        Asked::InHandshake => "in the handshake".to_owned(),
        Asked::AfterRequest => format!("after the request, {}", how(handshake)),
    }
}

fn asked_for_none(facts: &EndpointFacts, handshake: &Handshake) -> Outcome {
    let (address, path) = (&facts.address, &facts.wanted.path);
    let later = "it may ask later";
    match &handshake.after {
        After::Answered(bytes) => Outcome::fail(
            Cause::TlsClientCertNotAsked,
            format!(
                "{address} answered `{}` to `GET {path}` and asked for no client certificate, in the handshake or after it: anyone gets that far.",
                Reaction::first_line(bytes)
            ),
        )
        .with("asked", when(handshake)),
        _ if !handshake.requested => Outcome::undetermined(format!(
            "{address} asked for none in the handshake, and no request could be sent, so {later}."
        ))
        .hint("Run ptl again with a longer `--timeout`."),
        After::Quiet | After::NotWaited => Outcome::undetermined(format!(
            "{address} asked for none in the handshake, and did not answer `GET {path}` in time, so {later}."
        ))
        .hint("Run ptl again with a longer `--timeout`; a server that has just started needs it."),
        After::Alert(alert) => Outcome::undetermined(format!(
            "{address} asked for none, and ended the connection on `GET {path}` with the alert {}.",
            shown_alert(*alert)
        ))
        .hint("Look into the server's log for why it ended the connection."),
        After::Closed | After::Ended => Outcome::undetermined(format!(
            "{address} asked for none in the handshake, and closed the connection on `GET {path}` without an answer."
        ))
        .hint("Check that the port speaks HTTP, and look into the server's log."),
    }
}

/// What became of our own certificate, as a fragment.
pub(super) fn ours(facts: &EndpointFacts, handshake: &Handshake) -> String {
    let reaction = match Reaction::of(handshake) {
        Reaction::Refused(Some(alert)) => {
            format!("it refused with the alert {}", shown_alert(alert))
        }
        Reaction::Refused(None) => "it closed the connection".to_owned(),
        Reaction::RefusedByHttp(page) => format!("it refused with HTTP 400, `{page}`"),
        Reaction::Answered(line) => format!("it answered `{line}`"),
        Reaction::Quiet => "it neither refused nor answered".to_owned(),
    };
    let shown = match (&facts.wanted.unshown, handshake.heard.certificate_shown) {
        (_, true) => "shown".to_owned(),
        (Some(why), false) => format!("not shown, {why}"),
        (None, false) => "not shown, as the endpoint takes no signature of its kind".to_owned(),
    };
    format!("{shown}: {reaction}")
}
