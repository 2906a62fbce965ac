//! A folder of lists that were fetched and proven: each with its index, and with where it came from.
//!
//! `NAME.crl` is a list as DER, `NAME.index` its index, `NAME.json` its [`Origin`], `NAME.ocsp` a responder's answer. A list
//! takes its name by a rename, so a reader sees the old one or the new one; an index of another list is noticed, and made anew.

use std::{
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    error::{Error, Result},
    files::{self, Claim, Incoming, NewFolders},
};

/// The lock of those who change the folder.
const LOCK: &str = ".lock";
/// The most that an origin takes.
const LARGEST_ORIGIN: u64 = 64 * 1024;
/// How long it is waited for another run, which holds the lock while it looks at one list.
const PATIENCE: Duration = Duration::from_secs(120);
/// The newest form of an origin.
const SCHEMA: u32 = 1;

/// The folder of lists.
#[derive(Clone, Debug)]
pub struct Cache {
    folder: PathBuf,
}

/// Where a list came from, and what became of the last try to fetch it anew.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Origin {
    /// Its address; nothing where it was had by hand.
    pub url: Option<String>,
    /// What the server calls this version of it, to be asked by (RFC 9110, 8.8.3).
    pub etag: Option<String>,
    /// When the server says that it was changed (RFC 9110, 8.8.2).
    pub last_modified: Option<String>,
    /// When it was fetched, or found to be the newest still; nothing where it never was.
    pub fetched: Option<Timestamp>,
    /// The last try, where that brought nothing.
    pub failed: Option<Failed>,
}

/// An origin as it stands in its file.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Document {
    schema: u32,
    url: Option<String>,
    etag: Option<String>,
    last_modified: Option<String>,
    fetched: Option<Timestamp>,
    failed: Option<Failed>,
}

/// What every document says first, of whatever form the rest is.
#[derive(Deserialize)]
struct Form {
    schema: u32,
}

impl From<Origin> for Document {
    fn from(origin: Origin) -> Self {
        Self {
            schema: SCHEMA,
            url: origin.url,
            etag: origin.etag,
            last_modified: origin.last_modified,
            fetched: origin.fetched,
            failed: origin.failed,
        }
    }
}

impl From<Document> for Origin {
    fn from(document: Document) -> Self {
        Self {
            url: document.url,
            etag: document.etag,
            last_modified: document.last_modified,
            fetched: document.fetched,
            failed: document.failed,
        }
    }
}

/// A try that brought nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Failed {
    /// When it was.
    pub at: Timestamp,
    /// Why, as a fragment.
    pub why: String,
}

impl Cache {
    /// The cache in a folder, which need not be there.
    pub fn of(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// Its folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The files of its lists, by name.
    ///
    /// # Errors
    /// Where the folder is there and cannot be read.
    pub fn lists(&self) -> Result<Vec<PathBuf>> {
        self.files("crl")
    }

    /// The files of its responders' answers, by name.
    ///
    /// # Errors
    /// Where the folder is there and cannot be read.
    pub fn answers(&self) -> Result<Vec<PathBuf>> {
        self.files("ocsp")
    }

    fn files(&self, ending: &str) -> Result<Vec<PathBuf>> {
        let unreadable = |error| {
            Error::input(format!("could not read `{}`", self.folder.display()))
                .because(error)
                .hint("Run as the user whose job fetches the lists.")
        };
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(unreadable(error)),
        };
        let mut files = Vec::new();
        for entry in entries {
            let path = entry.map_err(unreadable)?.path();
            if path.extension().is_some_and(|found| found == ending) {
                files.push(path);
            }
        }
        files.sort();
        Ok(files)
    }

    /// The file of a list.
    pub fn list(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.crl"))
    }

    /// The file of a responder's answer.
    pub fn answer(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.ocsp"))
    }

    /// Where a list came from; nothing where nobody knows.
    pub fn origin(&self, name: &str) -> Option<Origin> {
        let bytes = files::read(&self.origin_file(name), LARGEST_ORIGIN).ok()?;
        let document: Document = serde_json::from_slice(&bytes).ok()?;
        (document.schema == SCHEMA).then(|| document.into())
    }

