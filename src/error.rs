//! What went wrong when ptl could not do its work: message, cause and hint.
//!
//! A refused connection is not an error but a finding; a missing `--key` file is an error.

use std::{fmt, path::Path};

/// Which exit code an error leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Command line, config, checklist or input file is wrong, or would be overwritten: exit 2.
    Input,
    /// A gate is shut or a requirement is not met, and nothing was changed: exit 1.
    Unmet,
    /// ptl itself broke: exit 4.
    Internal,
}

/// One failure to do the work, worded as a lowercase fragment, with what to do next.
#[derive(Debug)]
pub struct Error {
    kind: Kind,
    message: String,
    details: Vec<String>,
    hint: Option<String>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// The result of everything outside the check rooms.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// The command line, a config, a checklist or an input file is wrong.
    pub fn input(message: impl Into<String>) -> Self {
        Self::new(Kind::Input, message)
    }

    /// A requirement is not met, so nothing was changed.
    pub fn unmet(message: impl Into<String>) -> Self {
        Self::new(Kind::Unmet, message)
    }

    /// ptl could not do what it always can.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(Kind::Internal, message)
    }

    fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            details: Vec::new(),
            hint: None,
            source: None,
        }
    }

    /// What to do next: one imperative sentence, with a command where there is one.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// One line for each problem, where there are several.
    #[must_use]
    pub fn details(mut self, details: impl IntoIterator<Item = String>) -> Self {
        self.details.extend(details);
        self
    }

    /// The error underneath.
    #[must_use]
    pub fn because(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Which exit code this leads to.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// What to do next, if it is known.
    pub fn next_action(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    /// The single problems, where there are several.
    pub fn problems(&self) -> &[String] {
        &self.details
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if let Some(source) = &self.source {
            write!(f, ": {source}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

/// The one of `known` that `word` is most likely meant to be; nothing where none is near.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    known
        .into_iter()
        .map(|candidate| (strsim::jaro(&word, &candidate.to_lowercase()), candidate))
        // clap's own bound, so that flags and keys are guessed alike.
        .filter(|(likeness, _)| *likeness > 0.7)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, candidate)| candidate)
}

/// A path as a POSIX shell takes it, for commands in hints.
pub fn for_a_shell(path: &Path) -> String {
    let word = path.display().to_string();
    let plain = word
        .chars()
        .all(|c| c.is_alphanumeric() || matches!(c, '/' | '.' | '-' | '_' | '+' | ',' | ':' | '@'));
    if plain && !word.is_empty() {
        word
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// Whether a character steers a terminal or a document, or hides: what no text of a person needs.
///
/// Controls (C0, DEL, C1), line and paragraph separators, bidirectional controls (Unicode TR 9),
/// zero-width characters, tags, and what XML 1.0 section 2.2 cannot hold.
pub fn is_harmful(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}'
                | '\u{61c}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{fffe}'..='\u{ffff}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_in_a_hint_is_one_word_to_a_shell() {
        for (path, word) in [
            ("keys/int.key", "keys/int.key"),
            ("my keys", "'my keys'"),
            ("a'b; $(x)", r"'a'\''b; $(x)'"),
            ("", "''"),
        ] {
            assert_eq!(for_a_shell(Path::new(path)), word);
        }
    }
}
