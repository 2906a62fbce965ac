//! JUnit XML for CI: fail is a failure, undetermined an error, what did not run is skipped with its reason.
//!
//! One suite an area, one case a check and subject.

use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus, TestSuite};

use super::visible;
use crate::{
    check::{Finding, Mark, Report},
    error::{Error, Result},
    files::mark,
};

/// The report as JUnit XML.
///
/// # Errors
/// Where the XML cannot be written.
pub(super) fn render(report: &Report) -> Result<String> {
    let mut document = quick_junit::Report::new(format!("{}{}", mark::TOOL, report.command));
    let mut suites: Vec<(&str, TestSuite)> = Vec::new();
    for finding in &report.findings {
        let area = finding.id.area();
        let place = suites.iter().position(|(name, _)| *name == area);
        let place = place.unwrap_or_else(|| {
            suites.push((area, TestSuite::new(area)));
            suites.len() - 1
        });
        suites[place].1.add_test_case(case(finding));
    }
    document.add_test_suites(suites.into_iter().map(|(_, suite)| suite));
    document
        .to_string()
        .map_err(|error| Error::internal("could not write JUnit XML").because(error))
}

fn case(finding: &Finding) -> TestCase {
    let name = format!(
        "{} {} [{}]",
        finding.id,
        finding.title,
        visible(&finding.subject)
    );
    let mut case = TestCase::new(name, status(finding));
    case.set_classname(format!("ptl.{}", finding.id.area()));
    if finding.outcome == Mark::Pass {
        case.set_system_out(visible(&finding.reason));
    }
    case
}

fn status(finding: &Finding) -> TestCaseStatus {
    let kind = match finding.outcome {
        Mark::Pass => return TestCaseStatus::success(),
        Mark::Fail => NonSuccessKind::Failure,
        Mark::Undetermined => NonSuccessKind::Error,
        Mark::NotApplicable | Mark::Blocked | Mark::Skipped | Mark::Waived => {
            return skipped(finding);
        }
    };
    let mut status = TestCaseStatus::non_success(kind);
    let cause = finding.cause.map_or("undetermined", |cause| cause.word());
    status
        .set_type(cause)
        .set_message(format!(
            "{}: {}",
            finding.severity.word(),
            visible(&finding.reason)
        ))
        .set_description(description(finding));
    status
}

fn skipped(finding: &Finding) -> TestCaseStatus {
    let mark = match finding.outcome {
        Mark::NotApplicable => "not applicable",
        Mark::Blocked => "blocked",
        Mark::Waived => "waived",
        _ => "skipped",
    };
    let mut message = format!("{mark}: {}", visible(finding.reason.trim_end_matches('.')));
    for (label, value) in &finding.evidence {
        if finding.outcome == Mark::Waived && label.starts_with("waived") {
            message += &format!("; {label} {}", visible(value));
        }
    }
    let mut status = TestCaseStatus::skipped();
    status.set_message(message);
    status
}

fn description(finding: &Finding) -> String {
    let mut lines = Vec::new();
    if let Some(hint) = &finding.hint {
        lines.push(format!("next: {}", visible(hint)));
    }
    for (label, value) in &finding.evidence {
        lines.push(format!("{label}: {}", visible(value)));
    }
    lines.push(format!("source: {}", finding.source));
    lines.join("\n")
}
