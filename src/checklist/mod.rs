//! The staged live-install checklist: what the steps are, what happened to them, and what that allows.
//!
//! [`definition`] holds the steps as data, [`history`] what was done to them, [`state`] the file that records it,
//! [`now`] what else it is judged by, [`rules`] what that allows (pure: no clock, no I/O), [`evidence`] what proves a
//! step, [`copies`] how a file of it is kept, [`held`] which of its files the install keeps, [`verify`] what running its
//! checks comes to, [`certificate`] what was recorded of a certificate, [`audit`] whether the record hangs together,
//! [`lint`] what is wrong with the steps themselves, [`book`] all that belongs to one install, [`view`] all of it put
//! together for people and programs, and [`board`] many installs in one table.

pub mod audit;
pub mod board;
pub mod book;
pub mod certificate;
pub mod copies;
pub mod definition;
pub mod evidence;
pub mod held;
pub mod history;
pub mod lint;
pub mod now;
pub mod rules;
pub mod state;
pub mod verify;
pub mod view;
