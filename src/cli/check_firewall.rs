//! `ptl check-firewall`.

use clap::Args;

/// Probe the way to Spine, layer by layer
#[derive(Args, Debug)]
pub struct CheckFirewallArgs {}
