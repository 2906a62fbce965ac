//! `ptl bundle`: which revocation lists go in, which set lacks one, and what is said of them.

use std::{fs, path::Path, process::Command};

use serde_json::Value;

use crate::{
    bundle::{AT, bench, manifest},
    chain_files::utf8,
    parted::{arl, given, parted, partition, partitions, point, scoped},
    pki::{self, Authority, FROM, Leaf, UNTIL, openssl},
    schemas::is_a_sound_report,
    support::{Bench, Run},
};

pub(crate) const JSON: &[&str] = &["--format", "json"];

/// Asserts that a set is refused by this check, and that nothing was written.
#[track_caller]
pub(crate) fn lacks(bench: &Bench, run: Run, id: &str, subject: &str, cause: &str) -> Run {
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

#[test]
fn two_lists_of_one_number_and_date_both_go_in() {
    let bench = bench();
    let root = Authority::root("Twin Root", "sha256");
    let sub = root.sub("Twin Sub");
    let home = root.certificate().parent().unwrap().to_owned();
    root.revoke_made_up(1);
    let first = root.list("first.crl", FROM, UNTIL);
    // A CA that was set up twice: the same number again, for another certificate.
    let index = fs::read_to_string(home.join("index.txt")).unwrap();
    fs::write(home.join("index.txt"), index.replace("\t7A00", "\t7B00")).unwrap();
    fs::write(home.join("crlnumber"), "01\n").unwrap();
    let second = root.list("second.crl", FROM, UNTIL);
    let of_sub = sub.list("sub.crl", FROM, UNTIL);
    let key = &pki::sha256().leaf.key;
    let leaf = sub.leaf(&Leaf::new("twin", pki::NAME).key(key)).certificate;
    let (root, sub) = (root.certificate(), sub.certificate());
    let mut order = vec!["bundle", "--for", "nginx", "--at", AT, "--out", "new"];
    order.extend(["--cert", utf8(&leaf), "--key", utf8(key)]);
    order.extend(["--chain", utf8(&sub), "--trust", utf8(&root), utf8(&sub)]);
    for list in [&first, &second, &of_sub, &first] {
        order.extend(["--crl", utf8(list)]);
    }
    bench.run(order).exits(0);
    let lists = bench.read("new/lists.pem");
    assert_eq!(lists.matches("BEGIN X509 CRL").count(), 3);
}
