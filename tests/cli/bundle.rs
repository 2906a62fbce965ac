//! `ptl bundle`: which files, for whom to read, and what the manifest says of them.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    sync::OnceLock,
};

use serde_json::Value;

use crate::{
    chain_files::utf8,
    chain_install::{here, install_with_lists, settings},
    pki::{self, openssl},
    schemas::conforms,
    support::{Bench, Run},
};

pub(crate) const SECRET: &str = "correct horse battery";
pub(crate) const AT: &str = "2025-01-01T00:00:00Z";

/// A bench with a passphrase in `secret`.
pub(crate) fn bench() -> Bench {
    with_secret(Bench::new())
}

fn with_secret(bench: Bench) -> Bench {
    let secret = bench.write("secret", format!("{SECRET}\n"));
    pki::restrict(&secret);
    pki::restrict(&pki::sha256().leaf.key);
    bench
}

/// An install whose one generation is the SHA-256 family of this run.
pub(crate) fn bench_with_install() -> Bench {
    with_secret(install_with_lists(&settings(
        &pki::sha256().leaf.certificate,
    )))
}

/// Runs `ptl bundle` in the install.
pub(crate) fn bundle(bench: &Bench, server: &str, more: &[&str]) -> Run {
    let profile = here(bench);
    let order = ["bundle", "--for", server, "--env", utf8(&profile)];
    let lists = lists();
    let lists = ["--crl", utf8(&lists[0]), utf8(&lists[1])];
    bench.run([&order[..], &["--at", AT], &lists, more].concat())
}

/// The family's lists, of the root and of the sub CA: whole ones, on which nobody is.
pub(crate) fn lists() -> &'static [PathBuf; 2] {
    static LISTS: OnceLock<[PathBuf; 2]> = OnceLock::new();
    LISTS.get_or_init(|| {
        let family = pki::sha256();
        let list = |ca: &pki::Authority| ca.list("bundle.crl", pki::FROM, pki::UNTIL);
        [list(&family.root), list(&family.sub)]
    })
}

/// Runs `ptl bundle` on the family's files, without an install, into `new`.
pub(crate) fn plain(bench: &Bench, server: &str, more: &[&str]) -> Run {
    let family = pki::sha256();
    let (root, sub) = (family.root.certificate(), family.sub.certificate());
    let leaf = &family.leaf;
    let mut order = vec!["bundle", "--for", server, "--at", AT, "--out", "new"];
    order.extend(["--cert", utf8(&leaf.certificate), "--key", utf8(&leaf.key)]);
    order.extend(["--chain", utf8(&sub), "--trust", utf8(&root), utf8(&sub)]);
    let lists = lists();
    order.extend(["--crl", utf8(&lists[0]), utf8(&lists[1])]);
    order.extend(more);
    bench.run(order)
}

