//! HTTP-*: plain HTTP hosts, which serve revocation lists and CA certificates.

use super::{network::WayFacts, tcp::IS_OPEN};
use crate::{
    check::{Cause, Check, CheckId, Context, Evidence, Layer, Meta, Outcome, Severity},
    net::{
        http::{Exchange, Kind},
        target::Speech,
    },
};

const ANSWERS: CheckId = CheckId("HTTP-001");

/// The checks of an HTTP answer; the subject is `host:port address`.
pub static ANSWER: &[Check<WayFacts>] = &[
    Check {
        meta: Meta {
            id: ANSWERS,
            title: "the host answers over HTTP",
            severity: Severity::Error,
            layer: Layer::Http,
            source: "RFC 9110 section 15; RFC 5280 section 4.2.1.13 (lists are fetched over HTTP)",
            hint: "Ask for it by hand: `curl -v http://HOST:PORT/PATH`.",
            requires: &[IS_OPEN],
        },
        run: answers,
    },
    Check {
        meta: Meta {
            id: CheckId("HTTP-002"),
            title: "the host serves what was asked for",
            severity: Severity::Error,
            layer: Layer::Http,
            source: "RFC 5280 sections 4.2.1.13 and 4.2.2.1: lists and certificates are DER",
            hint: "Look at what comes: `curl -s http://HOST:PORT/PATH | head -c 300`.",
            requires: &[ANSWERS],
        },
        run: serves_what_was_asked,
    },
];

fn answers(facts: &WayFacts, _: &Context<'_>) -> Outcome {
    let from = facts.shown();
    match &facts.http {
        None => Outcome::undetermined("No request was made."),
        Some(Exchange::Silent) => Outcome::fail(
            Cause::HttpSilent,
            format!("{from} is open, but no answer to an HTTP request came in time: something on the way swallows it."),
        )
        .hint(format!("Ask {} what inspects HTTP to {}.", facts.terms.whom(), facts.target)),
        Some(Exchange::Cut { status, size, late }) => cut_short(&from, *status, *size, *late),
        Some(Exchange::Broken(why)) => Outcome::fail(
            Cause::HttpBroken,
            format!("What came from {from} is no HTTP answer: {why}."),
        ),
        Some(Exchange::Answered {
            status, location, ..
        }) => {
            let evidence = Evidence::seen(format!("{from} answered with status {status}."))
                .with("status", status);
            let evidence = match location {
                Some(location) => evidence.with("location", location),
                None => evidence,
            };
            by_status(facts, *status, evidence)
        }
    }
}

fn cut_short(from: &str, status: u16, size: usize, late: bool) -> Outcome {
    let (cause, how) = if late {
        (Cause::HttpSilent, "then came too slowly to end in time")
    } else {
        (
            Cause::HttpBroken,
            "then closed the connection before the end that it had announced",
        )
    };
    Outcome::fail(
        cause,
        format!(
            "{from} began to answer with status {status} ({size} bytes of the body came), {how}."
        ),
    )
    .with("status", status)
    .with("bytes looked at", size)
}

fn by_status(facts: &WayFacts, status: u16, evidence: Evidence) -> Outcome {
    if is_a_proxys_own(status) {
        return Outcome::Fail(
            Cause::HttpStatus,
            evidence.hint(format!(
                "Ask {} which proxy answers in the place of {}: that status is a proxy's own.",
                facts.terms.whom(),
                facts.target
            )),
        );
    }
    if facts_want_success(facts) && !(200..300).contains(&status) {
        return Outcome::Fail(Cause::HttpStatus, evidence);
    }
    Outcome::Pass(evidence)
}

/// Bad gateway, gateway timeout, and the two that ask for a login (RFC 9110 section 15; RFC 6585 section 6):
/// they say that the host itself was not reached.
fn is_a_proxys_own(status: u16) -> bool {
    matches!(status, 407 | 502 | 504 | 511)
}

/// Without a path of its own, any answer shows that the way is open.
fn facts_want_success(facts: &WayFacts) -> bool {
    matches!(&facts.target.speech, Speech::Http { path } if path != "/")
        && purpose(facts) != Some("ocsp")
}

fn purpose(facts: &WayFacts) -> Option<&str> {
    Some(facts.terms.host.as_ref()?.purpose.as_str())
}

