//! `ptl bundle`: which revocation lists go in, which set lacks one, and what is said of them.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

use serde_json::Value;

use crate::{
    bundle::{AT, bench, bench_with_install, manifest},
    chain_files::utf8,
    chain_install::here,
    pki::{self, Authority, FROM, Issued, Leaf, UNTIL, openssl},
    schemas::is_a_sound_report,
    support::{Bench, Run},
};

/// A family whose lists are partitions, with a leaf of each of the first two.
pub(crate) struct Parted {
    pub(crate) root: Authority,
    pub(crate) sub: Authority,
    pub(crate) first: Issued,
    second: Issued,
}

/// The family of this run.
pub(crate) fn parted() -> &'static Parted {
    static PARTED: OnceLock<Parted> = OnceLock::new();
    PARTED.get_or_init(|| {
        let root = Authority::root("Parted Root", "sha256");
        let sub = root.sub("Parted Sub");
        let leaf = |number: u8| {
            let name = format!("parted-{number}.thirdparty.nhs.uk");
            let made = Leaf::new(&format!("parted-{number}"), &name)
                .key(&pki::sha256().leaf.key)
                .extensions(&format!(
                    "keyUsage=critical,digitalSignature,keyEncipherment\nextendedKeyUsage=serverAuth,clientAuth\n\
                     subjectAltName=DNS:{name}\ncrlDistributionPoints=URI:{}\n",
                    point(number)
                ));
            sub.leaf(&made)
        };
        let [first, second] = [1, 2].map(leaf);
        Parted {
            root,
            sub,
            first,
            second,
        }
    })
}

fn point(number: u8) -> String {
    format!("http://crl.example.nhs.uk/c{number}.crl")
}

/// A list of a CA with this IssuingDistributionPoint, as lines of OpenSSL's configuration.
pub(crate) fn scoped(
    ca: &Authority,
    file: &str,
    scope: &str,
    (from, until): (&str, &str),
) -> PathBuf {
    let home = ca.certificate().parent().unwrap().to_owned();
    let config = home.join(format!("{file}.cnf"));
    let text = fs::read_to_string(home.join("ca.cnf")).unwrap();
    let scope = format!(
        "[scoped]\nauthorityKeyIdentifier=keyid\nissuingDistributionPoint=critical,@scope\n[scope]\n{scope}\n"
    );
    fs::write(&config, text + &scope).unwrap();
    let out = home.join(file);
    let order = [
        "ca",
        "-config",
        utf8(&config),
        "-gencrl",
        "-crlexts",
        "scoped",
    ];
    let dates = ["-crl_lastupdate", from, "-crl_nextupdate", until];
    openssl(&[&order[..], &dates, &["-out", utf8(&out)]].concat());
    out
}

/// A partition of the sub CA's list.
pub(crate) fn partition(file: &str, number: u8, dates: (&str, &str)) -> PathBuf {
    let scope = format!("fullname=URI:{}\nonlyuser=TRUE", point(number));
    scoped(&parted().sub, file, &scope, dates)
}

/// The root's list of CAs.
fn arl() -> &'static Path {
    static ARL: OnceLock<PathBuf> = OnceLock::new();
    ARL.get_or_init(|| scoped(&parted().root, "arl.crl", "onlyCA=TRUE", (FROM, UNTIL)))
}

/// The two partitions.
fn partitions() -> &'static [PathBuf; 2] {
    static PARTITIONS: OnceLock<[PathBuf; 2]> = OnceLock::new();
    PARTITIONS.get_or_init(|| [1, 2].map(|n| partition(&format!("c{n}.crl"), n, (FROM, UNTIL))))
}

/// Runs `ptl bundle` on the parted family, without an install, into `new`.
pub(crate) fn given(bench: &Bench, server: &str, lists: &[&Path], more: &[&str]) -> Run {
    let family = parted();
    let (root, sub) = (family.root.certificate(), family.sub.certificate());
    let mut order = vec!["bundle", "--for", server, "--at", AT, "--out", "new"];
    order.extend(["--cert", utf8(&family.first.certificate)]);
    order.extend(["--key", utf8(&family.first.key), "--chain", utf8(&sub)]);
    order.extend(["--trust", utf8(&root), utf8(&sub)]);
    for list in lists {
        order.extend(["--crl", utf8(list)]);
    }
    order.extend(more);
    bench.run(order)
}

