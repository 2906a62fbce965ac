//! What each CSR check finds, on requests made by hand.

use jiff::Timestamp;

use super::*;
use crate::{
    check::{self, Mark, Selection},
    x509::{AlternativeNames, Hash, KeyAlgorithm, PublicKey, Signature},
};

const NAME: &str = "example.thirdparty.nhs.uk";

fn sound() -> Linted {
    Linted {
        request: Request {
            subject: vec![("CN".to_owned(), NAME.to_owned())],
            names: Some(AlternativeNames {
                dns: vec![NAME.to_owned()],
                ..AlternativeNames::default()
            }),
            attributes: Vec::new(),
            key: PublicKey {
                algorithm: KeyAlgorithm::Rsa,
                bits: 2048,
            },
            signature: Signature {
                algorithm: "sha256WithRSAEncryption".to_owned(),
                hash: Hash::Sha2,
            },
            signature_fits: true,
            spki_sha256: "00".repeat(32),
            der: Vec::new(),
        },
        expected: Fqdn::parse(NAME).ok(),
        beside: Vec::new(),
    }
}

/// The checks that do not pass when one thing is changed.
fn broken(change: impl FnOnce(&mut Linted)) -> Vec<(&'static str, Mark)> {
    let mut linted = sound();
    change(&mut linted);
    let selection = Selection::default();
    let context = Context {
        at: Timestamp::UNIX_EPOCH,
        environment: None,
        install: None,
        selection: &selection,
    };
    check::run(CHECKS, "x.csr", &linted, &context)
        .into_iter()
        .filter(|finding| finding.outcome != Mark::Pass)
        .map(|finding| (finding.id.0, finding.outcome))
        .collect()
}

fn named(linted: &mut Linted, name: &str) {
    linted.request.subject[0].1 = name.to_owned();
    linted
        .request
        .names
        .iter_mut()
        .for_each(|names| names.dns = vec![name.to_owned()]);
}

fn add(linted: &mut Linted, name: &str, value: &str) {
    let part = (name.to_owned(), value.to_owned());
    linted.request.subject.push(part);
}

#[test]
fn a_request_as_ptl_makes_it_passes_everything() {
    assert_eq!(broken(|_| ()), []);
}

#[test]
fn each_defect_is_found_by_its_check_alone() {
    use Mark::{Fail, NotApplicable};
    let one = |id| vec![(id, Fail)];
    assert_eq!(
        broken(|it| it.request.signature_fits = false),
        one("CSR-001")
    );
    assert_eq!(
        broken(|it| it.beside.push(PRIVATE_KEY.to_owned())),
        one("CSR-002")
    );
    assert_eq!(broken(|it| named(it, "other.nhs.uk")), one("CSR-005"));
    assert_eq!(
        broken(|it| add(it, "emailAddress", "me@nhs.net")),
        one("CSR-007")
    );
    assert_eq!(broken(|it| add(it, "ST", "Some-State")), one("CSR-008"));
    assert_eq!(broken(|it| add(it, "OU", "Devices")), one("CSR-009"));
    assert_eq!(
        broken(|it| it.request.attributes.push("challengePassword".to_owned())),
        one("CSR-012")
    );
    assert_eq!(broken(|it| it.request.key.bits = 1024), one("CSR-013"));
    assert_eq!(
        broken(|it| it.request.signature.hash = Hash::Sha1),
        one("CSR-015")
    );
    assert_eq!(
        broken(|it| it.request.signature.hash = Hash::Md5),
        one("CSR-015")
    );
    assert_eq!(
        broken(|it| it.expected = None),
        [("CSR-005", NotApplicable)]
    );
    assert_eq!(
        broken(|it| it.request.names = None),
        [("CSR-010", Fail), ("CSR-011", NotApplicable)]
    );
    assert_eq!(
        broken(|it| it.request.key.algorithm = KeyAlgorithm::Ec),
        [("CSR-013", NotApplicable), ("CSR-014", Fail)]
    );
    assert_eq!(
        broken(|it| {
            it.request.key.algorithm = KeyAlgorithm::Edwards;
            it.request.signature.hash = Hash::Own;
        }),
        [("CSR-013", NotApplicable), ("CSR-014", Fail)]
    );
    assert_eq!(
        broken(|it| it.request.signature.hash = Hash::Own),
        [("CSR-015", Mark::Undetermined)]
    );
}

#[test]
fn a_missing_or_second_common_name_blocks_what_needs_one() {
    let blocked = ["CSR-004", "CSR-005", "CSR-010", "CSR-011"].map(|id| (id, Mark::Blocked));
    let expected = [&[("CSR-003", Mark::Fail)][..], &blocked[..]].concat();
    assert_eq!(broken(|it| it.request.subject.clear()), expected);
    assert_eq!(broken(|it| add(it, "CN", "second.nhs.uk")), expected);
}

#[test]
fn a_common_name_that_cannot_be_signed_blocks_the_comparison() {
    for name in [
        "example.com",
        "a b.nhs.uk",
        "a\u{1b}[2J.nhs.uk",
        "nhs.uk",
        "",
    ] {
        assert_eq!(
            broken(|it| named(it, name)),
            [("CSR-004", Mark::Fail), ("CSR-005", Mark::Blocked)],
            "{name:?}"
        );
    }
}

#[test]
fn a_wildcard_is_named_wherever_it_stands() {
    assert_eq!(
        broken(|it| {
            named(it, "*.thirdparty.nhs.uk");
            it.expected = None;
        }),
        [("CSR-005", Mark::NotApplicable), ("CSR-006", Mark::Fail)]
    );
    let alternative = |it: &mut Linted| {
        let names = it.request.names.iter_mut();
        names.for_each(|names| names.dns.push("*.nhs.uk".to_owned()));
    };
    assert_eq!(
        broken(alternative),
        [("CSR-006", Mark::Fail), ("CSR-011", Mark::Fail)]
    );
}

#[test]
fn an_email_address_among_the_alternative_names_counts_too() {
    let email = |it: &mut Linted| {
        let names = it.request.names.iter_mut();
        names.for_each(|names| names.email.push("me@nhs.net".to_owned()));
    };
    assert_eq!(broken(email), [("CSR-007", Mark::Fail)]);
}

#[test]
fn case_does_not_make_another_name() {
    assert_eq!(broken(|it| named(it, "Example.ThirdParty.NHS.uk")), []);
}
