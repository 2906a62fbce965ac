//! `ptl checklist report`.

use std::{fs, path::Path};

use super::is_json;
use crate::{
    checklist::{book::Book, held, state, view::View},
    cli::{Global, checklist::ReportArgs},
    config::{self, Install},
    environment::{self, Environment},
    error::{Error, Result},
    files::{self, Access, Folder},
    report::{self, Archive, Archived, Format, Layout},
    survey::expiry::Endings,
    template::{
        Form,
        handover::{Handover, Sources},
    },
};

/// The report of the install's checklist as text; with `--bundle` what was put into the archive.
///
/// # Errors
/// Where a file of the install is wrong or holds a secret, or the archive is there already.
pub(super) fn report(args: &ReportArgs, global: &Global, layout: Layout) -> Result<String> {
    if args.bundle.is_some() && global.output.is_some() && global.format == Format::Human {
        return Err(Error::input(
            "--bundle and --output: the zip holds the report in every form already",
        )
        .hint("Give one of them; with --format json, --output takes what is in the zip."));
    }
    let form = form(args, global)?;
    let folder = &global.install;
    let book = super::read(global)?;
    let checklist = unchanged(&book, folder)?;
    let held = held::held(folder, &book.state)?;
    let install = install(folder)?;
    let endings = install.as_ref().map_or_else(Endings::default, |install| {
        Endings::of_install(install, None, book.now.at)
    });
    let other = other_profile(install.as_ref(), global)?;
    let profiles: Vec<_> = environment::all().iter().chain(&other).collect();
    let view = View::of(&book.progress());
    let handover = Handover::of(&Sources {
        book: &book,
        view: &view,
        install: install.as_ref(),
        profiles: &profiles,
        endings: &endings,
        held: &held,
    });
    let Some(target) = &args.bundle else {
        return report::handed_over(&handover, form);
    };
    let archive = Archive {
        target,
        install: folder,
        handover: &handover,
        checklist: &checklist,
        held: &held,
    };
    let archived = Archived {
        manifest: write(&archive, target)?,
        path: target,
    };
    report::explain(&archived, global.format, layout)
}

/// The form that is asked for; nothing where it is JSON.
fn form(args: &ReportArgs, global: &Global) -> Result<Option<Form>> {
    if is_json(args.form.is_some(), global)? {
        return Ok(None);
    }
    let ending = global.output.as_deref().and_then(Path::extension);
    let is_page =
        ending.is_some_and(|it| it.eq_ignore_ascii_case("html") || it.eq_ignore_ascii_case("htm"));
    let by_ending = if is_page { Form::Html } else { Form::Md };
    Ok(Some(args.form.unwrap_or(by_ending)))
}

/// The bytes of the checklist that was read.
fn unchanged(book: &Book, folder: &Path) -> Result<Vec<u8>> {
    let path = folder.join(state::FILE);
    let bytes = files::read(&path, files::SMALL)?;
    let shown = path.display().to_string();
    let (_, again) = state::parse(&files::text(&path, bytes.clone())?, &shown)?;
    if again != book.state {
        return Err(
            Error::input(format!("`{shown}` was changed by somebody else meanwhile"))
                .hint("Nothing was written: run the command again."),
        );
    }
    Ok(bytes)
}

/// The install, where the folder has a `ptl.toml`: one that is begun beside an install has none.
fn install(folder: &Path) -> Result<Option<Install>> {
    match fs::symlink_metadata(folder.join(config::FILE)) {
        Ok(_) => Install::read(folder).map(Some),
        Err(_) => Ok(None),
    }
}

/// The profile that `--env` names, else the install's own: one that ptl does not ship, as a lab's.
fn other_profile(install: Option<&Install>, global: &Global) -> Result<Option<Environment>> {
    if let Some(named) = &global.env {
        return environment::find(named).map(Some);
    }
    // What is wrong with it is not the report's matter: the generations are left out.
    Ok(install.and_then(|install| environment::find(&install.default_environment).ok()))
}

/// Writes a new archive, whole or not at all.
fn write(archive: &Archive<'_>, target: &Path) -> Result<report::Manifest> {
    let name = target.file_name().and_then(|name| name.to_str());
    let Some(name) = name else {
        return Err(
            Error::input(format!("`{}` is no file's name", target.display()))
                .hint("Name the new zip: `--bundle handover.zip`."),
        );
    };
    let mut manifest = None;
    let folder = Folder::open(files::folder_of(target))?;
    let draft = folder.draft_by(name, Access::Shared, |file| {
        manifest = Some(archive.write(file)?);
        Ok(())
    })?;
    draft.link()?;
    manifest.ok_or_else(|| Error::internal("the archive was not written"))
}
