//! The calendar of `ptl expiry` is read by another program: calcurse.

use std::{
    path::Path,
    process::{Command, Stdio},
};

use crate::{
    pki::{self, NAME},
    support::Bench,
};

/// Runs calcurse with a data folder of its own.
#[track_caller]
fn calcurse(bench: &Bench, arguments: &[&str]) -> String {
    let output = Command::new("calcurse")
        .args(["-D", "calendar"])
        .args(arguments)
        .current_dir(bench.folder())
        .stdin(Stdio::null())
        .output()
        .expect("calcurse is installed");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    said
}

#[test]
fn every_end_stands_on_its_day_in_another_programs_calendar() {
    let bench = Bench::new();
    let family = pki::sha256();
    let list = family
        .sub
        .list("calendar.crl", "20380101000000Z", "20390202000000Z");
    let utf8 = |path: &Path| path.to_str().unwrap().to_owned();
    let (leaf, root) = (
        utf8(&family.leaf.certificate),
        utf8(&family.root.certificate()),
    );
    bench
        .run([
            "expiry",
            &leaf,
            &root,
            &utf8(&list),
            "--ics",
            "--output",
            "dates.ics",
        ])
        .exits(0);
    let report = calcurse(&bench, &["-i", "dates.ics"]);
    assert!(
        report.contains("3 events") && report.contains("0 skipped"),
        "{report}"
    );
    let on = |day| calcurse(&bench, &["-Q", "--from", day, "--days", "1"]);
    let last = on("01/01/2040");
    assert!(last.contains(&format!("certificate {NAME} ends")), "{last}");
    assert!(last.contains("root Test Root sha256 ends"), "{last}");
    assert!(
        on("02/02/2039").contains("revocation list "),
        "{}",
        on("02/02/2039")
    );
    assert_eq!(on("02/03/2039").trim(), "");
}
