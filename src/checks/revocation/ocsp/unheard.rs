//! Why no answer came of a responder, by what its network did.

use crate::{
    check::Cause,
    net::{download::End, tcp::Opening},
};

/// The cause of nothing having come.
pub(super) fn unheard(end: &End) -> Cause {
    match end {
        End::Status(..) => Cause::HttpStatus,
        End::Near(_) => Cause::CrlNotFollowed,
        End::Shut(opening) => shut(opening),
        End::Proxy(_) => Cause::ProxyFailed,
        End::Tls(_) => Cause::TlsBroken,
        End::Broken(_) => Cause::HttpBroken,
        End::Late => Cause::HttpSilent,
        End::Content(_)
        | End::NotModified
        | End::TooLarge
        | End::Elsewhere(_)
        | End::InCircles
        | End::NoAddress
        | End::Unwritten(_) => Cause::OcspMissing,
    }
}

fn shut(opening: &Opening) -> Cause {
    match opening {
        Opening::Refused => Cause::TcpRefused,
        Opening::HostUnreachable => Cause::HostUnreachable,
        Opening::NetUnreachable => Cause::NetUnreachable,
        Opening::NotTried(_) => Cause::OcspMissing,
        Opening::Silent | Opening::Open => Cause::TcpSilent,
    }
}