fn serves_what_was_asked(facts: &WayFacts, _: &Context<'_>) -> Outcome {
    let Some(Exchange::Answered {
        kind,
        content_type,
        size,
        ..
    }) = &facts.http
    else {
        return Outcome::undetermined("Nothing came.");
    };
    let Speech::Http { path } = &facts.target.speech else {
        return Outcome::not_applicable("Nothing was asked for.");
    };
    let wants_object = matches!(purpose(facts), Some("crl" | "ca-download"))
        || [".crl", ".crt", ".cer"]
            .iter()
            .any(|ending| path.ends_with(ending));
    if !wants_object {
        return Outcome::not_applicable("Neither a list nor a certificate was asked for.");
    }
    let evidence = |seen: String| {
        let shown = content_type.as_deref().unwrap_or("none");
        Evidence::seen(seen)
            .with("content type", shown)
            .with("bytes looked at", size)
    };
    match kind {
        Kind::Der => Outcome::Pass(evidence("DER came, as it should.".to_owned())),
        Kind::Pem => Outcome::Pass(evidence(
            "PEM came; clients that follow the standard expect DER.".to_owned(),
        )),
        Kind::Html => Outcome::Fail(
            Cause::HttpNotACrl,
            evidence(format!(
                "An HTML page came in place of {path}: a proxy or a captive portal answers for the host."
            ))
            .hint(format!(
                "Ask {} to let plain HTTP to {} through without a login page.",
                facts.terms.whom(),
                facts.target.place
            )),
        ),
        Kind::Empty | Kind::Other => Outcome::Fail(
            Cause::HttpNotACrl,
            evidence(format!("What came for {path} is neither DER nor PEM.")),
        ),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;
    use crate::{
        checks::network::{
            Terms, WayFacts,
            made::{failed, judge, way},
        },
        net::{target::Target, tcp::Opening},
    };

    fn facts(path: &str, http: Exchange) -> WayFacts {
        WayFacts {
            target: Target::parse(&format!("http://crl.nhs.uk{path}")).unwrap(),
            http: Some(http),
            ..way(Opening::Open, Terms::default())
        }
    }

    fn answered(status: u16, kind: Kind) -> Exchange {
        Exchange::Answered {
            status,
            location: None,
            content_type: None,
            kind,
            size: 1,
        }
    }

    #[test]
    fn a_status_fails_only_where_a_thing_was_asked_for() {
        let bare = facts("/", answered(404, Kind::Html));
        assert!(matches!(judge(answers, &bare), Outcome::Pass(_)));
        let asked = facts("/a.crl", answered(404, Kind::Html));
        assert_eq!(failed(judge(answers, &asked)), Cause::HttpStatus);
        for status in [407, 502, 504, 511] {
            let gateway = facts("/", answered(status, Kind::Html));
            assert_eq!(failed(judge(answers, &gateway)), Cause::HttpStatus);
        }
        let moved = facts("/a.crl", answered(302, Kind::Empty));
        assert_eq!(failed(judge(answers, &moved)), Cause::HttpStatus);
    }

    #[test]
    fn a_page_with_status_200_is_no_list() {
        let page = facts("/a.crl", answered(200, Kind::Html));
        assert!(matches!(judge(answers, &page), Outcome::Pass(_)));
        assert_eq!(
            failed(judge(serves_what_was_asked, &page)),
            Cause::HttpNotACrl
        );
        let list = facts("/a.crl", answered(200, Kind::Der));
        assert!(matches!(
            judge(serves_what_was_asked, &list),
            Outcome::Pass(_)
        ));
    }

    #[test]
    fn silence_and_rubbish_are_told_apart() {
        let silent = facts("/", Exchange::Silent);
        assert_eq!(failed(judge(answers, &silent)), Cause::HttpSilent);
        for (late, cause) in [(true, Cause::HttpSilent), (false, Cause::HttpBroken)] {
            let cut = Exchange::Cut {
                status: 200,
                size: 3,
                late,
            };
            assert_eq!(failed(judge(answers, &facts("/a.crl", cut))), cause);
        }
        let rubbish = facts("/", Exchange::Broken("invalid HTTP version".to_owned()));
        assert_eq!(failed(judge(answers, &rubbish)), Cause::HttpBroken);
    }
}
