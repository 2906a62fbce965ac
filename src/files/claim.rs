//! A file whose lock says that a process is at work in a folder; the lock goes with the process, however it ends.

use std::{
    fs::{File, TryLockError},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use super::{guarded::open_lock, unwritable};
use crate::error::Result;

/// Whoever looks whether it is held has it himself for a moment.
const PATIENCE: Duration = Duration::from_millis(100);

/// The claim on a folder, held until it is dropped.
#[derive(Debug)]
pub struct Claim {
    lock: File,
    path: PathBuf,
}

impl Claim {
    /// Takes the claim that a file stands for; nothing where another process has it.
    ///
    /// # Errors
    /// Where the file cannot be made or locked.
    pub fn take(path: &Path) -> Result<Option<Self>> {
        let file = open_lock(path, path)?;
        let until = Instant::now() + PATIENCE;
        loop {
            match file.try_lock() {
                Ok(()) => {
                    return Ok(Some(Self {
                        lock: file,
                        path: path.to_owned(),
                    }));
                }
                Err(TryLockError::Error(error)) => return Err(unwritable(path, error)),
                Err(TryLockError::WouldBlock) if Instant::now() >= until => return Ok(None),
                Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(5)),
            }
        }
    }

    /// Whether the file that it stands for is still where it was: somebody may have moved or deleted the folder.
    pub fn stands(&self) -> bool {
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt;
            let same = |one: &std::fs::Metadata, other: &std::fs::Metadata| {
                (one.dev(), one.ino()) == (other.dev(), other.ino())
            };
            let there = std::fs::metadata(&self.path);
            let both = self.lock.metadata().and_then(|own| Ok((own, there?)));
            both.is_ok_and(|(own, there)| same(&own, &there))
        }
        #[cfg(not(unix))]
        {
            self.path.exists()
        }
    }

    /// Whether a process has the claim now. Where the file cannot even be opened, none has.
    pub fn is_held(path: &Path) -> bool {
        File::open(path)
            .is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    #[test]
    fn one_at_a_time_has_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("running");
        assert!(!Claim::is_held(&path));
        let claim = Claim::take(&path).unwrap();
        assert!(claim.as_ref().is_some_and(Claim::stands) && Claim::is_held(&path));
        assert!(Claim::take(&path).unwrap().is_none());
        drop(claim);
        assert!(!Claim::is_held(&path));
        let again = Claim::take(&path).unwrap().unwrap();
        std::fs::rename(&path, folder.path().join("moved")).unwrap();
        assert!(!again.stands());
        std::fs::write(&path, "").unwrap();
        assert!(!again.stands());
    }
}
