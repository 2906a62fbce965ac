//! Fetches lists: each from the address that a certificate itself names, kept only where it says something of it.

mod by_hand;
mod intake;
mod keep;
mod outcome;
mod plan;
mod responder;

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use tokio::time::{Duration, sleep};
use url::Url;

use super::{
    Gap,
    cache::{Cache, Failed, Origin},
    index::Builder,
    kept,
    lookup::{self, Looked, Terms, Wanted},
    status::Status,
};
use crate::{
    error::{Error, Result},
    files::{self, Incoming},
    net::download::{Downloader, End, Version},
    x509::Certificate,
};
use intake::Intake;
use outcome::settle;

pub use intake::Strange;
pub use outcome::{Came, Fetched, Place};
pub use plan::{Refused, Rules, Wish, plan, revocable};
pub use responder::{Answered, Question, questions};

/// The largest list that is fetched: one of a million certificates has 42 MB.
const LARGEST: u64 = 512 * 1024 * 1024;
/// The most that is read of an answer: with a certificate or two it has 3 KB.
const LARGEST_ANSWER: u64 = 64 * 1024;
/// The longest that a server's wish to be asked later is waited for.
const LONGEST_WAIT: u64 = 60;

/// What lists are fetched by, and where they go.
pub struct Fetcher<'a> {
    /// Who asks; nothing: nobody is asked, and only what is had by hand is taken.
    pub downloader: Option<&'a Downloader>,
    /// Where they are kept.
    pub cache: &'a Cache,
    /// What they are judged by.
    pub terms: Terms<'a>,
    /// Lists that were had by hand.
    pub by_hand: &'a [PathBuf],
    /// How often an address that does not answer is asked again.
    pub retries: u32,
    /// Is told how many bytes of a list have come.
    pub progress: &'a (dyn Fn(u64) + Sync),
}

