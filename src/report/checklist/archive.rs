//! The zip that is handed over: the report in its forms, the checklist, the evidence that is at hand, and a
//! manifest with the digest of each.
//!
//! The same install at the same `--at` gives the same bytes: the order is fixed, and every entry has that time.

use std::{
    fs::File,
    io::{self, Seek, SeekFrom, Write},
    path::Path,
};

use jiff::{Timestamp, tz::TimeZone};
use openssl::sha::sha256;
use serde::Serialize;
use zip::{CompressionMethod, DateTime, ZipWriter, write::SimpleFileOptions};

use super::handed_over;
use crate::{
    checklist::{
        held::{self, Held},
        state,
    },
    error::{Error, Result},
    files::{packed, private_key},
    report::{Explanation, document, explain::headline, human::columns, visible},
    template::{Form, handover::Handover},
    x509::hex,
};

/// How much a text shrinks more beyond this is not worth the time.
const LEVEL: i64 = 6;
/// A name in the archive is cut after this many characters.
const LONGEST_NAME: usize = 80;

/// What goes into the archive.
#[derive(Clone, Copy, Debug)]
pub struct Archive<'a> {
    /// Its path, for messages.
    pub target: &'a Path,
    /// The install's folder.
    pub install: &'a Path,
    /// The report.
    pub handover: &'a Handover<'a>,
    /// The text of `checklist.toml`, as the report was made of.
    pub checklist: &'a [u8],
    /// The evidence that is at hand.
    pub held: &'a [Held],
}

/// What is in an archive: the document of kind `checklist-bundle`.
#[derive(Clone, Debug, Serialize)]
pub struct Manifest {
    schema: u32,
    kind: &'static str,
    tool: &'static str,
    /// The time that everything was judged by.
    made: Timestamp,
    /// The digests of the newest events of the history.
    heads: Vec<String>,
    /// The files of the archive but this one, in order.
    files: Vec<Entry>,
    /// The files that were given as evidence and are not at hand.
    absent: Vec<Absent>,
}

/// A file of the archive.
#[derive(Clone, Debug, Serialize)]
struct Entry {
    /// Its name in the archive.
    name: String,
    /// Its length in bytes.
    size: u64,
    /// SHA-256 of its content, lower-case hex.
    sha256: String,
}

/// A file that was given as evidence and is not at hand.
#[derive(Clone, Debug, Serialize)]
struct Absent {
    /// The step that it was given for.
    step: String,
    /// Its name.
    file: String,
    /// SHA-256 of its content, lower-case hex.
    sha256: String,
}

impl Archive<'_> {
    /// Writes the archive into a new file.
    ///
    /// # Errors
    /// Where something in it is a secret or has changed meanwhile, or the file cannot be written.
    pub fn write(&self, file: &mut File) -> Result<Manifest> {
        let mut zip = Zip::into(file, self.target, self.handover.made);
        for (name, form) in [
            ("report.html", Some(Form::Html)),
            ("report.md", Some(Form::Md)),
            ("report.json", None),
        ] {
            zip.add(
                name.to_owned(),
                handed_over(self.handover, form)?.as_bytes(),
            )?;
        }
        if let Some(kind) = private_key::find(self.checklist) {
            return Err(Error::input(format!(
                "{} holds {kind}: a secret is never handed over",
                state::FILE
            ))
            .hint(
                "Take it out of the file, and think about a new key: who read the file has it.",
            ));
        }
        zip.add(state::FILE.to_owned(), self.checklist)?;
        for held in self.held {
            let content = held::content(self.install, held)?;
            can_be_looked_into(held, &content)?;
            zip.add(entry_name(held), &content)?;
        }
        let manifest = self.manifest(std::mem::take(&mut zip.entries));
        zip.add("manifest.json".to_owned(), document(&manifest)?.as_bytes())?;
        zip.finish()?;
        Ok(manifest)
    }

    fn manifest(&self, files: Vec<Entry>) -> Manifest {
        let given = self.handover.evidence.iter().filter(|given| !given.held);
        Manifest {
            schema: 1,
            kind: "checklist-bundle",
            tool: concat!("ptl ", env!("CARGO_PKG_VERSION")),
            made: self.handover.made,
            heads: self.handover.heads.to_vec(),
            files,
            absent: given
                .filter_map(|given| {
                    Some(Absent {
                        step: given.step.to_owned(),
                        file: given.file?.to_owned(),
                        sha256: given.sha256?.to_owned(),
                    })
                })
                .collect(),
        }
    }
}

/// A key may lie in what is packed in a way that nobody can look into.
fn can_be_looked_into(held: &Held, content: &[u8]) -> Result<()> {
    let packed::Content::Closed(why) = packed::look(content) else {
        return Ok(());
    };
    let shown = format!("{}/{}", held::FOLDER, held.name);
    Err(Error::input(format!(
        "`{shown}` cannot be searched for secrets, and so is never handed over: {why}"
    ))
    .hint("Move it out of that folder and run this again: the report names it as absent. To hand over what is in it, give that as evidence, unpacked."))
}

/// A file that takes nothing more once a write has failed, and does not say so again: what writes the zip would
/// try to end it when it is dropped, and print that failure by itself.
struct Careful<'a> {
    file: &'a mut File,
    failed: bool,
}

