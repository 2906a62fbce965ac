//! Certificates of whose revocation a responder (OCSP) alone tells.

use crate::{
    chain_files::utf8,
    list_host::{Scene, leaf},
    pki,
    rehearsal_spine::not_well,
    schemas::{conforms, is_a_sound_report},
    support::Run,
    trust_show::Pins,
};

/// A CA whose leaf names a responder and no list.
fn scene(name: &str) -> Scene {
    let mut scene = Scene::new(&format!("Answered {name}"));
    let url = format!("http://127.0.0.1:{}/ocsp", scene.host.port);
    scene.leaf = leaf(
        &scene.sub,
        &format!("answered-{name}"),
        &format!("authorityInfoAccess=OCSP;URI:{url}\n"),
    );
    scene
}

/// Fetches now: the answer that the openssl command makes is of now.
fn fetch(scene: &Scene, more: &[&str]) -> Run {
    let issuer = scene.sub.certificate();
    let what = ["crl", "fetch", utf8(&scene.leaf), "--issuer", utf8(&issuer)];
    let how = ["--format", "json", "--allow-host", "127.0.0.1"];
    let rest = ["--out", "lists", "--timeout", "1s", "--retries", "0"];
    scene.bench.run([&what[..], &how, &rest, more].concat())
}

#[test]
fn no_list_is_missed_where_the_responder_says_it() {
    let scene = scene("good");
    scene
        .host
        .gives(scene.sub.answer(&scene.leaf, "responder-fetch"));
    let run = fetch(&scene, &[]).exits(0);
    is_a_sound_report(&run.json());
    assert_eq!(not_well(&run), Vec::<String>::new(), "{run}");
    let found = run.finding("REV-010", "");
    assert_eq!(found["outcome"], "not-applicable", "{run}");
    assert!(
        found["reason"]
            .to_string()
            .contains("its responder (OCSP) is asked"),
        "{run}"
    );
    assert_eq!(scene.host.asked().len(), 1);
}

#[test]
fn a_list_that_the_profile_names_is_not_asked_for_where_the_responder_is() {
    let scene = scene("profile");
    let family = pki::sha256();
    let url = format!("http://127.0.0.1:{}", scene.host.port);
    let leaf = leaf(
        &family.sub,
        "answered-of-profile",
        &format!("authorityInfoAccess=OCSP;URI:{url}/ocsp\n"),
    );
    let profile = Pins::default().write(&scene.bench);
    let text = std::fs::read_to_string(&profile).unwrap();
    std::fs::write(&profile, format!("{text}crl_urls = [\"{url}/c1.crl\"]\n")).unwrap();
    scene
        .host
        .gives(family.sub.answer(&leaf, "responder-install"));
    let issuer = family.sub.certificate();
    let what = ["crl", "fetch", utf8(&leaf), "--issuer", utf8(&issuer)];
    let how = ["--env", utf8(&profile), "--allow-host", "127.0.0.1"];
    let rest = ["--out", "lists", "--timeout", "1s", "--retries", "0"];
    scene.bench.run([&what[..], &how, &rest].concat()).exits(0);
    let asked = scene.host.asked();
    assert!(asked.len() == 1 && asked[0].contains("/ocsp"), "{asked:?}");
}

#[test]
fn what_the_responder_said_is_looked_up_with_the_lists() {
    let scene = scene("lookup");
    let issuer = scene.sub.certificate();
    let look = |more: &[&str]| {
        let what = [
            "crl",
            "lookup",
            utf8(&scene.leaf),
            "--issuer",
            utf8(&issuer),
        ];
        scene.bench.run([&what[..], more].concat())
    };
    let kept = ["--cache", "lists"];
    let before = scene.list_of("answered-before.crl", pki::FROM, pki::UNTIL);
    scene
        .host
        .gives(scene.sub.answer(&scene.leaf, "responder-1"));
    fetch(&scene, &[]).exits(0);
    look(&kept).exits(0).says("by the responder's answer");
    scene.sub.revoke(&scene.leaf);
    scene
        .host
        .gives(scene.sub.answer(&scene.leaf, "responder-2"));
    fetch(&scene, &[]).exits(1);
    look(&kept).exits(1).says("REVOKED");
    let json = look(&[&kept[..], &["--format", "json"]].concat()).json();
    conforms("crl-lookup", &json);
    // A list of before calls it good; the responder knows better.
    scene.bench.write("lists/before.crl", &before);
    look(&["--list", "lists/before.crl"]).exits(0);
    look(&kept).exits(1).says("REVOKED");
    // Where neither is at hand, it is said where to look.
    let list = pki::sha256()
        .root
        .list("answered.crl", pki::FROM, pki::UNTIL);
    look(&["--list", utf8(&list)])
        .exits(3)
        .says("no answer of its responder");
}
