//! A window that slides over DER as it is read, so that a list of any size takes little memory.

use std::io::{ErrorKind, Read};

use openssl::sign::Verifier;

use super::Problem;

/// How much is read at once.
const CHUNK: usize = 256 * 1024;
/// The largest object that must stand in the window whole: an entry, a name, the extensions of the list.
const LARGEST: usize = 128 * 1024;

/// A header of DER: what follows, and how long it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    /// The tag's octet; tags of several octets stand in no list.
    pub(super) tag: u8,
    /// How long the header itself is, 2 to 6.
    pub(super) header: usize,
    /// How long the content is.
    pub(super) content: usize,
}

impl Header {
    /// The whole object's length.
    pub(super) fn whole(self) -> usize {
        self.header + self.content
    }

    /// Reads a header; `None` where it is cut off, has a long tag, or its length is not DER's shortest form.
    pub(super) fn of(bytes: &[u8]) -> Option<Self> {
        let [tag, first, rest @ ..] = bytes else {
            return None;
        };
        let header = |header, content| Self {
            tag: *tag,
            header,
            content,
        };
        if *tag & 0x1f == 0x1f {
            return None;
        }
        match *first {
            short @ 0..=0x7f => Some(header(2, usize::from(short))),
            long @ 0x81..=0x84 => {
                let digits = rest.get(..usize::from(long & 0x7f))?;
                let content = digits
                    .iter()
                    .fold(0, |sum, byte| (sum << 8) | usize::from(*byte));
                let shortest = digits[0] != 0 && content >= 0x80;
                shortest.then(|| header(2 + digits.len(), content))
            }
            _ => None,
        }
    }
}

/// The content of the first object, which must be of this kind, and what follows it.
pub(super) fn object(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let header = Header::of(bytes).filter(|header| header.tag == tag)?;
    let (whole, rest) = bytes.split_at_checked(header.whole())?;
    Some((&whole[header.header..], rest))
}

/// The content of an object that fills these bytes.
pub(super) fn content(bytes: &[u8], tag: u8) -> Option<&[u8]> {
    match object(bytes, tag)? {
        (content, []) => Some(content),
        _ => None,
    }
}

/// The window. What leaves it is verified on the way, where that was asked for.
pub(super) struct Window<'v, R> {
    source: R,
    buffer: Vec<u8>,
    /// Where the next object begins in the buffer, and where what was read ends.
    start: usize,
    end: usize,
    /// How many bytes stood before the buffer's first.
    before: u64,
    /// From where in the buffer everything is kept.
    kept: Option<usize>,
    /// Up to where in the buffer the signed bytes were handed on.
    handed_on: usize,
    verifier: Option<Verifier<'v>>,
}

impl<'v, R: Read> Window<'v, R> {
    pub(super) fn new(source: R) -> Self {
        Self::with_room(source, CHUNK + LARGEST)
    }

    /// As [`Window::new`], with room for so many bytes: for who wants the beginning alone, of many lists.
    pub(super) fn with_room(source: R, room: usize) -> Self {
        Self {
            source,
            buffer: vec![0; room],
            start: 0,
            end: 0,
            before: 0,
            kept: None,
            handed_on: 0,
            verifier: None,
        }
    }

    /// Where the next object begins, counted from the first byte of all.
    pub(super) fn position(&self) -> u64 {
        self.before + self.start as u64
    }

    /// Keeps what comes from here until it is known how it is verified.
    pub(super) fn keep(&mut self) {
        self.kept = Some(self.start);
    }

    /// Hands on to a verifier what was kept, and what is consumed from now on.
    pub(super) fn verify(&mut self, verifier: Option<Verifier<'v>>) {
        self.handed_on = self.kept.take().unwrap_or(self.start);
        self.verifier = verifier;
    }

    /// Ends what is handed on here.
    ///
    /// # Errors
    /// Where OpenSSL fails.
    pub(super) fn verified(&mut self) -> Result<Option<Verifier<'v>>, Problem> {
        self.hand_on()?;
        Ok(self.verifier.take())
    }

    /// The header of the next object; `None` at the end of the file.
    ///
    /// # Errors
    /// Where it is cut off, no DER, or cannot be read.
    pub(super) fn peek(&mut self) -> Result<Option<Header>, Problem> {
        if self.end - self.start < 6 {
            self.fill(6)?;
        }
        match &self.buffer[self.start..self.end] {
            [] => Ok(None),
            bytes => Header::of(bytes)
                .map(Some)
                .ok_or(Problem::NoDer(self.position())),
        }
    }

    /// What is in the window up to this position, at least one object whole, and where it begins.
    ///
    /// # Errors
    /// Where the next object is cut off, larger than any of its kind, or cannot be read.
    pub(super) fn whole_objects(&mut self, until: u64) -> Result<(u64, &[u8]), Problem> {
        let header = self.peek()?.ok_or(Problem::CutOff)?;
        self.bring(header.whole())?;
        let offset = self.position();
        let left = usize::try_from(until - offset).unwrap_or(usize::MAX);
        let end = self.start.saturating_add(left).min(self.end);
        Ok((offset, &self.buffer[self.start..end]))
    }

    /// Passes over so many bytes of the window.
    pub(super) fn pass(&mut self, count: usize) {
        self.start += count;
    }

    /// Whether nothing follows.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub(super) fn is_at_end(&mut self) -> Result<bool, Problem> {
        if self.start == self.end {
            self.fill(1)?;
        }
        Ok(self.start == self.end)
    }

    /// Passes over a header, into the object.
    pub(super) fn enter(&mut self, header: Header) {
        self.pass(header.header);
    }

    /// The next object whole.
    ///
    /// # Errors
    /// Where it is cut off, larger than any of its kind, or cannot be read.
    pub(super) fn take(&mut self, header: Header) -> Result<&[u8], Problem> {
        let whole = header.whole();
        self.bring(whole)?;
        let object = self.start..self.start + whole;
        self.start += whole;
        Ok(&self.buffer[object])
    }

    /// Has so many bytes in the window.
    fn bring(&mut self, count: usize) -> Result<(), Problem> {
        if count > LARGEST {
            return Err(Problem::TooLarge(self.position()));
        }
        if self.end - self.start < count {
            self.fill(count)?;
        }
        match self.end - self.start < count {
            true => Err(Problem::CutOff),
            false => Ok(()),
        }
    }

    /// Reads until so many bytes follow in the window, or the file ends.
    fn fill(&mut self, wanted: usize) -> Result<(), Problem> {
        self.hand_on()?;
        let first = self.kept.unwrap_or(self.start);
        self.buffer.copy_within(first..self.end, 0);
        self.before += first as u64;
        self.start -= first;
        self.end -= first;
        self.handed_on = self.handed_on.saturating_sub(first);
        self.kept = self.kept.map(|_| 0);
        if self.start + wanted > self.buffer.len() {
            return Err(Problem::TooLarge(self.position()));
        }
        let wanted = self.start + wanted;
        while self.end < wanted {
            match self.source.read(&mut self.buffer[self.end..]) {
                Ok(0) => break,
                Ok(count) => self.end += count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(Problem::Unreadable(error.to_string())),
            }
        }
        Ok(())
    }

    fn hand_on(&mut self) -> Result<(), Problem> {
        if let Some(verifier) = &mut self.verifier {
            verifier
                .update(&self.buffer[self.handed_on..self.start])
                .map_err(|error| Problem::Engine(error.to_string()))?;
            self.handed_on = self.start;
        }
        Ok(())
    }
}
