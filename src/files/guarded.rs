//! A state file: read and replaced under a lock, whole or not at all, never behind somebody's back.

use std::{
    ffi::OsString,
    fs::{self, File, OpenOptions, TryLockError},
    io::Write,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use super::{folder_of, read, sync_folder, unreadable, unwritable};
use crate::error::{Error, Result};

/// How long another ptl may keep the lock: it holds it for milliseconds, so longer means that it hangs.
const PATIENCE: Duration = Duration::from_secs(10);

/// A file that no other ptl changes until this is dropped.
///
/// The lock is on a hidden file beside it, which stays: to remove it would let two in at once.
#[derive(Debug)]
pub struct Guarded {
    path: PathBuf,
    limit: u64,
    bytes: Vec<u8>,
    _lock: File,
}

impl Guarded {
    /// Locks a file and reads it, at most `limit` bytes, waiting up to ten seconds for another ptl.
    ///
    /// A symlink is followed, so that everybody locks the same file and the link stays one.
    ///
    /// # Errors
    /// Where the file is not there, is read-only or larger, or its folder cannot be written to.
    pub fn open(path: &Path, limit: u64) -> Result<Self> {
        let real = fs::canonicalize(path).map_err(|error| unreadable(path, error))?;
        let Some(lock) = lock(&real, path)? else {
            return Err(Error::input(format!(
                "another ptl has held `{}` for {} seconds",
                path.display(),
                PATIENCE.as_secs()
            ))
            .hint("Wait for it, or end it if it hangs, and run the command again."));
        };
        let bytes = read(path, limit)?;
        let metadata = fs::metadata(&real).map_err(|error| unreadable(path, error))?;
        // A rename would replace it all the same, against the word of whoever made it read-only.
        if metadata.permissions().readonly() {
            return Err(
                Error::input(format!("`{}` is read-only", path.display())).hint(format!(
                    "If it is yours to change: `chmod u+w {}`.",
                    path.display()
                )),
            );
        }
        Ok(Self {
            path: real,
            limit,
            bytes,
            _lock: lock,
        })
    }

    /// What was read.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Replaces the content, whole or not at all, and only if nobody changed it since it was read.
    ///
    /// # Errors
    /// Where it has changed, or cannot be written; it is then as it was.
    pub fn replace(&mut self, content: &[u8]) -> Result<()> {
        if read(&self.path, self.limit)? != self.bytes {
            return Err(Error::input(format!(
                "`{}` was changed by somebody else meanwhile",
                self.path.display()
            ))
            .hint("Nothing was written: run the command again."));
        }
        // One name, not a random one: what a kill leaves behind is overwritten by the next save.
        let temporary = beside(&self.path, ".new");
        let written = write_beside(&self.path, &temporary, content);
        if written.is_err() {
            let _ = fs::remove_file(&temporary);
        }
        written.map_err(|error| unwritable(&self.path, error))?;
        self.bytes = content.to_vec();
        Ok(())
    }
}

/// The lock of a file; nothing where somebody else kept it for too long.
fn lock(guarded: &Path, shown: &Path) -> Result<Option<File>> {
    let file = open_lock(&beside(guarded, ".lock"), shown)?;
    let until = Instant::now() + PATIENCE;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(Some(file)),
            Err(TryLockError::Error(error)) => return Err(unwritable(shown, error)),
            Err(TryLockError::WouldBlock) if Instant::now() >= until => return Ok(None),
            Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(2)),
        }
    }
}

/// Opens a file that serves as a lock; makes it where it is not there. `shown` is what it is the lock of.
///
/// No symlink is followed, which would make a file elsewhere, and no named pipe is waited for.
///
/// # Errors
/// Where it is no regular file, or can neither be made nor opened.
pub(super) fn open_lock(path: &Path, shown: &Path) -> Result<File> {
    let no_lock = || {
        Error::input(format!(
            "`{}` is no regular file, and so cannot be a lock",
            path.display()
        ))
        .hint("Somebody put it there: look at it and remove it; ptl makes its own.")
    };
    // Windows has neither; what is there already is looked at on every system.
    if fs::symlink_metadata(path).is_ok_and(|found| !found.is_file()) {
        return Err(no_lock());
    }
    let made = lock_options()
        .write(true)
        .create(true)
        .truncate(false)
        .open(path);
    let file = match made {
        // Another user made it: its own rights do not matter, those of the folder do.
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
            lock_options().read(true).open(path).map_err(|_| error)
        }
        other => other,
    }
    .map_err(|error| unwritable(shown, error))?;
    match file.metadata() {
        Ok(found) if found.is_file() => Ok(file),
        _ => Err(no_lock()),
    }
}

