//! `ptl csr lint`: requests that the `openssl` command made, good and bad, and files that are none.

use std::{
    fs::{self, File},
    time::{Duration, Instant},
};

use crate::{
    csr::{NAME, key},
    pki::openssl,
    schemas::is_a_sound_report,
    support::{Bench, Run, within_200_mb},
};

/// A request by the `openssl` command with this subject and these further arguments, as `x.csr`.
fn request(bench: &Bench, subject: &str, arguments: &[&str]) {
    let key = bench.write("openssl.pem", key());
    let out = bench.path("x.csr");
    let mut all = vec!["req", "-new", "-key", key.to_str().unwrap()];
    all.extend(["-out", out.to_str().unwrap(), "-utf8", "-subj", subject]);
    all.extend(arguments);
    openssl(&all);
    fs::remove_file(key).unwrap();
}

fn lint(bench: &Bench) -> Run {
    let run = bench.run(["csr", "lint", "x.csr", "--fqdn", NAME, "--format", "json"]);
    if matches!(run.code, Some(0 | 1 | 3)) {
        is_a_sound_report(&run.json());
    }
    run
}

fn san() -> [String; 2] {
    ["-addext".to_owned(), format!("subjectAltName=DNS:{NAME}")]
}

/// Lints a request of `openssl` with this subject, and the name among the alternatives.
fn lint_subject(subject: &str) -> Run {
    let bench = Bench::new();
    let san = san();
    request(&bench, subject, &[&san[0], &san[1]]);
    lint(&bench)
}

#[test]
fn a_request_of_the_openssl_command_as_the_guides_want_it_passes() {
    let run = lint_subject(&format!("/CN={NAME}")).exits(0);
    assert_eq!(run.json()["summary"]["pass"], 15, "{run}");
}

#[test]
fn each_defect_fails_its_check_with_a_command_that_mends_it() {
    for (subject, id, cause) in [
        ("/O=Example", "CSR-003", "csr-unsound"),
        ("/CN=example.com", "CSR-004", "name-unsound"),
        (
            "/CN=example.thirdparty.nhs.uk:443",
            "CSR-004",
            "name-unsound",
        ),
        ("/CN=other.thirdparty.nhs.uk", "CSR-005", "wrong-name"),
        ("/CN=*.thirdparty.nhs.uk", "CSR-006", "name-unsound"),
        (
            "/CN=example.thirdparty.nhs.uk/emailAddress=me@nhs.net",
            "CSR-007",
            "email-present",
        ),
    ] {
        let run = lint_subject(subject).exits(1).fails(id, "x.csr", cause);
        let hint = run.finding(id, "x.csr")["hint"].clone();
        let command = format!("`ptl csr --fqdn {NAME} --out DIR --from-key KEY`");
        assert!(hint.as_str().unwrap().contains(&command), "{hint}");
    }
}

#[test]
fn what_stock_openssl_fills_in_is_named_value_by_value() {
    let run = lint_subject(&format!(
        "/C=AU/ST=Some-State/O=Internet Widgits Pty Ltd/CN={NAME}"
    ))
    .exits(1)
    .fails("CSR-008", "x.csr", "stock-values")
    .finds("CSR-009", "x.csr", "pass");
    let reason = run.finding("CSR-008", "x.csr")["reason"].clone();
    for value in ["C=AU", "ST=Some-State", "O=Internet Widgits Pty Ltd"] {
        assert!(reason.as_str().unwrap().contains(value), "{reason}");
    }
}

#[test]
fn other_fields_and_a_missing_alternative_name_do_not_fail_the_request() {
    lint_subject(&format!("/O=NHS/OU=Devices/CN={NAME}"))
        .exits(0)
        .fails("CSR-009", "x.csr", "csr-unsound");
    let bench = Bench::new();
    request(&bench, &format!("/CN={NAME}"), &[]);
    lint(&bench)
        .exits(0)
        .fails("CSR-010", "x.csr", "name-in-cn-only")
        .finds("CSR-011", "x.csr", "not-applicable");
}

