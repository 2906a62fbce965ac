//! 200 SIGKILLs while the checklist is saved: the file is always whole, and either old or new.

use std::{
    fs,
    io::Write,
    process::{Child, Stdio},
    time::{Duration, Instant},
};

use ptl::checklist::state;

use crate::{
    checklist::{install, old},
    support::Bench,
};

const FILE: &str = "checklist.toml";
const HIDDEN: &str = ".checklist.toml.new";

/// When a run is killed.
#[derive(Clone, Copy)]
enum When {
    /// So long after its start.
    After(Duration),
    /// So long after the new text has a file of its own: in the middle of the saving.
    Saving(Duration),
}

fn start(bench: &Bench, reason: &str) -> Child {
    bench
        .command(["checklist", "block", "plan.ods", "--reason", reason])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

fn kill(bench: &Bench, run: &mut Child, when: When) {
    match when {
        When::After(delay) => std::thread::sleep(delay),
        When::Saving(delay) => {
            let hidden = bench.path(HIDDEN);
            while fs::symlink_metadata(&hidden).is_err() && run.try_wait().unwrap().is_none() {
                std::hint::spin_loop();
            }
            let begun = Instant::now();
            while begun.elapsed() < delay {
                std::hint::spin_loop();
            }
        }
    }
    run.kill().unwrap();
    run.wait().unwrap();
}

/// How long a run takes here and now, the longest of three.
fn length(bench: &Bench) -> Duration {
    let run = |_| {
        let begun = Instant::now();
        assert!(start(bench, "x").wait().unwrap().success());
        begun.elapsed()
    };
    (0..3).map(run).max().unwrap()
}

#[test]
fn two_hundred_kills_leave_the_old_state_or_the_new_one_and_the_next_run_goes_on() {
    const TRIALS: u32 = 200;
    const NOTES: usize = 1_500;
    let bench = install("booking-provider");
    // Long enough for a save to take its time.
    let filler = "# a note that somebody keeps here\n".repeat(NOTES);
    bench.write(FILE, old("booking-provider") + &filler);
    let length = length(&bench);
    let (mut old, mut new, mut hidden) = (0, 0, 0);
    for trial in 0..TRIALS {
        let before = bench.read(FILE);
        let reason = format!("trial {trial}");
        let mut run = start(&bench, &reason);
        let when = match trial % 2 {
            0 => When::After(length * 3 / 2 * trial / TRIALS),
            _ => When::Saving(Duration::from_micros(u64::from(trial) * 5)),
        };
        kill(&bench, &mut run, when);

        let after = bench.read(FILE);
        let (_, state) = state::parse(&after, FILE).expect("the file is whole");
        assert_eq!(after.matches("# a note").count(), NOTES);
        if after == before {
            old += 1;
        } else {
            assert_eq!(
                state.records["plan.ods"].particulars.reason.as_deref(),
                Some(&*reason)
            );
            new += 1;
        }
        hidden += u32::from(bench.path(HIDDEN).exists());
    }
    // The lock of the killed is free, and what they left is overwritten.
    bench
        .run(["checklist", "block", "plan.ods", "--reason", "at last"])
        .exits(0);
    assert_eq!(bench.files(), [".checklist.toml.lock", FILE]);
    // Past the test harness, which would swallow what a passing test says.
    let _ = writeln!(
        std::io::stderr(),
        "of {TRIALS} kills in {length:?}: old {old}, new {new}; in the middle of the saving {hidden}"
    );
    assert!(old > 0, "no kill came before the saving");
    assert!(new > 0, "no kill came after it");
    assert!(hidden > 0, "no kill came in the middle of it");
}
