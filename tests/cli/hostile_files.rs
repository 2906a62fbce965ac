//! Files made to hurt, by a generator: whatever they are, an answer comes back, and it takes no more than 200 MB.
//!
//! `PTL_SEED=N` makes other files; a failure names the seed and keeps the file. `cargo bench -- hostile` times them.

use std::{
    fs,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use crate::{
    chain_files::utf8,
    hostile::{hostile, seed},
    pki::{self, openssl},
    support::Bench,
};

/// How many files are made of each kind.
const EACH: usize = 2;

/// Whatever a file is, its reader says what it is, judges it or refuses it; it never breaks.
const COMMANDS: &[&[&str]] = &[
    &["check-chain", "--cert", "FILE", "--trust", "root.pem"],
    &[
        "check-chain",
        "--cert",
        "leaf.pem",
        "--chain",
        "FILE",
        "--trust",
        "FILE",
    ],
    &[
        "check-chain",
        "--cert",
        "leaf.pem",
        "--trust",
        "root.pem",
        "--crl",
        "FILE",
    ],
    &[
        "check-chain",
        "--cert",
        "leaf.pem",
        "--trust",
        "root.pem",
        "--key",
        "FILE",
    ],
    &["csr", "lint", "FILE"],
    &["csr", "match", "FILE"],
    &["expiry", "FILE"],
];

/// Far longer than anything takes, so that a hang is told from a slow machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// Sound files of every kind that is read, as PEM and DER.
fn samples(bench: &Bench) -> Vec<Vec<u8>> {
    let family = pki::sha256();
    let leaf = utf8(&family.leaf.certificate);
    let list = family.sub.list("hostile.crl", pki::FROM, pki::UNTIL);
    let request = family.leaf.certificate.with_extension("csr");
    let out = bench.path("out");
    let mut samples: Vec<Vec<u8>> = [&family.leaf.certificate, &family.leaf.key, &list, &request]
        .iter()
        .map(|file| fs::read(file).unwrap())
        .collect();
    for arguments in [
        vec!["x509", "-in", leaf, "-outform", "DER"],
        vec!["crl", "-in", utf8(&list), "-outform", "DER"],
        vec!["req", "-in", utf8(&request), "-outform", "DER"],
        vec![
            "pkcs8",
            "-topk8",
            "-nocrypt",
            "-in",
            utf8(&family.leaf.key),
            "-outform",
            "DER",
        ],
        vec![
            "pkcs8",
            "-topk8",
            "-passout",
            "pass:x",
            "-in",
            utf8(&family.leaf.key),
            "-outform",
            "DER",
        ],
        vec!["crl2pkcs7", "-nocrl", "-certfile", leaf, "-outform", "DER"],
        vec![
            "pkcs12",
            "-export",
            "-passout",
            "pass:",
            "-in",
            leaf,
            "-inkey",
            utf8(&family.leaf.key),
        ],
    ] {
        openssl(&[&arguments[..], &["-out", utf8(&out)]].concat());
        samples.push(fs::read(&out).unwrap());
    }
    samples
}

#[test]
fn whatever_a_file_is_an_answer_comes_back() {
    let family = pki::sha256();
    let bench = Bench::new();
    let seed = seed();
    bench.write("root.pem", fs::read(family.root.certificate()).unwrap());
    bench.write("leaf.pem", fs::read(&family.leaf.certificate).unwrap());
    for (name, bytes) in hostile(&samples(&bench), seed, EACH) {
        let file = bench.write(&name, bytes);
        for arguments in COMMANDS {
            let what = format!("PTL_SEED={seed}, {name}: ptl {}", arguments.join(" "));
            let arguments = arguments
                .iter()
                .map(|it| if *it == "FILE" { utf8(&file) } else { it });
            let code = answer(start(&bench, arguments), &what);
            let stderr = bench.read("stderr");
            assert!(matches!(code, Some(0..=3)), "{what}: {code:?}\n{stderr}");
            assert!(!stderr.contains("panicked"), "{what}\n{stderr}");
            assert_eq!(
                code == Some(2),
                stderr.starts_with("error: "),
                "{what}: {code:?}\n{stderr}"
            );
        }
        fs::remove_file(&file).unwrap();
    }
}

/// `ptl` with no more than 300 MB of address space, of which the debug build itself takes 60.
fn start<'a>(bench: &Bench, arguments: impl Iterator<Item = &'a str>) -> Child {
    Command::new("sh")
        .args(["-c", "ulimit -v 300000; exec \"$0\" \"$@\""])
        .arg(env!("CARGO_BIN_EXE_ptl"))
        .args(arguments)
        .current_dir(bench.folder())
        .env("LC_ALL", "C.UTF-8")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(fs::File::create(bench.path("stderr")).unwrap())
        .spawn()
        .unwrap()
}

/// The exit code of a run that must come to an end.
#[track_caller]
fn answer(mut child: Child, what: &str) -> Option<i32> {
    let started = Instant::now();
    while started.elapsed() < PATIENCE {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code();
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    child.kill().unwrap();
    panic!("{what}: no answer after {PATIENCE:?}");
}
