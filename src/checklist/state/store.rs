//! The file on its disk: read, and changed under a lock.

use std::path::{Path, PathBuf};

use super::{FILE, Record, State, parse_with, with_record};
use crate::{
    checklist::definition::{Definition, OwnSteps},
    config,
    error::{Error, Result},
    files,
};

/// Hundreds of times what a whole install takes, and still read in well under a second.
const LONGEST: u64 = 2 * 1024 * 1024;

/// A checklist that no other ptl changes until this is dropped.
#[derive(Debug)]
pub struct Opened {
    /// The steps that there are.
    pub definition: Definition,
    own: OwnSteps,
    /// What happened to them.
    pub state: State,
    text: String,
    shown: String,
    file: files::Guarded,
}

/// The checklist of an install's folder.
///
/// # Errors
/// Where there is none, or it is wrong.
pub fn read(folder: &Path) -> Result<(Definition, State)> {
    let path = find(folder)?;
    let text = files::read_text(&path, LONGEST)?;
    let own = OwnSteps::of_folder(folder)?;
    parse_with(&text, &path.display().to_string(), &own)
}

/// The checklist of an install's folder, to change it: waits for another ptl that changes it.
///
/// # Errors
/// As [`read`], and where the folder cannot be written to.
pub fn open(folder: &Path) -> Result<Opened> {
    let path = find(folder)?;
    let file = files::Guarded::open(&path, LONGEST)?;
    let text = files::text(&path, file.bytes().to_vec())?;
    let shown = path.display().to_string();
    let own = OwnSteps::of_folder(folder)?;
    let (definition, state) = parse_with(&text, &shown, &own)?;
    Ok(Opened {
        definition,
        own,
        state,
        text,
        shown,
        file,
    })
}

impl Opened {
    /// Writes down what happened to a step; everything else in the file stays, comments included.
    ///
    /// # Errors
    /// Where somebody changed the file since it was read, or it cannot be written: it is as it was.
    pub fn record(mut self, step: &str, record: Record) -> Result<(Definition, State)> {
        let mut after = with_record(&self.text, step, &record)?;
        self.state.records.insert(step.to_owned(), record);
        // What was written is read before it takes the old text's place.
        if !parse_with(&after, &self.shown, &self.own).is_ok_and(|(_, state)| state == self.state) {
            return Err(Error::internal(
                "the checklist would not say what was to be written down",
            ));
        }
        if self.file.bytes().starts_with("\u{feff}".as_bytes()) {
            after.insert(0, '\u{feff}');
        }
        self.file.replace(after.as_bytes())?;
        Ok((self.definition, self.state))
    }
}

fn find(folder: &Path) -> Result<PathBuf> {
    let path = folder.join(FILE);
    if path.symlink_metadata().is_ok() {
        return Ok(path);
    }
    let shown = folder.display();
    // Beside a ptl.toml, `ptl init` writes nothing.
    let hint = if folder.join(config::FILE).symlink_metadata().is_ok() {
        "ptl ships one for `booking`, and for consumers of `gp-connect`. Bring back the last one, or begin anew: a file of two lines, `schema = 1` and `definition = \"booking-provider\"` (or \"booking-consumer\", \"gp-connect-consumer\")."
    } else {
        "Start an install here with `ptl init`, or name its folder with --install DIR."
    };
    Err(Error::input(format!("no `{FILE}` in `{shown}`")).hint(hint))
}
