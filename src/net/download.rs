//! A file over HTTP or HTTPS, small into memory or large to wherever it is told: by the proxy of the environment
//! variables, within a size and a deadline, and never from another host than the one that was asked.

mod again;
mod end;
mod names;

use std::{
    error::Error as _,
    io::{self, Write},
};

use hyper_util::client::proxy::matcher::Matcher;
use jiff::Timestamp;
use reqwest::{
    Client, RequestBuilder, Response, StatusCode,
    header::{
        CONTENT_TYPE, ETAG, HeaderName, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED, LOCATION,
        RETRY_AFTER,
    },
    redirect::Policy,
};
use tokio::time::{Duration, Instant, timeout_at};
use url::Url;

pub use end::End;
pub use names::Near;
use names::{Names, NearAddress, NoAddress};

use super::{
    dns::Server,
    http::innermost,
    pace::Pace,
    tcp::{self, Opening},
};

/// The most that is taken into memory: a CA's certificate has 2 KB, a bundle of them under 10.
pub const LARGEST: usize = 64 * 1024;
/// The most redirects that are followed, all on one host.
pub const MOST_REDIRECTS: usize = 3;
/// How long the whole of a large file may take at each try.
const LONGEST: Duration = Duration::from_secs(600);
/// How long a download waits for its turn at a host.
const TURN: Duration = Duration::from_secs(60);

/// What came of a download, and by which proxy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Download {
    /// What came.
    pub end: End,
    /// Host and port of the proxy, where the environment variables name one for this URL.
    pub proxy: Option<String>,
    /// By what the server knows the version that came.
    pub version: Version,
}

/// By what a server knows a version of a file (RFC 9110, 8.8).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Version {
    /// Its entity tag.
    pub etag: Option<String>,
    /// When it was changed.
    pub last_modified: Option<String>,
}

impl Version {
    /// Asks for what is there only where it is another version.
    fn unless(&self, mut request: RequestBuilder) -> RequestBuilder {
        if let Some(etag) = &self.etag {
            request = request.header(IF_NONE_MATCH, etag);
        }
        if let Some(changed) = &self.last_modified {
            request = request.header(IF_MODIFIED_SINCE, changed);
        }
        request
    }
}

/// One client for a run: nothing is remembered, and no redirect is followed but by [`Downloader::get`].
#[derive(Debug)]
pub struct Downloader {
    client: Client,
    proxies: Matcher,
    pace: Pace,
    timeout: Duration,
}

impl Downloader {
    /// A client. The servers are asked for names that this machine's own resolver does not know; `timeout` is for
    /// each request.
    ///
    /// # Errors
    /// What the library says, where it cannot be made.
    pub fn new(servers: Vec<Server>, timeout: Duration) -> Result<Self, String> {
        Self::with(Names {
            servers,
            timeout,
            near: None,
        })
    }

    /// As [`Downloader::new`], for addresses that somebody else chose: no name is followed to this machine or its own
    /// link but to these addresses.
    ///
    /// # Errors
    /// As [`Downloader::new`].
    pub fn of_strangers(
        servers: Vec<Server>,
        timeout: Duration,
        near: Near,
    ) -> Result<Self, String> {
        Self::with(Names {
            servers,
            timeout,
            near: Some(near),
        })
    }

    fn with(names: Names) -> Result<Self, String> {
        let timeout = names.timeout;
        let client = Client::builder()
            .redirect(Policy::none())
            .pool_max_idle_per_host(0)
            .user_agent(concat!("ptl/", env!("CARGO_PKG_VERSION")))
            .dns_resolver(names)
            .build()
            .map_err(|error| innermost(&error))?;
        Ok(Self {
            client,
            proxies: Matcher::from_env(),
            pace: Pace::default(),
            timeout,
        })
    }

    /// Asks for a small file, and follows redirects on its host.
    pub async fn get(&self, url: &Url) -> Download {
        let mut body = Vec::new();
        let mut limits = Limits {
            sink: &mut body,
            largest: LARGEST as u64,
            longest: self.timeout,
            known: &Version::default(),
            version: Version::default(),
        };
        let mut download = self.follow(url, &mut limits).await;
        if let End::Content(content) = &mut download.end {
            *content = body;
        }
        download
    }

    /// As [`Downloader::get`]; the file goes where it is told, and the content of [`End::Content`] stays empty. It comes
    /// only if it is another than the one that is known.
    pub async fn get_into(
        &self,
        url: &Url,
        known: &Version,
        sink: &mut (dyn Write + Send),
        largest: u64,
    ) -> Download {
        let mut limits = Limits {
            sink,
            largest,
            longest: LONGEST.max(self.timeout),
            known,
            version: Version::default(),
        };
        self.follow(url, &mut limits).await
    }

    /// Sends something small for a small answer. No redirect is followed, on whichever host: it comes back as
    /// [`End::Elsewhere`].
    pub async fn post(&self, url: &Url, content_type: &'static str, body: Vec<u8>) -> Download {
        let mut answer = Vec::new();
        let mut limits = Limits {
            sink: &mut answer,
            largest: LARGEST as u64,
            longest: self.timeout,
            known: &Version::default(),
            version: Version::default(),
        };
        let proxy = self.proxy(url);
        let request = self.client.post(url.clone()).body(body);
        let request = request.header(CONTENT_TYPE, content_type);
        let asked = self.ask(url, request, proxy.is_some(), &mut limits);
        let end = match asked.await {
            Ok(end) | Err(end) => end,
        };
        let version = limits.version;
        Download {
            end: match end {
                End::Content(_) => End::Content(answer),
                end => end,
            },
            proxy,
            version,
        }
    }

