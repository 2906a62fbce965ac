//! Holds the house's rules that a machine can hold: directions, sizes, where `unsafe` and printing may stand.
//!
//! The source is read as tokens, so that neither comments nor strings count.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

#[path = "architecture/source.rs"]
mod source;

use std::fs;

use source::{Source, sources, top};

/// The rooms: one on the left may be used by one on the right, never the other way.
const ROOMS: &[&str] = &[
    "error",
    "files",
    "environment",
    "config",
    "openssl_ext",
    "x509",
    "net",
    "crl",
    "trust",
    "spine",
    "check",
    "checks",
    "survey",
    "bundle",
    "checklist",
    "template",
    "report",
    "terminal",
    "lab",
    "cli",
    "commands",
    "main",
];

/// What may stand at the top, besides what git ignores.
const TOP: &[&str] = &[
    ".ci",
    ".git",
    ".gitignore",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE",
    "README.md",
    "checklists",
    "src",
    "target",
    "templates",
    "tests",
];

/// The most lines of a file.
const LONGEST: usize = 400;
/// The most lines of a function outside tests: what a screen shows at once, and a little.
const LONGEST_FUNCTION: usize = 50;
/// The most lines of the file in the middle.
const MEDIAN: usize = 150;

#[track_caller]
fn none(broken: &[String], rule: &str) {
    assert!(broken.is_empty(), "{rule}:\n  {}", broken.join("\n  "));
}

#[test]
fn rooms_use_only_what_stands_left_of_them() {
    let rank = |room: &str| ROOMS.iter().position(|known| *known == room);
    let mut broken = Vec::new();
    for source in sources("src") {
        if source.name == "src/lib.rs" {
            continue;
        }
        let Some(own) = rank(source.room()) else {
            broken.push(format!("{}: no room of the plan", source.name));
            continue;
        };
        for (used, place) in source.uses() {
            if rank(&used).is_none_or(|used| used > own) {
                broken.push(format!("{place}: {} uses {used}", source.room()));
            }
        }
    }
    none(&broken, "left may be used by right, never the other way");
}

#[test]
fn files_and_functions_can_be_seen_as_a_whole() {
    let mut broken = Vec::new();
    let mut lengths = Vec::new();
    for source in sources("src").iter().chain(&sources("tests")) {
        let lines = source.text.lines().count();
        if lines >= LONGEST {
            broken.push(format!("{}: {lines} lines", source.name));
        }
        if source.name.starts_with("src/") {
            if !source.is_a_test() {
                lengths.push(source.lines_before_tests());
            }
            broken.extend(long_functions(source));
        }
    }
    lengths.sort_unstable();
    let median = lengths[lengths.len() / 2];
    if median > MEDIAN {
        broken.push(format!("the file in the middle has {median} lines"));
    }
    none(&broken, "short files, short functions");
}

/// Functions outside tests that are longer than a screen.
fn long_functions(source: &Source) -> Vec<String> {
    let mut broken = Vec::new();
    let mut open: Vec<Option<(usize, &str)>> = Vec::new();
    let mut function = None;
    for (place, token) in source.tokens.iter().enumerate() {
        match token.text.as_str() {
            "fn" if !token.test => function = Some((token.line, source.text(place + 1))),
            ";" => function = None,
            "{" => open.push(function.take()),
            "}" => {
                if let Some(Some((from, name))) = open.pop()
                    && token.line - from >= LONGEST_FUNCTION
                {
                    let lines = token.line - from + 1;
                    broken.push(format!(
                        "{}:{from}: fn {name} has {lines} lines",
                        source.name
                    ));
                }
            }
            _ => {}
        }
    }
    broken
}

#[test]
fn every_module_says_its_one_job_first() {
    let silent: Vec<_> = sources("src")
        .into_iter()
        .chain(sources("tests"))
        .filter(|source| !source.text.starts_with("//! "))
        .map(|source| source.name)
        .collect();
    none(&silent, "a module opens with `//!`");
}

#[test]
fn unsafe_stands_in_one_room() {
    let broken: Vec<_> = sources("src")
        .iter()
        .filter(|source| source.room() != "openssl_ext")
        .flat_map(|source| source.finds(&["unsafe"]))
        .collect();
    none(&broken, "`unsafe` stands in src/openssl_ext alone");
}

#[test]
fn only_the_terminal_room_prints() {
    let mut broken = Vec::new();
    for source in sources("src")
        .iter()
        .filter(|source| source.room() != "terminal")
    {
        for name in ["print", "println", "eprint", "eprintln", "dbg"] {
            broken.extend(source.finds_outside_tests(&[name, "!"]));
        }
        for name in ["stdout", "stderr"] {
            broken.extend(source.finds_outside_tests(&["io", ":", ":", name]));
            broken.extend(source.finds_outside_tests(&["anstream", ":", ":", name]));
        }
        broken.extend(source.finds_outside_tests(&["anstream", ":", ":", "{"]));
    }
    none(&broken, "printing stands in src/terminal alone");
}

#[test]
fn only_the_room_of_files_writes_them() {
    const WRITES: &[&str] = &[
        "copy",
        "create_dir",
        "create_dir_all",
        "hard_link",
        "remove_dir",
        "remove_dir_all",
        "remove_file",
        "rename",
        "set_permissions",
        "write",
    ];
    let mut broken = Vec::new();
    for source in sources("src")
        .iter()
        .filter(|source| source.room() != "files")
    {
        for name in WRITES {
            broken.extend(source.finds_outside_tests(&["fs", ":", ":", name]));
        }
        broken.extend(source.finds_outside_tests(&["File", ":", ":", "create"]));
        broken.extend(source.finds_outside_tests(&["OpenOptions"]));
    }
    none(&broken, "files are written in src/files alone");
}

#[test]
fn the_process_ends_in_main_alone() {
    let broken: Vec<_> = sources("src")
        .iter()
        .flat_map(|source| {
            let mut found = source.finds(&["process", ":", ":", "exit"]);
            found.extend(source.finds(&["process", ":", ":", "abort"]));
            found
        })
        .collect();
    none(&broken, "an exit code is returned, never taken");
}

#[test]
fn the_unmaintained_pem_reader_stands_in_one_file() {
    let broken: Vec<_> = sources("src")
        .iter()
        .filter(|source| source.name != "src/x509/pem.rs")
        .flat_map(|source| source.finds(&["rustls_pemfile"]))
        .collect();
    none(&broken, "rustls_pemfile stands in src/x509/pem.rs alone");
}

#[test]
fn lints_are_expected_with_a_reason_never_allowed() {
    let mut broken = Vec::new();
    for source in sources("src") {
        broken.extend(source.finds(&["[", "allow", "("]));
    }
    for source in sources("tests") {
        for (place, token) in source.tokens.iter().enumerate() {
            let lint = matches!(token.text.as_str(), "allow" | "expect")
                && source.text(place.saturating_sub(1)) == "[";
            let rest = source.tokens[place..]
                .iter()
                .take_while(|token| token.text != "]");
            if lint && !rest.into_iter().any(|token| token.text == "reason") {
                broken.push(source.place(token));
            }
        }
    }
    none(
        &broken,
        "`#[expect(.., reason = ..)]`; `allow` with a reason in shared test code alone",
    );
}

#[test]
fn the_top_level_holds_only_what_it_may() {
    let strangers: Vec<_> = fs::read_dir(top())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !TOP.contains(&name.as_str()))
        .collect();
    none(&strangers, "the top level is as it was fixed");
}
