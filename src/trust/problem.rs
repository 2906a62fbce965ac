//! Why a CA was not fetched, and what to do about it.

use serde::Serialize;
use url::Url;

use crate::{
    environment::{Environment, Host, Network},
    net::{
        download::{End, LARGEST, MOST_REDIRECTS},
        tcp::Opening,
    },
};

/// How much it weighs that a CA was not fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Weight {
    /// Something came, and it is not the pinned CA.
    Fails,
    /// Nothing came, so nobody knows.
    Unknown,
}

/// Why a CA was not fetched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// One of a few words, as `fingerprint-differs`.
    pub cause: &'static str,
    /// How much it weighs.
    pub weight: Weight,
    /// What was seen, as a sentence.
    pub seen: String,
    /// What to do next.
    pub hint: String,
}

impl Problem {
    pub(super) fn new(
        weight: Weight,
        cause: &'static str,
        seen: impl Into<String>,
        hint: impl Into<String>,
    ) -> Self {
        Self {
            cause,
            weight,
            seen: seen.into(),
            hint: hint.into(),
        }
    }
}

/// A host of the profile.
pub(super) fn host_of<'a>(environment: &'a Environment, name: &str) -> Option<&'a Host> {
    let mut hosts = environment.hosts.iter();
    hosts.find(|host| host.name.eq_ignore_ascii_case(name))
}

use Weight::{Fails, Unknown};

/// What was asked for, by which way.
pub(super) struct Asked<'a> {
    environment: &'a Environment,
    url: &'a Url,
    host: &'a str,
    /// Host and port.
    place: String,
    /// Nothing, or ` by the proxy ...`.
    by: String,
    proxy: String,
}

impl<'a> Asked<'a> {
    pub(super) fn new(environment: &'a Environment, url: &'a Url, proxy: Option<String>) -> Self {
        let host = url.host_str().unwrap_or_default();
        let port = url.port_or_known_default().unwrap_or_default();
        let by = proxy.as_ref();
        Self {
            environment,
            url,
            host,
            place: format!("{host}:{port}"),
            by: by.map_or_else(String::new, |proxy| format!(" by the proxy {proxy}")),
            proxy: proxy.unwrap_or_default(),
        }
    }

    /// What it means that the file did not come.
    pub(super) fn explain(&self, end: End) -> Problem {
        let (host, url) = (self.host, self.url);
        match end {
            End::Content(_) | End::Unwritten(_) | End::TooLarge => Problem::new(
                Fails,
                "too-large",
                format!(
                    "{host} sent more than {} KiB{}, and no CA is as large.",
                    LARGEST / 1024,
                    self.by
                ),
                format!("Look at what it is: `curl -sSI {url}`."),
            ),
            End::Status(status, _) => self.status(status),
            End::Elsewhere(to) => Problem::new(
                Fails,
                "redirected-elsewhere",
                format!(
                    "{host} points to {to}{}, which is another host and was not followed.",
                    self.by
                ),
                "If you know that host, download it there yourself, and compare the SHA-256; a sign-in page of the network here is a usual reason.",
            ),
            End::InCircles => Problem::new(
                Fails,
                "redirected-elsewhere",
                format!("{host} points on and on: more than {MOST_REDIRECTS} redirects."),
                format!("Look where they lead: `curl -sSIL {url}`."),
            ),
            shut => self.shut(shut),
        }
    }

    fn status(&self, status: u16) -> Problem {
        let hint = match status {
            407 => "The proxy wants a name and a password: set them in the proxy's variable, as http://name:password@host:port.".to_owned(),
            429 => "The host wants to be left alone for a while: try again in an hour.".to_owned(),
            500.. => format!("Try again later, or {}.", self.elsewhere()),
            _ => format!("The file may have moved: look at {}, or {}.", self.environment.page, self.elsewhere()),
        };
        // What failed at the other end, or before it, says nothing about the file.
        let weight = match status {
            407 | 429 | 500.. => Unknown,
            _ => Fails,
        };
        let seen = format!("{} answered with status {status}{}.", self.host, self.by);
        Problem::new(weight, "http-status", seen, hint)
    }

