//! A folder whose regular files are read, and in which no symlink is followed: neither the folder nor a file in it.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};

#[cfg(not(unix))]
use super::open_regular;
use super::unreadable;
use crate::error::{Error, Result};

/// A folder to read from; on Unix it stays open, so that one which takes its place meanwhile is not read.
#[derive(Debug)]
pub struct Shelf {
    #[cfg(unix)]
    handle: File,
    path: PathBuf,
}

impl Shelf {
    /// Opens a folder; nothing where there is none.
    ///
    /// # Errors
    /// Where it is a symlink or no folder, or may not be read.
    pub fn open(path: &Path) -> Result<Option<Self>> {
        let shown = path.display();
        match path.symlink_metadata() {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(unreadable(path, error)),
            Ok(about) if about.is_symlink() => {
                return Err(
                    Error::input(format!("`{shown}` is a symlink, and none is followed"))
                        .hint("Put the folder itself there."),
                );
            }
            Ok(about) if !about.is_dir() => {
                return Err(Error::input(format!("`{shown}` is no folder"))
                    .hint("Move it away: a folder of that name holds the files."));
            }
            Ok(_) => {}
        }
        Ok(Some(Self {
            #[cfg(unix)]
            handle: {
                use rustix::fs::{Mode, OFlags};
                let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
                rustix::fs::open(path, flags, Mode::empty())
                    .map_err(|error| unreadable(path, error.into()))?
                    .into()
            },
            path: path.to_owned(),
        }))
    }

    /// The names in it that are text, in order; of files, folders and whatever else.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn names(&self) -> Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.path).map_err(|error| unreadable(&self.path, error))? {
            let entry = entry.map_err(|error| unreadable(&self.path, error))?;
            names.extend(entry.file_name().into_string());
        }
        names.sort();
        Ok(names)
    }

    /// A regular file of it and its length; nothing where there is none of that name, or it is a symlink, a folder,
    /// or anything else.
    ///
    /// # Errors
    /// Where it is there and cannot be opened.
    #[cfg(unix)]
    pub fn file(&self, name: &str) -> Result<Option<(File, u64)>> {
        use rustix::{
            fs::{Mode, OFlags, openat},
            io::Errno,
        };
        let path = self.path.join(name);
        // A named pipe would wait for its other end.
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file: File = match openat(&self.handle, name, flags, Mode::empty()) {
            Ok(handle) => handle.into(),
            Err(Errno::LOOP | Errno::NOENT | Errno::NXIO) => return Ok(None),
            Err(error) => return Err(unreadable(&path, error.into())),
        };
        let about = file.metadata().map_err(|error| unreadable(&path, error))?;
        Ok(about.is_file().then_some((file, about.len())))
    }

    /// As on Unix, but a symlink that is put there between the look and the opening is followed.
    ///
    /// # Errors
    /// Where it is there and cannot be opened.
    #[cfg(not(unix))]
    pub fn file(&self, name: &str) -> Result<Option<(File, u64)>> {
        let path = self.path.join(name);
        match path.symlink_metadata() {
            Ok(about) if about.is_file() => open_regular(&path).map(Some),
            _ => Ok(None),
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn only_regular_files_are_opened_and_no_symlink_is_followed() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("evidence");
        assert!(Shelf::open(&folder).unwrap().is_none());
        fs::create_dir_all(folder.join("sub")).unwrap();
        fs::write(folder.join("a.txt"), "abc").unwrap();
        fs::write(home.path().join("secret"), "secret").unwrap();
        symlink(home.path().join("secret"), folder.join("link")).unwrap();
        let shelf = Shelf::open(&folder).unwrap().unwrap();
        assert_eq!(shelf.names().unwrap(), ["a.txt", "link", "sub"]);
        assert_eq!(shelf.file("a.txt").unwrap().unwrap().1, 3);
        for name in ["link", "sub", "missing"] {
            assert!(shelf.file(name).unwrap().is_none(), "{name}");
        }
    }

    #[test]
    fn a_folder_behind_a_symlink_is_refused() {
        let home = tempfile::tempdir().unwrap();
        fs::create_dir(home.path().join("real")).unwrap();
        symlink(home.path().join("real"), home.path().join("evidence")).unwrap();
        let refused = Shelf::open(&home.path().join("evidence")).unwrap_err();
        assert!(refused.to_string().contains("symlink"), "{refused}");
        fs::write(home.path().join("file"), "").unwrap();
        assert!(Shelf::open(&home.path().join("file")).is_err());
    }
}
