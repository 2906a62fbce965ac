//! Generated lists: the room, OpenSSL under ptl, the real program and the `openssl` command say the same of each.

mod authority;
mod cases;
mod combined;
mod damage;
mod der;
mod differences;
mod judges;
mod list;
mod random;

use std::collections::BTreeSet;

use rayon::prelude::{IntoParallelRefIterator, ParallelIterator};

use crate::{lists::Word, mutation::Dice};
use cases::Case;
use differences::KNOWN;
use judges::{Answers, Bench};

/// Differences, each by its case and who differs.
type Differ = BTreeSet<(String, String)>;

fn compare(case: &Case) -> Differ {
    let bench = Bench::new(case);
    let mut differ = Differ::new();
    let mut same = |who: &str, one: String, other: String| {
        if one != other {
            let who = format!("{who}: {one}, not {other}");
            differ.insert((case.name.clone(), who));
        }
    };
    let word = |word: Word| format!("{word:?}");
    let Answers { leaf, chain, .. } = bench.ptl(false);
    same("leaf", word(leaf.word), word(bench.openssl(false)));
    same("chain", word(chain.word), word(bench.openssl(true)));
    let large = bench.ptl(true);
    same("large, leaf", large.leaf.said, leaf.said);
    same("large, chain", large.chain.said, chain.said);
    let mut is_left = false;
    for (theirs, ours) in judges::each_by_both(case) {
        is_left |= ours.is_none();
        same("the room", word(ours.unwrap_or(theirs)), word(theirs));
    }
    // What is left to OpenSSL is not known here.
    let looked_up = bench.look_up();
    if !is_left || looked_up != Word::Open {
        same("lookup", word(looked_up), word(leaf.word));
    }
    for (ours, theirs) in bench.signatures() {
        same("signature", ours, theirs);
    }
    differ
}

#[test]
fn all_judges_say_the_same_of_every_generated_list() {
    let cases = cases::all();
    let count: usize = cases.iter().map(|case| case.lists.len()).sum();
    let differ: Differ = cases.par_iter().flat_map_iter(compare).collect();
    println!(
        "{} cases with {count} lists, {} differences",
        cases.len(),
        differ.len()
    );
    let known = |(name, who): &(String, String)| {
        let mut known = KNOWN.iter();
        known.any(|it| {
            it.who.iter().any(|it| who.starts_with(it)) && it.cases.contains(&name.as_str())
        })
    };
    let (_, new): (Vec<_>, Vec<_>) = differ.iter().partition(|it| known(it));
    assert!(new.is_empty(), "{} differ: {new:#?}", new.len());
    for difference in KNOWN {
        assert!(difference.ground.contains("RFC "));
        for case in difference.cases {
            assert!(
                differ.iter().any(|(name, _)| name == case),
                "{case} differs no more"
            );
        }
    }
    assert!(count >= 40);
}

#[test]
fn the_room_and_openssl_say_the_same_of_lists_made_by_chance() {
    let seed = std::env::var("PTL_SEED").ok();
    let seed: u64 = seed.map_or(0x5eed_0000_0000_0001, |seed| seed.parse().unwrap());
    println!("PTL_SEED={seed}");
    let mut dice = Dice(seed);
    let (mut counted, mut left) = ([0; 3], 0);
    for number in 0..1500 {
        let case = random::of(&mut dice);
        for (theirs, ours) in judges::each_by_both(&case) {
            let Some(ours) = ours else {
                left += 1;
                continue;
            };
            let list = openssl::base64::encode_block(&case.lists[0].der());
            assert_eq!(ours, theirs, "list {number} of PTL_SEED={seed}: {list}");
            counted[ours as usize] += 1;
        }
    }
    println!("good, revoked, open: {counted:?}; left to OpenSSL: {left}");
    assert!(counted.iter().all(|count| *count > 50), "{counted:?}");
}

#[test]
fn no_damage_to_a_list_leads_to_a_panic_or_to_a_signature_that_openssl_refuses() {
    let read = damage::read_lists();
    // Damage must reach what is read of a list.
    assert!(read > 1000, "{read}");
}

#[test]
fn no_damage_to_an_index_leads_to_a_panic() {
    let folder = tempfile::tempdir().unwrap();
    let read = damage::look_up_by_indexes(folder.path());
    assert!(read > 100, "{read}");
}
