//! `ptl checklist`.

mod audit;
mod board;
mod change;
mod handover;
mod lint;
mod merge;
mod verify;
mod walk;

use std::path::Path;

use super::{Exit, hand_over, layout, open_output};
use crate::{
    checklist::{audit::orphan, book::Book, definition, now::Now, state, view::View},
    cli::{
        Global,
        checklist::{ChecklistArgs, ChecklistCommand},
    },
    config::Install,
    error::{Error, Result, is_harmful},
    files::{self, Access, Folder, NewFolders},
    report::{self, Begun, Format, Layout, NextSteps, OneStep, WholeChecklist},
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
    let (text, exit) = match &args.command {
        None => (show(None, global, layout)?, Exit::Pass),
        Some(ChecklistCommand::Audit(args)) => audit::run(args, global, layout)?,
        Some(ChecklistCommand::Verify(args)) => verify::run(args, global, layout)?,
        Some(ChecklistCommand::Board(args)) => board::run(args, global, layout)?,
        Some(ChecklistCommand::Lint { file }) => lint::run(file.as_deref(), global, layout)?,
        Some(command) => (said(command, global, layout)?, Exit::Pass),
    };
    hand_over(&text, output)?;
    Ok(exit)
}

/// What a command says that either does what it is asked to or is an error.
fn said(command: &ChecklistCommand, global: &Global, layout: Layout) -> Result<String> {
    match command {
        ChecklistCommand::Audit(args) => audit::run(args, global, layout).map(|(text, _)| text),
        ChecklistCommand::Verify(args) => verify::run(args, global, layout).map(|(text, _)| text),
        ChecklistCommand::Board(args) => board::run(args, global, layout).map(|(text, _)| text),
        ChecklistCommand::Lint { file } => {
            lint::run(file.as_deref(), global, layout).map(|(text, _)| text)
        }
        ChecklistCommand::Show { step } => show(step.as_deref(), global, layout),
        ChecklistCommand::Next => next(global, layout),
        ChecklistCommand::Walk(args) => walk::run(args, global, layout),
        ChecklistCommand::Begin { definition, folder } => {
            begin(definition, folder.as_deref(), global, layout)
        }
        ChecklistCommand::Merge(args) => merge::run(args, global, layout),
        ChecklistCommand::Report(args) => handover::report(args, global, layout),
        ChecklistCommand::Change(word) => change::run(word, global, layout),
    }
}

fn show(step: Option<&str>, global: &Global, layout: Layout) -> Result<String> {
    let book = read(global)?;
    let progress = book.progress();
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
    let mut view = view.only(step);
    let steps = view.stages.iter_mut().flat_map(|stage| &mut stage.steps);
    for evidence in steps.flat_map(|step| &mut step.evidence) {
        evidence.look(&global.install)?;
    }
    let document = OneStep {
        view: &view,
        relying: progress.relying_on(step).len(),
    };
    report::explain(&document, global.format, layout)
}

fn next(global: &Global, layout: Layout) -> Result<String> {
    let book = read(global)?;
    let view = View::of(&book.progress());
    report::explain(&NextSteps { view: &view }, global.format, layout)
}

/// The checklist of the install; what does not hold together in it is said on the way.
fn read(global: &Global) -> Result<Book> {
    let book = Book::read(&global.install, global.time()?)?;
    warn_of_another(&book.definition.id, global);
    warn_of_hands(&book.state);
    warn_of_unseen(&book);
    note_orphans(&book.definition, &book.state);
    Ok(book)
}

/// What is recorded of a step that was taken out of steps.toml is kept, and shown nowhere else.
fn note_orphans(definition: &definition::Definition, state: &state::State) {
    for step in state.orphans(definition) {
        terminal::note(&format!("note: {}", orphan(step)));
    }
}

/// What cannot be seen is not known to be the same: whoever reads on must not take it for that.
fn warn_of_unseen(book: &Book) {
    let unseen: Vec<String> = book.not_compared().into_iter().collect();
    if !unseen.is_empty() {
        terminal::note(&format!(
            "warning: not seen here, so nobody compared it with what was proven: {}; what ptl.toml names must be there and be read",
            unseen.join(", ")
        ));
    }
}

/// What was changed by hand counts for nothing, and whoever did must not wonder.
fn warn_of_hands(state: &state::State) {
    if !state.faults.is_empty() {
        terminal::note(&format!(
            "warning: the history of {} does not hang together: `ptl checklist audit` says where; what is shown follows from it as it is",
            state::FILE
        ));
    }
    let steps: Vec<&str> = state.by_hand.keys().map(String::as_str).collect();
    if !steps.is_empty() {
        terminal::note(&format!(
            "warning: changed by hand, and not counted: {}; put it back, or say why it counts: `ptl checklist audit --adopt --reason \"...\"`",
            steps.join(", ")
        ));
    }
}

/// Gives a checklist that is begun beside the install's own a folder, and says what to type there.
fn begin(id: &str, folder: Option<&Path>, global: &Global, layout: Layout) -> Result<String> {
    let definition = definition::beside(id)?;
    let folder = folder.map_or_else(|| global.install.join(id), Path::to_owned);
    if folder.to_string_lossy().contains(is_harmful) {
        return Err(Error::input(format!(
            "`{}` holds a line break or another character that is not seen",
            folder.display()
        ))
        .hint("Give the folder a name that can be typed."));
    }
    files::refuse_existing(&folder.join(state::FILE))?;
    let made = NewFolders::make(&folder)?;
    Folder::open(&folder)?
        .draft(state::FILE, state::fresh(id).as_bytes(), Access::Shared)?
        .link()?;
    made.keep();
    let book = Book {
        definition,
        state: state::State::new(id),
        now: Now::at(global.time()?),
    };
    let view = View::of(&book.progress());
    let document = Begun {
        view: &view,
        folder: &folder,
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

/// Whether JSON is asked for, which no form of `--as` goes with.
fn is_json(has_form: bool, global: &Global) -> Result<bool> {
    let is_json = global.format == Format::Json;
    match is_json && has_form {
        false => Ok(is_json),
        true => {
            Err(Error::input("--as and --format json are two formats").hint("Choose one of them."))
        }
    }
}
