//! Copies a list to where a server reads it, as DER or PEM, and proves on the way that it is still the one that was looked at.

use std::{
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use openssl::base64;

use super::{Problem, file::ListFile, lookup::Looked, scan};
use crate::error::{Error, Result};

/// How a list is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// As its bytes are.
    Der,
    /// Base64 between two lines that say what it is (RFC 7468, section 6).
    Pem,
}

const BEGIN: &[u8] = b"-----BEGIN X509 CRL-----\n";
const END: &[u8] = b"-----END X509 CRL-----\n";
/// The bytes of a line of PEM, which has 64 characters.
const LINE: usize = 48;
/// How much is encoded at a time.
const PIECE: usize = 512 * LINE;

impl Looked {
    /// Writes the list, piece by piece: memory stays under a megabyte for DER of any size.
    ///
    /// # Errors
    /// Where it cannot be read or written, or is no longer what it was when it was looked at.
    pub fn copy(&self, form: Form, sink: &mut dyn Write) -> Result<()> {
        let mut source = ListFile::open(&self.file)?;
        let reader = source
            .reader()
            .map_err(|error| self.changed(&error.to_string()))?;
        let mut copying = Copying {
            reader,
            sink: Sink::new(form, sink),
            failed: None,
        };
        let key = self.issuer.as_ref();
        let key = key.and_then(|issuer| issuer.x509().public_key().ok());
        let list = scan::scan(&mut copying, key.as_deref(), |_| {});
        if let Some(error) = copying.failed {
            return Err(unwritten(error));
        }
        let list = list.map_err(|problem: Problem| self.changed(&problem.to_string()))?;
        if list != self.list {
            return Err(self.changed("it is another list"));
        }
        copying.sink.finish().map_err(unwritten)
    }

    fn changed(&self, why: &str) -> Error {
        Error::input(format!(
            "`{}` changed while it was copied: {why}",
            self.file.display()
        ))
        .hint("Run the command again.")
    }
}

fn unwritten(error: io::Error) -> Error {
    Error::input("could not write a copy of a list")
        .because(error)
        .hint("Check that the disk of the new folder has room.")
}

/// A list that is written while it is read.
struct Copying<'a, R> {
    reader: R,
    sink: Sink<'a>,
    /// Why it cannot be written.
    failed: Option<io::Error>,
}

impl<R: Read> Read for Copying<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(buffer)?;
        if let Err(error) = self.sink.write(&buffer[..count]) {
            let kind = error.kind();
            self.failed = Some(error);
            return Err(kind.into());
        }
        Ok(count)
    }
}

/// What is written to, in one of the two forms.
struct Sink<'a> {
    form: Form,
    sink: &'a mut dyn Write,
    /// What is not yet encoded: less than a piece.
    rest: Vec<u8>,
    begun: bool,
}

impl<'a> Sink<'a> {
    fn new(form: Form, sink: &'a mut dyn Write) -> Self {
        Self {
            form,
            sink,
            rest: Vec::new(),
            begun: false,
        }
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.form == Form::Der {
            return self.sink.write_all(bytes);
        }
        self.rest.extend_from_slice(bytes);
        let whole = self.rest.len() / LINE * LINE;
        match whole >= PIECE {
            true => self.encode(whole),
            false => Ok(()),
        }
    }

    /// Encodes this many bytes, which are whole lines but for the very last one.
    fn encode(&mut self, count: usize) -> io::Result<()> {
        if !self.begun {
            self.sink.write_all(BEGIN)?;
            self.begun = true;
        }
        let mut text = Vec::with_capacity(count * 3 / 2);
        for line in self.rest[..count].chunks(LINE) {
            text.extend_from_slice(base64::encode_block(line).as_bytes());
            text.push(b'\n');
        }
        self.rest.drain(..count);
        self.sink.write_all(&text)
    }

    fn finish(mut self) -> io::Result<()> {
        if self.form == Form::Pem {
            self.encode(self.rest.len())?;
            self.sink.write_all(END)?;
        }
        self.sink.flush()
    }
}

/// The files that a path stands for: itself, or those of a folder that end in `.crl`, of which there must be some.
///
/// # Errors
/// Where a folder cannot be read, or holds none.
pub fn list_files(path: &Path) -> Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let files = files_of_folder(path)?;
    match files.is_empty() {
        false => Ok(files),
        true => Err(Error::input(format!(
            "no file in `{}` ends in .crl",
            path.display()
        ))
        .hint(
            "Name the folder in which the lists stand, or the files: those below it are not entered.",
        )),
    }
}

/// The files of a folder that end in `.crl`, by name.
///
/// # Errors
/// Where it cannot be read.
pub fn files_of_folder(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder).map_err(|error| {
        Error::input(format!("could not read the folder `{}`", folder.display()))
            .because(error)
            .hint("Run as a user who may enter it, or name the files.")
    })?;
    let is_list = |path: &PathBuf| {
        let ending = path.extension().and_then(|ending| ending.to_str());
        ending.is_some_and(|ending| ending.eq_ignore_ascii_case("crl"))
    };
    let paths = entries
        .filter_map(std::result::Result::ok)
        .map(|entry| entry.path());
    let mut files: Vec<_> = paths.filter(is_list).collect();
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    /// What a sink makes of bytes that come in pieces of this size.
    fn written(form: Form, bytes: &[u8], piece: usize) -> Vec<u8> {
        let mut made = Vec::new();
        let mut sink = Sink::new(form, &mut made);
        for part in bytes.chunks(piece) {
            sink.write(part).unwrap();
        }
        sink.finish().unwrap();
        made
    }

    #[test]
    fn pem_is_the_same_in_whatever_pieces_it_comes() {
        let bytes: Vec<u8> = (0..3 * PIECE + 7).map(|at| (at % 251) as u8).collect();
        for length in [1, LINE - 1, LINE, LINE + 1, PIECE, PIECE + 1, bytes.len()] {
            let bytes = &bytes[..length];
            let whole = written(Form::Pem, bytes, length);
            for piece in [1, 47, 48, 1000, 64 * 1024] {
                assert_eq!(written(Form::Pem, bytes, piece), whole, "{length} {piece}");
            }
            let text = String::from_utf8(whole).unwrap();
            let body = text
                .strip_prefix("-----BEGIN X509 CRL-----\n")
                .and_then(|rest| rest.strip_suffix("-----END X509 CRL-----\n"))
                .unwrap();
            assert!(body.lines().all(|line| line.len() <= 64) && body.ends_with('\n'));
            assert_eq!(
                base64::decode_block(&body.replace('\n', "")).unwrap(),
                bytes
            );
            assert_eq!(written(Form::Der, bytes, 100), bytes);
        }
    }
}
