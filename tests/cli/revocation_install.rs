//! `ptl crl fetch` in an install, with lists that were had by hand.

use crate::{
    bundle::bench_with_install,
    chain_files::utf8,
    chain_install::here,
    pki::{self, FROM},
    rehearsal_spine::not_well,
    support::{Bench, Run},
};

/// An install of the SHA-256 family, with these lines of `[revocation]`.
fn install(lines: &str) -> Bench {
    let bench = bench_with_install();
    let text = bench.read("ptl.toml");
    bench.write("ptl.toml", format!("{text}\n[revocation]\n{lines}\n"));
    bench
}

/// Fetches the lists of an install, without a network.
fn fetch(bench: &Bench, at: &str, lists: &[&std::path::Path]) -> Run {
    let profile = here(bench);
    let mut order = vec!["crl", "fetch", "--offline", "--env", utf8(&profile)];
    order.extend(["--at", at, "--format", "json"]);
    for list in lists {
        order.extend(["--list", utf8(list)]);
    }
    bench.run(order)
}

#[test]
fn each_list_by_hand_that_is_not_taken_is_told_why() {
    let family = pki::sha256();
    let bench = install("");
    let dates = (FROM, "20400101000000Z");
    let ended = family.sub.list("why-ended.crl", FROM, "20240101000000Z");
    let other = pki::sha1().sub.list("why-other.crl", dates.0, dates.1);
    let namesake = family.sub.namesake("Why-namesake", &family.root);
    let forged = namesake.list("why-forged.crl", dates.0, dates.1);
    let lists = [ended.as_path(), &other, &forged];
    let run = fetch(&bench, "2025-01-06T00:00:00Z", &lists).exits(3);
    for (file, why) in [
        (
            &ended,
            "was not taken: the next one was due on 2024-01-01 00:00Z",
        ),
        (&other, "was not taken: it is another CA's list"),
        (
            &forged,
            "was not taken: its signature does not fit its issuer's key",
        ),
    ] {
        let lines = run.stderr.lines();
        let mut those = lines.filter(|line| line.contains(utf8(file)));
        assert!(those.any(|line| line.contains(why)), "{run}");
    }
}

#[test]
fn a_list_that_has_ended_is_told_of_though_ptl_toml_takes_it() {
    let family = pki::sha256();
    let until = "20250105000000Z";
    let lists = [&family.root, &family.sub].map(|ca| ca.list("grace.crl", FROM, until));
    let lists: Vec<_> = lists.iter().map(AsRef::as_ref).collect();
    let bench = install("grace = \"48h\"\nevery = \"24h\"");
    let run = fetch(&bench, "2025-01-06T00:00:00Z", &lists).exits(0);
    assert_eq!(not_well(&run), ["REV-017 crl-expired"], "{run}");
    let found = run.finding("REV-015", "Test Sub");
    let reason = found["reason"].to_string();
    assert_eq!(found["outcome"], "pass", "{run}");
    assert!(
        reason.contains("ended on 2025-01-05 00:00Z") && reason.contains("grace"),
        "{run}"
    );
    // Once that is over, it is taken no more.
    let bench = install("grace = \"12h\"");
    let run = fetch(&bench, "2025-01-06T00:00:00Z", &lists).exits(3);
    assert!(
        !not_well(&run).contains(&"REV-017 crl-expired".to_owned()),
        "{run}"
    );
}
