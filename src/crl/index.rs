//! An index beside a list: what was found out about it, and its serial numbers in order, so that a later look-up
//! reads a few pages of either.
//!
//! The file begins with [`MAGIC`]; then the length of a JSON document and the document, [`Known`]; then the
//! number of entries, their keys and their offsets in the list. All numbers are little-endian. An entry's key is
//! the end of its serial number, so several may share one: the list itself decides.

use std::{
    fs::{File, Metadata},
    io::{ErrorKind, Read, Seek, SeekFrom},
    path::Path,
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    Problem,
    entry::{Entry, Reason},
    scan::List,
    window::Header,
};

/// What an index begins with; another number, another form.
const MAGIC: &[u8; 8] = b"PTLCRL1\n";
/// The most that [`Known`] may take.
const LONGEST_KNOWN: u32 = 64 * 1024;
/// The most that an entry of an index may take of a list; one with a name in it has some hundred bytes.
const LONGEST_ENTRY: usize = 4 * 1024;

/// What was found out about a list when it was read whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// What the list says of itself.
    pub list: List,
    /// SHA-256 of the certificate whose key signed it, lower-case hex; nothing where none was found.
    pub signer: Option<String>,
    /// The file that it was, so that another one is not taken for it.
    pub file: Identity,
}

/// What a file is known by without reading it: git knows its files by the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    size: u64,
    /// Nanoseconds since 1970 at which its content was last changed.
    modified: i64,
    /// Its number on its disk; 0 where the system has none.
    inode: u64,
}

impl Identity {
    /// Of a file that is open.
    pub fn of(metadata: &Metadata) -> Self {
        let modified = metadata.modified().ok();
        let modified = modified.and_then(|time| Timestamp::try_from(time).ok());
        Self {
            size: metadata.len(),
            modified: modified.map_or(0, |time| {
                i64::try_from(time.as_nanosecond()).unwrap_or(i64::MAX)
            }),
            inode: inode(metadata),
        }
    }
}

#[cfg(unix)]
fn inode(metadata: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(metadata)
}

#[cfg(not(unix))]
fn inode(_: &Metadata) -> u64 {
    0
}

/// The entries of a list on their way into an index.
#[derive(Debug, Default)]
pub struct Builder(Vec<(u64, u32)>);

impl Builder {
    /// Takes an entry along; lists of more than 4 GiB are read by nobody.
    pub fn add(&mut self, entry: &Entry<'_>) {
        let offset = u32::try_from(entry.offset).unwrap_or(u32::MAX);
        self.0.push((key(entry.serial), offset));
    }

    /// The index as bytes.
    ///
    /// # Errors
    /// Where what is known cannot be written as JSON.
    pub fn finish(mut self, known: &Known) -> serde_json::Result<Vec<u8>> {
        self.0.sort_unstable();
        let known = serde_json::to_vec(known)?;
        let mut bytes = Vec::with_capacity(MAGIC.len() + 12 + known.len() + self.0.len() * 12);
        bytes.extend(MAGIC);
        bytes.extend(u32::try_from(known.len()).unwrap_or(u32::MAX).to_le_bytes());
        bytes.extend(known);
        bytes.extend((self.0.len() as u64).to_le_bytes());
        bytes.extend(self.0.iter().flat_map(|(key, _)| key.to_le_bytes()));
        bytes.extend(self.0.iter().flat_map(|(_, offset)| offset.to_le_bytes()));
        Ok(bytes)
    }
}

/// An index and its list, open for look-ups.
#[derive(Debug)]
pub struct Index {
    /// What was found out when the list was read whole.
    pub known: Known,
    index: File,
    list: File,
    count: u64,
    /// Where the keys begin in the index.
    keys: u64,
    loaded: Option<Loaded>,
}

/// Keys and offsets in memory: 12 bytes an entry.
#[derive(Debug)]
struct Loaded {
    keys: Vec<u64>,
    offsets: Vec<u32>,
}

/// An entry that was looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// Since when the certificate is revoked; nothing where the list's date cannot be read.
    pub since: Option<Timestamp>,
    /// Why, where the list says.
    pub reason: Option<Reason>,
}

impl Found {
    /// The graver of two entries for one certificate, of which a list should hold but one.
    pub fn graver(self, other: Self) -> Self {
        let weight = |it: Self| match it.reason {
            Some(reason) if reason.releases() => 0,
            Some(reason) if reason.is_hold() => 1,
            _ => 2,
        };
        match weight(other) > weight(self) {
            true => other,
            false => self,
        }
    }

    /// What an entry says.
    pub fn of(entry: &Entry<'_>) -> Self {
        Self {
            since: entry.revoked_at(),
            reason: entry.reason(),
        }
    }
}

