//! The table: subject by subject, mark in words, requirement, what was seen, what to do.
//!
//! What did not pass stands in full. What shares a mark and a reason shares a row. In a long report
//! the requirements that are met are summed up by their ids, never left out.

use anstyle::{AnsiColor, Style};
use comfy_table::{ColumnConstraint, ContentArrangement, Width};

use super::ids;
use crate::{
    check::{CheckId, Finding, Mark, Report, Severity},
    report::{Detail, visible},
};

/// A report of at most this many findings names each requirement that is met: it fits a screen.
const SHORT: usize = 24;

/// The rows, still without layout.
pub(super) struct Table {
    subjects: Vec<Subject>,
    summed_up: bool,
}

struct Subject {
    name: String,
    rows: Vec<Row>,
}

struct Row {
    mark: &'static str,
    ids: String,
    lines: Vec<String>,
}

impl Table {
    /// The rows of a report.
    pub(super) fn of(report: &Report, detail: Detail) -> Self {
        let short = report.findings.len() <= SHORT || detail == Detail::Everything;
        let subjects = report
            .findings
            .chunk_by(|one, next| one.subject == next.subject)
            .map(|findings| Subject {
                name: visible(&findings[0].subject).into_owned(),
                rows: rows(findings, short, detail),
            })
            .collect();
        Self {
            subjects,
            summed_up: !short && report.summary.pass > 0,
        }
    }

    /// Whether requirements that are met stand there by id only.
    pub(super) fn sums_up_passes(&self) -> bool {
        self.summed_up
    }

    /// The table as lines of at most this width.
    pub(super) fn render(&self, width: u16) -> String {
        let bold = Style::new().bold();
        let ids = self.subjects.iter().flat_map(|subject| &subject.rows);
        let ids = ids.map(|row| row.ids.len()).max().unwrap_or_default();
        let ids = u16::try_from(ids).unwrap_or(u16::MAX);
        let mut text = String::new();
        let mut after_brief = false;
        for subject in &self.subjects {
            let brief = self.summed_up && subject.is_met();
            if !(brief && after_brief) {
                text.push('\n');
            }
            after_brief = brief;
            let mut table = bare(width);
            if brief {
                let row = &subject.rows[0];
                let checks = format!("{} {}", row.ids, row.lines.join(" "));
                let line = format!("{}: {}", subject.name, checks.trim_start());
                table.add_row(["  ok".to_owned(), line]);
            } else {
                text += &format!("{bold}{}{bold:#}\n", subject.name);
                for row in &subject.rows {
                    let mark = format!("  {}", row.mark);
                    table.add_row([mark, row.ids.clone(), row.lines.join("\n")]);
                }
                fix(&mut table, 1, ids + 2);
            }
            fix(&mut table, 0, 11);
            text += &coloured(&lines(&mut table));
        }
        text
    }
}

impl Subject {
    /// Whether one row says that everything is met.
    fn is_met(&self) -> bool {
        matches!(self.rows.as_slice(), [row] if row.mark == "ok")
    }
}

fn rows(findings: &[Finding], short: bool, detail: Detail) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut told: Vec<usize> = Vec::new();
    for (place, finding) in findings.iter().enumerate() {
        if told.contains(&place) {
            continue;
        }
        let reason = reason(finding, findings);
        let alike: Vec<usize> = (place..findings.len())
            .filter(|other| {
                let other = &findings[*other];
                let same_reason =
                    finding.outcome == Mark::Pass || self::reason(other, findings) == reason;
                same_reason && shares_a_row(finding, other, short, detail)
            })
            .collect();
        if alike.len() > 1 {
            let ids: Vec<_> = alike.iter().map(|place| findings[*place].id).collect();
            let told_once = (finding.outcome != Mark::Pass).then_some(reason);
            rows.push(shared_row(word(finding), &ids, told_once));
            told.extend(alike);
        } else {
            rows.push(row(finding, &findings[..place], detail));
        }
    }
    rows
}

/// Why a finding is what it is; of a row of blocked checks the first one in it, which needs mending.
fn reason(finding: &Finding, subject: &[Finding]) -> String {
    let mut root = finding.blocked_by;
    while let Some(block) = root {
        let stopped = subject.iter().find(|other| other.id == block.id);
        match stopped.and_then(|other| other.blocked_by) {
            // A check requires only what stands before it, so this ends.
            Some(further) if further.id != block.id => root = Some(further),
            _ => return format!("{} did not pass", block.id),
        }
    }
    finding.reason.clone()
}

