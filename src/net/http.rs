//! Plain HTTP: one request to one address, with a size limit, and what kind of thing came back.

use std::{error::Error as _, io, net::SocketAddr};

use reqwest::{Client, Response, header, redirect::Policy};
use tokio::time::{Duration, Instant, timeout_at};

use super::tcp::{self, Connection};

/// How much of an answer is looked at.
const LOOKED_AT: usize = 64 * 1024;

/// What kind of thing an answer's body is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Nothing.
    Empty,
    /// DER, as a revocation list or a certificate over HTTP must be (RFC 5280, sections 4.2.1.13 and 4.2.2.1).
    Der,
    /// PEM.
    Pem,
    /// An HTML page, as a captive portal or an error page is.
    Html,
    /// Something else.
    Other,
}

/// What came of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Exchange {
    /// An answer.
    Answered {
        /// Its status.
        status: u16,
        /// Where it points elsewhere, where.
        location: Option<String>,
        /// The content type that it claims.
        content_type: Option<String>,
        /// What its body looks like.
        kind: Kind,
        /// How many bytes of it were looked at.
        size: usize,
    },
    /// An answer that began, but did not end.
    Cut {
        /// Its status.
        status: u16,
        /// How many bytes of its body came.
        size: usize,
        /// Whether it was the deadline that ended it, and not the other side.
        late: bool,
    },
    /// The port is open, but no whole head of an answer came before the deadline.
    Silent,
    /// The connection was closed, or what came is not HTTP, in the library's words.
    Broken(String),
}

/// One client for a run: no proxy, no redirects, nothing remembered.
#[derive(Clone, Debug)]
pub struct Asker(Client);

impl Asker {
    /// A client.
    ///
    /// # Errors
    /// What the library says, where it cannot be made.
    pub fn new() -> Result<Self, String> {
        Client::builder()
            .no_proxy()
            .redirect(Policy::none())
            .pool_max_idle_per_host(0)
            .user_agent(concat!("ptl/", env!("CARGO_PKG_VERSION")))
            .tls_certs_only(std::iter::empty())
            .build()
            .map(Self)
            .map_err(|error| error.to_string())
    }

    /// Asks an address for a path of a host. The connection is part of what is seen.
    pub async fn ask(
        &self,
        host: &str,
        address: SocketAddr,
        path: &str,
        deadline: Instant,
    ) -> (Connection, Option<Exchange>) {
        let begun = Instant::now();
        let asked = timeout_at(deadline, self.get(host, address, path)).await;
        let took = begun.elapsed();
        let source = tcp::source_towards(address);
        let connection = |opening: tcp::Opening| Connection {
            opening: opening.on_a_route(source.is_some()),
            source,
            took,
        };
        match asked {
            Ok(Ok(response)) => {
                let answer = read(response, deadline).await;
                (connection(tcp::Opening::Open), Some(answer))
            }
            Ok(Err(error)) => match refusal(&error) {
                Some(opening) => (connection(opening), None),
                None => (
                    connection(tcp::Opening::Open),
                    Some(Exchange::Broken(innermost(&error))),
                ),
            },
            // Which of the two was silent is told by connecting once more, which is quick if the port is open.
            Err(_) => silent(address, took).await,
        }
    }

    async fn get(
        &self,
        host: &str,
        address: SocketAddr,
        path: &str,
    ) -> Result<Response, reqwest::Error> {
        // RFC 9110, section 7.2: the port belongs to it where it is not the usual one.
        let host = match address.port() {
            80 => host.to_owned(),
            port => format!("{host}:{port}"),
        };
        let request = self
            .0
            .get(format!("http://{address}{path}"))
            .header(header::HOST, host);
        request.send().await
    }
}

/// What of an answer comes after its head, as far as it is looked at.
async fn read(mut response: Response, deadline: Instant) -> Exchange {
    let text = |name| {
        let value = response.headers().get(name)?;
        Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
    };
    let (location, content_type) = (text(header::LOCATION), text(header::CONTENT_TYPE));
    let status = response.status().as_u16();
    let mut body = Vec::new();
    while body.len() < LOOKED_AT {
        match timeout_at(deadline, response.chunk()).await {
            Ok(Ok(Some(chunk))) => body.extend_from_slice(&chunk),
            Ok(Ok(None)) => break,
            ended => {
                return Exchange::Cut {
                    status,
                    size: body.len(),
                    late: ended.is_err(),
                };
            }
        }
    }
    Exchange::Answered {
        status,
        location,
        content_type,
        kind: kind_of(&body),
        size: body.len(),
    }
}

async fn silent(address: SocketAddr, took: Duration) -> (Connection, Option<Exchange>) {
    let again = Instant::now() + Duration::from_millis(250);
    let (mut connection, stream) = tcp::connect(address, again).await;
    connection.took = took;
    (connection, stream.map(|_| Exchange::Silent))
}

fn refusal(error: &reqwest::Error) -> Option<tcp::Opening> {
    if !error.is_connect() {
        return None;
    }
    let mut source = error.source();
    while let Some(inner) = source {
        if let Some(error) = inner.downcast_ref::<io::Error>() {
            return Some(tcp::opening_of(error));
        }
        source = inner.source();
    }
    None
}

/// What an error of the library's comes down to.
pub(super) fn innermost(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        text = inner.to_string();
        source = inner.source();
    }
    text
}

fn kind_of(body: &[u8]) -> Kind {
    let text = body.trim_ascii_start();
    let starts = |word: &[u8]| {
        text.get(..word.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(word))
    };
    if text.is_empty() {
        Kind::Empty
    } else if matches!(body, [0x30, 0x80..=0x84, ..]) {
        Kind::Der
    } else if starts(b"-----BEGIN ") {
        Kind::Pem
    } else if starts(b"<!doctype html") || starts(b"<html") || starts(b"<head") {
        Kind::Html
    } else {
        Kind::Other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kind_of_a_body_is_told_by_its_first_bytes() {
        assert_eq!(kind_of(b""), Kind::Empty);
        assert_eq!(kind_of(&[0x30, 0x82, 0x01, 0x02]), Kind::Der);
        assert_eq!(kind_of(b"-----BEGIN X509 CRL-----"), Kind::Pem);
        assert_eq!(kind_of(b"\r\n<!DOCTYPE HTML><html>"), Kind::Html);
        assert_eq!(kind_of(b"<HTML>"), Kind::Html);
        assert_eq!(kind_of(b"hello"), Kind::Other);
    }
}
