//! `ptl csr` and passphrases: from a file, a descriptor or nowhere; never shown.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use crate::{
    csr::{CSR, KEY, NAME, keeps_the_key_to_itself, mode, public_keys},
    pki::openssl,
    support::{Bench, within_200_mb},
    terminal::Session,
};

const SECRET: &str = "correct horse battery";

fn bench_with_secret() -> Bench {
    let bench = Bench::new();
    let path = bench.write("secret", format!("{SECRET}\nsecond line\n"));
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
    bench
}

#[test]
fn an_encrypted_key_opens_by_its_passphrase_alone() {
    let bench = bench_with_secret();
    let run = bench
        .run(["csr", "--fqdn", NAME, "--passphrase-file", "secret"])
        .exits(0)
        .complains_not()
        .says("encrypted; keep it");
    assert!(
        bench
            .read(KEY)
            .starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----")
    );
    assert_eq!(mode(&bench.path(KEY)), 0o600);
    keeps_the_key_to_itself(&bench, KEY, &run);
    assert!(!run.stdout.contains("correct horse"));
    let key = bench.path(KEY);
    let key = key.to_str().unwrap();
    let plain = bench.path("plain.pem");
    openssl(&[
        "pkey",
        "-in",
        key,
        "-passin",
        &format!("pass:{SECRET}"),
        "-out",
        plain.to_str().unwrap(),
    ]);
    let (of_key, of_csr) = public_keys(&plain, &bench.path(CSR));
    assert_eq!(of_key, of_csr);
    let wrong = Command::new("openssl")
        .args(["pkey", "-in", key, "-noout", "-passin", "pass:another"])
        .stderr(Stdio::null())
        .status()
        .unwrap();
    assert!(!wrong.success());
}

#[test]
fn a_passphrase_is_dear_to_guess() {
    let bench = bench_with_secret();
    bench
        .run(["csr", "--fqdn", NAME, "--passphrase-file", "secret"])
        .exits(0);
    let form = openssl(&["asn1parse", "-in", bench.path(KEY).to_str().unwrap()]);
    for part in [":PBES2", ":PBKDF2", ":hmacWithSHA256", ":aes-256-cbc"] {
        assert!(form.contains(part), "{part}");
    }
    let rounds = format!("INTEGER           :{:06X}", 600_000);
    assert!(form.contains(&rounds), "{form}");
}

#[test]
fn a_request_for_an_encrypted_key_needs_its_passphrase() {
    let bench = bench_with_secret();
    let key = bench.write("old.key", crate::csr::key());
    let sealed = bench.path("sealed.key");
    openssl(&[
        "pkey",
        "-in",
        key.to_str().unwrap(),
        "-aes256",
        "-passout",
        &format!("pass:{SECRET}"),
        "-out",
        sealed.to_str().unwrap(),
    ]);
    let make = ["csr", "--fqdn", NAME, "--from-key", "sealed.key"];
    bench
        .run(make)
        .refuses("is encrypted")
        .complains("--passphrase-file");
    let with = |flag: &'static str, value: &'static str| {
        make.iter()
            .copied()
            .chain([flag, value])
            .collect::<Vec<_>>()
    };
    bench
        .run_with_input(with("--passphrase-fd", "0"), b"not it\n")
        .refuses("does not open");
    bench
        .run_with_input(
            with("--passphrase-fd", "0"),
            format!("{SECRET}\r\n").as_bytes(),
        )
        .exits(0);
    let (of_key, of_csr) = public_keys(&key, &bench.path(CSR));
    assert_eq!(of_key, of_csr);
}

#[test]
fn a_descriptor_of_the_shell_is_read() {
    let bench = bench_with_secret();
    for (number, script) in [
        ("3", "exec \"$@\" 3< secret"),
        (
            "7",
            "printf '%s\\n' 'correct horse battery' | { exec 7<&0 0</dev/null; \"$@\"; }",
        ),
    ] {
        let status = Command::new("sh")
            .args([
                "-c",
                script,
                "sh",
                env!("CARGO_BIN_EXE_ptl"),
                "csr",
                "--fqdn",
            ])
            .args([&format!("fd{number}.nhs.uk"), "--passphrase-fd", number])
            .current_dir(bench.folder())
            .stdout(Stdio::null())
            .status()
            .unwrap();
        assert!(status.success(), "descriptor {number}");
        let key = bench.path(&format!("fd{number}.nhs.uk.key"));
        openssl(&[
            "pkey",
            "-noout",
            "-in",
            key.to_str().unwrap(),
            "-passin",
            &format!("pass:{SECRET}"),
        ]);
    }
    bench
        .run(["csr", "--fqdn", NAME, "--passphrase-fd", "9"])
        .refuses("file descriptor 9 is not open");
}

#[test]
fn a_passphrase_that_protects_nothing_is_refused_and_no_file_made() {
    let bench = Bench::new();
    let make = ["csr", "--fqdn", NAME, "--passphrase-fd", "0"];
    for (input, text) in [
        (&b""[..], "is empty"),
        (b"\nsecond line\n", "is empty"),
        (b"short\n", "fewer than 8"),
        (&[b'x'; 5000], "does not end"),
        (&[b'x'; 2000], "longer than"),
    ] {
        bench.run_with_input(make, input).refuses(text);
    }
    bench
        .run(["csr", "--fqdn", NAME, "--passphrase-file", "missing"])
        .refuses("could not read `missing`");
    bench
        .run(["csr", "--fqdn", NAME, "--ask-passphrase"])
        .refuses("no terminal");
    assert_eq!(bench.files(), [""; 0]);
}