const JSON: &[&str] = &["--format", "json"];

/// Asserts that a set is refused by this check, and that nothing was written.
#[track_caller]
fn lacks(bench: &Bench, run: Run, id: &str, subject: &str, cause: &str) -> Run {
    is_a_sound_report(&run.json());
    let run = run.fails(id, subject, cause).exits(1);
    assert!(!bench.path("new").exists());
    run
}

#[test]
fn a_server_without_lists_is_refused_unless_told_and_then_warned_of() {
    let bench = bench();
    let run = given(&bench, "nginx", &[], JSON);
    let run = lacks(&bench, run, "REV-033", "Parted Root", "crl-missing");
    let run = lacks(&bench, run, "REV-033", "Parted Sub", "crl-missing");
    run.says("ptl crl fetch").says("--no-lists");
    let run = given(&bench, "nginx", &[], &["--no-lists"]).exits(0);
    assert!(!run.stdout.contains("ssl_crl"), "{run}");
    let lets_in = "will let revoked clients in";
    let warned = |manifest: &Value| {
        let warnings = manifest["warnings"].as_array().unwrap();
        warnings
            .iter()
            .any(|one| one.as_str().unwrap().contains(lets_in))
    };
    let made = manifest(&bench, "new");
    assert!(warned(&made) && made["lists"].is_null() && made["complete"] == true);
    fs::remove_dir_all(bench.path("new")).unwrap();
    given(&bench, "nginx", &[], &["--allow-incomplete"]).exits(0);
    let made = manifest(&bench, "new");
    assert!(warned(&made) && made["lists"].is_null() && made["complete"] == false);
}

#[test]
fn every_ca_needs_a_sound_list() {
    let bench = bench();
    let [first, second] = partitions();
    let (root, sub) = ("Parted Root", "Parted Sub");
    let run = given(&bench, "nginx", &[first, second], JSON);
    lacks(&bench, run, "REV-033", root, "crl-missing");
    let run = given(&bench, "nginx", &[arl()], JSON);
    lacks(&bench, run, "REV-033", sub, "crl-missing");
    // Of another environment: its CAs are others.
    let other = pki::sha256().root.list("elsewhere.crl", FROM, UNTIL);
    let run = given(&bench, "nginx", &[&other, first], JSON);
    lacks(&bench, run, "REV-033", root, "crl-missing");
    for (file, dates, cause) in [
        ("old.crl", (FROM, "20240101000000Z"), "crl-expired"),
        (
            "future.crl",
            ("20260101000000Z", UNTIL),
            "crl-not-yet-valid",
        ),
    ] {
        let list = partition(file, 1, dates);
        let run = given(&bench, "nginx", &[arl(), &list], JSON);
        let run = lacks(&bench, run, "REV-032", file, cause);
        lacks(&bench, run, "REV-033", sub, "crl-unusable");
    }
    let mut der = openssl_der(first);
    *der.last_mut().unwrap() ^= 1;
    let forged = bench.write("forged.crl", der);
    let run = given(&bench, "nginx", &[arl(), &forged], JSON);
    let run = lacks(&bench, run, "REV-030", "forged.crl", "bad-signature");
    lacks(&bench, run, "REV-033", sub, "crl-unusable");
    // Whatever is told, what is not sound does not go in.
    given(&bench, "nginx", &[arl(), &forged], &["--allow-incomplete"]).exits(0);
    assert_eq!(manifest(&bench, "new")["lists"]["complete"], false);
    assert_eq!(
        bench
            .read("new/lists.pem")
            .matches("BEGIN X509 CRL")
            .count(),
        1
    );
}

fn openssl_der(list: &Path) -> Vec<u8> {
    let order = ["crl", "-outform", "DER", "-in", utf8(list)];
    let output = Command::new("openssl").args(order).output().unwrap();
    output.stdout
}

