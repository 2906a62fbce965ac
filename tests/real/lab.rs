//! The lab as other programs see it: openssl, curl and dig are the judges.

use std::{
    fs,
    path::PathBuf,
    process::{Command, Output, Stdio},
};

use crate::{
    rehearsal_spine::{FQDN, Lab, lab},
    support::Bench,
};

/// Runs a program and returns what it said.
#[track_caller]
pub(crate) fn run(program: &str, arguments: &[&str]) -> Output {
    Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .unwrap_or_else(|error| panic!("{program}: {error}; tests/run installs it"))
}

/// What it said on both streams.
pub(crate) fn text(output: &Output) -> String {
    let both = [&*output.stdout, &*output.stderr].concat();
    String::from_utf8_lossy(&both).into_owned()
}

/// A path as an argument.
pub(crate) fn path(path: PathBuf) -> String {
    path.to_str().unwrap().to_owned()
}

/// A bench with a certificate of this generation, its key, and the sub CA after it.
pub(crate) fn client(lab: &Lab, generation: &str) -> Bench {
    let bench = lab.install(&["--san", "--generation", generation]);
    let chain = fs::read_to_string(lab.folder.join(format!("trust/{generation}-sub.pem")));
    let both = bench.read("lab.crt") + &chain.unwrap();
    bench.write("chain.pem", both);
    bench
}

/// What curl gets from the proxy: the HTTP status, `000` where there was none.
pub(crate) fn curl(lab: &Lab, shown: Option<&Bench>) -> String {
    let port = lab.port("proxy");
    let url = format!("https://proxy.lab.test:{port}/");
    let resolve = format!("proxy.lab.test:{port}:127.0.0.1");
    let trust = path(lab.folder.join("trust/all.pem"));
    let mut arguments = vec![
        "--silent",
        "--output",
        "/dev/null",
        "--write-out",
        "%{http_code}",
    ];
    arguments.extend([
        "--noproxy",
        "*",
        "--resolve",
        &resolve,
        "--cacert",
        &trust,
        &url,
    ]);
    let files = shown.map(|bench| [path(bench.path("chain.pem")), path(bench.path("lab.key"))]);
    if let Some([certificate, key]) = &files {
        arguments.extend(["--cert", certificate, "--key", key]);
    }
    // At its usual level OpenSSL does not even load a certificate that SHA-1 signed.
    let settings = "openssl_conf = a\n[a]\nssl_conf = b\n[b]\nsystem_default = c\n[c]\nCipherString = DEFAULT:@SECLEVEL=0\n";
    let bench = Bench::new();
    let output = Command::new("curl")
        .args(&arguments)
        .env("OPENSSL_CONF", bench.write("openssl.cnf", settings))
        .output()
        .expect("curl: tests/run installs it");
    text(&output)
}

#[test]
fn curl_gets_through_with_the_right_certificate_of_each_generation_and_not_without() {
    let lab = lab();
    for generation in ["sha1", "sha2", "g2"] {
        let ours = client(&lab, generation);
        assert_eq!(curl(&lab, Some(&ours)), "501", "{generation}");
    }
    assert_eq!(curl(&lab, None), "000");
    lab.fault("tls-refuses-our-ca");
    let refused = curl(&lab, Some(&client(&lab, "g2")));
    lab.fault("none");
    assert_eq!(refused, "000");
}

#[test]
fn openssl_sees_the_chain_as_it_should_be_and_the_cas_that_are_accepted() {
    let lab = lab();
    let ours = client(&lab, "g2");
    let target = format!("127.0.0.1:{}", lab.port("proxy"));
    let trust = path(lab.folder.join("trust/g2-root.pem"));
    let (certificate, key) = (path(ours.path("chain.pem")), path(ours.path("lab.key")));
    let arguments = [
        "s_client",
        "-connect",
        &target,
        "-servername",
        "proxy.lab.test",
        "-verify_hostname",
        "proxy.lab.test",
        "-CAfile",
        &trust,
        "-cert",
        &certificate,
        "-key",
        &key,
    ];
    let seen = text(&run("openssl", &arguments));
    assert!(seen.contains("Verify return code: 0 (ok)"), "{seen}");
    let (_, acceptable) = seen
        .split_once("Acceptable client certificate CA names")
        .unwrap();
    for name in [
        "Rehearsal RootCA",
        "Rehearsal SubCA02",
        "Rehearsal PTL Root Authority\n",
        "Rehearsal INT Level 1C",
        "Rehearsal PTL Root Authority G2",
        "Rehearsal INT Authentication G2",
    ] {
        assert!(acceptable.contains(name), "{name}: {acceptable}");
    }
    lab.fault("tls-expired");
    let seen = text(&run("openssl", &arguments));
    lab.fault("none");
    assert!(seen.contains("certificate has expired"), "{seen}");
}

