//! Ratios that must hold: a table of value, must and aim, and exit 1 where a must is missed.
//!
//! `cargo bench` runs it with the release build. Each ratio compares two things in one run on one
//! machine, turn by turn, so that the machine's speed cancels out.

#![expect(clippy::unwrap_used, reason = "a benchmark may panic")]

mod board;
mod bundle;
mod chains;
mod hostile;
mod lists;
#[path = "../cli/hostile.rs"]
mod made;
mod requests;
mod silent;
mod startup;

use std::{io::Write, process::ExitCode};

/// A value that is better when it is lower.
struct Ratio {
    /// What is measured, against what.
    name: String,
    /// What came out.
    value: f64,
    /// The most that it may be.
    must: f64,
    /// The most that it should be.
    aim: f64,
    /// What was measured on both sides, for people.
    detail: String,
}

impl Ratio {
    fn verdict(&self) -> &'static str {
        if self.value <= self.aim {
            "ok"
        } else if self.value <= self.must {
            "ok, not the aim"
        } else {
            "MISSED"
        }
    }
}

fn main() -> ExitCode {
    // cargo passes `--bench`; anything else chooses by name.
    let wanted: Vec<_> = std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with('-'))
        .collect();
    let chosen =
        |name: &str| wanted.is_empty() || wanted.iter().any(|word| name.contains(word.as_str()));
    let mut ratios = Vec::new();
    for (name, measure) in MEASURES {
        if chosen(name) {
            ratios.extend(measure());
        }
    }
    show(&ratios);
    ExitCode::from(u8::from(
        ratios.iter().any(|ratio| ratio.value > ratio.must),
    ))
}

type Measure = fn() -> Vec<Ratio>;

/// The measures, by the name that chooses them: `cargo bench -- startup`.
const MEASURES: &[(&str, Measure)] = &[
    ("startup", startup::ratios),
    ("chains", chains::ratios),
    ("bundle", bundle::ratios),
    ("hostile", hostile::ratios),
    ("lists", lists::ratios),
    ("silent", silent::ratios),
    ("requests", requests::ratios),
    ("board", board::ratios),
];

fn show(ratios: &[Ratio]) {
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::ASCII_MARKDOWN);
    table.set_header(["ratio", "value", "must", "aim", "", "measured"]);
    for ratio in ratios {
        table.add_row([
            ratio.name.clone(),
            format!("{:.3}", ratio.value),
            format!("{:.3}", ratio.must),
            format!("{:.3}", ratio.aim),
            ratio.verdict().to_owned(),
            ratio.detail.clone(),
        ]);
    }
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "{table}").unwrap();
}
