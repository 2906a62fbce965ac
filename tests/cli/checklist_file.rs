//! `checklist.toml`: what survives in it, what is refused, and what two at once or a full disk do to it.

use std::{fs, path::Path};

use ptl::checklist::state;

use crate::checklist::{AT, FILE, changes_nothing, old, provider, ptl};

#[test]
fn comments_and_order_of_a_hand_edited_file_survive_every_command() {
    let bench = provider();
    let by_hand = format!(
        "# mine\n{}\n# about the code\n[step.\"plan.ods\"] # on Monday\n# why\nstate = \"open\" # still\nat = {AT} # UTC\nby = \"me\" # Anna\n# end\n",
        old("booking-provider")
    );
    bench.write(FILE, &by_hand);
    for arguments in [
        &["start", "plan.ods"][..],
        &["block", "plan.ods", "--reason", "waiting"],
        &["start", "plan.usecase"],
        &["done", "plan.ods", "--evidence", "x"],
        &["reopen", "plan.ods", "--reason", "wrong"],
        &["done", "plan.ods", "--evidence", "y"],
    ] {
        ptl(&bench, arguments).exits(0);
        let text = bench.read(FILE);
        let mut rest = text.as_str();
        for comment in by_hand
            .lines()
            .filter_map(|line| Some(&line[line.find('#')?..]))
        {
            let (_, after) = rest.split_once(comment).unwrap_or_else(|| {
                panic!("`{comment}` is lost or moved after {arguments:?}\n{text}")
            });
            rest = after;
        }
    }
}

#[test]
fn an_install_that_lost_its_checklist_is_told_how_to_begin_it_anew() {
    let bench = crate::support::Bench::new();
    bench.run(crate::init::flags(&[])).exits(0);
    fs::remove_file(bench.path(FILE)).unwrap();
    let run = ptl(&bench, &["next"])
        .exits(2)
        .complains("no `checklist.toml`");
    assert!(
        !run.stderr.contains("ptl init"),
        "init writes nothing here: {run}"
    );
    let anew = "schema = 2\ndefinition = \"booking-provider\"\n";
    for line in anew.lines() {
        assert!(run.stderr.contains(line), "{run}");
    }
    bench.write(FILE, anew);
    ptl(&bench, &["start", "plan.ods"]).exits(0);
}

#[test]
fn a_checklist_of_the_other_role_is_said_to_be_one() {
    let bench = crate::support::Bench::new();
    bench.run(crate::init::flags(&[])).exits(0);
    ptl(&bench, &["next"]).exits(0).complains_not();
    let text = bench
        .read("ptl.toml")
        .replace("role = \"provider\"", "role = \"consumer\"");
    bench.write("ptl.toml", text);
    for arguments in [&["next"][..], &["show"], &["start", "plan.ods"]] {
        ptl(&bench, arguments).exits(0).complains(
            "warning: checklist.toml is a booking-provider's, and ptl.toml a booking-consumer's",
        );
    }
}

#[test]
fn a_broken_file_is_told_with_every_place_and_left_alone() {
    let sound = "schema = 1\ndefinition = \"booking-provider\"\n";
    let cases: &[(String, &str)] = &[
        (String::new(), "line 1, column 1: `schema = 2` is missing"),
        (format!("{sound}[step.\"plan.ods\"\n"), "line 3, column 17"),
        (
            format!("{sound}[step.\"plan.odd\"]\n"),
            "did you mean `plan.ods`?",
        ),
        (
            format!("{sound}[step.\"plan.ods\"]\nstate = 7\n"),
            "line 4, column 9: `state` is text",
        ),
        (
            format!("{sound}step = 1\n"),
            "line 3, column 8: `step` is a table for each step",
        ),
        (
            format!("{sound}extra = true\n"),
            "line 3, column 1: unknown key `extra`",
        ),
        (format!("{sound}schema = 1\n"), "line 3, column 1"),
        (
            "schema = 1\ndefinition = \"mine\"".to_owned(),
            "line 2, column 14",
        ),
    ];
    for (text, place) in cases {
        let bench = provider();
        bench.write(FILE, text);
        for arguments in [&["show"][..], &["next"], &["start", "plan.ods"]] {
            changes_nothing(&bench, arguments)
                .refuses("is wrong")
                .complains(place);
        }
    }
}

#[test]
fn a_newer_form_is_refused_and_left_alone() {
    let bench = provider();
    bench.write(FILE, "schema = 3\n[[event]]\nid = 'x'\n");
    for arguments in [&["show"][..], &["done", "plan.ods", "--evidence", "x"]] {
        changes_nothing(&bench, arguments)
            .refuses("schema 3 (line 1, column 10), and this ptl knows 2 at most");
    }
}

