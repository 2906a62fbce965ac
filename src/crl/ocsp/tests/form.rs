//! What is no answer, or one that was changed on its way.

use der::{Encode, asn1::OctetString, oid::ObjectIdentifier};
use openssl::ocsp::{OcspCertId, OcspResponse};
use x509_cert::ext::Extension;

use super::{
    super::{form::*, *},
    made::{AT, GOOD, Made, Shape, entry, family, moment, wrapped},
    problem, said,
};

#[test]
fn a_word_in_place_of_an_answer_is_told() {
    let (ca, leaf) = family();
    for word in [
        Word::MalformedRequest,
        Word::InternalError,
        Word::TryLater,
        Word::SigRequired,
        Word::Unauthorized,
    ] {
        let response = Response {
            status: word,
            bytes: None,
        };
        let problem = problem(said(&response.to_der().unwrap(), &leaf, &ca));
        assert_eq!(problem, Problem::Refused(word));
        assert!(problem.to_string().contains(word.word()));
    }
    let empty = Response {
        status: Word::Successful,
        bytes: None,
    };
    let problem = problem(said(&empty.to_der().unwrap(), &leaf, &ca));
    assert!(matches!(problem, Problem::NoAnswer(_)), "{problem:?}");
}

#[test]
fn what_is_no_answer_is_told_for_what_it_is() {
    let (ca, leaf) = family();
    let of = |bytes: &[u8]| problem(said(bytes, &leaf, &ca));
    assert_eq!(of(b"\r\n <!DOCTYPE html><html>"), Problem::Page);
    // 4 is no word of a responder (RFC 6960, 4.2.1).
    for bytes in [
        &b""[..],
        b"OK",
        &[0x30, 3, 0x0a, 1, 4],
        ca.certificate.der(),
    ] {
        let problem = of(bytes);
        assert!(matches!(problem, Problem::NoAnswer(_)), "{problem:?}");
        assert_eq!(problem.fault(), Fault::Missing);
    }
    let mut other = Made::by(&ca, vec![entry(&leaf.certificate, &ca.certificate, GOOD)]).basic();
    other.signed.version = 1;
    assert!(matches!(of(&wrapped(&other)), Problem::NoAnswer(_)));
}

#[test]
fn an_answer_that_was_cut_or_lengthened_or_changed_is_not_believed() {
    let (ca, leaf) = family();
    let delegate = Shape::delegate().under(Some(&ca));
    let entries = || vec![entry(&leaf.certificate, &ca.certificate, GOOD)];
    for answer in [
        Made::by(&ca, entries()).der(),
        Made::with(&delegate, entries()).der(),
    ] {
        assert_eq!(said(&answer, &leaf, &ca), Said::Good);
        for length in 0..answer.len() {
            problem(said(&answer[..length], &leaf, &ca));
        }
        problem(said(&[&answer[..], &[0]].concat(), &leaf, &ca));
        for place in 0..answer.len() {
            for bit in 0..8 {
                let mut changed = answer.clone();
                changed[place] ^= 1 << bit;
                problem(said(&changed, &leaf, &ca));
            }
        }
    }
}

#[test]
fn openssl_reads_of_an_answer_what_is_read_here() {
    let (ca, leaf) = family();
    let other = Shape::leaf(78).under(Some(&ca));
    let of = |status| entry(&leaf.certificate, &ca.certificate, status);
    let of_other = entry(&other.certificate, &ca.certificate, GOOD);
    for status in [
        GOOD,
        super::revoked(None),
        CertStatus::Unknown(der::asn1::Null),
    ] {
        let der = Made::by(&ca, vec![of_other.clone(), of(status)]).der();
        let (leaf, ca) = (leaf.certificate.x509(), ca.certificate.x509());
        let id = OcspCertId::from_cert(MessageDigest::sha1(), leaf, ca).unwrap();
        let basic = OcspResponse::from_der(&der).unwrap().basic().unwrap();
        let read = basic.find_status(&id).unwrap();
        let wanted = match status {
            CertStatus::Good(_) => 0,
            CertStatus::Revoked(_) => 1,
            CertStatus::Unknown(_) => 2,
        };
        assert_eq!(read.status.as_raw(), wanted);
        let shown = moment(AT - 3600).strftime("%b %e %H:%M:%S %Y GMT");
        assert_eq!(read.this_update.to_string(), shown.to_string());
    }
}

#[test]
fn nothing_that_is_signed_with_md5_is_believed() {
    let (ca, leaf) = family();
    let mut basic = Made::by(&ca, vec![entry(&leaf.certificate, &ca.certificate, GOOD)]).basic();
    basic.algorithm.oid = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.4");
    let problem = problem(said(&wrapped(&basic), &leaf, &ca));
    let wanted = Problem::BrokenHash("md5WithRSAEncryption".to_owned());
    assert_eq!(problem, wanted);
}

#[test]
fn what_is_critical_must_be_understood() {
    let (ca, leaf) = family();
    let extension = |oid: ObjectIdentifier, critical| {
        Some(vec![Extension {
            extn_id: oid,
            critical,
            extn_value: OctetString::new([5, 0]).unwrap(),
        }])
    };
    let unknown = ObjectIdentifier::new_unwrap("1.2.3.4");
    for (own, of_entry, understood) in [
        (extension(unknown, false), extension(unknown, false), true),
        (extension(NONCE, true), None, true),
        (extension(unknown, true), None, false),
        (None, extension(unknown, true), false),
    ] {
        let mut entry = entry(&leaf.certificate, &ca.certificate, GOOD);
        entry.extensions = of_entry;
        let answer = Made {
            extensions: own,
            ..Made::by(&ca, vec![entry])
        };
        let wanted = match understood {
            true => Said::Good,
            false => Said::Undetermined(Problem::NotUnderstood),
        };
        assert_eq!(said(&answer.der(), &leaf, &ca), wanted);
    }
}
