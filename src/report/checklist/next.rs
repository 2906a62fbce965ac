//! What can be done now, what should come first, and why; who is waited for; and what stands still.

use serde::Serialize;

use super::{
    are, bold, coloured, dimmed, done_command, listed, occasion, since, tally, title,
    waiting::{ahead, waited_for},
    word,
};
use crate::{
    checklist::{
        state::Status,
        view::{NextView, StepView, View},
    },
    report::{Explanation, human::columns, visible},
};

/// What can be done now.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub struct NextSteps<'a> {
    /// The whole checklist.
    pub view: &'a View<'a>,
}

impl Explanation for NextSteps<'_> {
    fn text(&self, width: u16) -> String {
        let view = self.view;
        let answer = match view.next.first() {
            Some(next) => format!("Next: {}: {}, because {}.", next.id, title(next), next.why),
            None => format!("{}. {}", tally(view), super::next_sentence(view)),
        };
        let mut text = bold(&answer);
        text += &format!("\n{}\n\n", dimmed(&occasion(view)));
        let rows = view.next.iter().enumerate();
        let rows = rows.map(|(place, next)| self.row(place, next));
        text += &coloured(&columns(rows, &[14, 19], width));
        text += &side_by_side(view, width);
        text += &waited_for(view, width);
        text += &standing_still(view, width);
        text += &ahead(view, width);
        text += &format!("\n{}.\n", tally(view));
        text
    }
}

impl NextSteps<'_> {
    fn row(&self, place: usize, next: &NextView<'_>) -> Vec<String> {
        let mut lines = vec![
            next.title.to_owned(),
            format!("Who: {}. Why: {}.", next.owner, next.why),
        ];
        let view = self.view.step(next.id);
        if let Some((_, step)) = view {
            if step.state == Status::InProgress {
                lines.extend(since(step).map(|since| format!("In progress since {since}.")));
            }
            if place == 0 {
                lines.push(format!("Do: {}", step.instructions));
                lines.push(format!("When proven: `{}`", done_command(next.id)));
                lines.push(format!("Evidence wanted: {}.", step.evidence_wanted));
                lines.extend(
                    next.wait
                        .map(|wait| format!("Waiting time by: {}.", wait.source)),
                );
            }
        }
        let state = view.map_or("ready", |(_, step)| word(step));
        vec![format!("  {state}"), next.id.to_owned(), lines.join("\n")]
    }
}

/// That none of the steps needs another of them, and who can begin with how many.
fn side_by_side(view: &View<'_>, width: u16) -> String {
    if view.next.len() < 2 {
        return String::new();
    }
    let mut owners: Vec<(&str, usize)> = Vec::new();
    for next in &view.next {
        match owners.iter_mut().find(|(owner, _)| *owner == next.owner) {
            Some((_, count)) => *count += 1,
            None => owners.push((next.owner, 1)),
        }
    }
    let owners: Vec<String> = owners
        .iter()
        .map(|(owner, count)| format!("{} {count}", visible(owner)))
        .collect();
    let owners: Vec<&str> = owners.iter().map(String::as_str).collect();
    let line = format!(
        "These {} can go on side by side, for none relies on another: {}.",
        view.next.len(),
        listed(&owners, owners.len())
    );
    format!("\n{}", columns([vec![line]], &[], width))
}

/// The steps that somebody here must free first.
fn standing_still(view: &View<'_>, width: u16) -> String {
    let steps = view.stages.iter().flat_map(|stage| &stage.steps);
    let still = |step: &&StepView<'_>| step.state == Status::Blocked || step.is_recheck();
    let rows: Vec<Vec<String>> = steps
        .filter(still)
        .map(|step| vec![format!("  {}", word(step)), step.id.to_owned(), cure(step)])
        .collect();
    if rows.is_empty() {
        return String::new();
    }
    format!(
        "\n{}\n{}",
        bold("Standing still"),
        coloured(&columns(rows, &[14, 19], width))
    )
}

/// Why a step stands still, and what frees it.
fn cure(step: &StepView<'_>) -> String {
    if step.state == Status::Blocked {
        return format!(
            "{} ({})\nWhen it is free: `ptl checklist start {}`, or `done` at once.",
            step.reason.map(visible).unwrap_or_default(),
            since(step).unwrap_or_default(),
            step.id
        );
    }
    format!(
        "{}\nCounts again as soon as {} done.",
        step.title,
        are(&step.missing, 4)
    )
}
