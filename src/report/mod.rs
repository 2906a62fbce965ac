//! One file a format: a report in, text out. No format decides anything, none names a particular check.
//!
//! What came from outside (names in certificates, DNS answers, headers) is escaped in every format.

mod bundle;
mod checklist;
mod crl;
pub mod csr;
mod expiry;
mod explain;
mod human;
mod json;
mod junit;
pub mod lab;
mod trust;

use clap::ValueEnum;

pub use crate::template::visible;
pub use checklist::{
    Archive, Archived, Begun, Lint, Manifest, NextSteps, OneStep, Recorded, Verified, VerifiedStep,
    WholeChecklist, board_as_csv, board_as_page, companion, handed_over, letter,
};
pub use crl::{ListStatus, LookUp};
pub use expiry::Expiry;
pub use explain::{
    BarsDocument, CauseDocument, CausesDocument, CheckDocument, ChecksDocument, Explanation,
    GenerationsDocument, RevocationDocument, explain, no_junit,
};
pub use json::document;
pub use trust::{FetchedAuthority, FetchedTrust, Outcome, Trust};

use crate::{check::Report, error::Result};

/// How a report is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people: the answer first, then a table.
    #[default]
    Human,
    /// For programs: one JSON document.
    Json,
    /// For CI: JUnit XML.
    Junit,
}

/// How much the human format shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Detail {
    /// The first line alone.
    Answer,
    /// What did not pass in full; what passed in short.
    #[default]
    Document,
    /// Everything, with evidence and sources.
    Everything,
}

/// How the human format is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// How much is shown.
    pub detail: Detail,
    /// How wide a line may be, in columns.
    pub width: u16,
}

impl Default for Layout {
    fn default() -> Self {
        Self {
            detail: Detail::default(),
            width: 80,
        }
    }
}

/// The report as text. The human format holds ANSI styles; who prints it takes them out where they are not wanted.
///
/// # Errors
/// Where the format cannot hold it.
pub fn render(report: &Report, format: Format, layout: Layout) -> Result<String> {
    match format {
        Format::Human => Ok(human::render(report, layout)),
        Format::Json => json::document(report),
        Format::Junit => junit::render(report),
    }
}

#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;
