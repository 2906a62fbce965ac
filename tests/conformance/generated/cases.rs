//! The lists: each differs from a sound one in one thing, and comes with the certificate that it is asked for.

use openssl::x509::X509;

use super::{
    authority::{ALL, Authority, Extension},
    combined,
    der::{Point, extension, point, sequence, tlv},
    list::{Made, Signing, reason, scope},
};

/// Lists, and what they are asked for.
#[derive(Clone)]
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) leaf: X509,
    /// Its issuers without the root, and signers of lists.
    pub(crate) chain: Vec<X509>,
    pub(crate) lists: Vec<Made>,
}

/// The serial number of most leaves.
pub(super) const SERIAL: &[u8] = &[0x2a, 0x11];
pub(super) const URL: Point = Point::Url("http://crl.test/one.crl");
pub(super) const OTHER: Point = Point::Url("http://crl.test/two.crl");

pub(super) fn case(name: &str, authority: &Authority, leaf: X509, lists: Vec<Made>) -> Case {
    Case {
        name: name.to_owned(),
        leaf,
        chain: vec![authority.certificate.clone()],
        lists,
    }
}

/// A list of the CA with a key of a curve, which the change is made to, asked for a leaf that it does not name and
/// for one that it does.
fn both(cases: &mut Vec<Case>, name: &str, change: impl Fn(Made) -> Made) {
    of_leaf(cases, name, &[], change);
}

/// As [`both`], of leaves with these extensions.
fn of_leaf(cases: &mut Vec<Case>, name: &str, more: &[Extension], change: impl Fn(Made) -> Made) {
    of_authority(cases, name, &ALL.ec, more, change);
}

fn of_authority(
    cases: &mut Vec<Case>,
    name: &str,
    authority: &Authority,
    more: &[Extension],
    change: impl Fn(Made) -> Made,
) {
    let leaf = authority.leaf(SERIAL, more);
    let list = change(authority.list());
    let named = list.clone().entry(SERIAL, &[]);
    cases.push(case(name, authority, leaf.clone(), vec![list]));
    let name = format!("{name}, named");
    cases.push(case(&name, authority, leaf, vec![named]));
}

/// Where a certificate says that its list is.
pub(super) fn names(points: &[Point]) -> Extension {
    (31, false, sequence(&[sequence(&[point(points)])]))
}

/// A flag of an issuing distribution point.
pub(super) fn flag(tag: u8) -> Vec<u8> {
    scope(&[tlv(tag, &[0xff])])
}

/// Every case.
pub(crate) fn all() -> Vec<Case> {
    let mut cases = Vec::new();
    signatures(&mut cases);
    signers(&mut cases);
    forms(&mut cases);
    dates(&mut cases);
    scopes(&mut cases);
    entries(&mut cases);
    serials(&mut cases);
    cases.extend(combined::all());
    cases
}

fn signatures(cases: &mut Vec<Case>) {
    use Signing::*;
    for signing in [RsaMd5, RsaSha1, RsaSha256, RsaSha384, RsaSha512, Pss] {
        let name = format!("signed with {signing:?}");
        of_authority(cases, &name, &ALL.rsa, &[], |list| Made { signing, ..list });
    }
    for signing in [EcdsaSha1, EcdsaSha256, EcdsaSha384] {
        let name = format!("signed with {signing:?}");
        both(cases, &name, |list| Made { signing, ..list });
    }
    of_authority(cases, "signed with Ed25519", &ALL.ed, &[], |list| list);
}

fn signers(cases: &mut Vec<Case>) {
    both(cases, "another key's signature", |list| Made {
        key: ALL.twin.key.clone(),
        ..list
    });
    both(cases, "a damaged signature", |list| Made {
        damaged: true,
        ..list
    });
    both(cases, "another CA's list", |_| ALL.rsa.list());
    of_authority(
        cases,
        "of a CA that may sign no lists",
        &ALL.no_lists,
        &[],
        |list| list,
    );
    // The CA of the same name is there as well, and did not issue the certificate.
    for named in [false, true] {
        let list = match named {
            true => ALL.twin.list().entry(SERIAL, &[]),
            false => ALL.twin.list(),
        };
        let name = format!("of a CA of the same name, named {named}");
        let mut case = case(&name, &ALL.ec, ALL.ec.leaf(SERIAL, &[]), vec![list]);
        case.chain.push(ALL.twin.certificate.clone());
        cases.push(case);
    }
}

fn forms(cases: &mut Vec<Case>) {
    both(cases, "complete", |list| list);
    both(cases, "without a number", |list| Made {
        extensions: Vec::new(),
        ..list
    });
    both(cases, "of version 1", |list| Made {
        extensions: Vec::new(),
        version: false,
        ..list
    });
    both(cases, "with a number of 20 bytes", |list| Made {
        extensions: vec![extension(20, false, &tlv(2, &[0x7f; 20]))],
        ..list
    });
    let key_id = |id: &[u8]| extension(35, false, &sequence(&[tlv(0x80, id)]));
    both(cases, "with another's key identifier", |list| {
        list.with(key_id(&[7; 20]))
    });
    both(cases, "with an unknown extension", |list| {
        list.with(extension(99, false, &[5, 0]))
    });
    both(cases, "with an unknown critical extension", |list| {
        list.with(extension(99, true, &[5, 0]))
    });
    both(cases, "of 30,000 entries", |list| list.of(30_000));
}

