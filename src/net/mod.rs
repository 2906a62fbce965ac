//! Collectors with deadlines: facts, never verdicts.

pub mod dns;
pub mod download;
pub mod http;
pub mod listener;
pub mod pace;
pub mod reach;
pub mod target;
pub mod tcp;
pub mod tls;
