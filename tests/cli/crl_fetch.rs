//! `ptl crl fetch`: what is kept, what is not, and what is said of it, against a host with one defect each.

use crate::{
    chain_files::utf8,
    list_host::{Answer, Scene, der, leaf},
    pki,
    rehearsal_spine::not_well,
    schemas::is_a_sound_report,
    support::{Bench, Run},
};

/// What a host gives, what it must come to, and how the run ends.
struct Row {
    name: &'static str,
    answer: Answer,
    found: &'static str,
    exits: i32,
}

#[track_caller]
fn says(run: &Run, wanted: &[&str]) {
    is_a_sound_report(&run.json());
    assert_eq!(not_well(run), wanted, "{run}");
}

#[test]
fn a_list_is_proven_kept_and_looked_up_by_its_index() {
    let scene = Scene::new("kept");
    let list = scene.list("one.crl");
    scene.host.answers(Answer::Tagged(list.clone(), "v1"));
    let run = scene.fetch(&[]).exits(0).complains_not();
    says(&run, &[]);
    assert_eq!(scene.kept().unwrap(), list);
    let kinds: Vec<String> = scene.bench.files().iter().map(ending).collect();
    assert_eq!(kinds, ["lock", "crl", "index", "json"]);
    assert!(!scene.host.asked()[0].contains("if-none-match"));
    // The same again is not even sent.
    let run = scene.fetch(&[]).exits(0);
    says(&run, &[]);
    assert!(scene.host.asked()[0].contains("if-none-match: \"v1\""));
    assert!(run.stdout.contains("it is the one that is kept already"));
    // A newer one takes its place, and names the leaf.
    scene.sub.revoke(&scene.leaf);
    let newer = scene.list("two.crl");
    scene.host.answers(Answer::Tagged(newer.clone(), "v2"));
    let run = scene.fetch(&[]).exits(1);
    says(&run, &["REV-001 revoked"]);
    assert_eq!(scene.kept().unwrap(), newer);
}

fn ending(file: impl AsRef<str>) -> String {
    let file = file.as_ref();
    file.rsplit('.').next().unwrap().to_owned()
}

#[test]
fn whatever_is_no_list_of_theirs_is_refused_and_the_old_one_stays() {
    let scene = Scene::new("refused");
    let rival = Scene::new("refused-rival");
    let kept = scene.list("kept.crl");
    let body = |status: &str, body: &[u8]| Answer::Body(status.to_owned(), body.to_vec());
    let list = || scene.list("new.crl");
    let damaged = {
        let mut list = list();
        *list.last_mut().unwrap() ^= 1;
        list
    };
    let page = b"<!DOCTYPE html><html><body>Sign in</body></html>";
    let rows = [
        row("404", body("404 Not Found", page), "REV-011 http-status", 1),
        row(
            "503",
            body("503 Service Unavailable", b""),
            "REV-011 http-status",
            1,
        ),
        row("page", body("200 OK", page), "REV-012 http-not-a-crl", 1),
        row(
            "gzip",
            body(
                "200 OK\r\nContent-Encoding: gzip",
                b"\x1f\x8b\x08\0\0\0\0\0\0\x03bomb",
            ),
            "REV-012 http-not-a-crl",
            1,
        ),
        row("empty", body("200 OK", b""), "REV-012 crl-unusable", 1),
        row(
            "certificate",
            body("200 OK", &certificate(&scene)),
            "REV-012 crl-unusable",
            1,
        ),
        row(
            "cut off",
            body("200 OK", &list()[..200]),
            "REV-012 crl-unusable",
            1,
        ),
        row(
            "broken off",
            Answer::Cut(list(), 200),
            "REV-011 http-broken",
            1,
        ),
        row("closed", Answer::Closed, "REV-011 http-broken", 1),
        row("slow", Answer::Drip(list()), "REV-011 http-silent", 1),
        row(
            "endless",
            Answer::Endless(list()),
            "REV-011 crl-too-large",
            1,
        ),
        row(
            "endless zeros",
            Answer::Endless(vec![0; 64]),
            "REV-012 http-not-a-crl",
            1,
        ),
        row(
            "huge",
            body("200 OK", b"\x30\x84\xff\xff\xff\xff and more"),
            "REV-011 crl-too-large",
            1,
        ),
        row(
            "redirect",
            body("302 Found\r\nLocation: http://127.9.9.9/x.crl", b""),
            "REV-011 crl-redirected",
            1,
        ),
        row(
            "rival",
            body("200 OK", &rival.list("rival.crl")),
            "REV-013 crl-wrong-issuer",
            1,
        ),
        row(
            "damaged",
            body("200 OK", &damaged),
            "REV-013 bad-signature",
            1,
        ),
        row(
            "expired",
            body(
                "200 OK",
                &scene.list_of("old.crl", "20240101000000Z", "20250110000000Z"),
            ),
            "REV-015 crl-expired",
            1,
        ),
        row(
            "early",
            body(
                "200 OK",
                &scene.list_of("early.crl", "20250120000000Z", "20250201000000Z"),
            ),
            "REV-015 crl-not-yet-valid",
            1,
        ),
    ];
    for row in rows {
        scene.host.answers(row.answer);
        // Without a list nothing is known of the leaf; with one the old word holds.
        let run = scene.fetch(&["--out", "none"]).exits(row.exits);
        assert_eq!(not_well(&run)[0], row.found, "{}: {run}", row.name);
        assert_eq!(not_well(&run)[1], "REV-001 crl-missing", "{}", row.name);
        let files = scene.bench.files();
        assert!(
            !files
                .iter()
                .any(|it| it.ends_with(".crl") || it.ends_with(".tmp")),
            "{files:?}"
        );
        let answer = scene.host.answers_now();
        scene.host.gives(kept.clone());
        scene.fetch(&[]).exits(0);
        scene.host.answers(answer);
        says(&scene.fetch(&[]).exits(row.exits), &[row.found]);
        assert_eq!(scene.kept().unwrap(), kept, "{}", row.name);
        std::fs::remove_dir_all(scene.bench.path("lists")).unwrap();
        std::fs::remove_dir_all(scene.bench.path("none")).unwrap();
    }
}

