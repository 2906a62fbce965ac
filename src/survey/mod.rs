//! Install and environment to facts, facts to findings: one file an area.
//!
//! Every area collects (all I/O) and has `check` judge (pure). `preflight` and the checklist go
//! through here, and so does each `check-*` command.

pub mod chain;
pub mod csr;
pub mod endpoint;
pub mod expiry;
pub mod install;
pub mod lists;
pub mod matching;
pub mod network;
pub mod revocation;
mod run;
pub mod work_tree;

use std::time::Duration;

use jiff::Timestamp;

pub use run::{Area, run};

use crate::{
    check::{Context, Selection},
    config::{Endpoint, Install},
    environment::Environment,
};

/// What a survey is about: everything that its collectors need to know.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The environment's profile.
    pub environment: &'a Environment,
    /// The install.
    pub install: &'a Install,
    /// What `ptl.toml` says of the install in this environment.
    pub endpoint: Option<&'a Endpoint>,
    /// The time that dates are judged by.
    pub at: Timestamp,
    /// One deadline for everything on the network.
    pub timeout: Duration,
    /// What is shown, skipped and waived.
    pub selection: &'a Selection,
}

impl<'a> Subject<'a> {
    /// What every check may know besides its facts.
    pub fn context(&self) -> Context<'a> {
        Context {
            at: self.at,
            environment: Some(self.environment),
            install: Some(self.install),
            selection: self.selection,
        }
    }
}