impl Index {
    /// Opens an index of exactly this list; `None` where it is of another one, or of another form.
    ///
    /// # Errors
    /// Where a file is there and cannot be read.
    pub fn open(index: &Path, list: &Path) -> Result<Option<Self>, Problem> {
        let list = File::open(list).map_err(unreadable)?;
        let mut index = match File::open(index) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(unreadable(error)),
        };
        let Some(known) = known(&mut index)? else {
            return Ok(None);
        };
        let identity = Identity::of(&list.metadata().map_err(unreadable)?);
        let mut count = [0; 8];
        if known.file != identity || index.read_exact(&mut count).is_err() {
            return Ok(None);
        }
        let count = u64::from_le_bytes(count);
        let keys = index.stream_position().map_err(unreadable)?;
        let whole = index.metadata().map_err(unreadable)?.len();
        let wanted = count
            .checked_mul(12)
            .and_then(|size| size.checked_add(keys));
        if wanted != Some(whole) || count != known.list.entries {
            return Ok(None);
        }
        Ok(Some(Self {
            known,
            index,
            list,
            count,
            keys,
            loaded: None,
        }))
    }

    /// Takes all keys into memory, for thousands of look-ups.
    ///
    /// # Errors
    /// Where the index cannot be read.
    pub fn load(&mut self) -> Result<(), Problem> {
        let count = usize::try_from(self.count).map_err(|_| Problem::TooLarge(0))?;
        let mut bytes = vec![0; count * 8];
        read_at(&mut self.index, self.keys, &mut bytes)?;
        let (keys, _) = bytes.as_chunks::<8>();
        let keys = keys.iter().map(|key| u64::from_le_bytes(*key)).collect();
        bytes.truncate(count * 4);
        read_at(&mut self.index, self.keys + self.count * 8, &mut bytes)?;
        let (offsets, _) = bytes.as_chunks::<4>();
        let offsets = offsets.iter().map(|it| u32::from_le_bytes(*it)).collect();
        self.loaded = Some(Loaded { keys, offsets });
        Ok(())
    }

    /// The entry of a serial number, as its INTEGER's content; `None` where the list has none.
    ///
    /// # Errors
    /// Where either file cannot be read, or the list is not what the index says.
    pub fn look_up(&mut self, serial: &[u8]) -> Result<Option<Found>, Problem> {
        let wanted = key(serial);
        let (mut low, mut high) = (0, self.count);
        while low < high {
            let middle = low + (high - low) / 2;
            match self.key(middle)? < wanted {
                true => low = middle + 1,
                false => high = middle,
            }
        }
        let mut found: Option<Found> = None;
        while low < self.count && self.key(low)? == wanted {
            let offset = self.offset(low)?;
            let mut entry = [0; LONGEST_ENTRY];
            let entry = entry_at(&mut self.list, offset, &mut entry)?;
            if entry.serial == serial {
                let said = Found::of(&entry);
                found = Some(found.map_or(said, |known| known.graver(said)));
            }
            low += 1;
        }
        Ok(found)
    }

    fn key(&mut self, number: u64) -> Result<u64, Problem> {
        match (&self.loaded, usize::try_from(number)) {
            (Some(loaded), Ok(number)) => Ok(loaded.keys[number]),
            _ => {
                let mut bytes = [0; 8];
                read_at(&mut self.index, self.keys + number * 8, &mut bytes)?;
                Ok(u64::from_le_bytes(bytes))
            }
        }
    }

    fn offset(&mut self, number: u64) -> Result<u32, Problem> {
        match (&self.loaded, usize::try_from(number)) {
            (Some(loaded), Ok(number)) => Ok(loaded.offsets[number]),
            _ => {
                let mut bytes = [0; 4];
                let place = self.keys + self.count * 8 + number * 4;
                read_at(&mut self.index, place, &mut bytes)?;
                Ok(u32::from_le_bytes(bytes))
            }
        }
    }
}

/// The head of an index; `None` where it is of another form.
fn known(index: &mut File) -> Result<Option<Known>, Problem> {
    let mut start = [0; MAGIC.len() + 4];
    if index.read_exact(&mut start).is_err() {
        return Ok(None);
    }
    let (magic, length) = start.split_at(MAGIC.len());
    let length = length
        .iter()
        .rev()
        .fold(0, |sum, byte| (sum << 8) | u32::from(*byte));
    if magic != MAGIC || length > LONGEST_KNOWN {
        return Ok(None);
    }
    let mut json = Vec::new();
    let whole = index
        .take(u64::from(length))
        .read_to_end(&mut json)
        .map_err(unreadable)?;
    match whole == length as usize {
        true => Ok(serde_json::from_slice(&json).ok()),
        false => Ok(None),
    }
}

/// The entry that begins at this offset of the list.
fn entry_at<'a>(
    list: &mut File,
    offset: u32,
    buffer: &'a mut [u8; LONGEST_ENTRY],
) -> Result<Entry<'a>, Problem> {
    let strange = || Problem::Form("its index is of another list".to_owned());
    list.seek(SeekFrom::Start(u64::from(offset)))
        .map_err(unreadable)?;
    let mut filled = 0;
    while filled < buffer.len() {
        match list.read(&mut buffer[filled..]).map_err(unreadable)? {
            0 => break,
            count => filled += count,
        }
        // Most entries have 40 bytes: one read does.
        if Header::of(&buffer[..filled]).is_some_and(|header| header.whole() <= filled) {
            break;
        }
    }
    let header = Header::of(&buffer[..filled]).filter(|header| header.whole() <= filled);
    let whole = header.ok_or_else(strange)?.whole();
    Entry::of(&buffer[..whole], u64::from(offset)).ok_or_else(strange)
}

fn read_at(file: &mut File, place: u64, bytes: &mut [u8]) -> Result<(), Problem> {
    file.seek(SeekFrom::Start(place)).map_err(unreadable)?;
    file.read_exact(bytes).map_err(unreadable)
}

fn unreadable(error: std::io::Error) -> Problem {
    Problem::Unreadable(error.to_string())
}

/// The end of a serial number, which differs most.
fn key(serial: &[u8]) -> u64 {
    let end = &serial[serial.len().saturating_sub(8)..];
    end.iter()
        .fold(0, |sum, byte| (sum << 8) | u64::from(*byte))
}