    /// What never came as far as an answer.
    fn shut(&self, end: End) -> Problem {
        let (place, by) = (&self.place, &self.by);
        let (cause, seen, hint) = match end {
            End::NoAddress => (
                "no-address",
                format!("{} has no address here.", self.host),
                format!("Ask the name servers: `ptl check-firewall --target {place}`. Where only a proxy reaches the internet, set http_proxy and https_proxy.{}", self.on_hscn()),
            ),
            End::Proxy(why) => (
                "proxy-failed",
                format!("The proxy {} did not open the way to {}: {why}.", self.proxy, self.host),
                "The environment variables http_proxy, https_proxy and all_proxy name it: correct them, or list the host in no_proxy if it is reached without one.".to_owned(),
            ),
            End::Tls(why) => (
                "tls-broken",
                format!("No TLS connection to {place} came about{by}: {why}."),
                format!("A firewall that inspects TLS, or a missing CA of the system (package ca-certificates, SSL_CERT_FILE), is the usual reason: `ptl check-firewall --target tls://{place}` shows what it presents."),
            ),
            End::Shut(opening) => {
                let (cause, what) = word(&opening);
                (cause, format!("{place} {what}."), self.look())
            }
            End::Broken(why) => (
                "http-broken",
                format!("{place} gave no whole HTTP answer{by}: {why}."),
                self.look(),
            ),
            _ => (
                "no-answer",
                format!("Nothing whole came from {place}{by} before the time was over."),
                format!("Give it longer by --timeout 30s. {}", self.look()),
            ),
        };
        Problem::new(Unknown, cause, seen, hint)
    }

    fn look(&self) -> String {
        let speech = match self.url.scheme() {
            "https" => "tls",
            _ => "http",
        };
        format!(
            "See which layer is shut: `ptl check-firewall --target {speech}://{}`; or {}.{}",
            self.place,
            self.elsewhere(),
            self.on_hscn()
        )
    }

    fn elsewhere(&self) -> String {
        let url = self.url;
        format!("download {url} on a machine that reaches it, and compare the SHA-256")
    }

    fn on_hscn(&self) -> &'static str {
        match host_of(self.environment, self.host).map(|host| host.network) {
            Some(Network::Hscn) => {
                " The host is on HSCN: from the internet it cannot be reached, so run this on a machine that is on HSCN."
            }
            _ => "",
        }
    }
}

fn word(opening: &Opening) -> (&'static str, String) {
    match opening {
        Opening::Refused => ("tcp-refused", "refused the connection".to_owned()),
        Opening::HostUnreachable => (
            "host-unreachable",
            "cannot be reached: a router or firewall says so".to_owned(),
        ),
        Opening::NetUnreachable => (
            "net-unreachable",
            "cannot be reached: this machine has no route there".to_owned(),
        ),
        Opening::Silent | Opening::Open => ("tcp-silent", "does not answer".to_owned()),
        Opening::NotTried(why) => ("not-tried", format!("could not be tried: {why}")),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;
    use crate::environment;

    fn of(end: End) -> Problem {
        let live = environment::find("live").unwrap();
        let url = Url::parse("https://pki.nhs.uk/live/G2/root/NHSRootAuthorityG2.crt").unwrap();
        Asked::new(&live, &url, None).explain(end)
    }

    #[test]
    fn what_the_network_did_is_no_word_on_the_file() {
        for (end, cause) in [
            (End::NoAddress, "no-address"),
            (End::Shut(Opening::Refused), "tcp-refused"),
            (End::Shut(Opening::HostUnreachable), "host-unreachable"),
            (End::Shut(Opening::NetUnreachable), "net-unreachable"),
            (End::Shut(Opening::Silent), "tcp-silent"),
            (End::Tls("x".into()), "tls-broken"),
            (End::Broken("x".into()), "http-broken"),
            (End::Late, "no-answer"),
            (End::Status(502, None), "http-status"),
            (End::Status(407, None), "http-status"),
        ] {
            let problem = of(end);
            assert_eq!((problem.cause, problem.weight), (cause, Weight::Unknown));
            assert!(
                !problem.hint.contains("HSCN"),
                "pki.nhs.uk is on the internet"
            );
        }
        assert_eq!(of(End::Status(404, None)).weight, Weight::Fails);
    }
}
