//! Downloads pinned CAs, and says of each whether what came is the one that is pinned.

use std::path::Path;

use url::Url;

use super::{
    Problem, Wanted, Weight,
    problem::{Asked, host_of},
};
use crate::{
    environment::Environment,
    net::download::{Download, Downloader, End},
    x509::{
        Certificate,
        read::{self, Object},
    },
};

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

/// The pinned certificate among what came.
fn judge(
    wanted: &Wanted<'_>,
    environment: &Environment,
    url: &Url,
    download: Download,
) -> Result<Certificate, Problem> {
    let bytes = match download.end {
        End::Content(bytes) => bytes,
        other => return Err(Asked::new(environment, url, download.proxy).explain(other)),
    };
    let not_one = |seen: String| {
        let hint = format!(
            "Look at what it is: `curl -sS {url} | head -c 300`; a proxy or a sign-in page may have answered in its place."
        );
        Problem::new(Weight::Fails, "http-not-a-certificate", seen, hint)
    };
    let objects = read::parse(&bytes, Path::new(url.as_str()), None)
        .map_err(|error| not_one(format!("What came is no certificate: {error}.")))?;
    let certificates = objects.into_iter().filter_map(|object| match object {
        Object::Certificate(certificate) => Some(*certificate),
        _ => None,
    });
    let mut certificates: Vec<Certificate> = certificates.collect();
    let is_it = |it: &Certificate| it.sha256 == wanted.authority.sha256;
    if let Some(place) = certificates.iter().position(is_it) {
        return Ok(certificates.swap_remove(place));
    }
    let named = |it: &&Certificate| wanted.authority.is_named(&it.subject);
    let namesake = certificates.iter().find(named);
    match namesake.or_else(|| certificates.first()) {
        Some(other) => Err(differs(wanted, other)),
        None => Err(not_one(format!(
            "What came from {url} holds no certificate."
        ))),
    }
}

fn differs(wanted: &Wanted<'_>, other: &Certificate) -> Problem {
    let pinned = wanted.authority;
    let seen = format!(
        "What came is another certificate, `{}`, so it was not kept. Its SHA-256 is {}, and {} is pinned.",
        other.label(),
        other.sha256,
        pinned.sha256
    );
    let hint = format!(
        "Do not trust it. Compare both with what the NHS prints: {}. If the NHS has put a new CA in its place, use a newer ptl, or a copy of the profile with the new pin.",
        pinned.provenance.source
    );
    Problem::new(Weight::Fails, "fingerprint-differs", seen, hint)
}
