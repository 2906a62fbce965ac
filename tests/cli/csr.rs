//! `ptl csr`: what it makes, as the `openssl` command reads it, and what it says.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Command, Stdio},
    sync::OnceLock,
};

use crate::{
    pki::openssl,
    schemas::conforms,
    support::{Bench, Run},
};

pub(crate) const NAME: &str = "example.thirdparty.nhs.uk";
pub(crate) const KEY: &str = "example.thirdparty.nhs.uk.key";
pub(crate) const CSR: &str = "example.thirdparty.nhs.uk.csr";

/// An RSA key that the `openssl` command made: PKCS#8 PEM, not encrypted.
pub(crate) fn key() -> &'static str {
    static KEY: OnceLock<String> = OnceLock::new();
    KEY.get_or_init(|| openssl(&["genpkey", "-quiet", "-algorithm", "RSA"]))
}

/// The mode bits of a file of the bench.
pub(crate) fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

/// The DER of the public key of a key's file, then of a request's, as hex.
#[track_caller]
pub(crate) fn public_keys(key: &Path, csr: &Path) -> (String, String) {
    let text = |path: &Path| path.to_str().unwrap().to_owned();
    (
        openssl(&["pkey", "-pubout", "-in", &text(key)]),
        openssl(&["req", "-pubkey", "-noout", "-verify", "-in", &text(csr)]),
    )
}

fn made() -> (Bench, Run) {
    let bench = Bench::new();
    let run = bench
        .run(["csr", "--fqdn", NAME, "--format", "json"])
        .exits(0)
        .complains_not();
    (bench, run)
}

/// Asserts that nothing that was said holds a line of the key.
#[track_caller]
pub(crate) fn keeps_the_key_to_itself(bench: &Bench, file: &str, run: &Run) {
    for line in bench
        .read(file)
        .lines()
        .filter(|line| !line.starts_with('-'))
    {
        assert!(!run.stdout.contains(line) && !run.stderr.contains(line));
    }
    assert!(!run.stdout.contains("PRIVATE KEY"), "{run}");
}

#[test]
fn the_openssl_command_finds_the_name_a_sound_signature_and_nothing_else() {
    let (bench, run) = made();
    assert_eq!(bench.files(), [CSR, KEY]);
    let csr = bench.path(CSR);
    let text = openssl(&[
        "req",
        "-verify",
        "-noout",
        "-text",
        "-in",
        csr.to_str().unwrap(),
    ]);
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    for line in [
        &format!("Subject: CN = {NAME}"),
        "Public-Key: (2048 bit)",
        "Signature Algorithm: sha256WithRSAEncryption",
        &format!("DNS:{NAME}"),
    ] {
        assert!(lines.contains(&line), "no `{line}` in\n{text}");
    }
    let extensions = lines.iter().filter(|line| line.starts_with("X509v3"));
    assert_eq!(extensions.count(), 1, "{text}");
    assert!(!text.contains("email") && !text.contains("challenge"));
    let key = bench.path(KEY);
    openssl(&["pkey", "-check", "-noout", "-in", key.to_str().unwrap()]);
    let (of_key, of_csr) = public_keys(&key, &csr);
    assert_eq!(of_key, of_csr);
    keeps_the_key_to_itself(&bench, KEY, &run);
}

#[test]
fn the_digest_that_is_shown_is_that_of_the_public_key() {
    let (bench, run) = made();
    let document = run.json();
    conforms("csr", &document);
    let der = bench.path("public.der");
    let key = bench.path(KEY);
    openssl(&[
        "pkey",
        "-pubout",
        "-outform",
        "DER",
        "-in",
        key.to_str().unwrap(),
        "-out",
        der.to_str().unwrap(),
    ]);
    let digest = openssl(&["dgst", "-sha256", "-r", der.to_str().unwrap()]);
    assert_eq!(digest.split(' ').next(), document["spki-sha256"].as_str());
    bench
        .run(["csr", "lint", CSR, "--fqdn", NAME, "--format", "json"])
        .exits(0)
        .finds("CSR-001", CSR, "pass")
        .finds("CSR-005", CSR, "pass");
}

#[test]
fn the_key_is_its_owners_alone_whatever_the_umask() {
    for umask in ["000", "022", "777"] {
        let bench = Bench::new();
        let status = Command::new("sh")
            .args(["-c", "umask $0; exec \"$@\"", umask])
            .args([env!("CARGO_BIN_EXE_ptl"), "csr", "--fqdn", NAME])
            .current_dir(bench.folder())
            .stdout(Stdio::null())
            .status()
            .unwrap();
        assert!(status.success());
        assert_eq!(mode(&bench.path(KEY)), 0o600, "umask {umask}");
    }
}

