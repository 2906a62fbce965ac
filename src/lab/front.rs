//! The front of the lab's Spine proxy: mutual TLS, HTTP behind it, and whatever fault is on.

use std::{convert::Infallible, net::SocketAddr, pin::Pin, sync::Arc};

use http_body_util::Full;
use hyper::{Response, StatusCode, body::Bytes, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use openssl::ssl::{Ssl, SslContext};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite},
    net::{TcpListener, TcpSocket, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot},
    task::JoinSet,
    time::{Duration, timeout},
};
use tokio_openssl::SslStream;

use super::{downloads::answer, fault::Fault, identity::Identities};

/// How long a client may take for its handshake, and for a request.
const PATIENCE: Duration = Duration::from_secs(10);
/// How many connections are open at a time.
const AT_A_TIME: usize = 256;
/// How long an answer may take in all.
const LONGEST: Duration = Duration::from_secs(60);
/// How long a silent server keeps a connection.
const SILENCE: Duration = Duration::from_secs(60);
/// A connection that loopback does not take within this time is not taken.
const NO_ANSWER: Duration = Duration::from_millis(250);

/// The fault that is to be on, and where to say what came of it.
pub(super) type Turn = (Option<Fault>, oneshot::Sender<Result<(), String>>);

/// What is on the proxy's port.
enum Door {
    /// Connections are taken.
    Open(TcpListener),
    /// The port is kept, and nobody listens: connections are refused.
    Shut { _kept: TcpSocket },
    /// Another program took the port while a fault was turned.
    Gone,
    /// The queue of a listener that takes nobody is full: the kernel drops what comes.
    Silent {
        _listener: TcpListener,
        _queue: Vec<TcpStream>,
    },
}

/// What every new connection meets.
#[derive(Clone)]
struct Manner {
    fault: Option<Fault>,
    tls: SslContext,
}

/// Serves the proxy's port until it is dropped, and turns faults on as they are wished for.
pub(super) async fn serve(
    listener: TcpListener,
    address: SocketAddr,
    identities: Arc<Identities>,
    tls: SslContext,
    mut turns: mpsc::Receiver<Turn>,
) {
    let mut manner = Manner { fault: None, tls };
    let mut door = Door::Open(listener);
    let room = Arc::new(Semaphore::new(AT_A_TIME));
    let mut open = JoinSet::new();
    loop {
        while open.try_join_next().is_some() {}
        tokio::select! {
            (stream, place) = take(&door, &room) => {
                let manner = manner.clone();
                open.spawn(async move {
                    meet(stream, manner).await;
                    drop(place);
                });
            }
            turn = turns.recv() => {
                let Some((fault, done)) = turn else { return };
                let turned = match context(&identities, fault).await {
                    Ok(tls) => {
                        let turned;
                        (door, turned) = door.turned(fault, address).await;
                        turned.map(|()| manner = Manner { fault, tls })
                    }
                    Err(problem) => Err(problem),
                };
                let _ = done.send(turned);
            }
        }
    }
}

/// The context of a fault; a new key may have to be made for it, which takes a while.
async fn context(identities: &Arc<Identities>, fault: Option<Fault>) -> Result<SslContext, String> {
    let identities = Arc::clone(identities);
    let built = tokio::task::spawn_blocking(move || identities.context(fault));
    match built.await {
        Ok(Ok(context)) => Ok(context),
        Ok(Err(error)) => Err(error.to_string()),
        Err(error) => Err(error.to_string()),
    }
}