#[test]
fn dig_gets_the_answers_and_the_faults_of_the_name_server() {
    let lab = lab();
    let port = lab.port("dns").to_string();
    let dig = |name: &str, kind: &str, more: &[&str]| {
        let mut arguments = vec!["@127.0.0.1", "-p", &port, "+tries=1", "+time=1", name, kind];
        arguments.extend(more);
        text(&run("dig", &arguments))
    };
    for name in [
        "proxy.lab.test",
        "crl.lab.test",
        "checkit.lab.test",
        "msg-out.lab.test",
    ] {
        for way in [&["+short"][..], &["+short", "+tcp"]] {
            assert_eq!(dig(name, "A", way).trim(), "127.0.0.1", "{name}");
        }
    }
    assert!(dig("proxy.lab.test", "AAAA", &[]).contains("status: NOERROR"));
    assert!(dig("other.lab.test", "A", &[]).contains("status: NXDOMAIN"));
    for (fault, wanted) in [
        ("dns-nxdomain", "status: NXDOMAIN"),
        ("dns-no-data", "ANSWER: 0"),
        ("dns-servfail", "status: SERVFAIL"),
        ("dns-refused", "status: REFUSED"),
        ("dns-silent", "no servers could be reached"),
        ("dns-wrong-address", "127.9.9.9"),
    ] {
        lab.fault(fault);
        let said = dig("proxy.lab.test", "A", &[]);
        assert!(said.contains(wanted), "{fault}: {said}");
        assert!(dig("crl.lab.test", "A", &["+short"]).contains("127.0.0.1"));
    }
    lab.fault("none");
}

/// Downloads a path from the lab's host of lists, by curl.
fn download(lab: &Lab, bench: &Bench, host: &str, url: &str) -> String {
    let (port, file) = (lab.port("downloads"), path(bench.path("downloaded")));
    let url = format!("http://{host}:{port}/{url}");
    let resolve = format!("{host}:{port}:127.0.0.1");
    let arguments = [
        "--silent",
        "--fail",
        "--noproxy",
        "*",
        "--resolve",
        &resolve,
        "--output",
        &file,
        &url,
    ];
    let output = run("curl", &arguments);
    assert!(output.status.success(), "{url}: {}", text(&output));
    file
}

#[test]
fn openssl_accepts_every_list_that_is_served_and_the_sub_cas_are_downloads_too() {
    let lab = lab();
    let bench = Bench::new();
    for (generation, lists) in [
        ("sha2", ["ptl/rootca/arla1.crl", "int/1c/crlc2.crl"]),
        ("g2", ["PTL/G2/root/PTLrootG2.crl", "int/G2/auth/crlc3.crl"]),
    ] {
        for (list, issuer) in lists.iter().zip(["root", "sub"]) {
            let file = download(&lab, &bench, "crl.lab.test", list);
            let issuer = path(lab.folder.join(format!("trust/{generation}-{issuer}.pem")));
            let arguments = [
                "crl", "-inform", "DER", "-in", &file, "-noout", "-text", "-verify", "-CAfile",
                &issuer,
            ];
            let said = text(&run("openssl", &arguments));
            assert!(said.contains("verify OK"), "{list}: {said}");
            assert!(
                said.contains("Issuing Distribution Point: critical"),
                "{list}: {said}"
            );
            let scope = match list.contains("crlc") {
                true => format!("/{list}"),
                false => "Only CA Certificates".to_owned(),
            };
            assert!(said.contains(&scope), "{list}: {said}");
        }
        let file = download(
            &lab,
            &bench,
            "pki.lab.test",
            &format!("{generation}/sub.crt"),
        );
        let root = path(lab.folder.join(format!("trust/{generation}-root.pem")));
        let said = text(&run("openssl", &["verify", "-CAfile", &root, &file]));
        assert!(said.contains("OK"), "{said}");
    }
    for (number, list) in ["sha1/root.crl", "sha1/sub.crl"].iter().enumerate() {
        let issuer = path(
            lab.folder
                .join(["trust/sha1-root.pem", "trust/sha1-sub.pem"][number]),
        );
        let file = path(lab.folder.join("crl").join(list));
        let arguments = [
            "crl", "-inform", "DER", "-in", &file, "-noout", "-verify", "-CAfile", &issuer,
        ];
        assert!(
            text(&run("openssl", &arguments)).contains("verify OK"),
            "{list}"
        );
    }
}

