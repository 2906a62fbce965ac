//! What running the checks of steps came to: the answer, each step with what decides it, and what it brought about.

use anstyle::{AnsiColor, Style};
use serde::Serialize;

use super::{bold, change::brought_about, listed};
use crate::{
    check::{Report, Verdict},
    checklist::{
        rules::Progress,
        state::{File, Status},
        verify::{deciding, told},
        view::View,
    },
    report::{Explanation, human::columns, visible},
};

/// Steps whose checks were run.
#[derive(Debug)]
pub struct Verified<'a> {
    /// Each step.
    pub steps: Vec<VerifiedStep>,
    /// The checklist as it is now.
    pub view: &'a View<'a>,
    /// The checklist as it was.
    pub before: &'a View<'a>,
}

/// A step whose checks were run.
#[derive(Debug, Serialize)]
pub struct VerifiedStep {
    /// The step.
    pub id: String,
    /// What is so once it is done.
    pub title: String,
    /// The environment that was looked at.
    pub environment: Option<String>,
    /// What the checks came to.
    pub verdict: Verdict,
    /// How far the step was.
    pub before: Status,
    /// How far it is now.
    pub state: Status,
    /// What the verdict hangs on, in a sentence; nothing where all is well.
    pub why: Option<String>,
    /// What to do about that.
    pub next: Option<String>,
    /// SHA-256 of the report, lower-case hex.
    pub sha256: String,
    /// Its name in `evidence/`, where it is kept.
    pub copy: Option<String>,
    /// The step's own report.
    pub report: Report,
}

impl VerifiedStep {
    /// That of a step after its report was written down; `before` is how far it was, `file` what the report is kept as.
    pub fn of(
        progress: &Progress<'_>,
        id: &str,
        before: Status,
        report: Report,
        file: File,
    ) -> Self {
        let step = progress.definition.step(id);
        let decides = deciding(&report);
        let (why, next) = match decides {
            Some(finding) => (Some(told(finding)), finding.hint.clone()),
            None if report.verdict == Verdict::Pass => (None, None),
            None => (
                Some("none of its checks had anything to look at".to_owned()),
                Some(format!(
                    "Say in ptl.toml what there is in {}: name, certificate, key.",
                    report.environment.as_deref().unwrap_or("its environment")
                )),
            ),
        };
        Self {
            id: id.to_owned(),
            title: step.map_or_else(String::new, |(_, step)| step.title.clone()),
            environment: report.environment.clone(),
            verdict: report.verdict,
            before,
            state: progress.status(id),
            why,
            next,
            sha256: file.sha256,
            copy: file.copy,
            report,
        }
    }

    /// What became of it, in a sentence or two.
    fn said(&self) -> String {
        let environment = self.environment.as_deref().unwrap_or_default();
        let mut lines = Vec::new();
        if let Some(why) = &self.why {
            lines.push(format!("{}.", visible(why.trim_end_matches('.'))));
        }
        if let Some(next) = &self.next {
            lines.push(format!("Next: {}", visible(next)));
        }
        let judged = self.report.summary.pass;
        if self.verdict == Verdict::Pass {
            let passed = match judged {
                1 => "1 check passed".to_owned(),
                many => format!("{many} checks passed"),
            };
            lines.push(format!("{passed} in {environment}."));
        }
        let (was, is) = (self.before.word(), self.state.word());
        lines.push(match was == is {
            true => format!("It is {is}, as before."),
            false => format!("It is {is} now, and was {was}."),
        });
        if self.verdict == Verdict::Pass && !self.state.satisfies() {
            lines.push(format!(
                "A person says when it is done: `{}`.",
                super::done_command(&self.id)
            ));
        }
        lines.join("\n")
    }
}

/// The document as JSON.
#[derive(Serialize)]
struct Document<'a> {
    schema: u32,
    kind: &'static str,
    tool: &'static str,
    definition: &'a str,
    verdict: Verdict,
    steps: &'a [VerifiedStep],
    heads: &'a [String],
}

impl Serialize for Verified<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Document {
            schema: 1,
            kind: "checklist-verify",
            tool: self.view.tool,
            definition: self.view.definition,
            verdict: self.verdict(),
            steps: &self.steps,
            heads: &self.view.heads,
        }
        .serialize(serializer)
    }
}

impl Verified<'_> {
    /// The worst of the steps' verdicts; where nothing was looked at, nothing was found out.
    pub fn verdict(&self) -> Verdict {
        let has = |verdict: Verdict| self.steps.iter().any(|step| step.verdict == verdict);
        if has(Verdict::Fail) {
            Verdict::Fail
        } else if has(Verdict::Undetermined) || self.steps.is_empty() {
            Verdict::Undetermined
        } else {
            Verdict::Pass
        }
    }

    fn answer(&self) -> String {
        let verdict = self.verdict();
        let ids = self.steps.iter().filter(|step| step.verdict == verdict);
        let ids: Vec<&str> = ids.map(|step| step.id.as_str()).collect();
        let listed = listed(&ids, 4);
        let (word, colour, said) = match verdict {
            Verdict::Pass => (
                "PASS",
                AnsiColor::Green,
                format!("the checks of {listed} passed."),
            ),
            Verdict::Fail => (
                "FAIL",
                AnsiColor::Red,
                format!("the checks of {listed} failed."),
            ),
            Verdict::Undetermined if ids.is_empty() => (
                "UNDETERMINED",
                AnsiColor::Yellow,
                "no step has checks that can say something now. Next: `ptl checklist next`."
                    .to_owned(),
            ),
            Verdict::Undetermined => (
                "UNDETERMINED",
                AnsiColor::Yellow,
                format!("the checks of {listed} could not find out."),
            ),
        };
        let style = colour.on_default().bold();
        let first = self.steps.iter().find(|step| step.verdict == verdict);
        let next = first.and_then(|step| step.next.as_deref());
        let next = next.map_or_else(String::new, |next| format!(" Next: {}", visible(next)));
        format!("{style}{word}{style:#}: {said}{next}")
    }
}

fn mark(verdict: Verdict) -> (&'static str, Style) {
    match verdict {
        Verdict::Pass => ("pass", AnsiColor::Green.on_default()),
        Verdict::Fail => ("FAIL", AnsiColor::Red.on_default().bold()),
        Verdict::Undetermined => ("unknown", AnsiColor::Yellow.on_default()),
    }
}

impl Explanation for Verified<'_> {
    fn text(&self, width: u16) -> String {
        let mut text = format!("{}\n\n", self.answer());
        for step in &self.steps {
            let (word, style) = mark(step.verdict);
            text += &format!("  {style}{word}{style:#}  {}\n", bold(&step.id));
            let mut said = step.said();
            said += &match &step.copy {
                Some(name) => format!("\nReport: evidence/{name}, SHA-256 {}", step.sha256),
                None => format!("\nReport: SHA-256 {}", step.sha256),
            };
            let rows = said
                .lines()
                .map(|line| vec![String::new(), line.to_owned()]);
            text += &columns(rows.collect::<Vec<_>>(), &[6], width);
        }
        if !self.steps.is_empty() {
            text.push('\n');
        }
        let ids: Vec<&str> = self.steps.iter().map(|step| step.id.as_str()).collect();
        text += &brought_about(self.view, self.before, &ids, width);
        text
    }
}
