//! What the companion at the terminal says: at a step, where it can go, and where nothing can be done.

use super::{
    bold, coloured, next_sentence, occasion, since,
    step::{standing, task},
    tally,
    waiting::waited_for,
    word,
};
use crate::{
    checklist::{
        state::Status,
        view::{StageView, StepView, View},
    },
    report::{human::columns, visible},
};

/// The width of the labels of a step.
const LABELS: usize = 20;

/// A step as somebody comes to it: where that is, what is to do, and why now. `checks` says why its checks cannot be
/// run here, where it has any and they cannot.
pub fn at_step(view: &View<'_>, id: &str, checks: Option<&str>, width: u16) -> String {
    let Some((stage, step)) = view.step(id) else {
        return String::new();
    };
    let place = format!(
        "{}: {} of {} steps done. {}.",
        stage.title,
        stage.done(),
        stage.steps.len(),
        tally(view)
    );
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut add = |label: &str, said: String| rows.push(vec![format!("  {label}"), said]);
    if let Some(said) = so_far(stage, step) {
        add("So far", said);
    }
    if let Some(next) = view.next.iter().find(|next| next.id == id) {
        add("Why now", format!("{}.", next.why));
    }
    for (label, said) in task(stage, step).into_iter().skip(1) {
        add(label, said);
    }
    if let Some(why_not) = checks {
        add("Checks", visible(why_not).into_owned());
    }
    format!(
        "\n{}\n{}{}\n",
        said(&place, width),
        emphasised(&format!("{id}: {}", step.title), width),
        columns(rows, &[LABELS], width)
    )
}

/// A sentence in lines that fit.
pub fn said(text: &str, width: u16) -> String {
    columns([vec![visible(text).into_owned()]], &[], width)
}

fn emphasised(text: &str, width: u16) -> String {
    let lines = said(text, width);
    lines
        .lines()
        .map(|line| format!("{}\n", bold(line)))
        .collect()
}

/// How far a step is that something happened to already, or that cannot be done yet.
fn so_far(stage: &StageView<'_>, step: &StepView<'_>) -> Option<String> {
    match step.state {
        Status::Open if step.ready => step.turned.clone(),
        _ => {
            let reason = step.reason.map(|reason| format!(" {}", visible(reason)));
            Some(format!(
                "It {}{}",
                standing(stage, step),
                reason.unwrap_or_default()
            ))
        }
    }
}

/// What can be answered at a step: keys and words, as many a line as fit.
pub fn choices(choices: &[(char, &str)], width: u16) -> String {
    let mut lines = vec![String::new()];
    for (key, says) in choices {
        let item = format!("  {key} {says}");
        let fits = |line: &String| line.chars().count() + item.chars().count() <= width.into();
        match lines.last_mut().filter(|line| fits(line)) {
            Some(line) => line.push_str(&item),
            None => lines.push(item),
        }
    }
    lines.join("\n").trim_start_matches('\n').to_owned() + "\n"
}

/// The steps that somebody can go to, numbered from 1, in the order of [`places`].
pub fn numbered(view: &View<'_>, width: u16) -> String {
    let rows = places(view).into_iter().zip(1..).map(|(step, number)| {
        let word = word(step);
        let whom = step.on.filter(|_| step.state == Status::Waiting);
        let remark = match whom {
            Some(on) => format!(
                "\nWaits for {} since {}",
                visible(on),
                since(step).unwrap_or_default()
            ),
            None => String::new(),
        };
        vec![
            format!("  {word}"),
            format!("{number:>2} {}", step.id),
            format!("{}{remark}", step.title),
        ]
    });
    format!("\n{}", coloured(&columns(rows, &[14, 22], width)))
}

/// The steps that somebody can go to: what can be done, then what waits or is blocked.
pub fn places<'a, 'b>(view: &'b View<'a>) -> Vec<&'b StepView<'a>> {
    let ready = view.next.iter().filter_map(|next| view.step(next.id));
    let steps = view.stages.iter().flat_map(|stage| &stage.steps);
    let stands = |step: &&StepView<'_>| matches!(step.state, Status::Waiting | Status::Blocked);
    ready
        .map(|(_, step)| step)
        .chain(steps.filter(stands))
        .collect()
}

/// Where the walk begins: who is waited for, so that an answer that has come is not forgotten.
pub fn opening(view: &View<'_>, width: u16) -> String {
    let mut text = emphasised(&occasion(view), width);
    if !view.awaited.is_empty() && !view.next.is_empty() {
        text += &waited_for(view, width);
        text += "\nHas one of them answered? Go there: `s`.\n";
    }
    text
}

/// Where nothing can be done: who or what is waited for and what ends that, or that the way is at its end.
pub fn resting(view: &View<'_>, width: u16) -> String {
    let answer = format!("{}. {}", tally(view), next_sentence(view));
    let mut text = format!("\n{}", emphasised(&answer, width));
    if view.is_at_its_end() {
        return text + &columns(afterwards(view), &[30], width);
    }
    text += &waited_for(view, width);
    let steps = view.stages.iter().flat_map(|stage| &stage.steps);
    let rows: Vec<Vec<String>> = steps
        .filter(|step| step.state == Status::Blocked)
        .map(|step| {
            let said = format!(
                "{} ({})\nWhen it is free: `ptl checklist walk {}`.",
                step.reason.map(visible).unwrap_or_default(),
                since(step).unwrap_or_default(),
                step.id
            );
            vec!["  blocked".to_owned(), step.id.to_owned(), said]
        })
        .collect();
    if !rows.is_empty() {
        text += &format!(
            "\n{}\n{}",
            bold("Blocked"),
            coloured(&columns(rows, &[14, 19], width))
        );
    }
    let first = places(view).first().map_or("STEP", |step| step.id);
    let go_on = format!("When one of them is free, go on there: `ptl checklist walk {first}`.");
    text + "\n" + &said(&go_on, width)
}

/// What is left to do once a checklist is at its end: everything that runs out, and comes again.
fn afterwards(view: &View<'_>) -> Vec<Vec<String>> {
    let mut lines = vec![
        (
            "ptl expiry --within 90",
            "every date that ends something; let a nightly job run it, and somebody read it",
        ),
        (
            "ptl crl fetch",
            "the revocation lists, by a job, more often than they live: `ptl crl status --every 7d`",
        ),
    ];
    if view.service.is_some() {
        lines.push((
            "ptl checklist begin renewal",
            "90 days before the certificate ends: new key, same names",
        ));
        lines.push(("ptl checklist report", "the record, to hand over"));
    }
    lines
        .into_iter()
        .map(|(command, what)| vec![format!("  {command}"), what.to_owned()])
        .collect()
}
