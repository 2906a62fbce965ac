//! `ptl check-chain`.

use clap::Args;

/// Prove the certificate chain under every trust generation
#[derive(Args, Debug)]
pub struct CheckChainArgs {}
