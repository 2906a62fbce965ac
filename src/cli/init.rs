//! `ptl init`.

use clap::Args;

/// Start an install: ptl.toml and checklist.toml
///
/// Asks for what no flag says. Nothing that is there is ever overwritten.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  ptl init                                asks, and writes into this folder
  ptl init --yes --env int --role provider --service booking \\
    --organisation \"Example Ltd\" --ods A12345 \\
    --product \"Example Booking\" --product-version 1.0 --fqdn example.thirdparty.nhs.uk

Exit: 0 written, 2 an answer is wrong, or a file is there already: nothing was changed.")]
pub struct InitArgs {
    /// Ask nothing: every answer is given by a flag
    #[arg(short, long)]
    pub yes: bool,
    /// Which side the product is: provider or consumer
    #[arg(long, value_name = "ROLE")]
    pub role: Option<String>,
    /// What is onboarded: booking or gp-connect
    #[arg(long, value_name = "SERVICE")]
    pub service: Option<String>,
    /// The supplier's name
    #[arg(long, value_name = "NAME")]
    pub organisation: Option<String>,
    /// The supplier's ODS code
    #[arg(long, value_name = "CODE")]
    pub ods: Option<String>,
    /// The product's name
    #[arg(long, value_name = "NAME")]
    pub product: Option<String>,
    /// The product's version: the Technical Conformance Certificate is for one
    #[arg(long, value_name = "VERSION")]
    pub product_version: Option<String>,
    /// The registered name, under nhs.uk
    #[arg(long, value_name = "NAME")]
    pub fqdn: Option<String>,
}