#[test]
fn larger_keys_are_made_and_smaller_ones_refused() {
    let bench = Bench::new();
    for bits in ["3072", "4096"] {
        fs::create_dir(bench.path(bits)).unwrap();
        bench
            .run(["csr", "--fqdn", NAME, "--out", bits, "--bits", bits])
            .exits(0);
        let csr = bench.path(bits).join(CSR);
        let text = openssl(&[
            "req",
            "-verify",
            "-noout",
            "-text",
            "-in",
            csr.to_str().unwrap(),
        ]);
        assert!(text.contains(&format!("({bits} bit)")), "{text}");
    }
    bench
        .run(["csr", "--fqdn", NAME, "--bits", "1024"])
        .exits(2)
        .complains("2048, 3072, 4096");
}

#[test]
fn without_alternative_name_the_request_has_no_attribute_at_all() {
    let bench = Bench::new();
    bench.write("old.key", key());
    bench
        .run(["csr", "--fqdn", NAME, "--no-san", "--from-key", "old.key"])
        .exits(0)
        .says("(common name alone)");
    let csr = bench.path(CSR);
    let text = openssl(&[
        "req",
        "-verify",
        "-noout",
        "-text",
        "-in",
        csr.to_str().unwrap(),
    ]);
    assert!(!text.contains("X509v3") && !text.contains("DNS:"), "{text}");
}

#[test]
fn a_name_in_capitals_is_put_into_lower_case_and_that_is_said() {
    let bench = Bench::new();
    bench.write("old.key", key());
    bench
        .run([
            "csr",
            "--fqdn",
            "Example.ThirdParty.NHS.uk",
            "--from-key",
            "old.key",
        ])
        .exits(0)
        .complains("note: the name is put into lower case");
    assert_eq!(bench.files(), [CSR, "old.key"]);
}

#[test]
fn a_name_that_cannot_be_signed_is_refused_with_all_its_problems_and_nothing_is_made() {
    let bench = Bench::new();
    bench
        .run(["csr", "--fqdn", "a-.b_c.example.com"])
        .refuses("cannot be an endpoint's name")
        .complains("hyphen")
        .complains("`b_c`")
        .complains("not under nhs.uk");
    for name in [
        "*.nhs.uk",
        "example.nhs.uk:443",
        "example.nhs.uk.",
        "",
        "../a.nhs.uk",
        "a\u{1b}[2J.nhs.uk",
    ] {
        let run = bench.run(["csr", "--fqdn", name]).refuses("cannot be");
        assert!(!run.stderr.contains('\u{1b}'));
    }
    assert_eq!(bench.files(), [""; 0]);
}

#[test]
fn integration_and_live_differ_in_what_is_sent_where() {
    let bench = Bench::new();
    bench.write("old.key", key());
    let run = |environment: &str, out: &str| {
        fs::create_dir(bench.path(out)).unwrap();
        bench
            .run([
                "csr",
                "--fqdn",
                NAME,
                "--env",
                environment,
                "--out",
                out,
                "--from-key",
                "old.key",
            ])
            .exits(0)
            .says("Name:         [your name]")
            .says("Phone:        [your phone]")
            .says(&format!("Common name:  {NAME}"))
            .says("-----BEGIN CERTIFICATE REQUEST-----")
    };
    let int = run("int", "one")
        .says("itoc.supportdesk@nhs.net")
        .says("combined-endpoint-and-service-registration-request");
    assert!(!int.stdout.contains("dir@nhs.net"), "{int}");
    assert!(int.answer().contains("send one/"), "{int}");
    let live = run("live", "two")
        .says("dir@nhs.net")
        .says("Technical Conformance Certificate");
    assert!(!live.stdout.contains("itoc.supportdesk@nhs.net"), "{live}");
    fs::create_dir(bench.path("three")).unwrap();
    bench
        .run([
            "csr",
            "--fqdn",
            NAME,
            "--out",
            "three",
            "--from-key",
            "old.key",
        ])
        .exits(0)
        .says("itoc.supportdesk@nhs.net")
        .says("dir@nhs.net");
}

