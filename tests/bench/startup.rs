//! How long `ptl` takes to start, against `openssl version`.

use std::{
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use super::Ratio;

const RUNS: usize = 200;

/// `ptl --version` and `ptl checklist show`, each against `openssl version`.
pub(crate) fn ratios() -> Vec<Ratio> {
    let folder = tempfile::tempdir().unwrap();
    let init = ptl(
        folder.path(),
        &[
            "init",
            "--yes",
            "--env",
            "int",
            "--role",
            "provider",
            "--service",
            "booking",
            "--organisation",
            "Example Ltd",
            "--ods",
            "A12345",
            "--product",
            "Example Booking",
            "--product-version",
            "1.0",
            "--fqdn",
            "example.thirdparty.nhs.uk",
        ],
    )
    .status();
    let mut ratios = vec![against_openssl(folder.path(), &["--version"])];
    assert!(init.unwrap().success(), "ptl init works");
    ratios.push(against_openssl(folder.path(), &["checklist", "show"]));
    ratios
}

fn ptl(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ptl"));
    command.current_dir(folder).args(arguments);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

fn against_openssl(folder: &Path, arguments: &[&str]) -> Ratio {
    let mut ours = Vec::with_capacity(RUNS);
    let mut theirs = Vec::with_capacity(RUNS);
    for _ in 0..RUNS {
        ours.push(time(&mut ptl(folder, arguments)));
        let mut openssl = Command::new("openssl");
        theirs.push(time(openssl.arg("version").stdout(Stdio::null())));
    }
    let (ours, theirs) = (median(ours), median(theirs));
    Ratio {
        name: format!("ptl {} / openssl version", arguments.join(" ")),
        value: ours.as_secs_f64() / theirs.as_secs_f64(),
        must: 2.0,
        aim: 1.0,
        detail: format!("{ours:.2?} / {theirs:.2?}, medians of {RUNS}"),
    }
}

fn time(command: &mut Command) -> Duration {
    let start = Instant::now();
    assert!(command.status().unwrap().success(), "{command:?}");
    start.elapsed()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}
