//! The lab's hosts of revocation lists, of CA certificates and of the old download page, over plain HTTP.

use std::{collections::BTreeMap, sync::Arc};

use http_body_util::{Either, Full};
use hyper::{
    Method, Request, Response, StatusCode,
    body::{Bytes, Incoming},
    header::{ALLOW, CONTENT_TYPE},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use jiff::Timestamp;
use tokio::{
    net::TcpListener,
    sync::{Semaphore, watch},
    task::{JoinSet, spawn_blocking},
    time::{Duration, timeout},
};

use super::{
    condition,
    drip::Content,
    fault::Fault,
    folder::Lab,
    page::{self, PAGE, Page},
    responder::Responder,
    served::Served,
    unmade,
};
use crate::error::Result;

/// How many connections are open at a time.
const AT_A_TIME: usize = 64;
/// How long a client may take to read what it asked for.
const LONGEST: Duration = Duration::from_secs(120);
/// How long a client may take to ask.
const PATIENCE: Duration = Duration::from_secs(10);
/// The content type of a list (RFC 5280, section 4.2.1.13).
pub(super) const LIST: &str = "application/pkix-crl";

/// What is served at a path.
#[derive(Debug)]
enum Thing {
    /// A list of the lab, by its generation and its path under the host of lists.
    List(&'static str, String),
    /// A certificate, DER.
    Certificate(Bytes),
    /// The old download page.
    Page,
    /// The list of a CA of another environment, by its path.
    OtherList(String),
}

/// Everything that is served, by its path. Nothing else is: no path becomes a file's name.
#[derive(Debug)]
pub(super) struct Downloads {
    things: BTreeMap<String, Thing>,
    lists: Served,
    page: Page,
}

impl Downloads {
    /// The lists and certificates of a lab, with the fault that is on.
    ///
    /// # Errors
    /// Where a certificate cannot be made or encoded.
    pub(super) fn of(
        lab: &Lab,
        fault: watch::Receiver<Option<Fault>>,
        at: Timestamp,
    ) -> Result<Self> {
        let page = Page::of(lab, at)?;
        let mut things = BTreeMap::from([(format!("/{PAGE}"), Thing::Page)]);
        for path in page.others() {
            things.insert(format!("/{path}"), Thing::OtherList(path.clone()));
        }
        for generation in &lab.generations {
            let shape = generation.shape;
            for (which, authority) in generation.authorities() {
                let path = shape.certificate_path(which);
                let der = authority.certificate.to_der().map_err(unmade)?;
                things.insert(format!("/{path}"), Thing::Certificate(der.into()));
            }
            for path in shape.lists() {
                // The lists of a generation without partitions stand in a directory that nobody can ask: only
                // the old page has them.
                let served = match (shape.partitions, path == shape.root_list) {
                    (0, true) => page::list_path(shape.root),
                    (0, false) => page::list_path(shape.sub),
                    _ => path.clone(),
                };
                things.insert(format!("/{served}"), Thing::List(shape.id, path));
            }
        }
        Ok(Self {
            things,
            lists: Served::of(lab, fault),
            page,
        })
    }

    fn answer(&self, request: &Request<Incoming>) -> Response<Content> {
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            let mut refused = text(
                StatusCode::METHOD_NOT_ALLOWED,
                "Lists and certificates are read, not written.\n",
            );
            refused
                .headers_mut()
                .insert(ALLOW, hyper::header::HeaderValue::from_static("GET, HEAD"));
            return refused.map(Either::Left);
        }
        self.read(request).unwrap_or_else(|error| {
            let problem = format!("{error}\n");
            text(StatusCode::INTERNAL_SERVER_ERROR, &problem).map(Either::Left)
        })
    }

    /// What is read at a path.
    fn read(&self, request: &Request<Incoming>) -> Result<Response<Content>> {
        let whole = match self.things.get(request.uri().path()) {
            None => text(StatusCode::NOT_FOUND, "The lab serves nothing there.\n"),
            Some(Thing::Certificate(der)) => {
                answer(StatusCode::OK, "application/pkix-cert", der.clone())
            }
            Some(Thing::Page) => {
                answer(StatusCode::OK, "text/html; charset=utf-8", self.page.html())
            }
            Some(Thing::OtherList(path)) => self.other_list(path, request)?,
            Some(Thing::List(id, path)) => return self.lists.answer((id, path), request),
        };
        Ok(whole.map(Either::Left))
    }

    fn other_list(&self, path: &str, request: &Request<Incoming>) -> Result<Response<Full<Bytes>>> {
        let (list, since) = self.page.other(path, Timestamp::now())?;
        condition::fresh(request.headers(), LIST, list, since.into())
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

/// An answer in words.
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
                        return Ok(responder.answer(request).await.map(Either::Left));
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
