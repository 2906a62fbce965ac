//! For people: line 1 is the answer, then a table that reads like a document, then the counts.
//!
//! Marks are words, so that nothing hangs on colour or on a symbol.

mod answer;
mod ids;
mod table;

use anstyle::Style;

use super::{Detail, Layout, visible};
use crate::{check::Report, files::mark};

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

/// The least that is left for the last column: in less, words would be broken.
const LEAST: usize = 24;

/// How far the last column goes in, where it stands below the others.
const INDENT: usize = 4;

/// Rows of cells, the first columns as wide as said, the last as wide as is left, or below them
/// where that is too little.
pub(in crate::report) fn columns(
    rows: impl IntoIterator<Item = Vec<String>>,
    widths: &[usize],
    width: u16,
) -> String {
    let fixed: usize = widths.iter().sum();
    if fixed > INDENT && usize::from(width) < fixed + LEAST {
        return rows
            .into_iter()
            .map(|row| below_each_other(row, widths, width))
            .collect();
    }
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

/// A row whose last cell stands under the others.
fn below_each_other(mut row: Vec<String>, widths: &[usize], width: u16) -> String {
    let last = row.pop().unwrap_or_default();
    let head: String = row
        .iter()
        .zip(widths)
        .map(|(cell, &wide)| format!("{cell:<wide$}"))
        .collect();
    let last = columns([vec![String::new(), last]], &[INDENT], width);
    format!("{}\n{last}", head.trim_end())
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
        "{style}{}{}{environment}{}{}{style:#}",
        mark::TOOL,
        visible(&report.command),
        mark::JUDGED,
        report.started
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_word_is_broken_where_there_is_little_room() {
        let row = [
            "  ready",
            "plan.ods",
            "The supplier has an ODS code, as every form wants",
        ];
        let text = columns([row.map(str::to_owned).to_vec()], &[14, 19], 40);
        assert_eq!(
            text,
            "  ready       plan.ods\n    The supplier has an ODS code, as\n    every form wants\n"
        );
    }
}