fn dates(cases: &mut Vec<Case>) {
    both(cases, "ended", |list| {
        list.dates("250101000000Z", Some("260201000000Z"))
    });
    both(cases, "ends this second", |list| {
        list.dates("250101000000Z", Some("260601000000Z"))
    });
    both(cases, "ended a second ago", |list| {
        list.dates("250101000000Z", Some("260531235959Z"))
    });
    both(cases, "from the future", |list| {
        list.dates("260701000000Z", Some("270101000000Z"))
    });
    both(cases, "begins this second", |list| {
        list.dates("260601000000Z", Some("270101000000Z"))
    });
    both(cases, "without a next update", |list| {
        list.dates("260101000000Z", None)
    });
    both(cases, "with GeneralizedTime", |list| {
        list.dates("20260101000000Z", Some("20560101000000Z"))
    });
    both(cases, "with both kinds of time", |list| {
        list.dates("260101000000Z", Some("20560101000000Z"))
    });
}

fn scopes(cases: &mut Vec<Case>) {
    let covers = |points: &[Point]| scope(&[point(points)]);
    for (name, of_leaf_, of_list) in [
        ("the certificate's partition", vec![URL], vec![URL]),
        ("another partition", vec![URL], vec![OTHER]),
        ("a partition of two names", vec![URL], vec![OTHER, URL]),
        (
            "a partition, where the certificate has two",
            vec![OTHER, URL],
            vec![URL],
        ),
        (
            "a partition, where the certificate names none",
            vec![],
            vec![URL],
        ),
        (
            "the certificate's directory entry",
            vec![Point::Directory(super::der::name("Part 1"))],
            vec![Point::Directory(super::der::name("Part 1"))],
        ),
        (
            "another directory entry",
            vec![Point::Directory(super::der::name("Part 1"))],
            vec![Point::Directory(super::der::name("Part 2"))],
        ),
        (
            "a partition relative to its issuer",
            vec![Point::Relative("Part 1")],
            vec![Point::Relative("Part 1")],
        ),
    ] {
        let more: Vec<Extension> = match of_leaf_.as_slice() {
            [] => Vec::new(),
            points => vec![names(points)],
        };
        of_leaf(cases, name, &more, |list| list.with(covers(&of_list)));
    }
    of_leaf(
        cases,
        "of everything, where the certificate names a list",
        &[names(&[URL])],
        |it| it,
    );
    for (name, tag) in [
        ("for leaves alone", 0x81),
        ("for CAs alone", 0x82),
        ("indirect, with its issuer's entries alone", 0x84),
        ("for attribute certificates alone", 0x85),
    ] {
        both(cases, name, |list| list.with(flag(tag)));
        let lower = ALL.ec.sub(SERIAL);
        let list = ALL.ec.list().with(flag(tag));
        cases.push(case(
            &format!("{name}, of a CA"),
            &ALL.ec,
            lower,
            vec![list],
        ));
    }
    both(cases, "of some reasons", |list| {
        list.with(scope(&[tlv(0x83, &[5, 0x60])]))
    });
    both(cases, "with an empty scope", |list| list.with(scope(&[])));
}

fn entries(cases: &mut Vec<Case>) {
    let mut named = |name: &str, extensions: &[Vec<u8>]| {
        let list = ALL.ec.list().entry(SERIAL, extensions);
        cases.push(case(name, &ALL.ec, ALL.ec.leaf(SERIAL, &[]), vec![list]));
    };
    for code in [0, 1, 2, 3, 4, 5, 6, 8, 9, 10] {
        named(&format!("with reason {code}"), &[reason(code)]);
    }
    let since = extension(24, false, &tlv(0x18, b"20250101000000Z"));
    named("with a day of invalidity", &[reason(1), since]);
    named(
        "with an unknown extension of the entry",
        &[extension(99, false, &[5, 0])],
    );
    let unknown = extension(99, true, &[5, 0]);
    named(
        "with an unknown critical extension of the entry",
        std::slice::from_ref(&unknown),
    );
    both(
        cases,
        "with an unknown critical extension of another entry",
        |list| list.entry(&[9], std::slice::from_ref(&unknown)),
    );
    let on_hold = ALL.ec.list().entry(SERIAL, &[reason(6)]);
    let ended = on_hold.dates("250101000000Z", Some("260201000000Z"));
    cases.push(case(
        "ended, on hold",
        &ALL.ec,
        ALL.ec.leaf(SERIAL, &[]),
        vec![ended],
    ));
}

fn serials(cases: &mut Vec<Case>) {
    let long = [&[0x41][..], &[0x99; 19]].concat();
    for (name, serial, others) in [
        ("1 byte", &[7][..], vec![vec![0x17], vec![7, 0]]),
        ("16 bytes", &[0x3c; 16], vec![vec![0x3c; 15]]),
        ("20 bytes", &long, vec![long[1..].to_vec()]),
        // Without its zero it would be negative, and another number.
        ("a high first bit", &[0xf3, 1, 2], vec![vec![0xf3, 1, 2]]),
    ] {
        let content = match serial[0] {
            0x80.. => [&[0][..], serial].concat(),
            _ => serial.to_vec(),
        };
        let leaf = ALL.ec.leaf(serial, &[]);
        let near = others
            .iter()
            .fold(ALL.ec.list(), |list, it| list.entry(it, &[]));
        let near_name = format!("serial number of {name}, others near it named");
        cases.push(case(&near_name, &ALL.ec, leaf.clone(), vec![near]));
        let list = ALL.ec.list().entry(&content, &[]);
        cases.push(case(
            &format!("serial number of {name}, named"),
            &ALL.ec,
            leaf,
            vec![list],
        ));
    }
}
