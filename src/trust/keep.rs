//! Where fetched CAs are kept: one PEM file each, named after the CA, and never in place of something else.

use std::path::{Path, PathBuf};

use super::Wanted;
use crate::{
    environment::{Authority, Environment, Generation},
    error::{Error, Result, for_a_shell},
    files::{self, Access, NewFolders},
    x509::{self, Certificate},
};

/// A folder of CA files.
#[derive(Debug)]
pub struct Shelf {
    folder: PathBuf,
}

/// The name of a CA's file, as `int-authentication-g2.pem`. Where two CAs of the environment have one name, the
/// fingerprint's beginning tells their files apart.
pub fn file_name(authority: &Authority, environment: &Environment) -> String {
    let slug = slug(&authority.name);
    let has_a_twin = environment
        .generations
        .iter()
        .flat_map(Generation::authorities)
        .any(|other| other.sha256 != authority.sha256 && self::slug(&other.name) == slug);
    match authority.sha256.get(..8) {
        Some(start) if has_a_twin || slug.is_empty() => format!("{slug}-{start}.pem")
            .trim_start_matches('-')
            .to_owned(),
        _ => format!("{slug}.pem"),
    }
}

/// Letters and digits in lower case, with a dash for whatever stands between them.
fn slug(name: &str) -> String {
    let words = name
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-").to_ascii_lowercase()
}

impl Shelf {
    /// The folder of this path; it is made when something is kept.
    pub fn at(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
        }
    }

    /// The path of a file in it.
    pub fn path(&self, file: &str) -> PathBuf {
        self.folder.join(file)
    }

    /// Whether a CA is kept there already.
    ///
    /// # Errors
    /// Where something else has its file's name.
    pub fn holds(&self, wanted: &Wanted<'_>) -> Result<bool> {
        let path = self.path(&wanted.file);
        if files::refuse_existing(&path).is_ok() {
            return Ok(false);
        }
        let shown = path.display();
        let is_it = |it: &Certificate| it.sha256 == wanted.authority.sha256;
        match x509::certificates(&path) {
            Ok(held) if held.len() == 1 && held.iter().all(is_it) => Ok(true),
            Ok(_) => Err(Error::input(format!(
                "`{shown}` is there, and is not `{}` alone; it is never overwritten",
                wanted.authority.name
            ))),
            Err(error) => Err(Error::input(format!(
                "`{shown}` is there, and is never overwritten"
            ))
            .because(error)),
        }
        .map_err(|error| {
            error.hint(format!(
                "Look at it (`openssl x509 -noout -subject -fingerprint -sha256 -in {}`), move it away yourself, or name another folder by --out.",
                for_a_shell(&path)
            ))
        })
    }

    /// Keeps a certificate as PEM, whole or not at all.
    ///
    /// # Errors
    /// Where the folder cannot be made or written to, or something of that name has come up meanwhile.
    pub fn keep(&self, file: &str, certificate: &Certificate) -> Result<()> {
        let pem = certificate.x509().to_pem().map_err(|error| {
            Error::internal("OpenSSL could not write a certificate as PEM").because(error)
        })?;
        let made = NewFolders::make(&self.folder)?;
        files::create(&self.path(file), &pem, Access::Shared)?;
        made.keep();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environment;

    #[test]
    fn a_file_is_named_after_its_ca_and_no_two_alike() {
        for environment in environment::all() {
            let mut seen = std::collections::BTreeMap::new();
            for authority in environment
                .generations
                .iter()
                .flat_map(Generation::authorities)
            {
                let name = file_name(authority, environment);
                let other = seen.insert(name.clone(), &authority.sha256);
                assert!(
                    other.is_none_or(|other| *other == authority.sha256),
                    "{name}"
                );
            }
        }
        assert_eq!(slug("PTL Root Authority G2 / x"), "ptl-root-authority-g2-x");
        assert_eq!(slug("../../etc"), "etc");
    }
}