#[test]
fn what_is_no_text_or_no_file_is_refused() {
    let bench = provider();
    bench.write(FILE, b"schema = 1\n# \xff\n");
    ptl(&bench, &["show"]).refuses("not UTF-8 text at line 2, column 3");
    bench.write(
        FILE,
        [
            b"\xef\xbb\xbf".as_slice(),
            state::fresh("booking-provider").as_bytes(),
        ]
        .concat(),
    );
    ptl(&bench, &["start", "plan.ods"]).exits(0);
    assert!(
        fs::read(bench.path(FILE))
            .unwrap()
            .starts_with(b"\xef\xbb\xbf")
    );
    fs::remove_file(bench.path(FILE)).unwrap();
    fs::create_dir(bench.path(FILE)).unwrap();
    ptl(&bench, &["show"]).refuses("is a folder");
}

#[test]
fn two_processes_at_once_lose_no_update() {
    let bench = provider();
    let steps = [
        "plan.ods",
        "plan.usecase",
        "build.tkw",
        "build.jwt",
        "build.headers",
    ];
    let runs: Vec<_> = steps
        .iter()
        .cycle()
        .take(20)
        .enumerate()
        .map(|(number, step)| {
            let reason = format!("reason {number}");
            let arguments = ["checklist", "block", step, "--reason", &reason];
            bench.command(arguments).spawn().unwrap()
        })
        .collect();
    for run in runs {
        assert!(run.wait_with_output().unwrap().status.success());
    }
    let (_, state) = state::parse(&bench.read(FILE), FILE).unwrap();
    assert_eq!(state.records.len(), steps.len());
    assert_eq!(bench.files(), [".checklist.toml.lock", FILE]);
}

#[test]
fn a_folder_that_may_not_be_written_to_can_be_read_but_not_changed() {
    use std::os::unix::{fs::PermissionsExt, process::CommandExt};
    let bench = provider();
    let rights =
        |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    rights(bench.folder().parent().unwrap(), 0o755);
    rights(&bench.folder(), 0o555);
    let before = bench.read(FILE);
    let run = |arguments: &[&str]| {
        let mut command = bench.command([&["checklist"], arguments].concat());
        // Nobody: root could write all the same.
        if is_root() {
            command.uid(65534).gid(65534);
        }
        command.output().unwrap()
    };
    assert!(run(&["show"]).status.success());
    let refused = run(&["start", "plan.ods"]);
    assert_eq!(refused.status.code(), Some(2));
    let stderr = String::from_utf8(refused.stderr).unwrap();
    assert!(
        stderr.contains("could not write `./checklist.toml`"),
        "{stderr}"
    );
    assert!(stderr.contains("hint: "), "{stderr}");
    assert_eq!(bench.read(FILE), before);
    assert_eq!(bench.files(), [FILE]);
    rights(&bench.folder(), 0o755);
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    fs::metadata("/proc/self").unwrap().uid() == 0
}

#[test]
fn a_full_disk_leaves_the_old_state() {
    let script = "mount -t tmpfs -o size=64k tmpfs m
        cp checklist.toml m/; cd m
        dd if=/dev/zero of=filler bs=1k 2>/dev/null || true
        code=0; $PTL checklist start plan.ods --by anna 2>../stderr || code=$?
        cmp checklist.toml ../checklist.toml
        rm filler; ls -A
        exit $code";
    let bench = provider();
    fs::create_dir(bench.path("m")).unwrap();
    let output = std::process::Command::new("unshare")
        .args(["--user", "--map-root-user", "--mount", "sh", "-euc", script])
        .current_dir(bench.folder())
        .env("PTL", env!("CARGO_BIN_EXE_ptl"))
        .output()
        .expect("the `unshare` command is installed");
    let stderr = bench.read("stderr");
    assert_eq!(output.status.code(), Some(2), "{stderr}{output:?}");
    assert!(stderr.contains("could not write `"), "{stderr}");
    let files = String::from_utf8(output.stdout).unwrap();
    assert!(!files.contains(".new"), "{files}");
}

#[test]
fn a_checklist_is_begun_in_no_folder_whose_name_cannot_be_typed() {
    let bench = provider();
    for name in ["a\nb", "a\u{200b}b"] {
        ptl(&bench, &["begin", "renewal", name]).refuses("not seen");
        assert!(!bench.path(name).exists());
    }
}