#[test]
fn a_list_that_covers_others_is_as_good_as_none() {
    let bench = bench();
    let first = &partitions()[0];
    let of_endpoints = scoped(&parted().root, "users.crl", "onlyuser=TRUE", (FROM, UNTIL));
    let run = given(&bench, "nginx", &[&of_endpoints, first], JSON);
    lacks(&bench, run, "REV-034", "Parted Root", "crl-wrong-scope");
    let of_cas = scoped(&parted().sub, "cas.crl", "onlyCA=TRUE", (FROM, UNTIL));
    let run = given(&bench, "nginx", &[arl(), &of_cas], JSON);
    lacks(&bench, run, "REV-034", "Parted Sub", "crl-wrong-scope");
    let indirect = scoped(
        &parted().sub,
        "indirect.crl",
        "indirectCRL=TRUE",
        (FROM, UNTIL),
    );
    let run = given(&bench, "nginx", &[arl(), &indirect], JSON);
    lacks(&bench, run, "REV-031", "indirect.crl", "crl-unusable");
}

/// OpenSSL asks about the root too, which names no list, and takes no partition for it; Java does not ask.
#[test]
fn a_partition_of_cas_is_refused_where_openssl_would_refuse_everybody() {
    let bench = bench();
    let root = Authority::root("Pointed Root", "sha256");
    let point = "http://crl.example.nhs.uk/arla1.crl";
    let sub = root.leaf(
        &Leaf::new("pointed-sub", "x")
            .subject("/O=nhs/OU=CA/CN=Pointed Sub")
            .key(&pki::sha256().sub.key())
            .extensions(&format!(
                "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n\
                 subjectKeyIdentifier=hash\ncrlDistributionPoints=URI:{point}\n"
            )),
    );
    let scope = format!("fullname=URI:{point}\nonlyCA=TRUE");
    let list = scoped(&root, "arla1.crl", &scope, (FROM, UNTIL));
    let (root, leaf) = (root.certificate(), &pki::sha256().leaf);
    let run = |server: &str| {
        let mut order = vec!["bundle", "--for", server, "--at", AT, "--out", "new"];
        order.extend(["--cert", utf8(&leaf.certificate), "--key", utf8(&leaf.key)]);
        order.extend(["--trust", utf8(&root), utf8(&sub.certificate)]);
        order.extend(["--crl", utf8(&list), "--new-passphrase-file", "secret"]);
        bench.run([&order[..], JSON].concat())
    };
    // The judge: with this list OpenSSL takes not even the sub CA.
    let order = [
        "verify",
        "-crl_check_all",
        "-attime",
        "1735689600",
        "-CAfile",
    ];
    let mut judge = Command::new("openssl");
    judge.args(order).arg(&root).arg("-CRLfile").arg(&list);
    let said = said(judge.arg(&sub.certificate));
    assert!(said.contains("error 44 at 1"), "{said}");
    for server in ["nginx", "apache", "haproxy", "openssl-dir"] {
        run(server)
            .fails("REV-034", "Pointed Root", "crl-wrong-scope")
            .says("asks about the root itself");
    }
    for server in ["tomcat", "java", "iis"] {
        run(server).finds("REV-034", "Pointed Root", "pass");
    }
}

#[test]
fn all_partitions_at_hand_go_in_and_are_named() {
    let bench = bench();
    let [first, second] = partitions();
    let older = partition("older.crl", 1, ("20190101000000Z", UNTIL));
    let lists = [second.as_path(), &older, arl(), first, arl()];
    given(&bench, "nginx", &lists, &[]).exits(0);
    let made = manifest(&bench, "new");
    let each = made["lists"]["each"].as_array().unwrap();
    let seen: Vec<_> = each.iter().map(|list| list["partition"].clone()).collect();
    assert_eq!(
        seen,
        [
            serde_json::json!([]),
            serde_json::json!([point(1)]),
            serde_json::json!([point(2)])
        ]
    );
    assert_eq!(each[0]["covers"], "authorities");
    assert_eq!(made["lists"]["until"], "2040-01-01T00:00:00Z");
    let warnings = made["lists"]["warnings"].to_string();
    assert!(warnings.contains(&format!(
        "{}, {}; a peer of another one is refused",
        point(1),
        point(2)
    )));
    assert!(warnings.contains("older.crl` is left out"), "{warnings}");
    // What OpenSSL reads of the file is what was given, in this order.
    let text = bench.read("new/lists.pem");
    let blocks: Vec<_> = text.split_inclusive("-----END X509 CRL-----\n").collect();
    assert_eq!(blocks.len(), 3);
    for (block, list) in blocks.iter().zip([arl(), first, second]) {
        assert_eq!(*block, fs::read_to_string(list).unwrap());
    }
}

