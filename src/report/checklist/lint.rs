//! What is wrong with a checklist's definition or a supplier's own steps, each thing with its place.

use serde::Serialize;

use super::{bold, dimmed};
use crate::{
    checklist::lint::Linted,
    report::{Explanation, human::columns, visible},
};

/// The most columns that places take before the rest stands below them.
const WIDEST_PLACE: usize = 34;

/// What was looked at, and what was found.
#[derive(Debug, Serialize)]
pub struct Lint {
    schema: u32,
    kind: &'static str,
    tool: &'static str,
    /// The shipped checklist that was looked at, or that own steps belong to.
    checklist: Option<String>,
    files: Vec<LintedFile>,
    findings: Vec<FindingView>,
}

/// One text that was looked at.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
struct LintedFile {
    /// Its path, or the id of a shipped checklist.
    file: String,
    /// How many steps it holds.
    steps: usize,
    /// How many findings there are besides those that are shown.
    left_out: usize,
}

/// One thing that is wrong.
#[derive(Debug, Serialize)]
struct FindingView {
    file: String,
    line: usize,
    column: usize,
    rule: &'static str,
    step: Option<String>,
    message: String,
}

impl Lint {
    /// Nothing so far; `checklist` is the shipped one that it is about.
    pub fn of(checklist: Option<&str>) -> Self {
        Self {
            schema: 1,
            kind: "checklist-lint",
            tool: concat!("ptl ", env!("CARGO_PKG_VERSION")),
            checklist: checklist.map(str::to_owned),
            files: Vec::new(),
            findings: Vec::new(),
        }
    }

    /// Adds what was found in a text of that name.
    pub fn add(&mut self, file: &str, linted: &Linted) {
        self.files.push(LintedFile {
            file: file.to_owned(),
            steps: linted.steps,
            left_out: linted.left_out,
        });
        let findings = linted.findings.iter().map(|finding| FindingView {
            file: file.to_owned(),
            line: finding.place.line,
            column: finding.place.column,
            rule: finding.rule.word(),
            step: finding.step.clone(),
            message: finding.message.clone(),
        });
        self.findings.extend(findings);
    }

    /// Whether nothing was found.
    pub fn is_clean(&self) -> bool {
        self.findings.is_empty()
    }

    fn left_out(&self) -> usize {
        self.files.iter().map(|file| file.left_out).sum()
    }

    fn answer(&self) -> String {
        let held = self.files.iter().map(|file| {
            let plural = if file.steps == 1 { "" } else { "s" };
            format!("{} ({} step{plural})", visible(&file.file), file.steps)
        });
        let held = held.collect::<Vec<_>>().join(" and ");
        match self.findings.first() {
            None => format!("OK: nothing is wrong with {held}."),
            Some(first) => {
                let count = self.findings.len() + self.left_out();
                let plural = if count == 1 { "" } else { "s" };
                format!(
                    "FAIL: {count} finding{plural} in {held}. Next: mend {}.",
                    first.place()
                )
            }
        }
    }
}

impl FindingView {
    /// As editors take it.
    fn place(&self) -> String {
        let (line, column) = (self.line, self.column);
        format!("{}:{line}:{column}", visible(&self.file))
    }

    fn sentence(&self) -> String {
        let message = visible(&self.message);
        let stop = if message.ends_with('?') { "" } else { "." };
        format!("{}: {message}{stop}", self.rule)
    }
}

impl Explanation for Lint {
    fn text(&self, width: u16) -> String {
        let mut text = bold(&self.answer()) + "\n";
        if let Some(checklist) = &self.checklist {
            text += &format!("{}\n", dimmed(&format!("The checklist {checklist}")));
        }
        if self.is_clean() {
            return text;
        }
        let places = self.findings.iter().map(|it| it.place().chars().count());
        let widest = places.max().unwrap_or_default().min(WIDEST_PLACE);
        let rows = self
            .findings
            .iter()
            .map(|finding| vec![format!("  {}", finding.place()), finding.sentence()]);
        text.push('\n');
        text += &columns(rows, &[widest + 4], width);
        if self.left_out() > 0 {
            text += &format!("  and {} more\n", self.left_out());
        }
        text
    }
}
