//! Lists by chance: every kind of signer, signature, date, scope and entry with every other.

use super::{
    authority::ALL,
    cases::{Case, OTHER, SERIAL, URL, case, flag, names},
    der::{Point, extension, name, point, tlv},
    list::{Made, Signing, number, reason, scope},
};
use crate::mutation::Dice;

/// One case of one list.
pub(crate) fn of(dice: &mut Dice) -> Case {
    let authorities = [&ALL.ec, &ALL.ec, &ALL.rsa, &ALL.ed, &ALL.no_lists];
    let authority = authorities[dice.below(authorities.len())];
    let directory = || Point::Directory(name("Part 1"));
    let points = [vec![], vec![URL], vec![OTHER, URL], vec![directory()]];
    let more: Vec<_> = match &points[dice.below(points.len())][..] {
        [] => vec![],
        points => vec![names(points)],
    };
    let mut list = authority.list();
    list.signing = signing(list.signing, dice);
    list = dated(list, dice);
    list.extensions.clear();
    for _ in 0..dice.below(3) {
        list = extended(list, dice);
    }
    // Each once: which of two entries counts, nobody says.
    for serial in [SERIAL, &[1], &[0, 0x81], &[0x41; 20]] {
        if dice.below(3) == 0 {
            list = entered(list, serial, dice);
        }
    }
    match dice.below(8) {
        0 => list.damaged = true,
        1 => list.key = ALL.signer.key.clone(),
        2 => list.issuer = ALL.twin.name(),
        _ => {}
    }
    // Another key signs in its own way.
    if list.key.id() != authority.key.id() {
        list.signing = Signing::EcdsaSha256;
    }
    case(
        "by chance",
        authority,
        authority.leaf(SERIAL, &more),
        vec![list],
    )
}

fn signing(usual: Signing, dice: &mut Dice) -> Signing {
    use Signing::*;
    let all: &[Signing] = match usual {
        RsaSha256 => &[RsaMd5, RsaSha1, RsaSha256, RsaSha384, RsaSha512, Pss],
        EcdsaSha256 => &[EcdsaSha1, EcdsaSha256, EcdsaSha384],
        _ => &[Ed25519],
    };
    all[dice.below(all.len())]
}

fn dated(list: Made, dice: &mut Dice) -> Made {
    match dice.below(8) {
        0 => list.dates("250101000000Z", Some("260201000000Z")),
        1 => list.dates("260701000000Z", Some("270101000000Z")),
        2 => list.dates("20260101000000Z", Some("20560101000000Z")),
        3 => list.dates("260101000000Z", None),
        _ => list,
    }
}

/// With one more extension, unless it has one of that kind.
fn extended(list: Made, dice: &mut Dice) -> Made {
    let points = [
        vec![URL],
        vec![OTHER],
        vec![Point::Directory(name("Part 1"))],
    ];
    let next = match dice.below(9) {
        0 => scope(&[point(&points[dice.below(points.len())])]),
        1 => flag([0x81, 0x82, 0x84, 0x85][dice.below(4)]),
        2 => scope(&[tlv(0x83, &[5, 0x60])]),
        3 => extension(99, dice.below(2) == 0, &[5, 0]),
        _ => number(dice.below(100) as u8),
    };
    let kind = |extension: &Vec<u8>| extension[6];
    match list.extensions.iter().any(|it| kind(it) == kind(&next)) {
        true => list,
        false => list.with(next),
    }
}

fn entered(list: Made, serial: &[u8], dice: &mut Dice) -> Made {
    match dice.below(6) {
        0 => list.entry(serial, &[]),
        1 => list.entry(serial, &[extension(99, dice.below(2) == 0, &[5, 0])]),
        _ => list.entry(serial, &[reason(dice.below(11) as u8)]),
    }
}
