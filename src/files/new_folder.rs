//! A new folder of private files, which appears whole under its name or never.
//!
//! It is filled under a hidden name beside its own and renamed at the end: a kill leaves at most that
//! hidden folder, its owner's alone like every file in it, and the next run for the same name removes it.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use super::{Access, Folder, exists, folder_of, sync_folder, unwritable};
use crate::error::{Error, Result};

/// A folder that is being filled; it goes again unless it is given its name.
#[derive(Debug)]
pub struct NewFolder {
    target: PathBuf,
    hidden: PathBuf,
    /// Says to another ptl that this one is at work.
    _lock: Option<File>,
}

impl NewFolder {
    /// Fails where something but an empty folder has this name: to say so before the work begins.
    ///
    /// # Errors
    /// Exit 2, nothing changed.
    pub fn refuse_existing(target: &Path) -> Result<()> {
        let Ok(there) = fs::symlink_metadata(target) else {
            return Ok(());
        };
        let empty = there.is_dir()
            && fs::read_dir(target).is_ok_and(|mut entries| entries.next().is_none());
        match empty {
            true => Ok(()),
            false => Err(exists(target)),
        }
    }

    /// An empty folder, its owner's alone, under a hidden name.
    ///
    /// # Errors
    /// Where something but an empty folder has the target's name, another ptl is filling it, the folder
    /// above is not there or cannot be written to, or everybody may replace files in it.
    pub fn start(target: &Path) -> Result<Self> {
        let Some(name) = target.file_name().and_then(|name| name.to_str()) else {
            return Err(
                Error::input(format!("`{}` is no new folder's name", target.display()))
                    .hint("Name a folder that is not there yet."),
            );
        };
        Self::refuse_existing(target)?;
        let above = folder_of(target);
        Folder::open(above)?.refuse_where_all_may_replace()?;
        let hidden = above.join(format!(".{name}.new"));
        let lock = make(&hidden).map_err(|error| match error.kind() {
            io::ErrorKind::WouldBlock => {
                Error::input(format!("another ptl is writing `{}`", target.display()))
                    .hint("Wait for it, or name another folder.")
            }
            _ => unwritable(target, error),
        })?;
        Ok(Self {
            target: target.to_owned(),
            hidden,
            _lock: lock,
        })
    }

    /// Writes a file that its owner alone may read, and syncs it.
    ///
    /// # Errors
    /// As [`Folder::draft`] for a private file.
    pub fn write(&self, name: &str, content: &[u8]) -> Result<()> {
        let folder = Folder::open(&self.hidden)?;
        folder.draft(name, content, Access::Private)?.link()
    }

    /// As [`NewFolder::write`], of content that comes piece by piece.
    ///
    /// # Errors
    /// As [`NewFolder::write`], and what `fill` says.
    pub fn write_by(&self, name: &str, fill: impl FnOnce(&mut File) -> Result<()>) -> Result<()> {
        let folder = Folder::open(&self.hidden)?;
        folder.draft_by(name, Access::Private, fill)?.link()
    }

    /// Gives the folder its name, with all that is in it.
    ///
    /// # Errors
    /// Where something has come up under that name; then nothing stays.
    pub fn appear(mut self) -> Result<()> {
        Self::refuse_existing(&self.target)?;
        // A rename never takes the place of a file, nor of a folder that holds anything.
        fs::rename(&self.hidden, &self.target).map_err(|error| match error.kind() {
            io::ErrorKind::DirectoryNotEmpty
            | io::ErrorKind::NotADirectory
            | io::ErrorKind::AlreadyExists => exists(&self.target),
            _ => unwritable(&self.target, error),
        })?;
        // From here on the hidden name may be another run's.
        self.hidden.clear();
        sync_folder(folder_of(&self.target)).map_err(|error| unwritable(&self.target, error))
    }
}

impl Drop for NewFolder {
    fn drop(&mut self) {
        if !self.hidden.as_os_str().is_empty() {
            // Nothing more can be done; the next run finds it unlocked and removes it.
            let _ = fs::remove_dir_all(&self.hidden);
        }
    }
}

/// Makes a folder for its owner alone, and locks it; one that is there and not locked was left by a kill.
fn make(hidden: &Path) -> io::Result<Option<File>> {
    if fs::symlink_metadata(hidden).is_ok_and(|there| there.is_dir()) {
        // Held until the leftover is gone, so that of two that find it one goes on. Where there are no locks,
        // nobody knows whether another run still writes it.
        let Some(_old) = lock(hidden)? else {
            return Err(io::ErrorKind::AlreadyExists.into());
        };
        fs::remove_dir_all(hidden)?;
    }
    create(hidden)?;
    lock(hidden)
}

