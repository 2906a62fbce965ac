//! A list that is read whole for a few of its entries.

use std::{
    collections::{HashMap, HashSet},
    path::Path,
};

use super::{
    ListFile, Problem,
    index::{Builder, Found},
    scan::{self, List},
};
use crate::{error::Error, x509::Certificate};

/// What a list is, and those of its entries that were looked for, by serial number.
type Searched = (List, HashMap<Vec<u8>, Found>);

impl ListFile {
    /// Whose list it is, as DER.
    ///
    /// # Errors
    /// Where it cannot be read so far.
    pub fn issuer(&mut self) -> Result<Vec<u8>, Problem> {
        scan::issuer(self.reader().map_err(unreadable)?)
    }

    /// Reads the list from its first byte to its last, verified by this CA's key, and looks for these serial numbers; each
    /// entry goes into the index.
    ///
    /// # Errors
    /// Where it is damaged, or cannot be read.
    pub fn search(
        &mut self,
        issuer: Option<&Certificate>,
        serials: &HashSet<&[u8]>,
        mut index: Option<&mut Builder>,
    ) -> Result<Searched, Problem> {
        let key = issuer.and_then(|issuer| issuer.x509().public_key().ok());
        let mut found: HashMap<Vec<u8>, Found> = HashMap::new();
        let reader = self.reader().map_err(unreadable)?;
        let list = scan::scan(reader, key.as_deref(), |entry| {
            if serials.contains(entry.serial) {
                let said = Found::of(entry);
                let known = found.entry(entry.serial.to_vec()).or_insert(said);
                *known = known.graver(said);
            }
            if let Some(index) = &mut index {
                index.add(entry);
            }
        })?;
        Ok((list, found))
    }
}

impl Problem {
    /// As the error of a file.
    pub fn of(&self, file: &Path) -> Error {
        Error::input(format!(
            "`{}`, as a revocation list: {self}",
            file.display()
        ))
        .hint("Download it again.")
    }
}

fn unreadable(error: std::io::Error) -> Problem {
    Problem::Unreadable(error.to_string())
}
