//! `ptl explain`.

use clap::Args;

/// Say what a check wants and how to mend it
#[derive(Args, Debug)]
pub struct ExplainArgs {}
