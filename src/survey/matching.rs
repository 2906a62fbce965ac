//! Keys, requests and certificates of files and folders, to tell which belong together.

use std::{
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::{
    check::{self, Context, Finding},
    checks::matching::{CHECKS, Kind, MatchFacts, Piece},
    error::{Error, Result},
    files,
    x509::{
        Object,
        csr::Request,
        key::{self, Passphrase},
        read,
    },
};

/// The most files that are looked at, and how deep folders are entered.
const MOST_FILES: usize = 2000;
const DEEPEST: usize = 8;
/// The most that is read of a file in a folder: keys and certificates have a few kilobytes.
const LARGEST: u64 = 1024 * 1024;

/// Judges what files hold; a folder stands for every file below it. A passphrase opens what needs one.
///
/// # Errors
/// Where a file that is named cannot be read, a folder holds too many, or nothing is of a kind that is matched.
pub fn check_files(
    paths: &[PathBuf],
    passphrase: Option<&Passphrase>,
    context: &Context<'_>,
) -> Result<Vec<Finding>> {
    let mut pieces = Vec::new();
    let mut passed_over = 0;
    for path in paths {
        if !path.is_dir() {
            pieces.extend(held(path, passphrase)?);
            continue;
        }
        for file in below(path)? {
            match held_in_folder(&file, passphrase) {
                found if found.is_empty() => passed_over += 1,
                found => pieces.extend(found),
            }
        }
    }
    if pieces.is_empty() {
        return Err(Error::input(format!(
            "no private key, request or certificate is among the files ({passed_over} files hold none)"
        ))
        .hint("Name the files, or the folders in which they lie."));
    }
    let all = Arc::new(pieces);
    let judged = |piece: &Piece| {
        let facts = MatchFacts {
            piece: piece.clone(),
            all: Arc::clone(&all),
        };
        let subject = format!("{}: {}", piece.file, piece.what());
        check::run(CHECKS, &subject, &facts, context)
    };
    Ok(all.iter().flat_map(judged).collect())
}

/// Every file in a folder and those below it, in order; no symlink is followed.
fn below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut open = vec![(folder.to_owned(), 0)];
    while let Some((folder, depth)) = open.pop() {
        let unread = |error: std::io::Error| {
            Error::input(format!("could not read the folder `{}`", folder.display()))
                .because(error)
                .hint("Run as a user who may enter it, or name the files.")
        };
        let mut entries: Vec<_> = fs::read_dir(&folder)
            .map_err(unread)?
            .filter_map(std::result::Result::ok)
            .collect();
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let kind = entry.file_type().map_err(unread)?;
            if kind.is_dir() && depth < DEEPEST {
                open.push((entry.path(), depth + 1));
            } else if kind.is_file() {
                found.push(entry.path());
            }
        }
        if found.len() > MOST_FILES {
            return Err(Error::input(format!(
                "there are more than {MOST_FILES} files under the folder"
            ))
            .hint("Name a folder with fewer."));
        }
    }
    Ok(found)
}

/// What a file of a folder holds of what is matched; one that cannot be read holds nothing, unless it is shut.
fn held_in_folder(file: &Path, passphrase: Option<&Passphrase>) -> Vec<Piece> {
    let small = fs::metadata(file).is_ok_and(|about| about.len() <= LARGEST);
    if !small {
        return Vec::new();
    }
    let is_shut = |error: std::io::Error| error.kind() == ErrorKind::PermissionDenied;
    if fs::File::open(file).is_err_and(is_shut) {
        return vec![shut(file)];
    }
    held(file, passphrase).unwrap_or_default()
}

fn shut(file: &Path) -> Piece {
    Piece {
        file: file.display().to_string(),
        kind: Kind::ShutKey,
        label: String::new(),
        spki: None,
    }
}

/// What a file holds of what is matched.
fn held(file: &Path, passphrase: Option<&Passphrase>) -> Result<Vec<Piece>> {
    let bytes = files::read_secret(file)?;
    let needs_passphrase = key::needs_passphrase(&bytes);
    if read::is_locked_store(file) && passphrase.is_none() {
        return Ok(vec![shut(file)]);
    }
    let shown = file.display().to_string();
    let mut pieces = Vec::new();
    for object in read::parse(&bytes, file, passphrase)? {
        let (kind, label, spki) = match object {
            Object::Certificate(certificate) => {
                let kind = match certificate.is_ca() {
                    true => Kind::Authority,
                    false => Kind::Certificate,
                };
                (kind, certificate.label(), certificate.spki_sha256.clone())
            }
            Object::Request(der) => {
                let Ok(request) = Request::from_der(&der) else {
                    continue;
                };
                let label = request.values("CN").next().unwrap_or_default().to_owned();
                (Kind::Request, label, request.spki_sha256)
            }
            Object::PrivateKey { bytes, .. } => {
                match key::read_private(&bytes, passphrase, &shown) {
                    Ok(private) => (Kind::Key, String::new(), key::spki_sha256(&private)?),
                    Err(_) if needs_passphrase => {
                        pieces.push(shut(file));
                        continue;
                    }
                    Err(error) => return Err(error),
                }
            }
            Object::RevocationList(_) | Object::PublicKey(_) | Object::Other(_) => continue,
        };
        pieces.push(Piece {
            file: shown.clone(),
            kind,
            label,
            spki: Some(spki).filter(|spki| !spki.is_empty()),
        });
    }
    Ok(pieces)
}
