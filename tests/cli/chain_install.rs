//! `ptl check-chain` in an install: generations, pinned CAs, environments, keys.

use std::path::PathBuf;

use crate::{
    chain_files::{leaf, utf8},
    pki::{self, NAME},
    support::{Bench, Run, shared},
};

/// An install whose `int` names these settings, and which asks for no revocation list.
pub(crate) fn install(settings: &str) -> Bench {
    install_with(&format!(
        "[revocation]\npolicy = \"off\"\n[environment.int]\nfqdn = \"{NAME}\"\n{settings}"
    ))
}

/// An install whose `int` names these settings, and which asks for every list, as one does that says nothing of it.
pub(crate) fn install_with_lists(settings: &str) -> Bench {
    install_with(&format!("[environment.int]\nfqdn = \"{NAME}\"\n{settings}"))
}

fn install_with(tables: &str) -> Bench {
    let bench = Bench::new();
    bench.write(
        "ptl.toml",
        format!(
            "schema = 1\nrole = \"provider\"\nservice = \"booking\"\ndefault_environment = \"int\"\n\
             [organisation]\nname = \"Example Ltd\"\nods = \"A12345\"\n\
             [product]\nname = \"Example Booking\"\nversion = \"1.0\"\n\
             {tables}\n"
        ),
    );
    bench
}

/// A profile like that of INT, whose one generation is the SHA-256 family of this run.
fn profile(bench: &Bench, id: &str) -> PathBuf {
    let family = pki::sha256();
    let shipped = include_str!("../../templates/environments/int.toml");
    let hosts = shipped.split("[[generation]]").next().unwrap();
    let authority = |header: &str, certificate: PathBuf, name: &str| {
        format!(
            "{header}\nname = \"{name}\"\nsubject = \"CN={name},OU=CA,O=nhs\"\nsha256 = \"{}\"\n\
             not_before = 2020-01-01T00:00:00Z\nnot_after = 2040-01-01T00:00:00Z\n\
             provenance = {{ source = \"this run\", confidence = \"A\" }}\n",
            fingerprint(&certificate)
        )
    };
    let text = format!(
        "{hosts}[[generation]]\nid = \"{id}\"\ntitle = \"Test\"\naccept = {{ from = 2023-12-31 }}\n\
         present = {{ from = 2024-05-06 }}\nrevocation = \"none\"\n\
         provenance = {{ source = \"this run\", confidence = \"A\" }}\n{}[[generation.sub]]\n{}",
        authority(
            "[generation.root]",
            family.root.certificate(),
            "Test Root sha256"
        ),
        authority("", family.sub.certificate(), "Test Sub sha256"),
    );
    bench.write("here.toml", text)
}

fn fingerprint(certificate: &std::path::Path) -> String {
    let line = pki::openssl(&[
        "x509",
        "-noout",
        "-fingerprint",
        "-sha256",
        "-in",
        utf8(certificate),
    ]);
    line.rsplit('=')
        .next()
        .unwrap()
        .trim()
        .replace(':', "")
        .to_lowercase()
}

/// The SHA-256 family, installed whole.
pub(crate) fn settings(leaf: &std::path::Path) -> String {
    let family = pki::sha256();
    format!(
        "certificate = \"{}\"\nchain = \"{}\"\ntrust = [\"{}\", \"{}\"]\nkey = \"{}\"",
        utf8(leaf),
        utf8(&family.sub.certificate()),
        utf8(&family.root.certificate()),
        utf8(&family.sub.certificate()),
        utf8(&family.leaf.key)
    )
}

/// The profile of an environment `int` whose one generation, `g2`, is the SHA-256 family.
pub(crate) fn here(bench: &Bench) -> PathBuf {
    profile(bench, "g2")
}

#[track_caller]
pub(crate) fn judged(bench: &Bench, at: &str) -> Run {
    let profile = here(bench);
    bench.run([
        "check-chain",
        "--env",
        utf8(&profile),
        "--format",
        "json",
        "--at",
        at,
    ])
}

#[test]
fn a_whole_install_passes_under_its_generation() {
    let bench = install(&settings(&pki::sha256().leaf.certificate));
    judged(&bench, "2025-01-01T00:00:00Z")
        .exits(0)
        .finds("CHAIN-016", NAME, "pass")
        .finds("TRUST-001", "g2", "pass")
        .finds("TRUST-005", "Test Root", "pass")
        .finds("KEY-001", "", "pass");
}

#[test]
fn before_a_generation_is_in_force_its_leaf_is_not_the_one_to_present() {
    let bench = install(&settings(&pki::sha256().leaf.certificate));
    let run = judged(&bench, "2024-01-01T00:00:00Z")
        .exits(1)
        .fails("CHAIN-016", NAME, "wrong-generation")
        .finds("TRUST-001", "g2", "pass");
    // Peers had to accept it since 2023-12-31.
    let reason = run.finding("CHAIN-016", NAME)["reason"].to_string();
    assert!(reason.contains("peers accept it"), "{run}");
}

