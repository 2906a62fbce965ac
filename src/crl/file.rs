//! A list in a file: DER of any size as a stream, PEM as far as it is small.

use std::{
    fs::File,
    io::{Cursor, Read},
    path::Path,
};

use openssl::hash::{Hasher, MessageDigest};
use zeroize::Zeroizing;

use super::{index::Identity, window::Header};
use crate::{
    error::{Error, Result, for_a_shell},
    files,
    x509::{Object, read},
};

/// The largest file that is read: a list of a million certificates has 42 MB.
pub(super) const LARGEST: u64 = 1024 * 1024 * 1024;

/// From which size on a list is read as a stream: OpenSSL takes sixteen times as much memory.
const LARGE: u64 = 1024 * 1024;

/// A list as bytes of DER, which can be read again.
#[derive(Debug)]
pub struct ListFile {
    /// What the file was known by before its first byte was read: another may have its name by now.
    pub(super) identity: Identity,
    content: Content,
}

#[derive(Debug)]
enum Content {
    /// DER on its disk.
    Der(File),
    /// What PEM held, or a bundle.
    Decoded(Vec<u8>),
}

impl ListFile {
    /// Opens a file that holds one list.
    ///
    /// # Errors
    /// Where it cannot be read, is larger than any of its kind, or holds no list, or several.
    pub fn open(path: &Path) -> Result<Self> {
        let (mut file, length) = files::open_regular(path)?;
        let identity = Identity::of(&file.metadata().map_err(|error| unreadable(path, error))?);
        let is_der = begins_as_list(&file);
        if length > LARGEST || (length > files::SMALL && !is_der) {
            return Err(too_large(path, is_der));
        }
        if length > LARGE && is_der {
            let content = Content::Der(file);
            return Ok(Self { identity, content });
        }
        // What is small is told apart by content, as every other file.
        std::io::Seek::rewind(&mut file).map_err(|error| unreadable(path, error))?;
        let bytes = Zeroizing::new(files::read_open(&file, length, path, files::SMALL)?);
        let mut lists = Vec::new();
        for object in read::parse(&bytes, path, None)? {
            if let Object::RevocationList(list) = object {
                lists.push(list.x509().to_der());
            }
        }
        match (lists.len(), lists.pop()) {
            (1, Some(Ok(der))) => Ok(Self {
                identity,
                content: Content::Decoded(der),
            }),
            (0, _) => Err(Error::input(format!("`{}` holds no revocation list", path.display()))
                .hint("Name the list; over HTTP an error page is often saved in its place: `head FILE`.")),
            _ => Err(Error::input(format!("`{}` holds several revocation lists", path.display()))
                .hint("Save each in a file of its own.")),
        }
    }

    /// The size of a file in bytes, where by its first ones it holds a list that is read as a stream.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn large(path: &Path) -> Result<Option<u64>> {
        let (file, length) = files::open_regular(path)?;
        Ok((length > LARGE && begins_as_list(&file)).then_some(length))
    }

    /// SHA-256 of the list of a file as DER; nothing where it cannot be read.
    pub fn digest(path: &Path) -> Option<Vec<u8>> {
        let mut list = Self::open(path).ok()?;
        let mut hasher = Hasher::new(MessageDigest::sha256()).ok()?;
        std::io::copy(&mut list.reader().ok()?, &mut hasher).ok()?;
        Some(hasher.finish().ok()?.to_vec())
    }

    /// The list from its first byte.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn reader(&mut self) -> std::io::Result<Box<dyn Read + '_>> {
        Ok(match &mut self.content {
            Content::Der(file) => {
                std::io::Seek::rewind(file)?;
                Box::new(file)
            }
            Content::Decoded(der) => Box::new(Cursor::new(der.as_slice())),
        })
    }

    /// The list, where it is not on its disk as DER that is read as a stream.
    pub(super) fn decoded(self) -> Option<Vec<u8>> {
        match self.content {
            Content::Der(_) => None,
            Content::Decoded(der) => Some(der),
        }
    }
}

/// Whether DER begins that may be a list: a sequence in a sequence, unlike stores and bundles.
fn begins_as_list(mut file: &File) -> bool {
    let mut first = [0; 8];
    if file.read_exact(&mut first).is_err() {
        return false;
    }
    let inside = Header::of(&first).filter(|header| header.tag == 0x30);
    inside.is_some_and(|header| first.get(header.header) == Some(&0x30))
}

fn unreadable(path: &Path, error: std::io::Error) -> Error {
    Error::input(format!("could not read `{}`", path.display()))
        .because(error)
        .hint("Check the file and its disk.")
}

fn too_large(path: &Path, is_der: bool) -> Error {
    let (shown, word) = (path.display(), for_a_shell(path));
    match is_der {
        true => Error::input(format!("`{shown}` is larger than any revocation list"))
            .hint("Check that this is the file you mean."),
        false => Error::input(format!("`{shown}` is too large to be read as text")).hint(format!(
            "Make DER of it: `openssl crl -in {word} -outform DER -out list.crl`."
        )),
    }
}
