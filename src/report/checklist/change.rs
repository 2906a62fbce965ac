//! What a change wrote down, what it brought about elsewhere, and what comes next.

use serde::Serialize;

use super::{are, awaited, bold, listed, next_sentence, since, tally};
use crate::{
    checklist::{
        state::Status,
        view::{StepView, View},
    },
    report::{Explanation, human::columns, visible},
};

/// A change that was written down.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub struct Recorded<'a> {
    /// The checklist as it is now.
    pub view: &'a View<'a>,
    /// The checklist as it was.
    #[serde(skip)]
    pub before: &'a View<'a>,
    /// The step that changed.
    #[serde(skip)]
    pub step: &'a str,
}

impl Explanation for Recorded<'_> {
    fn text(&self, width: u16) -> String {
        let mut text = String::new();
        if let Some((_, step)) = self.view.step(self.step) {
            text += &format!("{}\n", bold(&written(step)));
        }
        text += &brought_about(self.view, self.before, &[self.step], width);
        text
    }
}

/// What a change of these steps brought about elsewhere, where the whole is now, and the digest that proves it.
pub(super) fn brought_about(
    view: &View<'_>,
    before: &View<'_>,
    steps: &[&str],
    width: u16,
) -> String {
    let mut lines = consequences(view, before, steps);
    lines.push(format!("{}. {}", tally(view), next_sentence(view)));
    let heads = view.heads.iter();
    lines.extend(heads.map(|digest| format!("Head: {digest}")));
    columns(lines.into_iter().map(|line| vec![line]), &[], width)
}

/// What a change of these steps brought about in others and in stages.
fn consequences(view: &View<'_>, before: &View<'_>, steps: &[&str]) -> Vec<String> {
    let change = view.since(before);
    let mut lines: Vec<String> = Vec::new();
    for title in change.opened {
        lines.push(format!("The stage `{title}` is open now."));
    }
    for title in change.shut {
        lines.push(format!("The stage `{title}` is shut again."));
    }
    let ready = change.ready.into_iter();
    let others: Vec<&str> = ready.filter(|id| !steps.contains(id)).collect();
    if !others.is_empty() {
        lines.push(format!("Can be done now: {}.", listed(&others, 6)));
    }
    if !change.recheck.is_empty() {
        lines.push(format!(
            "Done, but relying on it: {}. They stay written down, but count only when {} done again.",
            listed(&change.recheck, 12),
            are(steps, 4)
        ));
    }
    lines
}

/// What was written down, as line 1.
fn written(step: &StepView<'_>) -> String {
    let id = step.id;
    let since = since(step).unwrap_or_default();
    let reason = step.reason.map(visible).unwrap_or_default();
    match step.state {
        Status::Done => format!("{id} is done ({since}): {}.", step.title),
        Status::InProgress => format!("{id} is in progress ({since}): {}.", step.title),
        Status::Waiting => format!("{id} waits for {} ({since}).", awaited(step)),
        Status::Failed => format!("{id} failed ({since}): {reason}."),
        Status::Blocked => format!("{id} is blocked ({since}): {reason}."),
        Status::Waived => format!(
            "{id} counts as done until the end of {} ({since}): {reason}.",
            step.until.map(|day| day.to_string()).unwrap_or_default()
        ),
        Status::NotApplicable => format!("{id} does not apply here ({since}): {reason}."),
        Status::Open => format!("{id} is open again ({since}): {reason}."),
    }
}
