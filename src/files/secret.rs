//! Reads secrets: into memory that is wiped, and lines from pipes with a deadline.

use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
    sync::mpsc,
    thread,
    time::Duration,
};

use zeroize::Zeroizing;

use super::{read, unreadable};
use crate::error::{Error, Result};

/// The most that is read of a private key's file.
const KEY_LIMIT: u64 = 1024 * 1024;
/// The most that is read in search of the end of a first line.
const LINE_LIMIT: usize = 4096;

/// The whole content of a private key's file of at most 1 MiB, wiped from memory when dropped.
///
/// # Errors
/// As [`read`].
pub fn read_secret(path: &Path) -> Result<Zeroizing<Vec<u8>>> {
    read(path, KEY_LIMIT).map(Zeroizing::new)
}

/// Whether others than the owner may read or write a file; `None` where the system cannot say.
#[cfg(unix)]
pub fn open_to_others(path: &Path) -> Option<bool> {
    use std::os::unix::fs::PermissionsExt;
    let metadata = std::fs::metadata(path).ok()?;
    metadata
        .is_file()
        .then(|| metadata.permissions().mode() & 0o077 != 0)
}

/// Whether others than the owner may read or write a file; `None` where the system cannot say.
#[cfg(not(unix))]
pub fn open_to_others(_path: &Path) -> Option<bool> {
    None
}

/// The first line of a file or pipe, without its end, waited for no longer than `wait`.
///
/// # Errors
/// Where it cannot be read, does not come in time, or has no end within 4096 bytes.
pub fn first_line(path: &Path, wait: Duration) -> Result<Zeroizing<Vec<u8>>> {
    let owned = path.to_owned();
    let line = within(wait, move || line_of(File::open(owned)?));
    settle(line, path, wait)
}

/// The first line of an open file descriptor of this process, as [`first_line`].
///
/// # Errors
/// As [`first_line`], and where no such descriptor is open.
pub fn first_line_of_descriptor(number: u32, wait: Duration) -> Result<Zeroizing<Vec<u8>>> {
    if number == 0 {
        let line = within(wait, || line_of(io::stdin().lock()));
        return settle(line, Path::new("stdin"), wait);
    }
    // Opened anew by its path: to take a bare number over would need `unsafe`.
    let path = if cfg!(target_os = "linux") {
        PathBuf::from(format!("/proc/self/fd/{number}"))
    } else {
        PathBuf::from(format!("/dev/fd/{number}"))
    };
    first_line(&path, wait).map_err(|error| {
        if path.exists() {
            error
        } else {
            Error::input(format!("file descriptor {number} is not open"))
                .hint("Open it in the shell: `ptl ... --passphrase-fd 3 3< FILE`.")
        }
    })
}

type Line = io::Result<Option<Zeroizing<Vec<u8>>>>;

/// A pipe may stay silent for ever, and a blocked read cannot be called back: the thread is left behind.
fn within(wait: Duration, read: impl FnOnce() -> Line + Send + 'static) -> Option<Line> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || sender.send(read()));
    receiver.recv_timeout(wait).ok()
}

fn settle(line: Option<Line>, path: &Path, wait: Duration) -> Result<Zeroizing<Vec<u8>>> {
    let shown = path.display();
    match line {
        None => Err(Error::input(format!(
            "no line came from `{shown}` in {} s",
            wait.as_secs()
        ))
        .hint("Write the line and its end into the pipe before ptl starts.")),
        Some(Err(error)) => Err(unreadable(path, error)),
        Some(Ok(None)) => Err(Error::input(format!(
            "the first line of `{shown}` does not end within {LINE_LIMIT} bytes"
        ))
        .hint("Put the secret alone on the first line.")),
        Some(Ok(Some(line))) => Ok(line),
    }
}

/// The bytes before the first line end, `\n` or `\r\n`; `None` where it is too long.
fn line_of(mut source: impl Read) -> Line {
    let mut buffer = Zeroizing::new([0_u8; LINE_LIMIT]);
    let mut filled = 0;
    let end = loop {
        if let Some(end) = buffer[..filled].iter().position(|byte| *byte == b'\n') {
            break end;
        }
        if filled == LINE_LIMIT {
            return Ok(None);
        }
        match source.read(&mut buffer[filled..]) {
            Ok(0) => break filled,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    };
    let line = &buffer[..end];
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    Ok(Some(Zeroizing::new(line.to_vec())))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    const WAIT: Duration = Duration::from_millis(200);

    #[test]
    fn only_the_first_line_counts_and_its_end_is_left_out() {
        for (text, line) in [
            (&b"open sesame \nsecond\n"[..], &b"open sesame "[..]),
            (b"windows\r\n", b"windows"),
            (b"no end", b"no end"),
            (b"\n", b""),
            (b"", b""),
        ] {
            assert_eq!(line_of(text).unwrap().unwrap().as_slice(), line);
        }
        assert!(line_of(&[b'x'; 5000][..]).unwrap().is_none());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_silent_pipe_is_given_up() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, rustix::fs::Mode::RWXU).unwrap();
        let error = first_line(&pipe, WAIT).unwrap_err();
        assert!(error.to_string().contains("no line came"));
        let error = read_secret(&pipe).unwrap_err();
        assert!(error.to_string().contains("not a regular file"));
    }

    #[test]
    fn a_descriptor_that_is_not_open_is_named() {
        let error = first_line_of_descriptor(987, WAIT).unwrap_err();
        assert!(error.to_string().contains("987 is not open"), "{error}");
    }
}
