//! Answers made by hand: whose word counts, of which certificate, and for how long.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod dates;
mod form;
mod made;

use made::{AT, DAY, GOOD, Holder, Made, Shape, entry, family, id, moment, revoked, time};
use openssl::ocsp::OcspRequest;
use x509_cert::ext::pkix::CrlReason;

use super::{form::CertStatus, *};

fn said_at(der: &[u8], leaf: &Holder, ca: &Holder, at: i64) -> Said {
    judge(der, &leaf.certificate, &ca.certificate, moment(at)).said
}

fn said(der: &[u8], leaf: &Holder, ca: &Holder) -> Said {
    said_at(der, leaf, ca, AT)
}

#[track_caller]
fn problem(said: Said) -> Problem {
    match said {
        Said::Undetermined(problem) => problem,
        other => panic!("{other:?}"),
    }
}

fn name(holder: &Holder) -> String {
    holder.certificate.label()
}

#[test]
fn the_issuer_itself_may_answer() {
    let (ca, leaf) = family();
    for (by_key, sha1) in [(false, false), (true, false), (false, true)] {
        let good = Made {
            by_key,
            sha1,
            ..Made::by(&ca, vec![entry(&leaf.certificate, &ca.certificate, GOOD)])
        };
        let der = good.der();
        let judged = judge(&der, &leaf.certificate, &ca.certificate, moment(AT));
        assert_eq!(judged.said, Said::Good, "{by_key} {sha1}");
        let seen = judged.seen.unwrap();
        assert_eq!(seen.signer, "CA");
        assert_eq!(seen.produced_at, seen.this_update);
        assert_eq!(seen.next_update, Some(moment(AT + 3600)));
    }
}

#[test]
fn a_delegate_of_the_issuer_may_answer() {
    let (ca, leaf) = family();
    let delegate = Shape::delegate().under(Some(&ca));
    for by_key in [false, true] {
        let entries = vec![entry(&leaf.certificate, &ca.certificate, GOOD)];
        let answer = Made {
            by_key,
            ..Made::with(&delegate, entries)
        };
        assert_eq!(said(&answer.der(), &leaf, &ca), Said::Good);
    }
}

#[test]
fn a_sub_ca_may_answer_for_its_leaf_and_what_its_root_lets_may_not() {
    let root = Shape::ca("Root").under(None);
    let ca = Shape::ca("CA").under(Some(&root));
    let leaf = Shape::leaf(77).under(Some(&ca));
    let delegate = Shape::delegate().under(Some(&ca));
    let entries = || vec![entry(&leaf.certificate, &ca.certificate, GOOD)];
    assert_eq!(
        said(&Made::by(&ca, entries()).der(), &leaf, &ca),
        Said::Good
    );
    let answer = Made::with(&delegate, entries()).der();
    assert_eq!(said(&answer, &leaf, &ca), Said::Good);
    // What the root lets answer may answer for the root's certificates alone.
    let higher = Shape::delegate().under(Some(&root));
    let answer = Made {
        sent: vec![&higher.certificate, &root.certificate],
        ..Made::by(&higher, entries())
    };
    let wanted = Problem::Stranger(name(&higher));
    assert_eq!(problem(said(&answer.der(), &leaf, &ca)), wanted);
}

#[test]
fn whom_the_issuer_does_not_let_may_not_answer() {
    let (ca, leaf) = family();
    let namesake = Shape::ca("CA").under(None);
    let between = Shape::ca("Between").under(Some(&ca));
    let without = |purpose| Shape {
        purpose,
        ..Shape::delegate()
    };
    let cases = [
        (without(None).under(Some(&ca)), "without"),
        (without(Some("clientAuth")).under(Some(&ca)), "without"),
        // RFC 6960 wants this very purpose.
        (
            without(Some("anyExtendedKeyUsage")).under(Some(&ca)),
            "without",
        ),
        (Shape::delegate().under(Some(&namesake)), "stranger"),
        (Shape::delegate().under(Some(&between)), "stranger"),
        (Shape::delegate().under(None), "stranger"),
    ];
    for (signer, kind) in &cases {
        for status in [GOOD, revoked(None)] {
            let entries = vec![entry(&leaf.certificate, &ca.certificate, status)];
            let answer = Made {
                sent: vec![
                    &signer.certificate,
                    &between.certificate,
                    &namesake.certificate,
                ],
                ..Made::by(signer, entries)
            };
            let problem = problem(said(&answer.der(), &leaf, &ca));
            let wanted = match *kind {
                "without" => Problem::WithoutRight(name(signer)),
                _ => Problem::Stranger(name(signer)),
            };
            assert_eq!(problem, wanted);
            assert_eq!(problem.fault(), Fault::Unauthorised);
        }
    }
}

