//! Text from outside in Markdown (CommonMark with GitHub's tables, which ticket systems take): it shows as it
//! stands, and neither breaks a table nor becomes markup.

use super::visible;

/// Text that stands anywhere in a line, also in a table's cell.
///
/// - Control characters, line breaks and what reorders text are spelled out first, as in every format.
/// - `\` before what begins emphasis, code, links, strikethrough, formulas or the next cell.
/// - `&`, `<` and `>` as references (CommonMark 2.5), since tags and references are markup as well.
/// - A break without width (`&#8203;`) in what ticket systems make live by themselves, whatever stands before it:
///   addresses (`https://`, `www.`), names that would be notified (`@team`) and numbers of tickets (`#12`, `!12`).
/// - `\` before what would make a list, heading or quote of the line, where the text begins with it.
pub(super) fn escaped(text: &str) -> String {
    let text = visible(text);
    let mut escaped = String::with_capacity(text.len() + 8);
    if let Some(place) = opener(&text) {
        let (number, sign) = text.split_at(place);
        escaped.push_str(number);
        escaped.push('\\');
        push(&mut escaped, &sign[..1], false);
        push(&mut escaped, &sign[1..], true);
        return escaped;
    }
    push(&mut escaped, &text, true);
    escaped
}

fn push(escaped: &mut String, text: &str, inline: bool) {
    for (place, character) in text.char_indices() {
        let rest = &text[place + character.len_utf8()..];
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' if inline => escaped.push_str("&gt;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '$' if inline => {
                escaped.push('\\');
                escaped.push(character);
            }
            other => escaped.push(other),
        }
        if comes_alive(&text[..place], character, rest) {
            escaped.push_str("&#8203;");
        }
    }
}

/// Whether a ticket system would link or notify what stands around a character, were it not broken behind it.
fn comes_alive(before: &str, character: char, rest: &str) -> bool {
    match character {
        '@' => !rest.is_empty(),
        ':' => rest.starts_with("//"),
        '#' | '!' => rest.starts_with(|next: char| next.is_ascii_digit()),
        'w' | 'W' => rest.starts_with('.') && before.to_ascii_lowercase().ends_with("ww"),
        _ => false,
    }
}

/// Where the sign stands that would make a block of a line that begins with this text: `#`, `-`, `1.`.
fn opener(text: &str) -> Option<usize> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    match text.as_bytes().get(digits)? {
        b'.' | b')' if digits > 0 && !continues(text, digits) => Some(digits),
        b'#' | b'-' | b'+' | b'=' if digits == 0 => Some(0),
        _ => None,
    }
}

/// `1.0` and `10.0.0.1` are no list: a blank or the end would have to follow.
fn continues(text: &str, place: usize) -> bool {
    text[place + 1..]
        .chars()
        .next()
        .is_some_and(|next| !next.is_whitespace())
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn what_is_markup_shows_as_it_stands() {
        for (text, wanted) in [
            ("a | b", "a \\| b"),
            ("<script>&amp;", "&lt;script&gt;&amp;amp;"),
            ("[x](javascript:y)", "\\[x\\](javascript:y)"),
            (
                "*a* _b_ ~c~ `d` $e$",
                "\\*a\\* \\_b\\_ \\~c\\~ \\`d\\` \\$e\\$",
            ),
            ("a\\|b", "a\\\\\\|b"),
            ("one\ntwo\u{202e}", "one\\\\ntwo\\\\u{202e}"),
        ] {
            assert_eq!(escaped(text), wanted);
        }
    }

    #[test]
    fn nothing_links_or_notifies_by_itself() {
        for (text, wanted) in [
            ("see https://a.b/c", "see https:&#8203;//a.b/c"),
            ("WWW.a.b", "WWW&#8203;.a.b"),
            ("ask @team, a@b.c", "ask @&#8203;team, a@&#8203;b.c"),
            ("fixes #12 and !3", "fixes #&#8203;12 and !&#8203;3"),
            ("12:30, # 1, a@", "12:30, # 1, a@"),
        ] {
            assert_eq!(escaped(text), wanted);
        }
    }

    #[test]
    fn a_line_does_not_become_a_block() {
        for (text, wanted) in [
            ("# a", "\\# a"),
            ("- a", "\\- a"),
            ("1. a", "1\\. a"),
            ("1.0", "1.0"),
            ("10.0.0.1", "10.0.0.1"),
            ("> a", "&gt; a"),
            ("---", "\\---"),
            ("", ""),
            ("1.", "1\\."),
        ] {
            assert_eq!(escaped(text), wanted);
        }
    }
}
