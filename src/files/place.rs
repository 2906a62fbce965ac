//! Where something stands in a text: byte offset to line and column.

use std::fmt;

/// A place in a text file, as editors count it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1, in characters.
    pub column: usize,
}

impl Place {
    /// The place of a byte offset; one past the end, or inside a character, is the nearest before it.
    pub fn of(text: &str, offset: usize) -> Self {
        let end = (0..=offset.min(text.len()))
            .rfind(|&end| text.is_char_boundary(end))
            .unwrap_or(0);
        let before = &text[..end];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Self {
            line: before.bytes().filter(|&byte| byte == b'\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

#[cfg(test)]
mod tests {
    use super::Place;

    fn place(text: &str, offset: usize) -> (usize, usize) {
        let Place { line, column } = Place::of(text, offset);
        (line, column)
    }

    #[test]
    fn lines_and_columns_count_from_one() {
        assert_eq!(place("", 0), (1, 1));
        assert_eq!(place("ab\ncd", 0), (1, 1));
        assert_eq!(place("ab\ncd", 2), (1, 3));
        assert_eq!(place("ab\ncd", 3), (2, 1));
        assert_eq!(place("ab\r\ncd", 5), (2, 2));
    }

    #[test]
    fn columns_count_characters_not_bytes() {
        assert_eq!(place("é = 1", 3), (1, 3));
        assert_eq!(place("é", 1), (1, 1), "inside the character");
    }

    #[test]
    fn an_offset_past_the_end_is_the_end() {
        assert_eq!(place("ab\n", 99), (2, 1));
    }
}
