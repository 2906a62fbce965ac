//! `ptl explain`.

use clap::Args;

/// Say what a check wants and how to mend it
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  ptl explain CHAIN-003        what the check wants, why, and how to mend it
  ptl explain generations      which CAs must be there, from when to when, and says who
  ptl explain revocation       how lists are had, who reads them how, and where the sources disagree
  ptl explain bars             why a BaRS supplier's road is another one
  ptl explain --list           every check
  ptl explain --causes         every cause that a finding can name

Needs no install and no network.

Exit: 0 explained, 2 no such check or topic.")]
pub struct ExplainArgs {
    /// A check's id, as CHAIN-003, a cause, as tcp-refused, or a topic: generations, revocation,
    /// bars
    #[arg(value_name = "ID", conflicts_with_all = ["list", "causes"])]
    pub topic: Option<String>,
    /// List every check
    #[arg(long, conflicts_with = "causes")]
    pub list: bool,
    /// List every cause that a finding can name
    #[arg(long)]
    pub causes: bool,
}
