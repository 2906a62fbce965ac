//! `ptl crl fetch` for peers: those that ptl.toml names, and those that show their certificate on the network.

use std::path::Path;

use crate::{
    chain_files::utf8,
    list_host::{Scene, der, leaf},
    loopback::{serve_silence, serve_tls},
    pki::{self, Authority},
    rehearsal_spine::not_well,
    schemas::is_a_sound_report,
    support::Run,
};

/// A server that shows the scene's leaf and its CA.
fn shows(scene: &Scene) -> String {
    shows_these(&scene.leaf, &scene.sub)
}

/// A server that shows a leaf with the usual key, and a CA.
fn shows_these(leaf: &Path, above: &Authority) -> String {
    let key = &pki::sha256().leaf.key;
    let port = serve_tls(key, &[leaf, &above.certificate()], |_| ());
    format!("127.0.0.1:{port}")
}

/// Fetches the lists of peers, without an install.
fn fetch(scene: &Scene, peers: &[&str], more: &[&str]) -> Run {
    let issuer = scene.sub.certificate();
    let mut arguments = vec!["crl", "fetch", "--issuer", utf8(&issuer), "--out", "lists"];
    arguments.extend(["--format", "json", "--allow-host", "127.0.0.1"]);
    arguments.extend(["--timeout", "1s", "--at", "2025-01-15T00:00:00Z"]);
    for peer in peers {
        arguments.extend(["--connect", peer]);
    }
    scene.bench.run([&arguments[..], more].concat())
}

#[test]
fn the_list_of_a_peer_that_answers_is_fetched_and_looked_up() {
    let scene = Scene::new("seen");
    let peer = shows(&scene);
    scene.host.gives(scene.list("seen.crl"));
    let run = fetch(&scene, &[&peer], &[]).exits(3);
    is_a_sound_report(&run.json());
    // Its list is there; that of the CA itself is named by no certificate.
    assert_eq!(scene.host.asked().len(), 1);
    assert!(
        not_well(&run).contains(&"REV-001 crl-missing".to_owned()),
        "{run}"
    );
    assert!(scene.kept().is_some());
    scene.sub.revoke(&scene.leaf);
    scene.host.gives(scene.list("seen-later.crl"));
    let run = fetch(&scene, &[&peer], &[]).exits(1);
    assert!(
        not_well(&run).contains(&"REV-001 revoked".to_owned()),
        "{run}"
    );
}

#[test]
fn a_peer_that_shows_nothing_is_undetermined_by_name_and_the_next_is_asked_all_the_same() {
    let scene = Scene::new("unseen");
    scene.host.gives(scene.list("unseen.crl"));
    let (silent, sound) = (format!("127.0.0.1:{}", serve_silence()), shows(&scene));
    let run = fetch(&scene, &[&silent, &sound], &[]).exits(3);
    let findings = run.json()["findings"].to_string();
    assert!(findings.contains(&format!("peer {silent}")), "{run}");
    assert!(
        findings.contains(&format!("ptl check-firewall --target tls://{silent}")),
        "{run}"
    );
    assert!(scene.kept().is_some());
}

#[test]
fn no_peer_is_asked_offline_nor_one_that_is_no_host() {
    let scene = Scene::new("offline");
    let peer = shows(&scene);
    let run = fetch(&scene, &[&peer], &["--offline"]);
    run.complains("no peer is asked for its certificate");
    assert!(scene.host.asked().is_empty());
    fetch(&scene, &["https://x y/"], &[]).refuses("--connect");
    fetch(&scene, &["host:0x1"], &[]).refuses("--connect");
}

