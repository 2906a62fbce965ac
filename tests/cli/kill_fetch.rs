//! Kills, rivals and full disks during `ptl crl fetch`: what is kept is always the old list or the new one, whole.

use std::{
    fs,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use crate::{
    chain_files::utf8,
    list_host::{Answer, Scene},
    support::trials,
};

/// A scene whose host has a newer list than the one that is kept.
struct Two {
    scene: Scene,
    old: Vec<u8>,
    new: Vec<u8>,
}

impl Two {
    fn new(name: &str) -> Self {
        let scene = Scene::new(name);
        // Some thousand entries, so that a list takes its time.
        scene.sub.revoke_made_up(4_000);
        let old = scene.list("old.crl");
        let new = scene.list_of("new.crl", "20250102000000Z", "20250202000000Z");
        scene.host.answers(Answer::Tagged(old.clone(), "old"));
        scene.fetch(&[]).exits(0);
        scene.host.answers(Answer::Tagged(new.clone(), "new"));
        Self { scene, old, new }
    }

    fn start(&self) -> Child {
        let mut command = self.scene.bench.command(self.scene.arguments(&[]));
        let silent = command.stdout(Stdio::null()).stderr(Stdio::null());
        silent.spawn().unwrap()
    }

    /// How long a whole run takes.
    fn fetch(&self) -> Duration {
        let begun = Instant::now();
        assert!(self.start().wait().unwrap().success());
        begun.elapsed()
    }

    /// The folder as it was before the newer list came.
    fn back(&self, saved: &Path) {
        let lists = self.scene.bench.path("lists");
        fs::remove_dir_all(&lists).unwrap();
        copy(saved, &lists);
    }

    /// Which of the two is kept; whole, and nothing else under that name.
    #[track_caller]
    fn look(&self) -> &'static str {
        match self.scene.kept() {
            Some(kept) if kept == self.old => "old",
            Some(kept) if kept == self.new => "new",
            kept => panic!("neither: {:?}", kept.map(|it| it.len())),
        }
    }

    fn status(&self) {
        let issuer = self.scene.sub.certificate();
        let at = ["--at", "2025-01-15T00:00:00Z", "--quiet"];
        let what = [
            "crl",
            "status",
            "--cache",
            "lists",
            "--issuer",
            utf8(&issuer),
        ];
        self.scene.bench.run([&what[..], &at].concat()).exits(0);
    }
}

fn copy(from: &Path, to: &Path) {
    let options = ["-a", utf8(from), utf8(to)];
    assert!(Command::new("cp").args(options).status().unwrap().success());
}

#[test]
fn a_kill_at_any_moment_leaves_the_old_list_or_the_new_one() {
    let two = Two::new("kill");
    let saved = two.scene.bench.path("saved");
    copy(&two.scene.bench.path("lists"), &saved);
    let mut length = two.fetch();
    let trials = trials(50);
    let mut left = [0; 2];
    for trial in 0..trials {
        two.back(&saved);
        let mut run = two.start();
        if trial % 2 == 0 {
            std::thread::sleep(length * 5 / 4 * trial / trials);
        } else {
            wait_for_the_new_file(&two, &mut run, length * trial / trials / 4);
        }
        run.kill().unwrap();
        run.wait().unwrap();
        let is_new = two.look() == "new";
        left[usize::from(is_new)] += 1;
        two.status();
        // The next run goes on where that one ended. How long one takes changes with what else the machine does.
        let taken = two.fetch();
        length = if is_new { length } else { taken };
        assert_eq!(two.look(), "new");
        two.status();
    }
    assert!(left[0] > 0 && left[1] > 0, "no kill fell between: {left:?}");
}

/// Until the new list has a file of its own, and a while longer.
fn wait_for_the_new_file(two: &Two, run: &mut Child, longer: Duration) {
    let is_coming = || {
        let files = two.scene.bench.files();
        files
            .iter()
            .any(|it| it.contains(".ptl-") && it.starts_with("lists"))
    };
    while !is_coming() && run.try_wait().unwrap().is_none() {
        std::hint::spin_loop();
    }
    std::thread::sleep(longer);
}

#[test]
fn of_many_at_once_none_puts_an_older_list_in_the_place_of_a_newer_one() {
    let two = Two::new("rivals");
    for _ in 0..trials(3) {
        let older: Vec<Child> = (0..3).map(|_| two.start()).collect();
        two.scene
            .host
            .answers(Answer::Tagged(two.old.clone(), "old"));
        let newer: Vec<Child> = (0..3).map(|_| two.start()).collect();
        two.scene
            .host
            .answers(Answer::Tagged(two.new.clone(), "new"));
        for mut run in older.into_iter().chain(newer) {
            // To be told that what came is older is no success.
            assert!(matches!(run.wait().unwrap().code(), Some(0 | 1)));
        }
        assert!(two.start().wait().unwrap().success());
        assert_eq!(two.look(), "new");
        two.status();
    }
}

#[test]
fn a_full_disk_and_a_folder_that_is_read_only_leave_the_old_list_and_say_so() {
    let two = Two::new("full");
    let arguments = two.scene.arguments(&[]);
    for mount in ["size=256k", "size=64M,ro"] {
        // What is there fits, and what comes does not.
        let script = format!(
            "mkdir -p m; mount -t tmpfs -o size=64M tmpfs m; cp -a lists/. m/
             mount -o remount,{mount} m
             head -c 1M /dev/zero > m/filler 2>/dev/null || true
             mount --bind m lists
             code=0; \"$0\" \"$@\" 2>error || code=$?
             rm -f m/filler 2>/dev/null || true
             cmp -s m/*.crl old.crl; test \"$(ls -A m | grep -c tmp)\" = 0
             grep -q '^error: could not write' error; grep -q '^hint: ' error; exit $code"
        );
        fs::write(two.scene.bench.path("old.crl"), &two.old).unwrap();
        let run = Command::new("unshare")
            .args(["--user", "--map-root-user", "--mount", "sh", "-uc", &script])
            .arg(env!("CARGO_BIN_EXE_ptl"))
            .args(&arguments)
            .current_dir(two.scene.bench.folder())
            .output()
            .unwrap();
        assert_eq!(run.status.code(), Some(2), "{mount}: {run:?}");
        let said = two.scene.bench.read("error");
        assert!(said.contains("could not write"), "{mount}: {said}");
        assert_eq!(two.look(), "old");
    }
}
