//! Copies of evidence in the install's folder `evidence/`: made once, never written over, known again by their digest.

use std::path::Path;

use openssl::sha::sha256;

use super::{
    held::FOLDER,
    state::{Evidence, File, Proof, State},
};
use crate::{
    error::{Error, Result},
    files::{Access, Folder, NewFolders, Shelf},
    x509::hex,
};

/// How many digits of its digest tell a copy from another file of the same name.
const DIGITS: usize = 16;

/// How a copy is now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// It has the digest that was written down.
    Kept,
    /// It has another.
    Changed,
    /// There is no regular file of its name.
    Missing,
}

/// Whether a name is that of a file in a folder: no folder, no detour, nothing hidden.
pub fn is_plain(name: &str) -> bool {
    let is_odd = |letter: char| letter.is_control() || matches!(letter, '/' | '\\' | ':');
    !name.is_empty() && !name.starts_with('.') && !name.contains(is_odd)
}

/// Keeps a file that was taken as evidence, and says by which name.
///
/// `content` must have the digest that was written down. A copy that is there already counts; another file of that
/// name stays, and this one gets some of its digest into its name.
///
/// # Errors
/// Where the content is another, the folder is a symlink or cannot be written to, or what was written reads as
/// something else.
pub fn keep(install: &Path, file: &File, content: &[u8]) -> Result<String> {
    if hex(&sha256(content)) != file.sha256 {
        return Err(Error::input(format!(
            "`{}` was changed by somebody else meanwhile",
            file.name
        ))
        .hint("Nothing was written: run the command again."));
    }
    let folder = install.join(FOLDER);
    let wanted = file.name.trim_start_matches('.');
    let wanted = match is_plain(wanted) {
        true => wanted.to_owned(),
        false => "file".to_owned(),
    };
    // Refuses a symlink before anything is made in what it leads to.
    let there = Shelf::open(&folder)?.is_some();
    let made = NewFolders::make(&folder)?;
    if !there {
        Shelf::open(&folder)?;
    }
    for name in [wanted.clone(), with_digest(&wanted, &file.sha256)] {
        match standing(install, &name, &file.sha256)? {
            Standing::Kept => return Ok(name),
            Standing::Changed => continue,
            Standing::Missing if Folder::open(&folder)?.holds(&name) => continue,
            Standing::Missing => {}
        }
        Folder::open(&folder)?
            .draft(&name, content, Access::Shared)?
            .link()?;
        made.keep();
        return match standing(install, &name, &file.sha256)? {
            Standing::Kept => Ok(name),
            _ => Err(Error::input(format!(
                "`{}` does not read as what was written",
                folder.join(&name).display()
            ))
            .hint("Check its disk; nothing was written down.")),
        };
    }
    Err(Error::input(format!(
        "in `{}` other files have both names that `{}` could get",
        folder.display(),
        file.name
    ))
    .hint("Move them away, and run the command again."))
}

/// `name-DIGITS.ending`.
fn with_digest(name: &str, digest: &str) -> String {
    let digits = &digest[..DIGITS.min(digest.len())];
    match name.rsplit_once('.') {
        Some((stem, ending)) if !stem.is_empty() => format!("{stem}-{digits}.{ending}"),
        _ => format!("{name}-{digits}"),
    }
}

/// How a copy is now: no symlink is followed.
///
/// # Errors
/// Where the folder is a symlink, or what is there cannot be read.
pub fn standing(install: &Path, name: &str, sha256: &str) -> Result<Standing> {
    let folder = install.join(FOLDER);
    let Some(shelf) = Shelf::open(&folder)? else {
        return Ok(Standing::Missing);
    };
    let Some((file, _)) = shelf.file(name)? else {
        return Ok(Standing::Missing);
    };
    Ok(match digest(file, &folder.join(name))? == sha256 {
        true => Standing::Kept,
        false => Standing::Changed,
    })
}

fn digest(mut file: std::fs::File, shown: &Path) -> Result<String> {
    let mut digest = openssl::sha::Sha256::new();
    let mut chunk = vec![0; 64 * 1024];
    loop {
        let length = std::io::Read::read(&mut file, &mut chunk).map_err(|error| {
            Error::input(format!("could not read `{}`", shown.display()))
                .because(error)
                .hint("Check the file and its disk.")
        })?;
        if length == 0 {
            return Ok(hex(&digest.finish()));
        }
        digest.update(&chunk[..length]);
    }
}

