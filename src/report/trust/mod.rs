//! Pinned CAs: the documents of kind `trust`, where they are, and `trust-fetch`, what came of downloading them.

mod fetch;
mod show;

pub use fetch::{FetchedAuthority, FetchedTrust, Outcome};
pub use show::Trust;
