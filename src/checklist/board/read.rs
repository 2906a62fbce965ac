//! Finds installs in folders, and reads what a board tells of each: several at a time, and none is kept.

use std::{
    collections::HashSet,
    fs, io,
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use rayon::prelude::*;

use super::{PassedOver, Row};
use crate::{
    checklist::{now::Now, rules::Progress, state},
    config::{self, Install},
    error::{Error, Result},
    survey::expiry::{Glance, Glances},
};

/// A folder that is an install, or that nobody can look into.
enum Found {
    Install(PathBuf),
    Unreadable(PathBuf, io::Error),
}

/// How far below a folder installs are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// The folder itself; where it is no install, the folders in it.
    Folders,
    /// Every folder below it, also those of an install.
    All,
}

/// The rows of the installs in these folders, and what was passed over.
///
/// # Errors
/// Where a folder is none, or no install is in any of them.
pub fn rows(folders: &[PathBuf], depth: Depth, at: Timestamp) -> Result<(Vec<Row>, PassedOver)> {
    let mut search = Search {
        depth,
        ..Search::default()
    };
    for folder in folders {
        let about = fs::metadata(folder).map_err(|error| {
            no_folder(folder)
                .because(error)
                .hint("Name the folder of an install, or the folder that holds them.")
        })?;
        if !about.is_dir() {
            return Err(no_folder(folder)
                .hint("Name folders alone: in a shell, `installs/*/` are those of `installs`."));
        }
        search.folder(folder);
    }
    if search.found.is_empty() {
        let shown: Vec<_> = folders
            .iter()
            .map(|it| format!("`{}`", it.display()))
            .collect();
        return Err(
            Error::input(format!("no install in {}", shown.join(", "))).hint(format!(
                "An install is a folder with `{}`. Those in folders of folders are found with --deep.",
                state::FILE
            )),
        );
    }
    let glances = Glances::default();
    let rows = search.found.par_iter().map(|it| row(it, &glances, at));
    Ok((rows.collect(), search.passed_over))
}

fn no_folder(path: &Path) -> Error {
    Error::input(format!("`{}` is no folder", path.display()))
}

/// What a search has come by.
struct Search {
    depth: Depth,
    /// The folders that were looked at, by their real paths, so that each install counts once.
    seen: HashSet<PathBuf>,
    found: Vec<Found>,
    passed_over: PassedOver,
}

impl Default for Search {
    fn default() -> Self {
        Self {
            depth: Depth::Folders,
            seen: HashSet::new(),
            found: Vec::new(),
            passed_over: PassedOver::default(),
        }
    }
}

impl Search {
    /// Looks at a folder that was named.
    fn folder(&mut self, folder: &Path) {
        let real = fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
        let is_install = self.look(folder, &real);
        if !is_install || self.depth == Depth::All {
            self.below(folder, &real);
        }
    }

    /// Looks at the folders in a folder. Symbolic links are not followed, so a circle cannot come up.
    fn below(&mut self, folder: &Path, real: &Path) {
        let entries = fs::read_dir(folder).and_then(Iterator::collect::<io::Result<Vec<_>>>);
        let mut entries = match entries {
            Ok(entries) => entries,
            Err(error) => {
                self.found.push(Found::Unreadable(folder.to_owned(), error));
                return;
            }
        };
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let name = entry.file_name();
            match entry.file_type() {
                Ok(kind) if kind.is_symlink() => self.passed_over.links += 1,
                Ok(kind) if kind.is_dir() => {}
                Ok(_) => continue,
                Err(error) => {
                    self.found.push(Found::Unreadable(entry.path(), error));
                    continue;
                }
            }
            if !entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                continue;
            }
            let (path, real) = (entry.path(), real.join(&name));
            let is_install = self.look(&path, &real);
            // What tools hide holds no installs: `.git` has thousands of folders.
            let goes_on = self.depth == Depth::All && !name.as_encoded_bytes().starts_with(b".");
            if goes_on {
                self.below(&path, &real);
            }
            self.passed_over.folders += usize::from(!is_install);
        }
    }

    /// Whether a folder is an install, or may be one; it is found then, once.
    fn look(&mut self, folder: &Path, real: &Path) -> bool {
        // A ptl.toml alone is an install that has lost its checklist.
        for file in [state::FILE, config::FILE] {
            match fs::symlink_metadata(folder.join(file)) {
                Ok(_) => {
                    if self.seen.insert(real.to_owned()) {
                        self.found.push(Found::Install(folder.to_owned()));
                    }
                    return true;
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => {
                    if self.seen.insert(real.to_owned()) {
                        self.found.push(Found::Unreadable(folder.to_owned(), error));
                    }
                    return true;
                }
            }
        }
        false
    }
}

/// A folder as people type it.
fn shown(folder: &Path) -> String {
    let folder = folder.strip_prefix(".").unwrap_or(folder);
    match folder.as_os_str().is_empty() {
        true => ".".to_owned(),
        false => folder.display().to_string(),
    }
}

fn row(found: &Found, glances: &Glances, at: Timestamp) -> Row {
    match found {
        Found::Unreadable(folder, error) => {
            let shown = shown(folder);
            let why = format!("could not look into `{shown}`: {error}");
            Row::unreadable(&shown, why)
        }
        Found::Install(folder) => install(folder, glances, at),
    }
}

/// Reads an install. What is wrong with its ptl.toml leaves what its checklist says.
fn install(folder: &Path, glances: &Glances, at: Timestamp) -> Row {
    let shown = shown(folder);
    let (definition, state) = match state::read(folder) {
        Ok(read) => read,
        Err(error) => return Row::unreadable(&shown, why(&error)),
    };
    let (install, problem) = match config_of(folder) {
        Ok(install) => (install, None),
        Err(error) => (None, Some(why(&error))),
    };
    let glance = install
        .as_ref()
        .map_or_else(Glance::default, |install| glances.at(install, at));
    let now = install.as_ref().map_or_else(
        || Now::at(at),
        |install| Now::knowing(install, at, |id, _| glance.certificates.get(id).cloned()),
    );
    let progress = Progress {
        definition: &definition,
        state: &state,
        now: &now,
    };
    let mut row = Row::of(&shown, &progress, install.as_ref(), &glance.endings);
    row.unread.extend(problem);
    row
}

/// The install's ptl.toml, where it has one: a checklist that is begun beside an install has none.
fn config_of(folder: &Path) -> Result<Option<Install>> {
    match fs::symlink_metadata(folder.join(config::FILE)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        _ => Install::read(folder).map(Some),
    }
}

/// An error in one line, with its first problem.
fn why(error: &Error) -> String {
    match error.problems() {
        [] => error.to_string(),
        [first] => format!("{error}: {}", first.trim()),
        [first, rest @ ..] => format!("{error}: {}, and {} more", first.trim(), rest.len()),
    }
}
