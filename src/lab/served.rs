//! The lab's lists as a client gets them: sound, or as the fault that is on has them.

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::SystemTime,
};

use http_body_util::{Either, Full};
use hyper::{
    Request, Response, StatusCode,
    body::Bytes,
    header::{CONTENT_TYPE, HOST, HeaderValue, LOCATION},
};
use jiff::Timestamp;
use tokio::sync::watch;

use super::{
    condition,
    downloads::{LIST, answer, text},
    drip::{Content, Drip},
    fault::Fault,
    flaw::tampered,
    folder::Lab,
    generation::Generation,
    unmade,
};
use crate::{error::Result, files};

/// The most that is served of a list: a million entries have 42 MB.
const LIMIT: u64 = 512 * 1024 * 1024;
/// What a list is under [`Fault::CrlHtmlPage`]: many a proxy says so with status 200.
const HTML: &[u8] = b"<!DOCTYPE html>\n<html>\n<head><title>Sign in</title></head>\n\
<body><p>Sign in to use this network.</p></body>\n</html>\n";

/// The lists of a lab, and which fault is on.
#[derive(Debug)]
pub(super) struct Served {
    lab: Lab,
    fault: watch::Receiver<Option<Fault>>,
    /// The fault of the last answer, and since when answers are of it.
    turned: Mutex<(Option<Fault>, SystemTime)>,
    /// Lists as they were read last, so that many clients share one copy.
    read: Mutex<HashMap<PathBuf, (SystemTime, Bytes)>>,
}

impl Served {
    pub(super) fn of(lab: &Lab, fault: watch::Receiver<Option<Fault>>) -> Self {
        Self {
            lab: lab.clone(),
            fault,
            turned: Mutex::new((None, SystemTime::now())),
            read: Mutex::default(),
        }
    }

    /// What comes for a list, by its generation and its path under the host of lists.
    ///
    /// # Errors
    /// Where the list cannot be read or signed.
    pub(super) fn answer<T>(
        &self,
        (id, path): (&str, &str),
        request: &Request<T>,
    ) -> Result<Response<Content>> {
        let generation = self.lab.generation(id)?;
        let is_root = path == generation.shape.root_list;
        let (fault, turned) = self.fault();
        let whole = match fault {
            Some(Fault::CrlNotFound) => missing(),
            Some(Fault::CrlArlMissing) if is_root => missing(),
            Some(Fault::CrlHtmlPage) => answer(StatusCode::OK, "text/html", HTML.into()),
            Some(Fault::CrlRedirect) if !self.is_elsewhere(request) => self.elsewhere(request)?,
            Some(Fault::CrlSlow) => return Ok(odd(Drip::slow(self.sound(path)?.0))),
            Some(Fault::CrlEndless) => return Ok(odd(Drip::Endless(self.sound(path)?.0))),
            _ => {
                let (list, changed) = self.list(fault, generation, path)?;
                condition::fresh(request.headers(), LIST, list, changed.max(turned))?
            }
        };
        Ok(whole.map(Either::Left))
    }

    /// The fault that is on, and since when answers are of it: what a client has from before is another list,
    /// whatever the date of the file.
    fn fault(&self) -> (Option<Fault>, SystemTime) {
        let now = *self.fault.borrow();
        let mut turned = self.turned.lock().unwrap_or_else(PoisonError::into_inner);
        if turned.0 != now {
            *turned = (now, SystemTime::now());
        }
        *turned
    }

    /// A list under a fault that leaves it one, and when its file changed.
    fn list(
        &self,
        fault: Option<Fault>,
        generation: &Generation,
        path: &str,
    ) -> Result<(Bytes, SystemTime)> {
        let shape = generation.shape;
        let sound = self.sound(path)?;
        let instead = match fault {
            Some(Fault::CrlWrongIssuer) => self.sound(&self.lab.of_another_ca(shape, path))?.0,
            Some(Fault::CrlWrongPartition) => self.sound(&shape.next_partition(path))?.0,
            Some(Fault::CrlBadSignature) => tampered(sound.0.to_vec()).into(),
            Some(fault) => match self.lab.flawed(fault, generation, path, Timestamp::now())? {
                Some(flawed) => flawed.into(),
                None => return Ok(sound),
            },
            None => return Ok(sound),
        };
        Ok((instead, sound.1))
    }

    /// The sound list of a path, read anew where it was signed anew, and when that was.
    fn sound(&self, path: &str) -> Result<(Bytes, SystemTime)> {
        self.file(&self.lab.list_file(path))
    }

    fn file(&self, file: &Path) -> Result<(Bytes, SystemTime)> {
        let about = fs::metadata(file).and_then(|about| about.modified());
        let changed = about.unwrap_or_else(|_| SystemTime::now());
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, bytes)) = read.get(file)
            && *at == changed
        {
            return Ok((bytes.clone(), changed));
        }
        let bytes = Bytes::from(files::read(file, LIMIT)?);
        read.insert(file.to_owned(), (changed, bytes.clone()));
        Ok((bytes, changed))
    }

    /// Whether the host that is asked is the one that [`Served::elsewhere`] names.
    fn is_elsewhere<T>(&self, request: &Request<T>) -> bool {
        let elsewhere = self.lab.places.downloads().to_string();
        let host = request.headers().get(HOST);
        host.is_some_and(|host| host == elsewhere.as_str())
    }

    /// Points to the same list on a host that is none of the profile's: who follows gets it, and should not have.
    fn elsewhere<T>(&self, request: &Request<T>) -> Result<Response<Full<Bytes>>> {
        let to = format!(
            "http://{}{}",
            self.lab.places.downloads(),
            request.uri().path()
        );
        let mut moved = text(StatusCode::FOUND, "The list is elsewhere.\n");
        let to = HeaderValue::try_from(to).map_err(unmade)?;
        moved.headers_mut().insert(LOCATION, to);
        Ok(moved)
    }
}

fn missing() -> Response<Full<Bytes>> {
    text(StatusCode::NOT_FOUND, "There is no such list.\n")
}

/// An answer whose body is no sound one.
fn odd(body: Drip) -> Response<Content> {
    let mut response = Response::new(Either::Right(body));
    let kind = HeaderValue::from_static(LIST);
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}
