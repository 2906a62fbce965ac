//! Lists at hand, and who may have signed them: what is looked up in all of them, whichever of them is damaged.

use std::{path::PathBuf, sync::Arc};

use jiff::{SignedDuration, Timestamp};

use super::{Answerable, Watched, answerable};
use crate::{
    crl::{
        cache::{Cache, Origin},
        kept,
        lookup::{self, Looked, Terms, Wanted},
    },
    error::{Error, Result},
    survey::Subject,
    x509::Certificate,
};

/// Lists, and who may have signed them.
#[derive(Debug)]
pub struct Library {
    lists: Vec<PathBuf>,
    /// Where they are kept, if they are.
    cache: Option<Cache>,
    /// The CAs, and how long lists of each are taken past their end.
    watched: Watched,
    /// How often they are fetched, where the install says.
    pub every: Option<SignedDuration>,
}

/// What the lists of a library are, and say.
#[derive(Debug, Default)]
pub struct Shelf {
    /// Those that were read.
    pub looked: Vec<Looked>,
    /// Where each of these came from, as far as its cache knows.
    pub origins: Vec<Option<Origin>>,
    /// Those that are kept and cannot be read.
    pub unreadable: Vec<Unreadable>,
    /// Which of what was looked up a responder tells of, and what it said.
    pub answers: Vec<Answerable>,
}

/// A list that is kept and cannot be read.
#[derive(Debug)]
pub struct Unreadable {
    /// Its file.
    pub file: PathBuf,
    /// Why, as a sentence without its stop.
    pub why: String,
}

impl Library {
    /// Files that somebody named.
    pub fn of_files(lists: Vec<PathBuf>, issuers: Vec<Arc<Certificate>>) -> Self {
        Self {
            lists,
            cache: None,
            watched: Watched::of_files(&[], issuers, None),
            every: None,
        }
    }

    /// The lists of a cache.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn of_cache(cache: Cache, issuers: Vec<Arc<Certificate>>) -> Result<Self> {
        Self::kept(cache, Watched::of_files(&[], issuers, None), None)
    }

    /// The lists that an install keeps, taken past their end as its `ptl.toml` says; its CAs come after these.
    ///
    /// # Errors
    /// As [`Library::of_cache`].
    pub fn of_install(subject: &Subject<'_>, issuers: Vec<Arc<Certificate>>) -> Result<Self> {
        let revocation = &subject.install.revocation;
        let mut watched = Watched::of_install(subject);
        watched.issuers.splice(0..0, issuers);
        let folder = revocation.folder_of(&subject.environment.id);
        Self::kept(Cache::of(folder), watched, revocation.every)
    }

    fn kept(cache: Cache, watched: Watched, every: Option<SignedDuration>) -> Result<Self> {
        Ok(Self {
            lists: cache.lists()?,
            cache: Some(cache),
            watched,
            every,
        })
    }

    /// Looks these up in each list; CAs among them may have signed it.
    ///
    /// # Errors
    /// Where a file that somebody named cannot be read, or nothing is kept.
    pub fn look_up(mut self, wanted: &[Wanted], at: Timestamp) -> Result<Shelf> {
        self.refuse_empty(wanted)?;
        // A chain in one file brings its own issuers.
        let authorities = wanted.iter().filter_map(Wanted::authority);
        self.watched.issuers.extend(authorities.cloned());
        let mut shelf = Shelf::default();
        let grace = |issuer: &Certificate| self.watched.grace(issuer);
        let terms = Terms {
            issuers: &self.watched.issuers,
            at,
            grace: &grace,
        };
        for file in &self.lists {
            let looked = match self.cache {
                Some(_) => kept::look_up(file.clone(), wanted, &terms),
                None => lookup::look_up(file.clone(), wanted, terms.issuers, at),
            };
            match (looked, &self.cache) {
                (Ok(looked), _) => {
                    shelf.origins.push(self.origin(&looked));
                    shelf.looked.push(looked);
                }
                // A job keeps many: of one that is damaged nothing is known, of the others as much as before.
                (Err(error), Some(_)) => shelf.unreadable.push(Unreadable {
                    file: file.clone(),
                    why: error.to_string(),
                }),
                (Err(error), None) => return Err(error),
            }
        }
        let issuers = &self.watched.issuers;
        shelf.answers = answerable(wanted, issuers, self.cache.as_ref(), at);
        Ok(shelf)
    }

    /// Without a list there may still be what a responder answered of a certificate.
    fn refuse_empty(&self, wanted: &[Wanted]) -> Result<()> {
        let Some(cache) = self.cache.as_ref().filter(|_| self.lists.is_empty()) else {
            return Ok(());
        };
        if !wanted.is_empty() && !cache.answers()?.is_empty() {
            return Ok(());
        }
        Err(
            Error::input(format!("no list is kept in `{}`", cache.folder().display())).hint(
                "Fetch them: `ptl crl fetch`, or without an install `ptl crl fetch CERT --issuer CA --out DIR`; or name files of lists.",
            ),
        )
    }

    fn origin(&self, looked: &Looked) -> Option<Origin> {
        let name = looked.file.file_stem()?.to_str()?;
        self.cache.as_ref()?.origin(name)
    }
}
