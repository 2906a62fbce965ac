//! The command line: clap types and words, no logic.
//!
//! One file a subcommand; the flags that every command takes stand here.

pub mod bundle;
pub mod check_chain;
pub mod check_firewall;
pub mod checklist;
pub mod crl;
pub mod csr;
pub mod expiry;
pub mod explain;
mod help;
pub mod init;
pub mod lab;
pub mod passphrase;
pub mod preflight;
pub mod trust;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub use help::{EXIT_CODES, GROUPS, command};

use crate::{report::Format, terminal::Styles};

/// The whole command line.
#[derive(Debug, Parser)]
#[command(
    name = "ptl",
    version,
    about = "Takes an NHS supplier's engineer from a finished product to live on Spine",
    disable_help_subcommand = true,
    max_term_width = 100
)]
pub struct Cli {
    /// What every command takes.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Start an install: ptl.toml and checklist.toml
    Init(init::InitArgs),
    /// Make a private key and a certificate request
    Csr(csr::CsrArgs),
    /// Put identity and trust into the form that a server takes
    Bundle(bundle::BundleArgs),
    /// Prove the certificate chain under every trust generation
    CheckChain(check_chain::CheckChainArgs),
    /// Probe the way to Spine, layer by layer
    CheckFirewall(check_firewall::CheckFirewallArgs),
    /// Find the pinned CAs, or fetch them
    Trust(trust::TrustArgs),
    /// Fetch revocation lists, look certificates up in them, and see how long they hold
    Crl(crl::CrlArgs),
    /// Show every date that ends something
    Expiry(expiry::ExpiryArgs),
    /// Walk the staged live-install checklist
    Checklist(checklist::ChecklistArgs),
    /// Run every check that applies
    Preflight(preflight::PreflightArgs),
    /// A rehearsal Spine on this machine
    Lab(lab::LabArgs),
    /// Say what a check wants and how to mend it
    Explain(explain::ExplainArgs),
}

/// When colours are used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl From<Color> for Styles {
    fn from(color: Color) -> Self {
        match color {
            Color::Auto => Self::Auto,
            Color::Always => Self::Always,
            Color::Never => Self::Never,
        }
    }
}

/// The flags that every command takes.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Global options")]
pub struct Global {
    /// The install's folder, which holds `ptl.toml`
    #[arg(long, global = true, value_name = "DIR", default_value = ".")]
    pub install: PathBuf,
    /// An environment: int, dep, live, or a profile file
    #[arg(long, global = true, value_name = "NAME|FILE")]
    pub env: Option<String>,
    /// How the report is printed
    #[arg(long, global = true, value_enum, default_value_t)]
    pub format: Format,
    /// Write the report to a file instead of stdout
    #[arg(long, global = true, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Judge dates by this time instead of now, as 2027-01-31T00:00:00Z
    #[arg(long, global = true, value_name = "RFC3339")]
    pub at: Option<String>,
    /// Leave out what needs a network; it is shown as skipped
    #[arg(long, global = true)]
    pub offline: bool,
    /// How long to wait for the network, as 5s or 500ms
    #[arg(long, global = true, value_name = "DURATION", default_value = "5s")]
    pub timeout: String,
    /// Only checks whose id fits, as 'TLS-*'; may be given again
    #[arg(long, global = true, value_name = "GLOB")]
    pub only: Vec<String>,
    /// Skip checks whose id fits; they are shown as skipped
    #[arg(long, global = true, value_name = "GLOB")]
    pub skip: Vec<String>,
    /// A failed warning fails the run too
    #[arg(long, global = true)]
    pub strict: bool,
    /// When to use colours
    #[arg(long, global = true, value_enum, default_value_t)]
    pub color: Color,
    /// Print the first line of the human report alone, and no progress
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// Show everything in the human report: what is met too, with evidence and sources
    #[arg(short, long, global = true, conflicts_with = "quiet")]
    pub verbose: bool,
}
