//! Looks for secrets in what is packed: gzip, and the files of a zip (an office document is one), one level deep.
//!
//! Within limits, so that a file that unpacks to terabytes costs no more than one that is searched as it is.

use std::io::{Cursor, Read};

use flate2::bufread::MultiGzDecoder;
use zeroize::Zeroizing;
use zip::ZipArchive;

use super::private_key::Scan;

/// The most that is unpacked of one file, in bytes: what may be searched of a file that is not packed, four times.
const MOST: u64 = 256 * 1024 * 1024;
/// The most files of a zip.
const FILES: usize = 10_000;

/// What was found in a packed file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// It is not packed in a way that is known here, or nothing secret is in it.
    Clear,
    /// This secret, as `a private key`.
    Secret(&'static str),
    /// Not all of it could be looked into, for this reason.
    Closed(String),
}

/// Whether a file that begins so is looked into.
pub fn is_packed(begin: &[u8]) -> bool {
    // RFC 1952, 2.3.1; APPNOTE 4.3.7 and 4.3.16: a file's header, or the end of an empty zip.
    [&b"\x1f\x8b"[..], b"PK\x03\x04", b"PK\x05\x06"]
        .iter()
        .any(|mark| begin.starts_with(mark))
}

/// What a file holds that is a gzip or a zip; any other is [`Content::Clear`].
pub fn look(bytes: &[u8]) -> Content {
    within(bytes, MOST)
}

/// As [`look`], unpacking at most so many bytes.
fn within(bytes: &[u8], most: u64) -> Content {
    let mut room = most;
    if bytes.starts_with(&[0x1f, 0x8b]) {
        return scanned(MultiGzDecoder::new(bytes), &mut room)
            .unwrap_or_else(|why| Content::Closed(format!("its gzip is not whole: {why}")));
    }
    if !is_packed(bytes) {
        return Content::Clear;
    }
    zipped(bytes, &mut room)
        .unwrap_or_else(|why| Content::Closed(format!("its zip cannot be read: {why}")))
}

fn zipped(bytes: &[u8], room: &mut u64) -> std::io::Result<Content> {
    let mut archive = ZipArchive::new(Cursor::new(bytes))?;
    if archive.len() > FILES {
        return Ok(Content::Closed(format!("it holds more than {FILES} files")));
    }
    let mut closed = None;
    for place in 0..archive.len() {
        let found = match archive.by_index(place) {
            Ok(file) => scanned(file, room),
            Err(error) => Err(error.into()),
        };
        match found {
            Ok(Content::Clear) => {}
            Ok(Content::Closed(why)) => return Ok(Content::Closed(why)),
            Ok(secret) => return Ok(secret),
            // A key in another file of it is the worse news.
            Err(error) => closed = Some(format!("a file in it cannot be read: {error}")),
        }
    }
    Ok(closed.map_or(Content::Clear, Content::Closed))
}

fn scanned(mut file: impl Read, room: &mut u64) -> std::io::Result<Content> {
    let mut scan = Scan::default();
    let mut chunk = Zeroizing::new(vec![0; 64 * 1024]);
    loop {
        let length = file.read(&mut chunk)?;
        if length == 0 {
            return Ok(scan.finish().map_or(Content::Clear, Content::Secret));
        }
        *room = match room.checked_sub(length as u64) {
            Some(left) => left,
            None => {
                let why = format!("it unpacks to more than {} MiB", MOST / (1024 * 1024));
                return Ok(Content::Closed(why));
            }
        };
        scan.update(&chunk[..length]);
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use std::io::Write;

    use flate2::{Compression, write::GzEncoder};
    use zip::{ZipWriter, write::SimpleFileOptions};

    use super::*;

    fn gzip(content: &[u8]) -> Vec<u8> {
        let mut writer = GzEncoder::new(Vec::new(), Compression::fast());
        writer.write_all(content).unwrap();
        writer.finish().unwrap()
    }

    fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in files {
            writer
                .start_file(*name, SimpleFileOptions::default())
                .unwrap();
            writer.write_all(content).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    fn key() -> Vec<u8> {
        let key = openssl::pkey::PKey::generate_ed25519().unwrap();
        key.private_key_to_pem_pkcs8().unwrap()
    }

    #[test]
    fn a_key_is_found_in_gzip_and_in_any_file_of_a_zip() {
        let key = key();
        let packed = [
            gzip(&key),
            [gzip(b"first"), gzip(&key)].concat(),
            zip(&[("a.txt", b"x"), ("word/b.xml", &key)]),
        ];
        for bytes in packed {
            assert_eq!(look(&bytes), Content::Secret("a private key"));
        }
        for bytes in [gzip(b"x"), zip(&[("a.txt", b"x")]), zip(&[]), key] {
            assert_eq!(look(&bytes), Content::Clear);
        }
    }

    #[test]
    fn what_cannot_be_looked_into_whole_says_why() {
        let sound = gzip(&[7; 1000]);
        let mut damaged = zip(&[("a.txt", b"some content")]);
        damaged.truncate(30);
        let bomb = gzip(&vec![0; 1024 * 1024]);
        assert_eq!(look(&bomb), Content::Clear);
        for (bytes, wanted) in [
            (sound[..sound.len() - 9].to_vec(), "not whole"),
            ([sound, b"and more".to_vec()].concat(), "not whole"),
            (damaged, "cannot be read"),
            (bomb, "more than 256 MiB"),
        ] {
            let found = within(&bytes, 1024 * 1024 - 1);
            assert!(
                matches!(&found, Content::Closed(why) if why.contains(wanted)),
                "{found:?}, wanted {wanted}"
            );
        }
    }
}
