//! The evidence that an install keeps in its folder `evidence/`: files whose digests the checklist has recorded.
//!
//! A file is known by its digest, whatever it is called now. No symlink is followed, and a secret is never held.

mod past_report;

use std::{collections::HashMap, io::Read, path::Path};

use openssl::sha::sha256;
use zeroize::Zeroizing;

pub use past_report::PastReport;

use super::state::{Proof, State};
use crate::{
    error::{Error, Result},
    files::{Shelf, packed, private_key},
    x509::hex,
};

/// The folder's name in the install's folder.
pub const FOLDER: &str = "evidence";

/// The most that is taken as evidence; a larger file was never recorded.
pub const MOST: u64 = 64 * 1024 * 1024;

/// A file of the folder that the checklist has recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// Its name in the folder.
    pub name: String,
    /// SHA-256 of its content, lower-case hex.
    pub sha256: String,
    /// Its length in bytes.
    pub size: u64,
    /// What it says, where it is a report of ptl's own.
    pub report: Option<PastReport>,
}

/// The recorded files that an install's folder keeps, each digest once, in the order of their names.
///
/// # Errors
/// Where the folder is a symlink or cannot be read, or a recorded file holds a secret.
pub fn held(install: &Path, state: &State) -> Result<Vec<Held>> {
    let folder = install.join(FOLDER);
    let Some(shelf) = Shelf::open(&folder)? else {
        return Ok(Vec::new());
    };
    let mut wanted = recorded(state);
    let mut held = Vec::new();
    for name in shelf.names()? {
        let shown = folder.join(&name);
        let Some((file, size)) = shelf.file(&name)? else {
            continue;
        };
        // What has the length of no recorded file is none: it need not be read.
        if size > MOST || !wanted.values().any(|recorded| *recorded == size) {
            continue;
        }
        let content = whole(file, size, &shown)?;
        let digest = hex(&sha256(&content));
        if wanted.remove(digest.as_str()).is_none() {
            continue;
        }
        refuse_secrets(&content, &shown)?;
        held.push(Held {
            name,
            sha256: digest,
            size,
            report: PastReport::of(&content),
        });
    }
    Ok(held)
}

/// The content of a held file, as it was recorded.
///
/// # Errors
/// Where it has changed or gone since [`held`] looked.
pub fn content(install: &Path, held: &Held) -> Result<Zeroizing<Vec<u8>>> {
    let folder = install.join(FOLDER);
    let shown = folder.join(&held.name);
    if let Some(shelf) = Shelf::open(&folder)?
        && let Some((file, _)) = shelf.file(&held.name)?
    {
        let content = whole(file, held.size, &shown)?;
        if hex(&sha256(&content)) == held.sha256 {
            return Ok(content);
        }
    }
    Err(Error::input(format!(
        "`{}` was changed by somebody else meanwhile",
        shown.display()
    ))
    .hint("Nothing was written: run the command again."))
}

/// The recorded files: digest and length.
fn recorded(state: &State) -> HashMap<&str, u64> {
    let records = state.records.values();
    let evidence = records.flat_map(|record| &record.evidence);
    evidence
        .filter_map(|evidence| match &evidence.proof {
            Proof::File(file) => Some((file.sha256.as_str(), file.size)),
            Proof::Text(_) => None,
        })
        .collect()
}

/// A file's content, of which `size` bytes are looked for: one that grows is another file.
fn whole(file: impl Read, size: u64, shown: &Path) -> Result<Zeroizing<Vec<u8>>> {
    let mut content = Zeroizing::new(Vec::with_capacity(usize::try_from(size).unwrap_or(0) + 1));
    file.take(size + 1)
        .read_to_end(&mut content)
        .map_err(|error| {
            Error::input(format!("could not read `{}`", shown.display()))
                .because(error)
                .hint("Check the file and its disk.")
        })?;
    Ok(content)
}

fn refuse_secrets(content: &[u8], shown: &Path) -> Result<()> {
    let packed = match packed::look(content) {
        packed::Content::Secret(kind) => Some(kind),
        packed::Content::Clear | packed::Content::Closed(_) => None,
    };
    match private_key::find(content).or(packed) {
        None => Ok(()),
        Some(kind) => Err(Error::input(format!(
            "`{}` holds {kind}: a secret is no evidence, and is never handed over",
            shown.display()
        ))
        .hint("Move it to where its owner alone may read it, and open its step again: `ptl checklist reopen STEP --reason \"...\"`.")),
    }
}
