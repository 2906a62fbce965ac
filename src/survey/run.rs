//! Surveys areas one after the other and adds up what they found.

use super::{Subject, chain, csr, install, network, revocation};
use crate::{check::Report, error::Result};

/// What can be surveyed by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Area {
    /// What `ptl.toml` itself says.
    Install,
    /// The certificate request beside the install's key.
    Csr,
    /// The certificate, its chain and key, and the trusted CAs.
    Chain,
    /// What the lists that are kept say of them.
    Revocation,
    /// The way to Spine's hosts, and the way in.
    Network,
}

impl Area {
    /// Every area, from the nearest to the farthest.
    pub const ALL: &'static [Self] = &[
        Self::Install,
        Self::Csr,
        Self::Chain,
        Self::Revocation,
        Self::Network,
    ];
}

/// Surveys these areas of an install in one environment.
///
/// # Errors
/// Where a file that the install names is there and cannot be read.
pub async fn run(command: &str, areas: &[Area], subject: &Subject<'_>) -> Result<Report> {
    let mut findings = Vec::new();
    for area in areas {
        findings.extend(match area {
            Area::Install => install::findings(subject),
            Area::Csr => csr::survey(subject),
            Area::Chain => chain::survey(subject)?,
            Area::Revocation => revocation::survey(subject)?,
            Area::Network => network::findings(subject, network::Extras::default()).await?,
        });
    }
    let environment = Some(subject.environment.id.as_str());
    let strict = subject.selection.strict;
    Ok(Report::new(
        command,
        environment,
        subject.at,
        findings,
        strict,
    ))
}
