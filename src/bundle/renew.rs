//! Renews the lists of a bundle that is there: each file whole or not at all, and nothing else of it.

use std::{
    fs::File,
    io,
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use serde::Serialize;

use super::{
    Content, FileEntry, ListsEntry, MANIFEST, Manifest, Role, Server, anchors,
    contents::Digesting,
    lines,
    lists::{self, ListEntry},
    manifest::KIND,
};
use crate::{
    error::{Error, Result},
    files::{self, Folder, Guarded, Incoming},
    survey::{chain::Trusted, lists::Lists},
};

/// The newest form of a manifest.
const SCHEMA: u32 = 1;

/// A bundle whose lists are renewed; no other ptl renews them at the same time.
#[derive(Debug)]
pub struct Bundle {
    folder: PathBuf,
    manifest: Manifest,
    guarded: Guarded,
}

/// A bundle whose lists were renewed; for programs it is its manifest.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub struct Renewed {
    /// Where it is.
    #[serde(skip)]
    pub folder: PathBuf,
    /// What it is now.
    pub manifest: Manifest,
    /// Whether a file of it was changed, so that the server is to be reloaded.
    #[serde(skip)]
    pub changed: bool,
}

impl Bundle {
    /// Opens the bundle in a folder, which must be one for this server with lists.
    ///
    /// # Errors
    /// Where it is none, is another server's, or has no lists.
    pub fn open(folder: &Path, server: Server) -> Result<Self> {
        let shown = folder.display();
        let path = folder.join(MANIFEST);
        if !path.is_file() {
            return Err(Error::input(format!(
                "`{shown}` is no bundle of ptl's: there is no {MANIFEST} in it"
            ))
            .hint("Name the folder of the bundle by --out, or make one: without --lists-only."));
        }
        let guarded = Guarded::open(&path, files::SMALL)?;
        let unread = |why: String| {
            Error::input(format!(
                "`{}` is no manifest that this ptl reads: {why}",
                path.display()
            ))
            .hint("Make the bundle anew, without --lists-only and into a new folder.")
        };
        let manifest: Manifest =
            serde_json::from_slice(guarded.bytes()).map_err(|error| unread(error.to_string()))?;
        if (manifest.kind.as_ref(), manifest.schema) != (KIND, SCHEMA) {
            return Err(unread(format!(
                "it is of kind {}, schema {}",
                manifest.kind, manifest.schema
            )));
        }
        if manifest.server != server {
            let theirs = manifest.server;
            return Err(
                Error::input(format!("`{shown}` is a bundle for {}", theirs.title())).hint(
                    format!("Say --for {}, or name another folder.", theirs.word()),
                ),
            );
        }
        if manifest.lists.is_none() {
            return Err(Error::input(format!(
                "`{shown}` was made without lists, and {} is not told to read any",
                server.title()
            ))
            .hint("Make the bundle anew, with lists and into a new folder, and give the server its lines."));
        }
        Ok(Self {
            folder: folder.to_owned(),
            manifest,
            guarded,
        })
    }

    /// The CAs of the bundle among those at hand.
    ///
    /// # Errors
    /// Where one of the bundle is not at hand: its lists could not be proven.
    pub fn trust(&self, at_hand: &[Trusted]) -> Result<Vec<Trusted>> {
        let entries = self.manifest.trust.iter();
        let trust = entries.map(|entry| {
            let mut those = at_hand.iter();
            let found = those.find(|one| one.certificate.sha256 == entry.sha256);
            found.cloned().ok_or_else(|| {
                Error::input(format!(
                    "the bundle trusts `{}`, which is not among the CAs at hand",
                    entry.subject
                ))
                .hint("Name it by --trust or in ptl.toml; where the CAs have changed, make the bundle anew and into a new folder.")
            })
        });
        trust.collect()
    }