#[test]
fn another_ca_of_the_same_name_is_not_the_issuer() {
    let (ca, leaf) = family();
    let namesake = Shape::ca("CA").under(None);
    let entries = || vec![entry(&leaf.certificate, &ca.certificate, GOOD)];
    let answer = Made::with(&namesake, entries()).der();
    let wanted = Problem::BadSignature("CA".to_owned());
    assert_eq!(problem(said(&answer, &leaf, &ca)), wanted);
    let by_key = Made {
        by_key: true,
        ..Made::with(&namesake, entries())
    };
    let wanted = Problem::Stranger("CA".to_owned());
    assert_eq!(problem(said(&by_key.der(), &leaf, &ca)), wanted);
}

#[test]
fn a_delegate_that_sends_no_certificate_is_nobody() {
    let (ca, leaf) = family();
    let delegate = Shape::delegate().under(Some(&ca));
    let entries = vec![entry(&leaf.certificate, &ca.certificate, GOOD)];
    let problem = problem(said(&Made::by(&delegate, entries).der(), &leaf, &ca));
    assert_eq!(problem, Problem::SignerMissing("CN=Responder".to_owned()));
}

#[test]
fn a_delegate_that_has_ended_may_not_say_good_and_its_revocations_stand() {
    let (ca, leaf) = family();
    let short = Shape {
        dates: (-DAY, DAY),
        ..Shape::delegate()
    };
    let delegate = short.under(Some(&ca));
    let answer = |status| {
        let mut entry = entry(&leaf.certificate, &ca.certificate, status);
        entry.next_update = Some(time(AT + 10 * DAY));
        Made::with(&delegate, vec![entry]).der()
    };
    let later = AT + DAY;
    assert_eq!(said_at(&answer(GOOD), &leaf, &ca, later), Said::Good);
    let ended = problem(said_at(&answer(GOOD), &leaf, &ca, later + 1));
    let wanted = Problem::SignerNotValid(name(&delegate), moment(later + 1));
    assert_eq!(ended, wanted);
    let hold = revoked(Some(CrlReason::CertificateHold));
    let ended = problem(said_at(&answer(hold), &leaf, &ca, later + 1));
    assert_eq!(ended, wanted);
    let revoked = said_at(&answer(revoked(None)), &leaf, &ca, later + 1);
    assert!(matches!(revoked, Said::Revoked { .. }), "{revoked:?}");
}

#[test]
fn what_was_signed_outside_of_the_delegates_dates_revokes_nothing() {
    let (ca, leaf) = family();
    let delegate = Shape::delegate().under(Some(&ca));
    let answer = Made {
        produced_at: AT - 2 * DAY,
        ..Made::with(
            &delegate,
            vec![entry(&leaf.certificate, &ca.certificate, revoked(None))],
        )
    };
    let problem = problem(said(&answer.der(), &leaf, &ca));
    let wanted = Problem::SignerNotValid(name(&delegate), moment(AT - 2 * DAY));
    assert_eq!(problem, wanted);
}

