//! A file that comes in piece by piece, and takes its name only once it is whole and proven.

use std::{
    fs::File,
    io::Write,
    path::{Path, PathBuf},
};

use tempfile::NamedTempFile;

use super::{folder_of, sync_folder, unwritable};
use crate::error::Result;

/// A file on its way: hidden beside its target, and gone if it is dropped.
#[derive(Debug)]
pub struct Incoming {
    file: NamedTempFile,
    target: PathBuf,
}

impl Incoming {
    /// A new file beside the one whose place it may take; whoever the umask allows may read it.
    ///
    /// # Errors
    /// Where the folder cannot be written to.
    pub fn beside(target: &Path) -> Result<Self> {
        let mut builder = tempfile::Builder::new();
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let file = builder
            .prefix(".ptl-")
            .suffix(".tmp")
            .tempfile_in(folder_of(target))
            .map_err(|error| unwritable(target, error))?;
        Ok(Self {
            file,
            target: target.to_owned(),
        })
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
