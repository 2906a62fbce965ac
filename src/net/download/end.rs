//! What came of asking for a file, and in words.

use std::{fmt, net::IpAddr};

use crate::net::tcp::Opening;

/// What came of asking for a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// The file.
    Content(Vec<u8>),
    /// More than its limit.
    TooLarge,
    /// A status that is no success, and after how many seconds the server wants to be asked again.
    Status(u16, Option<u64>),
    /// A redirect to this place on another host, which was not followed.
    Elsewhere(String),
    /// More than [`super::MOST_REDIRECTS`] on the same host.
    InCircles,
    /// What was asked for is as it was: the server was told by which version it is known.
    NotModified,
    /// The host's name has no address here.
    NoAddress,
    /// The host's name leads to this machine or its own link, where the host is not.
    Near(IpAddr),
    /// The connection did not open.
    Shut(Opening),
    /// The proxy did not open the way, in the library's words.
    Proxy(String),
    /// No TLS connection came about, in the library's words.
    Tls(String),
    /// It came, and could not be written, in the system's words.
    Unwritten(String),
    /// What came is no whole answer, in the library's words.
    Broken(String),
    /// The deadline passed before anything of the file came.
    Late,
    /// The deadline passed while the file was coming: asked for again, it would come no faster.
    Slow,
}

impl fmt::Display for End {
    /// As a fragment.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Content(_) => f.write_str("it came whole"),
            Self::NotModified => f.write_str("it is as it was"),
            Self::TooLarge => f.write_str("more came than is ever right"),
            Self::Unwritten(why) => write!(f, "it could not be written: {why}"),
            Self::Status(status, _) => write!(f, "the server answered with status {status}"),
            Self::Elsewhere(to) => write!(
                f,
                "the server points to `{to}` on another host, which is not followed"
            ),
            Self::InCircles => {
                f.write_str("the server points from one place to the next without an end")
            }
            Self::NoAddress => f.write_str("the host's name has no address here"),
            Self::Near(address) => write!(
                f,
                "the host's name leads to {address}, on this machine or its own link, which is not followed"
            ),
            Self::Shut(opening) => f.write_str(shut(opening)),
            Self::Proxy(why) => write!(f, "the proxy did not open the way: {why}"),
            Self::Tls(why) => write!(f, "no TLS connection came about: {why}"),
            Self::Broken(why) => write!(f, "the answer broke off: {why}"),
            Self::Late => f.write_str("no whole answer came in time"),
            Self::Slow => f.write_str("it came too slowly, and was not whole in time"),
        }
    }
}

fn shut(opening: &Opening) -> &'static str {
    match opening {
        Opening::Refused => "the host refused the connection",
        Opening::HostUnreachable => "a router or firewall says that the host cannot be reached",
        Opening::NetUnreachable => "this machine has no route to the host",
        Opening::Silent | Opening::Open => "the host does not answer",
        Opening::NotTried(_) => "no connection could be tried",
    }
}
