//! `ptl checklist`.

mod handover;

use std::path::Path;

use jiff::Timestamp;

use super::{Exit, hand_over, layout, open_output};
use crate::{
    checklist::{
        definition, evidence,
        rules::{Action, Actor, Progress},
        state,
        view::View,
    },
    cli::{
        Global,
        checklist::{By, ChecklistArgs, ChecklistCommand},
    },
    config::Install,
    error::{Error, Result},
    files::{self, Access, Folder, NewFolders},
    report::{self, Begun, Format, Layout, NextSteps, OneStep, Recorded, WholeChecklist},
    terminal,
};

/// Runs `ptl checklist`.
///
/// # Errors
/// Exit 2 where there is no checklist, it is wrong, or the command makes no sense; exit 1 where a gate
/// is shut or a requirement is open.
pub(super) fn run(args: &ChecklistArgs, global: &Global) -> Result<Exit> {
    if global.format == Format::Junit {
        return Err(report::no_junit());
    }
    let output = open_output(global)?;
    let layout = layout(global, output.as_ref());
    let text = match &args.command {
        None => show(None, global, layout),
        Some(ChecklistCommand::Show { step }) => show(step.as_deref(), global, layout),
        Some(ChecklistCommand::Next) => next(global, layout),
        Some(ChecklistCommand::Begin { definition, folder }) => {
            begin(definition, folder.as_deref(), global, layout)
        }
        Some(ChecklistCommand::Start { step, by }) => {
            change(step, Action::Start, by, global, layout)
        }
        Some(ChecklistCommand::Done { step, evidence, by }) => {
            let proofs: Result<Vec<_>> = evidence
                .iter()
                .map(|argument| evidence::proof(argument))
                .collect();
            change(step, Action::Done(proofs?), by, global, layout)
        }
        Some(ChecklistCommand::Block { step, reason, by }) => {
            let reason = evidence::line("--reason", reason)?;
            change(step, Action::Block(reason), by, global, layout)
        }
        Some(ChecklistCommand::Reopen { step, reason, by }) => {
            let reason = evidence::line("--reason", reason)?;
            change(step, Action::Reopen(reason), by, global, layout)
        }
        Some(ChecklistCommand::Report(args)) => handover::report(args, global, layout),
    }?;
    hand_over(&text, output)?;
    Ok(Exit::Pass)
}

fn show(step: Option<&str>, global: &Global, layout: Layout) -> Result<String> {
    let (definition, state) = state::read(&global.install)?;
    warn_of_another(&definition.id, global);
    let progress = Progress {
        definition: &definition,
        state: &state,
    };
    let view = View::of(&progress);
    let Some(step) = step else {
        let detail = layout.detail;
        let document = WholeChecklist {
            view: &view,
            detail,
        };
        return report::explain(&document, global.format, layout);
    };
    progress.find(step)?;
    let document = OneStep {
        view: &view.only(step),
        relying: progress.relying_on(step).len(),
    };
    report::explain(&document, global.format, layout)
}

fn next(global: &Global, layout: Layout) -> Result<String> {
    let (definition, state) = state::read(&global.install)?;
    warn_of_another(&definition.id, global);
    let view = View::of(&Progress {
        definition: &definition,
        state: &state,
    });
    report::explain(&NextSteps { view: &view }, global.format, layout)
}

/// Gives a checklist that is begun beside the install's own a folder, and says what to type there.
fn begin(id: &str, folder: Option<&Path>, global: &Global, layout: Layout) -> Result<String> {
    let definition = definition::beside(id)?;
    let folder = folder.map_or_else(|| global.install.join(id), Path::to_owned);
    files::refuse_existing(&folder.join(state::FILE))?;
    let made = NewFolders::make(&folder)?;
    Folder::open(&folder)?
        .draft(state::FILE, state::fresh(id).as_bytes(), Access::Shared)?
        .link()?;
    made.keep();
    let state = state::State::new(id);
    let view = View::of(&Progress {
        definition: &definition,
        state: &state,
    });
    let document = Begun {
        view: &view,
        folder: &folder,
    };
    report::explain(&document, global.format, layout)
}

fn change(step: &str, action: Action, by: &By, global: &Global, layout: Layout) -> Result<String> {
    let actor = Actor {
        by: name(by)?,
        at: whole_second(global.time()?),
    };
    let opened = state::open(&global.install)?;
    warn_of_another(&opened.definition.id, global);
    let progress = Progress {
        definition: &opened.definition,
        state: &opened.state,
    };
    let record = progress.act(step, action, actor)?;
    let before = opened.state.clone();
    let (definition, after) = opened.record(step, record)?;
    let view = |state| {
        View::of(&Progress {
            definition: &definition,
            state,
        })
    };
    let document = Recorded {
        view: &view(&after),
        before: &view(&before),
        step,
    };
    report::explain(&document, global.format, layout)
}

/// Says where the checklist is another than that of the install's service and role, which leaves steps out.
fn warn_of_another(definition: &str, global: &Global) {
    // What is wrong with a ptl.toml is not the checklist's matter.
    let Ok(install) = Install::read(&global.install) else {
        return;
    };
    let Ok(wanted) = definition::id_for(&install.service, install.role) else {
        return;
    };
    if wanted != definition && !global.quiet {
        terminal::note(&format!(
            "warning: {} is a {definition}'s, and ptl.toml a {wanted}'s: steps may be missing; correct `definition` in the one or `role` in the other",
            state::FILE
        ));
    }
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
