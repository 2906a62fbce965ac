//! One handshake over one connection, and what comes right after it.

use std::{pin::Pin, time::Duration};

use openssl::ssl::{self, ErrorCode, Ssl};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{Instant, timeout_at},
};
use tokio_openssl::SslStream;

use super::{After, Asked, AuthorityName, End, Handshake, Settings, tap::Tap};
use crate::{openssl_ext, x509};

/// How much of an answer is read.
const ANSWER: usize = 4096;
/// The longest wait for an answer to a request.
const PATIENCE: Duration = Duration::from_secs(2);
/// OpenSSL's reason "unexpected eof while reading" (sslerr.h, SSL_R_UNEXPECTED_EOF_WHILE_READING).
const UNEXPECTED_EOF: i32 = 294;

/// OpenSSL's reasons (sslerr.h) for not taking what the other side chose: a version, a cipher, parameters, a key.
const NO_COMMON_GROUND: &[i32] = &[
    102, // BAD_DH_VALUE
    166, // VERSION_TOO_HIGH
    181, // NO_CIPHERS_AVAILABLE
    191, // NO_PROTOCOLS_AVAILABLE
    248, // UNKNOWN_CIPHER_RETURNED
    250, // UNKNOWN_KEY_EXCHANGE_TYPE
    258, // UNSUPPORTED_PROTOCOL
    259, // UNSUPPORTED_SSL_VERSION
    261, // WRONG_CIPHER_RETURNED
    266, // WRONG_SSL_VERSION
    315, // UNSUPPORTED_ELLIPTIC_CURVE
    333, // LEGACY_SIGALG_DISALLOWED_OR_UNSUPPORTED
    338, // UNSAFE_LEGACY_RENEGOTIATION_DISABLED
    360, // SIGNATURE_ALGORITHMS_ERROR
    370, // WRONG_SIGNATURE_TYPE
    378, // WRONG_CURVE
    394, // DH_KEY_TOO_SMALL
    396, // VERSION_TOO_LOW
    397, // CA_KEY_TOO_SMALL
    398, // CA_MD_TOO_WEAK
    399, // EE_KEY_TOO_SMALL
];

/// What a handshake is made with.
#[derive(Clone, Copy, Debug)]
pub struct Wishes<'a> {
    /// The name to send as SNI; none for an address.
    pub name: Option<&'a str>,
    /// Whether every version and cipher is offered.
    pub lenient: bool,
    /// The one HTTP request that may follow the handshake.
    pub request: Option<Request<'a>>,
    /// When to give up.
    pub deadline: Instant,
}

/// The one HTTP request that may follow a handshake.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The host that it names.
    pub host: &'a str,
    /// What it asks for, beginning with a slash.
    pub path: &'a str,
    /// Whether it is sent also where no certificate was asked for, since some servers ask only then;
    /// a certificate is shown then too, and the answer may take all the time that is left.
    pub insists: bool,
}

type Stream = SslStream<Tap<TcpStream>>;

/// Makes a handshake on an open connection.
pub async fn attempt(stream: TcpStream, settings: &Settings, wishes: Wishes<'_>) -> Handshake {
    let begun = Instant::now();
    let mut stream = match begin(stream, settings, wishes) {
        Ok(stream) => stream,
        Err(error) => return Handshake::not_tried(error.to_string()),
    };
    let end = shake(&mut stream, wishes.deadline).await;
    let took = begun.elapsed();
    let mut handshake = seen(&stream, settings, wishes, end);
    handshake.took = took;
    if handshake.end == End::Done && (handshake.asked != Asked::Never || wishes.insists()) {
        see_what_follows(&mut handshake, &mut stream, wishes).await;
    }
    handshake
}

impl Wishes<'_> {
    fn insists(&self) -> bool {
        self.request.is_some_and(|request| request.insists)
    }
}

async fn see_what_follows(handshake: &mut Handshake, stream: &mut Stream, wishes: Wishes<'_>) {
    let took = handshake.took;
    (handshake.after, handshake.requested) =
        afterwards(stream, wishes, handshake.asked, took).await;
    handshake.heard = openssl_ext::heard(stream.ssl());
    if handshake.asked == Asked::Never && handshake.heard.certificate_request {
        handshake.asked = Asked::AfterRequest;
    }
    handshake.acceptable = acceptable(stream.ssl());
}

fn begin(
    stream: TcpStream,
    settings: &Settings,
    wishes: Wishes<'_>,
) -> Result<Stream, openssl::error::ErrorStack> {
    let context = if wishes.lenient {
        &settings.lenient
    } else {
        &settings.strict
    };
    let mut ssl = Ssl::new(context)?;
    if let Some(name) = wishes.name {
        ssl.set_hostname(name)?;
    }
    if wishes.insists() {
        openssl_ext::offer_post_handshake(&mut ssl);
    }
    openssl_ext::listen(&mut ssl)?;
    SslStream::new(ssl, Tap::new(stream))
}

async fn shake(stream: &mut Stream, deadline: Instant) -> End {
    // Some of the time is kept for a server that waits for a line of plain text.
    let left = deadline.saturating_duration_since(Instant::now());
    let first = deadline - left / 3;
    match timeout_at(first, Pin::new(&mut *stream).connect()).await {
        Ok(Ok(())) => return End::Done,
        Ok(Err(error)) => return end_of(stream, &error),
        Err(_) if stream.get_ref().received == 0 => {
            return nudge(stream.get_mut(), deadline).await;
        }
        Err(_) => {}
    }
    match timeout_at(deadline, Pin::new(&mut *stream).connect()).await {
        Ok(Ok(())) => End::Done,
        Ok(Err(error)) => end_of(stream, &error),
        Err(_) => End::Silent,
    }
}

