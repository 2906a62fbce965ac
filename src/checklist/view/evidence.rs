//! A piece of evidence, as it is shown.

use std::path::Path;

use jiff::Timestamp;
use serde::Serialize;

use crate::{
    check::Verdict,
    checklist::{
        copies::{self, Standing},
        state::{Evidence, Proof},
    },
    error::Result,
};

/// A piece of evidence; either `text`, or `file`, `sha256` and `size`.
#[derive(Clone, Debug, Serialize)]
pub struct EvidenceView<'a> {
    /// A reference in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<&'a str>,
    /// A file's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<&'a str>,
    /// SHA-256 of its content, lower-case hex.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<&'a str>,
    /// Its length in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// The verdict, where it is a report of ptl.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
    /// The name of its copy in the install's folder `evidence/`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub copy: Option<&'a str>,
    /// How that copy is now, where somebody looked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub standing: Option<Standing>,
    /// When it was given.
    pub at: Timestamp,
    /// Who gave it.
    pub by: &'a str,
}

impl<'a> EvidenceView<'a> {
    pub(super) fn of(evidence: &'a Evidence) -> Self {
        let (text, file) = match &evidence.proof {
            Proof::Text(text) => (Some(text.as_str()), None),
            Proof::File(file) => (None, Some(file)),
        };
        let report = file.and_then(|file| file.report.as_ref());
        Self {
            text,
            file: file.map(|file| file.name.as_str()),
            sha256: file.map(|file| file.sha256.as_str()),
            size: file.map(|file| file.size),
            verdict: report.map(|report| report.verdict),
            copy: file.and_then(|file| file.copy.as_deref()),
            standing: None,
            at: evidence.at,
            by: &evidence.by,
        }
    }

    /// Looks how its copy is now, in the install's folder.
    ///
    /// # Errors
    /// Where the folder is a symlink, or the copy is there and cannot be read.
    pub fn look(&mut self, install: &Path) -> Result<()> {
        if let (Some(name), Some(sha256)) = (self.copy, self.sha256) {
            self.standing = Some(copies::standing(install, name, sha256)?);
        }
        Ok(())
    }
}
