//! Files: size-limited reads, exclusive creation, whole-or-nothing writing, locks.
//!
//! The only place that writes files. Nothing here ever replaces a file that it did not mean to, and
//! a private file is owner-only from its first byte.

mod claim;
mod draft;
mod folders;
mod guarded;
mod incoming;
pub mod mark;
mod new_folder;
mod output;
pub mod packed;
mod place;
#[cfg(not(unix))]
mod plain;
pub mod private_key;
mod secret;
mod shelf;
mod successor;
#[cfg(unix)]
mod unix;
mod workshop;

use std::{
    fs::{self, File, OpenOptions},
    io::Read,
    path::Path,
};

pub use claim::Claim;
pub use draft::{CAN_KEEP_PRIVATE, Draft, Folder, create};
pub use folders::NewFolders;
pub use guarded::Guarded;
pub use incoming::Incoming;
pub use new_folder::NewFolder;
pub use output::Output;
pub use place::Place;
pub use secret::{first_line, first_line_of_descriptor, open_to_others, read_secret};
pub use shelf::Shelf;
pub use successor::successor;
pub use workshop::Workshop;

use crate::error::{Error, Result};

/// The most that is read of a certificate, key, request or config file.
pub const SMALL: u64 = 16 * 1024 * 1024;

/// Who may read a new file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// The owner alone, from the first byte.
    Private,
    /// Whoever the process's umask allows.
    Shared,
}

/// The whole content of a regular file of at most `limit` bytes.
///
/// # Errors
/// Where the file is not there, is no regular file, cannot be read, or is larger.
pub fn read(path: &Path, limit: u64) -> Result<Vec<u8>> {
    let (file, length) = open_regular(path)?;
    read_open(&file, length, path, limit)
}

/// As [`read`], of a file that [`open_regular`] opened: what is known of that one file holds of these bytes.
///
/// # Errors
/// Where it cannot be read, or is larger.
pub fn read_open(file: &File, length: u64, path: &Path, limit: u64) -> Result<Vec<u8>> {
    if length > limit {
        return Err(too_large(path, limit));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
    // The file may grow while it is read: one byte more than the limit tells.
    file.take(limit + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| unreadable(path, error))?;
    if bytes.len() as u64 > limit {
        return Err(too_large(path, limit));
    }
    Ok(bytes)
}

/// A regular file, opened, and its length: for what is too large for [`read`].
///
/// # Errors
/// Where the file is not there, is no regular file, or cannot be read.
pub fn open_regular(path: &Path) -> Result<(File, u64)> {
    let shown = path.display();
    let file = open_to_read(path).map_err(|error| unreadable(path, error))?;
    let metadata = file.metadata().map_err(|error| unreadable(path, error))?;
    if metadata.is_dir() {
        return Err(
            Error::input(format!("`{shown}` is a folder, not a file")).hint("Name a file in it.")
        );
    }
    // A named pipe may never end, and a device has no size.
    if !metadata.is_file() {
        return Err(Error::input(format!("`{shown}` is not a regular file"))
            .hint("Save what it gives into a file first."));
    }
    Ok((file, metadata.len()))
}

/// Opens without waiting for the other end of a named pipe.
#[cfg(unix)]
fn open_to_read(path: &Path) -> std::io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    OpenOptions::new()
        .read(true)
        .custom_flags(rustix::fs::OFlags::NONBLOCK.bits().cast_signed())
        .open(path)
}

#[cfg(not(unix))]
fn open_to_read(path: &Path) -> std::io::Result<File> {
    File::open(path)
}

/// The whole content of a UTF-8 text file of at most `limit` bytes, without a byte order mark.
///
/// # Errors
/// As [`read`], and where the file is not UTF-8.
pub fn read_text(path: &Path, limit: u64) -> Result<String> {
    text(path, read(path, limit)?)
}

/// Bytes that were read of a file as UTF-8 text, without a byte order mark.
///
/// # Errors
/// Where they are not UTF-8.
pub fn text(path: &Path, bytes: Vec<u8>) -> Result<String> {
    let text = String::from_utf8(bytes).map_err(|error| {
        let sound = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let place = Place::of(&String::from_utf8_lossy(sound), sound.len());
        Error::input(format!("`{}` is not UTF-8 text at {place}", path.display()))
            .hint("Save it as UTF-8; on Windows, Notepad's `Save as` has the choice.")
    })?;
    Ok(text
        .strip_prefix('\u{feff}')
        .map(str::to_owned)
        .unwrap_or(text))
}

fn unreadable(path: &Path, error: std::io::Error) -> Error {
    let message = format!("could not read `{}`", path.display());
    let hint = match error.kind() {
        std::io::ErrorKind::NotFound => "Check the path; `ls` in its folder shows what is there.",
        std::io::ErrorKind::PermissionDenied => {
            "Run as the user who owns it, or ask that user for it."
        }
        _ => "Check the file and its disk.",
    };
    Error::input(message).because(error).hint(hint)
}

fn too_large(path: &Path, limit: u64) -> Error {
    let limit = match limit / 1024 {
        kib @ 0..1024 => format!("{kib} KiB"),
        kib => format!("{} MiB", kib / 1024),
    };
    Error::input(format!(
        "`{}` is larger than {limit}, more than any file of its kind",
        path.display()
    ))
    .hint("Check that this is the file you mean.")
}

fn exists(target: &Path) -> Error {
    Error::input(format!(
        "`{}` is already there, and is never overwritten",
        target.display()
    ))
    .hint("Choose another folder or name, or move the old file away yourself.")
}

/// Fails where anything of this path is there, a dangling symlink included.
///
/// # Errors
/// Exit 2, nothing changed.
pub fn refuse_existing(target: &Path) -> Result<()> {
    match fs::symlink_metadata(target) {
        Ok(_) => Err(exists(target)),
        Err(_) => Ok(()),
    }
}

fn unwritable(target: &Path, error: std::io::Error) -> Error {
    Error::input(format!("could not write `{}`", target.display()))
        .because(error)
        .hint(
            "Check that the folder is there, that you may write to it, and that its disk has room.",
        )
}

/// The folder that holds a path.
pub fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> std::io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_folder: &Path) -> std::io::Result<()> {
    // Windows has no way to sync a folder; NTFS journals the entry.
    Ok(())
}

/// Writes a file that ptl makes anew at will, whole or not at all, in place of an older one.
///
/// It is no secret: whoever the umask allows may read it, as a CI server that collects a report.
///
/// # Errors
/// Where it cannot be written; what was there is then as it was.
pub fn put(target: &Path, content: &[u8]) -> Result<()> {
    let mut incoming = Incoming::beside(target)?;
    incoming.write(content)?;
    incoming.take_its_place()
}
