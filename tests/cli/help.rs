//! The help of every command, in one snapshot: a change of the command line cannot hide.
//!
//! `INSTA_UPDATE=always cargo test help` writes it anew.

use crate::support::Bench;

/// Every command line that has a help page, by its words.
fn pages(command: &clap::Command, words: &[String], found: &mut Vec<Vec<String>>) {
    found.push(words.to_vec());
    for sub in command.get_subcommands() {
        let mut deeper = words.to_vec();
        deeper.push(sub.get_name().to_owned());
        pages(sub, &deeper, found);
    }
}

#[test]
fn the_help_of_every_command_is_as_it_was() {
    let bench = Bench::new();
    let mut all = Vec::new();
    pages(&ptl::cli::command(), &[], &mut all);
    let mut text = String::new();
    for words in all {
        let run = bench
            .run([&words[..], &["--help".to_owned()]].concat())
            .exits(0);
        let shown = if words.is_empty() {
            run.stdout
        } else {
            without_global_options(&run.stdout)
        };
        text += &format!("$ ptl {} --help\n{shown}\n", words.join(" "));
    }
    insta::assert_snapshot!("help", text);
}

/// The page without what stands on every page, and in full on the first.
fn without_global_options(page: &str) -> String {
    let mut kept = String::new();
    let mut inside = false;
    for line in page.lines() {
        inside = (inside || line == "Global options:") && !line.is_empty();
        if !inside {
            kept += line.trim_end();
            kept.push('\n');
        }
    }
    kept
}

#[test]
fn every_command_gives_examples_and_its_exit_codes() {
    let bench = Bench::new();
    for name in ptl::cli::GROUPS.iter().flat_map(|(_, names)| *names) {
        bench
            .run([name, "--help"])
            .exits(0)
            .says("Examples:\n  ptl ")
            .says("Exit: 0 ");
    }
}

#[test]
fn every_check_that_the_help_names_is_there() {
    let known: Vec<_> = ptl::checks::all().iter().map(|meta| meta.id.0).collect();
    let page = include_str!("snapshots/cli__help__help.snap");
    let words = page.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-');
    let is_id = |word: &&str| {
        word.split_once('-').is_some_and(|(area, number)| {
            area.bytes().all(|byte| byte.is_ascii_uppercase())
                && area != "SHA"
                && number.len() == 3
                && number.bytes().all(|byte| byte.is_ascii_digit())
        })
    };
    let named: Vec<_> = words.filter(is_id).collect();
    assert!(!named.is_empty());
    for id in named {
        assert!(
            known.contains(&id),
            "the help names {id}, which is no check"
        );
    }
}