impl Fetcher<'_> {
    /// Has a list, and keeps it in place of an older one where it says something of every certificate that names it.
    ///
    /// # Errors
    /// Where the cache cannot be written to; what is kept is then as it was.
    pub async fn fetch(&self, wish: Wish) -> Result<Fetched> {
        let wanted: Vec<Wanted> = wanted(&wish);
        // A file that somebody named and that is not there is a mistake: nobody is asked then.
        let by_hand = self.fitting(&wanted)?;
        let mut tried: Vec<(Place, Came)> = Vec::new();
        let own = |url: &Url| Place::Own(url.clone());
        self.try_each(&wish.urls, own, &wish, &wanted, &mut tried)
            .await?;
        if let Some(by_hand) = by_hand.first() {
            self.hand_over(by_hand, &wish, &wanted, &mut tried)?;
        }
        // What another place has is no answer to what the certificates' own place said.
        let answered = |(place, came): &(Place, Came)| {
            matches!(place, Place::Own(_)) && !matches!(came, Came::NotHad(..))
        };
        if !tried.iter().any(answered) {
            let instead = |url: &Url| Place::Instead(url.clone());
            self.try_each(&wish.instead, instead, &wish, &wanted, &mut tried)
                .await?;
        }
        let (place, came, besides) = settle(tried, &wish, self.downloader.is_some());
        self.note_failure(&wish, &came)?;
        let at_hand = kept::look_up(self.cache.list(&wish.name), &wanted, &self.terms).ok();
        Ok(Fetched {
            wish,
            place,
            came,
            besides,
            by_hand: by_hand.into_iter().map(|it| it.file).collect(),
            at_hand,
        })
    }

    /// Tries these addresses one after the other, until there is a list that holds.
    async fn try_each(
        &self,
        urls: &[Url],
        place: impl Fn(&Url) -> Place,
        wish: &Wish,
        wanted: &[Wanted],
        tried: &mut Vec<(Place, Came)>,
    ) -> Result<()> {
        let Some(downloader) = self.downloader else {
            return Ok(());
        };
        for url in urls {
            if tried.iter().any(|(_, came)| came.is_well()) {
                break;
            }
            let came = self.try_address(downloader, url, wish, wanted).await?;
            tried.push((place(url), came));
        }
        Ok(())
    }

    /// Asks an address, again where it does not answer.
    async fn try_address(
        &self,
        downloader: &Downloader,
        url: &Url,
        wish: &Wish,
        wanted: &[Wanted],
    ) -> Result<Came> {
        let mut known = self.known(url, wish, wanted);
        let mut tries = 0;
        loop {
            let Some(came) = self.ask(downloader, url, wish, wanted, &known).await? else {
                // What was kept is gone since: to whom no version is named, the whole list comes.
                known = Version::default();
                continue;
            };
            let Came::NotHad(end, _) = &came else {
                return Ok(came);
            };
            let Some(wait) = patience(end, tries).filter(|_| tries < self.retries) else {
                return Ok(came);
            };
            sleep(wait).await;
            tries += 1;
        }
    }

    /// Asks an address once; nothing where the server has nothing newer, and what is kept does not do any more.
    async fn ask(
        &self,
        downloader: &Downloader,
        url: &Url,
        wish: &Wish,
        wanted: &[Wanted],
        known: &Version,
    ) -> Result<Option<Came>> {
        let target = self.cache.list(&wish.name);
        let mut incoming = Incoming::beside(&target)?;
        let path = incoming.path().to_owned();
        let mut intake = Intake::new(incoming.file(), LARGEST, self.progress);
        let download = downloader.get_into(url, known, &mut intake, LARGEST).await;
        if let Some(strange) = intake.strange() {
            return Ok(Some(Came::BrokenOff(strange)));
        }
        let origin = Origin {
            url: Some(url.to_string()),
            etag: download.version.etag,
            last_modified: download.version.last_modified,
            fetched: Some(Timestamp::now()),
            ..Origin::default()
        };
        match download.end {
            End::Content(_) => self.judge(incoming, wish, wanted, &origin).map(Some),
            End::NotModified => self.still_the_same(wish, wanted, known, origin),
            End::Unwritten(why) => Err(unwritten(&path, &why)),
            end => Ok(Some(Came::NotHad(end, download.proxy))),
        }
    }

    /// By what the server knows the list that is kept, if it came from there and still does.
    fn known(&self, url: &Url, wish: &Wish, wanted: &[Wanted]) -> Version {
        let origin = self.cache.origin(&wish.name);
        match origin.filter(|_| self.does(wish, wanted)) {
            Some(origin) if origin.url.as_deref() == Some(url.as_str()) => Version {
                etag: origin.etag,
                last_modified: origin.last_modified,
            },
            _ => Version::default(),
        }
    }

    /// Whether what is kept says something of each certificate: a damaged file, or another's under its name, does not.
    fn does(&self, wish: &Wish, wanted: &[Wanted]) -> bool {
        let kept = kept::look_up(self.cache.list(&wish.name), wanted, &self.terms);
        kept.is_ok_and(|looked| gap(&looked).is_none())
    }

    /// The server has nothing newer: what is kept must do.
    fn still_the_same(
        &self,
        wish: &Wish,
        wanted: &[Wanted],
        known: &Version,
        origin: Origin,
    ) -> Result<Option<Came>> {
        if !self.does(wish, wanted) {
            return Ok(None);
        }
        let _lock = self.cache.lock()?;
        let origin = Origin {
            etag: known.etag.clone(),
            last_modified: known.last_modified.clone(),
            ..origin
        };
        self.cache.note(&wish.name, &origin)?;
        Ok(Some(Came::Unchanged))
    }

    /// What came, proven, and in place of what is kept.
    fn judge(
        &self,
        incoming: Incoming,
        wish: &Wish,
        wanted: &[Wanted],
        origin: &Origin,
    ) -> Result<Came> {
        let read = lookup::read_whole(incoming.path().to_owned(), wanted, &self.terms, true);
        let (looked, index) = match read {
            Ok(whole) => (whole.looked, whole.index.unwrap_or_default()),
            Err(error) => return Ok(Came::Unreadable(plain(&error, incoming.path()))),
        };
        match gap(&looked) {
            Some(gap) => Ok(Came::Open(gap)),
            None => self.keep(incoming, looked, index, wish, origin),
        }
    }

    fn keep(
        &self,
        incoming: Incoming,
        looked: Looked,
        index: Builder,
        wish: &Wish,
        origin: &Origin,
    ) -> Result<Came> {
        let target = self.cache.list(&wish.name);
        let _lock = self.cache.lock()?;
        let came = match keep::against_the_old(&looked, &target, &self.terms) {
            Some(came) => came,
            None => {
                let mut incoming = keep::as_der(incoming, &target)?;
                // Of the file itself, which a rename leaves as it is: another run may soon put the next one here.
                let identity = keep::identity(&mut incoming);
                incoming.take_its_place()?;
                // The list is in its place: without an index the next look-up reads the list itself.
                let looked = Looked {
                    file: target,
                    ..looked
                };
                if let Some(identity) = identity {
                    let _ = kept::keep(index, &looked, identity);
                }
                Came::Kept
            }
        };
        if came.is_well() {
            self.cache.note(&wish.name, origin)?;
        }
        Ok(came)
    }

    /// Leaves word of what went wrong to whoever looks at the cache later.
    fn note_failure(&self, wish: &Wish, came: &Came) -> Result<()> {
        if came.is_well() || came.is_not_asked() {
            return Ok(());
        }
        let _lock = self.cache.lock()?;
        let origin = Origin {
            failed: Some(Failed {
                at: Timestamp::now(),
                why: came.to_string(),
            }),
            ..self.cache.origin(&wish.name).unwrap_or_default()
        };
        self.cache.note(&wish.name, &origin)
    }
}

