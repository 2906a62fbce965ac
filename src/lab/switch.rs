//! Turns a fault on in a running lab, from another process: by two files in its folder.
//!
//! The one says what is wanted and by which wish, the other what came of which wish. No port is opened
//! for it, and whoever may write into the folder may do it: nobody else.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use openssl::rand::rand_bytes;

use super::{
    fault::{Fault, NONE, WRONG_HOSTS},
    folder::Lab,
    unmade,
};
use crate::{
    error::{Error, Result, for_a_shell},
    files::{self, Claim},
    x509::hex,
};

/// What is wanted: a wish's token, and a fault's word or `none`.
const WANTED: &str = "fault";
/// What came of a wish: its token, what is on now, and on a second line why it is not what was wanted.
const CAME: &str = "fault-now";
/// Held by the lab that runs in a folder.
pub(super) const RUNNING: &str = "running";
/// The most that is read of any of them.
const LIMIT: u64 = 4096;
/// How often they are looked at.
pub(super) const INTERVAL: Duration = Duration::from_millis(25);
/// How long a running lab may take for a wish.
const PATIENCE: Duration = Duration::from_secs(10);
/// The wish with which a lab starts: no fault.
const START: &str = "start";

/// What somebody wants of a running lab.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wish {
    token: String,
    pub(super) word: String,
}

impl Wish {
    /// The wish that a folder holds; nothing where it cannot be read.
    pub(super) fn read(folder: &Path) -> Option<Self> {
        let text = files::read_text(&folder.join(WANTED), LIMIT).ok()?;
        let (token, word) = text.trim().split_once(' ')?;
        Some(Self {
            token: token.to_owned(),
            word: word.to_owned(),
        })
    }

    fn new(word: &str) -> Result<Self> {
        let mut token = [0; 8];
        rand_bytes(&mut token).map_err(unmade)?;
        Ok(Self {
            token: hex(&token),
            word: word.to_owned(),
        })
    }

    fn write(&self, folder: &Path) -> Result<()> {
        let text = format!("{} {}\n", self.token, self.word);
        files::put(&folder.join(WANTED), text.as_bytes())
    }

    /// Says what came of it: the fault that is on, and why it is not the one that was wanted.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub(super) fn answer(
        &self,
        folder: &Path,
        on: Option<Fault>,
        problem: Option<&str>,
    ) -> Result<()> {
        let word = on.map_or(NONE, Fault::word);
        let problem = problem.unwrap_or_default().replace('\n', " ");
        let text = format!("{} {word}\n{problem}\n", self.token);
        files::put(&folder.join(CAME), text.as_bytes())
    }

    /// The problem that came of it, empty where it is fulfilled; nothing as long as it waits.
    fn came(&self, folder: &Path) -> Option<String> {
        let text = files::read_text(&folder.join(CAME), LIMIT).ok()?;
        let mut lines = text.lines();
        let (token, _) = lines.next()?.split_once(' ')?;
        (token == self.token).then(|| lines.next().unwrap_or_default().to_owned())
    }
}

/// Claims a folder for the lab that is about to run in it; nothing where one runs there.
///
/// # Errors
/// Where the folder cannot be written to.
pub(super) fn claim(folder: &Path) -> Result<Option<Claim>> {
    Claim::take(&folder.join(RUNNING))
}

/// Begins with no fault, and says by which wish.
///
/// # Errors
/// Where a file cannot be written.
pub(super) fn start(folder: &Path) -> Result<Wish> {
    let wish = Wish {
        token: START.to_owned(),
        word: NONE.to_owned(),
    };
    wish.write(folder)?;
    wish.answer(folder, None, None)?;
    Ok(wish)
}

/// Turns a fault on in the lab that runs in a folder, or all off, and waits until it is so.
///
/// # Errors
/// Exit 2 where no lab runs there, it cannot do it on this system, or somebody wants another fault meanwhile.
pub fn turn_on(folder: &Path, fault: Option<Fault>) -> Result<()> {
    let shown = for_a_shell(folder);
    let runs = || Claim::is_held(&folder.join(RUNNING));
    if !Lab::is_in(folder) || !runs() {
        return Err(
            Error::input(format!("no lab runs in `{}`", folder.display())).hint(format!(
                "Start it in another terminal: `ptl lab up {shown}`; or name its folder with --lab DIR."
            )),
        );
    }
    if fault == Some(Fault::DnsHostsFileDiffers) {
        files::put(&folder.join(WRONG_HOSTS), Fault::wrong_hosts().as_bytes())?;
    }
    let wish = Wish::new(fault.map_or(NONE, Fault::word))?;
    wish.write(folder)?;
    let end = Instant::now() + PATIENCE;
    while Instant::now() < end && runs() {
        match wish.came(folder) {
            Some(problem) if problem.is_empty() => return Ok(()),
            Some(problem) => {
                return Err(Error::input(format!(
                    "the lab cannot bring `{}` about on this system",
                    wish.word
                ))
                .because(problem)
                .hint("Choose another fault: `ptl lab fault --list`."));
            }
            None if Wish::read(folder).is_some_and(|newer| newer != wish) => {
                return Err(
                    Error::input("the lab was asked for another fault at the same moment")
                        .hint("Run the command again: the last one holds."),
                );
            }
            None => std::thread::sleep(INTERVAL),
        }
    }
    Err(
        Error::input(format!("the lab did not take `{}`", wish.word)).hint(format!(
            "Look at the terminal of `ptl lab up {shown}`: it may have ended."
        )),
    )
}
