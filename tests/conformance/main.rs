//! Conformance: x509-limbo, BoringSSL's chain and CRL tests and NIST PKITS, through the library and the real `ptl`.
//!
//! The sets are read from a folder, and never copied: `$PTL_CONFORMANCE`, or `$PTL_SHARED/conformance` (default
//! `../shared/conformance`). Upstream's `limbo.json` alone does: `PTL_CONFORMANCE=DIR cargo test --test conformance
//! every_case -- --nocapture` prints the scores, and fails where a case comes out otherwise than it is known to.
//! Without any set the tests say that they were left out.

#![expect(clippy::unwrap_used, reason = "a test may panic")]
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the scores are for a reader"
)]

mod agreement;
mod cases;
mod differences;
mod generated;
mod lists;
mod mutation;
mod score;

use std::path::{Path, PathBuf};

use cases::Case;
use score::Score;

/// Where the sets are, if they are there.
fn folder() -> Option<PathBuf> {
    let shared = || {
        let shared = std::env::var_os("PTL_SHARED").map(PathBuf::from);
        shared.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared"))
    };
    let folder = std::env::var_os("PTL_CONFORMANCE").map(PathBuf::from);
    let folder = folder.unwrap_or_else(|| shared().join("conformance"));
    if cases::SETS.iter().any(|set| folder.join(set).exists()) {
        return Some(folder);
    }
    eprintln!("left out: no conformance sets at {}", folder.display());
    None
}

#[test]
fn every_case_comes_out_as_the_sets_say_but_for_known_differences() {
    let Some(folder) = folder() else { return };
    let mut score = Score::new(cases::tiers(&folder));
    for case in cases::all(&folder) {
        score.add(&case, case.judge());
    }
    score.print();
    score.assert_as_known();
    pkits_comes_out(&score, &folder);
    let (right, all) = score.of(|id| id.starts_with("bssl-crl::"));
    println!("BoringSSL's lists: {right} of {all}");
    assert!(all > 0 || is_left_out(&folder, "boringssl-open.json"));
}

/// NIST's own counts: of what a set lacks, nothing would be known.
fn pkits_comes_out(score: &Score, folder: &Path) {
    if is_left_out(folder, "pkits/pkits.json") {
        return;
    }
    let pkits = |sections: &[&str]| {
        score.of(|id| {
            let number = id.strip_prefix("pkits::4.");
            let section = number.and_then(|number| number.split('.').next());
            section.is_some_and(|section| sections.contains(&section))
        })
    };
    for (section, count) in [("4", 21), ("14", 35), ("15", 10)] {
        let (right, all) = pkits(&[section]);
        println!("PKITS 4.{section}: {right} of {all}");
        assert_eq!((right, all), (count, count));
    }
    let (right, all) = pkits(&["1", "2", "3", "4", "5", "6", "7", "13", "14", "15", "16"]);
    println!("PKITS without its sections on policies: {right} of {all}");
    assert!(all == 159 && right >= 157, "{right} of {all}");
}

/// Whether a set is not there, which is said.
fn is_left_out(folder: &Path, set: &str) -> bool {
    let set = folder.join(set);
    let is_there = set.exists();
    if !is_there {
        eprintln!("left out: no set at {}", set.display());
    }
    !is_there
}

#[test]
fn the_real_program_answers_as_the_library_does() {
    let Some(folder) = folder() else { return };
    let cases = cases::all(&folder);
    // Every tenth, so that each set has its share.
    for case in cases.iter().step_by(10) {
        let accepted = case.judge().is_ok();
        assert_eq!(case.run(), accepted, "{}", case.id);
    }
}

#[test]
fn what_openssl_refuses_fails_and_what_passes_openssl_accepts() {
    let Some(folder) = folder() else { return };
    let (mut refused, mut accepted) = (0, 0);
    for case in cases::all(&folder) {
        let Ok((judgement, policy)) = cases::judgement(&case) else {
            continue;
        };
        let passes = agreement::every_check_passes(&judgement, &policy);
        assert_eq!(passes, judgement.is_accepted(), "{}", case.id);
        // The last second of a certificate is OpenSSL's first second after it (RFC 5280, 4.1.2.5).
        let last_second = judgement
            .path
            .iter()
            .any(|certificate| certificate.not_after.as_second() == policy.at.as_second());
        if !last_second && agreement::openssl_accepts(&judgement, &policy) {
            accepted += 1;
        } else {
            refused += 1;
            assert!(!passes || last_second, "OpenSSL refuses {}", case.id);
        }
    }
    assert!(refused > 100 && accepted > 100, "{refused} {accepted}");
}

#[test]
fn both_judges_of_lists_say_the_same_of_every_list_that_both_handle() {
    let Some(folder) = folder() else { return };
    let (mut both, mut left) = (0, 0);
    let mut differ = Vec::new();
    for case in cases::all(&folder) {
        let Ok((judgement, policy)) = cases::judgement(&case) else {
            continue;
        };
        for pair in judgement.path.windows(2) {
            for list in &policy.lists {
                let theirs = lists::openssls(list, &pair[0], &pair[1], policy.at);
                match lists::ours(list, &pair[0], &pair[1], policy.at) {
                    None => left += 1,
                    Some(ours) if ours == theirs => both += 1,
                    Some(ours) => differ.push(format!(
                        "{}: `{}` by the list of {}: {ours:?}, OpenSSL {theirs:?}",
                        case.id, pair[0].subject, list.issuer
                    )),
                }
            }
        }
    }
    println!("{both} judged by both, {left} left to OpenSSL");
    assert!(
        differ.is_empty(),
        "{} differ:\n{}",
        differ.len(),
        differ.join("\n")
    );
    assert!(both > 500 && left > 10, "{both} {left}");
}

#[test]
fn damaged_certificates_and_lists_get_an_answer() {
    let Some(folder) = folder() else { return };
    // Those with hundreds of names or certificates would take all the time.
    let cases: Vec<Case> = cases::all(&folder)
        .into_iter()
        .filter(|case| !case.id.starts_with("pathological") && !case.id.contains("many-names"))
        .collect();
    let read = mutation::judge_damaged(&cases, 3000);
    // Damage must reach the judge, and not only the reader.
    assert!(read > 300, "only {read} could be read");
}

#[test]
fn a_case_takes_under_a_second() {
    let Some(folder) = folder() else { return };
    for case in cases::all(&folder) {
        let started = std::time::Instant::now();
        let _ = case.judge();
        let taken = started.elapsed();
        // Two seconds are the limit of a search; all of OpenSSL's own work comes on top.
        assert!(taken.as_secs() < 5, "{} took {taken:?}", case.id);
    }
}

#[test]
fn known_differences_are_few_and_each_names_its_ground() {
    assert!(differences::KNOWN.len() <= 12);
    for difference in differences::KNOWN {
        assert!(
            difference.ground.contains("RFC ") || difference.ground.contains("NHS"),
            "{}",
            difference.ground
        );
    }
}

impl Case {
    /// Whether the library accepts it; what it has against it otherwise.
    fn judge(&self) -> Result<(), String> {
        cases::judge(self)
    }
}
