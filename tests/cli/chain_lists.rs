//! `ptl check-chain` with revocation lists: good, revoked, missing, too old, of another.

use std::{path::PathBuf, sync::OnceLock};

use crate::{
    chain_files::{check, leaf, utf8},
    list_host::der,
    parted::{extended, scoped},
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
    let der = bench.write("forged.crl", damaged(&lists.sub));
    for leaf in [&lists.revoked, &pki::sha256().leaf.certificate] {
        let run = judge(leaf, "leaf", &[&der])
            .exits(3)
            .finds("PATH-013", NAME, "undetermined");
        assert_eq!(run.finding("PATH-013", NAME)["cause"], "bad-signature");
    }
}

/// A list with a bit of its signature turned.
fn damaged(list: &std::path::Path) -> Vec<u8> {
    let mut der = der(list);
    *der.last_mut().unwrap() ^= 1;
    der
}

#[test]
fn what_is_wrong_with_a_list_is_the_cause_where_openssl_says_only_that_none_will_do() {
    let lists = lists();
    let family = pki::sha256();
    let bench = Bench::new();
    let dates = (FROM, UNTIL);
    let damaged = bench.write("damaged.crl", damaged(&lists.sub));
    let namesake = family.sub.namesake("Namesake", &family.root);
    let other_key = namesake.list("namesake.crl", FROM, UNTIL);
    let scope = "fullname=URI:http://crl.example.nhs.uk/c9.crl\nonlyuser=TRUE";
    let partition = scoped(&family.sub, "causes-c9.crl", scope, dates);
    let delta = extended(
        &family.sub,
        "causes-delta.crl",
        "2.5.29.27=critical,DER:020101\n",
        dates,
    );
    for (list, cause, why) in [
        (&damaged, "bad-signature", "does not fit"),
        (&other_key, "bad-signature", "does not fit"),
        (&partition, "crl-wrong-scope", "c9.crl"),
        (&delta, "crl-unusable", "only what changed since another"),
    ] {
        let run = judge(&family.leaf.certificate, "leaf", &[list]).exits(3);
        let found = run.finding("PATH-013", NAME);
        assert_eq!(found["cause"], cause, "{run}");
        assert!(found["reason"].to_string().contains(why), "{run}");
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
