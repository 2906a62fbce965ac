//! What is to be reached: `host:port`, with an optional scheme that says what is spoken there.

use std::{fmt, net::IpAddr};

use hickory_resolver::proto::rr::Name;
use url::{Host, Url};

/// A host's name or its address.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Place {
    /// A name, in lower case and without a final dot.
    Name(String),
    /// An address, so that no resolver is asked.
    Address(IpAddr),
}

/// What is spoken on a port.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Speech {
    /// Nothing is said: the port need only open.
    Tcp,
    /// TLS; `asks` whether one HTTP request may follow the handshake.
    Tls {
        /// Whether the port is one where an HTTP request makes sense.
        asks: bool,
    },
    /// TLS with an endpoint: one HTTP request always follows, and a certificate is shown whenever one
    /// is asked for.
    Visit {
        /// The name to send as SNI and to ask for; none: the host's own, if it has one.
        name: Option<String>,
        /// The path to ask for, beginning with a slash.
        path: String,
    },
    /// Plain HTTP; the path to ask for.
    Http {
        /// The path, beginning with a slash.
        path: String,
    },
}

/// One thing to be reached.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Target {
    /// The host.
    pub place: Place,
    /// The port.
    pub port: u16,
    /// What is spoken there.
    pub speech: Speech,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Address(IpAddr::V6(address)) => write!(f, "[{address}]"),
            Self::Address(address) => address.fmt(f),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.place, self.port)
    }
}

impl Place {
    /// The name, if it is one.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Name(name) => Some(name),
            Self::Address(_) => None,
        }
    }
}

impl Target {
    /// Reads `host:port`, `[v6]:port`, or either after `tls://`, `https://`, `tcp://` or `http://`.
    ///
    /// Without a scheme, port 80 is HTTP and all else TLS.
    ///
    /// # Errors
    /// A lowercase fragment that says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (scheme, rest) = match text.split_once("://") {
            Some((scheme, rest)) => (Some(scheme.to_ascii_lowercase()), rest),
            None => (None, text),
        };
        let default_port = match scheme.as_deref() {
            None | Some("tcp") => None,
            Some("tls" | "https") => Some(443),
            Some("http") => Some(80),
            Some(other) => {
                return Err(format!(
                    "`{other}://` is not one of tls://, https://, tcp:// and http://"
                ));
            }
        };
        let authority = rest.split('/').next().unwrap_or_default();
        let port = port_of(authority)?
            .or(default_port)
            .ok_or("no port: write it as `host:port`")?;
        // A special scheme, so that `url` reads the host by the rules of the web: IPv4 and IPv6 literals.
        let url = Url::parse(&format!("http://{rest}")).map_err(|error| error.to_string())?;
        if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
            return Err("only a host, a port and a path may stand here".to_owned());
        }
        Ok(Self {
            place: place_of(&url)?,
            port,
            speech: speech_of(scheme.as_deref(), port, &url),
        })
    }

    /// Reads `host`, `host:port`, or either with an IPv6 address in brackets, and nothing else: an
    /// endpoint to be visited, on port 443 unless another is given.
    ///
    /// # Errors
    /// A lowercase fragment that says what is wrong with it, and where that is plain what to write.
    pub fn endpoint(text: &str) -> Result<Self, String> {
        if text.contains(['/', '?', '#', '@', '\\']) {
            let meant = Self::parse(text).ok();
            return Err(meant.map_or_else(
                || "only a host and a port may stand here".to_owned(),
                |meant| format!("only a host and a port may stand here: write `{meant}`"),
            ));
        }
        let authority = match port_of(text)? {
            Some(_) => text.to_owned(),
            None => format!("{text}:443"),
        };
        Ok(Self {
            speech: Speech::Visit {
                name: None,
                path: "/".to_owned(),
            },
            ..Self::parse(&authority)?
        })
    }

    /// The name that is sent as SNI and asked for; none for an address.
    pub fn server_name(&self) -> Option<&str> {
        match &self.speech {
            Speech::Visit {
                name: Some(name), ..
            } => Some(name),
            _ => self.place.name(),
        }
    }

    /// A host by name or address.
    ///
    /// # Errors
    /// A lowercase fragment that says what is wrong with the name.
    pub fn new(host: &str, port: u16, speech: Speech) -> Result<Self, String> {
        let place = match host.parse() {
            Ok(address) => Place::Address(address),
            Err(_) => named(host)?,
        };
        Ok(Self {
            place,
            port,
            speech,
        })
    }
}

fn port_of(authority: &str) -> Result<Option<u16>, String> {
    let after_host = authority
        .rsplit_once(']')
        .map_or(authority, |(_, after)| after);
    let Some((before, port)) = after_host.rsplit_once(':') else {
        return Ok(None);
    };
    if before.contains(':') {
        return Err("an IPv6 address stands in brackets, as in `[::1]:443`".to_owned());
    }
    match port.parse() {
        Ok(port @ 1..) => Ok(Some(port)),
        _ => Err(format!("`{port}` is no port from 1 to 65535")),
    }
}

