//! Where the lab's servers are: one loopback address, a port each, and the names under which they go.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// The Spine proxy.
pub(super) const PROXY: &str = "proxy.lab.test";
/// The host of the revocation lists.
pub(super) const LISTS: &str = "crl.lab.test";
/// The host of the CA certificates.
pub(super) const CERTIFICATES: &str = "pki.lab.test";
/// The host that the G2 sub CA names for OCSP.
pub(super) const OCSP: &str = "ocsp.lab.test";
/// The host of the old download page; the real one goes by the bare name `checkit`, on HSCN.
pub(super) const CHECKIT: &str = "checkit.lab.test";
/// What Spine calls a provider from.
pub(super) const MSG_OUT: &str = "msg-out.lab.test";

/// Every name that the lab's name server knows. `test` is kept for this (RFC 6761, section 6.2).
pub(super) const NAMES: [&str; 6] = [PROXY, LISTS, CERTIFICATES, OCSP, CHECKIT, MSG_OUT];

/// A loopback address on which no lab listens.
pub(super) const WRONG_ADDRESS: Ipv4Addr = Ipv4Addr::new(127, 9, 9, 9);

/// The address and the ports of a lab, kept in its folder: its certificates name them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Places {
    /// A loopback address.
    pub(super) address: IpAddr,
    /// The name server's port, UDP and TCP.
    pub(super) dns: u16,
    /// The Spine proxy's port.
    pub(super) proxy: u16,
    /// The port of lists and CA certificates, plain HTTP.
    pub(super) downloads: u16,
}

impl Places {
    pub(super) fn dns(&self) -> SocketAddr {
        (self.address, self.dns).into()
    }

    pub(super) fn proxy(&self) -> SocketAddr {
        (self.address, self.proxy).into()
    }

    pub(super) fn downloads(&self) -> SocketAddr {
        (self.address, self.downloads).into()
    }

    /// Whether each port is one.
    pub(super) fn have_ports(&self) -> bool {
        [self.dns, self.proxy, self.downloads]
            .iter()
            .all(|port| *port > 0)
    }

    /// A URL of the host of lists, certificates, OCSP or the old page; the path has no slash before it.
    pub(super) fn url(&self, host: &str, path: &str) -> String {
        format!("http://{host}:{}/{path}", self.downloads)
    }
}

/// Refuses every address that another machine could reach.
///
/// # Errors
/// Where it is no loopback address: the lab's keys and certificates are made to be given away.
pub(super) fn refuse_beyond_loopback(address: IpAddr) -> Result<()> {
    if address == WRONG_ADDRESS {
        return Err(
            Error::input(format!("{address} is the lab's wrong address"))
                .hint("Give another one, as 127.0.0.2."),
        );
    }
    if address.is_loopback() {
        return Ok(());
    }
    Err(Error::input(format!(
        "the lab does not listen on {address}: other machines could reach it, and everything in it is made to be misused"
    ))
    .hint("Leave --address out, or give a loopback address, as 127.0.0.2 or ::1."))
}
