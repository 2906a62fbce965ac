//! What a file says that is a report of ptl: it proves what its verdict says, of its environment alone.
//!
//! What ptl's reports are known by and cannot be read as a whole one is no evidence: half a report proves nothing, and
//! to take it for any other file would let a failed one pass.

use memchr::memmem;
use serde::Deserialize;

use crate::{check::Verdict, checklist::state::Reported, files::mark};

/// A report of every check of many subjects has a tenth of it.
pub(super) const LONGEST: u64 = 4 * 1024 * 1024;

/// The version of the form that this ptl reads.
const SCHEMA: u64 = 1;

/// What is read of a report; the rest of it is not looked at.
#[derive(Deserialize)]
struct Head {
    schema: u64,
    command: String,
    environment: Option<String>,
    verdict: String,
}

/// What a file says, if it is a report: of these bytes, which are all of it, or its first 4 MiB.
///
/// # Errors
/// Why it cannot be read, where it is known by ptl's marks: continues `it is `.
pub(super) fn read(bytes: &[u8]) -> Result<Option<Reported>, String> {
    let text = mark::decoded(bytes);
    match mark::form(&text) {
        Some(mark::Form::Human) => {
            return Err("a report of ptl for people, which proves no verdict".to_owned());
        }
        Some(mark::Form::Junit) => {
            return Err("a report of ptl as JUnit XML, which names no environment".to_owned());
        }
        _ => {}
    }
    if !is_json_report(&text) {
        return Ok(None);
    }
    let damaged = |why: String| format!("a report of ptl that cannot be read as a whole: {why}");
    let value: serde_json::Value =
        serde_json::from_str(text.trim()).map_err(|error| damaged(error.to_string()))?;
    // It may stand deeper, in a document of another kind.
    if value["kind"] != "report" {
        return Ok(None);
    }
    if let Some(newer) = value["schema"].as_u64().filter(|found| *found > SCHEMA) {
        return Err(format!(
            "a report of schema {newer}, and this ptl knows up to {SCHEMA}"
        ));
    }
    let head = Head::deserialize(value).map_err(|error| damaged(error.to_string()))?;
    let verdict = Verdict::of(&head.verdict)
        .ok_or_else(|| damaged(format!("`{}` is no verdict", head.verdict)))?;
    if head.schema != SCHEMA {
        return Err(damaged(format!("there is no schema {}", head.schema)));
    }
    Ok(Some(Reported {
        command: head.command,
        environment: head.environment,
        verdict,
    }))
}

/// Whether a text begins as JSON and says that it is a report, and of ptl or of a schema.
fn is_json_report(text: &str) -> bool {
    let text = text.trim_start().as_bytes();
    let says = |key: &[u8], value: &[u8]| {
        memmem::find_iter(text, key).any(|at| {
            let rest = text[at + key.len()..].trim_ascii_start();
            rest.strip_prefix(b":")
                .is_some_and(|rest| rest.trim_ascii_start().starts_with(value))
        })
    };
    text.starts_with(b"{")
        && says(b"\"kind\"", b"\"report\"")
        && (says(b"\"tool\"", b"\"ptl ") || says(b"\"schema\"", b""))
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPORT: &str = r#"{ "schema": 1, "kind": "report", "tool": "ptl 0.1.0", "command": "preflight", "environment": "int", "verdict": "fail", "findings": [] }"#;

    #[test]
    fn a_report_is_read_in_any_coding() {
        let wide: Vec<u8> = REPORT.encode_utf16().flat_map(u16::to_le_bytes).collect();
        for bytes in [
            REPORT.as_bytes().to_vec(),
            format!("\u{feff}{REPORT}\r\n").into_bytes(),
            [b"\xff\xfe", wide.as_slice()].concat(),
            wide,
        ] {
            let read = read(&bytes).map(|read| read.map(|it| (it.environment, it.verdict)));
            assert_eq!(read, Ok(Some((Some("int".to_owned()), Verdict::Fail))));
        }
        let nowhere = REPORT.replace("\"int\"", "null");
        let nowhere = read(nowhere.as_bytes()).map(|read| read.map(|it| it.environment));
        assert_eq!(nowhere, Ok(Some(None)));
    }

    #[test]
    fn what_is_no_whole_report_of_this_form_is_refused_and_not_taken_for_another_file() {
        for (text, why) in [
            (format!("{REPORT}x"), "trailing"),
            (format!("{REPORT}\n{REPORT}"), "trailing"),
            (REPORT[..100].to_owned(), "EOF"),
            (REPORT.replace("\"schema\": 1", "\"schema\": 2"), "schema 2"),
            (
                REPORT.replace("\"schema\": 1", "\"schema\": 0"),
                "no schema 0",
            ),
            (REPORT.replace("\"schema\": 1, ", ""), "`schema`"),
            (REPORT.replace("\"fail\"", "\"good\""), "no verdict"),
            (
                "FAIL at tcp\nptl preflight, environment int, judged by 2026".to_owned(),
                "for people",
            ),
            (
                "<?xml version=\"1.0\"?>\n<testsuites name=\"ptl preflight\"".to_owned(),
                "JUnit",
            ),
        ] {
            let refused = read(text.as_bytes()).map(|read| read.is_some());
            assert!(
                refused.as_ref().is_err_and(|found| found.contains(why)),
                "{text}: {refused:?}"
            );
        }
    }

    #[test]
    fn any_other_file_is_one() {
        for text in [
            "see report.json: \"kind\": \"report\", \"tool\": \"ptl 0.1.0\"",
            "{ \"kind\": \"report\", \"of\": \"another tool\" }",
            "{ \"schema\": 1, \"kind\": \"crl-status\" }",
            "{ \"schema\": 1, \"kind\": \"checklist-verify\", \"report\": { \"kind\": \"report\" } }",
            "PASS\nok\n",
        ] {
            assert_eq!(
                read(text.as_bytes()).map(|read| read.is_some()),
                Ok(false),
                "{text}"
            );
        }
    }
}
