//! Revocation lists of any size: read by streaming, verified, looked up, and indexed for a later look-up; and OCSP.
//!
//! Complete and direct lists are judged here, partitions included; what this room does not know (delta,
//! indirect and reason-scoped lists) is OpenSSL's to judge, through `x509::path`.

pub mod cache;
mod copy;
mod edition;
mod entry;
mod extensions;
pub mod fetch;
mod file;
mod gap;
pub mod index;
pub mod kept;
pub mod lookup;
pub mod ocsp;
mod scan;
mod search;
mod serial;
mod signature;
mod standing;
pub mod status;
mod window;

use std::fmt;

pub use copy::{Form, list_files};
pub use edition::Edition;
pub use entry::{Entry, Reason};
pub use extensions::{ListExtensions, PointName, Scope};
pub use file::ListFile;
pub use gap::Gap;
pub use scan::{List, beginning, scan};
pub use serial::{serial_content, serial_of_text};
pub use signature::Signature;
pub use standing::Standing;

/// Why a list cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// It ends in the middle of an object.
    CutOff,
    /// There is no DER at this position.
    NoDer(u64),
    /// The object at this position is larger than any of its kind.
    TooLarge(u64),
    /// It breaks RFC 5280's rules for lists, in these words.
    Form(String),
    /// It cannot be read from its disk.
    Unreadable(String),
    /// OpenSSL fails, in its words.
    Engine(String),
}

impl fmt::Display for Problem {
    /// As a fragment, which follows the list's name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CutOff => f.write_str("it is cut off"),
            Self::NoDer(position) => write!(f, "there is no DER at byte {position}"),
            Self::TooLarge(position) => {
                write!(
                    f,
                    "what begins at byte {position} is larger than anything of its kind"
                )
            }
            Self::Form(problem) => f.write_str(problem),
            Self::Unreadable(error) => write!(f, "it cannot be read: {error}"),
            Self::Engine(error) => write!(f, "OpenSSL cannot verify it: {error}"),
        }
    }
}

#[cfg(test)]
mod tests;
