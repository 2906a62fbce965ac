//! The files of a folder of certificates: CA files as a distribution keeps them, or OpenSSL's names by hash.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::error::{Error, Result};

/// The most files of a folder; those of distributions have under 500.
const MOST_FILES: usize = 4000;
/// The most that is read of one: the bundle of all public CAs has 220 KB.
pub(super) const LARGEST: u64 = 2 * 1024 * 1024;

/// The files of a folder in the order of their names, links to files included; those that are larger than
/// this are not.
///
/// # Errors
/// Where the folder cannot be read, or holds too many.
pub fn files_of(folder: &Path, largest: u64) -> Result<Vec<PathBuf>> {
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
            fs::metadata(path).is_ok_and(|about| about.is_file() && about.len() <= largest)
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
