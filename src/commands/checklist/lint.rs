//! `ptl checklist lint`.

use std::path::Path;

use crate::{
    checklist::{
        definition::{self, OwnFile, OwnSteps},
        lint::{self, Form},
        state,
    },
    cli::Global,
    commands::Exit,
    error::{Error, Result},
    files,
    report::{self, Layout, Lint},
};

/// Looks at a file, or at the install's checklist with its own steps.
///
/// # Errors
/// Where a file cannot be read, or it is not known which checklist own steps belong to.
pub(super) fn run(file: Option<&Path>, global: &Global, layout: Layout) -> Result<(String, Exit)> {
    let lint = match file {
        Some(path) => of_file(path, &global.install)?,
        None => of_install(&global.install)?,
    };
    let exit = if lint.is_clean() {
        Exit::Pass
    } else {
        Exit::Fail
    };
    Ok((report::explain(&lint, global.format, layout)?, exit))
}

fn of_install(folder: &Path) -> Result<Lint> {
    let (id, text) = definition::followed(folder)?;
    let mut lint = Lint::of(Some(id));
    lint.add(id, &lint::whole(text, id)?);
    if let Some(own) = OwnSteps::of_folder(folder)?.file() {
        add_own(&mut lint, own, id)?;
    }
    // What is wrong with the record or the own steps is said elsewhere.
    if let Ok((definition, state)) = state::read(folder) {
        super::note_orphans(&definition, &state);
    }
    Ok(lint)
}

fn of_file(path: &Path, install: &Path) -> Result<Lint> {
    let file = OwnFile::read(path)?;
    let OwnFile { text, shown } = &file;
    if lint::form(text, shown)? == Form::Whole {
        let mut lint = Lint::of(None);
        lint.add(shown, &lint::whole(text, shown)?);
        return Ok(lint);
    }
    // Own steps belong to the checklist beside them, else to that of the install.
    let (id, _) =
        definition::followed(files::folder_of(path)).or_else(|_| definition::followed(install))?;
    let mut lint = Lint::of(Some(id));
    add_own(&mut lint, &file, id)?;
    Ok(lint)
}

fn add_own(lint: &mut Lint, own: &OwnFile, id: &str) -> Result<()> {
    let shipped = definition::shipped(id)?
        .ok_or_else(|| Error::internal(format!("the shipped checklist `{id}` is gone")))?;
    let elsewhere = definition::elsewhere(shipped)?;
    let linted = lint::own(&own.text, &own.shown, shipped, &elsewhere)?;
    lint.add(&own.shown, &linted);
    Ok(())
}
