//! The whole checklist: stage by stage, what keeps each shut, and how far its steps are.

use serde::Serialize;

use super::{
    are, awaited, bold, coloured, dimmed, listed, next_sentence, occasion, since, style, tally,
    word,
};
use crate::{
    checklist::view::{StageView, StepView, View},
    report::{Detail, Explanation, human::columns, visible},
};

/// The whole checklist.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub struct WholeChecklist<'a> {
    /// What is shown.
    pub view: &'a View<'a>,
    /// How much of it.
    #[serde(skip)]
    pub detail: Detail,
}

impl Explanation for WholeChecklist<'_> {
    fn text(&self, width: u16) -> String {
        let view = self.view;
        let mut text = bold(&format!("{}. {}", tally(view), next_sentence(view)));
        text += &format!("\n{}\n", dimmed(&occasion(view)));
        for stage in &view.stages {
            text += &heading(stage);
            let rows = stage.steps.iter().map(|step| self.row(step));
            text += &coloured(&columns(rows, &[14, 19], width));
        }
        text.push('\n');
        text += &legend(width);
        text
    }
}

impl WholeChecklist<'_> {
    fn row(&self, step: &StepView<'_>) -> Vec<String> {
        let mut lines = vec![step.title.to_owned()];
        lines.extend(remark(step));
        if self.detail == Detail::Everything {
            lines.push(format!("Who: {}", step.owner));
            if !step.missing.is_empty() && !step.is_recheck() {
                lines.push(format!("Relies on: {}", listed(&step.missing, 6)));
            }
            lines.push(format!("Evidence: {}", step.evidence_wanted));
            lines.push(format!("Source: {}", step.source));
        }
        vec![
            format!("  {}", word(step)),
            step.id.to_owned(),
            lines.join("\n"),
        ]
    }
}

/// The stage's title, and in words whether its gate is open.
fn heading(stage: &StageView<'_>) -> String {
    let done = stage.done();
    let gate = if !stage.gate.open {
        let style = style("shut");
        format!(
            "{style}shut{style:#} until {} done",
            are(&stage.gate.missing, 3)
        )
    } else if done == stage.steps.len() {
        let style = style("done");
        format!("{style}done{style:#}")
    } else {
        let style = style("open");
        format!("{style}open{style:#}, {done} of {} done", stage.steps.len())
    };
    format!("\n{}: {gate}\n", bold(stage.title))
}

/// What is to be said of a step besides its title.
fn remark(step: &StepView<'_>) -> Option<String> {
    let reason = step.reason.map(visible);
    match word(step) {
        "recheck" => Some(format!("Relies on {}, not done", listed(&step.missing, 4))),
        "blocked" => Some(format!(
            "Blocked: {} ({})",
            reason.unwrap_or_default(),
            since(step).unwrap_or_default()
        )),
        "in progress" => {
            let usual = step
                .wait
                .map_or(String::new(), |wait| format!("; usually {}", wait.text));
            Some(format!("Since {}{usual}", since(step).unwrap_or_default()))
        }
        "waiting" => Some(format!(
            "Waits for {} ({})",
            awaited(step),
            since(step).unwrap_or_default()
        )),
        "failed" => Some(format!(
            "Failed: {} ({})",
            reason.unwrap_or_default(),
            since(step).unwrap_or_default()
        )),
        "waived" => Some(format!(
            "Until {}: {}",
            step.until.map(|day| day.to_string()).unwrap_or_default(),
            reason.unwrap_or_default()
        )),
        "n/a" => reason.map(|reason| format!("Does not apply: {reason}")),
        "ready" | "later" if step.turned.is_some() => step.turned.clone(),
        "ready" | "later" => reason.map(|reason| format!("Opened again: {reason}")),
        _ => None,
    }
}

fn legend(width: u16) -> String {
    let text = "ready: can be done now. later: relies on what is not done. recheck: done, but relies on \
                something that is open again. What comes first and why: `ptl checklist next`. All about one \
                step: `ptl checklist show STEP`.";
    columns([vec![text.to_owned()]], &[], width)
}
