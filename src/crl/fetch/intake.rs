//! What a list goes through on its way to the disk: it is broken off as soon as it can be no list, or has no end.

use std::{
    fmt,
    fs::File,
    io::{self, Write},
};

use crate::crl::window::Header;

/// What a list begins with as DER.
const SEQUENCE: u8 = 0x30;
/// What a list begins with as PEM.
const ARMOUR: &[u8] = b"-----BEGIN";
/// So many bytes say what it is.
const HEAD: usize = ARMOUR.len();
/// How much may follow a list without being a sign of anything: the end of a line.
const TRAIL: u64 = 2;

/// Why it was broken off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strange {
    /// It is a page of HTML.
    Page,
    /// It is neither DER nor PEM.
    NoList,
    /// It says at its beginning that it has so many bytes, more than any list.
    Huge(u64),
    /// More bytes came than it said at its beginning.
    LongerThanSaid(u64),
}

impl fmt::Display for Strange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Page => f.write_str("a page of HTML came in its place"),
            Self::NoList => f.write_str("what came is neither DER nor PEM"),
            Self::Huge(size) => write!(
                f,
                "what comes says that it has {size} bytes, more than any list"
            ),
            Self::LongerThanSaid(size) => write!(
                f,
                "what comes says that it has {size} bytes, and goes on without an end"
            ),
        }
    }
}

/// A file that a list is written to.
pub(super) struct Intake<'a> {
    file: &'a mut File,
    largest: u64,
    head: Vec<u8>,
    said: Option<u64>,
    taken: u64,
    progress: &'a (dyn Fn(u64) + Sync),
    strange: Option<Strange>,
}

impl<'a> Intake<'a> {
    /// Nothing has come yet. Progress is told in bytes.
    pub(super) fn new(
        file: &'a mut File,
        largest: u64,
        progress: &'a (dyn Fn(u64) + Sync),
    ) -> Self {
        Self {
            file,
            largest,
            head: Vec::new(),
            said: None,
            taken: 0,
            progress,
            strange: None,
        }
    }

    /// Why it was broken off, if it was.
    pub(super) fn strange(&self) -> Option<Strange> {
        self.strange
    }

    fn look(&mut self, bytes: &[u8]) -> Option<Strange> {
        if self.head.len() < HEAD {
            let more = bytes.len().min(HEAD - self.head.len());
            self.head.extend(&bytes[..more]);
            if let Err(strange) = self.look_at_the_head() {
                return Some(strange);
            }
        }
        let end = self.said.map(|said| said.saturating_add(TRAIL));
        match end {
            Some(end) if self.taken > end => self.said.map(Strange::LongerThanSaid),
            _ => None,
        }
    }

    fn look_at_the_head(&mut self) -> Result<(), Strange> {
        if self.head.len() < HEAD {
            return Ok(());
        }
        if self.head == ARMOUR {
            return Ok(());
        }
        let first = self.head.trim_ascii_start().first();
        let header = Header::of(&self.head).filter(|header| header.tag == SEQUENCE);
        match header {
            Some(header) if header.whole() as u64 > self.largest => {
                Err(Strange::Huge(header.whole() as u64))
            }
            Some(header) => {
                self.said = Some(header.whole() as u64);
                Ok(())
            }
            None if first == Some(&b'<') => Err(Strange::Page),
            None => Err(Strange::NoList),
        }
    }
}

impl Write for Intake<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.taken += bytes.len() as u64;
        if let Some(strange) = self.look(bytes) {
            self.strange = Some(strange);
            return Err(io::Error::other("what comes is no list"));
        }
        self.file.write_all(bytes)?;
        (self.progress)(self.taken);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    fn strange(pieces: &[&[u8]]) -> Option<Strange> {
        let mut file = tempfile::tempfile().unwrap();
        let mut intake = Intake::new(&mut file, 1000, &|_| {});
        for piece in pieces {
            if intake.write_all(piece).is_err() {
                return intake.strange();
            }
        }
        None
    }

    #[test]
    fn what_can_be_no_list_is_broken_off_at_its_first_bytes() {
        assert_eq!(strange(&[b"<!DOCTYPE html><html>"]), Some(Strange::Page));
        assert_eq!(strange(&[b"\r\n  <", b"html>......"]), Some(Strange::Page));
        assert_eq!(
            strange(&[b"404 not", b" found here"]),
            Some(Strange::NoList)
        );
        assert_eq!(
            strange(&[b"\x1f\x8b\x08\0\0\0\0\0\0\0\0\0"]),
            Some(Strange::NoList)
        );
        assert_eq!(strange(&[b"-----BEGIN X509 CRL-----\n"]), None);
        assert_eq!(strange(&[b"\x30\x03", b"abc"]), None);
    }

    #[test]
    fn what_has_no_end_is_broken_off() {
        let huge = b"\x30\x84\xff\xff\xff\xffabcdefgh";
        assert_eq!(strange(&[huge]), Some(Strange::Huge(0xffff_ffff + 6)));
        let said = b"\x30\x0aabcdefghij";
        assert_eq!(strange(&[said, b"\r\n"]), None);
        assert_eq!(
            strange(&[said, b"\r\n", b"x"]),
            Some(Strange::LongerThanSaid(12))
        );
    }
}