fn place_of(url: &Url) -> Result<Place, String> {
    match url.host() {
        Some(Host::Ipv4(address)) => Ok(Place::Address(address.into())),
        Some(Host::Ipv6(address)) => Ok(Place::Address(address.into())),
        Some(Host::Domain(name)) => named(name),
        None => Err("no host".to_owned()),
    }
}

fn named(name: &str) -> Result<Place, String> {
    let bare = name.strip_suffix('.').unwrap_or(name);
    if bare.is_empty() {
        return Err("no host".to_owned());
    }
    // RFC 1035 section 3.1: labels of 1 to 63 octets, 255 in all.
    Name::from_ascii(bare).map_err(|error| format!("`{bare}` is no host name: {error}"))?;
    Ok(Place::Name(bare.to_ascii_lowercase()))
}

fn speech_of(scheme: Option<&str>, port: u16, url: &Url) -> Speech {
    let path = url[url::Position::BeforePath..url::Position::AfterQuery].to_owned();
    match (scheme, port) {
        (Some("tcp"), _) => Speech::Tcp,
        (Some("http"), _) | (None, 80) => Speech::Http { path },
        (Some("https"), _) => Speech::Tls { asks: true },
        _ => Speech::Tls {
            asks: takes_http(port),
        },
    }
}

/// Ports of other protocols over TLS, where an HTTP request would be rude: LDAP, mail, XMPP, MQTT, databases.
fn takes_http(port: u16) -> bool {
    !matches!(
        port,
        25 | 110 | 143 | 389 | 465 | 563 | 587 | 636 | 853 | 989
            ..=995 | 3269 | 5061 | 5223 | 5671 | 6697 | 8883
    )
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    fn read(text: &str) -> (String, u16, Speech) {
        let target = Target::parse(text).unwrap();
        (target.place.to_string(), target.port, target.speech)
    }

    #[test]
    fn a_bare_host_and_port_is_tls() {
        let expected = ("a.nhs.uk".to_owned(), 443, Speech::Tls { asks: true });
        assert_eq!(read("A.nhs.uk:443"), expected);
        assert_eq!(read("a.nhs.uk.:443"), expected);
        assert_eq!(read("tls://a.nhs.uk"), expected);
    }

    #[test]
    fn port_80_is_http_unless_the_scheme_says_otherwise() {
        let http = |path: &str| Speech::Http {
            path: path.to_owned(),
        };
        assert_eq!(read("crl.nhs.uk:80").2, http("/"));
        assert_eq!(
            read("http://crl.nhs.uk:8080/int/1c/crlc2.crl").2,
            http("/int/1c/crlc2.crl")
        );
        assert_eq!(read("tcp://crl.nhs.uk:80").2, Speech::Tcp);
    }

    #[test]
    fn no_http_request_is_sent_to_a_directory() {
        assert_eq!(read("ldap.nhs.uk:636").2, Speech::Tls { asks: false });
    }

    #[test]
    fn addresses_are_read_in_both_families() {
        assert_eq!(read("10.239.14.26:443").0, "10.239.14.26");
        assert_eq!(read("[::1]:443").0, "[::1]");
        assert_eq!(Target::parse("[::1]:443").unwrap().to_string(), "[::1]:443");
    }

    #[test]
    fn an_endpoint_is_a_host_and_perhaps_a_port() {
        let visited = |text: &str| Target::endpoint(text).map(|it| it.to_string());
        assert_eq!(visited("A.nhs.uk").unwrap(), "a.nhs.uk:443");
        assert_eq!(visited("a.nhs.uk:8443").unwrap(), "a.nhs.uk:8443");
        assert_eq!(visited("a.nhs.uk:80").unwrap(), "a.nhs.uk:80");
        assert_eq!(visited("[::1]").unwrap(), "[::1]:443");
        assert_eq!(visited("[::1]:8443").unwrap(), "[::1]:8443");
        for (text, part) in [
            ("https://a.nhs.uk:8443/fhir", "write `a.nhs.uk:8443`"),
            ("https://a.nhs.uk", "write `a.nhs.uk:443`"),
            ("a.nhs.uk/fhir", "only a host and a port"),
            ("me@a.nhs.uk", "only a host and a port"),
            ("::1", "brackets"),
            ("a.nhs.uk:", "no port from 1"),
            ("", "host"),
        ] {
            let problem = visited(text).unwrap_err();
            assert!(problem.contains(part), "{text}: {problem}");
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (text, part) in [
            ("a.nhs.uk", "no port"),
            ("a.nhs.uk:0", "no port from 1"),
            ("a.nhs.uk:70000", "no port from 1"),
            ("a.nhs.uk:https", "no port from 1"),
            ("::1:443", "brackets"),
            ("ftp://a.nhs.uk:21", "ftp"),
            (":443", "host"),
            ("a..nhs.uk:443", "no host name"),
            ("user@a.nhs.uk:443", "only a host"),
            ("a b:443", "invalid"),
            ("", "no port"),
        ] {
            let problem = Target::parse(text).unwrap_err();
            assert!(problem.contains(part), "{text}: {problem}");
        }
    }
}
