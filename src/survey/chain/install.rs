//! The certificate files of an install in one environment, under every generation.

use std::{path::Path, sync::Arc};

use jiff::Timestamp;

use super::{InFile, check_chain, held::held, in_file, key, roots_and_subs, shared};
use crate::{
    check::{self, Finding},
    checks::{
        chain::{self, Elsewhere, Place},
        files::{self as named, FileFacts, Found},
        key::CHECKS as KEY,
        path, peer,
        trust::{self, GenerationFacts, HeldFacts, Kin},
    },
    config::Endpoint,
    environment::{self, Environment, Generation, Standing},
    error::Result,
    survey::Subject,
    x509::{
        Certificate, Contents,
        path::{Host, Judge, Judgement, Policy, Purpose},
    },
};

/// What the install holds in an environment.
#[derive(Default)]
pub(in crate::survey) struct Holding {
    /// What was found of each file.
    pub(in crate::survey) findings: Vec<Finding>,
    /// The certificate's file.
    pub(in crate::survey) leaf: Vec<Arc<Certificate>>,
    /// What is sent after the leaf, where that is another file.
    pub(in crate::survey) chain: Vec<Arc<Certificate>>,
    /// The trust files.
    pub(in crate::survey) trusted: Vec<Arc<Certificate>>,
    /// All of them, each with its file.
    pub(in crate::survey) read: Vec<InFile>,
}

/// Judges an install's certificate, chain, key and trusted CAs.
///
/// # Errors
/// Where OpenSSL cannot judge at all, or the registered name is none.
pub fn survey(subject: &Subject<'_>) -> Result<Vec<Finding>> {
    let none = Endpoint::default();
    let endpoint = subject.endpoint.unwrap_or(&none);
    let mut holding = hold(subject, endpoint);
    let mut findings = std::mem::take(&mut holding.findings);
    findings.extend(check_leaf(subject, endpoint, &holding)?);
    findings.extend(check_key(subject, endpoint, &holding));
    findings.extend(check_generations(subject, endpoint, &holding)?);
    findings.extend(check_held(subject, &holding));
    Ok(findings)
}

/// Reads the files, and says of each what was found.
pub(in crate::survey) fn hold(subject: &Subject<'_>, endpoint: &Endpoint) -> Holding {
    let mut holding = Holding::default();
    let mut read = |setting: &'static str, file: Option<&Path>| {
        let (found, certificates) = load(setting, file, endpoint.key.as_deref());
        holding
            .read
            .extend(in_file(file.unwrap_or(Path::new("")), &certificates));
        let shown = file.map_or_else(
            || setting.to_owned(),
            |file| format!("{setting} {}", file.display()),
        );
        let facts = FileFacts { setting, found };
        holding.findings.extend(check::run(
            named::CHECKS,
            &shown,
            &facts,
            &subject.context(),
        ));
        certificates
    };
    let leaf = read("certificate", endpoint.certificate.as_deref());
    // The chain may follow the leaf in its file.
    let chain = match endpoint.chain.as_deref() {
        None if leaf.len() > 1 => Vec::new(),
        file => read("chain", file),
    };
    let mut trusted = Vec::new();
    if endpoint.trust.is_empty() {
        read("trust", None);
    }
    for file in &endpoint.trust {
        trusted.extend(read("trust", Some(file)));
    }
    holding.leaf = leaf;
    holding.chain = chain;
    holding.trusted = trusted;
    holding
}

fn load(setting: &str, file: Option<&Path>, key: Option<&Path>) -> (Found, Vec<Arc<Certificate>>) {
    let Some(file) = file else {
        return (Found::NotNamed, Vec::new());
    };
    let shown = file.display().to_string();
    // Where a folder on the way may not be entered, nobody knows; reading says so.
    if matches!(file.try_exists(), Ok(false)) {
        return (Found::Missing(shown), Vec::new());
    }
    // A folder has no first certificate, which a server would show.
    let read = match setting {
        "certificate" => Contents::of_file(file, None),
        _ => Contents::of(file, None),
    };
    let read = read.and_then(|contents| {
        contents.refuse_without_certificates(file)?;
        Ok(contents)
    });
    match read {
        Ok(contents) => (
            Found::Read(held(file, &contents, key)),
            shared(contents.certificates),
        ),
        Err(error) => {
            let hint = error
                .next_action()
                .unwrap_or("Copy the file again.")
                .to_owned();
            let why = error
                .problems()
                .iter()
                .fold(error.to_string(), |why, more| format!("{why}; {more}"));
            (Found::Unreadable(why, hint), Vec::new())
        }
    }
}

pub(super) fn check_leaf(
    subject: &Subject<'_>,
    endpoint: &Endpoint,
    holding: &Holding,
) -> Result<Vec<Finding>> {
    if holding.leaf.is_empty() {
        let reason = "there is no certificate to judge yet";
        let mut findings = check::skipped(path::CHECKS, "certificate", reason, subject.selection);
        findings.extend(check::skipped(
            chain::CHECKS,
            "certificate",
            reason,
            subject.selection,
        ));
        findings.extend(check::skipped(
            peer::CHECKS,
            "certificate",
            reason,
            subject.selection,
        ));
        return Ok(findings);
    }
    let (judge, subs) = judge(subject, endpoint, holding)?;
    let shown: Vec<_> = holding.leaf.iter().chain(&holding.chain).cloned().collect();
    let label = shown[0].label();
    let place = place(subject.environment, endpoint, subject.at);
    let (read, context) = (holding.read.clone(), subject.context());
    check_chain(&judge, &label, shown, &subs, read, Some(place), &context)
}

