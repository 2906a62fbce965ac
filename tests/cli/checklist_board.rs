//! `ptl checklist board`: which folders it looks at, its forms and exit codes, and what hostile names do to it.

use std::fs;

use ptl::checklist::state;

use crate::{
    schemas::conforms,
    support::{Bench, Run, provider_install},
};

const AT: &str = "2026-11-25T12:00:00Z";

/// Runs `ptl checklist board` at a fixed time; nothing may be written but what is asked for.
#[track_caller]
fn board(bench: &Bench, words: &[&str]) -> Run {
    bench.run([&["checklist", "board"], words, &["--at", AT]].concat())
}

/// An install of that product in a folder.
fn install(bench: &Bench, folder: &str, product: &str) {
    let config = provider_install("").replace("Example Booking", product);
    bench.write(&format!("{folder}/ptl.toml"), config);
    bench.write(
        &format!("{folder}/{}", state::FILE),
        state::fresh("booking-provider"),
    );
}

/// Does something to an install's step.
#[track_caller]
fn change(bench: &Bench, folder: &str, words: &[&str]) {
    let by = ["--by", "anna", "--at", "2026-11-06T12:00:00Z"];
    bench
        .run([&["--install", folder, "checklist"], words, &by].concat())
        .exits(0);
}

/// The folders of the installs that are shown.
fn folders(run: &Run) -> Vec<String> {
    let document = run.json();
    conforms("checklist-board", &document);
    let installs = document["installs"].as_array().unwrap();
    let folders = installs.iter().map(|row| row["folder"].as_str().unwrap());
    folders.map(str::to_owned).collect()
}

#[test]
fn an_install_is_found_by_itself_or_in_a_folder_and_links_are_not_followed() {
    let bench = Bench::new();
    install(&bench, "all/one", "One");
    install(&bench, "all/deep/two", "Two");
    bench.write("all/one/renewal/checklist.toml", state::fresh("renewal"));
    bench.write("all/.hidden/in/checklist.toml", state::fresh("renewal"));
    bench.write("all/README.md", "");
    std::os::unix::fs::symlink(bench.path("all/deep"), bench.path("all/link")).unwrap();
    let before = bench.files();
    let json = ["--format", "json"];
    let run = board(&bench, &[&["all"], &json[..]].concat()).exits(0);
    assert_eq!(folders(&run), ["all/one"]);
    let over = &run.json()["passed-over"];
    assert_eq!(*over, serde_json::json!({ "folders": 2, "links": 1 }));
    let run = board(&bench, &[&["all", "--deep"], &json[..]].concat()).exits(0);
    assert_eq!(
        folders(&run),
        ["all/one", "all/deep/two", "all/one/renewal"]
    );
    // Each once, however often it is come by.
    let words = ["all/one", "all", "./all/one", "all/link/two"];
    let run = board(&bench, &[&words, &json[..]].concat()).exits(0);
    assert_eq!(folders(&run), ["all/one", "all/link/two"]);
    assert_eq!(bench.files(), before);
    let human = board(&bench, &["all"]).exits(0).complains_not();
    assert_eq!(
        human.answer(),
        "1 install: nothing waits, is stuck or ends within 30 days."
    );
    assert!(
        human
            .stdout
            .contains("2 folders without a checklist passed over; 1 symbolic link not followed")
    );
}

#[test]
fn what_makes_no_sense_is_refused() {
    let bench = Bench::new();
    install(&bench, "one", "One");
    bench.write("empty/README.md", "");
    board(&bench, &[]).exits(2);
    board(&bench, &["nowhere"]).refuses("`nowhere` is no folder");
    board(&bench, &["one/ptl.toml"]).refuses("`one/ptl.toml` is no folder");
    board(&bench, &["empty"]).refuses("no install in `empty`");
    board(&bench, &["one", "--within", "soon"]).refuses("`soon` is no duration");
    board(&bench, &["one", "--within=-3d"]).refuses("is no duration");
    board(&bench, &["one", "--sort", "size"]).exits(2);
    board(&bench, &["one", "--format", "junit"]).refuses("--format junit");
    board(&bench, &["one", "--format", "json", "--as", "csv"]).refuses("two formats");
}

#[test]
fn ten_broken_installs_among_fifty_are_rows_that_say_why() {
    let bench = Bench::new();
    for number in 0..50 {
        install(&bench, &format!("all/{number:02}"), "One");
    }
    for number in 0..10 {
        let folder = format!("all/{:02}", number * 5);
        match number % 5 {
            0 => drop(bench.write(&format!("{folder}/checklist.toml"), "schema = 2\n[step")),
            1 => drop(bench.write(&format!("{folder}/ptl.toml"), "schema = 1\n")),
            2 => fs::remove_file(bench.path(&format!("{folder}/checklist.toml"))).unwrap(),
            3 => drop(bench.write(&format!("{folder}/checklist.toml"), b"\xff\xfe")),
            _ => {
                let config = provider_install("certificate = \"gone.pem\"\n");
                bench.write(&format!("{folder}/ptl.toml"), config);
            }
        }
    }
    let run = board(&bench, &["all", "--format", "json"]).exits(3);
    assert_eq!(folders(&run).len(), 50);
    let document = run.json();
    assert_eq!(document["summary"]["unread"], 10);
    for row in document["installs"].as_array().unwrap() {
        let number: usize = row["folder"].as_str().unwrap()[4..].parse().unwrap();
        let unread = row["unread"].as_array().unwrap();
        assert_eq!(
            unread.len(),
            usize::from(number.is_multiple_of(5)),
            "{row:#}"
        );
    }
    // They are there whatever is asked for, and something that failed weighs more.
    let run = board(&bench, &["all", "--filter", "waiting"]).exits(3);
    assert!(
        run.answer()
            .starts_with("10 of 50 installs: 10 could not be read."),
        "{run}"
    );
    change(&bench, "all/01", &["fail", "plan.ods", "--reason", "no"]);
    board(&bench, &["all"]).exits(1);
}

