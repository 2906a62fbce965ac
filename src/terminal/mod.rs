//! Colours, progress, prompts, passphrases: the only place that prints.
//!
//! stdout holds the report and nothing else; errors, hints and progress go to stderr. What came
//! from outside is escaped by whoever makes the text, see [`crate::report`].

mod passphrase;
mod progress;
mod questions;

use std::{
    io::{IsTerminal, Write},
    sync::atomic::{AtomicBool, Ordering},
};

pub use passphrase::{ask_passphrase, can_ask};
pub use progress::{Counting, Downloading, Waiting, counting, downloading, waiting};
pub use questions::{ask, ask_or_nothing, confirm};

use crate::{
    error::{Error, Result},
    report::Layout,
};

/// When text is styled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Styles {
    /// On a terminal, unless `NO_COLOR` is set or `TERM` is `dumb`.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

static QUIET: AtomicBool = AtomicBool::new(false);

/// The widest line that still reads well; a wider terminal is not filled.
const WIDEST: u16 = 120;

/// Settles styles and silence for the run, before anything is printed.
pub fn configure(styles: Styles, quiet: bool) {
    QUIET.store(quiet, Ordering::Relaxed);
    match styles {
        Styles::Auto => anstream::ColorChoice::Auto,
        Styles::Always => anstream::ColorChoice::Always,
        Styles::Never => anstream::ColorChoice::Never,
    }
    .write_global();
}

/// Whether somebody is there to be talked with: to be asked, and to read what is printed.
pub fn can_talk() -> bool {
    can_ask() && std::io::stdout().is_terminal()
}

/// How wide text on stdout may be, in columns: as the terminal, or 80 where there is none.
pub fn width() -> u16 {
    terminal_size::terminal_size_of(std::io::stdout())
        .map_or(Layout::default().width, |(width, _)| {
            width.0.clamp(40, WIDEST)
        })
}

/// The text without ANSI styles, for a file.
pub fn plain(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string()
}

/// Prints to stdout. A reader that went away is no failure.
///
/// # Errors
/// Where stdout cannot be written to for another reason.
pub fn print(text: &str) -> Result<()> {
    let stdout = anstream::stdout();
    // Stripped here, it goes out in one piece; the stream itself would write line by line.
    let written = match stdout.current_choice() {
        anstream::ColorChoice::Never => {
            let plain = anstream::adapter::strip_str(text).to_string();
            write_whole(stdout.into_inner().lock(), &plain)
        }
        _ => write_whole(stdout.lock(), text),
    };
    match written {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Error::internal("could not write to stdout").because(error))
        }
        _ => Ok(()),
    }
}

fn write_whole(mut stream: impl Write, text: &str) -> std::io::Result<()> {
    stream.write_all(text.as_bytes())?;
    stream.flush()
}

/// Prints a line to stderr; nobody may be reading, and nothing can be done about that.
pub fn note(line: &str) {
    let _ = writeln!(anstream::stderr(), "{line}");
}