fn row(name: &'static str, answer: Answer, found: &'static str, exits: i32) -> Row {
    Row {
        name,
        answer,
        found,
        exits,
    }
}

fn certificate(scene: &Scene) -> Vec<u8> {
    let out = scene.bench.path("leaf.der");
    pki::openssl(&[
        "x509",
        "-in",
        utf8(&scene.leaf),
        "-outform",
        "DER",
        "-out",
        utf8(&out),
    ]);
    let der = std::fs::read(&out).unwrap();
    std::fs::remove_file(out).unwrap();
    der
}

#[test]
fn an_older_list_never_takes_the_place_of_a_newer_one() {
    let scene = Scene::new("older");
    let older = scene.list("older.crl");
    let newer = scene.list_of("newer.crl", "20250102000000Z", "20250202000000Z");
    scene.host.gives(newer.clone());
    scene.fetch(&[]).exits(0);
    scene.host.gives(older.clone());
    says(&scene.fetch(&[]).exits(1), &["REV-016 crl-older"]);
    assert_eq!(scene.kept().unwrap(), newer);
    // What is damaged counts for nothing.
    let file = scene
        .bench
        .files()
        .into_iter()
        .find(|it| it.ends_with(".crl"))
        .unwrap();
    scene.bench.write(&file, &newer[..100]);
    says(&scene.fetch(&[]).exits(0), &[]);
    assert_eq!(scene.kept().unwrap(), older);
}

#[test]
fn a_list_as_pem_is_kept_as_der() {
    let scene = Scene::new("pem");
    let pem = scene
        .sub
        .list("pem.crl", "20250101000000Z", "20250201000000Z");
    scene.host.gives(std::fs::read(&pem).unwrap());
    scene.fetch(&[]).exits(0);
    assert_eq!(scene.kept().unwrap(), der(&pem));
}

#[test]
fn no_host_is_asked_that_nobody_allowed() {
    let scene = Scene::of("hosts", "localhost");
    scene.host.gives(scene.list("list.crl"));
    let run = scene.fetch(&[]).exits(3);
    says(&run, &["REV-010 crl-not-followed", "REV-001 crl-missing"]);
    assert!(run.stdout.contains("add `--allow-host localhost`"), "{run}");
    assert_eq!(scene.host.asked(), Vec::<String>::new());
    scene.fetch(&["--allow-host", "localhost"]).exits(0);
    // The profile's own host, whose name leads to this machine, is no host of the NHS.
    let profile = crate::trust_show::Pins {
        host: "localhost",
        ..Default::default()
    };
    profile.write(&scene.bench);
    let family = pki::sha256();
    let url = format!("http://localhost:{}/a.crl", scene.host.port);
    let leaf = leaf(
        &family.sub,
        "near",
        &format!("crlDistributionPoints=URI:{url}\n"),
    );
    let issuer = family.sub.certificate();
    let arguments = [
        "crl",
        "fetch",
        utf8(&leaf),
        "--issuer",
        utf8(&issuer),
        "--env",
        "here.toml",
    ];
    let how = ["--out", "near", "--format", "json"];
    scene.host.asked();
    let run = scene.bench.run([&arguments[..], &how].concat()).exits(3);
    says(&run, &["REV-010 crl-not-followed", "REV-001 crl-missing"]);
    assert!(run.stdout.contains("leads to"), "{run}");
    assert_eq!(scene.host.asked(), Vec::<String>::new());
}

