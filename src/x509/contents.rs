//! What files and folders of certificates hold: the certificates, and everything else by its kind, so that
//! nothing is passed over in silence.

use std::{
    collections::{BTreeMap, HashSet},
    fmt,
    path::{Path, PathBuf},
};

use zeroize::Zeroizing;

use super::{Certificate, Object, RevocationList, folder, key::Passphrase, read};
use crate::{
    error::{Error, Result},
    files,
};

/// The word for a revocation list.
const REVOCATION_LIST: &str = "revocation list";

/// What a file holds, or the files of a folder do.
#[derive(Debug, Default)]
pub struct Contents {
    /// The certificates, in their order; in a folder each counts once.
    pub certificates: Vec<Certificate>,
    /// The revocation lists, in their order.
    pub lists: Vec<RevocationList>,
    /// How many there are of everything else, by what it is: `private key`.
    pub others: BTreeMap<String, usize>,
    /// Files that hold a private key without a passphrase, and whether others than their owner may read them; `None` where
    /// this system does not say.
    pub with_keys: Vec<(PathBuf, Option<bool>)>,
    /// How many files of a folder hold nothing that is read here, as a README; 0 for a file.
    pub passed_over: usize,
    /// Files of a folder that should hold something, by their form, and cannot be read: why.
    pub damaged: Vec<String>,
}

/// The certificates of a file, in its order.
///
/// # Errors
/// Where the file cannot be read, or holds no certificate, naming what it holds instead.
pub fn certificates(path: &Path) -> Result<Vec<Certificate>> {
    certificates_under(path, None)
}

/// As [`certificates`], with the passphrase of a store.
///
/// # Errors
/// As [`certificates`], and where it is not the store's.
pub fn certificates_under(
    path: &Path,
    passphrase: Option<&Passphrase>,
) -> Result<Vec<Certificate>> {
    let contents = Contents::of_file(path, passphrase)?;
    contents.refuse_without_certificates(path)?;
    Ok(contents.certificates)
}

/// As [`certificates_under`], or those of every file that stands in a folder, each once.
///
/// # Errors
/// As [`certificates_under`], and where a folder holds none, or too much.
pub fn certificates_of(path: &Path, passphrase: Option<&Passphrase>) -> Result<Vec<Certificate>> {
    let contents = Contents::of(path, passphrase)?;
    contents.refuse_without_certificates(path)?;
    Ok(contents.certificates)
}

impl Contents {
    /// What a file holds, or the files that stand in a folder do.
    ///
    /// # Errors
    /// Where a file that is named cannot be read, or a folder holds too much.
    pub fn of(path: &Path, passphrase: Option<&Passphrase>) -> Result<Self> {
        match path.is_dir() {
            true => Self::of_folder(path, passphrase, |_| true),
            false => Self::of_file(path, passphrase),
        }
    }

    /// What a file holds.
    ///
    /// # Errors
    /// Where it cannot be read, or holds something damaged, each named by its number.
    pub fn of_file(path: &Path, passphrase: Option<&Passphrase>) -> Result<Self> {
        let bytes = bytes_of(path)?;
        let mut contents = Self::default();
        let is_locked = passphrase.is_some() && read::is_locked_store(&bytes);
        contents.add(path, is_locked, read::parse(&bytes, path, passphrase)?);
        Ok(contents)
    }

    /// What those files of a folder hold that are wanted.
    ///
    /// # Errors
    /// Where the folder cannot be read, or holds too much.
    pub fn of_folder(
        path: &Path,
        passphrase: Option<&Passphrase>,
        wanted: impl Fn(&Path) -> bool,
    ) -> Result<Self> {
        let mut contents = Self::default();
        let files = folder::files_of(path, folder::LARGEST)?;
        for file in files.into_iter().filter(|file| wanted(file)) {
            let bytes = match bytes_of(&file) {
                Ok(bytes) => bytes,
                Err(error) => {
                    contents.damaged.push(error.to_string());
                    continue;
                }
            };
            match read::parse(&bytes, &file, passphrase) {
                Ok(objects) => {
                    let is_locked = passphrase.is_some() && read::is_locked_store(&bytes);
                    contents.add(&file, is_locked, objects);
                }
                Err(error) if read::looks_read(&bytes) => contents.damaged.push(error.to_string()),
                Err(_) => contents.passed_over += 1,
            }
            contents.refuse_too_many(path)?;
        }
        // A certificate often stands there twice: under its own name, and under that of its hash.
        let mut seen = HashSet::new();
        contents
            .certificates
            .retain(|certificate| seen.insert(certificate.sha256.clone()));
        Ok(contents)
    }

