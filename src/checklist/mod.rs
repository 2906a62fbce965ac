//! The staged live-install checklist: what the steps are, what happened to them, and what that allows.
//!
//! [`definition`] holds the steps as data, [`state`] the file that records what happened, [`rules`]
//! what that allows (pure: no clock, no I/O), [`evidence`] what proves a step, [`held`] which of its
//! files the install keeps, [`certificate`] what
//! was recorded of a certificate, and [`view`] all of it put together for people and programs.

pub mod certificate;
pub mod definition;
pub mod evidence;
pub mod held;
pub mod rules;
pub mod state;
pub mod view;
