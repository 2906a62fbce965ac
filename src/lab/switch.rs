//! Turns a fault on in a running lab, from another process: by two files in its folder.
//!
//! The one says what is wanted, the other what is so, and is empty while a wish waits. No port is
//! opened for it, and whoever may write into the folder may do it: nobody else.

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use super::{
    fault::{Fault, NONE},
    folder::Lab,
};
use crate::{
    error::{Error, Result, for_a_shell},
    files::{self, Claim},
};

/// What is wanted: a fault's word, or `none`.
const WANTED: &str = "fault";
/// What is so: the same word, or another and why it could not be done.
const SO: &str = "fault-now";
/// Held by the lab that runs in a folder.
const RUNNING: &str = "running";
/// The most that is read of either.
const LIMIT: u64 = 4096;
/// How often either is looked at.
pub(super) const INTERVAL: Duration = Duration::from_millis(25);
/// How long a running lab may take for it.
const PATIENCE: Duration = Duration::from_secs(10);

fn in_folder(folder: &Path, name: &str) -> PathBuf {
    folder.join(name)
}

/// Claims a folder for the lab that is about to run in it; nothing where one runs there.
///
/// # Errors
/// Where the folder cannot be written to.
pub(super) fn claim(folder: &Path) -> Result<Option<Claim>> {
    Claim::take(&in_folder(folder, RUNNING))
}

/// What is wanted, where somebody waits for it.
pub(super) fn wanted(folder: &Path) -> Option<Result<Option<Fault>>> {
    let so = files::read_text(&in_folder(folder, SO), LIMIT).ok()?;
    if !so.is_empty() {
        return None;
    }
    let text = files::read_text(&in_folder(folder, WANTED), LIMIT).ok()?;
    Some(Fault::parse(text.trim()))
}

/// Says what is so: the fault that is on, and why it is not the one that was wanted.
///
/// # Errors
/// Where the file cannot be written.
pub(super) fn report(folder: &Path, fault: Option<Fault>, problem: Option<&str>) -> Result<()> {
    let word = fault.map_or(NONE, Fault::word);
    let text = match problem {
        Some(problem) => format!("{word}\n{problem}\n"),
        None => format!("{word}\n"),
    };
    files::put(&in_folder(folder, SO), text.as_bytes())
}

/// Begins with no fault.
///
/// # Errors
/// Where a file cannot be written.
pub(super) fn clear(folder: &Path) -> Result<()> {
    files::put(&in_folder(folder, WANTED), format!("{NONE}\n").as_bytes())?;
    report(folder, None, None)
}

/// Turns a fault on in the lab that runs in a folder, or all off, and waits until it is so.
///
/// # Errors
/// Where no lab runs there, or it cannot do it.
pub fn turn_on(folder: &Path, fault: Option<Fault>) -> Result<()> {
    let shown = for_a_shell(folder);
    if !Lab::is_in(folder) || !Claim::is_held(&in_folder(folder, RUNNING)) {
        return Err(
            Error::input(format!("no lab runs in `{}`", folder.display())).hint(format!(
                "Start it in another terminal: `ptl lab up {shown}`; or name its folder with --lab DIR."
            )),
        );
    }
    let word = fault.map_or(NONE, Fault::word);
    files::put(&in_folder(folder, WANTED), format!("{word}\n").as_bytes())?;
    files::put(&in_folder(folder, SO), b"")?;
    let end = Instant::now() + PATIENCE;
    while Instant::now() < end {
        let text = files::read_text(&in_folder(folder, SO), LIMIT).unwrap_or_default();
        let mut lines = text.lines();
        match (lines.next(), lines.next()) {
            (Some(so), None) if so == word => return Ok(()),
            (Some(_), Some(problem)) => {
                return Err(
                    Error::internal(format!("the lab cannot bring `{word}` about"))
                        .because(problem.to_owned())
                        .hint("Choose another fault: `ptl lab fault --list`."),
                );
            }
            _ => std::thread::sleep(INTERVAL),
        }
    }
    Err(Error::internal(format!(
        "the lab did not take `{word}` within {} s",
        PATIENCE.as_secs()
    ))
    .hint(format!("Look at the terminal of `ptl lab up {shown}`.")))
}
