//! What a report of ptl's own said, kept as evidence.
//!
//! Of the file nothing is taken but words of closed lists, ids of checks and a time: what else stands in it
//! (hosts, names, reasons) stays in the file.

use jiff::Timestamp;
use serde::Deserialize;

/// A report of kind `report`, in short.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastReport {
    /// The command that made it.
    pub command: String,
    /// The environment that it was about.
    pub environment: Option<String>,
    /// The time that it judged by.
    pub started: Timestamp,
    /// `pass`, `fail` or `undetermined`.
    pub verdict: &'static str,
    /// How many requirements were met.
    pub met: usize,
    /// The ids of the checks of severity error that failed, each once, in order.
    pub failed: Vec<String>,
    /// The ids of the others that failed.
    pub warned: Vec<String>,
    /// The ids of the checks that could not be judged.
    pub unknown: Vec<String>,
    /// The ids of the checks whose failure somebody answered for.
    pub waived: Vec<String>,
}

#[derive(Deserialize)]
struct Raw {
    kind: String,
    command: String,
    environment: Option<String>,
    started: Timestamp,
    verdict: String,
    findings: Vec<RawFinding>,
}

#[derive(Deserialize)]
struct RawFinding {
    id: String,
    severity: String,
    outcome: String,
}

impl PastReport {
    /// What a file says, where it is a report in ptl's JSON.
    pub fn of(content: &[u8]) -> Option<Self> {
        if !content.trim_ascii_start().starts_with(b"{") {
            return None;
        }
        let raw: Raw = serde_json::from_slice(content).ok()?;
        let known = raw.kind == "report"
            && is_a_word(&raw.command)
            && raw.environment.as_deref().is_none_or(is_a_word)
            && raw.findings.iter().all(|finding| is_an_id(&finding.id));
        if !known {
            return None;
        }
        let verdict = ["pass", "fail", "undetermined"]
            .into_iter()
            .find(|word| *word == raw.verdict)?;
        let ids = |fits: &dyn Fn(&RawFinding) -> bool| {
            let mut ids: Vec<String> = Vec::new();
            for finding in raw.findings.iter().filter(|finding| fits(finding)) {
                if !ids.contains(&finding.id) {
                    ids.push(finding.id.clone());
                }
            }
            ids
        };
        let failed = |finding: &RawFinding| finding.outcome == "fail";
        let met = raw.findings.iter().filter(|it| it.outcome == "pass");
        Some(Self {
            verdict,
            met: met.count(),
            failed: ids(&|it| failed(it) && it.severity == "error"),
            warned: ids(&|it| failed(it) && it.severity != "error"),
            unknown: ids(&|it| it.outcome == "undetermined"),
            waived: ids(&|it| it.outcome == "waived"),
            command: raw.command,
            environment: raw.environment,
            started: raw.started,
        })
    }
}

/// A command or an environment: `check-chain`, `int`.
fn is_a_word(text: &str) -> bool {
    (1..=32).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// `CHAIN-003`.
fn is_an_id(text: &str) -> bool {
    text.split_once('-').is_some_and(|(area, number)| {
        (1..=8).contains(&area.len())
            && area.bytes().all(|byte| byte.is_ascii_uppercase())
            && number.len() == 3
            && number.bytes().all(|byte| byte.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    fn report(command: &str, id: &str) -> String {
        format!(
            r#"{{ "schema": 1, "kind": "report", "tool": "ptl 0.1.0", "command": "{command}", "environment": "int",
            "started": "2026-11-22T17:00:00Z", "verdict": "fail", "summary": {{}}, "findings": [
            {{ "id": "{id}", "severity": "error", "outcome": "fail", "reason": "SECRET" }},
            {{ "id": "{id}", "severity": "error", "outcome": "fail" }},
            {{ "id": "TLS-002", "severity": "warning", "outcome": "fail" }},
            {{ "id": "TLS-003", "severity": "error", "outcome": "undetermined" }},
            {{ "id": "TLS-004", "severity": "error", "outcome": "pass" }} ] }}"#
        )
    }

    #[test]
    fn a_report_is_told_by_its_kind_and_said_in_ids() {
        let past = PastReport::of(report("check-chain", "PATH-001").as_bytes()).unwrap();
        assert_eq!(past.verdict, "fail");
        assert_eq!(past.failed, ["PATH-001"]);
        assert_eq!(past.warned, ["TLS-002"]);
        assert_eq!(past.unknown, ["TLS-003"]);
        assert_eq!(past.met, 1);
        assert!(!format!("{past:?}").contains("SECRET"));
    }

    #[test]
    fn what_only_looks_like_one_is_none() {
        for text in [
            report("<script>", "PATH-001"),
            report("check-chain", "<b>"),
            report("check-chain", "PATH-001").replace("\"report\"", "\"trust\""),
            report("check-chain", "PATH-001")
                .replace("\"fail\", \"summary\"", "\"good\", \"summary\""),
            "{".to_owned(),
            "-----BEGIN CERTIFICATE-----".to_owned(),
        ] {
            assert_eq!(PastReport::of(text.as_bytes()), None, "{text}");
        }
    }
}
