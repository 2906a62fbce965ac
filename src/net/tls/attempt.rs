//! One handshake over one connection, and what comes right after it.

use std::{pin::Pin, time::Duration};

use openssl::ssl::{self, ErrorCode, Ssl};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{Instant, timeout_at},
};
use tokio_openssl::SslStream;

use super::{After, AuthorityName, End, Handshake, Settings, tap::Tap};
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
    /// Whether one HTTP request may be sent where a client certificate was asked for.
    pub asks: bool,
    /// When to give up.
    pub deadline: Instant,
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
    if handshake.end == End::Done && handshake.heard.certificate_request {
        handshake.after = afterwards(&mut stream, wishes, took).await;
        handshake.heard = openssl_ext::heard(stream.ssl());
    }
    handshake
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
    Handshake {
        heard: openssl_ext::heard(ssl),
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
async fn afterwards(stream: &mut Stream, wishes: Wishes<'_>, took: Duration) -> After {
    // A refusal takes one round trip; the handshake took at least that long.
    let grace = (took * 3).clamp(Duration::from_millis(150), Duration::from_millis(500));
    let first = read(stream, wishes.deadline.min(Instant::now() + grace)).await;
    if first != After::Quiet || !wishes.asks {
        return first;
    }
    let host = wishes.name.unwrap_or("localhost");
    let request = format!(
        "GET / HTTP/1.1\r\nHost: {host}\r\nUser-Agent: ptl/{}\r\nAccept: */*\r\nConnection: close\r\n\r\n",
        env!("CARGO_PKG_VERSION")
    );
    let until = wishes.deadline.min(Instant::now() + PATIENCE);
    if !matches!(
        timeout_at(until, stream.write_all(request.as_bytes())).await,
        Ok(Ok(()))
    ) {
        return ended(stream);
    }
    match read(stream, until).await {
        After::Closed => After::Ended,
        other => other,
    }
}

async fn read(stream: &mut Stream, until: Instant) -> After {
    let mut bytes = Vec::new();
    loop {
        let mut buffer = [0; ANSWER];
        match timeout_at(until, stream.read(&mut buffer)).await {
            Ok(Ok(count @ 1..)) => {
                bytes.extend_from_slice(&buffer[..count]);
                if bytes.len() >= ANSWER {
                    return After::Answered(bytes);
                }
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
