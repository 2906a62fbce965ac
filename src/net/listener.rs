//! Our own port: whether anything listens on it.

use std::{
    net::{IpAddr, SocketAddr, UdpSocket},
    path::Path,
    time::Duration,
};

use tokio::time::Instant;

use super::tcp::{self, Opening};
use crate::files;

/// The state "listening" in `/proc/net/tcp` (include/net/tcp_states.h, TCP_LISTEN).
const LISTEN: &str = "0A";

/// Where the kernel lists its sockets.
const TABLES: [&str; 2] = ["/proc/net/tcp", "/proc/net/tcp6"];

/// Whether something listens on a port of this machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listening {
    /// Yes.
    Yes,
    /// No.
    No,
    /// The kernel's table could not be read, and loopback did not answer: it may listen elsewhere.
    Unknown,
}

/// Looks in the kernel's tables, and where they cannot be read tries loopback.
pub async fn listening(port: u16) -> Listening {
    // A kernel without IPv6 has one table alone; one that is there and cannot be read leaves it open.
    let there = TABLES.iter().map(Path::new).filter(|table| table.exists());
    let tables: Vec<Option<String>> = there
        .map(|table| files::read_text(table, files::SMALL).ok())
        .collect();
    if tables.iter().flatten().any(|table| is_listed(table, port)) {
        return Listening::Yes;
    }
    if !tables.is_empty() && tables.iter().all(Option::is_some) {
        return Listening::No;
    }
    let deadline = Instant::now() + Duration::from_millis(500);
    let loopback = SocketAddr::from(([127, 0, 0, 1], port));
    match tcp::connect(loopback, deadline).await.0.opening {
        Opening::Open => Listening::Yes,
        _ => Listening::Unknown,
    }
}

fn is_listed(table: &str, port: u16) -> bool {
    let ending = format!(":{port:04X}");
    table.lines().skip(1).any(|line| {
        let mut fields = line.split_ascii_whitespace().skip(1);
        let local = fields.next().is_some_and(|local| local.ends_with(&ending));
        local && fields.nth(1) == Some(LISTEN)
    })
}

/// Whether an address is one of this machine's: only then can a socket be bound to it.
pub fn is_local(address: IpAddr) -> bool {
    UdpSocket::bind((address, 0)).is_ok()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    #[tokio::test]
    async fn a_listening_port_is_seen_and_a_shut_one_is_not() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        assert_eq!(listening(port).await, Listening::Yes);
        drop(listener);
        assert_eq!(listening(port).await, Listening::No);
    }

    #[test]
    fn a_connection_from_the_port_is_no_listener() {
        let table = "  sl  local_address rem_address   st\n\
                     0: 0100007F:01BB 0100007F:C350 01 00000000:00000000\n\
                     1: 00000000:0050 00000000:0000 0A 00000000:00000000\n";
        assert!(!is_listed(table, 443));
        assert!(is_listed(table, 80));
    }

    #[test]
    fn an_address_of_this_machine_is_told_from_others() {
        assert!(is_local([127, 0, 0, 1].into()));
        assert!(!is_local([192, 0, 2, 1].into()));
    }
}
