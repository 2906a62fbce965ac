//! A file that comes in piece by piece, and takes its name only once it is whole and proven.

use std::{
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
    time::Duration,
};

use tempfile::NamedTempFile;

use super::{folder_of, sync_folder, unwritable};
use crate::error::Result;

/// How it is called until it has its name.
const PREFIX: &str = ".ptl-";
const SUFFIX: &str = ".tmp";
/// After how long nobody writes to it any more.
const ABANDONED: Duration = Duration::from_secs(2 * 3600);

/// A file on its way: hidden beside its target, and gone if it is dropped.
#[derive(Debug)]
pub struct Incoming {
    file: NamedTempFile,
    target: PathBuf,
}

impl Incoming {
    /// A new file beside the one whose place it may take; whom the umask lets may read it, its owner alone may write.
    ///
    /// # Errors
    /// Where the folder cannot be written to.
    pub fn beside(target: &Path) -> Result<Self> {
        let mut builder = tempfile::Builder::new();
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644));
        let file = builder
            .prefix(PREFIX)
            .suffix(SUFFIX)
            .tempfile_in(folder_of(target))
            .map_err(|error| unwritable(target, error))?;
        Ok(Self {
            file,
            target: target.to_owned(),
        })
    }

    /// Takes away what runs that were killed left in a folder; what cannot be taken away stays.
    pub fn sweep(folder: &Path) {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let is_ours = name
                .to_str()
                .is_some_and(|name| name.starts_with(PREFIX) && name.ends_with(SUFFIX));
            let changed = entry.metadata().and_then(|about| about.modified()).ok();
            let age = changed.and_then(|changed| changed.elapsed().ok());
            if is_ours && age.is_some_and(|age| age > ABANDONED) {
                let _ = fs::remove_file(entry.path());
            }
        }
    }

    /// Where it is until it takes its place.
    pub fn path(&self) -> &Path {
        self.file.path()
    }

    /// What is written to.
    pub fn file(&mut self) -> &mut File {
        self.file.as_file_mut()
    }

    /// Writes all of it at once.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn write(&mut self, content: &[u8]) -> Result<()> {
        let written = self.file.write_all(content);
        written.map_err(|error| unwritable(&self.target, error))
    }

    /// Gives it its name, in place of what is there.
    ///
    /// # Errors
    /// Where it cannot be synced or named; what was there is then as it was.
    pub fn take_its_place(self) -> Result<()> {
        let target = self.target;
        let placed = self.file.as_file().sync_all();
        placed
            .and_then(|()| self.file.persist(&target).map_err(|error| error.error))
            .and_then(|_| sync_folder(folder_of(&target)))
            .map_err(|error| unwritable(&target, error))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use std::time::SystemTime;

    use super::*;

    #[test]
    fn what_a_killed_run_left_is_swept_and_what_another_writes_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let left = folder.path().join(".ptl-abc.tmp");
        let other = folder.path().join("notes.tmp");
        for path in [&left, &other] {
            let file = File::create(path).unwrap();
            file.set_modified(SystemTime::now() - 2 * ABANDONED)
                .unwrap();
        }
        let coming = Incoming::beside(&folder.path().join("list.crl")).unwrap();
        Incoming::sweep(folder.path());
        assert!(!left.exists() && other.exists() && coming.path().exists());
    }
}
