//! A folder in which several files are made that shall appear together: it goes again unless all is well.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{sync_folder, unwritable};
use crate::error::Result;

/// A folder to work in. Whoever makes one has the claim on the folder above it: what a kill left there is removed.
#[derive(Debug)]
pub struct Workshop {
    path: PathBuf,
}

impl Workshop {
    /// An empty folder of this path.
    ///
    /// # Errors
    /// Where it cannot be made, or an older one not removed.
    pub fn open(path: &Path) -> Result<Self> {
        let made = match fs::remove_dir_all(path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
            _ => fs::create_dir(path),
        };
        made.map_err(|error| unwritable(path, error))?;
        Ok(Self {
            path: path.to_owned(),
        })
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Moves what was made into the folder above, each under its name.
    ///
    /// # Errors
    /// Where something of such a name is there, or cannot be moved.
    pub fn hand_over(self, names: &[&str]) -> Result<()> {
        let above = super::folder_of(&self.path).to_owned();
        for name in names {
            let target = above.join(name);
            // A folder that is empty would be replaced without a word.
            if fs::symlink_metadata(&target).is_ok() {
                return Err(super::exists(&target));
            }
            fs::rename(self.path.join(name), &target)
                .map_err(|error| unwritable(&target, error))?;
        }
        sync_folder(&above).map_err(|error| unwritable(&above, error))
    }
}

impl Drop for Workshop {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.path);
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    #[test]
    fn what_is_made_appears_together_or_goes() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("making");
        fs::create_dir(&path).unwrap();
        fs::write(path.join("left by a kill"), "").unwrap();
        let shop = Workshop::open(&path).unwrap();
        assert_eq!(fs::read_dir(&path).unwrap().count(), 0);
        fs::write(shop.path().join("a"), "1").unwrap();
        drop(shop);
        assert!(!path.exists());
        let shop = Workshop::open(&path).unwrap();
        fs::write(shop.path().join("a"), "1").unwrap();
        fs::write(home.path().join("a"), "mine").unwrap();
        assert!(shop.hand_over(&["a"]).is_err());
        assert_eq!(fs::read(home.path().join("a")).unwrap(), b"mine");
        let shop = Workshop::open(&path).unwrap();
        fs::write(shop.path().join("b"), "2").unwrap();
        shop.hand_over(&["b"]).unwrap();
        assert_eq!(fs::read(home.path().join("b")).unwrap(), b"2");
        assert!(!path.exists());
    }
}
