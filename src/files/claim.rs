//! A file whose lock says that a process is at work in a folder; the lock goes with the process, however it ends.

use std::{
    fs::{File, TryLockError},
    path::Path,
    time::{Duration, Instant},
};

use super::{guarded::open_lock, unwritable};
use crate::error::Result;

/// Whoever looks whether it is held has it himself for a moment.
const PATIENCE: Duration = Duration::from_millis(100);

/// The claim on a folder, held until it is dropped.
#[derive(Debug)]
pub struct Claim {
    _lock: File,
}

impl Claim {
    /// Takes the claim that a file stands for; nothing where another process has it.
    ///
    /// # Errors
    /// Where the file cannot be made or locked.
    pub fn take(path: &Path) -> Result<Option<Self>> {
        let file = open_lock(path).map_err(|error| unwritable(path, error))?;
        let until = Instant::now() + PATIENCE;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Some(Self { _lock: file })),
                Err(TryLockError::Error(error)) => return Err(unwritable(path, error)),
                Err(TryLockError::WouldBlock) if Instant::now() >= until => return Ok(None),
                Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(5)),
            }
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
        assert!(claim.is_some() && Claim::is_held(&path));
        assert!(Claim::take(&path).unwrap().is_none());
        drop(claim);
        assert!(!Claim::is_held(&path));
        assert!(Claim::take(&path).unwrap().is_some());
    }
}