fn lock_options() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
        std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, flags.bits().cast_signed());
    }
    options
}

fn write_beside(target: &Path, temporary: &Path, content: &[u8]) -> std::io::Result<()> {
    match fs::remove_file(temporary) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = narrow().open(temporary)?;
    let old = fs::metadata(target)?;
    file.set_permissions(old.permissions())?;
    keep_owner(&file, &old);
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(temporary, target)?;
    sync_folder(folder_of(target))
}

/// Gives a file the owner of the one that it replaces; only root can, and whoever else writes it had the right to.
#[cfg(unix)]
fn keep_owner(file: &File, old: &fs::Metadata) {
    use std::os::unix::fs::{MetadataExt, fchown};
    let _ = fchown(file, Some(old.uid()), Some(old.gid()));
}

#[cfg(not(unix))]
fn keep_owner(_file: &File, _old: &fs::Metadata) {}

/// A new file that nobody else can read until it has the rights of the one that it replaces.
fn narrow() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// `.NAME` with this ending, in the same folder.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(ending);
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    fn file(content: &str) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.toml");
        fs::write(&path, content).unwrap();
        (folder, path)
    }

    #[test]
    fn the_content_is_replaced_and_no_temporary_file_stays() {
        let (folder, path) = file("old");
        Guarded::open(&path, 100).unwrap().replace(b"new").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        let mut names: Vec<_> = fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        names.sort();
        assert_eq!(names, [".state.toml.lock", "state.toml"]);
    }

    #[test]
    fn what_an_editor_saved_meanwhile_is_not_overwritten() {
        let (_folder, path) = file("old");
        let mut guarded = Guarded::open(&path, 100).unwrap();
        fs::write(&path, "by hand").unwrap();
        let error = guarded.replace(b"new").unwrap_err();
        assert!(error.to_string().contains("changed by somebody else"));
        assert_eq!(fs::read_to_string(&path).unwrap(), "by hand");
    }

    #[test]
    fn what_a_kill_left_behind_is_overwritten() {
        let (folder, path) = file("old");
        fs::write(folder.path().join(".state.toml.new"), "half").unwrap();
        Guarded::open(&path, 100).unwrap().replace(b"new").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert!(!folder.path().join(".state.toml.new").exists());
    }

    #[test]
    fn a_second_one_waits_for_the_first() {
        let (_folder, path) = file("0");
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..5 {
                        let mut guarded = Guarded::open(&path, 100).unwrap();
                        let count: u32 = str::from_utf8(guarded.bytes()).unwrap().parse().unwrap();
                        guarded.replace((count + 1).to_string().as_bytes()).unwrap();
                    }
                });
            }
        });
        assert_eq!(fs::read_to_string(&path).unwrap(), "40");
    }

    #[cfg(unix)]
    #[test]
    fn a_symlink_stays_one_and_rights_stay_the_same() {
        use std::os::unix::fs::PermissionsExt;
        let (folder, path) = file("old");
        let link = folder.path().join("link.toml");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        Guarded::open(&link, 100).unwrap().replace(b"new").unwrap();
        assert!(link.is_symlink());
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o640);
    }

    #[cfg(unix)]
    #[test]
    fn a_lock_that_is_a_symlink_or_a_pipe_is_refused_at_once() {
        let (folder, path) = file("old");
        let lock = folder.path().join(".state.toml.lock");
        let elsewhere = folder.path().join("elsewhere");
        std::os::unix::fs::symlink(&elsewhere, &lock).unwrap();
        let refused = || Guarded::open(&path, 100).unwrap_err().to_string();
        assert!(refused().contains("no regular file"));
        assert!(!elsewhere.exists());
        fs::remove_file(&lock).unwrap();
        let made = std::process::Command::new("mkfifo").arg(&lock).status();
        assert!(made.unwrap().success());
        assert!(refused().contains("no regular file"));
    }

    #[cfg(unix)]
    #[test]
    fn a_read_only_file_is_left_alone() {
        use std::os::unix::fs::PermissionsExt;
        let (_folder, path) = file("old");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).unwrap();
        let error = Guarded::open(&path, 100).unwrap_err();
        assert!(error.to_string().contains("read-only"));
    }
}