/// A copy that the record names, and how it is now.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Copied {
    /// The step that it proves.
    pub step: String,
    /// Its name in `evidence/`.
    pub name: String,
    /// How it is.
    pub standing: Standing,
}

/// Every copy that the record names, in the order of the steps' ids, each once.
///
/// # Errors
/// As [`standing`].
pub fn all(install: &Path, state: &State) -> Result<Vec<Copied>> {
    let mut all: Vec<Copied> = Vec::new();
    for (step, record) in &state.records {
        for (name, sha256) in record.evidence.iter().filter_map(named) {
            let copied = Copied {
                step: step.clone(),
                name: name.to_owned(),
                standing: standing(install, name, sha256)?,
            };
            if !all.contains(&copied) {
                all.push(copied);
            }
        }
    }
    Ok(all)
}

fn named(evidence: &Evidence) -> Option<(&str, &str)> {
    match &evidence.proof {
        Proof::File(file) => Some((file.copy.as_deref()?, &file.sha256)),
        Proof::Text(_) => None,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use std::fs;

    use super::*;

    fn path(name: &str) -> std::path::PathBuf {
        Path::new(FOLDER).join(name)
    }

    fn file(name: &str, content: &str) -> File {
        File {
            name: name.to_owned(),
            sha256: hex(&sha256(content.as_bytes())),
            size: content.len() as u64,
            report: None,
            copy: None,
        }
    }

    fn kept(install: &Path, name: &str, content: &str) -> String {
        keep(install, &file(name, content), content.as_bytes()).unwrap()
    }

    #[test]
    fn a_copy_is_made_once_and_another_file_of_its_name_stays() {
        let home = tempfile::tempdir().unwrap();
        let install = home.path();
        assert_eq!(kept(install, "mail.txt", "one"), "mail.txt");
        assert_eq!(kept(install, "mail.txt", "one"), "mail.txt");
        let other = kept(install, "mail.txt", "two");
        assert_eq!(other, with_digest("mail.txt", &file("", "two").sha256));
        assert_eq!(kept(install, "mail.txt", "two"), other);
        let read = |name: &str| fs::read_to_string(install.join(path(name))).unwrap();
        assert_eq!(
            (read("mail.txt"), read(&other)),
            ("one".into(), "two".into())
        );
        fs::write(install.join(path(&other)), "three").unwrap();
        let error = keep(install, &file("mail.txt", "two"), b"two").unwrap_err();
        assert!(error.to_string().contains("both names"), "{error}");
        assert_eq!(kept(install, ".hidden", "x"), "hidden");
        assert_eq!(kept(install, "..", "y"), "file");
    }

    #[test]
    fn what_changed_meanwhile_is_not_kept_and_makes_no_folder() {
        let home = tempfile::tempdir().unwrap();
        let error = keep(home.path(), &file("a", "one"), b"two").unwrap_err();
        assert!(error.to_string().contains("meanwhile"), "{error}");
        assert!(!home.path().join(FOLDER).exists());
    }

    #[test]
    fn a_copy_that_was_changed_or_is_gone_is_told_and_no_link_is_followed() {
        let home = tempfile::tempdir().unwrap();
        let install = home.path();
        let wanted = file("a", "one").sha256;
        let now = || standing(install, "a", &wanted).unwrap();
        assert_eq!(now(), Standing::Missing);
        kept(install, "a", "one");
        assert_eq!(now(), Standing::Kept);
        fs::write(install.join(path("a")), "two").unwrap();
        assert_eq!(now(), Standing::Changed);
        fs::remove_file(install.join(path("a"))).unwrap();
        #[cfg(unix)]
        {
            fs::write(install.join("b"), "one").unwrap();
            std::os::unix::fs::symlink("../b", install.join(path("a"))).unwrap();
            assert_eq!(now(), Standing::Missing);
            assert_ne!(kept(install, "a", "one"), "a", "the link is no copy");
        }
    }

    #[test]
    fn only_the_name_of_a_file_in_a_folder_is_plain() {
        for name in ["a", "a b.txt", "int.csr-int-00.json"] {
            assert!(is_plain(name), "{name}");
        }
        for name in ["", ".", "..", ".hidden", "a/b", "/a", "a\\b", "c:a", "a\n"] {
            assert!(!is_plain(name), "{name}");
        }
    }
}
