//! A thousand targets that never answer, half of them names that no server resolves: one timeout for all.
//!
//! In a network namespace (`unshare -Urnm`) in which everything that comes in for 10/8 is dropped.

use std::{
    process::{Command, Stdio},
    time::Instant,
};

use super::Ratio;

const TARGETS: usize = 1000;
const SETUP: &str = "set -e; mount --bind \"$1\" /etc/resolv.conf; shift; ip link set lo up
ip route add local 10.0.0.0/8 dev lo
nft 'table inet t { chain c { type filter hook input priority 0; ip daddr 10.0.0.0/8 drop; }; }'
exec \"$@\"";

/// The wall time of `ptl check-firewall` with a timeout of 3 s, in seconds.
pub(crate) fn ratios() -> Vec<Ratio> {
    let folder = tempfile::tempdir().unwrap();
    let resolv = folder.path().join("resolv.conf");
    std::fs::write(&resolv, "nameserver 10.9.9.9\n").unwrap();
    let targets = (0..TARGETS).map(|number| match number % 2 {
        0 => format!("10.1.{}.{}:443", number / 250, number % 250 + 1),
        _ => format!("host{number}.int.spine2.ncrs.nhs.uk:443"),
    });
    let mut command = Command::new("unshare");
    command
        .args(["-Urnm", "sh", "-c", SETUP, "sh"])
        .arg(resolv)
        .arg(env!("CARGO_BIN_EXE_ptl"))
        .args([
            "check-firewall",
            "--timeout",
            "3s",
            "--format",
            "json",
            "--target",
        ])
        .args(targets)
        .env(
            "PATH",
            "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        )
        .stdin(Stdio::null());
    let start = Instant::now();
    let output = command.output().unwrap();
    let took = start.elapsed();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "nothing answers: {errors}");
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let failed = report["summary"]["fail"]["error"].as_u64().unwrap();
    assert_eq!(failed, TARGETS as u64, "each target fails once");
    vec![Ratio {
        name: format!("{TARGETS} silent targets, seconds"),
        value: took.as_secs_f64(),
        must: 4.0,
        aim: 3.5,
        detail: format!("{took:.2?} with --timeout 3s"),
    }]
}
