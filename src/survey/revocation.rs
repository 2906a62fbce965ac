//! Certificates that may be revoked, and what the lists that are kept say of each.

use std::{collections::HashMap, sync::Arc};

use jiff::{SignedDuration, Timestamp};

use super::{Subject, chain};
use crate::{
    check::{self, Context, Finding},
    checks::revocation::{CERTIFICATE, CertificateFacts, Doubt},
    config::{Endpoint, Policy, Rule},
    crl::{
        Gap,
        cache::Cache,
        fetch, kept,
        lookup::{self, Looked, Terms, Wanted},
        ocsp,
        status::Status,
    },
    environment::{Environment, Standing},
    error::Result,
    x509::{Certificate, Contents},
};

/// Whose revocation matters, and who may have signed the lists that say it.
#[derive(Debug, Default)]
pub struct Watched {
    /// The certificates, each once; none is a root, which nobody revokes.
    pub certificates: Vec<Arc<Certificate>>,
    /// Every CA at hand.
    pub issuers: Vec<Arc<Certificate>>,
    /// Files that could not be read, each with why.
    pub unreadable: Vec<String>,
    /// The generation of the certificates that a CA signed, and what the install makes of it; by SHA-256 of the CA.
    kin: HashMap<String, Kin>,
    /// What holds for all others.
    usual: Rule,
}

/// A generation, and what the install makes of it.
#[derive(Clone, Debug)]
struct Kin {
    generation: String,
    rule: Rule,
}

impl Watched {
    /// Certificates of files; what holds for each generation is the usual.
    pub fn of_files(
        certificates: &[Arc<Certificate>],
        issuers: Vec<Arc<Certificate>>,
        environment: Option<&Environment>,
    ) -> Self {
        let usual = Rule::default();
        Self {
            certificates: fetch::revocable(certificates),
            issuers,
            unreadable: Vec::new(),
            kin: environment.map_or_else(HashMap::new, |it| kin(it, |_| usual)),
            usual,
        }
    }

    /// Those of an install in one environment: its own certificate with its CAs, the CAs of every generation whose peers
    /// must be accepted, and the peers that it names.
    pub fn of_install(subject: &Subject<'_>) -> Self {
        let none = Endpoint::default();
        let endpoint = subject.endpoint.unwrap_or(&none);
        let holding = chain::hold(subject, endpoint);
        let mut unreadable = Vec::new();
        let mut peers = Vec::new();
        for file in &subject.install.revocation.peers {
            let read = Contents::of(file, None).and_then(|contents| {
                contents.refuse_without_certificates(file)?;
                Ok(contents.certificates)
            });
            match read {
                Ok(certificates) => peers.extend(certificates.into_iter().map(Arc::new)),
                Err(error) => unreadable.push(error.to_string()),
            }
        }
        let own: Vec<_> = holding.leaf.iter().chain(&holding.chain).cloned().collect();
        let at_hand: Vec<_> = own
            .iter()
            .chain(&holding.trusted)
            .chain(&peers)
            .cloned()
            .collect();
        let mut matter = path(own.first(), &at_hand);
        matter.extend(accepted(subject, endpoint, &at_hand));
        matter.extend(peers.iter().flat_map(|peer| path(Some(peer), &at_hand)));
        let revocation = &subject.install.revocation;
        Self {
            certificates: fetch::revocable(&matter),
            kin: kin(subject.environment, |id| revocation.rule(Some(id))),
            usual: revocation.rule(None),
            issuers: at_hand,
            unreadable,
        }
    }

    /// What holds for what a CA signed.
    fn rule(&self, issuer: Option<&Certificate>) -> (Option<String>, Rule) {
        match issuer.and_then(|issuer| self.kin.get(&issuer.sha256)) {
            Some(kin) => (Some(kin.generation.clone()), kin.rule),
            None => (None, self.usual),
        }
    }

    /// Takes out what the install does not look at.
    pub fn without_switched_off(&self) -> Vec<Arc<Certificate>> {
        let mut certificates = self.certificates.clone();
        certificates.retain(|it| self.rule(self.signer(it)).1.policy != Policy::Off);
        certificates
    }

    fn signer(&self, certificate: &Certificate) -> Option<&Certificate> {
        let mut issuers = self.issuers.iter();
        issuers
            .find(|issuer| certificate.is_signed_by(issuer))
            .map(AsRef::as_ref)
    }

    /// How long a list of a CA is taken past its next update.
    pub fn grace(&self, issuer: &Certificate) -> SignedDuration {
        self.rule(Some(issuer))
            .1
            .grace
            .unwrap_or(SignedDuration::ZERO)
    }
}

/// A certificate, and the CAs above it, as far as they are at hand.
fn path(leaf: Option<&Arc<Certificate>>, at_hand: &[Arc<Certificate>]) -> Vec<Arc<Certificate>> {
    let mut path: Vec<Arc<Certificate>> = leaf.into_iter().cloned().collect();
    while let Some(last) = path.last() {
        let is_new = |it: &&Arc<Certificate>| !path.iter().any(|known| known.sha256 == it.sha256);
        let issuers = at_hand.iter().filter(|it| it.is_ca());
        let above = issuers.filter(is_new).find(|it| last.is_signed_by(it));
        match above.cloned() {
            Some(above) => path.push(above),
            None => break,
        }
    }
    path
}

/// The CAs at hand of the generations whose peers must be accepted now.
fn accepted(
    subject: &Subject<'_>,
    endpoint: &Endpoint,
    at_hand: &[Arc<Certificate>],
) -> Vec<Arc<Certificate>> {
    let generations = subject.environment.generations.iter().filter(|generation| {
        endpoint.in_force(generation, generation.accept_at(subject.at)) == Standing::Required
    });
    let pinned: Vec<&str> = generations
        .flat_map(|generation| generation.authorities())
        .map(|authority| authority.sha256.as_str())
        .collect();
    let is_pinned = |it: &&Arc<Certificate>| pinned.contains(&it.sha256.as_str());
    at_hand.iter().filter(is_pinned).cloned().collect()
}

fn kin(environment: &Environment, rule: impl Fn(&str) -> Rule) -> HashMap<String, Kin> {
    let of = |generation: &crate::environment::Generation| {
        let kin = Kin {
            generation: generation.id.clone(),
            rule: rule(&generation.id),
        };
        let authorities = generation.authorities().map(|it| it.sha256.clone());
        authorities
            .map(|sha256| (sha256, kin.clone()))
            .collect::<Vec<_>>()
    };
    environment.generations.iter().flat_map(of).collect()
}

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
    if watched.certificates.is_empty() {
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
            last_fetch: fetch::last_failure(certificate, cache),
            unnamed: unnamed.then(|| points.directories.first().cloned()),
            ..said.doubt
        },
    }
}
