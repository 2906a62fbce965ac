//! What a server is to be given: the certificate, what is sent after it, and whom it is to trust; with
//! what the checks of `check-chain` say of just that.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{Files, check_chain, held::Reader, install, key, roots_and_subs};
use crate::{
    check::{self, Context, Finding},
    checks::key::CHECKS as KEY,
    config::Endpoint,
    environment::Standing,
    error::{Error, Result},
    survey::Subject,
    x509::{
        Certificate,
        key::Passphrase,
        path::{Judge, Policy, Purpose},
    },
};

/// A set for a server, and what the checks say of it.
#[derive(Debug)]
pub struct Gathered {
    /// The findings.
    pub findings: Vec<Finding>,
    /// The set; none where there is no certificate, or nobody to trust.
    pub set: Option<Set>,
}

/// What a server is to be given, but for the key.
#[derive(Debug)]
pub struct Set {
    /// The certificate.
    pub leaf: Arc<Certificate>,
    /// What is sent after it: each issued the one before; without the root.
    pub chain: Vec<Arc<Certificate>>,
    /// The CAs that peers may be of: of each generation the root, then its sub CAs; never empty.
    pub trust: Vec<Trusted>,
    /// The generations whose peers must be accepted now, and those to come that are held.
    pub generations: Vec<Covered>,
    /// CAs of the trust files that the set leaves out, each as a sentence.
    pub left_out: Vec<String>,
}

/// A CA that peers may be of.
#[derive(Clone, Debug)]
pub struct Trusted {
    /// The CA.
    pub certificate: Arc<Certificate>,
    /// Its generation, where there is an environment.
    pub generation: Option<String>,
}

impl AsRef<Certificate> for Trusted {
    fn as_ref(&self) -> &Certificate {
        &self.certificate
    }
}

/// A generation of the environment, and whether all its CAs are in the set.
#[derive(Clone, Debug)]
pub struct Covered {
    /// Its id.
    pub id: String,
    /// Whether its peers must be accepted now; else its time is to come.
    pub in_force: bool,
    /// The names of its CAs that are not in the set.
    pub missing: Vec<String>,
}

/// Gathers from plain files; the passphrase opens whichever of them needs one.
///
/// # Errors
/// Where a file cannot be read, holds no key, or a trusted certificate is no CA.
pub fn gather_files(
    files: &Files,
    passphrase: Option<&Passphrase>,
    context: &Context<'_>,
) -> Result<Gathered> {
    let mut reader = Reader::new(files, passphrase, context);
    let shown = reader.shown(files)?;
    let trust = trusted(&files.trust, &mut reader)?;
    let (roots, subs) = roots_and_subs(&trust);
    let policy = Policy {
        purpose: Purpose::Both,
        ..Policy::at(context.at)
    };
    let judge = Judge::new(roots, policy)?;
    let leaf = Arc::clone(&shown[0]);
    let others: Vec<_> = shown[1..].iter().chain(&subs).cloned().collect();
    let chain = after(&judge, &leaf, &others)?;
    let sent = std::iter::once(&leaf).chain(&chain).cloned().collect();
    let mut findings = check_chain(&judge, &leaf.label(), sent, &[], reader.read, None, context)?;
    findings.extend(reader.findings);
    if let Some(file) = &files.key {
        let mut facts = key::facts(file, passphrase, Some(&leaf))?;
        key::look_further(&mut facts, &shown[1..]);
        findings.extend(check::run(KEY, &leaf.label(), &facts, context));
    }
    let set = Set {
        leaf,
        chain,
        trust: without_generation(trust),
        generations: Vec::new(),
        left_out: Vec::new(),
    };
    Ok(Gathered {
        findings,
        set: Some(set),
    })
}

/// The CAs of these files, each once, in their order.
fn trusted(files: &[PathBuf], reader: &mut Reader<'_>) -> Result<Vec<Arc<Certificate>>> {
    let mut seen = HashSet::new();
    let mut trusted = Vec::new();
    for file in files {
        for certificate in reader.file_or_folder("--trust", file)? {
            if !certificate.is_ca() {
                return Err(Error::input(format!(
                    "`{}` in `{}` is no CA, and whoever trusts it trusts that one holder alone",
                    certificate.label(),
                    file.display()
                ))
                .hint("Name the roots and sub CAs for --trust; the certificate itself goes with --cert."));
            }
            if seen.insert(certificate.sha256.clone()) {
                trusted.push(certificate);
            }
        }
    }
    Ok(trusted)
}

/// Gathers what an install names in one environment; the passphrase opens the key.
///
/// # Errors
/// Where the key's file cannot be read or holds no key, or OpenSSL cannot judge at all.
pub fn gather_install(
    subject: &Subject<'_>,
    endpoint: &Endpoint,
    key: &Path,
    passphrase: Option<&Passphrase>,
) -> Result<Gathered> {
    let mut holding = install::hold(subject, endpoint);
    let mut generations = install::check_generations(subject, endpoint, &holding)?;
    generations.extend(install::check_held(subject, &holding));
    let set = set(subject, endpoint, &holding)?;
    if let Some(set) = &set {
        let anchored = set.chain.last().unwrap_or(&set.leaf);
        let roots = || holding.trusted.iter();
        // Where the trust files have the sub CA, no file of its own is needed.
        if roots().any(|root| anchored.has_issuer_name_of(root)) {
            holding
                .findings
                .retain(|finding| finding.subject != "chain");
        }
    }
    let later = holding.leaf.iter().skip(1).chain(&holding.chain);
    let later: Vec<_> = later.cloned().collect();
    if let Some(set) = &set {
        holding.leaf = vec![Arc::clone(&set.leaf)];
        holding.chain.clone_from(&set.chain);
    }
    let mut findings = std::mem::take(&mut holding.findings);
    findings.extend(install::check_leaf(subject, endpoint, &holding)?);
    let mut facts = key::facts(key, passphrase, holding.leaf.first())?;
    key::look_further(&mut facts, &later);
    key::compare_with_others(&mut facts, key, subject);
    findings.extend(check::run(
        KEY,
        &facts.file.clone(),
        &facts,
        &subject.context(),
    ));
    findings.extend(generations);
    Ok(Gathered { findings, set })
}

