//! The file of `--output`: it takes the place of an older report of ptl, and of nothing else.

use std::{
    fs,
    io::Read,
    path::{Path, PathBuf},
};

use super::{
    folder_of, mark, open_regular, private_key, put, refuse_existing, unreadable, unwritable,
};
use crate::error::{Error, Result};

/// By so much of its beginning a report is known.
const BEGINNING: u64 = 64 * 1024;

/// A file of `--output`: opened before the work begins, so that a bad path fails at once, and
/// given its name at the end.
#[derive(Debug)]
pub struct Output {
    target: PathBuf,
    /// Whether a report was there that is replaced.
    replaces: bool,
}

impl Output {
    /// Proves that a file can be made beside the target. It has no name yet, so that an interrupted
    /// run leaves nothing behind.
    ///
    /// # Errors
    /// Where the folder cannot be written to, or what is there must not be replaced.
    pub fn open(target: &Path) -> Result<Self> {
        refuse_to_replace(target)?;
        tempfile::tempfile_in(folder_of(target)).map_err(|error| unwritable(target, error))?;
        Ok(Self {
            target: target.to_owned(),
            replaces: target.exists(),
        })
    }

    /// Writes the content beside the target and gives it that name, in place of an older report.
    ///
    /// # Errors
    /// Where it cannot be written, or something of that name has come up since: the command itself may have
    /// made it.
    pub fn finish(self, content: &[u8]) -> Result<()> {
        match self.replaces {
            true => refuse_to_replace(&self.target)?,
            false => refuse_existing(&self.target)?,
        }
        put(&self.target, content)
    }
}

/// A report takes the place of an older one or of an empty file: what else is there is hard to make again.
fn refuse_to_replace(target: &Path) -> Result<()> {
    if target.as_os_str() == "-" {
        return Err(Error::input("--output `-` is no file")
            .hint("Leave --output out to print; for a file of that name write `./-`."));
    }
    let Ok(metadata) = fs::symlink_metadata(target) else {
        return Ok(());
    };
    let shown = target.display();
    if metadata.is_symlink() {
        return Err(
            Error::input(format!("`{shown}` is a symlink, and --output follows none"))
                .hint("Name the file itself for --output."),
        );
    }
    if !metadata.is_file() {
        return Err(Error::input(format!("`{shown}` is not a regular file"))
            .hint("Name a file for --output, or leave it out to print."));
    }
    let refused = |what: &str, hint: &str| {
        Error::input(format!("`{shown}` {what}, and is never overwritten")).hint(hint.to_owned())
    };
    if let Some(secret) = private_key::find_in_file(target)? {
        return Err(refused(
            &format!("holds {secret}"),
            "Name another file for --output.",
        ));
    }
    if metadata.len() == 0 || is_report(target)? {
        return Ok(());
    }
    Err(refused(
        "is there, and does not begin as a report of ptl",
        "Name another file for --output, or move that one away yourself.",
    ))
}

fn is_report(target: &Path) -> Result<bool> {
    let (file, _) = open_regular(target)?;
    let mut begin = Vec::new();
    file.take(BEGINNING)
        .read_to_end(&mut begin)
        .map_err(|error| unreadable(target, error))?;
    Ok(mark::form(&mark::decoded(&begin)).is_some())
}
