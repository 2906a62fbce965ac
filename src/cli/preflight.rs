//! `ptl preflight`.

use clap::Args;

/// Run every check that applies
#[derive(Args, Debug)]
pub struct PreflightArgs {}
