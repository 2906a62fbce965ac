//! A private key's file to facts; nothing of the key itself stays.

use std::{path::Path, sync::Arc};

use crate::{
    checks::key::{Key, KeyFacts},
    error::{Error, Result},
    files,
    x509::{Certificate, Object, key, read},
};

/// What is known of a key's file, which must be there.
///
/// # Errors
/// Where it cannot be read, or holds no key or several.
pub(super) fn facts(file: &Path, certificate: Option<&Arc<Certificate>>) -> Result<KeyFacts> {
    Ok(KeyFacts {
        file: file.display().to_string(),
        key: read_key(file)?,
        certificate: certificate.cloned(),
        shared_with: Vec::new(),
        open: files::open_to_others(file),
    })
}

/// What is known of a key's file, whatever is the matter with it.
pub(super) fn facts_or_why_not(file: &Path, certificate: Option<&Arc<Certificate>>) -> KeyFacts {
    if !file.exists() {
        return KeyFacts {
            file: file.display().to_string(),
            key: Key::Missing,
            certificate: certificate.cloned(),
            shared_with: Vec::new(),
            open: None,
        };
    }
    facts(file, certificate).unwrap_or_else(|error| KeyFacts {
        file: file.display().to_string(),
        key: Key::Unreadable(
            error.to_string(),
            error
                .next_action()
                .unwrap_or("Copy the file again.")
                .to_owned(),
        ),
        certificate: certificate.cloned(),
        shared_with: Vec::new(),
        open: files::open_to_others(file),
    })
}

fn read_key(file: &Path) -> Result<Key> {
    let shown = file.display().to_string();
    let bytes = files::read_secret(file)?;
    let private = key::read_private(&bytes, None, &shown);
    match private {
        Ok(private) => key::spki_sha256(&private).map(Key::Read),
        Err(error) => {
            if is_encrypted(&bytes, file) {
                return Ok(Key::Encrypted);
            }
            Err(error)
        }
    }
}

/// Whether a file holds one private key, and that one needs a passphrase.
fn is_encrypted(bytes: &[u8], file: &Path) -> bool {
    let objects: std::result::Result<Vec<Object>, Error> = read::parse(bytes, file);
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
