//! Certificate files to facts about the path, the chain, the key and what is trusted.

mod gather;
mod held;
mod install;
mod key;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

pub use gather::{Covered, Gathered, Set, Trusted, gather_files, gather_install};
pub use install::survey;

use crate::{
    check::{self, Cause, Context, Finding, Mark},
    checks::{
        chain::{self, ChainFacts, Place},
        path::{self, PathFacts},
    },
    error::Result,
    x509::{
        Certificate,
        key::Passphrase,
        path::{Judge, Policy},
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
    let mut reader = held::Reader {
        passphrase,
        key: files.key.as_deref(),
        findings: Vec::new(),
        context,
    };
    let mut shown = reader.file("--cert", &files.cert)?;
    for file in &files.chain {
        shown.extend(reader.file_or_folder("--chain", file)?);
    }
    let mut trusted = Vec::new();
    for file in &files.trust {
        trusted.extend(reader.file_or_folder("--trust", file)?);
    }
    if files.trusts_system {
        trusted.extend(reader.system("--trust")?);
    }
    let of_files = reader.findings;
    let leaf = Arc::clone(&shown[0]);
    let key = match &files.key {
        Some(file) => {
            let mut facts = key::facts(file, passphrase, Some(&leaf))?;
            key::look_further(&mut facts, &shown[1..]);
            Some(facts)
        }
        None => None,
    };
    let judge = Judge::new(trusted, policy)?;
    let mut findings = check_chain(&judge, shown, &[], None, context)?;
    if let Some(facts) = key {
        findings.extend(check::run(
            crate::checks::key::CHECKS,
            &leaf.label(),
            &facts,
            context,
        ));
    }
    findings.extend(of_files);
    Ok(findings)
}

/// Judges what is sent, helped by what else is at hand, by PATH and CHAIN.
fn check_chain(
    judge: &Judge,
    shown: Vec<Arc<Certificate>>,
    at_hand: &[Arc<Certificate>],
    environment: Option<Place>,
    context: &Context<'_>,
) -> Result<Vec<Finding>> {
    let others: Vec<Arc<Certificate>> = shown[1..].iter().chain(at_hand).cloned().collect();
    let judgement = judge.judge(&shown[0], &others)?;
    let subject = shown[0].label();
    let policy = judge.policy().clone();
    let facts = ChainFacts {
        shown,
        judgement: judgement.clone(),
        host: policy.host.clone(),
        environment,
    };
    let path = PathFacts { judgement, policy };
    let mut findings = check::run(path::CHECKS, &subject, &path, context);
    findings.extend(check::run(chain::CHECKS, &subject, &facts, context));
    // It explains whatever else fails, so the report's first line is to say it.
    findings.sort_by_key(|finding| {
        finding.outcome != Mark::Fail || finding.cause != Some(Cause::WrongEnvironment)
    });
    Ok(findings)
}

fn shared(certificates: Vec<Certificate>) -> Vec<Arc<Certificate>> {
    certificates.into_iter().map(Arc::new).collect()
}
