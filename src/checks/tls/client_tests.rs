//! What a server makes of our certificate, on handshakes made by hand.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use super::*;
use crate::{
    check::Selection,
    checks::{
        network::{
            Terms,
            made::{failed, host, judge, open, way},
        },
        tls,
    },
    environment::{self, Network},
    net::{tcp::Opening, tls::Probe},
};

/// A handshake in which the server asked for a certificate.
fn asked(end: End, after: After, had_identity: bool) -> Handshake {
    let mut handshake = Handshake::not_tried("");
    handshake.heard.certificate_request = true;
    handshake.heard.server_hello = true;
    handshake.heard.certificate_shown = had_identity;
    Handshake {
        end,
        after,
        had_identity,
        ..handshake
    }
}

fn facts(first: Handshake, terms: Terms) -> WayFacts {
    WayFacts {
        tls: Some(Probe {
            first,
            second: None,
        }),
        ..way(Opening::Open, terms)
    }
}

fn verdict(end: End, after: After, had_identity: bool) -> Outcome {
    let facts = facts(asked(end, after, had_identity), Terms::default());
    judge(takes_our_certificate, &facts)
}

#[test]
fn without_a_certificate_every_refusal_is_for_the_want_of_one() {
    for (end, after) in [
        (End::Alert(40), After::NotWaited),
        (End::Alert(42), After::NotWaited),
        (End::Closed, After::NotWaited),
        (End::Done, After::Alert(116)),
        (End::Done, After::Closed),
        (
            End::Done,
            After::Answered(b"HTTP/1.1 400 Bad Request\r\n\r\n<title>400 No required SSL certificate was sent</title>".to_vec()),
        ),
    ] {
        let cause = failed(verdict(end, after, false));
        assert_eq!(cause, Cause::TlsRefusesNoCertificate);
    }
}

#[test]
fn with_one_that_did_not_come_it_is_the_way_there_or_its_kind() {
    let page =
        b"HTTP/1.1 400 Bad Request\r\n\r\n<title>400 No required SSL certificate was sent</title>";
    for after in [After::Alert(116), After::Answered(page.to_vec())] {
        let Outcome::Fail(cause, evidence) = verdict(End::Done, after, true) else {
            panic!("it is refused");
        };
        assert_eq!(cause, Cause::TlsRefusesNoCertificate);
        assert!(evidence.hint.unwrap().contains("load balancer"));
    }
    let mut unshown = asked(End::Alert(40), After::NotWaited, true);
    unshown.heard.certificate_shown = false;
    let facts = facts(unshown, Terms::default());
    let Outcome::Fail(cause, evidence) = judge(takes_our_certificate, &facts) else {
        panic!("it is refused");
    };
    assert_eq!(cause, Cause::TlsRefusesNoCertificate);
    assert!(evidence.seen.contains("could not be shown"));
}

#[test]
fn with_one_the_alert_says_what_is_wrong_with_it() {
    for (alert, cause) in [
        (48, Cause::TlsRefusesOurCa),
        (42, Cause::TlsRefusesOurCertificate),
        (44, Cause::TlsRefusesOurCertificate),
        (45, Cause::TlsRefusesOurCertificate),
        (46, Cause::TlsRefusesOurCertificate),
    ] {
        let in_handshake = verdict(End::Alert(alert), After::NotWaited, true);
        assert_eq!(failed(in_handshake), cause);
        let afterwards = verdict(End::Done, After::Alert(alert), true);
        assert_eq!(failed(afterwards), cause);
    }
}

#[test]
fn an_answer_or_quiet_is_no_refusal() {
    let ok = After::Answered(b"HTTP/1.1 404 Not Found\r\n".to_vec());
    for after in [ok, After::Quiet] {
        let outcome = verdict(End::Done, after, true);
        assert!(matches!(outcome, Outcome::Pass(_)), "{outcome:?}");
    }
    assert_eq!(open(verdict(End::Done, After::Quiet, false)), None);
}

#[test]
fn an_orderly_end_after_our_certificate_stays_open() {
    assert_eq!(open(verdict(End::Done, After::Ended, true)), None);
}

#[test]
fn an_install_without_a_certificate_is_not_failed_for_it() {
    let terms = Terms {
        host: Some(host(Network::Hscn)),
        ..Terms::default()
    };
    let refused = asked(End::Alert(116), After::NotWaited, false);
    let outcome = judge(takes_our_certificate, &facts(refused, terms));
    assert_eq!(open(outcome), Some(Cause::TlsRefusesNoCertificate));
}

#[test]
fn a_failure_for_our_certificate_is_not_blamed_on_the_handshake() {
    let agrees = tls::HANDSHAKE[0].run;
    for end in [End::Alert(40), End::Alert(48), End::Closed] {
        let facts = facts(asked(end, After::NotWaited, true), Terms::default());
        let outcome = judge(agrees, &facts);
        assert!(matches!(outcome, Outcome::Pass(_)), "{outcome:?}");
    }
}

#[test]
fn a_handshake_that_fails_before_any_request_has_a_cause_of_its_own() {
    let agrees = tls::HANDSHAKE[0].run;
    for (end, cause) in [
        (End::Closed, Cause::TlsClosedAfterHello),
        (End::Silent, Cause::TlsSilent),
        (End::NotTls(b"SSH-2.0".to_vec()), Cause::TlsPlainHttp),
        (End::Alert(70), Cause::TlsOldVersion),
        (End::Alert(40), Cause::TlsNoCommonCipher),
        (End::Alert(71), Cause::TlsNoCommonCipher),
        (End::Alert(112), Cause::TlsAlert),
        (
            End::Ours("dh key too small".to_owned()),
            Cause::TlsNoCommonCipher,
        ),
        (
            End::Broken("excessive message size".to_owned()),
            Cause::TlsBroken,
        ),
    ] {
        let handshake = Handshake {
            end,
            ..Handshake::not_tried("")
        };
        let outcome = judge(agrees, &facts(handshake, Terms::default()));
        assert_eq!(failed(outcome), cause);
    }
    let late = facts(Handshake::not_tried("too late"), Terms::default());
    assert_eq!(open(judge(agrees, &late)), None);
}