/// Ends the line that a plain-text server may still be waiting for, and sees what it answers.
async fn nudge(tap: &mut Tap<TcpStream>, deadline: Instant) -> End {
    let asked = async {
        tap.stream.write_all(b"\r\n\r\n").await?;
        tap.read(&mut [0; 64]).await
    };
    match timeout_at(deadline, asked).await {
        Ok(Ok(1..)) if !tap.looks_like_tls() => End::NotTls(tap.first.clone()),
        // It was TLS after all, and slow, or answered our stray bytes: no answer to the hello came in time.
        Ok(Ok(1..)) | Err(_) => End::Silent,
        Ok(Ok(0) | Err(_)) => End::Closed,
    }
}

fn end_of(stream: &Stream, error: &ssl::Error) -> End {
    let tap = stream.get_ref();
    let heard = openssl_ext::heard(stream.ssl());
    if !tap.looks_like_tls() {
        return End::NotTls(tap.first.clone());
    }
    match heard.alert {
        // close_notify is a way to close, not a reason.
        Some(0) => return End::Closed,
        Some(alert) => return End::Alert(alert),
        None => {}
    }
    let reasons = error.ssl_error().map_or(&[][..], |stack| stack.errors());
    let closed = error.code() == ErrorCode::ZERO_RETURN
        || error.io_error().is_some()
        || reasons.is_empty()
        || reasons
            .iter()
            .any(|reason| reason.reason_code() == UNEXPECTED_EOF);
    if closed {
        return End::Closed;
    }
    let unfit = reasons
        .iter()
        .find(|reason| NO_COMMON_GROUND.contains(&reason.reason_code()));
    let said = unfit.or(reasons.first()).and_then(|reason| reason.reason());
    let said = said.unwrap_or("not said by OpenSSL").to_owned();
    match unfit {
        Some(_) => End::Ours(said),
        None => End::Broken(said),
    }
}

fn seen(stream: &Stream, settings: &Settings, wishes: Wishes<'_>, end: End) -> Handshake {
    let ssl = stream.ssl();
    let chain = ssl.peer_cert_chain().into_iter().flatten();
    let agreed = end == End::Done;
    let heard = openssl_ext::heard(ssl);
    Handshake {
        heard,
        asked: match heard.certificate_request {
            true => Asked::InHandshake,
            false => Asked::Never,
        },
        received: stream.get_ref().received,
        server_name: wishes.name.map(str::to_owned),
        version: agreed.then(|| ssl.version_str().to_owned()),
        cipher: ssl
            .current_cipher()
            .filter(|_| agreed)
            .map(|cipher| cipher.name().to_owned()),
        chain: chain.filter_map(|sent| sent.to_der().ok()).collect(),
        acceptable: acceptable(ssl),
        had_identity: settings.has_identity,
        requested: false,
        after: After::NotWaited,
        took: Duration::ZERO,
        end,
    }
}

fn acceptable(ssl: &ssl::SslRef) -> Vec<AuthorityName> {
    openssl_ext::acceptable_authorities(ssl)
        .iter()
        .filter_map(|name| name.to_der().ok())
        .map(|der| AuthorityName {
            text: x509::name_text(&der).unwrap_or_else(|| x509::hex(&der)),
            der,
        })
        .collect()
}

/// TLS 1.3 refuses a client only after the handshake, and nginx only in its answer: so wait, ask, read.
///
/// The second value says whether a request was sent.
async fn afterwards(
    stream: &mut Stream,
    wishes: Wishes<'_>,
    asked: Asked,
    took: Duration,
) -> (After, bool) {
    // Nobody can refuse us before a certificate was asked for.
    if asked == Asked::InHandshake {
        // A refusal takes one round trip; the handshake took at least that long.
        let grace = (took * 3).clamp(Duration::from_millis(150), Duration::from_millis(500));
        let first = read(stream, wishes.deadline.min(Instant::now() + grace)).await;
        if first != After::Quiet {
            return (first, false);
        }
    }
    let Some(request) = wishes.request else {
        return (After::Quiet, false);
    };
    let patience = match request.insists {
        true => wishes.deadline,
        false => wishes.deadline.min(Instant::now() + PATIENCE),
    };
    let text = request.text();
    let written = stream.write_all(text.as_bytes());
    if !matches!(timeout_at(patience, written).await, Ok(Ok(()))) {
        return (ended(stream), false);
    }
    match read(stream, patience).await {
        After::Closed => (After::Ended, true),
        other => (other, true),
    }
}

impl Request<'_> {
    fn text(&self) -> String {
        format!(
            "GET {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: ptl/{}\r\nAccept: */*\r\nConnection: close\r\n\r\n",
            self.path,
            self.host,
            env!("CARGO_PKG_VERSION")
        )
    }
}

/// Reads as much of an answer as is looked at; what has begun to come is not waited for much longer.
async fn read(stream: &mut Stream, mut until: Instant) -> After {
    let mut bytes = Vec::new();
    loop {
        let mut buffer = [0; ANSWER];
        match timeout_at(until, stream.read(&mut buffer)).await {
            Ok(Ok(count @ 1..)) => {
                bytes.extend_from_slice(&buffer[..count]);
                if bytes.len() >= ANSWER {
                    return After::Answered(bytes);
                }
                until = until.min(Instant::now() + PATIENCE);
            }
            _ if !bytes.is_empty() => return After::Answered(bytes),
            Ok(Ok(0) | Err(_)) => return ended(stream),
            Err(_) => return After::Quiet,
        }
    }
}

fn ended(stream: &Stream) -> After {
    match openssl_ext::heard(stream.ssl()).alert {
        None => After::Closed,
        Some(0) => After::Ended,
        Some(alert) => After::Alert(alert),
    }
}
