//! New files where there is no Unix: the standard library's means, and no promise of privacy.

use std::{
    fs::File,
    io,
    path::{Path, PathBuf},
};

use tempfile::NamedTempFile;

use super::Access;

#[derive(Debug)]
pub(super) struct Folder(PathBuf);

#[derive(Debug)]
pub(super) struct Draft<'a> {
    folder: &'a Folder,
    name: String,
    file: NamedTempFile,
}

impl Folder {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        if std::fs::metadata(path)?.is_dir() {
            Ok(Self(path.to_owned()))
        } else {
            Err(io::ErrorKind::NotADirectory.into())
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    pub(super) fn anyone_may_replace_files(&self) -> bool {
        false
    }

    pub(super) fn holds(&self, name: &str) -> io::Result<bool> {
        match std::fs::symlink_metadata(self.0.join(name)) {
            Ok(_) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    pub(super) fn remove(&self, name: &str) -> io::Result<()> {
        std::fs::remove_file(self.0.join(name))
    }

    pub(super) fn draft(&self, name: &str, _access: Access) -> io::Result<Draft<'_>> {
        let file = tempfile::Builder::new()
            .prefix(".ptl-")
            .suffix(".new")
            .tempfile_in(&self.0)?;
        Ok(Draft {
            folder: self,
            name: name.to_owned(),
            file,
        })
    }
}

impl Draft<'_> {
    pub(super) fn target(&self) -> PathBuf {
        self.folder.0.join(&self.name)
    }

    pub(super) fn file(&mut self) -> &mut File {
        self.file.as_file_mut()
    }

    /// Not known here; a plain private key is refused before it comes to this.
    pub(super) fn is_private(&self) -> bool {
        true
    }

    /// NTFS journals the entry; Windows has no way to sync a folder.
    pub(super) fn link(self) -> io::Result<()> {
        let target = self.target();
        self.file
            .persist_noclobber(target)
            .map(drop)
            .map_err(|error| error.error)
    }
}
