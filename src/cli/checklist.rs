//! `ptl checklist`.

use clap::Args;

/// Walk the staged live-install checklist
#[derive(Args, Debug)]
pub struct ChecklistArgs {}