fn shares_a_row(one: &Finding, other: &Finding, short: bool, detail: Detail) -> bool {
    let sharing = match one.outcome {
        Mark::Pass => !short,
        Mark::NotApplicable | Mark::Blocked | Mark::Skipped => true,
        Mark::Fail | Mark::Undetermined | Mark::Waived => false,
    };
    let silent = one.hint.is_none() && other.hint.is_none();
    let alike = one.outcome == other.outcome;
    sharing && silent && alike && detail != Detail::Everything
}

/// One row for several checks, with what they have in common.
fn shared_row(mark: &'static str, ids: &[CheckId], reason: Option<String>) -> Row {
    let mut lines = vec![ids::shortened(ids)];
    lines.extend(reason.map(|reason| visible(&reason).into_owned()));
    Row {
        mark,
        ids: String::new(),
        lines,
    }
}

fn row(finding: &Finding, before: &[Finding], detail: Detail) -> Row {
    let mut lines = vec![finding.title.to_owned()];
    let everything = detail == Detail::Everything;
    if (finding.outcome != Mark::Pass || everything) && !finding.reason.is_empty() {
        lines.push(visible(&finding.reason).into_owned());
    }
    let answered_for = finding.outcome == Mark::Waived;
    for (label, value) in &finding.evidence {
        if everything || (answered_for && label.starts_with("waived")) {
            lines.push(format!("{label}: {}", visible(value)));
        }
    }
    if let Some(hint) = &finding.hint {
        let said = before
            .iter()
            .find(|other| other.hint.as_ref() == Some(hint));
        lines.push(match said {
            Some(other) => format!("Do: as for {}.", other.id),
            None => format!("Do: {}", visible(hint)),
        });
    }
    if everything {
        lines.push(format!("Source: {}", finding.source));
    }
    Row {
        mark: word(finding),
        ids: finding.id.0.to_owned(),
        lines,
    }
}

/// The mark in words; a failure's word says how much it weighs.
fn word(finding: &Finding) -> &'static str {
    match (finding.outcome, finding.severity) {
        (Mark::Pass, _) => "ok",
        (Mark::Fail, Severity::Error) => "FAIL",
        (Mark::Fail, Severity::Warning) => "warn",
        (Mark::Fail, Severity::Notice) => "note",
        (Mark::NotApplicable, _) => "n/a",
        (Mark::Blocked, _) => "blocked",
        (Mark::Undetermined, _) => "unknown",
        (Mark::Skipped, _) => "skipped",
        (Mark::Waived, _) => "waived",
    }
}

fn style(mark: &str) -> Style {
    match mark {
        "ok" => AnsiColor::Green.on_default(),
        "FAIL" => AnsiColor::Red.on_default().bold(),
        "warn" | "unknown" | "waived" => AnsiColor::Yellow.on_default(),
        "note" => AnsiColor::Cyan.on_default(),
        _ => Style::new().dimmed(),
    }
}

/// Styles the mark at the start of each row: the layout counts columns, so it must not see the styles.
fn coloured(text: &str) -> String {
    let mut styled = String::new();
    for line in text.lines() {
        let rest = line.trim_start();
        let mark = rest.split(' ').next().unwrap_or_default();
        if line.starts_with("  ") && !line.starts_with("   ") && !mark.is_empty() {
            let style = style(mark);
            styled += &format!("  {style}{mark}{style:#}{}\n", &rest[mark.len()..]);
        } else {
            styled += line;
            styled.push('\n');
        }
    }
    styled
}

/// A table without lines, no wider than this.
pub(super) fn bare(width: u16) -> comfy_table::Table {
    let mut table = comfy_table::Table::new();
    table
        .load_style(comfy_table::presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(width);
    table
}

/// The table's lines, without blanks at their ends.
pub(super) fn lines(table: &mut comfy_table::Table) -> String {
    for column in table.column_iter_mut() {
        column.set_padding((0, 0));
    }
    let lines = table.lines().map(|line| line.trim_end().to_owned() + "\n");
    lines.collect()
}

/// Makes a column just so wide.
pub(super) fn fix(table: &mut comfy_table::Table, column: usize, width: u16) {
    if let Some(column) = table.column_mut(column) {
        column.set_constraint(ColumnConstraint::Absolute(Width::Fixed(width)));
    }
}
