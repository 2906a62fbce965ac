//! What `ptl explain` says: the checks, the causes, the trust generations, revocation and BaRS, for people and as JSON.

mod bars;
mod check;
mod generations;
mod list;
mod point;
mod revocation;

pub use bars::BarsDocument;
pub use check::{CauseDocument, CheckDocument};
pub use generations::GenerationsDocument;
pub(in crate::report) use generations::Span;
pub use list::{CausesDocument, ChecksDocument};
pub use revocation::RevocationDocument;

use anstyle::Style;
use serde::Serialize;

use super::{Detail, Format, Layout, document, human};
use crate::error::{Error, Result};

/// Something that can be explained.
pub trait Explanation: Serialize {
    /// For people, in lines of at most `width` columns.
    fn text(&self, width: u16) -> String;
}

/// The explanation as text.
///
/// # Errors
/// Where the format is for reports alone.
pub fn explain(explanation: &impl Explanation, format: Format, layout: Layout) -> Result<String> {
    match format {
        Format::Human if layout.detail == Detail::Answer => {
            let text = explanation.text(layout.width);
            Ok(text.lines().next().unwrap_or_default().to_owned() + "\n")
        }
        Format::Human => Ok(explanation.text(layout.width)),
        Format::Json => document(explanation),
        Format::Junit => Err(no_junit()),
    }
}

/// Why something that holds no findings cannot be printed as JUnit.
pub fn no_junit() -> Error {
    Error::input("--format junit holds the findings of a run alone")
        .hint("Use --format human or json here.")
}

/// A line in bold.
pub(in crate::report) fn headline(text: &str) -> String {
    let bold = Style::new().bold();
    format!("{bold}{text}{bold:#}\n")
}

/// Labels on the left, what they say on the right.
pub(in crate::report) fn labelled(rows: &[(&str, String)], width: u16) -> String {
    let label = rows.iter().map(|(label, _)| label.len()).max();
    let rows = rows
        .iter()
        .map(|(label, text)| vec![format!("  {label}"), text.clone()]);
    human::columns(rows, &[label.unwrap_or_default() + 4], width)
}