#[test]
fn an_answer_for_another_certificate_says_nothing() {
    let (ca, leaf) = family();
    let other = Shape::leaf(78).under(Some(&ca));
    let namesake = Shape::ca("CA").under(None);
    let of_other = entry(&other.certificate, &ca.certificate, GOOD);
    let of_namesake = entry(&leaf.certificate, &namesake.certificate, GOOD);
    let mut renamed = entry(&leaf.certificate, &ca.certificate, GOOD);
    renamed.certificate.issuer_name = of_namesake.certificate.issuer_key.clone();
    for entries in [vec![of_other], vec![of_namesake], vec![renamed], vec![]] {
        let answer = Made::by(&ca, entries).der();
        let judged = judge(&answer, &leaf.certificate, &ca.certificate, moment(AT));
        let wanted = Said::Undetermined(Problem::OtherCertificate);
        assert_eq!((judged.said, judged.seen), (wanted, None));
    }
}

#[test]
fn of_several_entries_that_of_the_certificate_counts_and_the_worst_of_its_own() {
    let (ca, leaf) = family();
    let other = Shape::leaf(78).under(Some(&ca));
    let of = |holder: &Holder, status| entry(&holder.certificate, &ca.certificate, status);
    let answer = Made::by(&ca, vec![of(&other, revoked(None)), of(&leaf, GOOD)]).der();
    assert_eq!(said(&answer, &leaf, &ca), Said::Good);
    assert!(matches!(said(&answer, &other, &ca), Said::Revoked { .. }));
    let answer = Made::by(&ca, vec![of(&leaf, revoked(None)), of(&leaf, GOOD)]).der();
    assert!(matches!(said(&answer, &leaf, &ca), Said::Revoked { .. }));
    let mut sha256 = of(&leaf, GOOD);
    sha256.certificate = id(&leaf.certificate, &ca.certificate, true);
    assert_eq!(
        said(&Made::by(&ca, vec![sha256]).der(), &leaf, &ca),
        Said::Good
    );
}

#[test]
fn what_the_responder_does_not_know_is_undetermined() {
    let (ca, leaf) = family();
    let unknown = CertStatus::Unknown(der::asn1::Null);
    let entries = vec![entry(&leaf.certificate, &ca.certificate, unknown)];
    let answer = Made::by(&ca, entries).der();
    assert_eq!(problem(said(&answer, &leaf, &ca)), Problem::Unknown);
}

#[test]
fn a_question_names_one_certificate_by_sha_1_and_has_no_nonce() {
    let (ca, leaf) = family();
    let question = request(&leaf.certificate, &ca.certificate).unwrap();
    assert!(OcspRequest::from_der(&question).is_ok());
    let id = der::Encode::to_der(&id(&leaf.certificate, &ca.certificate, false)).unwrap();
    // Four sequences around the name of the certificate, and nothing else.
    assert_eq!(question.len(), id.len() + 8);
    assert!(question.ends_with(&id));
}

#[test]
fn of_two_answers_the_one_that_revokes_for_good_is_kept_and_else_the_later_one() {
    let (ca, leaf) = family();
    let answer = |status, earlier: i64| {
        let mut entry = entry(&leaf.certificate, &ca.certificate, status);
        entry.this_update = time(AT - 3600 - earlier);
        let der = Made::by(&ca, vec![entry]).der();
        judge(&der, &leaf.certificate, &ca.certificate, moment(AT))
    };
    let held = || revoked(Some(CrlReason::CertificateHold));
    for (kept, new, stays) in [
        (answer(revoked(None), 600), answer(GOOD, 0), true),
        (answer(GOOD, 0), answer(revoked(None), 600), false),
        (answer(revoked(None), 600), answer(revoked(None), 0), false),
        (answer(held(), 600), answer(GOOD, 0), false),
        (answer(held(), 0), answer(GOOD, 600), true),
        (answer(GOOD, 0), answer(GOOD, 600), true),
        (answer(GOOD, 0), answer(GOOD, 0), false),
    ] {
        assert_eq!(kept.stays_before(&new), stays, "{kept:?} {new:?}");
    }
    let (kept, new) = (answer(revoked(None), 600), answer(GOOD, 0));
    let taken_back = Problem::TakenBack(moment(AT - 4200));
    assert_eq!(kept.beside(new).said, Said::Undetermined(taken_back));
    let (kept, new) = (answer(GOOD, 0), answer(GOOD, 600));
    assert_eq!(kept.beside(new).said, Said::Good);
}
