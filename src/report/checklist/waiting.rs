//! Who is waited for, since when, and until when; and how much waiting lies ahead by the figures of sources.

use super::{bold, coloured, done_command};
use crate::{
    checklist::view::{AwaitedStep, View},
    report::{human::columns, visible},
};

/// Everybody who is waited for, and what to type once they have answered; nothing where nobody is.
pub(super) fn waited_for(view: &View<'_>, width: u16) -> String {
    let mut text = String::new();
    for group in &view.awaited {
        let heading = format!("Waiting for {}", visible(group.on));
        text += &format!("\n{}\n", bold(&heading));
        let rows = group.steps.iter().map(|step| {
            let word = if step.overdue { "overdue" } else { "waiting" };
            vec![format!("  {word}"), step.id.to_owned(), standing(step)]
        });
        text += &coloured(&columns(rows, &[14, 19], width));
    }
    text
}

fn standing(step: &AwaitedStep<'_>) -> String {
    let mut since = format!("Since {} by {}", step.since, visible(step.by));
    if let Some(reference) = step.reference {
        since += &format!(", {}", visible(reference));
    }
    if let Some(due) = step.due {
        let remark = if step.overdue {
            ", which is over: ask them"
        } else {
            ""
        };
        since += &format!(", due {due}{remark}");
    }
    format!(
        "{}\n{since}.\nWhen they have answered: `{}`.",
        step.title,
        done_command(step.id)
    )
}

/// The longest chain of sourced waiting, step by step; nothing where no source has a figure.
pub(super) fn ahead(view: &View<'_>, width: u16) -> String {
    let Some(ahead) = &view.ahead else {
        return String::new();
    };
    let sum = match ahead.working_days {
        1 => "1 working day".to_owned(),
        days => format!("{days} working days"),
    };
    let heading = format!("Waiting ahead: {sum} in a row, by the sources' figures");
    let rows = ahead.steps.iter().map(|step| {
        let days = format!("  {}", step.wait.working_days);
        let said = format!("{} ({})", step.wait.text, step.wait.source);
        vec![days, step.id.to_owned(), said]
    });
    let remark = "Each relies on the one before it. No date follows: most steps have no figure, and take their time as well.";
    format!(
        "\n{}\n{}{}",
        bold(&heading),
        columns(rows, &[14, 19], width),
        columns([vec![format!("  {remark}")]], &[], width)
    )
}
