//! A hundred keys and requests by `ptl csr --list`, against the `openssl` command one after another.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use super::Ratio;

const NAMES: usize = 100;
/// RSA keys take a random time: both sides make them three times, and the middle one counts.
const RUNS: usize = 3;

/// The ratio of the two.
pub(crate) fn ratios() -> Vec<Ratio> {
    let mut ours: Vec<Duration> = (0..RUNS).map(|_| by_ptl()).collect();
    let mut theirs: Vec<Duration> = (0..RUNS).map(|_| by_openssl()).collect();
    ours.sort_unstable();
    theirs.sort_unstable();
    let (ours, theirs) = (ours[RUNS / 2], theirs[RUNS / 2]);
    vec![Ratio {
        name: format!("csr --list of {NAMES} against openssl req"),
        value: ours.as_secs_f64() / theirs.as_secs_f64(),
        must: 1.0 / 3.0,
        aim: 1.0 / 6.0,
        detail: format!(
            "{:.2} s / {:.2} s",
            ours.as_secs_f64(),
            theirs.as_secs_f64()
        ),
    }]
}

fn name(number: usize) -> String {
    format!("host{number}.thirdparty.nhs.uk")
}

fn by_ptl() -> Duration {
    let folder = tempfile::tempdir().unwrap();
    let list: Vec<String> = (0..NAMES).map(name).collect();
    fs::write(folder.path().join("names.txt"), list.join("\n")).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_ptl"));
    command.args(["csr", "--list", "names.txt"]);
    time(command, folder.path())
}

fn by_openssl() -> Duration {
    let folder = tempfile::tempdir().unwrap();
    let one = |number: usize| {
        let name = name(number);
        let mut command = Command::new("openssl");
        command.args(["req", "-new", "-newkey", "rsa:2048", "-nodes"]);
        command.args([
            "-subj",
            &format!("/CN={name}"),
            "-addext",
            &format!("subjectAltName=DNS:{name}"),
        ]);
        command.args([
            "-keyout",
            &format!("{name}.key"),
            "-out",
            &format!("{name}.csr"),
        ]);
        time(command, folder.path())
    };
    (0..NAMES).map(one).sum()
}

fn time(mut command: Command, folder: &Path) -> Duration {
    command
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let begun = Instant::now();
    assert!(command.status().unwrap().success());
    begun.elapsed()
}
