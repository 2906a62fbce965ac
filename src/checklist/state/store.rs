//! The file on its disk: read, and changed under a lock.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use jiff::Timestamp;

use super::{FILE, Record, State, edit::Draft, parse_with};
use crate::{
    checklist::{
        definition::{Definition, OwnSteps},
        history::{Act, Deed, Entry, History},
    },
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

/// A checklist after a change.
#[derive(Debug)]
pub struct Changed {
    /// The steps that there are.
    pub definition: Definition,
    /// What happened to them, the change included.
    pub state: State,
    /// The entry before it with a later time, where the clock here is behind that one's.
    pub is_behind: Option<Entry>,
}

/// The checklist of an install's folder.
///
/// # Errors
/// Where there is none, or it is wrong.
pub fn read(folder: &Path) -> Result<(Definition, State)> {
    read_file(&find(folder)?)
}

/// A checklist by its file.
///
/// # Errors
/// As [`read`].
pub fn read_file(path: &Path) -> Result<(Definition, State)> {
    let text = files::read_text(path, LONGEST)?;
    let own = OwnSteps::of_folder(files::folder_of(path))?;
    parse_with(&text, &path.display().to_string(), &own)
}

/// The checklist of an install's folder, to change it: waits for another ptl that changes it.
///
/// # Errors
/// As [`read`], and where the folder cannot be written to, or the history does not hang together.
pub fn open(folder: &Path) -> Result<Opened> {
    open_file(&find(folder)?)
}

/// As [`open`], by its file.
///
/// # Errors
/// As [`open`].
pub fn open_file(path: &Path) -> Result<Opened> {
    open_file_with(path, OwnSteps::of_folder(files::folder_of(path))?)
}

/// As [`open_file`], with these own steps in place of those beside the file.
///
/// # Errors
/// As [`open`].
pub fn open_file_with(path: &Path, own: OwnSteps) -> Result<Opened> {
    let file = files::Guarded::open(path, LONGEST)?;
    let text = files::text(path, file.bytes().to_vec())?;
    let shown = path.display().to_string();
    let (definition, state) = parse_with(&text, &shown, &own)?;
    if !state.faults.is_empty() {
        let lines = state.faults.iter();
        let lines = lines.map(|(line, fault)| format!("line {line}: {}", fault.what));
        return Err(
            Error::input(format!("the history of `{shown}` does not hang together"))
                .details(lines)
                .hint("See all of it: `ptl checklist audit`; bring back the last good file. Nothing was changed."),
        );
    }
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
    /// Writes down what somebody did, after what was done before; everything else in the file stays, comments included.
    ///
    /// # Errors
    /// Where the step's table was changed by hand and nobody has adopted that, somebody changed the file since it was
    /// read, or it cannot be written: it is as it was.
    pub fn record(self, deeds: Vec<Deed>, by: &str, at: Timestamp) -> Result<Changed> {
        for deed in deeds.iter().filter(|deed| deed.act != Act::Adopt) {
            self.refuse_by_hand(deed.step.as_deref().unwrap_or_default())?;
        }
        let mut history = self.history();
        let is_behind = history.latest().filter(|it| it.event.at > at).cloned();
        for deed in deeds {
            history.add(deed, by, at);
        }
        let (definition, state) = self.keep(history)?;
        Ok(Changed {
            definition,
            state,
            is_behind,
        })
    }

    /// The history so far; that of an old file is what its tables say.
    pub fn history(&self) -> History {
        let mut history = self.state.history.clone();
        if self.state.is_old {
            for (step, record) in &self.state.records {
                history.add(imported(step, record), &record.by, record.at);
            }
        }
        history
    }

    /// Writes a history that goes on from what the file has, and the tables that follow from it.
    ///
    /// # Errors
    /// As [`Opened::record`].
    pub fn keep(mut self, history: History) -> Result<(Definition, State)> {
        let mut after = super::State {
            is_old: false,
            had_history: false,
            records: crate::checklist::history::replay::replay(&history),
            history,
            ..self.state.clone()
        };
        let changed: BTreeMap<&str, &Record> = after
            .records
            .iter()
            .filter(|(step, record)| self.state.records.get(*step) != Some(record))
            .map(|(step, record)| (step.as_str(), record))
            .collect();
        let new = &after.history.events[self.state.history.events.len()..];
        let adopted: Vec<&str> = new
            .iter()
            .filter(|entry| entry.event.deed.act == Act::Adopt)
            .filter_map(|entry| entry.event.deed.step.as_deref())
            .collect();
        for step in changed.keys().filter(|step| !adopted.contains(step)) {
            self.refuse_by_hand(step)?;
        }
        let mut draft = Draft::of(&self.text)?;
        if self.state.is_old {
            draft.raise_schema();
        }
        self.tables(&mut draft, &changed)?;
        new.iter().try_for_each(|entry| draft.event(entry))?;
        let mut text = draft.text();
        after
            .by_hand
            .retain(|step, _| !adopted.contains(&step.as_str()));
        // What was written is read before it takes the old text's place.
        if !parse_with(&text, &self.shown, &self.own).is_ok_and(|(_, state)| state == after) {
            return Err(Error::internal(
                "the checklist would not say what was to be written down",
            ));
        }
        if self.file.bytes().starts_with("\u{feff}".as_bytes()) {
            text.insert(0, '\u{feff}');
        }
        self.file.replace(text.as_bytes())?;
        Ok((self.definition, after))
    }

    /// Writes what holds of these steps in place of what their tables say.
    fn tables(&self, draft: &mut Draft, changed: &BTreeMap<&str, &Record>) -> Result<()> {
        for (step, record) in changed {
            let table = match self.state.by_hand.get(*step) {
                Some(by_hand) => by_hand.as_ref(),
                None => self.state.records.get(*step),
            };
            draft.table(step, record, table.map_or(&[], |it| &it.evidence))?;
        }
        Ok(())
    }

    fn refuse_by_hand(&self, step: &str) -> Result<()> {
        let Some(found) = self.state.by_hand.get(step) else {
            return Ok(());
        };
        let wanted = self.state.records.get(step);
        let how = match (found, wanted) {
            (Some(found), Some(wanted)) => {
                format!(
                    "its {} differ from the history",
                    found.differs(wanted).join(", ")
                )
            }
            (Some(_), None) => "the history has nothing of it".to_owned(),
            (None, _) => "it is gone".to_owned(),
        };
        Err(Error::input(format!(
            "the table of `{step}` in `{}` was changed by hand: {how}",
            self.shown
        ))
        .hint("Put back what stood there, or say why it counts: `ptl checklist audit --adopt --reason \"...\"`."))
    }
}

/// What an old file's table says, as an event.
fn imported(step: &str, record: &Record) -> Deed {
    Deed {
        state: Some(record.status),
        particulars: record.particulars.clone(),
        evidence: record.evidence.clone(),
        ..Deed::of(Act::Import, step)
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
        "ptl ships one for `booking`, and for consumers of `gp-connect`. Bring back the last one, or begin anew: a file of two lines, `schema = 2` and `definition = \"booking-provider\"` (or \"booking-consumer\", \"gp-connect-consumer\")."
    } else {
        "Start an install here with `ptl init`, or name its folder with --install DIR."
    };
    Err(Error::input(format!("no `{FILE}` in `{shown}`")).hint(hint))
}
