//! `ptl trust show`: how generations stand, and where each pinned CA is found.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::{
    chain_files::utf8,
    pki,
    schemas::conforms,
    support::{Bench, Run, provider_install},
};

/// Where a CA of the profile can be downloaded, and how sure that it is needed.
pub(crate) struct Pins<'a> {
    /// The URL of the root.
    pub(crate) root: Option<&'a str>,
    /// The URL of the sub CA.
    pub(crate) sub: Option<&'a str>,
    /// The one host of the profile.
    pub(crate) host: &'a str,
    /// How far the profile can be trusted.
    pub(crate) confidence: &'a str,
}

impl Default for Pins<'_> {
    fn default() -> Self {
        Self {
            root: None,
            sub: None,
            host: "127.0.0.1",
            confidence: "A",
        }
    }
}

impl Pins<'_> {
    /// Writes a profile whose one generation, `g2`, in force since 2024, is the SHA-256 family of this run.
    pub(crate) fn write(&self, bench: &Bench) -> PathBuf {
        let family = pki::sha256();
        let source = "provenance = { source = \"this run\", confidence = \"A\" }";
        let mut text = format!(
            "schema = 1\nid = \"int\"\nname = \"Here\"\npage = \"https://example.org/\"\n\
             [desk]\nname = \"the desk\"\nmail = \"desk@example.org\"\n{source}\n\
             [tls]\nmin_version = \"1.2\"\nciphers = []\n{source}\n\
             [[host]]\nname = \"{}\"\nport = 80\ndirection = \"out\"\nnetwork = \"hscn\"\nprotocol = \"http\"\n\
             purpose = \"ca-download\"\n{source}\n\
             [[generation]]\nid = \"g2\"\ntitle = \"Test\"\naccept = {{ from = 2024-01-01 }}\n\
             present = {{ from = 2024-01-01 }}\nrevocation = \"none\"\n\
             provenance = {{ source = \"this run\", confidence = \"{}\" }}\n",
            self.host, self.confidence
        );
        let pins = [
            (
                "[generation.root]",
                family.root.certificate(),
                self.root,
                "Test Root sha256",
            ),
            (
                "[[generation.sub]]",
                family.sub.certificate(),
                self.sub,
                "Test Sub sha256",
            ),
        ];
        for (header, file, url, name) in pins {
            let url = url.map_or_else(String::new, |url| format!("url = \"{url}\"\n"));
            text += &format!(
                "{header}\nname = \"{name}\"\nsubject = \"CN={name},OU=CA,O=nhs\"\nsha256 = \"{}\"\nsha1 = \"{}\"\n\
                 not_before = 2020-01-01T00:00:00Z\nnot_after = 2040-01-01T00:00:00Z\n{url}{source}\n",
                fingerprint(&file, "-sha256"),
                fingerprint(&file, "-sha1"),
            );
        }
        bench.write("here.toml", text)
    }
}

/// A certificate's fingerprint as openssl says it, in lower-case hex.
pub(crate) fn fingerprint(certificate: &Path, hash: &str) -> String {
    let line = pki::openssl(&[
        "x509",
        "-noout",
        "-fingerprint",
        hash,
        "-in",
        utf8(certificate),
    ]);
    let (_, colons) = line.trim().split_once('=').unwrap();
    colons.replace(':', "").to_lowercase()
}

fn show(bench: &Bench, more: &[&str]) -> Run {
    let start = ["trust", "show", "--env", "here.toml", "--format", "json"];
    bench.run([&start[..], more].concat())
}

/// What became of root and sub CA.
fn states(run: &Run) -> [String; 2] {
    let document = run.json();
    conforms("trust", &document);
    let authorities = &document["generations"][0]["authorities"];
    [0, 1].map(|place| authorities[place]["state"].as_str().unwrap().to_owned())
}

fn found(run: &Run, place: usize) -> Value {
    run.json()["generations"][0]["authorities"][place]["found"].clone()
}

#[test]
fn a_ca_is_found_in_files_and_folders_by_its_fingerprint_alone() {
    let bench = Bench::new();
    Pins::default().write(&bench);
    let family = pki::sha256();
    let run = show(&bench, &[]).exits(1);
    assert_eq!(states(&run), ["missing", "missing"]);
    std::fs::copy(family.root.certificate(), bench.write("some/root.crt", "")).unwrap();
    std::fs::copy(family.sub.certificate(), bench.path("sub.der")).unwrap();
    let run = show(&bench, &["some"]).exits(1);
    assert_eq!(states(&run), ["found", "missing"]);
    assert_eq!(found(&run, 0), serde_json::json!(["some"]));
    let run = show(&bench, &["some", "sub.der"]).exits(0);
    assert_eq!(states(&run), ["found", "found"]);
    let root = &run.json()["generations"][0]["authorities"][0];
    assert_eq!(
        root["sha1"],
        fingerprint(&family.root.certificate(), "-sha1")
    );
    assert_eq!(root["role"], "root");
    let text = bench.run(["trust", "show", "--env", "here.toml", "some", "sub.der"]);
    assert!(
        text.stdout.lines().all(|line| line.chars().count() <= 80),
        "{text}"
    );
    assert_eq!(
        text.answer(),
        "int: every CA of the generations in force was found."
    );
    show(&bench, &["missing.pem"]).refuses("could not read");
}

