//! Pinned CAs: what a profile pins, where it is found, and how it is fetched and kept.
//!
//! A CA is the one whose certificate has the pinned SHA-256 fingerprint, and no other that bears its name.

mod fetch;
mod find;
mod keep;
mod problem;
mod wanted;

pub use fetch::fetch;
pub use find::{Held, Holding, Place, State, holdings};
pub use keep::{Shelf, file_name};
pub use problem::{Problem, Weight};
pub use wanted::{Wanted, wanted};
