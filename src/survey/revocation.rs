//! Certificates that may be revoked, and what the lists that are kept say of each.

mod fetched;
mod library;
mod watched;

use std::{path::PathBuf, sync::Arc};

use jiff::Timestamp;

use super::Subject;
use crate::{
    check::{self, Context, Finding},
    checks::revocation::{CERTIFICATE, CertificateFacts, Doubt, Unasked},
    crl::{
        Gap,
        cache::Cache,
        fetch, kept,
        lookup::{self, Looked, Terms, Wanted},
        ocsp,
        status::Status,
    },
    error::{Result, for_a_shell},
    x509::Certificate,
};
pub use fetched::Round;
pub use library::{Library, Shelf, Unreadable};
pub use watched::Watched;

/// Judges what is kept of an install's lists in one environment.
///
/// # Errors
/// Where the folder of the lists is there and cannot be read.
pub fn survey(subject: &Subject<'_>) -> Result<Vec<Finding>> {
    let watched = Watched::of_install(subject);
    let folder = subject
        .install
        .revocation
        .folder_of(&subject.environment.id);
    if watched.certificates.is_empty() && watched.unasked.is_empty() {
        let reason = "there is no certificate yet whose revocation matters";
        return Ok(check::skipped(
            CERTIFICATE,
            "certificates",
            reason,
            subject.selection,
        ));
    }
    findings(&watched, &Cache::of(folder), &subject.context())
}

/// What the lists that are kept say of each certificate.
///
/// # Errors
/// Where the cache is there and cannot be read.
pub fn findings(watched: &Watched, cache: &Cache, context: &Context<'_>) -> Result<Vec<Finding>> {
    let places = Places {
        cache: Some(cache),
        named: &[],
    };
    findings_by(watched, places, context)
}

/// What the lists of a cache, and those in files that were named, say of each certificate.
///
/// # Errors
/// Where the cache is there and cannot be read, or a list that was named.
pub fn findings_by(
    watched: &Watched,
    places: Places<'_>,
    context: &Context<'_>,
) -> Result<Vec<Finding>> {
    let wanted: Vec<Wanted> = watched
        .certificates
        .iter()
        .cloned()
        .map(Wanted::Certificate)
        .collect();
    let grace = |issuer: &Certificate| watched.grace(issuer);
    let terms = Terms {
        issuers: &watched.issuers,
        at: context.at,
        grace: &grace,
    };
    let kept = Kept::read(places, &wanted, &terms)?;
    let mut findings = Vec::new();
    for (peer, unasked) in &watched.unasked {
        let facts = unasked_facts(watched, unasked);
        findings.extend(check::run(CERTIFICATE, peer, &facts, context));
    }
    for (number, wanted) in wanted.iter().enumerate() {
        let certificate = &watched.certificates[number];
        let signer = watched.signer(certificate);
        let heard = places
            .cache
            .and_then(|cache| heard(certificate, signer, cache, context.at));
        let mut said = kept.said(wanted, number, context.at);
        said.doubt.fetch = places.fetch(context.install.is_some());
        let facts = facts(watched, certificate, said, heard.as_ref(), places.cache);
        let label = certificate.label();
        findings.extend(check::run(CERTIFICATE, &label, &facts, context));
    }
    Ok(findings)
}

/// Of a peer that nothing is asked about nothing is known, its generation included.
fn unasked_facts(watched: &Watched, unasked: &Unasked) -> CertificateFacts {
    CertificateFacts {
        is_authority: false,
        generation: None,
        policy: watched.usual.policy,
        status: Status::Undetermined(Gap::OtherIssuer),
        by: None,
        doubt: Doubt {
            unasked: Some(unasked.clone()),
            ..Doubt::default()
        },
    }
}

/// What the answer of a responder that is kept says of a certificate.
fn heard(
    certificate: &Certificate,
    issuer: Option<&Certificate>,
    cache: &Cache,
    at: Timestamp,
) -> Option<ocsp::Said> {
    let answer = fetch::kept_answer(certificate, cache)?;
    Some(ocsp::judge(&answer, certificate, issuer?, at).said)
}

/// A certificate that names a responder.
#[derive(Debug)]
pub struct Answerable {
    /// Its place among those that were looked up.
    pub number: usize,
    /// What the answer that is kept says; nothing where none is.
    pub said: Option<ocsp::Said>,
}

/// Those of these that name a responder, and what it answered as far as that is kept.
pub fn answerable(
    wanted: &[Wanted],
    issuers: &[Arc<Certificate>],
    cache: Option<&Cache>,
    at: Timestamp,
) -> Vec<Answerable> {
    let one = |(number, wanted): (usize, &Wanted)| {
        let Wanted::Certificate(certificate) = wanted else {
            return None;
        };
        let mut issuers = issuers.iter();
        let issuer = issuers.find(|issuer| certificate.is_signed_by(issuer));
        let said = cache.and_then(|cache| heard(certificate, issuer.map(AsRef::as_ref), cache, at));
        let asks = said.is_some() || !certificate.extensions.ocsp_urls.is_empty();
        asks.then_some(Answerable { number, said })
    };
    wanted.iter().enumerate().filter_map(one).collect()
}

