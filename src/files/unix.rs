//! New files on Unix, relative to a folder that stays open.

use std::{
    fs::{File, Metadata, TryLockError},
    io::{self, ErrorKind},
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::{Path, PathBuf},
};

use rustix::{
    fs::{AtFlags, Mode, OFlags, openat, statat, unlinkat},
    io::Errno,
};

use super::Access;

/// Mode bits of everybody but the owner.
const OTHERS: u32 = 0o077;

#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    handle: File,
}

#[derive(Debug)]
pub(super) struct Draft<'a> {
    folder: &'a Folder,
    name: String,
    file: File,
    /// The hidden name, where the file has one.
    hidden: Option<String>,
}

impl Folder {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        Ok(Self {
            handle: rustix::fs::open(path, flags, Mode::empty())?.into(),
            path: path.to_owned(),
        })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Writable by all, and without the sticky bit that keeps `/tmp` in order.
    pub(super) fn anyone_may_replace_files(&self) -> bool {
        self.handle
            .metadata()
            .is_ok_and(|metadata| metadata.mode() & 0o1002 == 0o002)
    }

    pub(super) fn holds(&self, name: &str) -> io::Result<bool> {
        match statat(&self.handle, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(_) => Ok(true),
            Err(Errno::NOENT) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    pub(super) fn remove(&self, name: &str) -> io::Result<()> {
        unlinkat(&self.handle, name, AtFlags::empty())?;
        self.handle.sync_all()
    }

    pub(super) fn draft(&self, name: &str, access: Access) -> io::Result<Draft<'_>> {
        let mode = mode(access);
        let (file, hidden) = match self.unnamed(mode) {
            Some(file) => (file, None),
            None => {
                let hidden = format!(".{name}.new");
                (self.hidden(&hidden, mode)?, Some(hidden))
            }
        };
        let draft = Draft {
            folder: self,
            name: name.to_owned(),
            file,
            hidden,
        };
        if access == Access::Private {
            draft.narrow()?;
        }
        Ok(draft)
    }

    /// A file without a name. Not every file system can do it, and linking it later needs `/proc`.
    #[cfg(target_os = "linux")]
    fn unnamed(&self, mode: Mode) -> Option<File> {
        let flags = OFlags::WRONLY | OFlags::TMPFILE | OFlags::CLOEXEC;
        let file = File::from(openat(&self.handle, ".", flags, mode).ok()?);
        let by_path = std::fs::metadata(by_descriptor(&file)).ok()?;
        same(&by_path, &file.metadata().ok()?).then_some(file)
    }

    #[cfg(not(target_os = "linux"))]
    fn unnamed(&self, _mode: Mode) -> Option<File> {
        None
    }

    /// A new file under a hidden name, locked. One that is there and not locked was left behind by a
    /// ptl that was killed, and goes.
    fn hidden(&self, name: &str, mode: Mode) -> io::Result<File> {
        let create =
            OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let existing = OFlags::WRONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        for _ in 0..3 {
            match openat(&self.handle, name, create, mode) {
                Ok(file) => {
                    let file = File::from(file);
                    // Another ptl may have taken it for a leftover before it was locked.
                    if self.locked(&file, name)? {
                        return Ok(file);
                    }
                }
                Err(Errno::EXIST) => {
                    let old = File::from(openat(&self.handle, name, existing, Mode::empty())?);
                    if self.locked(&old, name)? {
                        unlinkat(&self.handle, name, AtFlags::empty())?;
                    }
                }
                Err(error) => return Err(error.into()),
            }
        }
        Err(io::Error::new(
            ErrorKind::ResourceBusy,
            format!("another ptl is writing `{name}`"),
        ))
    }

    /// Whether the file is ours alone and still the one of that name.
    fn locked(&self, file: &File, name: &str) -> io::Result<bool> {
        match file.try_lock() {
            // Where a file system has no locks, the exclusive creation alone must do.
            Ok(()) | Err(TryLockError::Error(_)) => {}
            Err(TryLockError::WouldBlock) => return Ok(false),
        }
        let ours = file.metadata()?;
        match statat(&self.handle, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(there) => Ok(there.st_ino == ours.ino() && there.st_dev == ours.dev()),
            Err(Errno::NOENT) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}

impl Draft<'_> {
    pub(super) fn target(&self) -> PathBuf {
        self.folder.path.join(&self.name)
    }

    pub(super) fn file(&mut self) -> &mut File {
        &mut self.file
    }

    pub(super) fn is_private(&self) -> bool {
        self.file
            .metadata()
            .is_ok_and(|metadata| metadata.mode() & OTHERS == 0)
    }

    /// A umask may have taken even the owner's bits; a default ACL adds none, but costs nothing to undo.
    fn narrow(&self) -> io::Result<()> {
        if self.file.metadata()?.mode() & 0o777 == 0o600 {
            return Ok(());
        }
        match self
            .file
            .set_permissions(std::fs::Permissions::from_mode(0o600))
        {
            // A file system without modes: `is_private` judges what came of it.
            Err(error) if error.kind() == ErrorKind::PermissionDenied => Ok(()),
            other => other,
        }
    }

    pub(super) fn link(mut self) -> io::Result<()> {
        match self.hidden.take() {
            None => self.name_unnamed()?,
            Some(hidden) => {
                let renamed = self.rename(&hidden);
                if renamed.is_err() {
                    self.hidden = Some(hidden);
                }
                renamed?;
            }
        }
        self.folder.handle.sync_all()
    }

    #[cfg(target_os = "linux")]
    fn name_unnamed(&self) -> io::Result<()> {
        Ok(rustix::fs::linkat(
            rustix::fs::CWD,
            by_descriptor(&self.file),
            &self.folder.handle,
            self.name.as_str(),
            AtFlags::SYMLINK_FOLLOW,
        )?)
    }

    #[cfg(not(target_os = "linux"))]
    fn name_unnamed(&self) -> io::Result<()> {
        Err(ErrorKind::Unsupported.into())
    }

    /// From the hidden name to the final one, in one step where the system has it.
    fn rename(&self, hidden: &str) -> io::Result<()> {
        let folder = &self.folder.handle;
        let name = self.name.as_str();
        #[cfg(target_os = "linux")]
        {
            use rustix::fs::{RenameFlags, renameat_with};
            match renameat_with(folder, hidden, folder, name, RenameFlags::NOREPLACE) {
                Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => {}
                other => return Ok(other?),
            }
        }
        rustix::fs::linkat(folder, hidden, folder, name, AtFlags::empty())?;
        Ok(unlinkat(folder, hidden, AtFlags::empty())?)
    }
}

impl Drop for Draft<'_> {
    fn drop(&mut self) {
        if let Some(hidden) = &self.hidden {
            // Nothing more can be done; the next run finds it unlocked and removes it.
            let _ = unlinkat(&self.folder.handle, hidden.as_str(), AtFlags::empty());
        }
    }
}

#[cfg(target_os = "linux")]
fn by_descriptor(file: &File) -> String {
    use std::os::fd::AsRawFd;
    format!("/proc/self/fd/{}", file.as_raw_fd())
}

fn same(one: &Metadata, other: &Metadata) -> bool {
    one.ino() == other.ino() && one.dev() == other.dev()
}

fn mode(access: Access) -> Mode {
    match access {
        Access::Private => Mode::RUSR | Mode::WUSR,
        Access::Shared => Mode::from_raw_mode(0o666),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use std::{fs, io::Write};

    use super::*;

    const PRIVATE: Mode = Mode::RUSR.union(Mode::WUSR);

    fn hidden<'a>(folder: &'a Folder, content: &[u8]) -> io::Result<Draft<'a>> {
        let mut draft = Draft {
            folder,
            name: "a.key".to_owned(),
            file: folder.hidden(".a.key.new", PRIVATE)?,
            hidden: Some(".a.key.new".to_owned()),
        };
        draft.file().write_all(content)?;
        Ok(draft)
    }