pub(crate) fn manifest(bench: &Bench, folder: &str) -> Value {
    let text = bench.read(&format!("{folder}/manifest.json"));
    let manifest = serde_json::from_str(&text).unwrap();
    conforms("bundle", &manifest);
    manifest
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

/// The SHA-256 fingerprints of the certificates of a PEM file, in its order.
fn fingerprints(bench: &Bench, file: &str) -> Vec<String> {
    let text = bench.read(file);
    let blocks = text.split_inclusive("-----END CERTIFICATE-----\n");
    let blocks = blocks.filter(|block| block.contains("BEGIN CERTIFICATE"));
    blocks
        .map(|block| {
            let one = bench.write("one.pem", block);
            let asked = [
                "x509",
                "-noout",
                "-fingerprint",
                "-sha256",
                "-in",
                utf8(&one),
            ];
            openssl(&asked)
        })
        .collect()
}

fn fingerprint(file: &Path) -> String {
    openssl(&[
        "x509",
        "-noout",
        "-fingerprint",
        "-sha256",
        "-in",
        utf8(file),
    ])
}

#[test]
fn each_server_gets_its_files_and_its_lines() {
    let stores = ["--new-passphrase-file", "secret"];
    for (server, more, files, line) in [
        (
            "nginx",
            &[][..],
            &[
                "fullchain.pem",
                "lists.pem",
                "manifest.json",
                "private.key",
                "trust.pem",
            ][..],
            "ssl_crl /",
        ),
        (
            "apache",
            &[],
            &[
                "fullchain.pem",
                "lists.pem",
                "manifest.json",
                "private.key",
                "trust.pem",
            ],
            "SSLCARevocationCheck chain",
        ),
        (
            "haproxy",
            &[],
            &["haproxy.pem", "lists.pem", "manifest.json", "trust.pem"],
            "verify required crl-file /",
        ),
        (
            "tomcat",
            &stores,
            &[
                "identity.p12",
                "lists.pem",
                "manifest.json",
                "truststore.p12",
            ],
            "certificateKeyAlias=\"example.thirdparty.nhs.uk\"",
        ),
        (
            "java",
            &stores,
            &[
                "identity.p12",
                "lists.pem",
                "manifest.json",
                "truststore.p12",
            ],
            "-Djavax.net.ssl.trustStore=/",
        ),
        (
            "iis",
            &stores,
            &[
                "identity.pfx",
                "list-test-root-sha256.crl",
                "list-test-sub-sha256.crl",
                "manifest.json",
                "root-test-root-sha256.cer",
                "sub-test-sub-sha256.cer",
            ],
            "certutil -addstore -f CA list-test-sub-sha256.crl",
        ),
    ] {
        let bench = bench_with_install();
        let folder = format!("bundle-{server}-int");
        let run = bundle(&bench, server, more).exits(0).complains_not();
        assert!(
            run.answer()
                .ends_with("peers of g2; next: give it the lines below"),
            "{run}"
        );
        let run = run.says(line);
        let mut made = bench.files();
        made.retain(|file| file.starts_with(&folder));
        let wanted: Vec<_> = files
            .iter()
            .map(|file| format!("{folder}/{file}"))
            .collect();
        assert_eq!(made, wanted);
        assert_eq!(mode(&bench.path(&folder)), 0o700);
        for file in &made {
            assert_eq!(mode(&bench.path(file)), 0o600, "{file}");
        }
        assert!(!run.stdout.contains("PRIVATE KEY") && !run.stdout.contains(SECRET));
        let manifest = manifest(&bench, &folder);
        assert_eq!(
            (&manifest["server"], &manifest["complete"]),
            (&server.into(), &true.into())
        );
        assert_eq!(manifest["files"].as_array().unwrap().len() + 1, files.len());
        assert_eq!(manifest["generations"][0]["missing"], serde_json::json!([]));
    }
}

#[test]
fn the_chain_stands_in_order_without_the_root_and_the_key_is_its_own() {
    let family = pki::sha256();
    let bench = bench();
    // The worst order, the root twice, and a stranger.
    let all = [&family.root, &pki::sha1().sub, &family.sub, &family.root];
    let all = all.map(|ca| fs::read(ca.certificate()).unwrap()).concat();
    let all = bench.write("all.pem", all);
    plain(&bench, "nginx", &["--chain", utf8(&all)]).exits(0);
    assert_eq!(
        fingerprints(&bench, "new/fullchain.pem"),
        [&family.leaf.certificate, &family.sub.certificate()].map(|file| fingerprint(file))
    );
    assert_eq!(
        fingerprints(&bench, "new/trust.pem"),
        [family.root.certificate(), family.sub.certificate()].map(|file| fingerprint(&file))
    );
    let key = |file: &Path| openssl(&["pkey", "-pubout", "-in", utf8(file)]);
    assert_eq!(key(&bench.path("new/private.key")), key(&family.leaf.key));
    let manifest = manifest(&bench, "new");
    assert_eq!(manifest["environment"], Value::Null);
    let of = |role: &str| {
        let files = manifest["files"].as_array().unwrap();
        files
            .iter()
            .find(|file| file["role"] == role)
            .unwrap()
            .clone()
    };
    assert_eq!(
        of("key")["sha256"],
        Value::Null,
        "nothing of a key leaves its file"
    );
    let digest = openssl(&["dgst", "-sha256", "-r", utf8(&bench.path("new/trust.pem"))]);
    assert!(digest.starts_with(of("trust")["sha256"].as_str().unwrap()));
}

#[test]
fn a_sub_ca_that_only_the_trust_files_have_is_sent_all_the_same() {
    let family = pki::sha256();
    let sub = format!("chain = \"{}\"\n", utf8(&family.sub.certificate()));
    let bench = with_secret(install_with_lists(
        &settings(&family.leaf.certificate).replace(&sub, ""),
    ));
    bundle(&bench, "nginx", &[]).exits(0);
    let chain = fingerprints(&bench, "bundle-nginx-int/fullchain.pem");
    assert_eq!(chain[1], fingerprint(&family.sub.certificate()));
}

#[test]
fn what_the_generations_in_force_do_not_need_is_left_out_and_said() {
    let bench = bench_with_install();
    let stranger = pki::sha1().root.certificate();
    let text = bench.read("ptl.toml");
    let trust = format!("trust = [\"{}\", ", utf8(&stranger));
    bench.write("ptl.toml", text.replace("trust = [", &trust));
    bundle(&bench, "nginx", &["--strict"])
        .exits(1)
        .says("TRUST-007");
    bundle(&bench, "nginx", &[])
        .exits(0)
        .says("TRUST-007")
        .says("`Test Root sha1` is left out");
    let trust = fingerprints(&bench, "bundle-nginx-int/trust.pem");
    assert!(trust.len() == 2 && !trust.contains(&fingerprint(&stranger)));
}

#[test]
fn json_is_the_manifest() {
    let bench = bench_with_install();
    let run = bundle(&bench, "nginx", &["--format", "json"]).exits(0);
    assert_eq!(run.json(), manifest(&bench, "bundle-nginx-int"));
    bundle(&bench, "nginx", &["--format", "junit"]).refuses("--format junit");
    let bench = bench_with_install();
    let quiet = bundle(&bench, "nginx", &["--quiet"]).exits(0);
    assert_eq!(quiet.stdout.lines().count(), 1, "{quiet}");
}

#[test]
fn a_path_with_spaces_is_one_word_in_the_lines() {
    let bench = bench_with_install();
    bundle(&bench, "nginx", &["--out", "my bundle"])
        .exits(0)
        .says("my bundle/fullchain.pem\";");
}

#[test]
fn a_bundle_in_a_work_tree_that_git_would_take_along_is_warned_of() {
    let bench = bench_with_install();
    let git = |arguments: &[&str]| {
        let mut git = std::process::Command::new("git");
        assert!(
            git.args(arguments)
                .current_dir(bench.folder())
                .status()
                .unwrap()
                .success()
        );
    };
    git(&["init", "--quiet"]);
    bundle(&bench, "nginx", &[]).exits(0).says("git work tree");
    bench.write(".gitignore", "bundle-*/\n");
    let run = bundle(&bench, "apache", &[]).exits(0);
    assert!(!run.stdout.contains("git work tree"), "{run}");
}

#[test]
fn a_store_of_windows_is_taken_apart() {
    let family = pki::sha256();
    let bench = bench();
    let store = bench.path("identity.pfx");
    let (sub, root) = (family.sub.certificate(), family.root.certificate());
    let secret = format!("pass:{SECRET}");
    let mut made = vec!["pkcs12", "-export", "-in", utf8(&family.leaf.certificate)];
    made.extend(["-inkey", utf8(&family.leaf.key), "-certfile", utf8(&sub)]);
    made.extend(["-passout", &secret, "-out", utf8(&store)]);
    openssl(&made);
    pki::restrict(&store);
    let mut order = vec!["bundle", "--for", "nginx", "--at", AT, "--out", "new"];
    order.extend(["--cert", utf8(&store), "--key", utf8(&store)]);
    order.extend(["--trust", utf8(&root), "--passphrase-file", "secret"]);
    order.push("--no-lists");
    bench.run(&order).exits(0);
    assert_eq!(fingerprints(&bench, "new/fullchain.pem").len(), 2);
    let key = bench.path("new/private.key");
    let opened = ["pkey", "-pubout", "-in", utf8(&key), "-passin", &secret];
    assert_eq!(
        openssl(&opened),
        openssl(&["pkey", "-pubout", "-in", utf8(&family.leaf.key)])
    );
}