#[cfg(unix)]
fn create(hidden: &Path) -> io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
    fs::DirBuilder::new().mode(0o700).create(hidden)?;
    // A umask may have taken even the owner's bits.
    fs::set_permissions(hidden, fs::Permissions::from_mode(0o700))
}

#[cfg(not(unix))]
fn create(hidden: &Path) -> io::Result<()> {
    fs::create_dir(hidden)
}

#[cfg(unix)]
fn lock(folder: &Path) -> io::Result<Option<File>> {
    use std::os::unix::fs::MetadataExt;
    let file = File::open(folder)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(fs::TryLockError::WouldBlock) => return Err(io::ErrorKind::WouldBlock.into()),
        // Where a file system has no locks, the exclusive creation alone must do.
        Err(fs::TryLockError::Error(_)) => return Ok(None),
    }
    // Another ptl may have removed it as a leftover, and made its own, before it was locked here.
    let there = fs::symlink_metadata(folder);
    let ours = file.metadata()?;
    match there.is_ok_and(|there| (there.ino(), there.dev()) == (ours.ino(), ours.dev())) {
        true => Ok(Some(file)),
        false => Err(io::ErrorKind::WouldBlock.into()),
    }
}

#[cfg(not(unix))]
fn lock(_folder: &Path) -> io::Result<Option<File>> {
    // A folder cannot be opened there.
    Ok(None)
}

#[cfg(all(test, unix))]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    fn names(home: &Path) -> Vec<String> {
        let names = fs::read_dir(home).unwrap();
        let mut names: Vec<_> = names
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o7777
    }

    #[test]
    fn it_appears_whole_and_its_owners_alone() {
        let home = tempfile::tempdir().unwrap();
        let target = home.path().join("new");
        let folder = NewFolder::start(&target).unwrap();
        folder.write("a.key", b"secret").unwrap();
        assert!(!target.exists());
        assert_eq!(mode(&home.path().join(".new.new")), 0o700);
        folder.appear().unwrap();
        assert_eq!(names(home.path()), ["new"]);
        assert_eq!((mode(&target), mode(&target.join("a.key"))), (0o700, 0o600));
        drop(NewFolder::start(&home.path().join("other")).unwrap());
        assert_eq!(names(home.path()), ["new"]);
    }

    #[test]
    fn what_a_kill_left_is_removed_and_what_another_run_writes_is_not() {
        let home = tempfile::tempdir().unwrap();
        let target = home.path().join("new");
        fs::create_dir(home.path().join(".new.new")).unwrap();
        fs::write(home.path().join(".new.new/half"), "h").unwrap();
        let first = NewFolder::start(&target).unwrap();
        let second = NewFolder::start(&target).unwrap_err();
        assert!(second.to_string().contains("another ptl"), "{second}");
        first.write("a", b"1").unwrap();
        first.appear().unwrap();
        assert_eq!(names(&target), ["a"]);
    }

    #[test]
    fn only_an_empty_folder_gives_way() {
        let home = tempfile::tempdir().unwrap();
        let path = |name: &str| home.path().join(name);
        fs::create_dir(path("empty")).unwrap();
        NewFolder::start(&path("empty")).unwrap().appear().unwrap();
        fs::create_dir(path("filled")).unwrap();
        fs::write(path("filled/mine"), "").unwrap();
        fs::write(path("file"), "").unwrap();
        symlink(path("empty"), path("link")).unwrap();
        symlink(path("nowhere"), path("dangling")).unwrap();
        for name in ["filled", "file", "link", "dangling"] {
            let refused = NewFolder::start(&path(name)).unwrap_err().to_string();
            assert!(refused.contains("already there"), "{refused}");
        }
        let late = NewFolder::start(&path("late")).unwrap();
        fs::create_dir(path("late")).unwrap();
        fs::write(path("late/mine"), "").unwrap();
        assert!(late.appear().unwrap_err().to_string().contains("already"));
        assert_eq!(
            names(home.path()),
            ["dangling", "empty", "file", "filled", "late", "link"]
        );
        assert!(NewFolder::start(&path("none/new")).is_err());
        assert!(NewFolder::start(Path::new("/")).is_err());
    }

    #[test]
    fn a_folder_that_everybody_may_change_gets_none() {
        let home = tempfile::tempdir().unwrap();
        fs::set_permissions(home.path(), fs::Permissions::from_mode(0o777)).unwrap();
        let refused = NewFolder::start(&home.path().join("new")).unwrap_err();
        assert!(refused.next_action().unwrap().contains("chmod o-w"));
    }
}