#[test]
fn alternative_names_are_looked_at_too() {
    let bench = Bench::new();
    let names = format!("subjectAltName=DNS:{NAME},DNS:*.nhs.uk,IP:10.0.0.1,email:me@nhs.net");
    request(&bench, &format!("/CN={NAME}"), &["-addext", &names]);
    let run = lint(&bench)
        .exits(1)
        .fails("CSR-006", "x.csr", "name-unsound")
        .fails("CSR-007", "x.csr", "email-present")
        .fails("CSR-011", "x.csr", "csr-unsound");
    let evidence = run.finding("CSR-011", "x.csr")["evidence"].clone();
    assert_eq!(evidence["names"], "*.nhs.uk, 10.0.0.1", "{evidence}");
}

#[test]
fn a_challenge_password_is_a_warning_and_its_value_is_not_repeated() {
    let bench = Bench::new();
    let config = bench.write(
        "req.cnf",
        format!("[req]\nprompt = no\ndistinguished_name = dn\nattributes = at\n[dn]\nCN = {NAME}\n[at]\nchallengePassword = opensesame\nunstructuredName = Example\n"),
    );
    let key = bench.write("openssl.pem", key());
    let out = bench.path("x.csr");
    openssl(&[
        "req",
        "-new",
        "-key",
        key.to_str().unwrap(),
        "-config",
        config.to_str().unwrap(),
        "-out",
        out.to_str().unwrap(),
    ]);
    let run = lint(&bench)
        .exits(0)
        .fails("CSR-012", "x.csr", "csr-unsound");
    let evidence = run.finding("CSR-012", "x.csr")["evidence"].clone();
    let named = evidence["attributes"].as_str().unwrap().to_owned();
    assert!(named.contains("challengePassword") && named.contains("unstructuredName"));
    assert!(!run.stdout.contains("opensesame"), "{run}");
    bench.run(["csr", "lint", "x.csr", "--strict"]).exits(1);
}

#[test]
fn keys_and_hashes_are_judged() {
    for (arguments, code, id, cause) in [
        (
            &["-newkey", "rsa:1024", "-sha256"][..],
            1,
            "CSR-013",
            "weak-key",
        ),
        (
            &["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"],
            0,
            "CSR-014",
            "weak-key",
        ),
        (
            &["-newkey", "rsa:2048", "-sha1"],
            1,
            "CSR-015",
            "weak-signature",
        ),
        (
            &["-newkey", "rsa:2048", "-md5"],
            1,
            "CSR-015",
            "weak-signature",
        ),
    ] {
        let bench = Bench::new();
        let (out, key) = (bench.path("x.csr"), bench.path("x.pem"));
        let subject = format!("/CN={NAME}");
        let mut all = vec!["req", "-new", "-nodes", "-subj", &subject];
        all.extend([
            "-out",
            out.to_str().unwrap(),
            "-keyout",
            key.to_str().unwrap(),
        ]);
        all.extend(arguments);
        openssl(&all);
        lint(&bench).exits(code).fails(id, "x.csr", cause);
    }
}

#[test]
fn a_request_that_was_changed_after_signing_is_told() {
    let bench = Bench::new();
    request(&bench, &format!("/CN={NAME}"), &["-outform", "DER"]);
    let mut der = fs::read(bench.path("x.csr")).unwrap();
    let at = der
        .windows(7)
        .position(|window| window == b"example")
        .unwrap();
    der[at] = b'E';
    bench.write("x.csr", &der);
    lint(&bench)
        .exits(1)
        .fails("CSR-001", "x.csr", "bad-signature");
}

