//! What proves a step: a reference in words, or a file known by its digest. Never a secret.

mod report;

use std::{
    io::Read,
    path::{Component, Path},
};

use openssl::sha::Sha256;
use zeroize::Zeroizing;

use super::state::{File, Proof};
use crate::{
    error::{Error, Result},
    files::{self, private_key},
    x509::hex,
};

/// A longer text is a document, and belongs into a file.
const LONGEST: usize = 2000;

/// A larger file is not read: searching it for secrets would take longer than anybody waits.
const MOST: u64 = 64 * 1024 * 1024;

/// The proof that an `--evidence` names: the file of that name, else the text itself.
///
/// `text:` and `file:` before it say which is meant.
///
/// # Errors
/// Where it is a secret, a file that cannot be taken, or text that fits on no line.
pub fn proof(argument: &str) -> Result<Proof> {
    if let Some(words) = argument.strip_prefix("text:") {
        return text(words);
    }
    match file_of(argument) {
        Some(path) => file(path),
        None => text(argument),
    }
}

/// The file that an `--evidence` names; nothing where it is text.
pub fn file_of(argument: &str) -> Option<&Path> {
    if argument.starts_with("text:") {
        return None;
    }
    if let Some(name) = argument.strip_prefix("file:") {
        return Some(Path::new(name));
    }
    let path = Path::new(argument);
    // A key's text would be too long for a name: that it cannot be looked up is no mistake.
    (path.symlink_metadata().is_ok() || looks_like_a_file(argument)).then_some(path)
}

/// A mistyped file name must not be written down as if it were a reference.
fn looks_like_a_file(argument: &str) -> bool {
    const ENDINGS: &[&str] = &[
        "cer", "conf", "crl", "crt", "csr", "csv", "der", "docx", "htm", "html", "json", "key",
        "log", "md", "mp4", "p12", "p7b", "pdf", "pem", "pfx", "png", "toml", "txt", "xlsx", "xml",
        "zip",
    ];
    if argument.contains(char::is_whitespace) || argument.contains("://") {
        return false;
    }
    let path = Path::new(argument);
    let ending = path.extension().and_then(|ending| ending.to_str());
    path.is_absolute()
        || argument.starts_with("./")
        || argument.starts_with("../")
        || ending.is_some_and(|ending| ENDINGS.contains(&ending.to_ascii_lowercase().as_str()))
}

/// Words as they were given, without blanks around them.
///
/// # Errors
/// Where they are a secret, hold control characters, or are longer than 2000 characters.
pub fn text(words: &str) -> Result<Proof> {
    if let Some(kind) = private_key::find(words.as_bytes()) {
        return Err(is_secret("the text", kind));
    }
    line("--evidence", words).map(Proof::Text)
}

/// One line of text for the state file, without blanks around it; `what` names where it came from.
///
/// # Errors
/// Where it holds control characters, or is longer than 2000 characters.
pub fn line(what: &str, words: &str) -> Result<String> {
    let words = words.trim();
    if words.chars().any(char::is_control) {
        return Err(Error::input(format!(
            "{what} holds a line break or another control character"
        ))
        .hint("Give one line of plain text, or save it as a file and name that."));
    }
    if words.chars().count() > LONGEST {
        return Err(
            Error::input(format!("{what} is longer than {LONGEST} characters"))
                .hint("Save it as a file and name that."),
        );
    }
    Ok(words.to_owned())
}

fn file(path: &Path) -> Result<Proof> {
    let shown = path.display().to_string();
    let name = plain_name(path)?;
    if path.is_symlink() {
        return Err(Error::input(format!(
            "`{shown}` is a symlink, which may point elsewhere tomorrow"
        ))
        .hint("Name the file itself."));
    }
    let (file, length) = files::open_regular(path).map_err(|error| {
        if path.symlink_metadata().is_ok() {
            return error;
        }
        Error::input(format!("no file `{shown}`")).hint(format!(
            "Check the path; if it is no file but a reference, write `text:` before it: `text:{shown}`."
        ))
    })?;
    match length {
        0 => Err(
            Error::input(format!("`{shown}` is empty, and proves nothing"))
                .hint("Name a file with something in it."),
        ),
        1..=MOST => {
            let searched = searched(file, &shown)?;
            Ok(Proof::File(File {
                name,
                sha256: searched.sha256,
                size: searched.size,
                report: report::read(&searched.begins_with),
                copy: None,
            }))
        }
        _ => Err(too_large(&shown)),
    }
}

/// A file in which no secret was found.
struct Searched {
    sha256: String,
    size: u64,
    /// All of it, where it can be a report.
    begins_with: Vec<u8>,
}

