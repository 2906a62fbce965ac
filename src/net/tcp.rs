//! TCP connections: one address and port, the five things that can come of it, and the source address used.

use std::{
    io,
    net::{IpAddr, SocketAddr, UdpSocket},
};

#[cfg(unix)]
use rustix::io::Errno;
use tokio::{
    net::TcpStream,
    time::{Duration, Instant, timeout_at},
};

/// What came of connecting. The five that a network can show, and that it was not tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opening {
    /// The port is open.
    Open,
    /// A reset or a port-unreachable came back: a shut port, or a firewall that rejects.
    Refused,
    /// A router or firewall said that the address cannot be reached.
    HostUnreachable,
    /// This machine has no route there.
    NetUnreachable,
    /// Nothing came back before the deadline.
    Silent,
    /// It could not be tried, for this reason.
    NotTried(String),
}

/// One attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connection {
    /// What came of it.
    pub opening: Opening,
    /// The address of this machine that the kernel sends from.
    pub source: Option<IpAddr>,
    /// How long it took, or was waited.
    pub took: Duration,
}

/// Connects, and keeps the stream where the port is open.
pub async fn connect(to: SocketAddr, deadline: Instant) -> (Connection, Option<TcpStream>) {
    let begun = Instant::now();
    let result = timeout_at(deadline, TcpStream::connect(to)).await;
    let took = begun.elapsed();
    let (opening, stream) = match result {
        Ok(Ok(stream)) => (Opening::Open, Some(stream)),
        Ok(Err(error)) => (opening_of(&error), None),
        Err(_) => (Opening::Silent, None),
    };
    let source = match &stream {
        Some(stream) => stream.local_addr().ok().map(|address| address.ip()),
        None => source_towards(to),
    };
    let connection = Connection {
        opening: opening.on_a_route(source.is_some()),
        source,
        took,
    };
    (connection, stream)
}

impl Connection {
    /// An attempt that was not made.
    pub fn not_tried(to: SocketAddr, reason: impl Into<String>) -> Self {
        Self {
            opening: Opening::NotTried(reason.into()),
            source: source_towards(to),
            took: Duration::ZERO,
        }
    }
}

impl Opening {
    /// Where this machine has a route, it was a router that said that there is none.
    pub(super) fn on_a_route(self, has_route: bool) -> Self {
        match self {
            Self::NetUnreachable if has_route => Self::HostUnreachable,
            other => other,
        }
    }
}

pub(super) fn opening_of(error: &io::Error) -> Opening {
    use io::ErrorKind;
    match error.kind() {
        ErrorKind::ConnectionRefused | ErrorKind::ConnectionReset => Opening::Refused,
        ErrorKind::HostUnreachable => Opening::HostUnreachable,
        // No address of the family here: there is no route for it either.
        ErrorKind::NetworkUnreachable | ErrorKind::AddrNotAvailable | ErrorKind::NetworkDown => {
            Opening::NetUnreachable
        }
        ErrorKind::TimedOut => Opening::Silent,
        // ICMPv6 `administratively prohibited` and a prohibiting route (EACCES); a filter of this machine (EPERM).
        ErrorKind::PermissionDenied => Opening::HostUnreachable,
        #[cfg(unix)]
        _ => match rustix::io::Errno::from_io_error(error) {
            // ICMP `protocol unreachable`, `host unknown` and `source host isolated`.
            Some(Errno::NOPROTOOPT | Errno::HOSTDOWN | Errno::NONET) => Opening::HostUnreachable,
            // A blackhole route.
            Some(Errno::INVAL) => Opening::NetUnreachable,
            _ => Opening::NotTried(error.to_string()),
        },
        #[cfg(not(unix))]
        _ => Opening::NotTried(error.to_string()),
    }
}

/// The address that the kernel would send from; a datagram socket learns its route without sending.
pub fn source_towards(to: SocketAddr) -> Option<IpAddr> {
    let any: SocketAddr = match to {
        SocketAddr::V4(_) => ([0, 0, 0, 0], 0).into(),
        SocketAddr::V6(_) => ([0u16; 8], 0).into(),
    };
    let socket = UdpSocket::bind(any).ok()?;
    socket.connect(to).ok()?;
    socket.local_addr().ok().map(|address| address.ip())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    fn soon() -> Instant {
        Instant::now() + Duration::from_secs(2)
    }

    #[tokio::test]
    async fn an_open_port_is_open_and_names_the_source() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let (connection, stream) = connect(listener.local_addr().unwrap(), soon()).await;
        assert_eq!(connection.opening, Opening::Open);
        assert_eq!(connection.source, Some([127, 0, 0, 1].into()));
        assert!(stream.is_some());
    }

    #[tokio::test]
    async fn a_shut_port_is_refused() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        drop(listener);
        let (connection, stream) = connect(address, soon()).await;
        assert_eq!(connection.opening, Opening::Refused);
        assert!(stream.is_none());
    }

    #[test]
    fn each_errno_has_its_own_meaning() {
        let opening = |errno: rustix::io::Errno| opening_of(&errno.into());
        assert_eq!(opening(rustix::io::Errno::CONNREFUSED), Opening::Refused);
        assert_eq!(
            opening(rustix::io::Errno::HOSTUNREACH),
            Opening::HostUnreachable
        );
        assert_eq!(
            opening(rustix::io::Errno::NETUNREACH),
            Opening::NetUnreachable
        );
        assert_eq!(opening(rustix::io::Errno::TIMEDOUT), Opening::Silent);
        for prohibited in [Errno::ACCESS, Errno::PERM, Errno::NOPROTOOPT] {
            assert_eq!(opening(prohibited), Opening::HostUnreachable);
        }
        assert_eq!(opening(Errno::INVAL), Opening::NetUnreachable);
        assert!(matches!(
            opening(rustix::io::Errno::MFILE),
            Opening::NotTried(_)
        ));
    }
}
