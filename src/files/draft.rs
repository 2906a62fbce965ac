//! New files: each appears whole under its name or never, and never in place of another.
//!
//! The folder is opened once, and everything happens relative to it: a folder that is exchanged
//! meanwhile changes nothing. Until it is linked, a file has no name at all where the system can do
//! that (Linux, `O_TMPFILE`), so that even a kill leaves nothing behind; else a fixed hidden name,
//! locked while it is written, so that the next run can tell a leftover from another ptl at work.

use std::{fs::File, io::Write, path::Path};

use super::{Access, exists, folder_of, unwritable};
use crate::error::{Error, Result};

#[cfg(not(unix))]
use super::plain as system;
#[cfg(unix)]
use super::unix as system;

/// Whether a file can be kept from everybody but its owner on this system.
///
/// On Windows no access control list is set yet, so private keys must be encrypted there.
pub const CAN_KEEP_PRIVATE: bool = cfg!(unix);

/// An open folder that new files are made in.
#[derive(Debug)]
pub struct Folder(system::Folder);

/// A new file, written and synced, that waits for its name.
#[derive(Debug)]
pub struct Draft<'a>(system::Draft<'a>);

impl Folder {
    /// Opens a folder.
    ///
    /// # Errors
    /// Where it is not there, is no folder, or may not be entered.
    pub fn open(path: &Path) -> Result<Self> {
        system::Folder::open(path).map(Self).map_err(|error| {
            Error::input(format!("could not open the folder `{}`", path.display()))
                .because(error)
                .hint(format!(
                    "Make it first, `mkdir -m 700 -p {}`, or name another.",
                    path.display()
                ))
        })
    }

    /// Writes and syncs the content of a new file; the name is taken only by [`Draft::link`].
    ///
    /// # Errors
    /// Where something of that name is there already (a dangling symlink counts), the file cannot
    /// be written, or it is to be private and this folder cannot keep it so.
    pub fn draft(&self, name: &str, content: &[u8], access: Access) -> Result<Draft<'_>> {
        let target = self.0.path().join(name);
        self.draft_by(name, access, |file| {
            let written = file.write_all(content);
            written.map_err(|error| unwritable(&target, error))
        })
    }

    /// As [`Folder::draft`], of content that comes piece by piece.
    ///
    /// # Errors
    /// As [`Folder::draft`], and what `fill` says.
    pub fn draft_by(
        &self,
        name: &str,
        access: Access,
        fill: impl FnOnce(&mut File) -> Result<()>,
    ) -> Result<Draft<'_>> {
        self.refuse_existing(name)?;
        if access == Access::Private {
            self.refuse_where_all_may_replace()?;
        }
        let target = self.0.path().join(name);
        let unwritten = |error| unwritable(&target, error);
        let mut draft = self.0.draft(name, access).map_err(unwritten)?;
        fill(draft.file())?;
        draft.file().sync_all().map_err(unwritten)?;
        if access == Access::Private && !draft.is_private() {
            return Err(Error::input(format!(
                "the file system of `{}` cannot keep a file from other users",
                self.0.path().display()
            ))
            .hint("Choose a folder on a local disk, as one in your home."));
        }
        Ok(Draft(draft))
    }

    /// Fails if everybody may replace what is in the folder: nothing private belongs there.
    ///
    /// # Errors
    /// Exit 2, nothing changed.
    pub(super) fn refuse_where_all_may_replace(&self) -> Result<()> {
        if !self.0.anyone_may_replace_files() {
            return Ok(());
        }
        let shown = self.0.path().display();
        Err(Error::input(format!(
            "everybody may replace files in `{shown}`, so no private file is put there"
        ))
        .hint(format!(
            "Choose another folder, or shut this one: `chmod o-w {shown}`."
        )))
    }

    /// Fails if anything of this name is there, a dangling symlink included.
    ///
    /// # Errors
    /// Exit 2, nothing changed.
    pub fn refuse_existing(&self, name: &str) -> Result<()> {
        let target = self.0.path().join(name);
        match self.0.holds(name) {
            Ok(false) => Ok(()),
            Ok(true) => Err(exists(&target)),
            Err(error) => Err(unwritable(&target, error)),
        }
    }

    /// Takes a file's name away again, where a second one that belongs to it could not be made.
    ///
    /// # Errors
    /// Where it cannot be removed.
    pub fn withdraw(&self, name: &str) -> Result<()> {
        let target = self.0.path().join(name);
        self.0
            .remove(name)
            .map_err(|error| unwritable(&target, error))
    }

    /// Whether anything of this name is there, a dangling symlink included.
    pub fn holds(&self, name: &str) -> bool {
        self.0.holds(name).unwrap_or(true)
    }
}