/// Whether OpenSSL lets a certificate in by a folder of hashes.
fn verify(folder: &str, certificate: &Path) -> String {
    let order = [
        "verify",
        "-CApath",
        folder,
        "-crl_check_all",
        "-attime",
        "1735689600",
    ];
    said(Command::new("openssl").args(order).arg(certificate))
}

/// What a command says on both streams.
fn said(command: &mut Command) -> String {
    let output = command.output().unwrap();
    String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
}

#[test]
fn openssl_finds_cas_and_lists_in_the_folder_of_hashes() {
    let bench = bench();
    let [first, second] = partitions();
    given(&bench, "openssl-dir", &[arl(), first], &[]).exits(0);
    let folder = bench.path("new");
    let family = parted();
    let good = verify(utf8(&folder), &family.first.certificate);
    assert!(good.contains(": OK"), "{good}");
    let other = verify(utf8(&folder), &family.second.certificate);
    assert!(other.contains("error 44"), "{other}");
    fs::remove_dir_all(&folder).unwrap();
    let run = given(&bench, "openssl-dir", &[arl(), first, second], &[]).exits(0);
    run.says("-CApath").says("SSLCARevocationCheck chain");
    for leaf in [&family.first, &family.second] {
        let good = verify(utf8(&folder), &leaf.certificate);
        assert!(good.contains(": OK"), "{good}");
    }
    let names: Vec<_> = bench.files();
    assert_eq!(names.iter().filter(|name| name.ends_with(".r1")).count(), 1);
    let hash = openssl(&[
        "x509",
        "-noout",
        "-subject_hash",
        "-in",
        utf8(&family.sub.certificate()),
    ]);
    assert!(
        names.contains(&format!("new/{}.r0", hash.trim())),
        "{names:?}"
    );
    assert!(
        names.contains(&format!("new/{}.0", hash.trim())),
        "{names:?}"
    );
    fs::remove_file(folder.join(format!("{}.r0", hash.trim()))).unwrap();
    assert!(!verify(utf8(&folder), &family.first.certificate).contains(": OK"));
}

/// An install of the SHA-256 family, with these lines of `[revocation]`.
fn install(lines: &str) -> Bench {
    let bench = bench_with_install();
    let text = bench.read("ptl.toml");
    bench.write("ptl.toml", format!("{text}\n[revocation]\n{lines}\n"));
    bench
}

fn of_install(bench: &Bench, more: &[&str]) -> Run {
    let profile = here(bench);
    let order = [
        "bundle",
        "--for",
        "nginx",
        "--env",
        utf8(&profile),
        "--at",
        AT,
    ];
    bench.run([&order[..], &["--out", "new"], more].concat())
}

/// The lists of the SHA-256 family, as an install keeps them.
fn keep(bench: &Bench, folder: &str, until: &str) {
    let family = pki::sha256();
    for (name, ca) in [("root", &family.root), ("sub", &family.sub)] {
        let list = ca.list(&format!("kept-{until}.crl"), FROM, until);
        bench.write(&format!("{folder}/{name}.crl"), fs::read(list).unwrap());
        bench.write(&format!("{folder}/{name}.json"), "{}");
    }
}

#[test]
fn an_install_gives_the_lists_that_it_keeps() {
    let bench = install("folder = \"lists\"");
    let run = of_install(&bench, JSON);
    lacks(&bench, run, "REV-033", "Test Root", "crl-missing");
    keep(&bench, "lists/int", UNTIL);
    of_install(&bench, &[]).exits(0).says("2 revocation lists");
    assert_eq!(
        manifest(&bench, "new")["lists"]["each"][0]["generation"],
        "g2"
    );
}

