//! `ptl crl lookup`: what lists say of certificates, told by `openssl` too.

use std::path::PathBuf;

use crate::{
    chain_files::utf8,
    pki::{self, Authority, Leaf, NAME, openssl},
    schemas::conforms,
    support::{Bench, Run},
};

/// A sub CA of its own, a good leaf and a revoked one, and the list that says so.
struct Scene {
    bench: Bench,
    sub: Authority,
    good: PathBuf,
    revoked: PathBuf,
    list: PathBuf,
}

impl Scene {
    fn new(name: &str) -> Self {
        let family = pki::sha256();
        let sub = family.root.sub(&format!("Lists of {name}"));
        let leaf = |file: &str| {
            let leaf = Leaf::new(&format!("{name}-{file}"), NAME).key(&family.leaf.key);
            sub.leaf(&leaf).certificate
        };
        let (good, revoked) = (leaf("good"), leaf("revoked"));
        sub.revoke(&revoked);
        let list = sub.list("list.crl", "20250101000000Z", "20250201000000Z");
        Self {
            bench: Bench::new(),
            sub,
            good,
            revoked,
            list,
        }
    }

    fn look_up(&self, wanted: &[&str], more: &[&str]) -> Run {
        let issuer = self.sub.certificate();
        let files = [
            "--list",
            utf8(&self.list),
            "--issuer",
            utf8(&issuer),
            "--format",
            "json",
        ];
        let at = match more.contains(&"--at") {
            true => vec![],
            false => vec!["--at", "2025-01-15T00:00:00Z"],
        };
        self.bench
            .run([&["crl", "lookup"], wanted, &files[..], &at, more].concat())
    }
}

