//! Why no answer came of a responder, by what its network did.

use crate::{
    check::Cause,
    net::{download::End, tcp::Opening},
};

/// Why nothing came: cause, and a fragment.
pub(super) fn unheard(end: &End) -> (Cause, String) {
    match end {
        End::Status(status, _) => (
            Cause::HttpStatus,
            format!("the responder answered with status {status}"),
        ),
        End::Elsewhere(to) => (
            Cause::OcspMissing,
            format!("the responder points to `{to}`, which is not followed"),
        ),
        End::Content(_) | End::NotModified | End::TooLarge | End::InCircles | End::Unwritten(_) => {
            (
                Cause::OcspMissing,
                "more came than any answer has".to_owned(),
            )
        }
        End::Near(address) => (
            Cause::CrlNotFollowed,
            format!("the responder's name leads to {address}, which is not followed"),
        ),
        End::NoAddress => (
            Cause::OcspMissing,
            "the responder's name has no address here".to_owned(),
        ),
        End::Shut(opening) => shut(opening),
        End::Proxy(why) => (
            Cause::ProxyFailed,
            format!("the proxy did not open the way: {why}"),
        ),
        End::Tls(why) => (
            Cause::TlsBroken,
            format!("no TLS connection came about: {why}"),
        ),
        End::Broken(why) => (
            Cause::HttpBroken,
            format!("what came is no HTTP answer: {why}"),
        ),
        End::Late => (
            Cause::HttpSilent,
            "nothing whole came before the time was over".to_owned(),
        ),
    }
}

fn shut(opening: &Opening) -> (Cause, String) {
    match opening {
        Opening::Refused => (
            Cause::TcpRefused,
            "the responder refused the connection".to_owned(),
        ),
        Opening::HostUnreachable => (
            Cause::HostUnreachable,
            "a router or firewall said that the responder cannot be reached".to_owned(),
        ),
        Opening::NetUnreachable => (
            Cause::NetUnreachable,
            "this machine has no route to the responder".to_owned(),
        ),
        Opening::NotTried(why) => (
            Cause::OcspMissing,
            format!("the connection could not be tried: {why}"),
        ),
        Opening::Silent | Opening::Open => (
            Cause::TcpSilent,
            "nothing came back from the responder".to_owned(),
        ),
    }
}