#[test]
fn require_in_ptl_toml_overrides_the_dates() {
    let bench = install(&(settings(&pki::sha256().leaf.certificate) + "\nrequire = [\"g2\"]"));
    judged(&bench, "2024-01-01T00:00:00Z")
        .exits(0)
        .finds("CHAIN-016", NAME, "pass");
}

#[test]
fn a_missing_root_is_named_and_a_sub_ca_that_is_not_sent_too() {
    let family = pki::sha256();
    let sub = utf8(&family.sub.certificate()).to_owned();
    let leaf = utf8(&family.leaf.certificate).to_owned();
    let without_root = install(&format!(
        "certificate = \"{leaf}\"\nchain = \"{sub}\"\ntrust = [\"{sub}\"]"
    ));
    judged(&without_root, "2025-01-01T00:00:00Z")
        .exits(1)
        .fails("TRUST-001", "g2", "generation-missing")
        .fails("PATH-001", NAME, "issuer-missing");
    let root = utf8(&family.root.certificate()).to_owned();
    let unsent = install(&format!(
        "certificate = \"{leaf}\"\ntrust = [\"{root}\", \"{sub}\"]"
    ));
    judged(&unsent, "2025-01-01T00:00:00Z")
        .exits(1)
        .fails("CHAIN-005", NAME, "issuer-missing")
        .finds("PATH-001", NAME, "pass");
}

#[test]
fn a_certificate_that_bears_a_pinned_name_and_is_another_is_told() {
    let bench = install(&settings(&pki::sha256().leaf.certificate));
    // Another root of the same name.
    let forged = bench.path("forged.pem");
    pki::openssl(&[
        "req",
        "-x509",
        "-key",
        utf8(&pki::sha256().leaf.key),
        "-subj",
        "/O=nhs/OU=CA/CN=Test Root sha256",
        "-days",
        "30",
        "-out",
        utf8(&forged),
    ]);
    let text = bench
        .read("ptl.toml")
        .replace("trust = [", "trust = [\"forged.pem\", ");
    bench.write("ptl.toml", text);
    let run = judged(&bench, "2025-01-01T00:00:00Z").exits(1);
    let told = run.findings("TRUST-005");
    assert!(
        told.iter().any(|one| one["cause"] == "fingerprint-differs"),
        "{run}"
    );
}

/// A leaf under a CA of this name that was made here, and that CA: of no generation, whatever its name.
fn borrowed(bench: &Bench, subject: &str) -> (PathBuf, PathBuf) {
    let key = &pki::sha256().leaf.key;
    let [ca, request, leaf] = ["ca.pem", "leaf.csr", "leaf.pem"].map(|name| bench.path(name));
    let own = ["-key", utf8(key), "-days", "9999"];
    let made = ["req", "-x509", "-subj", subject, "-out", utf8(&ca)];
    pki::openssl(&[&made[..], &own].concat());
    let name = format!("/CN={NAME}");
    let asked = ["req", "-new", "-key", utf8(key), "-subj", &name, "-out"];
    pki::openssl(&[&asked[..], &[utf8(&request)]].concat());
    pki::openssl(&[
        "x509",
        "-req",
        "-in",
        utf8(&request),
        "-CA",
        utf8(&ca),
        "-CAkey",
        utf8(key),
        "-set_serial",
        "1",
        "-days",
        "9000",
        "-out",
        utf8(&leaf),
    ]);
    (ca, leaf)
}

#[test]
fn a_path_that_only_bears_the_name_of_a_pinned_ca_is_of_no_generation() {
    let bench = install("");
    let (ca, leaf) = borrowed(&bench, "/O=nhs/OU=CA/CN=Test Sub sha256");
    let trust = format!("trust = [\"{}\", ", utf8(&ca));
    let text = bench.read("ptl.toml") + &settings(&leaf).replace("trust = [", &trust);
    bench.write("ptl.toml", text);
    judged(&bench, "2027-01-01T00:00:00Z")
        .exits(1)
        .finds("PATH-001", NAME, "pass")
        .fails("CHAIN-016", NAME, "fingerprint-differs");
}

#[test]
fn a_certificate_of_another_environment_is_the_first_thing_said() {
    let bench = install("");
    let (_, leaf) = borrowed(&bench, "/C=GB/O=nhs/OU=CA/CN=NHS Authentication G2");
    let text = bench.read("ptl.toml") + &settings(&leaf);
    bench.write("ptl.toml", text);
    let profile = profile(&bench, "g2");
    let run = bench.run(["check-chain", "--env", utf8(&profile)]).exits(1);
    assert!(run.answer().contains("wrong-environment"), "{run}");
}

#[test]
fn a_wildcard_is_no_registered_name() {
    let wild = leaf("wild", |leaf| {
        leaf.extensions(
            "extendedKeyUsage=serverAuth,clientAuth\nsubjectAltName=DNS:*.thirdparty.nhs.uk\n",
        )
    });
    let bench = install(&settings(&wild));
    judged(&bench, "2025-01-01T00:00:00Z")
        .exits(1)
        .fails("CHAIN-018", NAME, "name-unsound");
}