/// Why the last fetch of the list of a certificate that this CA signed brought nothing, and when; nothing where it
/// brought one, or never was.
pub fn last_failure(
    certificate: &Certificate,
    signer: Option<&Certificate>,
    cache: &Cache,
) -> Option<String> {
    let failed = cache.origin(&plan::name(certificate, signer))?.failed?;
    Some(format!(
        "{} ({})",
        failed.why,
        failed.at.strftime("%F %H:%MZ")
    ))
}

/// The answer of a responder for a certificate that is kept, DER; nothing where there is none.
pub fn kept_answer(certificate: &Certificate, cache: &Cache) -> Option<Vec<u8>> {
    files::read(&cache.answer(&responder::name(certificate)), LARGEST_ANSWER).ok()
}

fn wanted(wish: &Wish) -> Vec<Wanted> {
    let certificates = wish.certificates.iter().cloned();
    certificates.map(Wanted::Certificate).collect()
}

/// Why a list says nothing of one of the certificates that it is to speak of.
fn gap(looked: &Looked) -> Option<Gap> {
    looked.said.iter().find_map(|said| match said {
        Status::Undetermined(gap) => Some(gap.clone()),
        _ => None,
    })
}

/// How long to wait before an address is asked again; nothing where that would change nothing.
fn patience(end: &End, tries: u32) -> Option<Duration> {
    let doubled = Duration::from_secs(1 << tries.min(5));
    match end {
        End::Late | End::Broken(_) => Some(doubled),
        End::Status(429 | 503, Some(seconds)) => {
            (*seconds <= LONGEST_WAIT).then(|| Duration::from_secs(*seconds))
        }
        End::Status(429 | 500.., _) => Some(doubled),
        _ => None,
    }
}

fn unwritten(path: &Path, why: &str) -> Error {
    let folder = files::folder_of(path).display();
    Error::input(format!("could not write a list into `{folder}`: {why}"))
        .hint("Make room on its disk, or choose another folder; the lists that are kept are as they were.")
}

/// An error without the hidden name of what came.
fn plain(error: &Error, path: &Path) -> String {
    error
        .to_string()
        .replace(&format!("`{}`", path.display()), "what came")
}
