//! Drives the real `ptl`: exit code, stdout, stderr, and the files that it leaves behind.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod pki;
mod support;

mod command_line;
mod explain;
mod preflight;
mod schemas;
