//! Makes text from outside harmless: no control characters, no characters that reorder or hide others.

use std::{borrow::Cow, fmt::Write};

use crate::error::is_harmful;

/// Text for a terminal or a document: what could steer either is spelled out, as `\u{1b}`.
pub fn visible(text: &str) -> Cow<'_, str> {
    replace(text, |escaped, character| match character {
        '\n' => escaped.push_str("\\n"),
        '\r' => escaped.push_str("\\r"),
        '\t' => escaped.push_str("\\t"),
        other => {
            let _ = write!(escaped, "\\u{{{:x}}}", u32::from(other));
        }
    })
}

/// A finished JSON document, whose strings spell out what [`visible`] does; the values stay the same.
///
/// Only strings can hold such characters but for the line breaks of the layout, and those stay.
pub fn json(document: &str) -> Cow<'_, str> {
    replace_but(document, &['\n'], |escaped, character| {
        let mut units = [0; 2];
        for unit in character.encode_utf16(&mut units) {
            let _ = write!(escaped, "\\u{unit:04x}");
        }
    })
}

fn replace(text: &str, spell: impl Fn(&mut String, char)) -> Cow<'_, str> {
    replace_but(text, &[], spell)
}

fn replace_but<'a>(
    text: &'a str,
    keep: &[char],
    spell: impl Fn(&mut String, char),
) -> Cow<'a, str> {
    let harmful = |character: char| is_harmful(character) && !keep.contains(&character);
    if !text.contains(harmful) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if harmful(character) {
            spell(&mut escaped, character);
        } else {
            escaped.push(character);
        }
    }
    Cow::Owned(escaped)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_a_terminal_is_spelled_out() {
        assert_eq!(
            visible("a\u{1b}[2Jb\u{9b}c\u{7f}"),
            "a\\u{1b}[2Jb\\u{9b}c\\u{7f}"
        );
        assert_eq!(visible("one\ntwo\r\tthree"), "one\\ntwo\\r\\tthree");
    }

    #[test]
    fn what_reorders_or_hides_text_is_spelled_out() {
        assert_eq!(visible("gpj\u{202e}exe"), "gpj\\u{202e}exe");
        assert_eq!(visible("nhs\u{200b}.uk"), "nhs\\u{200b}.uk");
    }

    #[test]
    fn ordinary_text_is_left_alone() {
        assert!(matches!(visible("Ysbyty Môn, 東京 \\"), Cow::Borrowed(_)));
    }

    #[test]
    fn json_keeps_its_layout_and_its_values() {
        let value = serde_json::json!({ "name": "a\u{1b}\u{202e}\u{7f}\u{e0041}b" });
        let plain = serde_json::to_string_pretty(&value).unwrap_or_default();
        let escaped = json(&plain);
        assert!(escaped.contains('\n') && !escaped.contains(|c| c != '\n' && is_harmful(c)));
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&escaped).ok(),
            Some(value)
        );
    }
}