    async fn follow(&self, url: &Url, limits: &mut Limits<'_>) -> Download {
        let mut here = url.clone();
        let mut proxy = self.proxy(&here);
        for _ in 0..=MOST_REDIRECTS {
            proxy = self.proxy(&here);
            let request = limits.known.unless(self.client.get(here.clone()));
            let asked = self.ask(&here, request, proxy.is_some(), limits);
            let end = match asked.await {
                Ok(End::Elsewhere(to)) => match here.join(&to) {
                    Ok(next) if is_on_the_same_host(url, &next) => {
                        here = next;
                        continue;
                    }
                    Ok(next) => End::Elsewhere(next.into()),
                    Err(_) => End::Elsewhere(to),
                },
                Ok(end) | Err(end) => end,
            };
            return Download {
                end,
                proxy,
                version: std::mem::take(&mut limits.version),
            };
        }
        Download {
            end: End::InCircles,
            proxy,
            version: Version::default(),
        }
    }

    fn proxy(&self, url: &Url) -> Option<String> {
        let target = url.as_str().parse().ok()?;
        let intercept = self.proxies.intercept(&target)?;
        // The library keeps name and password apart.
        Some(intercept.uri().authority()?.to_string())
    }

    /// One request; a redirect comes back as [`End::Elsewhere`], as it stands in the answer.
    async fn ask(
        &self,
        url: &Url,
        request: RequestBuilder,
        by_proxy: bool,
        limits: &mut Limits<'_>,
    ) -> Result<End, End> {
        let host = url.host_str().unwrap_or_default();
        let port = url.port_or_known_default().unwrap_or_default();
        let place = format!("{host}:{port}");
        let _leave = self
            .pace
            .leave(Some(host), &place, Instant::now() + TURN)
            .await
            .ok_or(End::Late)?;
        let deadline = Instant::now() + self.timeout;
        let response = timeout_at(deadline, request.send())
            .await
            .map_err(|_| End::Late)?
            .map_err(|error| end_of(&error, url, by_proxy))?;
        let status = response.status();
        if let (true, Some(to)) = (status.is_redirection(), response.headers().get(LOCATION)) {
            return Ok(End::Elsewhere(
                String::from_utf8_lossy(to.as_bytes()).into_owned(),
            ));
        }
        // To whom no version was named, it says nothing.
        if status == StatusCode::NOT_MODIFIED && *limits.known != Version::default() {
            return Ok(End::NotModified);
        }
        limits.version = Version {
            etag: header(&response, &ETAG),
            last_modified: header(&response, &LAST_MODIFIED),
        };
        match status.is_success() {
            true => read(response, self.timeout, limits).await,
            false => {
                let again = header(&response, &RETRY_AFTER);
                let again = again.and_then(|text| again::seconds(&text, Timestamp::now()));
                Ok(End::Status(status.as_u16(), again))
            }
        }
    }
}

/// A header of an answer, as text.
fn header(response: &Response, name: &HeaderName) -> Option<String> {
    let value = response.headers().get(name)?.to_str().ok()?;
    Some(value.to_owned())
}

fn is_on_the_same_host(one: &Url, other: &Url) -> bool {
    matches!(other.scheme(), "http" | "https") && one.host() == other.host()
}

/// Where a body goes, and how much of it is taken for how long.
struct Limits<'a> {
    sink: &'a mut (dyn Write + Send),
    largest: u64,
    longest: Duration,
    /// The version that is known already.
    known: &'a Version,
    /// The one that came.
    version: Version,
}

/// Takes the body piece by piece; each may take the whole patience.
async fn read(
    mut response: Response,
    patience: Duration,
    limits: &mut Limits<'_>,
) -> Result<End, End> {
    let end = Instant::now() + limits.longest;
    let mut size = 0;
    loop {
        let deadline = end.min(Instant::now() + patience);
        let chunk = timeout_at(deadline, response.chunk())
            .await
            .map_err(|_| if size == 0 { End::Late } else { End::Slow })?
            .map_err(|error| End::Broken(innermost(&error)))?;
        let Some(more) = chunk else {
            return Ok(End::Content(Vec::new()));
        };
        size += more.len() as u64;
        if size > limits.largest {
            return Ok(End::TooLarge);
        }
        limits
            .sink
            .write_all(&more)
            .map_err(|error| End::Unwritten(error.to_string()))?;
    }
}

/// Which layer an error is of.
fn end_of(error: &reqwest::Error, url: &Url, by_proxy: bool) -> End {
    if !error.is_connect() {
        return End::Broken(innermost(error));
    }
    if by_proxy {
        return End::Proxy(innermost(error));
    }
    let mut source = error.source();
    while let Some(inner) = source {
        if inner.is::<NoAddress>() {
            return End::NoAddress;
        }
        if let Some(NearAddress(address)) = inner.downcast_ref() {
            return End::Near(*address);
        }
        if let Some(error) = inner.downcast_ref::<io::Error>() {
            let opening = tcp::opening_of(error);
            // A connection that was opened, and reset in the handshake, is no shut port.
            let in_handshake = url.scheme() == "https"
                && (error.kind() == io::ErrorKind::ConnectionReset
                    || matches!(opening, Opening::NotTried(_)));
            if !in_handshake {
                return End::Shut(opening);
            }
        }
        source = inner.source();
    }
    match url.scheme() {
        "https" => End::Tls(innermost(error)),
        _ => End::Broken(innermost(error)),
    }
}