    /// Refuses lists by which the server would know less than it does.
    fn refuse_a_step_back(&self, new: &ListsEntry, at: Timestamp) -> Result<()> {
        let old = self.manifest.lists.iter().flat_map(|lists| &lists.each);
        for old in old {
            let holds = old.next_update.is_none_or(|end| end >= at);
            let renewed = new.each.iter().find(|new| new.is_of_the_same_scope(old));
            match renewed {
                Some(new) if new.edition().is_older_than(&old.edition()) => {
                    return Err(older(old, new));
                }
                None if holds => {
                    return Err(Error::unmet(format!(
                        "{} is in the bundle and not at hand: without it whom it covers would be refused; nothing was changed",
                        old.label()
                    ))
                    .hint("Fetch it: `ptl crl fetch`, or without an install `ptl crl fetch CERT --issuer CA --out DIR`; or name it: --crl FILE."));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Puts the lists in the place of those of the bundle: all are written before the first takes its place.
    ///
    /// # Errors
    /// Where the server would know less than it does, or a file cannot be written; each file is then the old one or the
    /// new one, and the next run goes on.
    pub fn renew(
        mut self,
        lists: &Lists,
        at: Timestamp,
        document: impl Fn(&Manifest) -> Result<String>,
    ) -> Result<Renewed> {
        let server = self.manifest.server;
        anchors::refuse_revoked(server, lists)?;
        let contents = lists::contents(server, &lists.taken);
        let old = self.manifest.lists.as_ref();
        let renew = old.map_or("", |lists| lists.renew.as_str());
        let entry = ListsEntry::of(server, lists, &contents, at, renew).ok_or_else(|| {
            Error::unmet("no list is at hand; nothing was changed")
                .hint("Fetch them: `ptl crl fetch`, or without an install `ptl crl fetch CERT --issuer CA --out DIR`.")
        })?;
        self.refuse_a_step_back(&entry, at)?;
        Incoming::sweep(&self.folder);
        let mut incoming = Vec::new();
        let mut written = Vec::new();
        for content in &contents {
            let (file, is_new) = self.draft(content, &mut written)?;
            incoming.extend(is_new.then_some(file));
        }
        let stale = self.stale(&written);
        // A kill may have come before the manifest was written, and before the server was reloaded.
        let changed = !(incoming.is_empty() && stale.is_empty() && self.knows(&written));
        if changed {
            incoming
                .into_iter()
                .try_for_each(Incoming::take_its_place)?;
            let folder = Folder::open(&self.folder)?;
            // Only once the others are there: OpenSSL reads them by number, from 0 on.
            stale.iter().try_for_each(|name| folder.withdraw(name))?;
            self.note(entry, written);
            self.guarded.replace(document(&self.manifest)?.as_bytes())?;
        }
        Ok(Renewed {
            folder: self.folder,
            manifest: self.manifest,
            changed,
        })
    }

    /// A file of lists on its way, and whether it differs from what is there.
    fn draft(
        &self,
        content: &Content<'_>,
        written: &mut Vec<FileEntry>,
    ) -> Result<(Incoming, bool)> {
        let target = self.folder.join(&content.name);
        let mut incoming = files::successor(&target)?;
        let digest = content.write(incoming.file())?;
        let is_new = digest_of(&target)?.as_ref() != Some(&digest);
        written.push(FileEntry::of(content, self.manifest.server, digest));
        Ok((incoming, is_new))
    }

    /// Whether the manifest says of these files what they are.
    fn knows(&self, written: &[FileEntry]) -> bool {
        let known = |new: &FileEntry| {
            let mut old = self.manifest.files.iter();
            old.any(|old| (&old.file, &old.sha256) == (&new.file, &new.sha256))
        };
        written.iter().all(known)
    }

    /// The files of lists that the bundle has and that are no longer written.
    fn stale(&self, written: &[FileEntry]) -> Vec<String> {
        let old = self.manifest.files.iter();
        let server = self.manifest.server;
        let is_list =
            |file: &&FileEntry| file.role == Role::Lists && lists::is_file_name(server, &file.file);
        let old = old.filter(is_list);
        let gone = old.filter(|old| !written.iter().any(|new| new.file == old.file));
        let there = gone.filter(|old| self.folder.join(&old.file).is_file());
        there.map(|old| old.file.clone()).collect()
    }

    /// Writes into the manifest what the lists are now.
    fn note(&mut self, lists: ListsEntry, written: Vec<FileEntry>) {
        let manifest = &mut self.manifest;
        manifest.lists = Some(lists);
        manifest.files.retain(|file| file.role != Role::Lists);
        manifest.files.extend(written);
        let files = manifest.files.iter();
        let named: Vec<_> = files.map(|one| (one.role, one.file.as_str())).collect();
        manifest.lines = lines::lines(
            manifest.server,
            Path::new(&manifest.folder),
            &named,
            manifest.key.encrypted,
            manifest.key.alias.as_deref().unwrap_or_default(),
        );
    }
}

fn older(old: &ListEntry, new: &ListEntry) -> Error {
    Error::unmet(format!(
        "{} at hand is {}, and that of the bundle is {}: an older one would let in who was revoked since; nothing was changed",
        old.label(),
        new.edition(),
        old.edition()
    ))
    .hint("Fetch it anew: `ptl crl fetch`, or without an install `ptl crl fetch CERT --issuer CA --out DIR`.")
}

/// The SHA-256 of a file; nothing where it is not there.
fn digest_of(path: &Path) -> Result<Option<String>> {
    if !path.is_file() {
        return Ok(None);
    }
    let (mut file, _): (File, u64) = files::open_regular(path)?;
    let mut nowhere = io::sink();
    let mut digesting = Digesting::new(&mut nowhere)?;
    io::copy(&mut file, &mut digesting).map_err(|error| {
        Error::input(format!("could not read `{}`", path.display()))
            .because(error)
            .hint("Check the file and its disk.")
    })?;
    digesting.finish().map(Some)
}
