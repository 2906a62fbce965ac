//! `ptl checklist lint`.

use std::path::Path;

use crate::{
    checklist::{
        definition::{self, OwnSteps},
        lint::{self, Form},
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
    add_own(&mut lint, &OwnSteps::of_folder(folder)?, id)?;
    Ok(lint)
}

fn of_file(path: &Path, install: &Path) -> Result<Lint> {
    let own = OwnSteps::of_file(path)?;
    let Some((text, shown)) = own.text() else {
        return Ok(Lint::of(None));
    };
    if lint::form(text, shown)? == Form::Whole {
        let mut lint = Lint::of(None);
        lint.add(shown, &lint::whole(text, shown)?);
        return Ok(lint);
    }
    // Own steps belong to the checklist beside them, else to that of the install.
    let (id, _) =
        definition::followed(files::folder_of(path)).or_else(|_| definition::followed(install))?;
    let mut lint = Lint::of(Some(id));
    add_own(&mut lint, &own, id)?;
    Ok(lint)
}

fn add_own(lint: &mut Lint, own: &OwnSteps, id: &str) -> Result<()> {
    let Some((text, shown)) = own.text() else {
        return Ok(());
    };
    let shipped = definition::shipped(id)?
        .ok_or_else(|| Error::internal(format!("the shipped checklist `{id}` is gone")))?;
    let elsewhere = definition::elsewhere(shipped)?;
    lint.add(shown, &lint::own(text, shown, shipped, &elsewhere)?);
    Ok(())
}
