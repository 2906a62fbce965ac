//! Places in a text: line and column, as an editor counts them.

use std::fmt;

/// A place in a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1, in characters.
    pub column: usize,
}

impl Place {
    /// The place of a byte offset; one past the end is the end, one inside a character is that character.
    pub fn of(text: &str, offset: usize) -> Self {
        let before = &text.as_bytes()[..offset.min(text.len())];
        let line_start = before
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(0, |newline| newline + 1);
        Self {
            line: before.iter().filter(|byte| **byte == b'\n').count() + 1,
            column: before[line_start..]
                .iter()
                // The bytes that continue a UTF-8 character start none.
                .filter(|byte| (**byte & 0xC0) != 0x80)
                .count()
                + usize::from(text.is_char_boundary(offset.min(text.len()))),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_not_bytes() {
        let text = "a = 'é'\n  b = 1\r\nc";
        assert_eq!(Place::of(text, 0), Place { line: 1, column: 1 });
        assert_eq!(Place::of(text, 5), Place { line: 1, column: 6 });
        assert_eq!(Place::of(text, 6), Place { line: 1, column: 6 });
        assert_eq!(Place::of(text, 7), Place { line: 1, column: 7 });
        let b = text.find('b').expect("it is there");
        assert_eq!(Place::of(text, b), Place { line: 2, column: 3 });
        let c = text.rfind('c').expect("it is there");
        assert_eq!(Place::of(text, c), Place { line: 3, column: 1 });
    }

    #[test]
    fn an_offset_past_the_end_is_the_end() {
        assert_eq!(Place::of("", 9), Place { line: 1, column: 1 });
        assert_eq!(Place::of("ab\n", 9), Place { line: 2, column: 1 });
    }
}