/// The CAs that the peers of an install may be of, without anything else of its set.
pub fn authorities_of_install(subject: &Subject<'_>, endpoint: &Endpoint) -> Vec<Trusted> {
    let holding = install::hold(subject, endpoint);
    pinned(subject, endpoint, &holding).0
}

/// The CAs of plain files that peers may be of.
///
/// # Errors
/// Where a file cannot be read, or a certificate of it is no CA's.
pub fn authorities_of_files(files: &[PathBuf], context: &Context<'_>) -> Result<Vec<Trusted>> {
    let none = Files::default();
    let trust = trusted(files, &mut Reader::new(&none, None, context))?;
    Ok(without_generation(trust))
}

fn without_generation(trust: Vec<Arc<Certificate>>) -> Vec<Trusted> {
    let trust = trust.into_iter().map(|certificate| Trusted {
        certificate,
        generation: None,
    });
    trust.collect()
}

/// The set of an install; nothing where it has no certificate, or trusts no CA of the environment.
fn set(
    subject: &Subject<'_>,
    endpoint: &Endpoint,
    holding: &install::Holding,
) -> Result<Option<Set>> {
    let Some(leaf) = holding.leaf.first().cloned() else {
        return Ok(None);
    };
    let (judge, subs) = install::judge(subject, endpoint, holding)?;
    let later = holding.leaf.iter().skip(1).chain(&holding.chain);
    let others: Vec<_> = later.chain(&subs).cloned().collect();
    let chain = after(&judge, &leaf, &others)?;
    let (trust, generations) = pinned(subject, endpoint, holding);
    let left_out = left_out(subject, holding, &trust);
    let set = Set {
        leaf,
        chain,
        trust,
        generations,
        left_out,
    };
    Ok((!set.trust.is_empty()).then_some(set))
}

/// What is sent after the leaf: the path that was accepted or came closest, without its root.
fn after(
    judge: &Judge,
    leaf: &Arc<Certificate>,
    others: &[Arc<Certificate>],
) -> Result<Vec<Arc<Certificate>>> {
    let judgement = judge.judge(leaf, others)?;
    let mut path = judgement.path;
    let at_root = judgement.anchor.is_some() || path.last().is_some_and(|it| it.is_self_signed());
    if at_root && path.len() > 1 {
        path.pop();
    }
    Ok(path.into_iter().skip(1).collect())
}

/// The CAs of the generations in force and to come that are held, and how far they are.
fn pinned(
    subject: &Subject<'_>,
    endpoint: &Endpoint,
    holding: &install::Holding,
) -> (Vec<Trusted>, Vec<Covered>) {
    let at_hand = || {
        let sent = holding.leaf.iter().chain(&holding.chain);
        holding.trusted.iter().chain(sent)
    };
    let (mut trust, mut covered) = (Vec::new(), Vec::new());
    for generation in &subject.environment.generations {
        let standing = endpoint.in_force(generation, generation.accept_at(subject.at));
        if standing == Standing::Over {
            continue;
        }
        let mut missing = Vec::new();
        let before = trust.len();
        for authority in generation.authorities() {
            // A root counts only where it is named as trusted.
            let is_root = authority.sha256 == generation.root.sha256;
            let mut named = holding.trusted.iter();
            let held = match is_root {
                true => named.find(|one| one.sha256 == authority.sha256),
                false => at_hand().find(|one| one.sha256 == authority.sha256),
            };
            match held {
                Some(certificate) => trust.push(Trusted {
                    certificate: Arc::clone(certificate),
                    generation: Some(generation.id.clone()),
                }),
                None => missing.push(authority.name.clone()),
            }
        }
        let in_force = standing == Standing::Required;
        if in_force || trust.len() > before {
            covered.push(Covered {
                id: generation.id.clone(),
                in_force,
                missing,
            });
        }
    }
    (trust, covered)
}

fn left_out(subject: &Subject<'_>, holding: &install::Holding, trust: &[Trusted]) -> Vec<String> {
    let mut seen: HashSet<&str> = trust
        .iter()
        .map(|one| one.certificate.sha256.as_str())
        .collect();
    let mut left = Vec::new();
    for certificate in &holding.trusted {
        if !seen.insert(&certificate.sha256) {
            continue;
        }
        let of = subject.environment.generations.iter().find(|generation| {
            let mut authorities = generation.authorities();
            authorities.any(|authority| authority.sha256 == certificate.sha256)
        });
        let why = match of {
            Some(generation) => format!(
                "peers of generation `{}` are no longer to be accepted",
                generation.id
            ),
            None => format!("it is of no generation of `{}`", subject.environment.id),
        };
        left.push(format!("`{}` is left out: {why}", certificate.label()));
    }
    left
}