#[test]
fn what_no_pinned_ca_signed_names_nothing_that_is_followed() {
    let scene = Scene::new("unpinned");
    crate::trust_show::Pins::default().write(&scene.bench);
    scene.host.gives(scene.list("list.crl"));
    let run = scene.fetch(&["--env", "here.toml"]).exits(3);
    says(&run, &["REV-010 crl-not-followed", "REV-001 crl-missing"]);
    assert!(run.stdout.contains("no pinned CA"), "{run}");
    assert_eq!(scene.host.asked(), Vec::<String>::new());
}

#[test]
fn a_list_by_hand_goes_through_the_same_and_needs_no_network() {
    let scene = Scene::new("by-hand");
    let list = scene
        .sub
        .list("hand.crl", "20250101000000Z", "20250201000000Z");
    let rival = Scene::new("by-hand-rival")
        .sub
        .list("r.crl", "20250101000000Z", "20250201000000Z");
    let run = scene.fetch(&["--offline"]).exits(3);
    says(&run, &["REV-001 crl-missing"]);
    scene.fetch(&["--offline", "--list", utf8(&rival)]).exits(3);
    assert_eq!(scene.kept(), None);
    let run = scene
        .fetch(&["--offline", "--list", utf8(&rival), "--list", utf8(&list)])
        .exits(0);
    says(&run, &[]);
    assert_eq!(scene.kept().unwrap(), der(&list));
    assert_eq!(scene.host.asked(), Vec::<String>::new());
    // A file that is not there is a mistake, not a list that does not fit.
    scene
        .fetch(&["--list", "nowhere.crl"])
        .refuses("nowhere.crl");
    assert_eq!(scene.host.asked(), Vec::<String>::new());
}

#[test]
fn an_address_that_does_not_answer_is_asked_again() {
    let scene = Scene::new("again");
    scene.host.answers(Answer::Body(
        "503 Busy\r\nRetry-After: 0".to_owned(),
        Vec::new(),
    ));
    scene.fetch(&["--retries", "2"]).exits(1);
    assert_eq!(scene.host.asked().len(), 3);
    // One that wants to be left alone for an hour is.
    scene.host.answers(Answer::Body(
        "429 Busy\r\nRetry-After: 3600".to_owned(),
        Vec::new(),
    ));
    scene.fetch(&["--retries", "2"]).exits(1);
    assert_eq!(scene.host.asked().len(), 1);
    scene
        .host
        .answers(Answer::Body("404 No".to_owned(), Vec::new()));
    scene.fetch(&["--retries", "2"]).exits(1);
    assert_eq!(scene.host.asked().len(), 1);
}

#[test]
fn mistakes_of_the_command_line_are_told() {
    let bench = Bench::new();
    bench.run(["crl", "fetch"]).refuses("no `ptl.toml`");
    let leaf = pki::sha256().leaf.certificate.clone();
    bench
        .run(["crl", "fetch", utf8(&leaf)])
        .refuses("no folder for the lists is named")
        .complains("--out DIR");
    bench
        .run(["crl", "fetch", "nowhere.pem", "--out", "x"])
        .refuses("nowhere.pem");
    let file = bench.write("file", "");
    bench
        .run(["crl", "fetch", utf8(&leaf), "--out", utf8(&file)])
        .refuses("file");
    assert_eq!(bench.files(), ["file"]);
}

#[test]
fn offline_nothing_is_said_against_a_list_that_the_profile_has() {
    let scene = Scene::new("entry");
    let family = pki::sha256();
    let entry = "crlDistributionPoints=entry\n[entry]\nfullname=dirName:name\n[name]\nCN=CRL1\n";
    let leaf = leaf(&family.sub, "entry", entry);
    let profile = crate::trust_show::Pins::default().write(&scene.bench);
    let text = std::fs::read_to_string(&profile).unwrap();
    let url = format!("http://127.0.0.1:{}/c1.crl", scene.host.port);
    std::fs::write(&profile, format!("{text}crl_urls = [\"{url}\"]\n")).unwrap();
    let issuer = family.sub.certificate();
    let what = ["crl", "fetch", utf8(&leaf), "--issuer", utf8(&issuer)];
    let how = [
        "--env",
        utf8(&profile),
        "--out",
        "lists",
        "--format",
        "json",
    ];
    let run = scene
        .bench
        .run([&what[..], &how, &["--offline"]].concat())
        .exits(3);
    says(&run, &["REV-001 crl-missing"]);
    assert_eq!(run.finding("REV-010", "")["outcome"], "skipped", "{run}");
    let files = scene.bench.files();
    assert!(
        !files.iter().any(|file| file.ends_with(".json")),
        "{files:?}"
    );
    assert_eq!(scene.host.asked(), Vec::<String>::new());
}
