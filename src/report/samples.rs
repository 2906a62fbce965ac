//! Reports for the formats' tests: every mark once, a long one, and text that tries to steer.

use jiff::Timestamp;

use crate::check::{Block, Cause, CheckId, Finding, Layer, Mark, Report, Severity};

/// A finding with nothing special about it.
pub(super) fn finding(id: &'static str, subject: &str, outcome: Mark) -> Finding {
    Finding {
        id: CheckId(id),
        title: "the port can be connected to",
        severity: Severity::Error,
        layer: Layer::Tcp,
        subject: subject.to_owned(),
        outcome,
        cause: None,
        evidence: Vec::new(),
        reason: "As wanted.".to_owned(),
        hint: None,
        source: "RFC 9293 section 3.5",
        blocked_by: None,
    }
}

const PROXY: &str = "proxy.int.spine2.ncrs.nhs.uk:443 10.239.14.1";
const LEAF: &str = "leaf example.thirdparty.nhs.uk (certs/leaf.pem)";

/// The report of these findings.
pub(super) fn report(findings: Vec<Finding>, strict: bool) -> Report {
    let at = Timestamp::from_second(1_795_366_800).unwrap_or_default();
    Report::new("preflight", Some("int"), at, findings, strict)
}

/// Every mark once, and a failure of each severity.
pub(super) fn every_mark() -> Report {
    let met = Finding {
        reason: "3 addresses".to_owned(),
        title: "the name has an address",
        layer: Layer::Dns,
        ..finding("DNS-001", PROXY, Mark::Pass)
    };
    let refused = Finding {
        cause: Some(Cause::TcpRefused),
        reason: "Refused after 2 ms: nothing listens there, or a firewall rejects. Spine cannot be reached by it.".to_owned(),
        hint: Some("Ask your firewall team for TCP 443 from this machine to 10.239.14.1.".to_owned()),
        evidence: vec![("after", "2 ms".to_owned()), ("from", "10.0.0.7".to_owned())],
        ..finding("TCP-001", PROXY, Mark::Fail)
    };
    let blocked = |id| Finding {
        title: "the handshake completes",
        reason: "TCP-001 did not pass".to_owned(),
        blocked_by: Some(Block {
            id: CheckId("TCP-001"),
            settled: true,
        }),
        ..finding(id, PROXY, Mark::Blocked)
    };
    let soon = Finding {
        title: "the leaf has more than 30 days left",
        severity: Severity::Warning,
        layer: Layer::Date,
        cause: Some(Cause::CertificateExpiresSoon),
        reason: "Ends on 2026-12-10, in 18 days.".to_owned(),
        hint: Some("Start the renewal now: `ptl csr --renew`.".to_owned()),
        ..finding("CHAIN-020", LEAF, Mark::Fail)
    };
    let notice = Finding {
        title: "the name stands in the SAN",
        severity: Severity::Notice,
        layer: Layer::Name,
        cause: Some(Cause::NameInCnOnly),
        reason: "The name stands in the CN only; rustls, Go and browsers refuse that.".to_owned(),
        hint: Some("Ask for a SAN at the next renewal.".to_owned()),
        ..finding("CHAIN-015", LEAF, Mark::Fail)
    };
    let unknown = Finding {
        title: "the directory knows the endpoint",
        layer: Layer::Sds,
        reason: "This machine is not on HSCN, so nothing can be said.".to_owned(),
        hint: Some("Run it again on HSCN.".to_owned()),
        ..finding("SDS-001", "sds", Mark::Undetermined)
    };
    let waived = Finding {
        reason: "The listener does not ask for a client certificate.".to_owned(),
        cause: Some(Cause::TlsClientCertNotAsked),
        evidence: vec![
            ("waived by", "Jo Bloggs".to_owned()),
            ("waived until", "2027-01-31".to_owned()),
            ("waived because", "the proxy in front does".to_owned()),
        ],
        ..finding("IN-004", "our own port 443", Mark::Waived)
    };
    let other = |id, mark, reason: &str| Finding {
        reason: reason.to_owned(),
        ..finding(id, "our own port 443", mark)
    };
    report(
        vec![
            met,
            refused,
            blocked("TLS-001"),
            blocked("TLS-002"),
            soon,
            notice,
            unknown,
            waived,
            other(
                "IN-005",
                Mark::NotApplicable,
                "No IPv6 address is registered.",
            ),
            other("IN-006", Mark::Skipped, "left out by --skip"),
        ],
        false,
    )
}

/// 60 subjects of five requirements, of which one is not met.
pub(super) fn long() -> Report {
    let ids = ["TCP-001", "TCP-002", "TLS-001", "TLS-002", "TLS-003"];
    let mut findings: Vec<_> = (0..60)
        .flat_map(|host| {
            let subject = format!("host-{host}.example.nhs.uk:443 10.0.0.{host}");
            ids.map(|id| finding(id, &subject, Mark::Pass))
        })
        .collect();
    findings[17].outcome = Mark::Fail;
    findings[17].cause = Some(Cause::TlsAlert);
    findings[17].reason = "Alert 40.".to_owned();
    findings[17].hint = Some("Ask what it wants.".to_owned());
    report(findings, false)
}

/// A failure whose every text from outside tries to steer.
pub(super) fn hostile() -> Report {
    let steer = "\u{1b}[2J\u{202e}\u{7}<b a=\"&\">]]>\n\u{9b}31m\u{fffe}";
    report(
        vec![Finding {
            cause: Some(Cause::WrongName),
            reason: format!("names {steer}"),
            hint: Some(format!("look at {steer}")),
            evidence: vec![("name", steer.to_owned())],
            ..finding("CHAIN-010", &format!("leaf {steer}"), Mark::Fail)
        }],
        false,
    )
}
