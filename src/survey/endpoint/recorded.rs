//! What was recorded of a certificate, found again among the files of the install.

use std::path::{Path, PathBuf};

use openssl::sha::sha256;

use crate::{
    checks::endpoint::{Kept, Piece, Recorded},
    config::Endpoint,
    files,
    survey::chain::shared,
    x509::{self, hex},
};

/// What the checklist recorded of the environment's certificate.
#[derive(Clone, Debug)]
pub enum Record {
    /// Nothing, for this reason.
    Nothing(String),
    /// The step that is about it, and the evidence that it was last done with.
    Done(String, Vec<Evidence>),
}

/// A piece of evidence, as it was recorded.
#[derive(Clone, Debug)]
pub enum Evidence {
    /// Words.
    Text(String),
    /// A file's name, without folders, and the SHA-256 of its content, lower-case hex.
    File(String, String),
}

/// Looks for the recorded files where an install keeps its own: in its folder, beside its certificate.
pub(super) fn find(record: Record, folder: &Path, endpoint: &Endpoint) -> Recorded {
    match record {
        Record::Nothing(reason) => Recorded::Nothing(reason),
        Record::Done(step, evidence) => {
            let pieces = evidence.into_iter().map(|piece| match piece {
                Evidence::Text(text) => Piece::Text(text),
                Evidence::File(name, sha256) => Piece::File {
                    kept: kept(&name, &sha256, folder, endpoint),
                    name,
                    sha256,
                },
            });
            Recorded::Done(step, pieces.collect())
        }
    }
}

fn kept(name: &str, digest: &str, folder: &Path, endpoint: &Endpoint) -> Kept {
    let own = endpoint.certificate.iter().chain(&endpoint.chain);
    let beside = endpoint
        .certificate
        .iter()
        .map(|file| files::folder_of(file).join(name));
    let places: Vec<PathBuf> = own
        .cloned()
        .chain([folder.join(name)])
        .chain(beside)
        .collect();
    let content = |file: &PathBuf| files::read(file, files::SMALL).ok();
    let as_it_was = places
        .iter()
        .find(|file| content(file).is_some_and(|bytes| hex(&sha256(&bytes)) == digest));
    match as_it_was {
        // Evidence may be anything, a screenshot too: that holds no certificate.
        Some(file) => Kept::AsItWas(shared(x509::certificates(file).unwrap_or_default())),
        None => {
            let named = |file: &PathBuf| file.file_name().is_some_and(|own| own == name);
            match places.iter().any(|file| named(file) && file.exists()) {
                true => Kept::Changed,
                false => Kept::Gone,
            }
        }
    }
}
