//! Downloads pinned CAs, and says of each whether what came is the one that is pinned.

use std::path::Path;

use serde::Serialize;
use url::Url;

use super::Wanted;
use crate::{
    environment::{Environment, Host, Network},
    net::{
        download::{Download, Downloader, End, LARGEST, MOST_REDIRECTS},
        tcp::Opening,
    },
    x509::{
        Certificate,
        read::{self, Object},
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
    fn new(
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

/// The word for a redirect to another host.
const ELSEWHERE: &str = "redirected-elsewhere";
/// The word for what is no certificate.
const NOT_ONE: &str = "http-not-a-certificate";

/// Downloads a CA from the URL of the profile; hosts of the profile are asked, and those that are allowed besides.
///
/// # Errors
/// Where it did not come, or what came is not the one that is pinned.
pub async fn fetch(
    wanted: &Wanted<'_>,
    environment: &Environment,
    allowed: &[String],
    downloader: &Downloader,
) -> Result<Certificate, Problem> {
    let url = address(wanted, environment, allowed)?;
    let download = downloader.get(&url).await;
    judge(wanted, environment, &url, download)
}

/// The URL of a CA, if it may be asked for.
fn address(
    wanted: &Wanted<'_>,
    environment: &Environment,
    allowed: &[String],
) -> Result<Url, Problem> {
    let authority = wanted.authority;
    let url = authority.url.as_deref();
    let Some(url) = url.and_then(|text| Url::parse(text).ok()) else {
        let (desk, mail) = (&environment.desk.name, &environment.desk.mail);
        let seen = "No source says where it can be downloaded.";
        let hint = format!(
            "Ask {desk} ({mail}) for it, and compare its SHA-256 with the pinned one. It was seen in: {}.",
            authority.provenance.source
        );
        return Err(Problem::new(Weight::Unknown, "no-url", seen, hint));
    };
    let host = url.host_str().unwrap_or_default();
    let is_allowed = allowed.iter().any(|name| name.eq_ignore_ascii_case(host));
    if is_allowed || host_of(environment, host).is_some() {
        return Ok(url);
    }
    let seen = format!("{host} is no host of the profile, and only those are asked.");
    let hint = format!("If you know that host, add `--allow-host {host}`.");
    Err(Problem::new(
        Weight::Unknown,
        "host-not-allowed",
        seen,
        hint,
    ))
}

fn host_of<'a>(environment: &'a Environment, name: &str) -> Option<&'a Host> {
    let mut hosts = environment.hosts.iter();
    hosts.find(|host| host.name.eq_ignore_ascii_case(name))
}

/// The pinned certificate among what came.
fn judge(
    wanted: &Wanted<'_>,
    environment: &Environment,
    url: &Url,
    download: Download,
) -> Result<Certificate, Problem> {
    let bytes = match download.end {
        End::Content(bytes) => bytes,
        other => return Err(explain(other, environment, url, download.proxy.as_deref())),
    };
    let curl = format!(
        "Look at what it is: `curl -sS {url} | head -c 300`; a proxy or a sign-in page may have answered in its place."
    );
    let objects = read::parse(&bytes, Path::new(url.as_str()), None).map_err(|error| {
        let seen = format!("What came is no certificate: {error}.");
        Problem::new(Weight::Fails, NOT_ONE, seen, curl.as_str())
    })?;
    let mut certificates: Vec<Certificate> = objects
        .into_iter()
        .filter_map(|object| match object {
            Object::Certificate(certificate) => Some(*certificate),
            _ => None,
        })
        .collect();
    let is_it = |it: &Certificate| it.sha256 == wanted.authority.sha256;
    if let Some(place) = certificates.iter().position(is_it) {
        return Ok(certificates.swap_remove(place));
    }
    let named = |it: &&Certificate| wanted.authority.is_named(&it.subject);
    let Some(other) = certificates
        .iter()
        .find(named)
        .or_else(|| certificates.first())
    else {
        let seen = format!("What came from {url} holds no certificate.");
        return Err(Problem::new(Weight::Fails, NOT_ONE, seen, curl));
    };
    let seen = format!(
        "What came is another certificate, `{}`, so it was not kept. Its SHA-256 is {}, and {} is pinned.",
        other.label(),
        other.sha256,
        wanted.authority.sha256
    );
    let hint = format!(
        "Do not trust it. Compare both with what the NHS prints: {}. If the NHS has put a new CA in its place, use a newer ptl, or a copy of the profile with the new pin.",
        wanted.authority.provenance.source
    );
    Err(Problem::new(
        Weight::Fails,
        "fingerprint-differs",
        seen,
        hint,
    ))
}

/// What it means that nothing came.
fn explain(end: End, environment: &Environment, url: &Url, proxy: Option<&str>) -> Problem {
    use Weight::{Fails, Unknown};
    let host = url.host_str().unwrap_or_default();
    let port = url.port_or_known_default().unwrap_or_default();
    let by = proxy.map_or_else(String::new, |proxy| format!(" by the proxy {proxy}"));
    let hscn = match host_of(environment, host).map(|host| host.network) {
        Some(Network::Hscn) => {
            " The host is on HSCN: from the internet it cannot be reached, so run this on a machine that is on HSCN."
        }
        _ => "",
    };
    let elsewhere = format!("download {url} on a machine that reaches it, and compare the SHA-256");
    let look = format!(
        "See which layer is shut: `ptl check-firewall --target {}://{host}:{port}`; or {elsewhere}.{hscn}",
        if url.scheme() == "https" {
            "tls"
        } else {
            "http"
        }
    );
    match end {
        End::Content(_) | End::TooLarge => Problem::new(
            Fails,
            "too-large",
            format!(
                "{host} sent more than {} KiB{by}, and no CA is as large.",
                LARGEST / 1024
            ),
            format!("Look at what it is: `curl -sSI {url}`."),
        ),
        End::Status(status) => {
            let hint = match status {
                407 => "The proxy wants a name and a password: set them in the proxy's variable, as http://name:password@host:port.".to_owned(),
                429 => "The host wants to be left alone for a while: try again in an hour.".to_owned(),
                500.. => format!("Try again later, or {elsewhere}."),
                _ => format!("The file may have moved: look at {}, or {elsewhere}.", environment.page),
            };
            // What failed at the other end, or before it, says nothing about the file.
            let weight = match status {
                407 | 429 | 500.. => Unknown,
                _ => Fails,
            };
            let seen = format!("{host} answered with status {status}{by}.");
            Problem::new(weight, "http-status", seen, hint)
        }
        End::Elsewhere(to) => Problem::new(
            Fails,
            ELSEWHERE,
            format!("{host} points to {to}{by}, which is another host and was not followed."),
            "If you know that host, download it there yourself, and compare the SHA-256; a sign-in page of the network here is a usual reason.",
        ),
        End::InCircles => Problem::new(
            Fails,
            ELSEWHERE,
            format!("{host} points on and on: more than {MOST_REDIRECTS} redirects."),
            format!("Look where they lead: `curl -sSIL {url}`."),
        ),
        End::NoAddress => Problem::new(
            Unknown,
            "no-address",
            format!("{host} has no address here."),
            format!(
                "Ask the name servers: `ptl check-firewall --target {host}:{port}`. Where only a proxy reaches the internet, set http_proxy and https_proxy.{hscn}"
            ),
        ),
        End::Proxy(why) => Problem::new(
            Unknown,
            "proxy-failed",
            format!(
                "The proxy {} did not open the way to {host}: {why}.",
                proxy.unwrap_or_default()
            ),
            "The environment variables http_proxy, https_proxy and all_proxy name it: correct them, or list the host in no_proxy if it is reached without one.",
        ),
        End::Shut(opening) => {
            let (cause, what) = shut(&opening);
            Problem::new(Unknown, cause, format!("{host}:{port} {what}."), look)
        }
        End::Tls(why) => Problem::new(
            Unknown,
            "tls-broken",
            format!("No TLS connection to {host}:{port} came about{by}: {why}."),
            format!(
                "A firewall that inspects TLS, or a missing CA of the system (package ca-certificates, SSL_CERT_FILE), is the usual reason: `ptl check-firewall --target tls://{host}:{port}` shows what it presents."
            ),
        ),
        End::Broken(why) => Problem::new(
            Unknown,
            "http-broken",
            format!("{host}:{port} gave no whole HTTP answer{by}: {why}."),
            look,
        ),
        End::Late => Problem::new(
            Unknown,
            "no-answer",
            format!("Nothing whole came from {host}:{port}{by} before the time was over."),
            format!("Give it longer by --timeout 30s. {look}"),
        ),
    }
}

fn shut(opening: &Opening) -> (&'static str, String) {
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
mod tests;
