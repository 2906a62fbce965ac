//! The words of `ptl checklist` that write something down.

use std::path::Path;

use jiff::{Timestamp, civil::Date};

use super::{Layout, warn_of_another};
use crate::{
    checklist::{
        book::Book,
        copies, evidence, held,
        history::Act,
        rules::{Action, Actor},
        state::{self, Changed, Proof},
        view::View,
    },
    cli::{
        Global,
        checklist::{By, Word},
    },
    error::{Error, Result},
    files,
    report::{self, Recorded},
    terminal,
};

/// Writes down what a word says.
pub(super) fn run(word: &Word, global: &Global, layout: Layout) -> Result<String> {
    let reasoned =
        |action: fn(String) -> Action, reason: &str| evidence::line("--reason", reason).map(action);
    let (step, action, by) = match word {
        Word::Start { step, by } => (step, Action::Start, by),
        Word::Wait {
            step,
            on,
            reference,
            due,
            by,
        } => {
            let action = Action::Wait {
                on: evidence::line("--on", on)?,
                reference: line("--reference", reference.as_ref())?,
                due: due.as_ref().map(|due| day("--due", due)).transpose()?,
            };
            (step, action, by)
        }
        Word::Done {
            step, evidence, by, ..
        } => {
            let proofs = evidence.iter().map(|argument| evidence::proof(argument));
            (step, Action::Done(proofs.collect::<Result<_>>()?), by)
        }
        Word::Fail { step, reason, by } => (step, reasoned(Action::Fail, reason)?, by),
        Word::Block { step, reason, by } => (step, reasoned(Action::Block, reason)?, by),
        Word::Waive {
            step,
            reason,
            until,
            by,
        } => {
            let action = Action::Waive {
                reason: evidence::line("--reason", reason)?,
                until: day("--until", until)?,
            };
            (step, action, by)
        }
        Word::NotApplicable { step, reason, by } => {
            (step, reasoned(Action::NotApplicable, reason)?, by)
        }
        Word::Reopen { step, reason, by } => (step, reasoned(Action::Reopen, reason)?, by),
    };
    change(step, action, &sources(word), by, global, layout)
}

/// The files of the evidence that are to be copied, in its order.
fn sources(word: &Word) -> Vec<Option<&Path>> {
    match word {
        Word::Done {
            evidence,
            copy: true,
            ..
        } => evidence.iter().map(|it| evidence::file_of(it)).collect(),
        _ => Vec::new(),
    }
}

/// Does something to a step, and says what it brought about; `sources` are the files of its evidence that are copied.
pub(super) fn change(
    step: &str,
    action: Action,
    sources: &[Option<&Path>],
    by: &By,
    global: &Global,
    layout: Layout,
) -> Result<String> {
    let actor = actor(by, global)?;
    let opened = state::open(&global.install)?;
    let before = Book::of(&opened, &global.install, actor.at);
    warn_of_another(&before.definition.id, global);
    let mut deed = before.progress().act(step, action, &actor)?;
    for (evidence, source) in deed.evidence.iter_mut().zip(sources) {
        if let (Proof::File(file), Some(path)) = (&mut evidence.proof, source) {
            let content = files::read(path, held::MOST)?;
            file.copy = Some(copies::keep(&global.install, file, &content)?);
        }
    }
    let unbound: Vec<String> = match deed.act {
        Act::Done => before.not_bound(step).into_iter().collect(),
        _ => Vec::new(),
    };
    if !unbound.is_empty() {
        terminal::note(&format!(
            "warning: not seen here: {}; the proof is tied to none, and another one will not open {step} again",
            unbound.join(", ")
        ));
    }
    let changed = opened.record(vec![deed], &actor.by, actor.at)?;
    warn_of_clocks(&changed, &actor);
    let after = Book {
        state: changed.state,
        ..before.clone()
    };
    let document = Recorded {
        view: &View::of(&after.progress()),
        before: &View::of(&before.progress()),
        step,
    };
    report::explain(&document, global.format, layout)
}

/// Says where the clock here is behind one that wrote before.
pub(super) fn warn_of_clocks(changed: &Changed, actor: &Actor) {
    if let Some(later) = &changed.is_behind {
        terminal::note(&format!(
            "warning: this clock says {}, and the record holds an entry of {} by {}: it goes by the order of its entries; look at the clock",
            actor.at, later.event.at, later.event.by
        ));
    }
}

/// A line of text of a flag.
pub(super) fn line(flag: &str, text: Option<&String>) -> Result<Option<String>> {
    let text = text.map(|text| evidence::line(flag, text)).transpose()?;
    Ok(text.filter(|text| !text.is_empty()))
}

/// A day of a flag.
pub(super) fn day(flag: &str, text: &str) -> Result<Date> {
    text.trim().parse().map_err(|_| {
        Error::input(format!(
            "{flag}: `{}` is no day of the calendar",
            text.escape_debug()
        ))
        .hint(format!("Write year, month and day: `{flag} 2027-01-31`."))
    })
}

/// Who acts, and when: `--by`, else the user here.
pub(super) fn actor(by: &By, global: &Global) -> Result<Actor> {
    Ok(Actor {
        by: name(by)?,
        at: whole_second(global.time()?),
    })
}

/// The name of `--by`, else that of the user here.
fn name(by: &By) -> Result<String> {
    let of_user = || {
        ["USER", "LOGNAME", "USERNAME"]
            .iter()
            .find_map(|variable| std::env::var(variable).ok())
            // cron and containers set none of them, and the system knows the user all the same.
            .or_else(|| whoami::username().ok())
    };
    let name = by.by.clone().or_else(of_user).unwrap_or_default();
    let name = evidence::line("--by", &name)?;
    if name.is_empty() {
        return Err(Error::input(
            "nobody knows who says so: there is neither --by nor a user's name here",
        )
        .hint("Add your name: `--by NAME`."));
    }
    Ok(name)
}

fn whole_second(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}