#[test]
fn files_that_are_not_there_or_damaged_are_findings() {
    let bench = install("certificate = \"gone.pem\"\nchain = \"page.pem\"");
    bench.write("page.pem", "<html>");
    judged(&bench, "2025-01-01T00:00:00Z")
        .exits(1)
        .fails("CHAIN-001", "gone.pem", "file-missing")
        .fails("CHAIN-001", "page.pem", "file-unreadable")
        .finds("CHAIN-001", "trust", "undetermined");
}

/// What became of the checks on a generation's CAs.
fn standing(run: &Run, generation: &str) -> [String; 3] {
    ["TRUST-001", "TRUST-002", "TRUST-003"].map(|id| {
        let finding = run.finding(id, &format!("int {generation} "));
        finding["outcome"].as_str().unwrap().to_owned()
    })
}

#[test]
fn the_real_cas_are_judged_by_the_date() {
    let Some(shared) = shared("the real CAs by date") else {
        return;
    };
    let ca = shared.join("reference/ca");
    let names = [
        "rootca-int-sha1",
        "subca02-int-sha1",
        "nhs-ptl-root-authority",
        "nhs-int-level-1c",
        "nhs-ptl-root-authority-g2",
        "nhs-int-authentication-g2",
    ];
    let files: Vec<String> = names
        .iter()
        .map(|name| format!("\"{}\"", utf8(&ca.join(format!("{name}.pem")))))
        .collect();
    let bench = install(&format!("trust = [{}]", files.join(", ")));
    let at = |time: &str| bench.run(["check-chain", "--format", "json", "--at", time]);
    let [good, out] = [["pass"; 3], ["not-applicable"; 3]];
    for (time, sha1, sha2, g2) in [
        ("2021-06-01T00:00:00Z", good, good, out),
        ("2023-06-01T00:00:00Z", out, good, out),
        ("2025-01-01T00:00:00Z", out, out, good),
    ] {
        let run = at(time);
        assert_eq!(standing(&run, "sha1"), sha1, "{time}");
        assert_eq!(standing(&run, "sha2"), sha2, "{time}");
        assert_eq!(standing(&run, "g2"), g2, "{time}");
    }
    at("2025-01-01T00:00:00Z").fails("TRUST-004", "int sha2 ", "superseded");
    // By the plain form the dead sub CA is dead, and the old one of SHA-2 runs on.
    let path = |sub: &str, root: &str, time: &str| {
        let (sub, root) = (
            ca.join(format!("{sub}.pem")),
            ca.join(format!("{root}.pem")),
        );
        bench.run([
            "check-chain",
            "--only",
            "PATH-*",
            "--format",
            "json",
            "--cert",
            utf8(&sub),
            "--trust",
            utf8(&root),
            "--at",
            time,
        ])
    };
    path(names[1], names[0], "2021-06-01T00:00:00Z").exits(0);
    path(names[1], names[0], "2023-06-01T00:00:00Z")
        .exits(1)
        .fails("PATH-003", "SubCA02", "certificate-expired");
    path(names[3], names[2], "2025-01-01T00:00:00Z").exits(0);
}

#[test]
fn a_real_ca_of_another_environment_is_named_as_such() {
    let Some(shared) = shared("a live CA in INT") else {
        return;
    };
    let live = shared.join("reference/ca/nhs-root-authority-g2.pem");
    let bench = install(&format!("trust = [\"{}\"]", utf8(&live)));
    let run = bench
        .run([
            "check-chain",
            "--format",
            "json",
            "--at",
            "2025-01-01T00:00:00Z",
        ])
        .exits(1)
        .fails("TRUST-006", "NHS Root Authority G2", "wrong-environment")
        .fails("TRUST-001", "int g2", "generation-missing");
    assert!(
        run.finding("TRUST-006", "G2")["reason"]
            .to_string()
            .contains("live")
    );
}

#[test]
fn a_file_that_is_no_key_is_said_so_with_what_to_do_about_that() {
    let leaf = &pki::sha256().leaf;
    let key = format!("key = \"{}\"", utf8(&leaf.key));
    let wrong = format!("key = \"{}\"", utf8(&leaf.certificate));
    let bench = install(&settings(&leaf.certificate).replace(&key, &wrong));
    let run =
        judged(&bench, "2025-01-01T00:00:00Z")
            .exits(1)
            .fails("KEY-001", "", "file-unreadable");
    let finding = run.finding("KEY-001", "");
    let hint = finding["hint"].as_str().unwrap();
    assert!(
        hint.starts_with("Name the file of the private key"),
        "{hint}"
    );
    let reason = finding["reason"].as_str().unwrap();
    assert!(reason.contains("holds a certificate"), "{reason}");
    assert_eq!(reason.matches(utf8(&leaf.certificate)).count(), 1);
}