#[test]
fn the_request_in_the_mail_is_the_one_in_the_file() {
    let (bench, run) = made();
    let document = run.json();
    let request = bench.read(CSR);
    for desk in document["desks"].as_array().unwrap() {
        assert!(desk["body"].as_str().unwrap().ends_with(&request));
    }
    assert_eq!(document["desks"].as_array().unwrap().len(), 2);
}

#[test]
fn a_key_in_a_git_work_tree_is_warned_of_unless_it_is_ignored() {
    let bench = Bench::new();
    bench.write("old.key", key());
    let git = Command::new("git")
        .args(["init", "--quiet"])
        .current_dir(bench.folder())
        .status()
        .expect("the `git` command is installed");
    assert!(git.success());
    let run = |name: &str| {
        bench
            .run(["csr", "--fqdn", name, "--from-key", "old.key"])
            .exits(0)
    };
    run("a.nhs.uk").says("is not ignored");
    bench.write(".gitignore", "*.key\n");
    let ignored = run("b.nhs.uk");
    assert!(!ignored.stdout.contains("git work tree"), "{ignored}");
}

#[test]
fn what_was_made_is_no_test_and_never_replaced_by_its_own_report() {
    let bench = Bench::new();
    bench
        .run(["csr", "--fqdn", NAME, "--format", "junit"])
        .refuses("no test");
    for target in [KEY, CSR, "./example.thirdparty.nhs.uk.key"] {
        bench
            .run(["csr", "--fqdn", NAME, "--output", target])
            .refuses("take the place");
    }
    assert_eq!(bench.files(), [""; 0]);
    bench.write("other.pem", key());
    bench
        .run(["csr", "--fqdn", NAME, "--output", "other.pem"])
        .refuses("holds a private key");
    assert_eq!(bench.read("other.pem"), key());
    bench
        .run(["csr", "--fqdn", NAME, "--output", "made.txt"])
        .exits(0)
        .says_nothing();
    assert!(bench.read("made.txt").contains(NAME));
}

#[test]
fn a_report_replaces_no_key_of_any_form_and_nothing_that_ptl_reads() {
    let bench = Bench::new();
    bench.write("other.pem", key());
    let run = |form: &str, out: &str| {
        let (from, to) = (bench.path("other.pem"), bench.path(out));
        let (from, to) = (from.to_str().unwrap(), to.to_str().unwrap());
        openssl(&["pkey", "-in", from, "-outform", form, "-out", to]);
    };
    run("DER", "renamed.bin");
    for (file, content) in [
        ("ptl.toml", "schema = 1\n"),
        ("checklist.toml", "schema = 1\n"),
        ("leaf.CRT", "-----BEGIN CERTIFICATE-----\n"),
    ] {
        bench.write(file, content);
        bench
            .run(["explain", "--list", "--output", file])
            .refuses("never overwritten");
        assert_eq!(bench.read(file), content);
    }
    let before = std::fs::read(bench.path("renamed.bin")).unwrap();
    bench
        .run(["explain", "--list", "--output", "renamed.bin"])
        .refuses("holds a private key");
    assert_eq!(std::fs::read(bench.path("renamed.bin")).unwrap(), before);
    for (file, content) in [
        ("mail.txt", "the answer of the desk"),
        ("plan.pdf", "%PDF-1.7"),
        ("notes.json", "{ \"mine\": 1 }"),
    ] {
        bench.write(file, content);
        bench
            .run(["explain", "--list", "--output", file])
            .refuses("does not begin as a report of ptl");
        assert_eq!(bench.read(file), content);
    }
    // An empty file and an older report are replaced, through no symlink.
    bench.write("report.json", "");
    for _ in 0..2 {
        let order = ["explain", "--list", "--format", "json"];
        bench
            .run([&order[..], &["--output", "report.json"]].concat())
            .exits(0);
    }
    std::os::unix::fs::symlink("report.json", bench.path("link.json")).unwrap();
    bench
        .run(["explain", "--list", "--output", "link.json"])
        .refuses("is a symlink");
    assert!(bench.read("report.json").contains("CHAIN-001"));
}

#[test]
fn a_request_for_no_environment_in_particular_is_for_one_of_them() {
    let (_, run) = made();
    let text = run.json()["warnings"].to_string();
    assert!(text.contains("never to both"), "{run}");
    let bench = Bench::new();
    let run = bench
        .run(["csr", "--fqdn", NAME, "--env", "int", "--format", "json"])
        .exits(0);
    assert_eq!(run.json()["warnings"].as_array().map(Vec::len), Some(0));
}