impl Draft<'_> {
    /// Gives the file its name and syncs the folder, unless something of that name has come up meanwhile.
    ///
    /// # Errors
    /// Where something of that name is there, or the link cannot be made.
    pub fn link(self) -> Result<()> {
        let target = self.0.target();
        self.0.link().map_err(|error| match error.kind() {
            std::io::ErrorKind::AlreadyExists => exists(&target),
            _ => unwritable(&target, error),
        })
    }
}

/// Creates a file with this content, whole or not at all; never replaces one.
///
/// # Errors
/// As [`Folder::draft`] and [`Draft::link`].
pub fn create(target: &Path, content: &[u8], access: Access) -> Result<()> {
    let name = target.file_name().and_then(|name| name.to_str());
    let Some(name) = name else {
        return Err(
            Error::input(format!("`{}` is no file's name", target.display())).hint("Name a file."),
        );
    };
    Folder::open(folder_of(target))?
        .draft(name, content, access)?
        .link()
}

#[cfg(all(test, unix))]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use std::{
        fs,
        os::unix::fs::{PermissionsExt, symlink},
    };

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o7777
    }

    #[test]
    fn a_draft_has_no_name_until_it_is_linked() {
        let home = tempfile::tempdir().unwrap();
        let folder = Folder::open(home.path()).unwrap();
        let draft = folder.draft("a.key", b"secret", Access::Private).unwrap();
        assert!(!folder.holds("a.key"));
        draft.link().unwrap();
        let target = home.path().join("a.key");
        assert_eq!(fs::read(&target).unwrap(), b"secret");
        assert_eq!(mode(&target), 0o600);
        folder.draft("b", b"", Access::Shared).unwrap();
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1);
    }

    #[test]
    fn nothing_is_replaced_or_written_through() {
        let home = tempfile::tempdir().unwrap();
        let folder = Folder::open(home.path()).unwrap();
        symlink(home.path().join("elsewhere"), home.path().join("dangling")).unwrap();
        let refused = folder.draft("dangling", b"x", Access::Private).unwrap_err();
        assert!(refused.to_string().contains("already there"));
        assert!(!home.path().join("elsewhere").exists());
        let late = folder.draft("late", b"mine", Access::Shared).unwrap();
        fs::write(home.path().join("late"), "theirs").unwrap();
        assert!(
            late.link()
                .unwrap_err()
                .to_string()
                .contains("already there")
        );
        assert_eq!(fs::read(home.path().join("late")).unwrap(), b"theirs");
    }

    #[test]
    fn a_folder_that_is_exchanged_meanwhile_changes_nothing() {
        let home = tempfile::tempdir().unwrap();
        let (old, other) = (home.path().join("old"), home.path().join("other"));
        fs::create_dir(&old).unwrap();
        fs::create_dir(&other).unwrap();
        let folder = Folder::open(&old).unwrap();
        let draft = folder.draft("a.key", b"secret", Access::Private).unwrap();
        fs::rename(&old, home.path().join("moved")).unwrap();
        symlink(&other, &old).unwrap();
        draft.link().unwrap();
        assert!(home.path().join("moved/a.key").exists());
        assert!(!other.join("a.key").exists());
    }

    #[test]
    fn a_folder_that_everybody_may_change_gets_no_private_file() {
        let home = tempfile::tempdir().unwrap();
        let folder = Folder::open(home.path()).unwrap();
        fs::set_permissions(home.path(), fs::Permissions::from_mode(0o777)).unwrap();
        let refused = folder.draft("a.key", b"x", Access::Private).unwrap_err();
        assert!(refused.next_action().unwrap().contains("chmod o-w"));
        fs::set_permissions(home.path(), fs::Permissions::from_mode(0o1777)).unwrap();
        folder.draft("a.key", b"x", Access::Private).unwrap();
    }

    #[test]
    fn what_is_no_folder_or_no_name_is_refused() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("file");
        create(&file, b"x", Access::Shared).unwrap();
        assert!(Folder::open(&file).is_err());
        assert!(Folder::open(&home.path().join("missing")).is_err());
        assert!(create(Path::new("/"), b"x", Access::Shared).is_err());
    }
}
