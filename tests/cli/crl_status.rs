//! `ptl crl status` of lists by which nothing can be said.

use std::path::{Path, PathBuf};

use crate::{chain_files::utf8, list_host::Scene, pki::Leaf, schemas::conforms, support::Run};

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
