//! A checklist for people: the whole of it, one step, what comes next, and what a change brought about.
//!
//! Line 1 is the answer. States are words; a word's colour adds nothing to it.

mod archive;
mod audit;
mod begun;
mod board;
mod change;
pub mod companion;
mod handover;
pub mod letter;
mod lint;
mod next;
mod show;
mod step;
mod verify;
mod waiting;

pub use archive::{Archive, Archived, Manifest};
pub use begun::Begun;
pub use board::{board_as_csv, board_as_page};
pub use change::Recorded;
pub use handover::handed_over;
pub use lint::Lint;
pub use next::NextSteps;
pub use show::WholeChecklist;
pub use step::OneStep;
pub use verify::{Verified, VerifiedStep};

use anstyle::{AnsiColor, Style};

use crate::{
    checklist::{
        state::Status,
        view::{NextView, StepView, View},
    },
    report::visible,
};

/// The stage after which nothing is left of a whole way; not every service's pages have it.
const BUSINESS_LIVE: &str = "business-live";

/// The command that a step's person types when it is proven.
fn done_command(id: &str) -> String {
    format!("ptl checklist done {id} --evidence \"...\"")
}

/// How far a step is, in a word or two.
fn word(step: &StepView<'_>) -> &'static str {
    match step.state {
        Status::Done if step.is_recheck() => "recheck",
        Status::Done => "done",
        Status::InProgress => "in progress",
        Status::Waiting => "waiting",
        Status::Failed => "failed",
        Status::Blocked => "blocked",
        Status::Waived => "waived",
        Status::NotApplicable => "n/a",
        Status::Open if step.ready => "ready",
        Status::Open => "later",
    }
}

fn style(word: &str) -> Style {
    match word {
        "done" | "waived" | "n/a" => AnsiColor::Green.on_default(),
        "blocked" | "failed" | "overdue" | "shut" => AnsiColor::Red.on_default().bold(),
        "recheck" | "in progress" | "waiting" => AnsiColor::Yellow.on_default(),
        "ready" | "open" => AnsiColor::Cyan.on_default(),
        _ => Style::new().dimmed(),
    }
}

fn bold(text: &str) -> String {
    let bold = Style::new().bold();
    format!("{bold}{text}{bold:#}")
}

fn dimmed(text: &str) -> String {
    let dimmed = Style::new().dimmed();
    format!("{dimmed}{text}{dimmed:#}")
}

/// Styles the word at the start of a row: the layout counts columns, so it must not see styles.
fn coloured(table: &str) -> String {
    const WORDS: [&str; 11] = [
        "done",
        "recheck",
        "in progress",
        "waiting",
        "overdue",
        "failed",
        "blocked",
        "waived",
        "n/a",
        "ready",
        "later",
    ];
    let mut styled = String::new();
    for line in table.lines() {
        let word = WORDS.into_iter().find(|word| {
            line.strip_prefix("  ")
                .is_some_and(|rest| rest.starts_with(word))
        });
        match word {
            Some(word) => {
                let style = style(word);
                styled += &format!("  {style}{word}{style:#}{}\n", &line[2 + word.len()..]);
            }
            None => {
                styled += line;
                styled.push('\n');
            }
        }
    }
    styled
}

/// How many steps are how far: `4 of 55 steps done, 1 in progress`.
fn tally(view: &View<'_>) -> String {
    let sum = view.summary;
    let mut text = format!("{} of {} steps done", sum.done, sum.steps);
    for (count, word) in [
        (sum.recheck, "to recheck"),
        (sum.in_progress, "in progress"),
        (sum.waiting, "waiting"),
        (sum.failed, "failed"),
        (sum.blocked, "blocked"),
        (sum.waived, "waived"),
        (sum.not_applicable, "not applicable"),
    ] {
        if count > 0 {
            text += &format!(", {count} {word}");
        }
    }
    text
}

/// Which checklist it is.
fn occasion(view: &View<'_>) -> String {
    format!("{} ({})", view.title, view.definition)
}

/// What to do next, in a sentence.
fn next_sentence(view: &View<'_>) -> String {
    match view.next.first() {
        Some(next) => format!("Next: {}: {}.", next.id, title(next)),
        None if view.is_at_its_end() => match view.stages.last() {
            Some(last) if last.id == BUSINESS_LIVE => {
                "Nothing is left to do: the service is business live."
            }
            _ => "Nothing is left to do.",
        }
        .to_owned(),
        None => "Nothing can be done until a step is free, or an answer has come.".to_owned(),
    }
}

fn title(next: &NextView<'_>) -> String {
    let mut letters = next.title.chars();
    // A sentence that begins with an acronym or a name keeps it.
    let second_is_small = next.title.chars().nth(1).is_some_and(char::is_lowercase);
    match letters.next() {
        Some(first) if second_is_small && next.title.starts_with("The ") => {
            first.to_lowercase().collect::<String>() + letters.as_str()
        }
        _ => next.title.to_owned(),
    }
}

/// `a`, `a and b`, `a, b and 3 more`.
fn listed(ids: &[&str], most: usize) -> String {
    match ids {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [head @ .., last] if ids.len() <= most => format!("{} and {last}", head.join(", ")),
        _ => {
            let shown = ids.iter().take(most - 1).copied().collect::<Vec<_>>();
            format!("{} and {} more", shown.join(", "), ids.len() - shown.len())
        }
    }
}

/// What must be done first, with its verb: `a is`, `a and b are`.
fn are(missing: &[&str], most: usize) -> String {
    let verb = if missing.len() == 1 { "is" } else { "are" };
    format!("{} {verb}", listed(missing, most))
}

/// Since when a step is as far as it is, and who said so.
fn since(step: &StepView<'_>) -> Option<String> {
    let by = visible(step.by?);
    Some(format!("{} by {by}", step.at?))
}

/// Whom a step waits for, by what reference, and until when.
fn awaited(step: &StepView<'_>) -> String {
    let mut text = step.on.map(visible).unwrap_or_default().into_owned();
    if let Some(reference) = step.reference {
        text += &format!(", {}", visible(reference));
    }
    if let Some(due) = step.due {
        text += &format!(", due {due}");
    }
    text
}
