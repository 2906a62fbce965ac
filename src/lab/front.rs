//! The front of the lab's Spine proxy: mutual TLS, HTTP behind it, and whatever fault is on.

use std::{convert::Infallible, net::SocketAddr, pin::Pin, sync::Arc};

use http_body_util::Full;
use hyper::{Response, StatusCode, body::Bytes, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use openssl::ssl::{Ssl, SslContext};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite},
    net::{TcpListener, TcpSocket, TcpStream},
    sync::{mpsc, oneshot},
    task::JoinSet,
    time::{Duration, timeout},
};
use tokio_openssl::SslStream;

use super::{downloads::answer, fault::Fault, identity::Identities};

/// How long a client may take for its handshake, and for a request.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a silent server keeps a connection.
const SILENCE: Duration = Duration::from_secs(60);
/// A connection that loopback does not take within this time is not taken.
const NO_ANSWER: Duration = Duration::from_millis(250);

/// A wish to turn a fault on, and where to say what came of it.
pub(super) type Wish = (Option<Fault>, oneshot::Sender<Result<(), String>>);

/// What is on the proxy's port.
enum Door {
    /// Connections are taken.
    Open(TcpListener),
    /// The port is kept, and nobody listens: connections are refused.
    Shut { _kept: TcpSocket },
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
    mut wishes: mpsc::Receiver<Wish>,
) {
    let mut manner = Manner { fault: None, tls };
    let mut door = Some(Door::Open(listener));
    let mut open = JoinSet::new();
    loop {
        while open.try_join_next().is_some() {}
        tokio::select! {
            taken = take(door.as_ref()) => match taken {
                Some(stream) => {
                    open.spawn(meet(stream, manner.clone()));
                }
                None => tokio::time::sleep(Duration::from_millis(50)).await,
            },
            wish = wishes.recv() => {
                let Some((fault, done)) = wish else { return };
                let built = context(&identities, fault).await;
                let turned = match built {
                    Ok(tls) => {
                        manner = Manner { fault, tls };
                        // The port is free for the new door only when the old one is gone.
                        drop(door.take());
                        Door::of(fault, address).await.map(|new| door = Some(new))
                    }
                    Err(problem) => Err(problem),
                };
                if door.is_none() {
                    door = Door::open(address).ok();
                }
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

/// The next connection; none where the system has no room for one. Never ready where nobody is taken.
async fn take(door: Option<&Door>) -> Option<TcpStream> {
    match door {
        Some(Door::Open(listener)) => listener.accept().await.ok().map(|(stream, _)| stream),
        _ => std::future::pending().await,
    }
}

impl Door {
    fn open(address: SocketAddr) -> Result<Self, String> {
        let listener = bound(address).and_then(|socket| socket.listen(1024));
        listener.map(Self::Open).map_err(|error| error.to_string())
    }

    async fn of(fault: Option<Fault>, address: SocketAddr) -> Result<Self, String> {
        match fault {
            Some(Fault::TcpRefused) => bound(address)
                .map(|kept| Self::Shut { _kept: kept })
                .map_err(|error| error.to_string()),
            Some(Fault::TcpSilent) => Self::silent(address).await,
            _ => Self::open(address),
        }
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
    // A client that breaks off is its own affair.
    let _ = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(PATIENCE)
        .serve_connection(TokioIo::new(stream), service)
        .await;
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