    fn add(&mut self, file: &Path, is_locked: bool, objects: Vec<Object>) {
        // One under a passphrase lies open to nobody.
        let is_plain = |object: &Object| {
            matches!(
                object,
                Object::PrivateKey {
                    encrypted: false,
                    ..
                }
            )
        };
        if !is_locked && objects.iter().any(is_plain) {
            let open = files::open_to_others(file);
            self.with_keys.push((file.to_owned(), open));
        }
        for object in objects {
            match object {
                Object::Certificate(certificate) => self.certificates.push(*certificate),
                Object::RevocationList(list) => self.lists.push(*list),
                other => *self.others.entry(other.kind()).or_default() += 1,
            }
        }
    }

    fn refuse_too_many(&self, folder: &Path) -> Result<()> {
        if self.certificates.len() <= read::MOST_OBJECTS {
            return Ok(());
        }
        Err(Error::input(format!(
            "`{}` holds more than {} certificates",
            folder.display(),
            read::MOST_OBJECTS
        ))
        .hint("Name the files that are meant."))
    }

    /// Whether nothing that is known here is in it.
    pub fn is_empty(&self) -> bool {
        self.kinds().all(|(_, count)| count == 0)
    }

    /// Refuses what holds no certificate.
    ///
    /// # Errors
    /// Naming what it holds instead.
    pub fn refuse_without_certificates(&self, path: &Path) -> Result<()> {
        match self.certificates.is_empty() {
            true => Err(self.lacks("certificate", path)),
            false => Ok(()),
        }
    }

    /// Refuses what holds no revocation list.
    ///
    /// # Errors
    /// Naming what it holds instead.
    pub fn refuse_without_lists(&self, path: &Path) -> Result<()> {
        match self.lists.is_empty() {
            true => Err(self.lacks(REVOCATION_LIST, path)),
            false => Ok(()),
        }
    }

    fn lacks(&self, wanted: &str, path: &Path) -> Error {
        let shown = path.display();
        let found = listed(self.kinds());
        let Some(found) = found else {
            let files = self.passed_over + self.damaged.len();
            return Error::input(format!(
                "none of the {files} files in `{shown}` is a {wanted}"
            ))
            .details(self.damaged.clone())
            .hint(format!(
                "Name the folder in which the {wanted}s stand; those below it are not entered."
            ));
        };
        Error::input(format!("`{shown}` holds {found}, and no {wanted}")).hint(self.advice(wanted))
    }

    fn advice(&self, wanted: &str) -> String {
        if !self.with_keys.is_empty() {
            format!(
                "Name the file that holds the {wanted} here; a private key goes with --key, and to nobody else."
            )
        } else if self.others.contains_key("certificate request") {
            format!("Name the file with the {wanted} that came back for this request.")
        } else {
            format!("Name a file that holds a {wanted}.")
        }
    }

    /// What is neither certificate nor private key, as `2 revocation lists, 1 public key`; nothing where there is
    /// no such thing.
    pub fn besides_certificates(&self) -> Option<String> {
        let kinds = self.kinds().skip(1);
        listed(kinds.filter(|(kind, _)| *kind != read::PRIVATE_KEY))
    }

    /// What is neither revocation list nor private key.
    pub fn besides_lists(&self) -> Option<String> {
        let kinds = self.kinds().filter(|(kind, _)| *kind != REVOCATION_LIST);
        listed(kinds.filter(|(kind, _)| *kind != read::PRIVATE_KEY))
    }

    /// Every kind of object, and how many there are; certificates first.
    fn kinds(&self) -> impl Iterator<Item = (&str, usize)> {
        let own = [
            ("certificate", self.certificates.len()),
            (REVOCATION_LIST, self.lists.len()),
        ];
        let others = self.others.iter();
        own.into_iter()
            .chain(others.map(|(kind, count)| (kind.as_str(), *count)))
    }
}

impl fmt::Display for Contents {
    /// Everything, as `3 certificates, 1 private key`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&listed(self.kinds()).unwrap_or_else(|| "nothing".to_owned()))
    }
}

/// What there is at least one of, as `3 certificates, 1 private key`.
fn listed<'a>(kinds: impl Iterator<Item = (&'a str, usize)>) -> Option<String> {
    let there = kinds.filter(|(_, count)| *count > 0);
    let counted: Vec<String> = there
        .map(|(kind, count)| format!("{count} {kind}{}", if count == 1 { "" } else { "s" }))
        .collect();
    (!counted.is_empty()).then(|| counted.join(", "))
}

/// The bytes of a file, which may hold a key.
fn bytes_of(path: &Path) -> Result<Zeroizing<Vec<u8>>> {
    files::read(path, files::SMALL).map(Zeroizing::new)
}
