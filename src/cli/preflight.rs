//! `ptl preflight`.

use clap::Args;

/// Run every check that applies
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  ptl preflight                                  everything, in the install's default environment
  ptl preflight --env live --offline             what needs no network; the rest is skipped
  ptl preflight --only 'CHAIN-*' -v              one area, with evidence and sources
  ptl preflight --format junit --output ptl.xml  for a CI job

A failure that somebody answers for goes into ptl.toml:
  [[waive]]
  check = \"CHAIN-008\"
  reason = \"renewal is under way\"
  by = \"Jo Bloggs\"
  until = 2027-01-31

Exit: 0 nothing failed, 1 a requirement is not met, 2 ptl.toml or a file that it names is wrong,
      3 something could not be found out.")]
pub struct PreflightArgs {}