#[test]
fn a_passphrase_file_that_others_may_read_is_warned_of() {
    let bench = bench_with_secret();
    fs::set_permissions(bench.path("secret"), fs::Permissions::from_mode(0o644)).unwrap();
    bench
        .run(["csr", "--fqdn", NAME, "--passphrase-file", "secret"])
        .exits(0)
        .complains("warning: others may read `secret`");
}

#[test]
fn the_command_line_takes_no_passphrase_and_no_two_sources() {
    let bench = bench_with_secret();
    for flag in ["--passphrase", "--password"] {
        bench.run(["csr", "--fqdn", NAME, flag, SECRET]).exits(2);
    }
    bench
        .run([
            "csr",
            "--fqdn",
            NAME,
            "--passphrase-fd",
            "0",
            "--passphrase-file",
            "secret",
        ])
        .exits(2);
    assert_eq!(bench.files(), ["secret"]);
}

#[test]
fn a_file_that_is_no_usable_key_is_refused_for_what_it_is_at_once() {
    let bench = Bench::new();
    let key = crate::csr::key();
    bench.write("good.pem", key.replace('\n', "\r\n"));
    bench
        .run(["csr", "--fqdn", NAME, "--from-key", "good.pem"])
        .exits(0);
    let huge = fs::File::create(bench.path("huge")).unwrap();
    huge.set_len(1 << 30).unwrap();
    bench.write("empty", "");
    bench.write(
        "binary",
        (0..=255).cycle().take(100_000).collect::<Vec<u8>>(),
    );
    bench.write("truncated", &key[..key.len() / 2]);
    bench.write("twice", key.repeat(2));
    let make = |name: &str, arguments: &[&str]| {
        let path = bench.path(name);
        openssl(&[arguments, &["-out", path.to_str().unwrap()]].concat());
    };
    make(
        "curve",
        &[
            "genpkey",
            "-quiet",
            "-algorithm",
            "EC",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
        ],
    );
    make(
        "small",
        &[
            "genpkey",
            "-quiet",
            "-algorithm",
            "RSA",
            "-pkeyopt",
            "rsa_keygen_bits:1024",
        ],
    );
    for (file, text) in [
        ("missing", "could not read"),
        ("huge", "larger than"),
        ("empty", "is empty"),
        ("binary", "no private key that can be read"),
        ("truncated", "cut off"),
        ("twice", "2 private keys"),
        (CSR, "a certificate request, not a private key"),
        ("curve", "no RSA key"),
        ("small", "1024 bits"),
        (".", "a folder"),
    ] {
        let started = Instant::now();
        let make = ["csr", "--fqdn", "other.nhs.uk", "--from-key", file];
        within_200_mb(&bench, &make).refuses(text);
        assert!(started.elapsed() < Duration::from_secs(1), "{file}");
    }
    assert!(!bench.path("other.nhs.uk.csr").exists());
}

#[test]
fn nothing_waits_for_a_passphrase_that_nobody_was_asked_for() {
    let bench = bench_with_secret();
    bench
        .run(["csr", "--fqdn", NAME, "--passphrase-file", "secret"])
        .exits(0);
    fs::remove_file(bench.path(CSR)).unwrap();
    let started = Instant::now();
    bench
        .run(["csr", "--fqdn", NAME, "--from-key", KEY])
        .refuses("is encrypted");
    assert!(started.elapsed() < Duration::from_secs(5));
}

#[test]
fn a_person_at_a_terminal_is_asked_twice_for_a_new_passphrase_and_sees_none_of_it() {
    let bench = Bench::new();
    let mut session = Session::start(bench.command(["csr", "--fqdn", NAME, "--ask-passphrase"]));
    session
        .expect("Passphrase for the new key")
        .types_unseen("mistyped once\r");
    session.expect("Once more").types_unseen("mistyped twice\r");
    session.expect("The two differ");
    session
        .expect("Passphrase for the new key")
        .types_unseen(&format!("{SECRET}\r"));
    session
        .expect("Once more")
        .types_unseen(&format!("{SECRET}\r"));
    let (code, said) = session.ends();
    assert_eq!(code, Some(0), "{said}");
    assert!(!said.contains("correct horse"), "{said}");
    let key = bench.path(KEY);
    openssl(&[
        "pkey",
        "-noout",
        "-in",
        key.to_str().unwrap(),
        "-passin",
        &format!("pass:{SECRET}"),
    ]);
    fs::remove_file(bench.path(CSR)).unwrap();
    let mut session = Session::start(bench.command(["csr", "--fqdn", NAME, "--from-key", KEY]));
    session
        .expect("Passphrase of")
        .types_unseen(&format!("{SECRET}\r"));
    let (code, said) = session.ends();
    assert_eq!(code, Some(0), "{said}");
    assert!(bench.path(CSR).exists() && !said.contains("correct horse"));
}
