//! New folders, which go again where nothing came to stand in them.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::error::{Error, Result};

/// Folders that were made just now; they go when this is dropped, unless they are kept or hold something.
#[derive(Debug)]
pub struct NewFolders {
    /// The deepest first.
    made: Vec<PathBuf>,
}

impl NewFolders {
    /// Makes a folder and those above it that are not there.
    ///
    /// # Errors
    /// Where one cannot be made; then none stays.
    pub fn make(folder: &Path) -> Result<Self> {
        let made = folder
            .ancestors()
            .take_while(|path| !path.as_os_str().is_empty() && fs::symlink_metadata(path).is_err())
            .map(Path::to_owned)
            .collect();
        let folders = Self { made };
        fs::create_dir_all(folder).map_err(|error| {
            Error::input(format!("could not make the folder `{}`", folder.display()))
                .because(error)
                .hint("Check that you may write to the folder above it, or name another.")
        })?;
        Ok(folders)
    }

    /// Lets them stay.
    pub fn keep(mut self) {
        self.made.clear();
    }
}

impl Drop for NewFolders {
    fn drop(&mut self) {
        for folder in &self.made {
            // A folder that holds something is not removed, and that is as it should be.
            let _ = fs::remove_dir(folder);
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    #[test]
    fn only_what_was_made_and_is_empty_goes_again() {
        let home = tempfile::tempdir().unwrap();
        let deep = home.path().join("a/b/c");
        drop(NewFolders::make(&deep).unwrap());
        assert!(home.path().exists() && !home.path().join("a").exists());
        let made = NewFolders::make(&deep).unwrap();
        fs::write(home.path().join("a/mine"), "").unwrap();
        drop(made);
        assert!(home.path().join("a/mine").exists() && !home.path().join("a/b").exists());
        NewFolders::make(&deep).unwrap().keep();
        assert!(deep.exists());
        fs::write(home.path().join("file"), "").unwrap();
        assert!(NewFolders::make(&home.path().join("file/x/y")).is_err());
    }
}