/// All lists of a generation as PEM, in one file: what `-crl_check_all` wants.
fn all_lists(lab: &Lab, bench: &Bench, generation: &str) -> String {
    let lists: &[&str] = match generation {
        "sha1" => &["sha1/root.crl", "sha1/sub.crl"],
        "sha2" => &[
            "ptl/rootca/arla1.crl",
            "int/1c/crlc1.crl",
            "int/1c/crlc2.crl",
            "int/1c/crlc3.crl",
        ],
        _ => &[
            "PTL/G2/root/PTLrootG2.crl",
            "int/G2/auth/crlc1.crl",
            "int/G2/auth/crlc2.crl",
            "int/G2/auth/crlc3.crl",
        ],
    };
    let mut all = String::new();
    for list in lists {
        let file = path(lab.folder.join("crl").join(list));
        let output = run("openssl", &["crl", "-inform", "DER", "-in", &file]);
        all += &String::from_utf8(output.stdout).unwrap();
    }
    path(bench.write("lists.pem", all))
}

fn verified(lab: &Lab, bench: &Bench, generation: &str) -> String {
    let lists = all_lists(lab, bench, generation);
    let root = path(lab.folder.join(format!("trust/{generation}-root.pem")));
    let sub = path(lab.folder.join(format!("trust/{generation}-sub.pem")));
    let leaf = path(bench.path("lab.crt"));
    let mut arguments = vec![
        "verify",
        "-extended_crl",
        "-crl_check_all",
        "-CRLfile",
        &lists,
    ];
    arguments.extend(["-CAfile", &root, "-untrusted", &sub, &leaf]);
    text(&run("openssl", &arguments))
}

#[test]
fn openssl_verifies_each_generation_with_its_lists_and_refuses_what_is_revoked() {
    let lab = lab();
    for generation in ["sha1", "sha2", "g2"] {
        let good = lab.install(&["--generation", generation]);
        let said = verified(&lab, &good, generation);
        assert!(said.contains("lab.crt: OK"), "{generation}: {said}");
        let folder = path(lab.folder.clone());
        good.run(["lab", "revoke", "lab.crt", "--lab", &folder])
            .exits(0)
            .says(FQDN);
        good.run(["lab", "revoke", "lab.crt", "--lab", &folder])
            .refuses("revoked already");
        let said = verified(&lab, &good, generation);
        assert!(said.contains("certificate revoked"), "{generation}: {said}");
    }
}

#[test]
fn a_list_of_any_size_is_signed_and_holds_what_is_revoked_too() {
    let lab = lab();
    let bench = lab.install(&["--generation", "sha2", "--revoked"]);
    let folder = path(lab.folder.clone());
    let leaf = path(bench.path("lab.crt"));
    let about = text(&run(
        "openssl",
        &[
            "x509",
            "-in",
            &leaf,
            "-noout",
            "-serial",
            "-ext",
            "crlDistributionPoints",
        ],
    ));
    let (_, serial) = about
        .lines()
        .find_map(|line| line.split_once("serial="))
        .unwrap();
    let (_, list) = about.split_once("/int/1c/").unwrap();
    let list = list.lines().next().unwrap();
    let partition = list.trim_start_matches("crlc").trim_end_matches(".crl");
    let fill = |entries: &str| {
        let mut arguments = vec!["lab", "crl", "--entries", entries, "--generation", "sha2"];
        arguments.extend(["--partition", partition, "--lab", &folder]);
        bench.run(arguments).exits(0);
    };
    fill("20000");
    let file = download(&lab, &bench, "crl.lab.test", &format!("int/1c/{list}"));
    let issuer = path(lab.folder.join("trust/sha2-sub.pem"));
    let arguments = [
        "crl", "-inform", "DER", "-in", &file, "-noout", "-text", "-verify", "-CAfile", &issuer,
    ];
    let said = text(&run("openssl", &arguments));
    assert!(said.contains("verify OK"));
    assert!(said.matches("Serial Number:").count() > 20_000);
    assert!(
        said.contains(&format!("Serial Number: {serial}")),
        "{serial}"
    );
    fill("0");
}