#[test]
fn a_ca_that_a_peer_made_up_signs_nothing_that_is_kept() {
    let scene = Scene::new("made up");
    let sound = shows(&scene);
    scene.sub.revoke(&scene.leaf);
    let list = scene.list("true.crl");
    scene.host.gives(list.clone());
    fetch(&scene, &[&sound], &[]).exits(1);
    // It bears the name of the CA, and its leaf names the same list.
    let rival = scene.sub.namesake("Fetch-rival", &pki::sha256().root);
    let url = format!("http://127.0.0.1:{}/1c/crlc2.crl", scene.host.port);
    let forged = leaf(
        &rival,
        "forged",
        &format!("crlDistributionPoints=URI:{url}\n"),
    );
    let peer = shows_these(&forged, &rival);
    scene.host.gives(der(&rival.list(
        "forged.crl",
        "20250102000000Z",
        "20250203000000Z",
    )));
    scene.host.asked();
    let run = fetch(&scene, &[&peer], &[]).exits(3);
    is_a_sound_report(&run.json());
    assert_eq!(not_well(&run), ["REV-001 no-trusted-path"], "{run}");
    assert!(run.stdout.contains(&format!("peer {peer}")), "{run}");
    assert!(run.stdout.contains("leads to no CA"), "{run}");
    assert_eq!(scene.host.asked(), Vec::<String>::new());
    assert_eq!(scene.kept().unwrap(), list);
    // Whoever names another CA is not told of this one either.
    let root = pki::sha256().root.certificate();
    let arguments = ["crl", "lookup", utf8(&scene.leaf), "--cache", "lists"];
    let issuer = scene.sub.certificate();
    scene
        .bench
        .run([&arguments[..], &["--issuer", utf8(&issuer)]].concat())
        .exits(1);
    // The true one is shown by a peer, and the root that signed it is all that is named.
    let run = scene
        .bench
        .run([
            "crl",
            "fetch",
            "--issuer",
            utf8(&root),
            "--out",
            "lists",
            "--connect",
            &sound,
            "--allow-host",
            "127.0.0.1",
            "--format",
            "json",
            "--at",
            "2025-01-15T00:00:00Z",
            "--timeout",
            "1s",
            "--retries",
            "0",
        ])
        .exits(1);
    assert!(
        not_well(&run).contains(&"REV-001 revoked".to_owned()),
        "{run}"
    );
    assert_eq!(scene.kept().unwrap(), list);
}

#[test]
fn a_ca_that_has_a_new_key_has_two_lists() {
    let scene = Scene::new("renewed");
    let family = pki::sha256();
    let renewed = scene
        .sub
        .with_new_key("Fetch-renewed-key", &family.sub, &family.root);
    let url = format!("http://127.0.0.1:{}/1c/crlc2.crl", scene.host.port);
    let later = leaf(
        &renewed,
        "renewed-leaf",
        &format!("crlDistributionPoints=URI:{url}\n"),
    );
    let old = shows(&scene);
    let new = shows_these(&later, &renewed);
    let (mut root, sub) = (vec!["--issuer"], scene.sub.certificate());
    let above = family.root.certificate();
    root.push(utf8(&above));
    scene.sub.revoke(&scene.leaf);
    let list = scene.list("renewed-old.crl");
    scene.host.gives(list.clone());
    fetch(&scene, &[&old], &root).exits(1);
    let newer = der(&renewed.list("renewed-new.crl", "20250103000000Z", "20250204000000Z"));
    scene.host.gives(newer);
    let run = fetch(&scene, &[&new], &root).exits(3);
    // That of the CA itself is named by no certificate.
    let open = ["REV-010 crl-no-address", "REV-001 crl-missing"];
    assert_eq!(not_well(&run), open, "{run}");
    let files = scene.bench.files();
    let lists = files.iter().filter(|file| file.ends_with(".crl"));
    assert_eq!(lists.count(), 2, "{files:?}");
    // The old one still says what it said.
    let arguments = ["crl", "lookup", utf8(&scene.leaf), "--cache", "lists"];
    let keys = renewed.certificate();
    let how = ["--issuer", utf8(&sub), "--issuer", utf8(&keys)];
    let at = ["--at", "2025-01-15T00:00:00Z"];
    scene
        .bench
        .run([&arguments[..], &how, &at].concat())
        .exits(1)
        .says("REVOKED");
}
