//! A file that takes the place of another with its rights and its owner: whoever read that one reads this one.

use std::{
    fs::{self, File, Metadata},
    io,
    path::Path,
};

use super::{Incoming, folder_of, unwritable};
use crate::error::{Error, Result};

/// A new file beside a private one that it will replace; where there is none yet, its folder's owner alone may read it.
///
/// # Errors
/// Where the folder cannot be written to, the owner cannot be kept, or what is there is no file.
pub fn successor(target: &Path) -> Result<Incoming> {
    let mut incoming = Incoming::beside(target)?;
    let (model, is_there) = match fs::symlink_metadata(target) {
        Ok(there) if there.is_file() => (there, true),
        Ok(_) => {
            return Err(
                Error::input(format!("`{}` is not a regular file", target.display()))
                    .hint("Move it away, and run the command again."),
            );
        }
        Err(_) => {
            let folder = fs::metadata(folder_of(target));
            (folder.map_err(|error| unwritable(target, error))?, false)
        }
    };
    resemble(incoming.file(), &model, is_there).map_err(|error| {
        Error::input(format!(
            "`{}` is another user's, who could not read what takes its place",
            target.display()
        ))
        .because(error)
        .hint("Run as that user, or as root.")
    })?;
    Ok(incoming)
}

/// Gives a file the owner of another, or of its folder, and its rights where it is a file.
#[cfg(unix)]
fn resemble(file: &File, model: &Metadata, is_file: bool) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};
    let own = file.metadata()?;
    if (own.uid(), own.gid()) != (model.uid(), model.gid()) {
        fchown(file, Some(model.uid()), Some(model.gid()))?;
    }
    let mode = match is_file {
        true => model.mode() & 0o777,
        false => 0o600,
    };
    file.set_permissions(fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
fn resemble(_file: &File, _model: &Metadata, _is_file: bool) -> io::Result<()> {
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};

    use super::*;

    #[test]
    fn rights_and_owner_stay_what_they_were() {
        let home = tempfile::tempdir().unwrap();
        let target = home.path().join("crls.pem");
        fs::write(&target, "old").unwrap();
        fs::set_permissions(&target, fs::Permissions::from_mode(0o640)).unwrap();
        // Only root may give a file away.
        let given = chown(&target, Some(12345), Some(12345)).is_ok();
        let mut incoming = successor(&target).unwrap();
        incoming.write(b"new").unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"old");
        incoming.take_its_place().unwrap();
        let now = fs::metadata(&target).unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"new");
        assert_eq!(now.mode() & 0o777, 0o640);
        assert!(!given || (now.uid(), now.gid()) == (12345, 12345));
    }

    #[test]
    fn one_that_is_new_is_its_owners_alone_and_a_link_is_refused() {
        let home = tempfile::tempdir().unwrap();
        let target = home.path().join("new.r0");
        successor(&target).unwrap().take_its_place().unwrap();
        assert_eq!(fs::metadata(&target).unwrap().mode() & 0o777, 0o600);
        symlink(&target, home.path().join("link")).unwrap();
        let refused = successor(&home.path().join("link")).unwrap_err();
        assert!(refused.to_string().contains("not a regular file"));
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 2);
    }
}
