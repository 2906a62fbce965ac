//! How a file begins that ptl wrote as a report: who writes one takes these words, and who reads or replaces one
//! knows it by them.
//!
//! A file that another program wrote in another coding (PowerShell's `>` makes UTF-16 of it) is known as well.

use std::borrow::Cow;

/// The words that line 1 of a report for people begins with: its verdict.
pub const VERDICTS: [&str; 3] = ["PASS", "FAIL", "UNDETERMINED"];
/// How its line 2 begins, before the command; the name of a JUnit document begins so, too.
pub const TOOL: &str = "ptl ";
/// What stands in its line 2 before the time.
pub const JUDGED: &str = ", judged by ";
/// What line 1 of an answer says before what to do next.
pub const NEXT: &str = ". Next: ";
/// How line 1 of a checklist's report ends in Markdown.
pub const MARKDOWN: &str = ": where its path to live stands";
/// What a calendar says of who made it.
pub const CALENDAR: &str = "-//ptl//expiry//EN";
/// What the head of a page says of who made it.
pub const PAGE: &str = r#"<meta name="generator" content="ptl">"#;

/// In what form ptl wrote a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A JSON document of any kind.
    Json,
    /// A report for people.
    Human,
    /// A report as JUnit XML.
    Junit,
    /// A report of a checklist in Markdown.
    Markdown,
    /// A page.
    Page,
    /// A calendar of what ends when.
    Calendar,
}

/// The form in which ptl wrote a text, by how it begins; nothing where it did not.
pub fn form(text: &str) -> Option<Form> {
    let text = text.trim_start();
    let mut lines = text.lines();
    let first = lines.next()?.trim_end();
    let second = lines.next().unwrap_or_default();
    if is_json(text) {
        return Some(Form::Json);
    }
    let is_answer = VERDICTS.iter().any(|word| first.starts_with(word));
    let names_the_run = second.starts_with(TOOL) && second.contains(JUDGED);
    // With --quiet the answer stands alone.
    if is_answer && (names_the_run || first.contains(NEXT)) {
        return Some(Form::Human);
    }
    if first.starts_with("# ") && first.ends_with(MARKDOWN) {
        return Some(Form::Markdown);
    }
    if first.starts_with("<?xml") && text.contains(&format!("<testsuites name=\"{TOOL}")) {
        return Some(Form::Junit);
    }
    if first == "BEGIN:VCALENDAR" && text.contains(CALENDAR) {
        return Some(Form::Calendar);
    }
    (first.starts_with("<!doctype html") && text.contains(PAGE)).then_some(Form::Page)
}

/// Whether a text begins as a document that has a kind: `schema` comes first, then `kind`.
fn is_json(text: &str) -> bool {
    let after = |text: &str, word: &str| -> Option<String> {
        let rest = text.trim_start().strip_prefix(word)?;
        Some(rest.to_owned())
    };
    let text: String = text.chars().take(200).collect();
    let rest = after(&text, "{")
        .and_then(|rest| after(&rest, "\"schema\""))
        .and_then(|rest| after(&rest, ":"));
    rest.is_some_and(|rest| {
        let rest = rest.trim_start();
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        digits > 0
            && after(&rest[digits..], ",").is_some_and(|rest| after(&rest, "\"kind\"").is_some())
    })
}

/// Bytes as text, whatever wrote them: UTF-8 or UTF-16, with a byte order mark or without, and without ANSI styles.
pub fn decoded(bytes: &[u8]) -> String {
    let text = match bytes {
        [0xff, 0xfe, rest @ ..] => wide(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => wide(rest, u16::from_be_bytes),
        [first, 0, ..] if *first != 0 => wide(bytes, u16::from_le_bytes),
        [0, second, ..] if *second != 0 => wide(bytes, u16::from_be_bytes),
        _ => String::from_utf8_lossy(bytes),
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    if text.contains('\u{1b}') {
        return anstream::adapter::strip_str(text).to_string();
    }
    text.to_owned()
}

fn wide(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Cow<'static, str> {
    let units: Vec<u16> = bytes
        .chunks_exact(2)
        .map(|pair| unit([pair[0], pair[1]]))
        .collect();
    String::from_utf16_lossy(&units).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_known_whatever_wrote_it_down() {
        for (text, wanted) in [
            ("{\"schema\":1,\"kind\":\"report\"}", Some(Form::Json)),
            (
                "{\n  \"schema\": 12,\n  \"kind\": \"crl-status\",",
                Some(Form::Json),
            ),
            ("{ \"schema\": 1 }", None),
            ("{ \"kind\": 1, \"schema\": 1 }", None),
            (
                "FAIL\nptl csr lint, judged by 2026-11-22T17:00:00Z\n",
                Some(Form::Human),
            ),
            (
                "PASS: 3 requirements met. Next: nothing to mend.\n",
                Some(Form::Human),
            ),
            ("PASS\nok example/package 0.1s\n", None),
            ("Passed: all. Next: go live.", None),
            (
                "# A 1: where its path to live stands\n",
                Some(Form::Markdown),
            ),
            ("# A diary\n", None),
            (
                "<?xml version=\"1.0\"?>\n<testsuites name=\"ptl csr\">",
                Some(Form::Junit),
            ),
            ("<?xml version=\"1.0\"?>\n<testsuites name=\"mine\">", None),
            ("<!doctype html>\n<html>", None),
            ("", None),
        ] {
            assert_eq!(form(text), wanted, "{text}");
            let units = |order: fn(u16) -> [u8; 2]| -> Vec<u8> {
                text.encode_utf16().flat_map(order).collect()
            };
            for bytes in [
                [b"\xef\xbb\xbf", text.as_bytes()].concat(),
                [b"\xff\xfe", units(u16::to_le_bytes).as_slice()].concat(),
                [b"\xfe\xff", units(u16::to_be_bytes).as_slice()].concat(),
                units(u16::to_le_bytes),
                units(u16::to_be_bytes),
            ] {
                assert_eq!(form(&decoded(&bytes)), wanted, "{text}");
            }
        }
        assert_eq!(
            form(&decoded(b"\x1b[1mFAIL\x1b[0m at tcp. Next: x")),
            Some(Form::Human)
        );
    }
}