impl Careful<'_> {
    fn unless_failed<T>(
        &mut self,
        instead: T,
        act: impl FnOnce(&mut File) -> io::Result<T>,
    ) -> io::Result<T> {
        if self.failed {
            return Ok(instead);
        }
        let done = act(self.file);
        self.failed = done.is_err();
        done
    }
}

impl Write for Careful<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.unless_failed(bytes.len(), |file| file.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.unless_failed((), File::flush)
    }
}

impl Seek for Careful<'_> {
    fn seek(&mut self, place: SeekFrom) -> io::Result<u64> {
        self.unless_failed(0, |file| file.seek(place))
    }
}

struct Zip<'a> {
    writer: ZipWriter<Careful<'a>>,
    target: &'a Path,
    options: SimpleFileOptions,
    entries: Vec<Entry>,
}

impl<'a> Zip<'a> {
    fn into(file: &'a mut File, target: &'a Path, made: Timestamp) -> Self {
        let file = Careful {
            file,
            failed: false,
        };
        // A zip knows the years 1980 to 2107.
        let time = DateTime::try_from(made.to_zoned(TimeZone::UTC).datetime()).unwrap_or_default();
        Self {
            writer: ZipWriter::new(file),
            target,
            options: SimpleFileOptions::default()
                .compression_method(CompressionMethod::Deflated)
                .compression_level(Some(LEVEL))
                .last_modified_time(time)
                .unix_permissions(0o644),
            entries: Vec::new(),
        }
    }

    fn add(&mut self, name: String, content: &[u8]) -> Result<()> {
        self.writer
            .start_file(name.as_str(), self.options)
            .map_err(io::Error::from)
            .and_then(|()| self.writer.write_all(content))
            .map_err(|error| unwritten(self.target, error))?;
        self.entries.push(Entry {
            name,
            size: content.len() as u64,
            sha256: hex(&sha256(content)),
        });
        Ok(())
    }

    fn finish(self) -> Result<()> {
        let finished = self.writer.finish();
        finished
            .map(drop)
            .map_err(|error| unwritten(self.target, error.into()))
    }
}

fn unwritten(target: &Path, error: io::Error) -> Error {
    Error::input(format!("could not write `{}`", target.display()))
        .because(error)
        .hint("Check that its disk has room.")
}

/// The name of an evidence file in the archive: the beginning of its digest, so that no two are alike on any system,
/// and of its own name what no system takes for anything but a name.
fn entry_name(held: &Held) -> String {
    let plain = |character: char| match character {
        'a'..='z' | 'A'..='Z' | '0'..='9' | '.' | '_' | '-' => character,
        _ => '_',
    };
    let name: String = held.name.chars().map(plain).collect();
    let kept = name.len().saturating_sub(LONGEST_NAME);
    // The end of a long name says what it is.
    format!("{}/{}-{}", held::FOLDER, &held.sha256[..12], &name[kept..])
}

/// An archive that was written.
#[derive(Clone, Debug, Serialize)]
#[serde(transparent)]
pub struct Archived<'a> {
    /// What is in it.
    pub manifest: Manifest,
    /// Its path, as it was given.
    #[serde(skip)]
    pub path: &'a Path,
}

impl Explanation for Archived<'_> {
    fn text(&self, width: u16) -> String {
        let Manifest { files, absent, .. } = &self.manifest;
        let path = self.path.display().to_string();
        let folder = format!("{}/", held::FOLDER);
        let evidence = files.iter().filter(|entry| entry.name.starts_with(&folder));
        let answer = format!(
            "Wrote {}: the report, the checklist and {} of evidence.",
            visible(&path),
            counted(evidence.count())
        );
        let mut text = headline(&answer);
        text.push('\n');
        let rows = files.iter().map(|entry| {
            let size = format!("{} bytes", entry.size);
            vec![format!("  {}", visible(&entry.name)), size]
        });
        text += &columns(rows, &[usize::from(width).saturating_sub(24)], width);
        if !absent.is_empty() {
            let names: Vec<_> = absent.iter().map(|it| visible(&it.file)).collect();
            let line = format!(
                "Not in it, since the folder {folder} does not hold what was recorded: {}. Copy the files there as they were, and run this again.",
                names.join(", ")
            );
            text += &format!("\n{}", columns([vec![line]], &[], width));
        }
        text
    }
}

fn counted(files: usize) -> String {
    match files {
        1 => "1 file".to_owned(),
        more => format!("{more} files"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_in_the_archive_is_a_name_everywhere() {
        for (name, wanted) in [
            ("report.json", "report.json"),
            ("..\\..\\x", ".._.._x"),
            ("a b\u{202e}é|", "a_b___"),
            (
                &format!("{}.pdf", "x".repeat(200)),
                &format!("{}.pdf", "x".repeat(76)),
            ),
        ] {
            let held = Held {
                name: name.to_owned(),
                sha256: "0123456789abcdef".repeat(4),
                size: 1,
                report: None,
            };
            assert_eq!(entry_name(&held), format!("evidence/0123456789ab-{wanted}"));
        }
    }
}
