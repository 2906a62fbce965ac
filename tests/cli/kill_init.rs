//! Kills and rivals during `ptl init`: never a partial file, never an install without its checklist, one winner.

use std::{
    fs,
    process::{Child, Stdio},
    time::Instant,
};

use ptl::config::Install;

use crate::{
    init::{flags, install},
    support::Bench,
};

fn start(bench: &Bench) -> Child {
    bench
        .command(flags(&[]))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Asserts what holds at any moment; how many files are there.
#[track_caller]
fn look(bench: &Bench) -> usize {
    let files = bench.files();
    match files.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => 0,
        ["checklist.toml"] => {
            assert!(
                bench
                    .read("checklist.toml")
                    .ends_with("definition = \"booking-provider\"\n")
            );
            bench
                .run(flags(&[]))
                .refuses("without a `ptl.toml`")
                .complains("delete it and run `ptl init` again");
            1
        }
        ["checklist.toml", "ptl.toml"] => {
            assert_eq!(install(bench).warnings, []);
            2
        }
        _ => panic!("left behind: {files:?}"),
    }
}

#[test]
fn a_kill_at_any_moment_leaves_nothing_partial() {
    const TRIALS: u32 = 100;
    let begun = Instant::now();
    assert!(start(&Bench::new()).wait().unwrap().success());
    let length = begun.elapsed();
    let mut left = [0; 3];
    for trial in 0..TRIALS {
        let bench = Bench::new();
        let mut run = start(&bench);
        if trial % 2 == 0 {
            std::thread::sleep(length * 5 / 4 * trial / TRIALS);
        } else {
            // As soon as the first file has its name: between the two.
            while fs::symlink_metadata(bench.path("checklist.toml")).is_err()
                && run.try_wait().unwrap().is_none()
            {
                std::hint::spin_loop();
            }
        }
        run.kill().unwrap();
        run.wait().unwrap();
        left[look(&bench)] += 1;
    }
    assert!(left[1] > 0, "no kill fell between the two files: {left:?}");
}

#[test]
fn of_two_at_once_one_wins_and_the_other_changes_nothing() {
    for _ in 0..10 {
        let bench = Bench::new();
        let mut runs: Vec<Child> = (0..4).map(|_| start(&bench)).collect();
        let codes: Vec<_> = runs
            .iter_mut()
            .map(|run| run.wait().unwrap().code().unwrap())
            .collect();
        assert_eq!(
            codes.iter().filter(|code| **code == 0).count(),
            1,
            "{codes:?}"
        );
        assert!(codes.iter().all(|code| matches!(code, 0 | 2)), "{codes:?}");
        assert_eq!(look(&bench), 2);
        assert!(Install::read(&bench.folder()).is_ok());
    }
}

#[test]
fn a_disk_that_is_full_is_told_and_leaves_nothing() {
    // No file of any size can be written: the shell limits them to nothing.
    let bench = Bench::new();
    let command = bench.command(flags(&[]));
    let run = std::process::Command::new("sh")
        .args(["-c", "ulimit -f 0; trap '' XFSZ; exec \"$0\" \"$@\""])
        .arg(command.get_program())
        .args(command.get_args())
        .current_dir(bench.folder())
        .output()
        .unwrap();
    assert_eq!(run.status.code(), Some(2), "{run:?}");
    assert_eq!(bench.files(), Vec::<String>::new());
}
