//! Every fault of the lab's lists is found by `ptl crl fetch`, and what it revokes by `check-chain` afterwards too.

use crate::{
    lab_faults::{Row, is_found, row},
    loopback::Machine,
    rehearsal_spine::{lab, not_well, ptl},
    schemas::is_a_sound_report,
    support::{Bench, Run},
};

/// What a fault must come to in `crl fetch` of an install that keeps sound lists already.
pub(crate) const LISTS: &[Row] = &[
    // The roots' lists are among them.
    row(
        "crl-404",
        "REV-011",
        "revocation",
        "http-status",
        &["REV-011 authority-list-missing"],
    ),
    row(
        "crl-html-page",
        "REV-012",
        "revocation",
        "http-not-a-crl",
        &[],
    ),
    row("crl-expired", "REV-015", "revocation", "crl-expired", &[]),
    row(
        "crl-not-yet-valid",
        "REV-015",
        "revocation",
        "crl-not-yet-valid",
        &[],
    ),
    row(
        "crl-wrong-issuer",
        "REV-013",
        "revocation",
        "crl-wrong-issuer",
        &[],
    ),
    row(
        "crl-wrong-partition",
        "REV-014",
        "revocation",
        "crl-wrong-scope",
        &[],
    ),
    row(
        "crl-bad-signature",
        "REV-013",
        "revocation",
        "bad-signature",
        &[],
    ),
    row(
        "crl-number-goes-back",
        "REV-016",
        "revocation",
        "crl-older",
        &[],
    ),
    row("crl-slow", "REV-011", "revocation", "http-silent", &[]),
    row("crl-endless", "REV-011", "revocation", "crl-too-large", &[]),
    row(
        "crl-redirect",
        "REV-011",
        "revocation",
        "crl-redirected",
        &[],
    ),
    row(
        "crl-arl-missing",
        "REV-011",
        "revocation",
        "authority-list-missing",
        &[],
    ),
    row("leaf-revoked", "REV-001", "revocation", "revoked", &[]),
    row(
        "sub-revoked",
        "REV-001",
        "revocation",
        "authority-revoked",
        &[],
    ),
];

fn fetch(bench: &Bench) -> Run {
    // Once is enough: a host of the lab does not get well by itself.
    let arguments = ["crl", "fetch", "--retries", "0"];
    ptl(bench, &Machine::default(), &arguments)
}

/// What is kept: the name of each list, and what it has.
fn kept(bench: &Bench) -> Vec<(String, Vec<u8>)> {
    let mut files = bench.files();
    files.retain(|file| file.ends_with(".crl"));
    let read = |file: String| {
        let bytes = std::fs::read(bench.path(&file)).unwrap();
        (file, bytes)
    };
    files.into_iter().map(read).collect()
}

#[track_caller]
fn is_well(bench: &Bench) {
    let run = fetch(bench).exits(0);
    assert_eq!(not_well(&run), Vec::<String>::new(), "{run}");
    is_a_sound_report(&run.json());
}

#[test]
fn every_fault_of_the_lists_is_found_and_the_sound_ones_come_back_after_it() {
    let lab = lab();
    let bench = lab.install(&["--san"]);
    is_well(&bench);
    let sound = kept(&bench);
    // The leaf's own list, and that of each generation's root.
    assert_eq!(sound.len(), 4);
    for row in LISTS {
        lab.fault(row.fault);
        let fetched = fetch(&bench);
        let chain = ptl(&bench, &Machine::default(), &["check-chain"]);
        lab.fault("none");
        is_found(&fetched.exits(1), row);
        match row.fault.ends_with("-revoked") {
            true => is_found(&chain.exits(1), row),
            // What is kept is sound, whatever is served.
            false => {
                let chain = chain.exits(0);
                assert_eq!(not_well(&chain), Vec::<String>::new(), "{}", row.fault);
                assert_eq!(kept(&bench), sound, "{}", row.fault);
            }
        }
        is_well(&bench);
        assert_eq!(kept(&bench), sound, "{}", row.fault);
    }
}

#[test]
fn without_a_kept_list_a_fault_leaves_the_certificate_in_doubt_and_an_older_list_is_one() {
    let lab = lab();
    for row in LISTS {
        // A slow one takes its time, and differs in nothing here.
        if row.fault.ends_with("-revoked") || row.fault == "crl-slow" {
            continue;
        }
        let bench = lab.install(&["--san"]);
        std::fs::remove_dir_all(bench.path("crl")).unwrap();
        lab.fault(row.fault);
        let run = fetch(&bench);
        lab.fault("none");
        let older = row.fault == "crl-number-goes-back";
        let doubts = run.findings("REV-001");
        let doubted = doubts.iter().any(|it| it["outcome"] == "undetermined");
        assert_eq!(doubted, !older, "{}: {run}", row.fault);
        assert_eq!(run.code, Some(if older { 0 } else { 1 }), "{run}");
    }
}
