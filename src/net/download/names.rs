//! Names to addresses for downloads, and which addresses are not followed.

use std::{
    fmt,
    net::{IpAddr, SocketAddr},
};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::time::{Duration, Instant};

use crate::net::dns::{Resolver, Server};

/// Names to addresses: this machine's word first, then that of the servers given.
#[derive(Debug)]
pub(super) struct Names {
    pub(super) servers: Vec<Server>,
    pub(super) timeout: Duration,
    /// What may be near; nothing: everything.
    pub(super) near: Option<Near>,
}

/// What is known to be on this machine or its own link: hosts, and addresses.
#[derive(Clone, Debug, Default)]
pub struct Near {
    /// Names, whatever they lead to.
    pub hosts: Vec<String>,
    /// Addresses.
    pub addresses: Vec<IpAddr>,
}

impl Near {
    /// The first of a name's addresses that is near without being known as such.
    fn unknown(&self, name: &str, addresses: &[IpAddr]) -> Option<IpAddr> {
        let known = self.hosts.iter().any(|it| it.eq_ignore_ascii_case(name));
        let mut near = addresses.iter().filter(|it| is_near(**it));
        near.find(|it| !known && !self.addresses.contains(it))
            .copied()
    }
}

/// Whether an address is this machine's, or one of its own link.
fn is_near(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(it) => {
            it.is_loopback() || it.is_link_local() || it.is_unspecified() || it.is_multicast()
        }
        IpAddr::V6(it) => {
            it.is_loopback()
                || it.is_unicast_link_local()
                || it.is_unspecified()
                || it.is_multicast()
        }
    }
}

/// Nobody who was asked knows an address of the name.
#[derive(Debug)]
pub(super) struct NoAddress;

impl fmt::Display for NoAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name has no address")
    }
}

impl std::error::Error for NoAddress {}

/// The name leads to this machine, or its own link.
#[derive(Debug)]
pub(super) struct NearAddress(pub(super) IpAddr);

impl fmt::Display for NearAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the name leads to {}", self.0)
    }
}

impl std::error::Error for NearAddress {}

impl Resolve for Names {
    fn resolve(&self, name: Name) -> Resolving {
        // Half of the time: an answer that comes later leaves none to connect in.
        let (servers, patience) = (self.servers.clone(), self.timeout / 4);
        let near = self.near.clone();
        Box::pin(async move {
            for servers in [Vec::new(), servers] {
                let resolver = Resolver::new(servers, Instant::now() + patience);
                let addresses = resolver.resolve(name.as_str()).await.addresses();
                let unknown = near
                    .as_ref()
                    .and_then(|near| near.unknown(name.as_str(), &addresses));
                if let Some(address) = unknown {
                    return Err(NearAddress(address).into());
                }
                if !addresses.is_empty() {
                    let places = addresses
                        .into_iter()
                        .map(|address| SocketAddr::new(address, 0));
                    return Ok(Box::new(places) as Addrs);
                }
            }
            Err(NoAddress.into())
        })
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    fn unknown(near: &Near, name: &str, addresses: &[&str]) -> Option<String> {
        let addresses: Vec<IpAddr> = addresses.iter().map(|it| it.parse().unwrap()).collect();
        near.unknown(name, &addresses).map(|it| it.to_string())
    }

    #[test]
    fn a_name_that_leads_to_this_machine_is_not_followed_unless_that_is_known() {
        let near = Near {
            hosts: vec!["mine.example".into()],
            addresses: vec!["127.0.0.5".parse().unwrap()],
        };
        for address in [
            "127.0.0.1",
            "169.254.169.254",
            "0.0.0.0",
            "::1",
            "fe80::1",
            "::ffff:127.0.0.1",
            "::",
        ] {
            let found = unknown(&near, "crl.nhs.uk", &["10.0.0.1", address]);
            assert_eq!(found.as_deref(), Some(address));
            assert_eq!(unknown(&near, "MINE.example", &[address]), None);
        }
        assert_eq!(unknown(&near, "crl.nhs.uk", &["127.0.0.5"]), None);
        assert_eq!(unknown(&near, "crl.nhs.uk", &["10.0.0.1", "2a00::1"]), None);
    }
}
