//! What an endpoint shows and asks, on facts made by hand.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use super::{
    asks::asks_for_a_certificate,
    generations::{AcceptedFacts, accepts_the_generation},
    same::{shows_one_certificate, shows_the_file, shows_what_was_recorded},
    *,
};
use crate::{
    check::{Cause, Outcome},
    checks::network::made::{failed, judge, open},
    environment::{self, Confidence, Standing},
    net::tls::{After, Asked, AuthorityName, End, Handshake},
};

fn handshake(asked: Asked, after: After) -> Handshake {
    let mut handshake = Handshake::not_tried("");
    handshake.heard.certificate_request = asked != Asked::Never;
    Handshake {
        end: End::Done,
        asked,
        after,
        requested: true,
        ..handshake
    }
}

fn facts(handshake: Handshake) -> EndpointFacts {
    EndpointFacts {
        address: "10.0.0.1:443".to_owned(),
        handshake: Some(handshake),
        presented: Vec::new(),
        wanted: Arc::new(Wanted {
            file: Expected::NotNamed("none".to_owned()),
            recorded: Recorded::Nothing("none".to_owned()),
            unshown: None,
            path: "/".to_owned(),
        }),
    }
}

fn answered() -> After {
    After::Answered(b"HTTP/1.1 200 OK\r\n\r\n".to_vec())
}

/// A certificate of the shipped ones' kind, signed by itself.
fn certificate(serial: u32) -> Arc<Certificate> {
    use openssl::{asn1::Asn1Time, bn::BigNum, hash::MessageDigest, pkey::PKey, x509::X509};
    let key = PKey::generate_ed25519().unwrap();
    let mut builder = X509::builder().unwrap();
    builder.set_pubkey(&key).unwrap();
    let serial = BigNum::from_u32(serial).unwrap().to_asn1_integer().unwrap();
    builder.set_serial_number(&serial).unwrap();
    let now = Asn1Time::days_from_now(0).unwrap();
    builder.set_not_before(&now).unwrap();
    builder.set_not_after(&now).unwrap();
    builder.sign(&key, MessageDigest::null()).unwrap();
    let der = builder.build().to_der().unwrap();
    Arc::new(Certificate::from_der(&der).unwrap())
}

// EP-001.

#[test]
fn a_chain_that_cannot_be_read_is_no_pass_even_where_no_file_is_named() {
    let mut facts = facts(handshake(Asked::InHandshake, answered()));
    assert_eq!(open(judge(shows_the_file, &facts)), None);
    facts.presented.push(certificate(1));
    let outcome = judge(shows_the_file, &facts);
    assert!(matches!(outcome, Outcome::NotApplicable(_)), "{outcome:?}");
}

// EP-006.

#[test]
fn to_be_asked_passes_whenever_it_is() {
    for asked in [Asked::InHandshake, Asked::AfterRequest] {
        for after in [After::Quiet, answered(), After::Alert(116), After::Closed] {
            let outcome = judge(asks_for_a_certificate, &facts(handshake(asked, after)));
            assert!(matches!(outcome, Outcome::Pass(_)), "{outcome:?}");
        }
    }
}

#[test]
fn not_to_be_asked_fails_only_where_a_request_was_answered() {
    let never = |after| facts(handshake(Asked::Never, after));
    assert_eq!(
        failed(judge(asks_for_a_certificate, &never(answered()))),
        Cause::TlsClientCertNotAsked
    );
    for after in [After::Quiet, After::Ended, After::Closed, After::Alert(40)] {
        assert_eq!(open(judge(asks_for_a_certificate, &never(after))), None);
    }
    let mut unsent = handshake(Asked::Never, After::Quiet);
    unsent.requested = false;
    assert_eq!(open(judge(asks_for_a_certificate, &facts(unsent))), None);
}

// EP-005.

fn accepted(handshake: Handshake, confidence: Confidence) -> AcceptedFacts {
    let environment = environment::find("int").unwrap();
    let mut generation = environment.generation("g2").unwrap().clone();
    generation.provenance.confidence = confidence;
    AcceptedFacts {
        generation,
        standing: Standing::Required,
        at: facts(handshake),
        ours: Vec::new(),
    }
}

