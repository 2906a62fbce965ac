//! Certificate files to facts about the path, the chain and the key.

use std::{path::PathBuf, sync::Arc};

use crate::{
    check::{self, Context, Finding},
    checks::path::{self, PathFacts},
    error::Result,
    x509::{
        self, Certificate,
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
    /// The private key.
    pub key: Option<PathBuf>,
}

/// Judges files by a policy; no install is read.
///
/// # Errors
/// Where a file cannot be read.
pub fn check_files(files: &Files, policy: Policy, context: &Context<'_>) -> Result<Vec<Finding>> {
    let mut shown = shared(x509::certificates(&files.cert)?);
    for file in &files.chain {
        shown.extend(shared(x509::certificates(file)?));
    }
    let mut anchors = Vec::new();
    for file in &files.trust {
        anchors.extend(shared(x509::certificates(file)?));
    }
    let judge = Judge::new(anchors, policy)?;
    let leaf = &shown[0];
    let judgement = judge.judge(leaf, &shown[1..])?;
    let facts = PathFacts {
        judgement,
        policy: judge.policy().clone(),
    };
    Ok(check::run(path::CHECKS, &leaf.label(), &facts, context))
}

fn shared(certificates: Vec<Certificate>) -> Vec<Arc<Certificate>> {
    certificates.into_iter().map(Arc::new).collect()
}