#[test]
fn pem_der_windows_lines_and_a_byte_order_mark_are_all_read() {
    let bench = Bench::new();
    request(&bench, &format!("/CN={NAME}"), &[]);
    let pem = bench.read("x.csr");
    bench.write("x.csr", format!("\u{feff}{}", pem.replace('\n', "\r\n")));
    lint(&bench).exits(0);
    let old = pem.replace("CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST");
    bench.write("x.csr", format!("From: desk\n\n{old}"));
    lint(&bench).exits(0);
    request(&bench, &format!("/CN={NAME}"), &["-outform", "DER"]);
    lint(&bench).exits(0);
}

#[test]
fn a_private_key_in_the_same_file_fails_before_it_is_sent() {
    let bench = Bench::new();
    request(&bench, &format!("/CN={NAME}"), &[]);
    let both = format!("{}{}", bench.read("x.csr"), key());
    bench.write("x.csr", both);
    let run = lint(&bench)
        .exits(1)
        .fails("CSR-002", "x.csr", "private-key-included");
    let inside = key().lines().nth(5).unwrap();
    assert!(!run.stdout.contains(inside) && !run.stderr.contains(inside));
}

#[test]
fn a_name_with_control_characters_steers_nothing() {
    let bench = Bench::new();
    request(&bench, "/CN=a\u{1b}[2J\u{202e}\u{7}.nhs.uk", &[]);
    for format in ["human", "json", "junit"] {
        let run = bench
            .run(["csr", "lint", "x.csr", "-v", "--format", format])
            .exits(1);
        assert!(
            !run.stdout.contains(['\u{1b}', '\u{202e}', '\u{7}']),
            "{format}: {run}"
        );
    }
    lint(&bench).fails("CSR-004", "x.csr", "name-unsound");
}

#[test]
fn a_file_that_is_no_request_is_refused_for_what_it_is_at_once() {
    let bench = Bench::new();
    request(&bench, &format!("/CN={NAME}"), &[]);
    let pem = bench.read("x.csr");
    File::create(bench.path("huge"))
        .unwrap()
        .set_len(1 << 30)
        .unwrap();
    bench.write("empty", "");
    bench.write(
        "binary",
        (0..=255).cycle().take(100_000).collect::<Vec<u8>>(),
    );
    bench.write("truncated", &pem[..pem.len() / 2]);
    bench.write("twice", pem.repeat(2));
    bench.write("key", key());
    bench.write("text", "hello\n");
    fs::create_dir(bench.path("folder")).unwrap();
    for (file, text) in [
        ("missing", "could not read"),
        ("huge", "larger than"),
        ("empty", "is empty"),
        ("binary", "neither PEM nor DER"),
        ("truncated", "cut off"),
        ("twice", "2 certificate requests"),
        ("key", "holds a private key, and no certificate request"),
        ("text", "neither PEM nor DER"),
        ("folder", "a folder"),
    ] {
        let started = Instant::now();
        within_200_mb(&bench, &["csr", "lint", file]).refuses(text);
        assert!(started.elapsed() < Duration::from_secs(1), "{file}");
    }
}

#[test]
fn every_damage_of_a_request_ends_in_a_report_or_a_refusal() {
    let bench = Bench::new();
    request(&bench, &format!("/CN={NAME}"), &["-outform", "DER"]);
    let der = fs::read(bench.path("x.csr")).unwrap();
    for at in (0..der.len()).step_by(23) {
        let mut damaged = der.clone();
        damaged[at] ^= 0xff;
        bench.write("x.csr", &damaged);
        let run = lint(&bench);
        assert!(matches!(run.code, Some(1..=3)), "byte {at}: {run}");
    }
}

#[test]
fn flags_of_making_do_not_stand_before_lint() {
    let bench = Bench::new();
    request(&bench, &format!("/CN={NAME}"), &[]);
    bench
        .run(["csr", "--fqdn", NAME, "lint", "x.csr"])
        .refuses("before `lint`");
    bench
        .run(["csr", "--format", "json", "lint", "x.csr"])
        .exits(0);
    bench
        .run(["csr", "lint", "x.csr", "--fqdn", "example.com"])
        .refuses("not under nhs.uk");
}
