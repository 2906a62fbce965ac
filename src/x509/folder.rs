//! The certificates of a folder: CA files as a distribution keeps them, or OpenSSL's names by hash.

use std::{
    collections::HashSet,
    fs,
    path::{Path, PathBuf},
};

use super::{
    Certificate,
    key::Passphrase,
    read::{MOST_OBJECTS, certificates_under},
};
use crate::error::{Error, Result};

/// The most files of a folder; those of distributions have under 500.
const MOST_FILES: usize = 4000;
/// The most that is read of one: the bundle of all public CAs has 220 KB.
const LARGEST: u64 = 2 * 1024 * 1024;

/// The certificates of a file, as [`certificates_under`], or of every file that stands in a folder.
///
/// In a folder each certificate counts once, however many names lead to it, and files that hold none are
/// passed over.
///
/// # Errors
/// Where a file cannot be read, or a folder holds no certificate or too many.
pub fn certificates_of(path: &Path, passphrase: Option<&Passphrase>) -> Result<Vec<Certificate>> {
    if !path.is_dir() {
        return certificates_under(path, passphrase);
    }
    let shown = path.display();
    let files = files_of(path)?;
    let count = files.len();
    let mut seen = HashSet::new();
    let mut certificates = Vec::new();
    for file in files {
        let held = certificates_under(&file, passphrase).unwrap_or_default();
        let new = held.into_iter().filter(|it| seen.insert(it.sha256.clone()));
        certificates.extend(new);
        if certificates.len() > MOST_OBJECTS {
            return Err(Error::input(format!(
                "`{shown}` holds more than {MOST_OBJECTS} certificates"
            ))
            .hint("Name the files that are meant."));
        }
    }
    match certificates.is_empty() {
        false => Ok(certificates),
        true => Err(Error::input(format!(
            "none of the {count} files in `{shown}` is a certificate"
        ))
        .hint("Name the folder in which the certificates stand; those below it are not entered.")),
    }
}

/// The files of a folder in the order of their names, links to files included.
fn files_of(folder: &Path) -> Result<Vec<PathBuf>> {
    let shown = folder.display();
    let entries = fs::read_dir(folder).map_err(|error| {
        Error::input(format!("could not read the folder `{shown}`"))
            .because(error)
            .hint("Run as a user who may enter it, or name the files.")
    })?;
    let mut files: Vec<PathBuf> = entries
        .filter_map(std::result::Result::ok)
        .map(|entry| entry.path())
        .filter(|path| {
            fs::metadata(path).is_ok_and(|about| about.is_file() && about.len() <= LARGEST)
        })
        .take(MOST_FILES + 1)
        .collect();
    if files.len() > MOST_FILES {
        return Err(
            Error::input(format!("`{shown}` holds more than {MOST_FILES} files"))
                .hint("Name the files that are meant."),
        );
    }
    files.sort();
    Ok(files)
}
