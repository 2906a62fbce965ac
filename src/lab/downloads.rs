//! The lab's host of revocation lists and CA certificates, over plain HTTP.

use std::{
    collections::{BTreeMap, HashMap},
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::SystemTime,
};

use http_body_util::Full;
use hyper::{
    Method, Request, Response, StatusCode,
    body::{Bytes, Incoming},
    header::{ALLOW, CONTENT_TYPE},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::TcpListener,
    sync::Semaphore,
    task::{JoinSet, spawn_blocking},
    time::{Duration, timeout},
};

use super::{folder::Lab, responder::Responder, unmade};
use crate::{error::Result, files};

/// How many connections are open at a time.
const AT_A_TIME: usize = 64;
/// How long a client may take to read what it asked for.
const LONGEST: Duration = Duration::from_secs(120);
/// How long a client may take to ask.
const PATIENCE: Duration = Duration::from_secs(10);
/// The most that is served of a list: a million entries have 42 MB.
const LIMIT: u64 = 512 * 1024 * 1024;

/// What is served at a path.
#[derive(Debug)]
enum Thing {
    /// A list, read anew for each request: it may have been signed anew.
    List(PathBuf),
    /// A certificate, DER.
    Certificate(Bytes),
}

/// Everything that is served, by its path. Nothing else is: no path becomes a file's name.
#[derive(Debug)]
pub(super) struct Downloads {
    things: BTreeMap<String, Thing>,
    /// Lists as they were read last, so that many clients share one copy.
    read: Mutex<HashMap<PathBuf, (SystemTime, Bytes)>>,
}

impl Downloads {
    /// The lists and certificates of a lab.
    ///
    /// # Errors
    /// Where a certificate cannot be encoded.
    pub(super) fn of(lab: &Lab) -> Result<Self> {
        let mut things = BTreeMap::new();
        for generation in &lab.generations {
            let shape = generation.shape;
            for (which, authority) in generation.authorities() {
                let path = shape.certificate_path(which);
                let der = authority.certificate.to_der().map_err(unmade)?;
                things.insert(format!("/{path}"), Thing::Certificate(der.into()));
            }
            // The lists of a generation without partitions stand in a directory that nobody can ask.
            if shape.partitions == 0 {
                continue;
            }
            for path in shape.lists() {
                things.insert(format!("/{path}"), Thing::List(lab.list_file(&path)));
            }
        }
        Ok(Self {
            things,
            read: Mutex::default(),
        })
    }

    fn answer(&self, request: &Request<Incoming>) -> Response<Full<Bytes>> {
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            let mut refused = text(
                StatusCode::METHOD_NOT_ALLOWED,
                "Lists and certificates are read, not written.\n",
            );
            refused
                .headers_mut()
                .insert(ALLOW, hyper::header::HeaderValue::from_static("GET, HEAD"));
            return refused;
        }
        let (kind, content) = match self.things.get(request.uri().path()) {
            None => return text(StatusCode::NOT_FOUND, "The lab serves nothing there.\n"),
            Some(Thing::Certificate(der)) => ("application/pkix-cert", der.clone()),
            Some(Thing::List(file)) => match self.list(file) {
                Ok(der) => ("application/pkix-crl", der),
                Err(error) => {
                    let problem = format!("{error}\n");
                    return text(StatusCode::INTERNAL_SERVER_ERROR, &problem);
                }
            },
        };
        answer(StatusCode::OK, kind, content)
    }

    /// A list, read anew where it was signed anew.
    fn list(&self, file: &Path) -> Result<Bytes> {
        let changed = fs::metadata(file).and_then(|about| about.modified()).ok();
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, bytes)) = read.get(file)
            && Some(*at) == changed
        {
            return Ok(bytes.clone());
        }
        let bytes = Bytes::from(files::read(file, LIMIT)?);
        if let Some(at) = changed {
            read.insert(file.to_owned(), (at, bytes.clone()));
        }
        Ok(bytes)
    }
}

/// An answer of this kind.
pub(super) fn answer(
    status: StatusCode,
    kind: &'static str,
    content: Bytes,
) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(content));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, hyper::header::HeaderValue::from_static(kind));
    response
}

pub(super) fn text(status: StatusCode, text: &str) -> Response<Full<Bytes>> {
    answer(status, "text/plain; charset=utf-8", text.to_owned().into())
}

/// Serves a lab's downloads until it is dropped, and what its responder answers.
pub(super) async fn serve(listener: TcpListener, downloads: Downloads, responder: Responder) {
    let downloads = Arc::new(downloads);
    let responder = Arc::new(responder);
    let room = Arc::new(Semaphore::new(AT_A_TIME));
    let mut open = JoinSet::new();
    loop {
        while open.try_join_next().is_some() {}
        let Ok(place) = Arc::clone(&room).acquire_owned().await else {
            return;
        };
        let Ok((stream, _)) = listener.accept().await else {
            // Too many open files, as a rule: it passes.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let (downloads, responder) = (Arc::clone(&downloads), Arc::clone(&responder));
        open.spawn(async move {
            let service = service_fn(move |request: Request<Incoming>| {
                let (downloads, responder) = (Arc::clone(&downloads), Arc::clone(&responder));
                async move {
                    if Responder::is_at(request.uri().path()) {
                        return Ok(responder.answer(request).await);
                    }
                    // A large list takes a while to read, and the other servers share this thread.
                    spawn_blocking(move || downloads.answer(&request)).await
                }
            });
            let served = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(PATIENCE)
                .serve_connection(TokioIo::new(stream), service);
            // A client that breaks off, or does not read, is its own affair.
            let _ = timeout(LONGEST, served).await;
            drop(place);
        });
    }
}