#[test]
fn the_second_attempt_says_what_the_server_wanted() {
    let agrees = tls::HANDSHAKE[0].run;
    for (version, cause) in [
        ("TLSv1", Cause::TlsOldVersion),
        ("TLSv1.1", Cause::TlsOldVersion),
        ("TLSv1.2", Cause::TlsNoCommonCipher),
    ] {
        let mut facts = facts(
            Handshake {
                end: End::Alert(40),
                ..Handshake::not_tried("")
            },
            Terms::default(),
        );
        let second = Handshake {
            end: End::Done,
            version: Some(version.to_owned()),
            ..Handshake::not_tried("")
        };
        facts
            .tls
            .iter_mut()
            .for_each(|probe| probe.second = Some(second.clone()));
        assert_eq!(failed(judge(agrees, &facts)), cause);
    }
}

#[test]
fn a_mutual_host_that_asks_for_nothing_fails() {
    let done = Handshake {
        end: End::Done,
        ..Handshake::not_tried("")
    };
    let plain = facts(done.clone(), Terms::default());
    assert!(matches!(
        judge(asks_for_a_certificate, &plain),
        Outcome::NotApplicable(_)
    ));
    let terms = Terms {
        host: Some(host(Network::Hscn)),
        ..Terms::default()
    };
    let cause = failed(judge(asks_for_a_certificate, &facts(done, terms)));
    assert_eq!(cause, Cause::TlsClientCertNotAsked);
}

#[test]
fn case_makes_no_other_ca_of_a_name() {
    let int = environment::all().iter().find(|it| it.id == "int").unwrap();
    let g2 = int.generation("g2").unwrap();
    let mut named = asked(End::Done, After::NotWaited, false);
    named.acceptable = vec![AuthorityName {
        text: g2.root.subject.to_uppercase(),
        der: Vec::new(),
    }];
    let terms = Terms {
        host: Some(host(Network::Hscn)),
        ..Terms::default()
    };
    let selection = Selection::default();
    let context = Context {
        at: g2.root.not_after,
        environment: Some(int),
        install: None,
        selection: &selection,
    };
    let outcome = names_every_generation(&facts(named, terms), &context);
    assert!(matches!(outcome, Outcome::Pass(_)), "{outcome:?}");
}

#[test]
fn an_alert_before_any_request_is_not_about_a_certificate_of_ours() {
    let agrees = tls::HANDSHAKE[0].run;
    for code in [41, 42, 46, 48, 49, 116] {
        let handshake = Handshake {
            end: End::Alert(code),
            ..Handshake::not_tried("")
        };
        let facts = facts(handshake, Terms::default());
        assert_eq!(failed(judge(agrees, &facts)), Cause::TlsAlert);
        let taken = judge(takes_our_certificate, &facts);
        assert!(matches!(taken, Outcome::NotApplicable(_)), "{taken:?}");
    }
}

#[test]
fn what_was_not_shown_was_not_taken() {
    let asked = || {
        asked(
            End::Done,
            After::Answered(b"HTTP/1.1 200 OK\r\n".to_vec()),
            false,
        )
    };
    let optional = judge(takes_our_certificate, &facts(asked(), Terms::default()));
    assert!(
        matches!(optional, Outcome::NotApplicable(_)),
        "{optional:?}"
    );
    let terms = Terms {
        host: Some(host(Network::Hscn)),
        ..Terms::default()
    };
    assert_eq!(
        open(judge(takes_our_certificate, &facts(asked(), terms))),
        None
    );
}

#[test]
fn a_page_that_refuses_us_blames_the_ca_only_where_the_list_lacks_it() {
    let page = b"HTTP/1.1 400 Bad Request\r\n\r\nThe SSL certificate error".to_vec();
    let cause = failed(verdict(End::Done, After::Answered(page), true));
    assert_eq!(cause, Cause::TlsRefusesOurCertificate);
}

#[test]
fn a_version_below_the_environments_own_fails_at_its_hosts() {
    let mut environment = crate::environment::all()[0].clone();
    environment.tls.min_version = "1.3".to_owned();
    let selection = crate::check::Selection::default();
    let context = Context {
        at: jiff::Timestamp::UNIX_EPOCH,
        environment: Some(&environment),
        install: None,
        selection: &selection,
    };
    let agrees = |version: &str, host: Option<crate::checks::network::HostTerms>| {
        let handshake = Handshake {
            end: End::Done,
            version: Some(version.to_owned()),
            ..Handshake::not_tried("")
        };
        let terms = Terms {
            host,
            ..Terms::default()
        };
        (tls::HANDSHAKE[0].run)(&facts(handshake, terms), &context)
    };
    let bound = || Some(host(Network::Hscn));
    assert_eq!(failed(agrees("TLSv1.2", bound())), Cause::TlsOldVersion);
    assert!(matches!(agrees("TLSv1.3", bound()), Outcome::Pass(_)));
    assert!(matches!(agrees("TLSv1.2", None), Outcome::Pass(_)));
}