#[test]
fn a_list_that_ends_before_the_next_run_is_as_one_that_has_ended() {
    let bench = install("every = \"7d\"");
    keep(&bench, "crl/int", "20250107000000Z");
    let run = of_install(&bench, JSON);
    lacks(&bench, run, "REV-032", "sub.crl", "crl-ends-too-soon");
    let bench = install("every = \"24h\"");
    keep(&bench, "crl/int", "20250107000000Z");
    of_install(&bench, &[])
        .exits(0)
        .says("the first until 2025-01-07");
}

#[test]
fn a_policy_of_off_spares_the_lists_of_all_cas_or_of_none() {
    let bench = install("policy = \"off\"");
    keep(&bench, "crl/int", UNTIL);
    of_install(&bench, &[]).exits(0).says("policy = \"off\"");
    assert_eq!(manifest(&bench, "new")["lists"], Value::Null);
    for policy in ["off", "warn"] {
        let one = format!("[revocation.generation.sha1]\npolicy = \"{policy}\"");
        let bench = install(&one);
        let run = of_install(&bench, JSON);
        lacks(&bench, run, "REV-033", "Test Sub", "crl-missing");
    }
    let bench = install("policy = \"warn\"");
    let run = of_install(&bench, JSON);
    lacks(&bench, run, "REV-033", "Test Sub", "crl-missing")
        .says("whatever `policy` in ptl.toml says");
}

#[test]
fn a_peer_that_is_named_must_be_covered() {
    let bench = bench();
    let family = parted();
    let text = fs::read_to_string(bench_with_install().path("ptl.toml")).unwrap();
    let settings = [
        (
            pki::sha256().leaf.certificate.clone(),
            family.first.certificate.clone(),
        ),
        (pki::sha256().sub.certificate(), family.sub.certificate()),
        (pki::sha256().root.certificate(), family.root.certificate()),
    ];
    let text = settings
        .iter()
        .fold(text, |text, (from, to)| text.replace(utf8(from), utf8(to)));
    let peers = [&family.first.certificate, &family.second.certificate].map(|peer| utf8(peer));
    bench.write(
        "ptl.toml",
        format!("{text}\n[revocation]\npeers = {peers:?}\n"),
    );
    let profile = fs::read_to_string(here(&bench)).unwrap();
    let print = |file: &Path| {
        let asked = [
            "x509",
            "-noout",
            "-fingerprint",
            "-sha256",
            "-in",
            utf8(file),
        ];
        let line = openssl(&asked);
        line.rsplit('=')
            .next()
            .unwrap()
            .trim()
            .replace(':', "")
            .to_lowercase()
    };
    let profile = settings.iter().fold(profile, |text, (from, to)| {
        text.replace(&print(from), &print(to))
    });
    bench.write("parted.toml", profile);
    let [first, second] = partitions();
    let run = |lists: &[&str]| {
        let order = [
            "bundle",
            "--for",
            "nginx",
            "--env",
            "parted.toml",
            "--at",
            AT,
            "--out",
            "new",
        ];
        bench.run([&order[..], &["--allow-incomplete"], JSON, lists].concat())
    };
    run(&["--crl", utf8(arl()), utf8(first)])
        .exits(0)
        .says("REV-035, parted-2");
    fs::remove_dir_all(bench.path("new")).unwrap();
    let run = run(&["--crl", utf8(arl()), utf8(first), utf8(second)]).exits(0);
    assert!(!run.stdout.contains("REV-035"), "{run}");
}

#[test]
fn wrong_input_about_lists_is_refused() {
    let bench = bench();
    let page = bench.write("page.crl", "<html>not found</html>");
    given(&bench, "nginx", &[&page], &[]).refuses("page.crl");
    given(&bench, "nginx", &[Path::new("gone.crl")], &[]).refuses("gone.crl");
    bench.write("empty/notes.txt", "");
    given(&bench, "nginx", &[Path::new("empty")], &[]).refuses("ends in .crl");
    given(&bench, "nginx", &[&page], &["--no-lists"]).exits(2);
    let root = parted().root.certificate();
    let order = ["bundle", "--for", "nginx", "--trust", utf8(&root)];
    bench.run(order).refuses("--trust goes with --cert");
    assert!(!bench.path("new").exists());
}
