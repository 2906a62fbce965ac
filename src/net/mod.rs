//! Collectors with deadlines: facts, never verdicts.

pub mod dns;
pub mod pace;
pub mod target;
pub mod tcp;
