//! A private key and its request as two files that belong together.
//!
//! Both are written whole and synced before either has a name; the key is linked first and the
//! request last. After a kill at any moment there is no request without its key and no partial file:
//! a key without request is the only possible leftover.

use std::path::{Path, PathBuf};

use crate::{
    error::{Error, Result, for_a_shell},
    files::{Access, Draft, Folder, folder_of},
};

/// Where a key and its request stand, or shall stand.
#[derive(Debug)]
pub struct Pair {
    folder: Folder,
    path: PathBuf,
    key: String,
    request: String,
}

impl Pair {
    /// `NAME.key` and `NAME.csr` in a folder.
    ///
    /// # Errors
    /// Where the folder is not there.
    pub fn named(folder: &Path, name: &str) -> Result<Self> {
        Ok(Self {
            folder: Folder::open(folder)?,
            path: folder.to_owned(),
            key: format!("{name}.key"),
            request: format!("{name}.csr"),
        })
    }

    /// The key of this path, and beside it the request with the ending `.csr`.
    ///
    /// # Errors
    /// Where the path names no file, or the folder is not there.
    pub fn of_key(key: &Path) -> Result<Self> {
        let text = |name: Option<&std::ffi::OsStr>| Some(name?.to_str()?.to_owned());
        let request = key.with_extension("csr");
        let names = (text(key.file_name()), text(request.file_name()));
        let (Some(name), Some(beside)) = names else {
            return Err(
                Error::input(format!("`{}` is no file's name", key.display()))
                    .hint("Give the key a plain name in ptl.toml, as `int.key`."),
            );
        };
        if name == beside {
            return Err(Error::input(format!(
                "the key's file `{name}` has the ending of a request"
            ))
            .hint("Name the key in ptl.toml with the ending `.key`."));
        }
        let folder = folder_of(key);
        Ok(Self {
            folder: Folder::open(folder)?,
            path: folder.to_owned(),
            key: name,
            request: beside,
        })
    }

    /// The key's path.
    pub fn key_path(&self) -> PathBuf {
        self.in_folder(&self.key)
    }

    /// The request's path.
    pub fn request_path(&self) -> PathBuf {
        self.in_folder(&self.request)
    }

    /// In the working folder a name stands alone, as one types it.
    fn in_folder(&self, name: &str) -> PathBuf {
        match self.path.as_path() == Path::new(".") {
            true => PathBuf::from(name),
            false => self.path.join(name),
        }
    }

    /// Fails where the request is there.
    ///
    /// # Errors
    /// Exit 2, nothing changed.
    pub fn refuse_existing_request(&self) -> Result<()> {
        self.folder.refuse_existing(&self.request)
    }

    /// Fails where key or request is there, naming how to go on; `command` makes such a pair.
    ///
    /// # Errors
    /// Exit 2, nothing changed.
    pub fn refuse_existing(&self, command: &str) -> Result<()> {
        let key = self.key_path().display().to_string();
        let request = self.request_path().display().to_string();
        let there = (
            self.folder.holds(&self.key),
            self.folder.holds(&self.request),
        );
        match there {
            (false, false) => Ok(()),
            (true, false) => Err(Error::input(format!(
                "`{key}` is there without its request `{request}`: an earlier run was cut short, or the request was moved away"
            ))
            .hint(format!(
                "Make only the request for this key: `{command} --from-key {}`.",
                for_a_shell(&self.key_path())
            ))),
            (false, true) => Err(Error::input(format!(
                "`{request}` is there without its key `{key}`, and is never overwritten"
            ))
            .hint("Find the key that it was made with, for no other fits its certificate; or move the request away and run again.")),
            (true, true) => Err(Error::input(format!(
                "`{key}` and `{request}` are already there, and are never overwritten"
            ))
            .hint(format!(
                "Send that request, after `ptl csr lint {}`; for a new pair choose another folder with --out.",
                for_a_shell(&self.request_path())
            ))),
        }
    }

    /// Writes both files, the key for its owner alone.
    ///
    /// # Errors
    /// Where either is there or cannot be written. Once the key has its name, it stays.
    pub fn write(&self, key: &[u8], request: &[u8], command: &str) -> Result<()> {
        let key = self.folder.draft(&self.key, key, Access::Private)?;
        let request = self.folder.draft(&self.request, request, Access::Shared)?;
        key.link()?;
        request.link().map_err(|error| {
            let key = self.key_path().display().to_string();
            Error::input(format!("the key `{key}` is made, but not its request"))
                .because(error)
                .hint(format!(
                    "Make only the request: `{command} --from-key {}`.",
                    for_a_shell(&self.key_path())
                ))
        })
    }

    /// Writes the request alone, for a key that is there already.
    ///
    /// # Errors
    /// Where it is there, or cannot be written.
    pub fn write_request(&self, request: &[u8]) -> Result<()> {
        self.folder
            .draft(&self.request, request, Access::Shared)
            .and_then(Draft::link)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use std::fs;

    use super::*;

    #[test]
    fn a_key_without_request_and_a_request_without_key_are_told_apart() {
        let home = tempfile::tempdir().unwrap();
        let pair = Pair::named(home.path(), "a").unwrap();
        let hint = || {
            let error = pair.refuse_existing("ptl csr").unwrap_err();
            error.next_action().unwrap().to_owned()
        };
        pair.refuse_existing("ptl csr").unwrap();
        fs::write(pair.request_path(), "").unwrap();
        assert!(hint().contains("Find the key"));
        fs::write(pair.key_path(), "").unwrap();
        assert!(hint().contains("ptl csr lint"));
        fs::remove_file(pair.request_path()).unwrap();
        assert!(hint().contains("ptl csr --from-key"));
    }

    #[test]
    fn the_request_stands_beside_the_key_whatever_the_key_is_called() {
        let home = tempfile::tempdir().unwrap();
        for (key, request) in [("a.key", "a.csr"), ("a.pem", "a.csr"), ("a", "a.csr")] {
            let pair = Pair::of_key(&home.path().join(key)).unwrap();
            assert_eq!(pair.key_path(), home.path().join(key));
            assert_eq!(pair.request_path(), home.path().join(request));
        }
        assert!(Pair::of_key(&home.path().join("a.csr")).is_err());
        assert!(Pair::of_key(&home.path().join("..")).is_err());
    }

    #[test]
    fn a_request_that_comes_up_meanwhile_is_kept_and_the_way_on_named() {
        let home = tempfile::tempdir().unwrap();
        let pair = Pair::named(home.path(), "a").unwrap();
        let request = pair.folder.draft("a.csr", b"mine", Access::Shared).unwrap();
        fs::write(pair.request_path(), "theirs").unwrap();
        assert!(request.link().is_err());
        let error = pair.write(b"key", b"mine", "ptl csr").unwrap_err();
        assert!(error.to_string().contains("already there"));
        assert!(!pair.key_path().exists());
        assert_eq!(fs::read(pair.request_path()).unwrap(), b"theirs");
    }
}
