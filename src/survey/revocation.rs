//! Certificates that may be revoked, and what the lists that are kept say of each.

mod fetched;
mod library;
mod watched;

use jiff::Timestamp;

use super::Subject;
use crate::{
    check::{self, Context, Finding},
    checks::revocation::{CERTIFICATE, CertificateFacts, Doubt},
    crl::{
        Gap,
        cache::Cache,
        fetch, kept,
        lookup::{self, Looked, Terms, Wanted},
        ocsp,
        status::Status,
    },
    error::Result,
    x509::Certificate,
};
pub use fetched::Round;
pub use library::{Library, Shelf, Unreadable};
use watched::Unseen;
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
    if watched.certificates.is_empty() && watched.unseen.is_empty() {
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
    let kept = Kept::read(cache, &wanted, &terms)?;
    let mut findings = Vec::new();
    for unseen in &watched.unseen {
        let facts = unseen_facts(watched, unseen);
        findings.extend(check::run(CERTIFICATE, &unseen.peer, &facts, context));
    }
    for (number, wanted) in wanted.iter().enumerate() {
        let certificate = &watched.certificates[number];
        let heard = heard(watched, certificate, cache, context.at);
        let said = kept.said(wanted, number, context.at);
        let facts = facts(watched, certificate, said, heard.as_ref(), cache);
        let label = certificate.label();
        findings.extend(check::run(CERTIFICATE, &label, &facts, context));
    }
    Ok(findings)
}

/// Of a peer without a certificate nothing is known, its generation included.
fn unseen_facts(watched: &Watched, unseen: &Unseen) -> CertificateFacts {
    CertificateFacts {
        is_authority: false,
        generation: None,
        policy: watched.usual.policy,
        status: Status::Undetermined(Gap::OtherIssuer),
        by: None,
        doubt: Doubt {
            unseen: Some((unseen.why.clone(), unseen.next.clone())),
            ..Doubt::default()
        },
    }
}

/// What the answer of a responder that is kept says of a certificate.
fn heard(
    watched: &Watched,
    certificate: &Certificate,
    cache: &Cache,
    at: Timestamp,
) -> Option<ocsp::Said> {
    let answer = fetch::kept_answer(certificate, cache)?;
    let issuer = watched.signer(certificate)?;
    Some(ocsp::judge(&answer, certificate, issuer, at).said)
}

/// The lists of a cache, each with what it says.
struct Kept<'a> {
    cache: &'a Cache,
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

impl<'a> Kept<'a> {
    fn read(cache: &'a Cache, wanted: &[Wanted], terms: &Terms<'_>) -> Result<Self> {
        let (mut lists, mut damaged) = (Vec::new(), Vec::new());
        for file in cache.lists()? {
            match kept::look_up(file, wanted, terms) {
                Ok(looked) => lists.push(looked),
                Err(error) => damaged.push(error.to_string()),
            }
        }
        lookup::leave_changed(&mut lists);
        Ok(Self {
            cache,
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
            folder: self.cache.folder().display().to_string(),
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
    cache: &Cache,
) -> CertificateFacts {
    let (generation, rule) = watched.rule(watched.signer(certificate));
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
            last_fetch: fetch::last_failure(certificate, watched.signer(certificate), cache),
            unnamed: unnamed.then(|| points.directories.first().cloned()),
            ..said.doubt
        },
    }
}