    fn names(home: &Path) -> Vec<String> {
        fs::read_dir(home)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect()
    }

    #[test]
    fn a_private_file_is_its_owners_alone_from_its_creation() {
        assert_eq!(mode(Access::Private), PRIVATE);
        let home = tempfile::tempdir().unwrap();
        let folder = Folder::open(home.path()).unwrap();
        for file in [
            folder.unnamed(mode(Access::Private)),
            folder.hidden(".a.key.new", mode(Access::Private)).ok(),
        ] {
            assert_eq!(file.unwrap().metadata().unwrap().mode() & OTHERS, 0);
        }
    }

    #[test]
    fn where_a_file_needs_a_name_it_has_a_hidden_one_until_it_is_linked() {
        let home = tempfile::tempdir().unwrap();
        let folder = Folder::open(home.path()).unwrap();
        let draft = hidden(&folder, b"whole").unwrap();
        assert!(draft.is_private());
        assert_eq!(names(home.path()), [".a.key.new"]);
        draft.link().unwrap();
        assert_eq!(names(home.path()), ["a.key"]);
        assert_eq!(fs::read(home.path().join("a.key")).unwrap(), b"whole");
    }

    #[test]
    fn a_hidden_draft_replaces_nothing_and_leaves_nothing() {
        let home = tempfile::tempdir().unwrap();
        let folder = Folder::open(home.path()).unwrap();
        let draft = hidden(&folder, b"mine").unwrap();
        fs::write(home.path().join("a.key"), "theirs").unwrap();
        assert_eq!(draft.link().unwrap_err().kind(), ErrorKind::AlreadyExists);
        assert_eq!(names(home.path()), ["a.key"]);
        assert_eq!(fs::read(home.path().join("a.key")).unwrap(), b"theirs");
    }

    #[test]
    fn what_a_kill_left_is_removed_and_what_another_run_writes_is_not() {
        let home = tempfile::tempdir().unwrap();
        let folder = Folder::open(home.path()).unwrap();
        fs::write(home.path().join(".a.key.new"), "half a k").unwrap();
        let first = hidden(&folder, b"whole").unwrap();
        let second = hidden(&folder, b"other").unwrap_err();
        assert_eq!(second.kind(), ErrorKind::ResourceBusy);
        first.link().unwrap();
        assert_eq!(fs::read(home.path().join("a.key")).unwrap(), b"whole");
    }

    #[test]
    fn a_symlink_in_place_of_the_hidden_name_is_not_followed() {
        let home = tempfile::tempdir().unwrap();
        let folder = Folder::open(home.path()).unwrap();
        let victim = home.path().join("victim");
        fs::write(&victim, "theirs").unwrap();
        std::os::unix::fs::symlink(&victim, home.path().join(".a.key.new")).unwrap();
        assert!(hidden(&folder, b"x").is_err());
        assert_eq!(fs::read(&victim).unwrap(), b"theirs");
    }
}
