//! Certificate files to facts about the path, the chain, the key and what is trusted.

mod gaps;
mod gather;
mod held;
mod install;
mod key;
mod large;
mod lists;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

pub use gather::{
    Covered, Gathered, Set, Trusted, authorities_of_files, authorities_of_install, gather_files,
    gather_install,
};
pub use install::survey;
pub(super) use install::{Holding, hold, place};
pub use lists::Lists;

use crate::{
    check::{self, Cause, Context, Finding, Mark},
    checks::{
        chain::{self, ChainFacts, Place},
        path::{self, PathFacts, Pinned, Surroundings},
        peer::{self, Level, PeerFacts},
    },
    environment,
    error::Result,
    x509::{
        Certificate,
        key::Passphrase,
        path::{Judge, Judgement, Policy, Purpose, as_peer},
    },
};

/// The files of the plain form.
#[derive(Clone, Debug, Default)]
pub struct Files {
    /// The leaf, and what may follow it.
    pub cert: PathBuf,
    /// More intermediates.
    pub chain: Vec<PathBuf>,
    /// Anchors.
    pub trust: Vec<PathBuf>,
    /// Whether the CAs that this system trusts are anchors too.
    pub trusts_system: bool,
    /// The private key.
    pub key: Option<PathBuf>,
    /// Files and folders of revocation lists.
    pub lists: Vec<PathBuf>,
}

impl Files {
    /// Every file that may need a passphrase.
    pub fn all(&self) -> Vec<&Path> {
        let certificates = std::iter::once(&self.cert)
            .chain(&self.chain)
            .chain(&self.trust);
        certificates
            .chain(&self.key)
            .map(PathBuf::as_path)
            .collect()
    }
}

/// Judges files by a policy; no install is read. The passphrase opens whichever of them needs one.
///
/// # Errors
/// Where a file cannot be read.
pub fn check_files(
    files: &Files,
    passphrase: Option<&Passphrase>,
    policy: Policy,
    context: &Context<'_>,
) -> Result<Vec<Finding>> {
    let mut reader = held::Reader::new(files, passphrase, context);
    let shown = reader.shown(files)?;
    let mut trusted = Vec::new();
    for file in &files.trust {
        trusted.extend(reader.file_or_folder("--trust", file)?);
    }
    if files.trusts_system {
        trusted.extend(reader.system("--trust")?);
    }
    let (of_files, read) = (reader.findings, reader.read);
    let leaf = Arc::clone(&shown[0]);
    let key = match &files.key {
        Some(file) => {
            let mut facts = key::facts(file, passphrase, Some(&leaf))?;
            key::look_further(&mut facts, &shown[1..]);
            Some(facts)
        }
        None => None,
    };
    let lists = Lists::read(&files.lists)?;
    let at_hand: Vec<_> = shown.iter().chain(&trusted).cloned().collect();
    let judge = Judge::new(trusted, lists.join(policy, &at_hand)?)?;
    let subject = leaf.label();
    let mut findings = check_chain(&judge, &subject, shown, &[], read, None, context)?;
    if let Some(facts) = key {
        findings.extend(check::run(
            crate::checks::key::CHECKS,
            &subject,
            &facts,
            context,
        ));
    }
    findings.extend(of_files);
    findings.extend(lists.findings(context));
    Ok(findings)
}

/// Judges what is sent, helped by what else is at hand, by PATH and CHAIN.
pub(super) fn check_chain(
    judge: &Judge,
    subject: &str,
    shown: Vec<Arc<Certificate>>,
    at_hand: &[Arc<Certificate>],
    read: Vec<InFile>,
    environment: Option<Place>,
    context: &Context<'_>,
) -> Result<Vec<Finding>> {
    let others: Vec<Arc<Certificate>> = shown[1..].iter().chain(at_hand).cloned().collect();
    let judgement = judge.judge(&shown[0], &others)?;
    let policy = judge.policy().clone();
    let peers = peers(&judgement, &policy)?;
    let facts = ChainFacts {
        shown,
        judgement: judgement.clone(),
        host: policy.host.clone(),
        environment,
    };
    let environments = environment::all().iter().chain(context.environment);
    let path = PathFacts {
        gaps: gaps::gaps(&judgement.path, &policy),
        judgement,
        policy,
        surroundings: Surroundings {
            files: read,
            pinned: Pinned::of(environments),
        },
    };
    let mut findings = check::run(path::CHECKS, subject, &path, context);
    findings.extend(check::run(chain::CHECKS, subject, &facts, context));
    let of_peers = check::run_after(&findings, peer::CHECKS, subject, &peers, context);
    findings.extend(of_peers);
    // It explains whatever else fails, so the report's first line is to say it.
    findings.sort_by_key(|finding| {
        finding.outcome != Mark::Fail || finding.cause != Some(Cause::WrongEnvironment)
    });
    Ok(findings)
}

/// What OpenSSL says of the path at the levels that are in use.
fn peers(judgement: &Judgement, policy: &Policy) -> Result<PeerFacts> {
    let mut openssl = Vec::new();
    for level in [0, 1, 2] {
        openssl.push(Level {
            level,
            server: as_peer(judgement, Purpose::Server, level, policy)?,
            client: as_peer(judgement, Purpose::Client, level, policy)?,
        });
    }
    Ok(PeerFacts {
        judgement: judgement.clone(),
        host: policy.host.clone(),
        purpose: policy.purpose,
        openssl,
    })
}

/// The roots among trusted CAs, and the others: a sub CA as an anchor would hide that the root is missing, and
/// peers hold roots. A CA that took a new key, and signed that with its old one, is none.
pub(super) fn roots_and_subs(
    trusted: &[Arc<Certificate>],
) -> (Vec<Arc<Certificate>>, Vec<Arc<Certificate>>) {
    let trusted = trusted.iter().cloned();
    trusted.partition(|certificate| certificate.is_self_signed())
}

/// A certificate, and the name of the file that it stands in.
type InFile = (String, Arc<Certificate>);

fn in_file(file: &Path, certificates: &[Arc<Certificate>]) -> Vec<InFile> {
    let named = |one: &Arc<Certificate>| (file.display().to_string(), Arc::clone(one));
    certificates.iter().map(named).collect()
}

pub(super) fn shared(certificates: Vec<Certificate>) -> Vec<Arc<Certificate>> {
    certificates.into_iter().map(Arc::new).collect()
}
