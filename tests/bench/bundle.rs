//! How long `ptl check-chain` takes for a bundle of 5,000 certificates, as trust and as what is sent.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use openssl::{
    pkey::{PKey, Private},
    rsa::Rsa,
    x509::X509,
};
use rayon::prelude::{IntoParallelIterator, ParallelIterator};

use super::{Ratio, chains::certificate};

const CERTIFICATES: u32 = 5_000;
const RUNS: usize = 5;

/// The whole process, start and report included, against one second: what it must keep is a time, not a ratio.
pub(crate) fn ratios() -> Vec<Ratio> {
    let folder = tempfile::tempdir().unwrap();
    let keys: Vec<_> = (0..2)
        .map(|_| PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap())
        .collect();
    let root = certificate(0, "root", &keys[0], None, true);
    let leaf = certificate(1, "leaf", &keys[1], Some((&root, &keys[0])), false);
    let strangers = strangers(&keys[0]);
    // Leaf first, root last, as far from each other as can be.
    write(folder.path(), "leaf.pem", &[&leaf]);
    write(folder.path(), "root.pem", &[&root]);
    let with = |first: &X509| -> Vec<X509> {
        let mut all = vec![first.clone()];
        all.extend(strangers.iter().cloned());
        all
    };
    let trust: Vec<X509> = strangers.iter().cloned().chain([root.clone()]).collect();
    write(
        folder.path(),
        "trust.pem",
        &trust.iter().collect::<Vec<_>>(),
    );
    write(
        folder.path(),
        "sent.pem",
        &with(&leaf).iter().collect::<Vec<_>>(),
    );
    vec![
        measured(
            folder.path(),
            "trusted",
            &["--cert", "leaf.pem", "--trust", "trust.pem"],
        ),
        measured(
            folder.path(),
            "sent",
            &["--cert", "sent.pem", "--trust", "root.pem"],
        ),
    ]
}

fn strangers(key: &PKey<Private>) -> Vec<X509> {
    let numbers = (2..=CERTIFICATES).into_par_iter();
    numbers
        .map(|number| certificate(number, &format!("ca-{number}"), key, None, true))
        .collect()
}

fn write(folder: &Path, name: &str, certificates: &[&X509]) {
    let pem: Vec<u8> = certificates
        .iter()
        .flat_map(|it| it.to_pem().unwrap())
        .collect();
    fs::write(folder.join(name), pem).unwrap();
}

fn measured(folder: &Path, what: &str, arguments: &[&str]) -> Ratio {
    let mut times: Vec<Duration> = (0..RUNS).map(|_| judge(folder, arguments)).collect();
    times.sort();
    Ratio {
        name: format!("{CERTIFICATES} certificates {what} / 1 s"),
        value: times[RUNS / 2].as_secs_f64(),
        must: 1.0,
        aim: 0.5,
        detail: format!("{:.0?} to {:.0?}", times[0], times[RUNS - 1]),
    }
}

fn judge(folder: &Path, arguments: &[&str]) -> Duration {
    let started = Instant::now();
    let status = Command::new(env!("CARGO_BIN_EXE_ptl"))
        .arg("check-chain")
        .args(arguments)
        .current_dir(folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    assert_eq!(status.unwrap().code(), Some(0), "{arguments:?}");
    started.elapsed()
}
