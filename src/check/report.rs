//! The findings of a run, their sum and the verdict.

use jiff::Timestamp;
use serde::Serialize;

use super::{Finding, Mark, Severity};

/// The one word that a run comes down to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Nothing failed, and everything that applied was found out.
    Pass,
    /// A check of severity error failed (with `--strict`: or of severity warning).
    Fail,
    /// Something could not be found out, or nothing applied.
    Undetermined,
}

impl Verdict {
    /// Its word in files.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Undetermined => "undetermined",
        }
    }

    /// The verdict of a word.
    pub fn of(word: &str) -> Option<Self> {
        [Self::Pass, Self::Fail, Self::Undetermined]
            .into_iter()
            .find(|verdict| verdict.word() == word)
    }
}

/// How many checks failed, by severity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Failures {
    /// Of severity error.
    pub error: usize,
    /// Of severity warning.
    pub warning: usize,
    /// Of severity notice.
    pub notice: usize,
}

/// How often each outcome occurs. Adds up to the number of findings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Summary {
    /// Met.
    pub pass: usize,
    /// Not met.
    pub fail: Failures,
    /// Did not bind.
    pub not_applicable: usize,
    /// Stopped by another.
    pub blocked: usize,
    /// Not found out.
    pub undetermined: usize,
    /// Not run.
    pub skipped: usize,
    /// Failed, and answered for.
    pub waived: usize,
}

/// What a run found. Formats print it; none decides anything.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The version of this form.
    pub schema: u32,
    /// `report`.
    pub kind: &'static str,
    /// Name and version of the tool.
    pub tool: String,
    /// The subcommand that ran.
    pub command: String,
    /// The environment that it ran against, where there was one.
    pub environment: Option<String>,
    /// The time that the run judged by, UTC, whole seconds.
    pub started: Timestamp,
    /// The one word.
    pub verdict: Verdict,
    /// The sum.
    pub summary: Summary,
    /// Every check on every subject, in the order of the path.
    pub findings: Vec<Finding>,
}

impl Report {
    /// Sums the findings up and judges them.
    pub fn new(
        command: &str,
        environment: Option<&str>,
        at: Timestamp,
        findings: Vec<Finding>,
        strict: bool,
    ) -> Self {
        let summary = Summary::of(&findings);
        Self {
            schema: 1,
            kind: "report",
            tool: concat!("ptl ", env!("CARGO_PKG_VERSION")).to_owned(),
            command: command.to_owned(),
            environment: environment.map(str::to_owned),
            started: Timestamp::from_second(at.as_second()).unwrap_or(at),
            verdict: verdict(&summary, &findings, strict),
            summary,
            findings,
        }
    }
}

impl Summary {
    fn of(findings: &[Finding]) -> Self {
        let mut sum = Self::default();
        for finding in findings {
            let count = match (finding.outcome, finding.severity) {
                (Mark::Pass, _) => &mut sum.pass,
                (Mark::Fail, Severity::Error) => &mut sum.fail.error,
                (Mark::Fail, Severity::Warning) => &mut sum.fail.warning,
                (Mark::Fail, Severity::Notice) => &mut sum.fail.notice,
                (Mark::NotApplicable, _) => &mut sum.not_applicable,
                (Mark::Blocked, _) => &mut sum.blocked,
                (Mark::Undetermined, _) => &mut sum.undetermined,
                (Mark::Skipped, _) => &mut sum.skipped,
                (Mark::Waived, _) => &mut sum.waived,
            };
            *count += 1;
        }
        sum
    }

    /// The number of findings.
    pub fn total(&self) -> usize {
        self.pass
            + self.fail.error
            + self.fail.warning
            + self.fail.notice
            + self.not_applicable
            + self.blocked
            + self.undetermined
            + self.skipped
            + self.waived
    }
}

fn verdict(summary: &Summary, findings: &[Finding], strict: bool) -> Verdict {
    let failed = summary.fail.error + if strict { summary.fail.warning } else { 0 };
    if failed > 0 {
        return Verdict::Fail;
    }
    let unknown = summary.undetermined > 0
        || findings
            .iter()
            .any(|finding| finding.blocked_by.is_some_and(|block| !block.settled));
    let applied = findings
        .iter()
        .any(|finding| matches!(finding.outcome, Mark::Pass | Mark::Fail | Mark::Waived));
    if unknown || !applied {
        Verdict::Undetermined
    } else {
        Verdict::Pass
    }
}
