//! `ptl crl status` and `lookup` of lists that nothing can be said by, and of a cache in which one is damaged.

use std::path::{Path, PathBuf};

use crate::{
    chain_files::utf8,
    list_host::{Scene, der},
    pki::Leaf,
    schemas::conforms,
    support::{Run, provider_install},
};

const AT: &str = "2025-01-15T00:00:00Z";

fn status(scene: &Scene, list: &Path, issuer: &Path) -> Run {
    let what = ["crl", "status", utf8(list), "--issuer", utf8(issuer)];
    let how = ["--at", AT, "--format", "json"];
    let run = scene.bench.run([&what[..], &how].concat());
    conforms("crl-status", &run.json());
    run
}

/// A certificate of the scene's CA, of the same key, that may not sign lists.
fn without_the_right(scene: &Scene) -> PathBuf {
    let certificate = Leaf::new("without-crlsign", "x")
        .subject("/O=nhs/OU=CA/CN=Fetch nothing-said")
        .extensions("basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n")
        .key(&scene.sub.key());
    let root = &crate::pki::sha256().root;
    root.leaf(&certificate).certificate
}

#[test]
fn a_list_that_says_nothing_does_not_hold() {
    let scene = Scene::new("nothing-said");
    let ca = scene.sub.certificate();
    let dates = ("20250101000000Z", "20250201000000Z");
    let list = |file: &str, more: &[&str], lines: &str| scene.sub.list_as(file, dates, more, lines);
    let idp = |what: &str| format!("issuingDistributionPoint=critical,@idp\n[idp]\n{what}\n");
    let rows = [
        (list("sound.crl", &[], ""), &ca, "holds", 0, ""),
        (
            list("md5.crl", &["-md", "md5"], ""),
            &ca,
            "unusable",
            1,
            "MD5",
        ),
        (
            list("right.crl", &[], ""),
            &without_the_right(&scene),
            "unusable",
            1,
            "key usage",
        ),
        (
            list("indirect.crl", &[], &idp("indirectCRL=TRUE")),
            &ca,
            "not-judged",
            3,
            "entries of other issuers",
        ),
        (
            list("reasons.crl", &[], &idp("onlysomereasons=keyCompromise")),
            &ca,
            "not-judged",
            3,
            "some reasons alone",
        ),
        (
            list("delta.crl", &[], "2.5.29.27=critical,DER:020101\n"),
            &ca,
            "not-judged",
            3,
            "what changed since another",
        ),
    ];
    for (list, issuer, standing, code, why) in rows {
        let run = status(&scene, &list, issuer).exits(code);
        let kept = &run.json()["lists"][0];
        assert_eq!(kept["standing"], standing, "{run}");
        let said = kept["why"].as_str().unwrap_or_default();
        assert!(said.contains(why), "{run}");
        assert_eq!(kept["next"].is_null(), code == 0);
    }
}

/// A cache with the scene's list, a newer one of nobody's, and one that is damaged.
fn with_a_damaged_one(scene: &Scene) -> Run {
    scene.host.gives(scene.list("list.crl"));
    let run = scene.fetch(&[]).exits(0);
    scene.bench.write("lists/damaged.crl", "junk");
    run
}

#[test]
fn a_damaged_list_of_a_cache_is_told_of_and_the_others_are_shown() {
    let scene = Scene::new("junk-beside");
    with_a_damaged_one(&scene);
    let issuer = scene.sub.certificate();
    let cache = ["--cache", "lists", "--issuer", utf8(&issuer), "--at", AT];
    let run =
        |what: &[&str], more: &[&str]| scene.bench.run([&["crl"], what, &cache[..], more].concat());
    let json = ["--format", "json"];
    let status = run(&["status"], &json).exits(1);
    conforms("crl-status", &status.json());
    assert_eq!(status.json()["lists"][0]["standing"], "holds");
    assert_eq!(status.json()["unreadable"][0]["file"], "lists/damaged.crl");
    run(&["status"], &[])
        .exits(1)
        .says("FAIL")
        .says("`lists/damaged.crl` holds neither PEM nor DER")
        .says("ok");
    // By the sound one the leaf is good; of whatever no list speaks, the damaged one may.
    let leaf = utf8(&scene.leaf).to_owned();
    let found = run(&["lookup", &leaf], &json).exits(0);
    conforms("crl-lookup", &found.json());
    let other = utf8(&crate::pki::sha256().leaf.certificate).to_owned();
    let open = run(&["lookup", &leaf, &other], &json).exits(3);
    conforms("crl-lookup", &open.json());
    assert_eq!(open.json()["certificates"][0]["status"], "good");
    let said = open.json()["certificates"][1]["open"].to_string();
    assert!(said.contains("lists/damaged.crl"), "{said}");
    run(&["lookup", &other], &[])
        .exits(3)
        .says("`lists/damaged.crl` holds neither PEM nor DER");
    // Where nothing else is there, it is the same.
    let sound = scene.bench.files();
    let sound = sound
        .iter()
        .find(|it| it.ends_with(".crl") && !it.contains("damaged"));
    std::fs::remove_file(scene.bench.path(sound.unwrap())).unwrap();
    conforms("crl-status", &run(&["status"], &json).exits(1).json());
    conforms(
        "crl-lookup",
        &run(&["lookup", &leaf], &json).exits(3).json(),
    );
    // A file that a person names is another matter.
    let named = [
        "crl",
        "status",
        "lists/damaged.crl",
        "--issuer",
        utf8(&issuer),
    ];
    scene.bench.run(named).refuses("damaged.crl");
}

#[test]
fn in_an_install_a_list_is_looked_up_within_the_grace_of_ptl_toml() {
    let scene = Scene::new("grace");
    let issuer = scene.sub.certificate();
    let list = scene
        .sub
        .list("grace.crl", "20250101000000Z", "20250201000000Z");
    for (grace, code) in [("", 3), ("[revocation]\ngrace = \"24h\"\n", 0)] {
        scene.bench.write("ptl.toml", provider_install(grace));
        std::fs::create_dir_all(scene.bench.path("crl/int")).unwrap();
        scene.bench.write("crl/int/grace.crl", der(&list));
        let what = [
            "crl",
            "lookup",
            utf8(&scene.leaf),
            "--issuer",
            utf8(&issuer),
        ];
        let how = ["--at", "2025-02-01T12:00:00Z"];
        scene.bench.run([&what[..], &how].concat()).exits(code);
    }
}
