//! Colours, progress, prompts, passphrases: the only place that prints.
//!
//! stdout holds the report and nothing else; errors, hints and progress go to stderr. What came
//! from outside is escaped by whoever makes the text, see [`crate::report`].

mod passphrase;

use std::io::Write;

pub use passphrase::{ask_passphrase, can_ask};

use crate::error::{Error, Result};

/// Prints to stdout. A reader that went away is no failure.
///
/// # Errors
/// Where stdout cannot be written to for another reason.
pub fn print(text: &str) -> Result<()> {
    let mut stdout = anstream::stdout().lock();
    match stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush())
    {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Error::internal("could not write to stdout").because(error))
        }
        _ => Ok(()),
    }
}

/// Prints a line to stderr; nobody may be reading, and nothing can be done about that.
pub fn note(line: &str) {
    let _ = writeln!(anstream::stderr(), "{line}");
}
