//! The lists of the lab that are wrong and lists all the same: openssl sees each flaw, and what is revoked.

use std::fs;

use crate::{
    lab::{path, run, text},
    lab_lists::{CDP, LISTS, PAGE, get, moment, now, said_of, under},
    rehearsal_spine::{FQDN, Lab, lab},
    support::Bench,
};

/// The number of a list.
fn number(said: &str) -> u64 {
    let (_, number) = said.split_once("crlNumber=0x").unwrap();
    u64::from_str_radix(number.lines().next().unwrap(), 16).unwrap()
}

#[test]
fn openssl_sees_the_flaw_of_each_list_that_is_one() {
    let lab = lab();
    let each = |look: &dyn Fn(&str, &str, &str)| {
        for [host, at, file, ca] in LISTS {
            let sound = fs::read(lab.folder.join("crl").join(file)).unwrap();
            let got = get(&lab, host, at, &[]);
            assert_eq!(got.status, "200");
            let [sound, served] = [&sound, &got.body].map(|list| said_of(&lab, list, ca));
            assert!(sound.contains("verify OK"), "{sound}");
            look(at, &sound, &served);
        }
    };
    let verifies = |said: &str| said.contains("verify OK");
    let issuer = |said: &str| {
        said.lines()
            .find(|it| it.contains("Issuer: "))
            .map(str::to_owned)
    };
    under(&lab, "crl-expired", || {
        each(&|at, sound, served| {
            assert!(verifies(served), "{at}: {served}");
            let ended = now() - moment(served, "Next Update");
            assert!((24 * 3600..26 * 3600).contains(&ended), "{at}: {served}");
            assert_eq!(number(served), number(sound));
        });
    });
    under(&lab, "crl-not-yet-valid", || {
        each(&|at, _, served| {
            assert!(verifies(served), "{at}: {served}");
            let begins = moment(served, "Last Update") - now();
            assert!((22 * 3600..=24 * 3600).contains(&begins), "{at}: {served}");
        });
    });
    under(&lab, "crl-number-goes-back", || {
        each(&|at, sound, served| {
            assert!(verifies(served), "{at}: {served}");
            assert_eq!(number(served), number(sound) - 1, "{at}");
            assert!(
                moment(served, "Last Update") < moment(sound, "Last Update"),
                "{at}"
            );
            assert!(moment(served, "Next Update") > now(), "{at}: {served}");
        });
    });
    under(&lab, "crl-bad-signature", || {
        each(&|at, sound, served| {
            assert!(served.contains("verify failure"), "{at}: {served}");
            assert_eq!(issuer(served), issuer(sound));
        });
    });
    under(&lab, "crl-wrong-issuer", || {
        each(&|at, sound, served| {
            assert!(!verifies(served), "{at}: {served}");
            assert_ne!(issuer(served), issuer(sound), "{at}");
            assert!(moment(served, "Next Update") > now());
        });
    });
    under(&lab, "crl-wrong-partition", || {
        each(&|at, sound, served| {
            assert!(verifies(served), "{at}: {served}");
            let partition = at.contains("crlc");
            assert!(!served.contains(&format!("/{at}")), "{at}: {served}");
            assert_eq!(sound == served, !partition, "{at}: {served}");
            assert_eq!(served.contains("/crlc"), partition, "{at}: {served}");
        });
    });
}

/// What `openssl verify` says of a bench's certificate with the lists as they are served.
fn verified(lab: &Lab, bench: &Bench, generation: &str) -> String {
    let (host, lists): (&str, &[&str]) = match generation {
        "sha1" => (
            PAGE,
            &[
                "public/pki/rehearsal-rootca.crl",
                "public/pki/rehearsal-subca02.crl",
            ],
        ),
        "sha2" => (
            CDP,
            &[
                "ptl/rootca/arla1.crl",
                "int/1c/crlc1.crl",
                "int/1c/crlc2.crl",
                "int/1c/crlc3.crl",
            ],
        ),
        _ => (
            CDP,
            &[
                "PTL/G2/root/PTLrootG2.crl",
                "int/G2/auth/crlc1.crl",
                "int/G2/auth/crlc2.crl",
                "int/G2/auth/crlc3.crl",
            ],
        ),
    };
    let mut all = String::new();
    for list in lists {
        let file = path(bench.write("list.crl", get(lab, host, list, &[]).body));
        all += &text(&run("openssl", &["crl", "-inform", "DER", "-in", &file]));
    }
    let lists = path(bench.write("lists.pem", all));
    let trusted = |which: &str| path(lab.folder.join(format!("trust/{generation}-{which}.pem")));
    let (root, sub, leaf) = (trusted("root"), trusted("sub"), path(bench.path("lab.crt")));
    let mut arguments = vec!["verify", "-extended_crl", "-crl_check_all"];
    arguments.extend([
        "-CRLfile",
        &lists,
        "-CAfile",
        &root,
        "-untrusted",
        &sub,
        &leaf,
    ]);
    text(&run("openssl", &arguments))
}

#[test]
fn openssl_refuses_every_certificate_that_the_served_lists_revoke_and_only_then() {
    let lab = lab();
    for generation in ["sha1", "sha2", "g2"] {
        let [one, other] = [(); 2].map(|()| lab.install(&["--generation", generation]));
        for (fault, depth) in [("leaf-revoked", 0), ("sub-revoked", 1)] {
            under(&lab, fault, || {
                for bench in [&one, &other] {
                    let said = verified(&lab, bench, generation);
                    let wanted = format!("error 23 at {depth} depth lookup: certificate revoked");
                    assert!(said.contains(&wanted), "{fault}, {generation}: {said}");
                    assert_eq!(said.contains(FQDN), depth == 0, "{said}");
                }
            });
            let said = verified(&lab, &one, generation);
            assert!(
                said.contains("lab.crt: OK"),
                "{fault}, {generation}: {said}"
            );
        }
    }
}