#[test]
fn the_install_and_the_system_are_looked_through_too() {
    let root = pki::sha256().root.certificate();
    let bench = Bench::new().variable("SSL_CERT_FILE", utf8(&root));
    Pins::default().write(&bench);
    let sub = pki::sha256().sub.certificate();
    let settings = format!("certificate = {sub:?}\nchain = {sub:?}\ntrust = [{sub:?}]\n");
    bench.write("ptl.toml", provider_install(&settings));
    let run = show(&bench, &[]).exits(0);
    assert_eq!(found(&run, 0), serde_json::json!(["system"]));
    let shown = utf8(&sub);
    let places = ["trust", "chain", "certificate"].map(|setting| format!("{setting} {shown}"));
    assert_eq!(found(&run, 1), serde_json::json!(places));
}

#[test]
fn another_certificate_of_that_name_is_named_and_is_not_the_ca() {
    let bench = Bench::new();
    Pins::default().write(&bench);
    let name = "/O=NHS/OU=ca/CN=Test Root sha256";
    let key = pki::sha256().leaf.key.clone();
    let forged = bench.path("forged.pem");
    pki::openssl(&[
        "req",
        "-x509",
        "-new",
        "-key",
        utf8(&key),
        "-subj",
        name,
        "-days",
        "9",
        "-out",
        utf8(&forged),
    ]);
    let run = show(&bench, &["forged.pem"]).exits(1);
    assert_eq!(states(&run), ["missing", "missing"]);
    let namesake = &run.json()["generations"][0]["authorities"][0]["namesakes"][0];
    assert_eq!(namesake["sha256"], fingerprint(&forged, "-sha256"));
    bench
        .run(["trust", "show", "--env", "here.toml", "forged.pem"])
        .says("NOT IT");
}

#[test]
fn what_cannot_be_known_is_no_failure_and_no_pass() {
    let bench = Bench::new();
    // A weak source says that it is needed.
    Pins {
        confidence: "C",
        ..Pins::default()
    }
    .write(&bench);
    let run = show(&bench, &[]).exits(3);
    assert_eq!(states(&run), ["unknown", "unknown"]);
    // A file of the install is damaged: the CA may be in it.
    Pins::default().write(&bench);
    bench.write(
        "bad.pem",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    );
    bench.write("ptl.toml", provider_install("trust = [\"bad.pem\"]\n"));
    let run = show(&bench, &[]).exits(3);
    assert_eq!(states(&run), ["unknown", "unknown"]);
    assert!(
        run.json()["places"][0]["problems"][0]
            .as_str()
            .unwrap()
            .contains("bad.pem")
    );
    // One that is not there holds nothing.
    std::fs::remove_file(bench.path("bad.pem")).unwrap();
    assert_eq!(states(&show(&bench, &[]).exits(1)), ["missing", "missing"]);
    // Nothing is in force.
    let run = show(&bench, &["--at", "2021-01-01T00:00:00Z"]).exits(3);
    assert_eq!(states(&run), ["not-needed", "not-needed"]);
}

#[test]
fn require_of_the_install_goes_before_the_dates() {
    let bench = Bench::new();
    Pins::default().write(&bench);
    bench.write("ptl.toml", provider_install("require = [\"g2\"]\n"));
    let run = show(&bench, &["--at", "2021-01-01T00:00:00Z"]).exits(1);
    assert_eq!(run.json()["generations"][0]["overridden"], true);
}

#[test]
fn a_ca_that_has_ended_is_said_to_have() {
    let run = Bench::new().run([
        "trust",
        "show",
        "--env",
        "int",
        "--at",
        "2033-01-01T00:00:00Z",
    ]);
    // The sub CA of G2 ends in 2032, its root in 2042.
    run.says("2022-08-04 to 2032-08-04: ENDED")
        .says("2022-08-02 to 2042-08-02\n");
}

#[test]
fn an_environment_must_be_known_and_every_shipped_one_can_be_shown() {
    let bench = Bench::new();
    bench
        .run(["trust", "show"])
        .refuses("no environment is named");
    bench
        .run(["trust", "show", "--env", "itn"])
        .refuses("no environment `itn`");
    bench
        .run(["trust", "show", "--env", "int", "--install", "nowhere"])
        .refuses("nowhere");
    bench
        .run(["trust", "show", "--env", "int", "--format", "junit"])
        .refuses("junit");
    for environment in ["int", "dep", "live"] {
        let run = bench.run(["trust", "show", "--env", environment, "--format", "json"]);
        conforms("trust", &run.json());
        let run = bench.run(["trust", "show", "--env", environment]);
        assert!(run.answer().contains("`ptl trust fetch --env"), "{run}");
    }
}