    /// Whether a newer ptl wrote it, which knows more than this one could keep.
    fn is_of_a_newer_form(&self, name: &str) -> bool {
        let bytes = files::read(&self.origin_file(name), LARGEST_ORIGIN);
        let form = bytes.ok().and_then(|it| serde_json::from_slice(&it).ok());
        form.is_some_and(|form: Form| form.schema > SCHEMA)
    }

    /// Makes the folder where there is none, and takes away what a run that was killed left behind.
    ///
    /// # Errors
    /// Where it cannot be made.
    pub fn make(&self) -> Result<()> {
        NewFolders::make(&self.folder)?.keep();
        Incoming::sweep(&self.folder);
        Ok(())
    }

    /// The right to change what is kept, as no other run has it at the same time.
    ///
    /// # Errors
    /// Where the folder cannot be written to, or another run holds it for longer than it needs.
    pub fn lock(&self) -> Result<Claim> {
        let path = self.folder.join(LOCK);
        let end = Instant::now() + PATIENCE;
        loop {
            match Claim::take(&path)? {
                Some(claim) => return Ok(claim),
                None if Instant::now() < end => {}
                None => {
                    return Err(Error::input(format!(
                        "another run has been changing `{}` for two minutes",
                        self.folder.display()
                    ))
                    .hint("See what it is: `ps aux | grep ptl`; then try again."));
                }
            }
        }
    }

    /// Notes where a list came from; what a newer ptl noted stays as it is.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn note(&self, name: &str, origin: &Origin) -> Result<()> {
        if self.is_of_a_newer_form(name) {
            return Ok(());
        }
        let document = Document::from(origin.clone());
        let text = serde_json::to_string_pretty(&document)
            .map_err(|error| Error::internal("could not write JSON").because(error))?;
        files::put(&self.origin_file(name), format!("{text}\n").as_bytes())
    }

    fn origin_file(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.json"))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    #[test]
    fn what_was_noted_is_read_and_what_is_damaged_or_newer_is_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::of(folder.path().join("a/b"));
        assert_eq!(cache.lists().unwrap(), Vec::<PathBuf>::new());
        assert_eq!(cache.origin("one"), None);
        cache.make().unwrap();
        let origin = Origin {
            url: Some("http://crl.nhs.uk/a.crl".into()),
            etag: Some("\"1\"".into()),
            failed: Some(Failed {
                at: Timestamp::UNIX_EPOCH,
                why: "no".into(),
            }),
            ..Origin::default()
        };
        cache.note("one", &origin).unwrap();
        let read = cache.origin("one").unwrap();
        assert_eq!((read.url, read.failed), (origin.url, origin.failed));
        for damaged in ["", "{", "[]", "{\"schema\":2}"] {
            fs::write(cache.folder().join("one.json"), damaged).unwrap();
            assert_eq!(cache.origin("one"), None, "{damaged}");
        }
        // What is damaged is noted anew, and what is newer is left alone.
        let newer = "{\"schema\":2,\"more\":true}";
        for (there, stays) in [("{", false), (newer, true)] {
            fs::write(cache.folder().join("one.json"), there).unwrap();
            cache.note("one", &Origin::default()).unwrap();
            let now = fs::read_to_string(cache.folder().join("one.json")).unwrap();
            assert_eq!(now == there, stays, "{now}");
        }
        fs::write(cache.list("b"), "").unwrap();
        fs::write(cache.list("a"), "").unwrap();
        assert_eq!(cache.lists().unwrap(), [cache.list("a"), cache.list("b")]);
    }

    #[test]
    fn one_at_a_time_changes_it() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::of(folder.path().to_owned());
        let held = cache.lock().unwrap();
        let waits = std::thread::spawn({
            let cache = cache.clone();
            move || cache.lock().map(|_| Instant::now())
        });
        std::thread::sleep(Duration::from_millis(300));
        let let_go = Instant::now();
        drop(held);
        assert!(waits.join().unwrap().unwrap() >= let_go);
    }
}