fn searched(mut file: impl Read, shown: &str) -> Result<Searched> {
    let mut digest = Sha256::new();
    let mut scan = private_key::Scan::default();
    let mut size = 0_u64;
    let mut begins_with = Vec::new();
    let mut chunk = Zeroizing::new(vec![0; 64 * 1024]);
    loop {
        let length = file.read(&mut chunk).map_err(|error| {
            Error::input(format!("could not read `{shown}`"))
                .because(error)
                .hint("Check the file and its disk.")
        })?;
        if length == 0 {
            break;
        }
        digest.update(&chunk[..length]);
        scan.update(&chunk[..length]);
        size += length as u64;
        if size <= report::LONGEST {
            begins_with.extend_from_slice(&chunk[..length]);
        }
        // It may grow while it is read.
        if size > MOST {
            return Err(too_large(shown));
        }
    }
    match scan.finish() {
        Some(kind) => Err(is_secret(&format!("`{shown}`"), kind)),
        None => Ok(Searched {
            sha256: hex(&digest.finish()),
            size,
            begins_with,
        }),
    }
}

fn too_large(shown: &str) -> Error {
    Error::input(format!(
        "`{shown}` is larger than {} MiB, the most that is searched for secrets",
        MOST / (1024 * 1024)
    ))
    .hint("Keep it where people can reach it, and record that as a reference: `--evidence \"text:WHERE, sha256 ...\"`.")
}

/// The file's name, where the path leads to it without detours.
fn plain_name(path: &Path) -> Result<String> {
    let shown = path.display();
    if path
        .components()
        .any(|component| component == Component::ParentDir)
    {
        return Err(Error::input(format!("`{shown}` holds `..`"))
            .hint("Name the file from here downwards, or by its whole path."));
    }
    path.file_name()
        .and_then(|name| name.to_str())
        .filter(|name| !name.chars().any(char::is_control))
        .map(str::to_owned)
        .ok_or_else(|| {
            Error::input(format!("`{shown}` has no name that can be written down"))
                .hint("Copy it to a plain name.")
        })
}

fn is_secret(what: &str, kind: &str) -> Error {
    Error::input(format!(
        "{what} holds {kind}: a secret is never taken as evidence"
    ))
    .hint("Give what it proves instead: the request, the certificate, or a reference in words.")
}

/// Whether a text is the digest that this room writes: 64 digits of lower-case hex.
pub fn is_sha256(digest: &str) -> bool {
    digest.len() == 64
        && digest
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use std::fs;

    use super::*;

    fn refusal(argument: &str) -> String {
        proof(argument).unwrap_err().to_string()
    }

    #[test]
    fn words_are_taken_as_they_are() {
        assert_eq!(
            proof("  INC/0012 of 3/4 ").unwrap(),
            Proof::Text("INC/0012 of 3/4".to_owned())
        );
        assert_eq!(
            proof("text:a.pem").unwrap(),
            Proof::Text("a.pem".to_owned())
        );
        assert!(matches!(
            proof("https://example.nhs.uk/a.pdf").unwrap(),
            Proof::Text(_)
        ));
    }

    #[test]
    fn a_file_is_known_by_its_digest() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("abc");
        fs::write(&path, "abc").unwrap();
        assert_eq!(
            proof(path.to_str().unwrap()).unwrap(),
            Proof::File(File {
                name: "abc".to_owned(),
                // FIPS 180-2, appendix B.1.
                sha256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
                    .to_owned(),
                size: 3,
                report: None,
                copy: None,
            })
        );
    }

    #[test]
    fn a_mistyped_file_name_is_no_reference() {
        assert!(refusal("certs/leaf.pem").contains("no file"));
        assert!(refusal("./leaf").contains("no file"));
        assert!(refusal("file:leaf").contains("no file"));
    }

    #[test]
    fn a_private_key_is_refused_whatever_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let key = openssl::pkey::PKey::generate_ed25519().unwrap();
        let pem = key.private_key_to_pem_pkcs8().unwrap();
        for (name, bytes) in [
            ("notes.txt", pem.clone()),
            ("cert.cer", key.private_key_to_pkcs8().unwrap()),
        ] {
            let path = folder.path().join(name);
            fs::write(&path, bytes).unwrap();
            assert!(refusal(path.to_str().unwrap()).contains("never taken as evidence"));
        }
        assert!(refusal(str::from_utf8(&pem).unwrap()).contains("never taken as evidence"));
    }

    #[test]
    fn detours_folders_and_empty_files_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let real = folder.path().join("real");
        fs::write(&real, "x").unwrap();
        fs::write(folder.path().join("empty"), "").unwrap();
        let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(&real, folder.path().join("link")).unwrap();
            assert!(refusal(&at("link")).contains("symlink"));
        }
        assert!(refusal(&at("../x.txt")).contains("`..`"));
        assert!(refusal(&at("empty")).contains("empty"));
        assert!(refusal(&at("")).contains("folder"));
    }

    #[test]
    fn control_characters_and_novels_are_refused() {
        assert!(refusal("one\ntwo").contains("control character"));
        assert!(refusal("a\u{1b}[2J").contains("control character"));
        assert!(refusal(&"a ".repeat(1500)).contains("longer than"));
    }
}
