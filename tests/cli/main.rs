//! Drives the real `ptl`: exit code, stdout, stderr, and the files that it leaves behind.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod pki;
mod support;

mod command_line;
mod csr;
mod csr_files;
mod csr_passphrase;
mod explain;
mod kill_csr;
mod lint;
mod preflight;
mod schemas;
