//! How long `ptl` takes at most for a file that was made to hurt.

use std::{
    fs,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use openssl::{pkey::PKey, rsa::Rsa};

use super::{
    Ratio,
    chains::certificate,
    made::{self, hostile},
};

/// How many files are made of each kind.
const EACH: usize = 5;

/// The slowest answer to any file, as what is sent and trusted at once, against one second.
pub(crate) fn ratios() -> Vec<Ratio> {
    let folder = tempfile::tempdir().unwrap();
    let key = PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap();
    let sound = certificate(0, "sound", &key, None, true);
    let samples = [
        sound.to_pem().unwrap(),
        sound.to_der().unwrap(),
        key.private_key_to_pem_pkcs8().unwrap(),
    ];
    fs::write(folder.path().join("sound.pem"), &samples[0]).unwrap();
    let mut slowest = (Duration::ZERO, String::new());
    for (name, bytes) in hostile(&samples, made::seed(), EACH) {
        fs::write(folder.path().join("file"), bytes).unwrap();
        let started = Instant::now();
        let status = Command::new(env!("CARGO_BIN_EXE_ptl"))
            .args([
                "check-chain",
                "--cert",
                "sound.pem",
                "--chain",
                "file",
                "--trust",
                "file",
            ])
            .current_dir(folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        assert!(matches!(status.unwrap().code(), Some(0..=3)), "{name}");
        slowest = slowest.max((started.elapsed(), name));
    }
    let (time, name) = slowest;
    vec![Ratio {
        name: "the slowest hostile file / 1 s".to_owned(),
        value: time.as_secs_f64(),
        must: 1.0,
        aim: 0.5,
        detail: format!("{name}: {time:.0?}"),
    }]
}
