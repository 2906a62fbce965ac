//! Words and weights of what nothing came of, by downloads made by hand.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use super::{End, Opening, Problem, Weight, explain};
use crate::environment;
use url::Url;

fn of(end: End) -> Problem {
    let live = environment::find("live").unwrap();
    let url = Url::parse("https://pki.nhs.uk/live/G2/root/NHSRootAuthorityG2.crt").unwrap();
    explain(end, &live, &url, None)
}

#[test]
fn what_the_network_did_is_no_word_on_the_file() {
    for (end, cause) in [
        (End::NoAddress, "no-address"),
        (End::Shut(Opening::Refused), "tcp-refused"),
        (End::Shut(Opening::HostUnreachable), "host-unreachable"),
        (End::Shut(Opening::NetUnreachable), "net-unreachable"),
        (End::Shut(Opening::Silent), "tcp-silent"),
        (End::Tls("x".into()), "tls-broken"),
        (End::Broken("x".into()), "http-broken"),
        (End::Late, "no-answer"),
        (End::Status(502), "http-status"),
        (End::Status(407), "http-status"),
    ] {
        let problem = of(end);
        assert_eq!((problem.cause, problem.weight), (cause, Weight::Unknown));
        assert!(
            !problem.hint.contains("HSCN"),
            "pki.nhs.uk is on the internet"
        );
    }
    assert_eq!(of(End::Status(404)).weight, Weight::Fails);
}
