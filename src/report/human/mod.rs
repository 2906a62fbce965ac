//! For people: line 1 is the answer, then a table that reads like a document, then the counts.
//!
//! Marks are words, so that nothing hangs on colour or on a symbol.

mod answer;
mod ids;
mod table;

use anstyle::Style;

use super::{Detail, Layout, escape::visible};
use crate::check::Report;

/// The report as text with ANSI styles, ended by a newline.
pub(super) fn render(report: &Report, layout: Layout) -> String {
    let answer = answer::first_line(report);
    if layout.detail == Detail::Answer {
        return answer + "\n";
    }
    let table = table::Table::of(report, layout.detail);
    let mut text = format!("{answer}\n{}\n", occasion(report));
    text += &table.render(layout.width);
    text.push('\n');
    text += &answer::closing(report, table.sums_up_passes(), layout.width);
    text
}

/// Rows of cells, the first columns as wide as said, the last as wide as is left.
pub(super) fn columns(
    rows: impl IntoIterator<Item = Vec<String>>,
    widths: &[usize],
    width: u16,
) -> String {
    let mut table = table::bare(width);
    table.add_rows(rows);
    for (column, width) in widths.iter().enumerate() {
        table::fix(
            &mut table,
            column,
            u16::try_from(*width).unwrap_or(u16::MAX),
        );
    }
    table::lines(&mut table)
}

/// What was run, against what, and by which time it judged.
fn occasion(report: &Report) -> String {
    let environment = report
        .environment
        .as_deref()
        .map_or_else(String::new, |environment| {
            format!(", environment {}", visible(environment))
        });
    let style = Style::new().dimmed();
    format!(
        "{style}ptl {}{environment}, judged by {}{style:#}",
        visible(&report.command),
        report.started
    )
}
