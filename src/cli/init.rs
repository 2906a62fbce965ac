//! `ptl init`.

use clap::Args;

/// Start an install: ptl.toml and checklist.toml
#[derive(Args, Debug)]
pub struct InitArgs {}
