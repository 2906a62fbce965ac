//! Keys, requests and certificates of files and folders, to tell which belong together.

use std::{
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::{
    check::{self, Context, Finding},
    checks::matching::{Kind, LONE_KEY, MatchFacts, Piece, WANTS_A_KEY},
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
    let groups = grouped(&pieces);
    let all = Arc::new(pieces);
    let judged = groups.into_iter().flat_map(|together| {
        let pieces = together.iter();
        let subject: Vec<String> = pieces
            .map(|piece| format!("{} ({})", piece.file, piece.what()))
            .collect();
        let alone = together
            .iter()
            .all(|piece| matches!(piece.kind, Kind::Key | Kind::ShutKey));
        let table = match alone {
            true => LONE_KEY,
            false => WANTS_A_KEY,
        };
        let facts = MatchFacts {
            together,
            all: Arc::clone(&all),
        };
        check::run(table, &subject.join(" + "), &facts, context)
    });
    Ok(judged.collect())
}

/// What has one public key, in the order in which each came up; what could not be opened stands alone.
fn grouped(pieces: &[Piece]) -> Vec<Vec<Piece>> {
    let mut groups: Vec<Vec<Piece>> = Vec::new();
    for piece in pieces {
        let own = |group: &&mut Vec<Piece>| piece.spki.is_some() && group[0].spki == piece.spki;
        match groups.iter_mut().find(own) {
            Some(group) => group.push(piece.clone()),
            None => groups.push(vec![piece.clone()]),
        }
    }
    for group in &mut groups {
        group.sort_by_key(|piece| piece.kind);
    }
    groups
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
    if passphrase.is_none() && read::is_locked_store(&bytes) {
        return Ok(vec![shut(file)]);
    }
    let shown = file.display().to_string();
    let mut pieces = Vec::new();
    for object in read::parse(&bytes, file, passphrase)? {
        let Some((kind, label, spki)) = matched(object, passphrase, &shown)? else {
            continue;
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

/// What an object is to be matched as: kind, label and public key; nothing for what is not matched.
fn matched(
    object: Object,
    passphrase: Option<&Passphrase>,
    file: &str,
) -> Result<Option<(Kind, String, String)>> {
    Ok(match object {
        Object::Certificate(certificate) => {
            let kind = match certificate.is_ca() {
                true => Kind::Authority,
                false => Kind::Certificate,
            };
            Some((kind, certificate.label(), certificate.spki_sha256.clone()))
        }
        Object::Request(der) => Request::from_der(&der).ok().map(|request| {
            let label = request.values("CN").next().unwrap_or_default().to_owned();
            (Kind::Request, label, request.spki_sha256)
        }),
        Object::PrivateKey { bytes, .. } => {
            let private = key::read_private(&bytes, passphrase, file);
            match private {
                Ok(private) => Some((Kind::Key, String::new(), key::spki_sha256(&private)?)),
                Err(_) if key::needs_passphrase(&bytes) => {
                    Some((Kind::ShutKey, String::new(), String::new()))
                }
                Err(error) => return Err(error),
            }
        }
        Object::RevocationList(_) | Object::PublicKey(_) | Object::Other(_) => None,
    })
}
