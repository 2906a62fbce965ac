//! What README.md says of checks, commands and exit codes is what ptl says of them.
//!
//! `UPDATE_README=1 cargo test readme` writes those parts anew.

use std::{fmt::Write, fs, path::Path};

use crate::support::Bench;

/// The parts that are generated, each between `<!-- name:begin -->` and `<!-- name:end -->`.
fn parts() -> [(&'static str, String); 3] {
    [
        ("commands", commands()),
        ("exit-codes", exit_codes()),
        ("checks", checks()),
    ]
}

fn commands() -> String {
    let line = ptl::cli::command();
    let mut text = "| | command | does |\n|---|---|---|\n".to_owned();
    for (group, names) in ptl::cli::GROUPS {
        for name in *names {
            let about = line.find_subcommand(name).unwrap().get_about().unwrap();
            let about = about.to_string();
            let about = about.lines().next().unwrap();
            let _ = writeln!(
                text,
                "| {} | `ptl {name}` | {about} |",
                group.to_lowercase()
            );
        }
    }
    text
}

fn exit_codes() -> String {
    let mut text = "| code | meaning |\n|---|---|\n".to_owned();
    for (code, meaning) in ptl::cli::EXIT_CODES {
        let _ = writeln!(text, "| {code} | {meaning} |");
    }
    text
}

fn checks() -> String {
    let mut text =
        "| check | requirement | weighs | layer | source |\n|---|---|---|---|---|\n".to_owned();
    for meta in ptl::checks::all() {
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} |",
            meta.id,
            cell(meta.title),
            meta.severity.word(),
            meta.layer.word(),
            cell(meta.source)
        );
    }
    text
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

#[test]
fn readme_agrees_with_what_ptl_is() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let text = fs::read_to_string(&path).unwrap();
    let mut wanted = text.clone();
    for (name, part) in parts() {
        let begin = format!("<!-- {name}:begin -->\n");
        let (before, rest) = wanted
            .split_once(&begin)
            .unwrap_or_else(|| panic!("no {begin}"));
        let end = format!("<!-- {name}:end -->");
        let (_, after) = rest.split_once(&end).unwrap_or_else(|| panic!("no {end}"));
        wanted = format!("{before}{begin}{part}{end}{after}");
    }
    if std::env::var_os("UPDATE_README").is_some() {
        fs::write(&path, wanted).unwrap();
    } else {
        assert!(
            text == wanted,
            "README.md has drifted: UPDATE_README=1 cargo test readme"
        );
    }
}

#[test]
fn readme_names_no_command_that_is_not_there() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let text = fs::read_to_string(path).unwrap();
    let line = ptl::cli::command();
    let words = text
        .split("`ptl ")
        .skip(1)
        .chain(text.split("\n$ ptl ").skip(1));
    for rest in words {
        let name: String = rest
            .chars()
            .take_while(|c| c.is_ascii_lowercase() || *c == '-')
            .collect();
        let known =
            name.starts_with('-') || name.is_empty() || line.find_subcommand(&name).is_some();
        assert!(known, "`ptl {name}` is no command");
    }
    Bench::new()
        .run(["--help"])
        .exits(0)
        .says(ptl::cli::EXIT_CODES[1].1);
}