/// The judge of the install's certificate, and the sub CAs that are at hand for it.
pub(super) fn judge(
    subject: &Subject<'_>,
    endpoint: &Endpoint,
    holding: &Holding,
) -> Result<(Judge, Vec<Arc<Certificate>>)> {
    let policy = Policy {
        purpose: Purpose::Both,
        host: endpoint.fqdn.as_deref().map(Host::parse).transpose()?,
        ..Policy::at(subject.at)
    };
    let (roots, subs) = roots_and_subs(&holding.trusted);
    Ok((Judge::new(roots, policy)?, subs))
}

/// An environment as far as a chain can be of it at a time.
pub(in crate::survey) fn place(
    environment: &Environment,
    endpoint: &Endpoint,
    at: Timestamp,
) -> Place {
    Place {
        id: environment.id.clone(),
        generations: environment.generations.clone(),
        presented: environment
            .generations
            .iter()
            .filter(|generation| {
                endpoint.in_force(generation, generation.present_at(at)) == Standing::Required
            })
            .map(|generation| generation.id.clone())
            .collect(),
        elsewhere: elsewhere(environment),
    }
}

/// The CAs of all environments that ptl ships, but for this one's.
fn elsewhere(here: &Environment) -> Vec<Elsewhere> {
    let ours = |sha256: &str| {
        here.generations
            .iter()
            .flat_map(Generation::authorities)
            .any(|authority| authority.sha256 == sha256)
    };
    environment::all()
        .iter()
        .filter(|other| other.id != here.id)
        .flat_map(|other| {
            other
                .generations
                .iter()
                .flat_map(Generation::authorities)
                .map(|authority| Elsewhere {
                    environment: other.id.clone(),
                    subject: authority.subject.clone(),
                    sha256: authority.sha256.clone(),
                })
        })
        .filter(|other| !ours(&other.sha256))
        .collect()
}

fn check_key(subject: &Subject<'_>, endpoint: &Endpoint, holding: &Holding) -> Vec<Finding> {
    let Some(file) = &endpoint.key else {
        let reason = "ptl.toml names no `key`";
        return check::skipped(KEY, "key", reason, subject.selection);
    };
    let mut facts = key::facts_or_why_not(file, holding.leaf.first());
    let later: Vec<_> = holding
        .leaf
        .iter()
        .skip(1)
        .chain(&holding.chain)
        .cloned()
        .collect();
    key::look_further(&mut facts, &later);
    key::compare_with_others(&mut facts, file, subject);
    check::run(KEY, &facts.file.clone(), &facts, &subject.context())
}

pub(super) fn check_generations(
    subject: &Subject<'_>,
    endpoint: &Endpoint,
    holding: &Holding,
) -> Result<Vec<Finding>> {
    let environment = subject.environment;
    let at_hand: Vec<Arc<Certificate>> = holding
        .trusted
        .iter()
        .chain(&holding.leaf)
        .chain(&holding.chain)
        .cloned()
        .collect();
    let mut findings = Vec::new();
    for generation in &environment.generations {
        let facts = GenerationFacts {
            environment: environment.id.clone(),
            generation: generation.clone(),
            standing: endpoint.in_force(generation, generation.accept_at(subject.at)),
            trusted: holding.trusted.clone(),
            at_hand: at_hand.clone(),
            paths: paths(subject, generation, &at_hand)?,
        };
        let name = format!("{} {} (accept)", environment.id, generation.id);
        findings.extend(check::run(trust::CHECKS, &name, &facts, &subject.context()));
    }
    Ok(findings)
}

/// The paths from a generation's sub CAs to its root, as far as they are held.
fn paths(
    subject: &Subject<'_>,
    generation: &Generation,
    at_hand: &[Arc<Certificate>],
) -> Result<Vec<Judgement>> {
    let held = |sha256: &str| {
        at_hand
            .iter()
            .find(|certificate| certificate.sha256 == sha256)
            .cloned()
    };
    let root = held(&generation.root.sha256);
    let judge = Judge::new(root.into_iter().collect(), Policy::at(subject.at))?;
    generation
        .subs
        .iter()
        .filter_map(|sub| held(&sub.sha256))
        .map(|sub| judge.judge(&sub, &[]))
        .collect()
}

pub(super) fn check_held(subject: &Subject<'_>, holding: &Holding) -> Vec<Finding> {
    let others = elsewhere(subject.environment);
    holding
        .trusted
        .iter()
        .flat_map(|certificate| {
            let facts = HeldFacts {
                environment: subject.environment.id.clone(),
                certificate: Arc::clone(certificate),
                kin: kin(certificate, subject.environment, &others),
            };
            check::run(
                trust::HELD,
                &certificate.label(),
                &facts,
                &subject.context(),
            )
        })
        .collect()
}

fn kin(certificate: &Certificate, environment: &Environment, others: &[Elsewhere]) -> Kin {
    let authorities = || {
        environment
            .generations
            .iter()
            .flat_map(|generation| generation.authorities().map(move |one| (generation, one)))
    };
    if let Some((generation, _)) =
        authorities().find(|(_, authority)| authority.sha256 == certificate.sha256)
    {
        return Kin::Pinned(generation.id.clone());
    }
    if let Some(other) = others
        .iter()
        .find(|other| other.sha256 == certificate.sha256)
    {
        return Kin::Elsewhere(other.environment.clone());
    }
    let namesake = authorities()
        .find(|(_, authority)| chain::same_name(&authority.subject, &certificate.subject));
    match namesake {
        Some((_, authority)) => Kin::Namesake(Box::new(authority.clone())),
        None => Kin::Unknown,
    }
}
