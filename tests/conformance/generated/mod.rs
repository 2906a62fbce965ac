//! Generated lists: the room, OpenSSL under ptl, the real program and the `openssl` command say the same of each.

mod authority;
mod cases;
mod der;
mod differences;
mod judges;
mod list;

use std::collections::BTreeSet;

use rayon::prelude::{IntoParallelRefIterator, ParallelIterator};

use crate::lists::Word;
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
    for (theirs, ours) in bench.each_by_both() {
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