fn naming(text: &str) -> Handshake {
    let mut handshake = handshake(Asked::InHandshake, After::Quiet);
    handshake.acceptable.push(AuthorityName {
        text: text.to_owned(),
        der: Vec::new(),
    });
    handshake
}

#[test]
fn a_generation_is_accepted_where_one_of_its_cas_is_named_whatever_the_case() {
    let g2 = accepted(naming(""), Confidence::A).generation;
    for authority in g2.authorities() {
        let named = naming(&authority.subject.to_uppercase());
        let outcome = judge(accepts_the_generation, &accepted(named, Confidence::A));
        assert!(matches!(outcome, Outcome::Pass(_)), "{outcome:?}");
    }
    let other = accepted(naming("CN=Other"), Confidence::A);
    let cause = failed(judge(accepts_the_generation, &other));
    assert_eq!(cause, Cause::TlsAcceptsOneGeneration);
}

#[test]
fn what_only_a_third_party_says_of_a_generation_makes_no_failure() {
    let other = accepted(naming("CN=Other"), Confidence::C);
    let cause = open(judge(accepts_the_generation, &other));
    assert_eq!(cause, Some(Cause::TlsAcceptsOneGeneration));
}

#[test]
fn an_empty_list_and_a_generation_out_of_force_bind_nothing() {
    let empty = handshake(Asked::AfterRequest, answered());
    let outcome = judge(accepts_the_generation, &accepted(empty, Confidence::A));
    assert!(matches!(outcome, Outcome::NotApplicable(_)), "{outcome:?}");
    for standing in [Standing::Early, Standing::Over] {
        let other = AcceptedFacts {
            standing,
            ..accepted(naming("CN=Other"), Confidence::A)
        };
        let outcome = judge(accepts_the_generation, &other);
        assert!(matches!(outcome, Outcome::NotApplicable(_)), "{outcome:?}");
    }
}

// EP-002 and EP-003.

#[test]
fn a_fingerprint_in_words_is_read_with_and_without_colons() {
    let (shown, other) = (certificate(1), certificate(2));
    let colons = |digits: &str| {
        let pairs: Vec<&str> = digits
            .as_bytes()
            .chunks(2)
            .map(|pair| str::from_utf8(pair).unwrap())
            .collect();
        pairs.join(":").to_uppercase()
    };
    let word = |text: String| {
        let mut facts = facts(handshake(Asked::Never, answered()));
        facts.presented.push(Arc::clone(&shown));
        let wanted = Wanted {
            recorded: Recorded::Done("int.cert".to_owned(), vec![Piece::Text(text)]),
            ..Arc::unwrap_or_clone(facts.wanted)
        };
        facts.wanted = Arc::new(wanted);
        judge(shows_what_was_recorded, &facts)
    };
    for text in [
        format!("SHA-256 fingerprint {}", colons(&shown.sha256)),
        format!("sha256={}.", shown.sha256),
        format!("SHA1 Fingerprint={}", colons(&shown.sha1)),
    ] {
        assert!(matches!(word(text), Outcome::Pass(_)));
    }
    assert_eq!(
        failed(word(other.sha256.clone())),
        Cause::CertificateDiffers
    );
    // Forty digits are a commit's as well.
    assert!(matches!(
        word(other.sha1.clone()),
        Outcome::NotApplicable(_)
    ));
    assert!(matches!(
        word("mail of 3 May".to_owned()),
        Outcome::NotApplicable(_)
    ));
}

#[test]
fn all_addresses_are_compared_and_one_that_was_not_seen_leaves_it_open() {
    let (one, two) = (certificate(1), certificate(2));
    let shown = |leaves: &[Option<&Arc<Certificate>>]| {
        let addresses = leaves.iter().enumerate();
        let shown = addresses.map(|(at, leaf)| (format!("10.0.0.{at}:443"), leaf.cloned()));
        judge(
            shows_one_certificate,
            &AddressesFacts {
                shown: shown.collect(),
            },
        )
    };
    assert!(matches!(shown(&[Some(&one), Some(&one)]), Outcome::Pass(_)));
    assert!(matches!(shown(&[Some(&one)]), Outcome::NotApplicable(_)));
    assert_eq!(
        failed(shown(&[None, Some(&one), Some(&two)])),
        Cause::CertificateDiffers
    );
    assert_eq!(open(shown(&[Some(&one), None])), None);
    assert_eq!(open(shown(&[None, None])), None);
}