/// The next connection, and its place among those that are open. Never ready where nobody is taken.
async fn take(door: &Door, room: &Arc<Semaphore>) -> (TcpStream, OwnedSemaphorePermit) {
    let Door::Open(listener) = door else {
        return std::future::pending().await;
    };
    loop {
        let Ok(place) = Arc::clone(room).acquire_owned().await else {
            return std::future::pending().await;
        };
        match listener.accept().await {
            Ok((stream, _)) => return (stream, place),
            // Too many open files, as a rule: it passes.
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}

impl Door {
    /// What is on the port under a fault; an open door that is to stay open is not touched. Where it cannot
    /// be had, connections are taken or refused as before, and the problem is said.
    async fn turned(self, fault: Option<Fault>, address: SocketAddr) -> (Self, Result<(), String>) {
        let wanted = match fault {
            Some(Fault::TcpRefused | Fault::TcpSilent) => fault,
            _ => None,
        };
        if matches!((&self, wanted), (Self::Open(_), None)) {
            return (self, Ok(()));
        }
        // The port is free for the new door only when the old one is gone.
        drop(self);
        let new = match wanted {
            Some(Fault::TcpRefused) => Self::shut(address),
            Some(Fault::TcpSilent) => Self::silent(address).await,
            _ => Self::open(address),
        };
        match new {
            Ok(door) => (door, Ok(())),
            Err(problem) => {
                let instead = Self::open(address).or_else(|_| Self::shut(address));
                (instead.unwrap_or(Self::Gone), Err(problem))
            }
        }
    }

    fn open(address: SocketAddr) -> Result<Self, String> {
        let listener = bound(address).and_then(|socket| socket.listen(1024));
        listener.map(Self::Open).map_err(|error| error.to_string())
    }

    fn shut(address: SocketAddr) -> Result<Self, String> {
        let kept = bound(address).map_err(|error| error.to_string())?;
        Ok(Self::Shut { _kept: kept })
    }

    async fn silent(address: SocketAddr) -> Result<Self, String> {
        let listener = bound(address)
            .and_then(|socket| socket.listen(0))
            .map_err(|error| error.to_string())?;
        let mut queue = Vec::new();
        // Linux drops the first connection for which there is no room; other systems may refuse it.
        for _ in 0..64 {
            match timeout(NO_ANSWER, TcpStream::connect(address)).await {
                Err(_) => {
                    return Ok(Self::Silent {
                        _listener: listener,
                        _queue: queue,
                    });
                }
                Ok(Ok(stream)) => queue.push(stream),
                Ok(Err(error)) => return Err(format!("this system refuses instead: {error}")),
            }
        }
        Err("this system keeps taking connections that nobody accepts".to_owned())
    }
}

fn bound(address: SocketAddr) -> std::io::Result<TcpSocket> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    // Else what was closed a moment ago would keep the port. On Windows the flag means something else.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    Ok(socket)
}

async fn meet(mut stream: TcpStream, manner: Manner) {
    match manner.fault {
        Some(Fault::TlsClosedAfterHello) => {
            let _ = timeout(PATIENCE, stream.read(&mut [0; 16 * 1024])).await;
        }
        Some(Fault::TlsSilent) => {
            let _ = timeout(SILENCE, swallow(&mut stream)).await;
        }
        Some(Fault::TlsPlainHttp) => speak(stream, manner.fault).await,
        _ => {
            let Ok(tls) = Ssl::new(&manner.tls).and_then(|ssl| SslStream::new(ssl, stream)) else {
                return;
            };
            shake(tls, manner.fault).await;
        }
    }
}

/// Reads until the other side has had enough.
async fn swallow(stream: &mut TcpStream) {
    let mut bytes = [0; 4096];
    while matches!(stream.read(&mut bytes).await, Ok(1..)) {}
}

async fn shake(mut tls: SslStream<TcpStream>, fault: Option<Fault>) {
    if matches!(
        timeout(PATIENCE, Pin::new(&mut tls).accept()).await,
        Ok(Ok(()))
    ) {
        speak(tls, fault).await;
    }
}

/// Answers HTTP on a stream of either kind.
async fn speak(stream: impl AsyncRead + AsyncWrite + Unpin, fault: Option<Fault>) {
    let service = service_fn(move |_request| {
        let answer = said(fault);
        async move { Ok::<_, Infallible>(answer) }
    });
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(PATIENCE)
        .serve_connection(TokioIo::new(stream), service);
    // A client that breaks off, or does not read, is its own affair.
    let _ = timeout(LONGEST, served).await;
}

fn said(fault: Option<Fault>) -> Response<Full<Bytes>> {
    match fault {
        // nginx's own page for its code 496, which it sends as 400.
        Some(Fault::TlsRefusesNoCertificate) => answer(
            StatusCode::BAD_REQUEST,
            "text/html",
            Bytes::from_static(
                b"<html><head><title>400 No required SSL certificate was sent</title></head></html>\r\n",
            ),
        ),
        _ => answer(
            StatusCode::NOT_IMPLEMENTED,
            "text/plain; charset=utf-8",
            Bytes::from_static(
                b"The proxy of a rehearsal: it took your certificate, and forwards nothing.\n",
            ),
        ),
    }
}