fn status(run: &Run) -> Vec<String> {
    let document = run.json();
    conforms("crl-lookup", &document);
    let certificates = document["certificates"].as_array().unwrap().iter();
    certificates
        .map(|it| it["status"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn good_and_revoked_are_told_apart_as_openssl_does() {
    let scene = Scene::new("apart");
    let run = scene.look_up(&[utf8(&scene.good)], &[]).exits(0);
    assert_eq!(status(&run), ["good"]);
    let run = scene
        .look_up(&[utf8(&scene.good), utf8(&scene.revoked)], &[])
        .exits(1);
    assert_eq!(status(&run), ["good", "revoked"]);
    assert!(run.json()["certificates"][1]["since"].is_string());
    for (leaf, code) in [(&scene.good, true), (&scene.revoked, false)] {
        let chain = [scene.sub.certificate(), pki::sha256().root.certificate()];
        let output = std::process::Command::new("openssl")
            .args([
                "verify",
                "-crl_check",
                "-attime",
                "1736899200",
                "-CAfile",
                utf8(&chain[1]),
            ])
            .args([
                "-untrusted",
                utf8(&chain[0]),
                "-CRLfile",
                utf8(&scene.list),
                utf8(leaf),
            ])
            .output()
            .unwrap();
        assert_eq!(output.status.success(), code);
    }
}

#[test]
fn nothing_is_good_by_a_list_that_is_old_unsigned_or_anothers() {
    let scene = Scene::new("never-good");
    let good = utf8(&scene.good).to_owned();
    let open = |run: Run, why: &str| {
        let run = run.exits(3);
        assert_eq!(status(&run), ["undetermined"]);
        let said = run.json()["certificates"][0]["open"].to_string();
        assert!(said.contains(why), "{said}");
    };
    open(
        scene.look_up(&[&good], &["--at", "2025-02-02T00:00:00Z"]),
        "the next one was due on 2025-02-01",
    );
    open(
        scene.look_up(&[&good], &["--at", "2024-12-31T00:00:00Z"]),
        "it begins only on 2025-01-01",
    );
    let other = utf8(&pki::sha256().leaf.certificate).to_owned();
    open(scene.look_up(&[&other], &[]), "it is another CA's list");
    let list = [
        "--list",
        utf8(&scene.list),
        "--at",
        "2025-01-15T00:00:00Z",
        "--format",
        "json",
    ];
    open(
        scene
            .bench
            .run([&["crl", "lookup", &good], &list[..]].concat()),
        "was not given",
    );
    // A list that its issuer signed and that names it proves that it was revoked, however old it is.
    let revoked = utf8(&scene.revoked).to_owned();
    let run = scene
        .look_up(&[&revoked], &["--at", "2025-06-01T00:00:00Z"])
        .exits(1);
    assert_eq!(status(&run), ["revoked"]);
}

#[test]
fn of_two_lists_of_one_issuer_the_later_one_counts() {
    let scene = Scene::new("later");
    let before = scene
        .sub
        .list("before.crl", "20250105000000Z", "20250201000000Z");
    scene.sub.revoke(&scene.good);
    let after = scene
        .sub
        .list("after.crl", "20250110000000Z", "20250201000000Z");
    let issuer = scene.sub.certificate();
    for lists in [[&before, &after], [&after, &before]] {
        let run = scene.bench.run([
            "crl",
            "lookup",
            utf8(&scene.good),
            "--list",
            utf8(lists[0]),
            "--list",
            utf8(lists[1]),
            "--issuer",
            utf8(&issuer),
            "--at",
            "2025-01-15T00:00:00Z",
            "--format",
            "json",
        ]);
        assert_eq!(status(&run.exits(1)), ["revoked"]);
    }
    // As openssl takes it: the later list that does not name it counts.
    let run = scene.bench.run([
        "crl",
        "lookup",
        utf8(&scene.revoked),
        "--list",
        utf8(&before),
        "--list",
        utf8(&scene.list),
        "--issuer",
        utf8(&issuer),
        "--at",
        "2025-01-06T00:00:00Z",
        "--format",
        "json",
    ]);
    let by = run.exits(1).json()["certificates"][0]["by"].to_string();
    assert!(by.contains("before.crl"), "{by}");
}

#[test]
fn a_forged_list_says_nothing() {
    let scene = Scene::new("forged");
    let der = scene.bench.path("forged.crl");
    openssl(&[
        "crl",
        "-in",
        utf8(&scene.list),
        "-outform",
        "DER",
        "-out",
        utf8(&der),
    ]);
    let mut bytes = std::fs::read(&der).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    std::fs::write(&der, bytes).unwrap();
    let issuer = scene.sub.certificate();
    for leaf in [&scene.good, &scene.revoked] {
        let run = scene.bench.run([
            "crl",
            "lookup",
            utf8(leaf),
            "--list",
            "forged.crl",
            "--issuer",
            utf8(&issuer),
            "--at",
            "2025-01-15T00:00:00Z",
            "--format",
            "json",
        ]);
        let run = run.exits(3);
        assert_eq!(run.json()["lists"][0]["signed"], false);
        assert_eq!(status(&run), ["undetermined"]);
    }
}

#[test]
fn a_serial_number_is_looked_up_as_openssl_prints_it() {
    let scene = Scene::new("serial");
    for (leaf, code) in [(&scene.good, 0), (&scene.revoked, 1)] {
        let text = openssl(&["x509", "-noout", "-serial", "-in", utf8(leaf)]);
        let serial = text.trim().strip_prefix("serial=").unwrap();
        scene.look_up(&[serial], &[]).exits(code);
    }
}

#[test]
fn mistakes_are_refused_with_a_hint() {
    let scene = Scene::new("mistakes");
    let (leaf, root) = (
        utf8(&scene.good).to_owned(),
        pki::sha256().root.certificate(),
    );
    scene
        .look_up(&["missing.pem"], &[])
        .refuses("could not read");
    scene
        .look_up(&[utf8(&root)], &[])
        .refuses("nobody revokes a root");
    scene.bench.write("page.crl", "<!DOCTYPE html><html>");
    let with = |list: &str| scene.bench.run(["crl", "lookup", &leaf, "--list", list]);
    with("page.crl").refuses("a web page");
    with(&leaf).refuses("holds no revocation list");
    with("missing.crl").refuses("could not read");
    scene
        .bench
        .run(["crl", "lookup", &leaf])
        .refuses("no `ptl.toml`");
    let cache = ["--cache", "nowhere", "--issuer", &leaf];
    let kept = scene.bench.run([&["crl", "status"][..], &cache].concat());
    kept.refuses("no list is kept in `nowhere`")
        .complains("ptl crl fetch");
}

#[test]
fn a_list_that_does_not_outlive_the_next_run_fails() {
    let scene = Scene::new("status");
    let issuer = scene.sub.certificate();
    // It is of January 2025.
    let status = |at: &str, more: &[&str]| {
        let arguments = [
            "crl",
            "status",
            utf8(&scene.list),
            "--at",
            at,
            "--format",
            "json",
        ];
        scene.bench.run([&arguments[..], more].concat())
    };
    let signed = ["--issuer", utf8(&issuer)];
    for (at, every, code, standing) in [
        ("2025-01-15T00:00:00Z", None, 0, "holds"),
        ("2025-01-24T23:59:59Z", Some("7d"), 0, "holds"),
        (
            "2025-01-25T00:00:00Z",
            Some("7d"),
            1,
            "ends-before-next-run",
        ),
        (
            "2025-01-31T23:00:00Z",
            Some("90m"),
            1,
            "ends-before-next-run",
        ),
        ("2025-01-31T23:59:59Z", None, 0, "holds"),
        ("2025-02-01T00:00:00Z", None, 1, "ended"),
        ("2024-12-31T23:59:59Z", None, 1, "from-the-future"),
    ] {
        let every = every.map_or(Vec::new(), |every| vec!["--every", every]);
        let run = status(at, &[&signed[..], &every].concat()).exits(code);
        let document = run.json();
        conforms("crl-status", &document);
        let list = &document["lists"][0];
        assert_eq!(list["standing"], standing, "{at} {every:?}");
        assert_eq!(list["next"].is_null(), standing == "holds");
        assert_eq!(
            (&list["entries"], &list["signed"]),
            (&1.into(), &true.into())
        );
    }
    let run = status("2025-01-15T00:00:00Z", &[]).exits(3);
    assert_eq!(run.json()["lists"][0]["standing"], "unverified");
    status("2025-01-15T00:00:00Z", &["--every", "weekly"]).refuses("is no duration");
    status("2025-01-15T00:00:00Z", &["--every", "0s"]).refuses("is no duration");
    let human = [
        "crl",
        "status",
        utf8(&scene.list),
        "--issuer",
        utf8(&issuer),
        "--every",
        "7d",
    ];
    let at = ["--at", "2025-01-30T00:00:00Z"];
    scene
        .bench
        .run([&human[..], &at].concat())
        .exits(1)
        .says("ends on 2025-02-01 00:00Z, before the next run")
        .says("Fetch it more often");
}
