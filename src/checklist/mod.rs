//! The staged live-install checklist: what the steps are, what happened to them, and what that allows.
//!
//! [`definition`] holds the steps, [`state`] the file that records what happened.

pub mod definition;
pub mod state;
