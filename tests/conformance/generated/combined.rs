//! Several lists together: old and new, partitions, deltas, and those that another signs.

use super::{
    authority::{ALL, Authority, Extension, points_to},
    cases::{Case, OTHER, SERIAL, URL, case, flag, names},
    der::{Point, extension, name, point, sequence, tlv},
    list::{Made, delta, number, reason, scope},
};

/// Every case of several lists.
pub(crate) fn all() -> Vec<Case> {
    let mut cases = Vec::new();
    several(&mut cases);
    deltas(&mut cases);
    indirect(&mut cases);
    cases
}

fn several(cases: &mut Vec<Case>) {
    let mut of = |name: &str, more: &[Extension], lists: Vec<Made>| {
        cases.push(case(name, &ALL.ec, ALL.ec.leaf(SERIAL, more), lists));
    };
    let ended = || ALL.ec.list().dates("250101000000Z", Some("260201000000Z"));
    let forged = || Made {
        damaged: true,
        ..ALL.ec.list()
    };
    of("ended, and one in date", &[], vec![ended(), ALL.ec.list()]);
    let named = ended().entry(SERIAL, &[]);
    of(
        "ended and named, and one in date that is so too",
        &[],
        vec![named, ALL.ec.list().entry(SERIAL, &[])],
    );
    of(
        "another CA's, and its own",
        &[],
        vec![ALL.rsa.list(), ALL.ec.list()],
    );
    let part = |name: Point| ALL.ec.list().with(scope(&[point(&[name])]));
    of(
        "two partitions",
        &[names(&[URL])],
        vec![part(OTHER), part(URL)],
    );
    let stolen = part(OTHER).entry(SERIAL, &[]);
    of(
        "another partition that is named in",
        &[names(&[URL])],
        vec![stolen, part(URL)],
    );
    let older = Made {
        extensions: vec![number(4)],
        ..forged()
    };
    of(
        "a forged one, and a sound one",
        &[],
        vec![older, ALL.ec.list()],
    );
    let (users, authorities) = (flag(0x81), flag(0x82));
    let halves = vec![ALL.ec.list().with(authorities), ALL.ec.list().with(users)];
    of("for CAs, and for leaves", &[], halves);
}

fn deltas(cases: &mut Vec<Case>) {
    let fresh = [(46, false, sequence(&[sequence(&[point(&[OTHER])])]))];
    let mut of = |name: &str, lists: Vec<Made>| {
        cases.push(case(name, &ALL.ec, ALL.ec.leaf(SERIAL, &fresh), lists));
    };
    let base = || ALL.ec.list();
    let changes = |to: u8| Made {
        extensions: vec![number(7), delta(to)],
        ..ALL.ec.list()
    };
    of("a base alone, where there may be a delta", vec![base()]);
    of("a delta alone", vec![changes(5)]);
    of(
        "a base and a delta without changes",
        vec![base(), changes(5)],
    );
    of(
        "a delta that revokes",
        vec![base(), changes(5).entry(SERIAL, &[reason(1)])],
    );
    let held = || base().entry(SERIAL, &[reason(6)]);
    of(
        "on hold, and a delta without changes",
        vec![held(), changes(5)],
    );
    of(
        "on hold, and a delta that releases",
        vec![held(), changes(5).entry(SERIAL, &[reason(8)])],
    );
    of(
        "a delta to another base",
        vec![base(), changes(6).entry(SERIAL, &[])],
    );
    let ended = changes(5).dates("250101000000Z", Some("260201000000Z"));
    of(
        "a delta that has ended",
        vec![base(), ended.entry(SERIAL, &[])],
    );
}

fn indirect(cases: &mut Vec<Case>) {
    let directory = || [Point::Directory(name("Indirect"))];
    let covers = || scope(&[point(&directory()), tlv(0x84, &[0xff])]);
    let issuer = |common: &str| extension(29, true, &sequence(&[tlv(0xa4, &name(common))]));
    let mut of = |name: &str, signer: &Authority, common: &str, list: Made| {
        let leaf = ALL.ec.leaf(SERIAL, &[points_to(common, &directory())]);
        let mut case = case(name, &ALL.ec, leaf, vec![list]);
        case.chain.push(signer.certificate.clone());
        // The signer's own issuer has a list too.
        case.lists.push(ALL.ec.list());
        cases.push(case);
    };
    let list = || ALL.signer.list().with(covers());
    of("indirect", &ALL.signer, "Signer", list());
    let named = list().entry(SERIAL, &[issuer("EC CA")]);
    of("indirect, named", &ALL.signer, "Signer", named);
    let other = list().entry(SERIAL, &[issuer("RSA CA")]);
    of(
        "indirect, another CA's certificate named",
        &ALL.signer,
        "Signer",
        other,
    );
    let own = || ALL.own_signer.list().with(covers());
    of(
        "indirect, for its own signer too",
        &ALL.own_signer,
        "Own Signer",
        own(),
    );
    let serial = ALL
        .own_signer
        .certificate
        .serial_number()
        .to_bn()
        .unwrap()
        .to_vec();
    let revoked = own().entry(&serial, &[issuer("EC CA")]);
    of(
        "indirect, and its own signer is revoked",
        &ALL.own_signer,
        "Own Signer",
        revoked,
    );
    let ended = own().dates("250101000000Z", Some("260201000000Z"));
    of(
        "indirect, for its own signer too, ended",
        &ALL.own_signer,
        "Own Signer",
        ended,
    );
}
