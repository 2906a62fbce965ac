//! Where everything stands in the drawings of a report: pure geometry of what the report says.
//!
//! Lengths are units of a drawing that is [`WIDTH`] wide; templates draw, the page scales. Text in a drawing
//! neither wraps nor scrolls, so whatever is long is cut here: the tables beside a drawing say all of it.

mod axis;
mod lives;
mod map;
mod time_line;

use serde::Serialize;

use super::{handover::Handover, visible};

/// The width of every drawing.
const WIDTH: i64 = 960;
/// Where the labels of rows end and the axis begins.
const GUTTER: i64 = 288;

/// The drawings of a report.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Drawings {
    /// The stages.
    map: map::Map,
    /// What was recorded when; nothing where nothing was.
    line: Option<time_line::TimeLine>,
    /// Generations and expiries, a drawing an environment.
    lives: Vec<lives::Lives>,
}

impl Drawings {
    pub(super) fn of(handover: &Handover<'_>) -> Self {
        Self {
            map: map::Map::of(&handover.stages),
            line: time_line::TimeLine::of(handover),
            lives: lives::Lives::all(handover),
        }
    }
}

/// A text of at most so many characters: what is longer is cut, and says so by `…`.
fn cut(text: &str, most: usize) -> String {
    let text = visible(text);
    if text.chars().count() <= most {
        return text.into_owned();
    }
    let kept: String = text.chars().take(most.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

/// A text in at most two lines of so many characters each.
fn two_lines(text: &str, most: usize) -> Vec<String> {
    let text = visible(text);
    let mut first = String::new();
    let mut rest = text.as_ref();
    while let Some(word) = rest.split_whitespace().next() {
        let longer = first.chars().count() + 1 + word.chars().count();
        if !first.is_empty() && longer > most {
            break;
        }
        if !first.is_empty() {
            first.push(' ');
        }
        first.push_str(word);
        rest = rest.trim_start()[word.len()..].trim_start();
    }
    let lines = [cut(&first, most), cut(rest, most)];
    lines.into_iter().filter(|line| !line.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::{cut, two_lines};

    #[test]
    fn long_text_is_cut_and_says_so() {
        assert_eq!(cut("abc", 3), "abc");
        assert_eq!(cut("abcd", 3), "ab…");
        assert_eq!(cut("a\u{202e}", 20), "a\\u{202e}");
        let long = "x".repeat(2000);
        assert_eq!(two_lines(&long, 20), [format!("{}…", "x".repeat(19))]);
    }

    #[test]
    fn two_lines_break_between_words() {
        assert_eq!(
            two_lines("Integration testing: getting connected", 22),
            ["Integration testing:", "getting connected"]
        );
        assert_eq!(two_lines("Live install", 22), ["Live install"]);
        assert_eq!(two_lines("", 22), Vec::<String>::new());
        assert_eq!(two_lines("a b c d", 3), ["a b", "c d"]);
        assert_eq!(two_lines("aa bb cc dd", 5), ["aa bb", "cc dd"]);
        assert_eq!(two_lines("aa bb cc ddd", 5), ["aa bb", "cc d…"]);
    }
}