/// Where lists are.
#[derive(Clone, Copy, Debug)]
pub struct Places<'a> {
    /// Where they are kept, if they are.
    pub cache: Option<&'a Cache>,
    /// Files of others.
    pub named: &'a [PathBuf],
}

/// The lists there, each with what it says.
struct Kept<'a> {
    places: Places<'a>,
    lists: Vec<Looked>,
    /// Those that cannot be read, each with why.
    damaged: Vec<String>,
}

/// What all of them say of one certificate.
struct Said {
    status: Status,
    by: Option<String>,
    doubt: Doubt,
}

impl Places<'_> {
    /// As a fragment, which follows that a list is or is not.
    fn place(&self) -> String {
        match self.cache {
            Some(cache) => format!("in `{}`", cache.folder().display()),
            None => "among those that are named".to_owned(),
        }
    }

    /// The command that fetches them.
    fn fetch(&self, in_an_install: bool) -> String {
        if in_an_install {
            return "ptl crl fetch".to_owned();
        }
        let folder = self.cache.map(|cache| for_a_shell(cache.folder()));
        let folder = folder.as_deref().unwrap_or("DIR");
        format!("ptl crl fetch CERT --issuer CA --out {folder}")
    }
}

impl<'a> Kept<'a> {
    fn read(places: Places<'a>, wanted: &[Wanted], terms: &Terms<'_>) -> Result<Self> {
        let (mut lists, mut damaged) = (Vec::new(), Vec::new());
        for file in places.named.iter().cloned() {
            lists.push(lookup::look_up(file, wanted, terms.issuers, terms.at)?);
        }
        let kept = places.cache.map(Cache::lists).transpose()?;
        for file in kept.into_iter().flatten() {
            match kept::look_up(file, wanted, terms) {
                Ok(looked) => lists.push(looked),
                Err(error) => damaged.push(error.to_string()),
            }
        }
        lookup::leave_changed(&mut lists);
        Ok(Self {
            places,
            lists,
            damaged,
        })
    }

    fn said(&self, wanted: &Wanted, number: usize, at: Timestamp) -> Said {
        let lists = lookup::current(&self.lists, at);
        let status = lookup::best(wanted, lists.iter().map(|it| &it.said[number]));
        let decides = lists.iter().find(|it| it.said[number] == status);
        let open = lists.iter().filter_map(|it| match &it.said[number] {
            Status::Undetermined(Gap::OtherIssuer) | Status::Good | Status::Revoked { .. } => None,
            Status::Undetermined(gap) => Some(format!("{}: {gap}", it.file_name())),
        });
        let doubt = Doubt {
            place: self.places.place(),
            lists: open.chain(self.damaged.iter().cloned()).collect(),
            ..Doubt::default()
        };
        Said {
            by: decides.map(|it| it.cited()),
            doubt,
            status,
        }
    }
}

fn facts(
    watched: &Watched,
    certificate: &Certificate,
    said: Said,
    heard: Option<&ocsp::Said>,
    cache: Option<&Cache>,
) -> CertificateFacts {
    let signer = watched.signer(certificate);
    let (generation, rule) = watched.rule(signer);
    let extensions = &certificate.extensions;
    let points = &extensions.list_points;
    let unnamed = points.urls.is_empty() && extensions.ocsp_urls.is_empty();
    let answer = || Some("the responder's answer (OCSP) that is kept".to_owned());
    let (status, by) = match (said.status, heard) {
        // One that says revoked goes before all that say good.
        (revoked @ Status::Revoked { .. }, _) => (revoked, said.by),
        (_, Some(ocsp::Said::Revoked { since, reason })) => {
            let (since, reason) = (Some(*since), *reason);
            (Status::Revoked { since, reason }, answer())
        }
        (Status::Good, _) => (Status::Good, said.by),
        (_, Some(ocsp::Said::Good)) => (Status::Good, answer()),
        (open, _) => (open, None),
    };
    CertificateFacts {
        is_authority: certificate.is_ca(),
        generation,
        policy: rule.policy,
        status,
        by,
        doubt: Doubt {
            answer: heard.and_then(|heard| match heard {
                ocsp::Said::Undetermined(problem) => Some(problem.to_string()),
                _ => None,
            }),
            last_fetch: cache.and_then(|cache| fetch::last_failure(certificate, signer, cache)),
            unnamed: unnamed.then(|| points.directories.first().cloned()),
            ..said.doubt
        },
    }
}
