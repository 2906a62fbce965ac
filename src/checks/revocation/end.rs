//! Why nothing came of a list's server or of a responder, by what the network did: the same cause for both.

use crate::{
    check::Cause,
    net::{download::End, tcp::Opening},
};

/// The cause of nothing having come.
pub(super) fn cause(end: &End) -> Cause {
    match end {
        // The status is the proxy's own.
        End::Proxy(_) | End::Status(407, _) => Cause::ProxyFailed,
        End::Status(..) => Cause::HttpStatus,
        End::Elsewhere(_) | End::InCircles => Cause::CrlRedirected,
        End::NoAddress => Cause::DnsNoData,
        End::Near(_) => Cause::CrlNotFollowed,
        End::Shut(opening) => shut(opening),
        End::Tls(_) => Cause::TlsBroken,
        End::Late | End::Slow => Cause::HttpSilent,
        End::TooLarge => Cause::CrlTooLarge,
        // What came or was written is not asked about here.
        End::Broken(_) | End::Content(_) | End::NotModified | End::Unwritten(_) => {
            Cause::HttpBroken
        }
    }
}

fn shut(opening: &Opening) -> Cause {
    match opening {
        Opening::Refused => Cause::TcpRefused,
        Opening::HostUnreachable => Cause::HostUnreachable,
        Opening::NetUnreachable => Cause::NetUnreachable,
        Opening::Silent | Opening::Open | Opening::NotTried(_) => Cause::TcpSilent,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_network_did_has_a_cause_of_its_own() {
        let words = |text: &str| text.to_owned();
        for (end, wanted) in [
            (End::NoAddress, "dns-no-data"),
            (End::Shut(Opening::Refused), "tcp-refused"),
            (End::Shut(Opening::NotTried(words("x"))), "tcp-silent"),
            (End::Status(407, None), "proxy-failed"),
            (End::Status(404, None), "http-status"),
            (End::Elsewhere(words("http://x/")), "crl-redirected"),
            (End::InCircles, "crl-redirected"),
            (End::TooLarge, "crl-too-large"),
            (End::Late, "http-silent"),
            (End::Slow, "http-silent"),
            (End::Broken(words("x")), "http-broken"),
        ] {
            assert_eq!(cause(&end).word(), wanted, "{end}");
        }
    }
}
