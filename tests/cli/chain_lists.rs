//! `ptl check-chain` with revocation lists: good, revoked, missing, too old, of another.

use std::{path::PathBuf, sync::OnceLock};

use crate::{
    chain_files::{check, leaf, utf8},
    pki::{self, FROM, NAME, UNTIL},
    support::{Bench, Run},
};

/// Lists of the SHA-256 family, and a leaf that is on those of its sub CA.
struct Lists {
    revoked: PathBuf,
    root: PathBuf,
    sub: PathBuf,
    old: PathBuf,
}

fn lists() -> &'static Lists {
    static LISTS: OnceLock<Lists> = OnceLock::new();
    LISTS.get_or_init(|| {
        let family = pki::sha256();
        let revoked = leaf("revoked", |leaf| leaf);
        family.sub.revoke(&revoked);
        Lists {
            revoked,
            root: family.root.list("root.crl", FROM, UNTIL),
            sub: family.sub.list("sub.crl", FROM, UNTIL),
            old: family.sub.list("old.crl", FROM, "20200201000000Z"),
        }
    })
}

#[track_caller]
fn judge(cert: &std::path::Path, mode: &str, given: &[&PathBuf]) -> Run {
    let sub = pki::sha256().sub.certificate();
    let mut options = vec!["--only", "PATH-*", "--revocation", mode];
    for list in given {
        options.extend(["--crl", utf8(list)]);
    }
    check(cert, &[&sub], &options)
}

#[test]
fn what_its_issuers_list_does_not_name_is_good() {
    let lists = lists();
    let leaf = &pki::sha256().leaf.certificate;
    judge(leaf, "leaf", &[&lists.sub]).exits(0);
    judge(leaf, "chain", &[&lists.sub, &lists.root]).exits(0);
    judge(leaf, "available", &[&lists.sub]).exits(0);
}

#[test]
fn a_missing_list_is_undetermined_and_never_good() {
    let lists = lists();
    let leaf = &pki::sha256().leaf.certificate;
    for (mode, given) in [
        ("leaf", vec![]),
        ("leaf", vec![&lists.root]),
        ("chain", vec![&lists.sub]),
        ("chain", vec![]),
    ] {
        let run = judge(leaf, mode, &given)
            .exits(3)
            .finds("PATH-013", NAME, "undetermined");
        assert_eq!(
            run.finding("PATH-013", NAME)["cause"],
            "crl-missing",
            "{mode}"
        );
    }
    judge(leaf, "available", &[]).exits(0);
}

#[test]
fn a_list_that_covers_nobody_on_the_path_says_nothing_of_it() {
    let lists = lists();
    let leaf = &pki::sha256().leaf.certificate;
    let sub = pki::sha256().sub.certificate();
    let stranger = pki::sha1().root.list("stranger.crl", FROM, UNTIL);
    // Nor does that of the root, which is looked at for the CA alone.
    for list in [&stranger, &lists.root] {
        let run = check(leaf, &[&sub], &["--crl", utf8(list)]).exits(3);
        let found = run.finding("PATH-013", NAME);
        assert_eq!(found["outcome"], "undetermined", "{run}");
        assert_eq!(found["cause"], "crl-missing", "{run}");
        assert!(
            found["reason"]
                .to_string()
                .contains("no list that was given is of its issuer"),
            "{run}"
        );
        let other = if list == &stranger {
            "Test Root sha1"
        } else {
            "Test Root sha256"
        };
        assert!(
            found["evidence"]["lists of"].to_string().contains(other),
            "{run}"
        );
    }
    check(
        leaf,
        &[&sub],
        &["--crl", utf8(&stranger), "--crl", utf8(&lists.sub)],
    )
    .exits(0);
}

#[test]
fn a_revoked_certificate_fails_in_every_mode() {
    let lists = lists();
    for mode in ["leaf", "chain", "available"] {
        judge(&lists.revoked, mode, &[&lists.sub, &lists.root])
            .exits(1)
            .fails("PATH-013", NAME, "revoked");
    }
    judge(&lists.revoked, "off", &[&lists.sub]).exits(0);
    // Who gives a list wants it looked at.
    let sub = pki::sha256().sub.certificate();
    check(&lists.revoked, &[&sub], &["--crl", utf8(&lists.sub)])
        .exits(1)
        .fails("PATH-013", NAME, "revoked");
}

#[test]
fn an_expired_list_proves_nothing_good_but_what_it_names_stays_revoked() {
    let lists = lists();
    let run = judge(&pki::sha256().leaf.certificate, "leaf", &[&lists.old])
        .exits(3)
        .finds("PATH-013", NAME, "undetermined");
    assert_eq!(run.finding("PATH-013", NAME)["cause"], "crl-expired");
    judge(&lists.revoked, "leaf", &[&lists.old])
        .exits(1)
        .fails("PATH-013", NAME, "revoked");
    // A fresh one beside it counts.
    judge(
        &pki::sha256().leaf.certificate,
        "leaf",
        &[&lists.old, &lists.sub],
    )
    .exits(0);
}

#[test]
fn a_forged_list_proves_neither_good_nor_bad() {
    let lists = lists();
    let bench = Bench::new();
    let der = bench.path("forged.crl");
    pki::openssl(&[
        "crl",
        "-in",
        utf8(&lists.sub),
        "-outform",
        "DER",
        "-out",
        utf8(&der),
    ]);
    let mut bytes = std::fs::read(&der).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    std::fs::write(&der, bytes).unwrap();
    for leaf in [&lists.revoked, &pki::sha256().leaf.certificate] {
        let run = judge(leaf, "leaf", &[&der])
            .exits(3)
            .finds("PATH-013", NAME, "undetermined");
        assert_eq!(run.finding("PATH-013", NAME)["cause"], "crl-unusable");
    }
}

#[test]
fn nobody_revokes_the_anchor() {
    let family = pki::sha256();
    let sub = family.sub.certificate();
    let given = [
        "--trust",
        utf8(&sub),
        "--revocation",
        "chain",
        "--crl",
        utf8(&lists().sub),
        "--only",
        "PATH-*",
    ];
    check(&family.leaf.certificate, &[], &given).exits(0);
}
