//! `ptl crl fetch` for peers: those that ptl.toml names, and those that show their certificate on the network.

use crate::{
    chain_files::utf8,
    list_host::Scene,
    loopback::{serve_silence, serve_tls},
    pki::{self, Issued},
    rehearsal_spine::not_well,
    schemas::is_a_sound_report,
    support::Run,
};

/// A server that shows the scene's leaf and its CA.
fn shows(scene: &Scene) -> String {
    let leaf = Issued {
        certificate: scene.leaf.clone(),
        key: pki::sha256().leaf.key.clone(),
    };
    let sub = scene.sub.certificate();
    let port = serve_tls(&leaf.key, &[&leaf.certificate, &sub], |_| ());
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
