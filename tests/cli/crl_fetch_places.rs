//! `ptl crl fetch`: which of several places decides, and whose certificate keeps whose list from coming.

use crate::{
    chain_files::utf8,
    list_host::{Answer, Scene, der, leaf},
    pki,
    rehearsal_spine::not_well,
    schemas::is_a_sound_report,
    support::Run,
};

#[track_caller]
fn says(run: &Run, wanted: &[&str]) {
    is_a_sound_report(&run.json());
    assert_eq!(not_well(run), wanted, "{run}");
}

#[test]
fn a_namesakes_certificate_keeps_no_list_from_all_others() {
    let scene = Scene::new("namesake");
    let rival = scene.sub.namesake("Namesake-rival", &pki::sha256().root);
    let url = format!("http://127.0.0.1:{}/1c/crlc2.crl", scene.host.port);
    let forged = leaf(
        &rival,
        "forged",
        &format!("crlDistributionPoints=URI:{url}\n"),
    );
    let list = scene.list("list.crl");
    scene.host.gives(list.clone());
    for forged_first in [true, false] {
        let issuer = scene.sub.certificate();
        let mut leaves = [utf8(&forged), utf8(&scene.leaf)];
        if !forged_first {
            leaves.reverse();
        }
        let how = [
            "--issuer",
            utf8(&issuer),
            "--out",
            "lists",
            "--allow-host",
            "127.0.0.1",
            "--at",
            "2025-01-15T00:00:00Z",
            "--format",
            "json",
        ];
        let run = scene
            .bench
            .run([&["crl", "fetch"], &leaves[..], &how].concat());
        // Of the forged one alone nothing is known.
        says(
            &run.exits(3),
            &["REV-014 crl-unusable", "REV-001 crl-unusable"],
        );
        assert_eq!(scene.kept().unwrap(), list);
        let status = [
            "crl",
            "status",
            "--cache",
            "lists",
            "--issuer",
            utf8(&issuer),
        ];
        let how = ["--at", "2025-01-15T00:00:00Z"];
        let run = scene.bench.run([&status[..], &how].concat()).exits(0);
        assert!(!run.stdout.contains("brought nothing"), "{run}");
        std::fs::remove_dir_all(scene.bench.path("lists")).unwrap();
    }
}

/// A list by hand, valid from this day of January 2025 until its last.
fn by_hand(scene: &Scene, name: &str, day: u8) -> std::path::PathBuf {
    let from = format!("202501{day:02}000000Z");
    scene.sub.list(name, &from, "20250201000000Z")
}

#[test]
fn a_certificates_own_address_is_asked_whatever_is_had_by_hand_and_the_newer_list_is_kept() {
    let scene = Scene::new("own-first");
    let old = by_hand(&scene, "old.crl", 1);
    let middle = scene.list_of("middle.crl", "20250105000000Z", "20250205000000Z");
    let new = by_hand(&scene, "new.crl", 10);
    scene.host.gives(middle.clone());
    let run = scene.fetch(&["--list", utf8(&old)]).exits(0);
    says(&run.complains_not(), &[]);
    assert_eq!(scene.host.asked().len(), 1);
    assert_eq!(scene.kept().unwrap(), middle);
    // Whoever hands over a newer one means it, and of several the newest.
    for _ in 0..2 {
        let run = scene.fetch(&["--list", utf8(&old), "--list", utf8(&new)]);
        says(&run.exits(0).complains_not(), &[]);
        assert_eq!(scene.host.asked().len(), 1);
        assert_eq!(scene.kept().unwrap(), der(&new));
    }
    // Without it, what the address gives is older than what is kept.
    says(&scene.fetch(&[]).exits(1), &["REV-016 crl-older"]);
}

#[test]
fn a_list_by_hand_is_taken_where_the_own_address_gives_none_or_a_bad_one() {
    let scene = Scene::new("own-bad");
    let hand = by_hand(&scene, "hand.crl", 1);
    let page = b"<!DOCTYPE html><html>".to_vec();
    let old = scene.list_of("old.crl", "20240101000000Z", "20240201000000Z");
    for (body, status) in [(Vec::new(), "404 No"), (page, "200 OK"), (old, "200 OK")] {
        scene.host.answers(Answer::Body(status.to_owned(), body));
        let run = scene.fetch(&["--list", utf8(&hand)]).exits(0);
        says(&run, &[]);
        assert!(run.stdout.contains("also tried"), "{run}");
        assert_eq!(scene.host.asked().len(), 1, "{status}");
        assert_eq!(scene.kept().unwrap(), der(&hand));
        std::fs::remove_dir_all(scene.bench.path("lists")).unwrap();
    }
}

#[test]
fn an_address_that_is_not_asked_is_told_where_another_place_has_the_list() {
    let scene = Scene::of("not-asked", "localhost");
    let hand = by_hand(&scene, "hand.crl", 1);
    let run = scene.fetch(&["--list", utf8(&hand)]).exits(0);
    says(&run, &[]);
    assert!(run.stdout.contains("`localhost`, which"), "{run}");
    assert_eq!(scene.host.asked(), Vec::<String>::new());
}

#[test]
fn of_several_responders_the_first_that_may_be_asked_is() {
    let scene = Scene::new("responders");
    scene.host.gives(scene.list("list.crl"));
    let port = scene.host.port;
    let two = leaf(
        &scene.sub,
        "two-responders",
        &format!(
            "crlDistributionPoints=URI:http://127.0.0.1:{port}/1c/crlc2.crl\n\
             authorityInfoAccess=OCSP;URI:ldap://localhost/x,OCSP;URI:http://localhost:{port}/o,\
             OCSP;URI:http://127.0.0.1:{port}/ocsp\n"
        ),
    );
    let issuer = scene.sub.certificate();
    let what = ["crl", "fetch", utf8(&two), "--issuer", utf8(&issuer)];
    let how = ["--out", "lists", "--allow-host", "127.0.0.1"];
    let when = ["--at", "2025-01-15T00:00:00Z", "--format", "json"];
    let run = scene.bench.run([&what[..], &how, &when].concat());
    // It was asked, and gave a list in place of an answer.
    says(&run.exits(0), &["REV-020 ocsp-missing"]);
    let asked = scene.host.asked();
    assert!(asked.iter().any(|it| it.contains("/ocsp")), "{asked:?}");
}
