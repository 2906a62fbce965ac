//! The CAs that servers are judged by, and the judging of what a server presented.

use std::{path::PathBuf, sync::Arc};

use jiff::Timestamp;

use crate::{
    check::Cause,
    checks::{
        network::{HostTerms, Presented, Trust},
        path::cause,
    },
    environment::Protocol,
    error::Result,
    x509::{
        self, Certificate,
        path::{self, FaultKind, Policy},
    },
};

/// The CAs to trust, or why none are known.
#[derive(Clone, Debug)]
pub struct Trusted {
    anchors: Vec<Arc<Certificate>>,
    why_none: String,
    at: Timestamp,
}

impl Trusted {
    /// Those of files and folders named on the command line.
    ///
    /// # Errors
    /// Where a file cannot be read.
    pub fn of_files(files: &[PathBuf], at: Timestamp) -> Result<Self> {
        let mut anchors = Vec::new();
        for file in files {
            anchors.extend(x509::certificates_of(file, None)?.into_iter().map(Arc::new));
        }
        Ok(Self {
            anchors,
            why_none: "No trusted CAs are known: give them by `--trust FILE`.".to_owned(),
            at,
        })
    }

    /// Those of an install; a file that cannot be read is for `check-chain` to report.
    pub fn of_install(files: &[PathBuf], at: Timestamp) -> Self {
        match Self::of_files(files, at) {
            Ok(trusted) => Self {
                why_none: "ptl.toml names no trusted CAs for this environment.".to_owned(),
                ..trusted
            },
            Err(error) => Self {
                anchors: Vec::new(),
                why_none: format!("The trusted CAs of ptl.toml cannot be read: {error}."),
                at,
            },
        }
    }

    /// Makes ready to judge.
    ///
    /// # Errors
    /// Where OpenSSL cannot take an anchor.
    pub(super) fn judge(self) -> Result<Judge> {
        let judge = path::Judge::new(self.anchors.clone(), Policy::at(self.at))?;
        Ok(Judge {
            judge,
            anchors: Arc::new(self.anchors),
            why_none: self.why_none,
        })
    }
}

/// Judges what servers presented.
pub(super) struct Judge {
    judge: path::Judge,
    anchors: Arc<Vec<Arc<Certificate>>>,
    why_none: String,
}

impl Judge {
    /// A presented chain and what the trusted CAs make of it; `None` where there is nothing to read.
    pub(super) fn presented(
        &self,
        sent: &[Vec<u8>],
        host: Option<&HostTerms>,
    ) -> Option<Presented> {
        let mut chain = Vec::new();
        let mut unreadable = Vec::new();
        for (number, der) in sent.iter().enumerate() {
            match Certificate::from_der(der) {
                Ok(certificate) => chain.push(Arc::new(certificate)),
                Err(problem) => unreadable.push(format!("certificate {}: {problem}", number + 1)),
            }
        }
        let (leaf, others) = chain.split_first()?;
        // A host on the internet that asks for no certificate of ours is under a public CA.
        let is_public = host.is_some_and(|host| host.protocol == Protocol::Tls);
        if is_public || self.anchors.is_empty() {
            let why = if is_public {
                "The host is under a public CA, which the NHS's CAs say nothing about."
            } else {
                &self.why_none
            };
            return Some(Presented {
                trust: Trust::Unknown(why.to_owned()),
                anchors: Arc::default(),
                chain,
                unreadable,
            });
        }
        let trust = match self.judge.judge(leaf, others) {
            Ok(judgement) => word(&judgement),
            Err(error) => Trust::Unknown(format!("The chain could not be judged: {error}.")),
        };
        Some(Presented {
            trust,
            anchors: Arc::clone(&self.anchors),
            chain,
            unreadable,
        })
    }
}

/// OpenSSL's word on a path, but for what is the leaf's own and judged by checks of its own.
fn word(judgement: &path::Judgement) -> Trust {
    let own = |fault: &&path::Fault| {
        let kinds = [
            FaultKind::Expired,
            FaultKind::NotYetValid,
            FaultKind::WeakKey,
            FaultKind::NotForServers,
            FaultKind::WrongName,
        ];
        !(fault.depth == 0 && kinds.contains(&fault.kind))
    };
    let faults: Vec<(Cause, String)> = judgement
        .faults
        .iter()
        .filter(own)
        .map(|fault| {
            let name = judgement
                .path
                .get(fault.depth)
                .map_or_else(|| "the chain".to_owned(), |it| it.label());
            (cause(fault.kind), format!("{name}: {}", fault.note))
        })
        .collect();
    match judgement.path.last() {
        Some(anchor) if judgement.anchor.is_some() && faults.is_empty() => {
            Trust::Reached(anchor.label())
        }
        _ => Trust::Refused(faults),
    }
}