#[test]
fn the_first_line_and_each_row_say_what_there_is_to_do() {
    let bench = Bench::new();
    install(&bench, "all/a", "One");
    install(&bench, "all/b", "Two");
    change(
        &bench,
        "all/a",
        &[
            "wait",
            "plan.ods",
            "--on",
            "DIR team",
            "--due",
            "2026-11-24",
        ],
    );
    change(
        &bench,
        "all/b",
        &["block", "plan.ods", "--reason", "no sponsor"],
    );
    let edited = bench
        .read("all/b/checklist.toml")
        .replacen("no sponsor", "a sponsor", 1);
    bench.write("all/b/checklist.toml", edited);
    let run = board(&bench, &["all"]).exits(1).complains_not();
    assert_eq!(
        run.answer(),
        "2 installs: 1 waits for others (the longest 19 days on DIR team), 1 overdue, 1 blocked, 1 with a record that is not as ptl wrote it."
    );
    for said in [
        "OVERDUE plan.ods: 19 days on DIR",
        "BLOCKED plan.ods: no sponsor",
        "UNSOUND changed by hand: plan.ods",
        "0 of 6",
    ] {
        assert!(run.stdout.contains(said), "{said}: {run}");
    }
    assert!(
        run.stdout
            .lines()
            .skip(1)
            .all(|line| line.chars().count() <= 80),
        "{run}"
    );
    board(&bench, &["all", "-q"]).exits(1).answer();
    let run = board(&bench, &["all", "--filter", "Two", "--format", "json"]).exits(1);
    assert_eq!(folders(&run), ["all/b"]);
}

#[test]
fn the_forms_follow_from_flags_and_endings_and_run_nothing() {
    let bench = Bench::new();
    let name = "=cmd|' /C calc'!A1 <script>x</script>";
    install(&bench, "all/@a\u{1b}[2J\u{202e}", name);
    change(
        &bench,
        "all/@a\u{1b}[2J\u{202e}",
        &["wait", "plan.ods", "--on", "+44 \"x\", y"],
    );
    let csv = board(&bench, &["all", "--as", "csv"]).exits(0);
    board(&bench, &["all", "--output", "a.csv"])
        .exits(0)
        .says_nothing();
    assert_eq!(bench.read("a.csv"), csv.stdout);
    let mut reader = csv::Reader::from_reader(csv.stdout.as_bytes());
    let columns = reader.headers().unwrap().clone();
    let row = reader.records().next().unwrap().unwrap();
    let cell = |name: &str| &row[columns.iter().position(|it| it == name).unwrap()];
    assert_eq!(cell("product"), format!("'{name}"));
    assert_eq!(cell("waiting on"), "'+44 \"x\", y");
    assert_eq!(cell("folder"), "all/@a\\u{1b}[2J\\u{202e}");
    assert!(
        row.iter()
            .all(|cell| !cell.starts_with(['=', '+', '-', '@', '\t', '\r']))
    );
    let page = board(&bench, &["all", "--output", "a.html"])
        .exits(0)
        .says_nothing();
    drop(page);
    let page = bench.read("a.html");
    assert!(
        page.starts_with("<!doctype html>") && !page.contains("<script>"),
        "{page}"
    );
    for form in [
        &["--as", "html"][..],
        &["--format", "json"],
        &["--format", "human"],
    ] {
        let text = board(&bench, &[&["all"], form].concat()).exits(0).stdout;
        assert!(
            !text.contains('\u{1b}') && !text.contains('\u{202e}'),
            "{text}"
        );
    }
}

#[cfg(unix)]
#[test]
fn a_folder_that_nobody_may_look_into_is_a_row() {
    use std::os::unix::fs::PermissionsExt;
    if rustix::process::geteuid().is_root() {
        // Nothing is shut to root.
        return;
    }
    let bench = Bench::new();
    install(&bench, "all/one", "One");
    install(&bench, "all/shut", "Two");
    let set = |mode| fs::set_permissions(bench.path("all/shut"), fs::Permissions::from_mode(mode));
    set(0o000).unwrap();
    let run = board(&bench, &["all", "--format", "json"]);
    set(0o700).unwrap();
    let run = run.exits(3);
    assert_eq!(folders(&run), ["all/one", "all/shut"]);
}
