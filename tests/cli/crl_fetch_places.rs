//! `ptl crl fetch`: which of several places decides, and whose certificate keeps whose list from coming.

use crate::{
    chain_files::utf8,
    list_host::{Scene, leaf},
    pki::Authority,
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
    let rival = Authority::namesake("Namesake rival", "Fetch namesake");
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
