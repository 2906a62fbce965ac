//! `ptl crl fetch` over what is kept already: damaged, another's, or without room for an index.

use std::sync::Arc;

use crate::{
    chain_files::utf8,
    list_host::{Answer, Scene, leaf},
    rehearsal_spine::not_well,
};

/// The file of this ending that is kept.
fn kept_file(scene: &Scene, ending: &str) -> std::path::PathBuf {
    let files = scene.bench.files();
    let file = files.iter().find(|it| it.ends_with(ending)).unwrap();
    scene.bench.path(file)
}

#[test]
fn what_is_damaged_or_anothers_under_a_kept_name_is_fetched_anew() {
    let scene = Scene::new("anew");
    let rival = Scene::new("anew-rival");
    let old = scene.list_of("old.crl", "20240101000000Z", "20240201000000Z");
    let list = scene.list("one.crl");
    scene.host.answers(Answer::Tagged(list.clone(), "v1"));
    scene.fetch(&[]).exits(0);
    for strange in [
        b"junk".to_vec(),
        Vec::new(),
        list[..100].to_vec(),
        rival.list("rival.crl"),
        old,
    ] {
        std::fs::write(kept_file(&scene, ".crl"), strange).unwrap();
        scene.host.asked();
        let run = scene.fetch(&[]).exits(0);
        assert_eq!(not_well(&run), Vec::<String>::new());
        let asked = scene.host.asked();
        assert!(!asked[0].contains("if-none-match"), "{asked:?}");
        assert_eq!(scene.kept().unwrap(), list);
    }
}

#[test]
fn what_is_damaged_while_the_server_says_that_nothing_is_new_is_asked_for_again() {
    let scene = Scene::new("behind");
    let list = scene.list("one.crl");
    scene.host.answers(Answer::Tagged(list.clone(), "v1"));
    scene.fetch(&[]).exits(0);
    scene.host.asked();
    let kept = kept_file(&scene, ".crl");
    let damage = Arc::new(move || std::fs::write(&kept, "junk").unwrap());
    scene
        .host
        .answers(Answer::Behind(list.clone(), "v1", damage));
    scene.fetch(&[]).exits(0);
    let asked = scene.host.asked();
    let named = asked.iter().map(|it| it.contains("if-none-match"));
    assert_eq!(named.collect::<Vec<_>>(), [true, false]);
    assert_eq!(scene.kept().unwrap(), list);
}

#[test]
fn a_list_without_room_for_its_index_is_fetched_all_the_same() {
    let scene = Scene::new("no-index");
    scene.host.gives(scene.list("one.crl"));
    scene.fetch(&[]).exits(0);
    let index = kept_file(&scene, ".index");
    std::fs::remove_file(&index).unwrap();
    std::fs::create_dir(&index).unwrap();
    scene.sub.revoke(&scene.leaf);
    let newer = scene.list_of("two.crl", "20250102000000Z", "20250202000000Z");
    scene.host.gives(newer.clone());
    let run = scene.fetch(&[]).exits(1);
    assert_eq!(not_well(&run), ["REV-001 revoked"]);
    assert_eq!(scene.kept().unwrap(), newer);
}

#[test]
fn an_old_answer_takes_no_revocation_back() {
    let scene = Scene::new("replayed");
    let url = format!("http://127.0.0.1:{}/ocsp", scene.host.port);
    let by_ocsp = leaf(
        &scene.sub,
        "replayed-ocsp",
        &format!("authorityInfoAccess=OCSP;URI:{url}\n"),
    );
    let good = scene.sub.answer(&by_ocsp, "good");
    scene.sub.revoke(&by_ocsp);
    let revoked = scene.sub.answer(&by_ocsp, "revoked");
    let issuer = scene.sub.certificate();
    let fetch = || {
        let what = ["crl", "fetch", utf8(&by_ocsp), "--issuer", utf8(&issuer)];
        let how = ["--out", "lists", "--allow-host", "127.0.0.1"];
        let run = scene
            .bench
            .run([&what[..], &how, &["--format", "json"]].concat());
        not_well(&run)
    };
    let told = |found: &[String], id: &str| found.iter().any(|it| it.starts_with(id));
    scene.host.gives(good.clone());
    assert!(!told(&fetch(), "REV-001"));
    scene.host.gives(revoked.clone());
    let found = fetch();
    assert!(told(&found, "REV-001 revoked") && !told(&found, "REV-022"));
    assert_eq!(std::fs::read(kept_file(&scene, ".ocsp")).unwrap(), revoked);
    // Whoever sends the good one again, which holds still, changes nothing, and is told of.
    scene.host.gives(good);
    let found = fetch();
    assert!(told(&found, "REV-001 revoked"), "{found:?}");
    assert!(told(&found, "REV-022 ocsp-stale"), "{found:?}");
    assert_eq!(std::fs::read(kept_file(&scene, ".ocsp")).unwrap(), revoked);
}

#[test]
fn what_came_too_slowly_is_not_begun_again_nor_asked_for_before_its_time() {
    let scene = Scene::new("slowly");
    scene.host.answers(Answer::Drip(scene.list("one.crl")));
    let run = scene.fetch(&["--retries", "2"]).exits(1);
    assert_eq!(not_well(&run)[0], "REV-011 http-silent");
    assert_eq!(scene.host.asked().len(), 1);
    for (later, asked) in [
        ("Fri, 31 Dec 2100 23:59:59 GMT", 1),
        ("Fri, 31 Dec 1999 23:59:59 GMT", 3),
    ] {
        let status = format!("503 Busy\r\nRetry-After: {later}");
        scene.host.answers(Answer::Body(status, Vec::new()));
        scene.fetch(&["--retries", "2"]).exits(1);
        assert_eq!(scene.host.asked().len(), asked, "{later}");
    }
}
