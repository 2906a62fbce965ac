//! 200 SIGKILLs during `ptl csr`: never a request without its key, never a partial file, and a way on.

use std::{
    fs,
    io::Write,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use openssl::{pkey::PKey, x509::X509Req};

use crate::{
    csr::{CSR, KEY, NAME, mode},
    support::Bench,
};

/// What a kill left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Left {
    Nothing,
    KeyAlone,
    Pair,
}

/// When a run is killed.
#[derive(Clone, Copy)]
enum When {
    /// So long after its start.
    After(Duration),
    /// As soon as the key has its name: in the middle of the writing.
    KeySeen,
}

fn start(bench: &Bench) -> Child {
    bench
        .command(["csr", "--fqdn", NAME])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// How long runs take here and now, the longest of three.
fn length() -> Duration {
    (0..3)
        .map(|_| {
            let bench = Bench::new();
            let begun = Instant::now();
            assert!(start(&bench).wait().unwrap().success());
            begun.elapsed()
        })
        .max()
        .unwrap()
}

fn kill(run: &mut Child, key: &Path, when: When) {
    match when {
        When::After(delay) => std::thread::sleep(delay),
        When::KeySeen => {
            while fs::symlink_metadata(key).is_err() && run.try_wait().unwrap().is_none() {
                std::hint::spin_loop();
            }
        }
    }
    run.kill().unwrap();
    run.wait().unwrap();
}

/// Asserts what holds after a kill at any moment.
#[track_caller]
fn look(bench: &Bench) -> Left {
    let files = bench.files();
    let left = match files.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => return Left::Nothing,
        [KEY] => Left::KeyAlone,
        [CSR, KEY] => Left::Pair,
        _ => panic!("left behind: {files:?}"),
    };
    let key = PKey::private_key_from_pem(bench.read(KEY).as_bytes()).expect("a whole key");
    assert!(bench.read(KEY).ends_with("-----END PRIVATE KEY-----\n"));
    assert_eq!(mode(&bench.path(KEY)), 0o600);
    if left == Left::Pair {
        let request = X509Req::from_pem(bench.read(CSR).as_bytes()).expect("a whole request");
        assert!(
            bench
                .read(CSR)
                .ends_with("-----END CERTIFICATE REQUEST-----\n")
        );
        assert!(request.verify(&key).unwrap(), "the key's own request");
    }
    left
}

/// Asserts that the next run makes the pair, or says how to.
#[track_caller]
fn go_on(bench: &Bench, left: Left) {
    match left {
        Left::Nothing => {
            bench.run(["csr", "--fqdn", NAME]).exits(0);
        }
        Left::KeyAlone => {
            bench
                .run(["csr", "--fqdn", NAME])
                .refuses("is there without its request")
                .complains(&format!("--from-key {KEY}"));
            bench
                .run(["csr", "--fqdn", NAME, "--from-key", KEY])
                .exits(0);
        }
        Left::Pair => {
            bench.run(["csr", "--fqdn", NAME]).refuses("already there");
        }
    }
    assert_eq!(look(bench), Left::Pair);
}

#[test]
fn two_hundred_kills_leave_no_request_without_its_key_and_no_partial_file() {
    const TRIALS: u32 = 200;
    let length = length();
    let mut counts = [0; 3];
    for trial in 0..TRIALS {
        let bench = Bench::new();
        let mut run = start(&bench);
        // Every second one over the whole run, and a little beyond its usual end.
        let when = match trial % 2 {
            0 => When::After(length * 5 / 4 * trial / TRIALS),
            _ => When::KeySeen,
        };
        kill(&mut run, &bench.path(KEY), when);
        let left = look(&bench);
        counts[left as usize] += 1;
        // The first of each kind, and some more: the way on is the same for all.
        if counts[left as usize] % 20 == 1 {
            go_on(&bench, left);
        }
    }
    let [nothing, key_alone, pair] = counts;
    // Past the test harness, which would swallow what a passing test says.
    let _ = writeln!(
        std::io::stderr(),
        "of {TRIALS} kills in {length:?}: nothing {nothing}, key alone {key_alone}, pair {pair}"
    );
    // Where the disk is memory, almost no time lies between key and request: that count is only shown.
    assert!(nothing > 0, "no kill came before the writing");
    assert!(key_alone + pair > 0, "no kill came after it began");
}

#[test]
fn a_kill_where_files_cannot_be_unnamed_leaves_a_hidden_leftover_that_the_next_run_removes() {
    // Without /proc an unnamed file could not be linked, so hidden names are taken.
    let script = "mount -t tmpfs tmpfs /proc
        for delay in 0.02 0.03 0.04 0.05 0.06 0.07 0.08 0.09 0.10 0.12; do
            for try in 1 2 3; do
                mkdir m
                timeout -s KILL $delay $PTL csr --fqdn a.nhs.uk --out m >/dev/null 2>&1 || true
                if test -e m/a.nhs.uk.csr; then test -e m/a.nhs.uk.key; fi
                if test -e m/a.nhs.uk.key; then
                    openssl pkey -noout -in m/a.nhs.uk.key
                    test -e m/a.nhs.uk.csr || $PTL csr --fqdn a.nhs.uk --out m --from-key m/a.nhs.uk.key -q
                else
                    $PTL csr --fqdn a.nhs.uk --out m -q
                fi
                test \"$(ls -A m | tr '\\n' ' ')\" = 'a.nhs.uk.csr a.nhs.uk.key '
                rm -r m
            done
        done";
    let bench = Bench::new();
    let output = Command::new("unshare")
        .args(["--user", "--map-root-user", "--mount", "sh", "-euc", script])
        .current_dir(bench.folder())
        .env("PTL", env!("CARGO_BIN_EXE_ptl"))
        .output()
        .expect("the `unshare` command is installed");
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}
