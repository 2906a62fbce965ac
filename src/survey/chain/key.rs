//! A private key's file to facts; nothing of the key itself stays.

use std::{io::ErrorKind, path::Path, sync::Arc};

use crate::{
    checks::key::{Key, KeyFacts},
    config::Endpoint,
    error::{Error, Result},
    files,
    survey::Subject,
    x509::{
        self, Certificate, Object,
        key::{self, Passphrase},
        read,
    },
};

/// What is known of a key's file, which must be there.
///
/// # Errors
/// Where it cannot be read, or holds no key or several.
pub(super) fn facts(
    file: &Path,
    passphrase: Option<&Passphrase>,
    certificate: Option<&Arc<Certificate>>,
) -> Result<KeyFacts> {
    Ok(KeyFacts {
        file: file.display().to_string(),
        key: read_key(file, passphrase)?,
        certificate: certificate.cloned(),
        fits_later: None,
        shared_with: Vec::new(),
        not_compared: Vec::new(),
        open: files::open_to_others(file),
    })
}

/// What is known of a key's file, whatever is the matter with it.
pub(super) fn facts_or_why_not(file: &Path, certificate: Option<&Arc<Certificate>>) -> KeyFacts {
    // Where a folder on the way may not be entered, nobody knows; reading says so.
    if matches!(file.try_exists(), Ok(false)) {
        return KeyFacts {
            file: file.display().to_string(),
            key: Key::Missing,
            certificate: certificate.cloned(),
            fits_later: None,
            shared_with: Vec::new(),
            not_compared: Vec::new(),
            open: None,
        };
    }
    facts(file, None, certificate).unwrap_or_else(|error| KeyFacts {
        file: file.display().to_string(),
        key: why_not(file, &error),
        certificate: certificate.cloned(),
        fits_later: None,
        shared_with: Vec::new(),
        not_compared: Vec::new(),
        open: files::open_to_others(file),
    })
}

/// Looks whether the key fits one of the certificates after the first.
pub(super) fn look_further(facts: &mut KeyFacts, later: &[Arc<Certificate>]) {
    let Key::Read(spki) = &facts.key else { return };
    let fitting = later
        .iter()
        .find(|certificate| certificate.spki_sha256 == *spki);
    facts.fits_later = fitting.map(|certificate| {
        let last_day = certificate.not_after.strftime("%F");
        format!("`{}`, to {last_day}", certificate.label())
    });
}

fn why_not(file: &Path, error: &Error) -> Key {
    let hint = error.next_action().unwrap_or("Copy the file again.");
    let (why, hint) = (error.to_string(), hint.to_owned());
    match std::fs::File::open(file) {
        Err(error) if error.kind() == ErrorKind::PermissionDenied => Key::Shut(why, hint),
        _ => Key::Unreadable(why, hint),
    }
}

/// Looks whether other environments of the install have the same key, by key or certificate.
pub(super) fn compare_with_others(facts: &mut KeyFacts, file: &Path, subject: &Subject<'_>) {
    // A key that cannot be read is known by its certificate.
    let mine = match (&facts.key, &facts.certificate) {
        (Key::Read(spki), _) => Some(spki.clone()),
        (_, Some(certificate)) => Some(certificate.spki_sha256.clone()),
        _ => None,
    };
    if mine.is_none() && facts.key == Key::Missing {
        return;
    }
    for (id, other) in &subject.install.environments {
        if *id == subject.environment.id {
            continue;
        }
        let same_file = other.key.as_deref().is_some_and(|key| same(key, file));
        let theirs = known_by(other);
        if same_file || (mine.is_some() && theirs.contains(&mine)) {
            facts.shared_with.push(id.clone());
        } else if theirs.contains(&None) || (mine.is_none() && !theirs.is_empty()) {
            facts.not_compared.push(id.clone());
        }
    }
}

/// Whether two paths are one file's.
pub(super) fn same(one: &Path, other: &Path) -> bool {
    one == other
        || match (one.canonicalize(), other.canonicalize()) {
            (Ok(one), Ok(other)) => one == other,
            _ => false,
        }
}

/// What an environment's key is known by: the key and the certificate, as far as there are any. A key
/// that is there, and cannot be read, is `None` unless its certificate stands for it.
fn known_by(endpoint: &Endpoint) -> Vec<Option<String>> {
    let certificate = endpoint
        .certificate
        .as_deref()
        .and_then(|file| x509::certificates(file).ok())
        .and_then(|certificates| Some(certificates.first()?.spki_sha256.clone()));
    let key = endpoint
        .key
        .as_deref()
        .map(|file| facts_or_why_not(file, None).key);
    let key = match key {
        Some(Key::Read(spki)) => vec![Some(spki)],
        None | Some(Key::Missing) => Vec::new(),
        Some(Key::Encrypted | Key::Shut(..) | Key::Unreadable(..)) if certificate.is_some() => {
            Vec::new()
        }
        Some(Key::Encrypted | Key::Shut(..) | Key::Unreadable(..)) => vec![None],
    };
    key.into_iter().chain(certificate.map(Some)).collect()
}

fn read_key(file: &Path, passphrase: Option<&Passphrase>) -> Result<Key> {
    let shown = file.display().to_string();
    let bytes = files::read_secret(file)?;
    let private = key::read_private(&bytes, passphrase, &shown);
    match private {
        Ok(private) => key::spki_sha256(&private).map(Key::Read),
        Err(error) => {
            if passphrase.is_none() && is_encrypted(&bytes, file) {
                return Ok(Key::Encrypted);
            }
            Err(error)
        }
    }
}

/// Whether a file holds one private key, and that one needs a passphrase.
fn is_encrypted(bytes: &[u8], file: &Path) -> bool {
    if x509::is_locked_store(bytes) {
        return true;
    }
    let objects: std::result::Result<Vec<Object>, Error> = read::parse(bytes, file, None);
    let keys: Vec<bool> = objects
        .into_iter()
        .flatten()
        .filter_map(|object| match object {
            Object::PrivateKey { encrypted, .. } => Some(encrypted),
            _ => None,
        })
        .collect();
    keys == [true]
}
