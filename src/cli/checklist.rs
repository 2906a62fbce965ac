//! `ptl checklist`.

mod board;

use std::path::PathBuf;

pub use board::{BoardArgs, BoardForm};
use clap::{Args, Subcommand};

use crate::template::Form;

/// Walk the staged live-install checklist
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  ptl checklist                                     where the install is
  ptl checklist next                                what can be done now, and why
  ptl checklist walk                                step by step: it asks, and writes down
  ptl checklist show int.csr                        all about one step
  ptl checklist start int.csr                       work on it has begun
  ptl checklist done int.csr --evidence 'TICKET-7'  it is done, and this proves it
  ptl checklist verify int.csr                      run the step's checks, and write their verdict down
  ptl checklist begin renewal                       a certificate ends: a checklist beside this one
  ptl checklist lint steps.toml                     your own steps: what is wrong with them, and where
  ptl checklist report                              where the install stands, to paste into a ticket
  ptl checklist report --output report.html         the same as one page, to attach and to print
  ptl checklist report --bundle handover.zip        both, with the evidence and every digest
  ptl checklist board installs                      every install in a folder, in one table

Exit: 0 shown or written down, 1 a gate is shut or a step cannot be done yet: nothing was changed,
      2 wrong input, or checklist.toml or steps.toml is wrong. lint: 0 clean, 1 findings.")]
pub struct ChecklistArgs {
    /// What to do; `show` where nothing is said
    #[command(subcommand)]
    pub command: Option<ChecklistCommand>,
}

impl ChecklistArgs {
    /// Whether checks are run.
    pub fn verifies(&self) -> bool {
        matches!(self.command, Some(ChecklistCommand::Verify(_)))
    }
}

/// What to do with the checklist.
#[derive(Debug, Subcommand)]
pub enum ChecklistCommand {
    /// Show where the install is, or all about one step
    Show {
        /// A step, as int.csr
        step: Option<String>,
    },
    /// Say what can be done now, what should come first, and why
    Next,
    /// Go through it at the terminal, step by step
    ///
    /// At each step: where you are, what to do and why now, the text to send; then it asks, and writes each answer down at
    /// once. Ctrl-C loses nothing.
    Walk(WalkArgs),
    /// Begin a checklist beside the install's own, as `renewal`
    ///
    /// It gets a folder of its own, in which every word of `ptl checklist` works on it.
    Begin {
        /// Which: renewal
        definition: String,
        /// The new folder; left out, the checklist's name in the install's folder
        folder: Option<PathBuf>,
    },
    /// Run the checks that steps name, and write down what they say
    ///
    /// Each runs against its step's environment, by what ptl.toml says of it. Where the definition lets checks prove a step
    /// alone, a pass makes it done; a failure makes it failed, done steps too; what was not found out changes no state. The
    /// verdict and the SHA-256 of the step's report are written down.
    #[command(after_help = VERIFY)]
    Verify(VerifyArgs),
    /// Say whether the record is as ptl wrote it, and states follow from what was done
    Audit(AuditArgs),
    /// Join what two people wrote at the same time
    ///
    /// Everything of both stays. Where both changed a step to different ends, the step is named and nothing is changed until
    /// --keep says which counts.
    Merge(MergeArgs),
    /// Find what is wrong with a checklist's definition, or with your own steps
    #[command(after_help = OWN_STEPS)]
    Lint {
        /// A definition, or a steps.toml; left out, the install's checklist with its steps.toml
        file: Option<PathBuf>,
    },
    /// Write the report that is handed over: where the install stands, with its evidence
    ///
    /// Whose it is, the stages, what is next and on whom it waits, what was recorded when, the generations and what
    /// ends, what reports of ptl found, and the evidence with its digests. It runs no checks. Of ptl.toml it shows the
    /// names of organisation, product and endpoints, and nothing else. With `--env FILE` it shows the generations of that
    /// profile too, as of a lab's.
    Report(ReportArgs),
    /// Show many installs in one table: how far each is, on whom it waits, what ends
    ///
    /// What the files say of themselves; no check is run, and no list is verified.
    Board(BoardArgs),
    /// Write something down
    #[command(flatten)]
    Change(Word),
}

/// What is written down.
#[derive(Debug, Subcommand)]
pub enum Word {
    /// Write down that work on a step has begun
    Start {
        /// A step, as int.csr
        step: String,
        /// Who says so
        #[command(flatten)]
        by: By,
    },
    /// Write down that somebody else is waited for
    Wait {
        /// A step, as int.csr
        step: String,
        /// Whom it waits for
        #[arg(long, value_name = "WHO")]
        on: String,
        /// The ticket or mail by which they know it
        #[arg(long, value_name = "TEXT")]
        reference: Option<String>,
        /// The day by which they want to have answered
        #[arg(long, value_name = "YYYY-MM-DD")]
        due: Option<String>,
        /// Who says so
        #[command(flatten)]
        by: By,
    },
    /// Write down that a step is done, with what proves it
    Done {
        /// A step, as int.csr
        step: String,
        /// A reference in words, or a file, of which name, size and SHA-256 are kept; may be given again
        #[arg(long, value_name = "TEXT|FILE")]
        evidence: Vec<String>,
        /// Keep a copy of each file in the install's folder evidence/, which is never written over
        #[arg(long)]
        copy: bool,
        /// Who says so
        #[command(flatten)]
        by: By,
    },
    /// Write down that a step was tried and did not hold
    Fail {
        /// A step, as int.csr
        step: String,
        /// What was seen
        #[arg(long, value_name = "TEXT")]
        reason: String,
        /// Who says so
        #[command(flatten)]
        by: By,
    },
    /// Write down what stands in a step's way
    Block {
        /// A step, as int.csr
        step: String,
        /// What stands in its way
        #[arg(long, value_name = "TEXT")]
        reason: String,
        /// Who says so
        #[command(flatten)]
        by: By,
    },
    /// Let a step count as done until the end of a day
    Waive {
        /// A step, as int.csr
        step: String,
        /// Why it may be missing
        #[arg(long, value_name = "TEXT")]
        reason: String,
        /// The last day; then the step is open again by itself
        #[arg(long, value_name = "YYYY-MM-DD")]
        until: String,
        /// Who answers for it
        #[command(flatten)]
        by: By,
    },
    /// Write down that a step does not apply to this install
    NotApplicable {
        /// A step, as int.csr
        step: String,
        /// Why it does not
        #[arg(long, value_name = "TEXT")]
        reason: String,
        /// Who says so
        #[command(flatten)]
        by: By,
    },
    /// Open a step again: what relies on it must be looked at again
    Reopen {
        /// A step, as int.csr
        step: String,
        /// Why it is open again
        #[arg(long, value_name = "TEXT")]
        reason: String,
        /// Who says so
        #[command(flatten)]
        by: By,
    },
}

/// What `ptl checklist lint --help` says of the file of own steps.
const OWN_STEPS: &str = "\
Your own steps stand in steps.toml beside ptl.toml, and among the shipped ones from then on:

  schema = 1
  [[step]]
  id = \"own.pen-test\"      # none of ptl's ids
  stage = \"int-test\"       # `ptl checklist show STEP` names a step's stage
  title = \"The penetration test is passed\"
  owner = \"supplier security officer\"
  requires = [\"int.ssp\"]
  before = [\"as.scal\"]     # these steps wait for it from then on
  evidence = \"the report's reference and date\"
  source = \"our security policy, section 4\"
  do = \"Order the test four weeks ahead.\"
  # Where they apply, as in the shipped steps:
  environment = \"int\"
  roles = [\"provider\"]
  checks = [\"TLS-*\"]
  about = [\"version\"]      # request, certificate, hosts, version
  fresh = { for = \"365d\", source = \"our policy\" }
  wait = { text = \"4 weeks\", working-days = 20, source = \"the offer\" }

Examples:
  ptl checklist lint                  the install's checklist, with its steps.toml
  ptl checklist lint steps.toml       the file alone
  ptl checklist lint --format json    every finding with file, line and column

Exit: 0 clean, 1 findings, 2 no TOML, or a file that cannot be read.";

/// The end of `ptl checklist verify --help`.
const VERIFY: &str = "\
Without STEP it is every step with checks that can be proven now, or that is done already.

The report of a step is what --format json holds as its `report`, by itself: the digest is of that, whether or not --copy
keeps it in evidence/ beside checklist.toml.

Examples:
  ptl checklist verify                   every step whose checks can say something now
  ptl checklist verify int.csr           one step
  ptl checklist verify int.csr --copy    and keep its report in evidence/
  ptl checklist verify --offline         without a network: what needs one is not found out

Exit: 0 every step passed, 1 one failed, or a gate is shut, 2 wrong input, 3 something could not be found out.";

/// Whose checks are run.
#[derive(Args, Debug)]
pub struct VerifyArgs {
    /// Steps, as int.csr; left out, every one whose checks can say something now
    pub step: Vec<String>,
    /// Keep each step's report in the install's folder evidence/, which is never written over
    #[arg(long)]
    pub copy: bool,
    /// Who says so
    #[command(flatten)]
    pub by: By,
}

/// The report that is handed over.
#[derive(Args, Debug)]
pub struct ReportArgs {
    /// Markdown or one HTML page; left out, what the ending of --output says, else md
    #[arg(
        long = "as",
        value_enum,
        value_name = "FORM",
        conflicts_with = "bundle"
    )]
    pub form: Option<Form>,
    /// Write a new zip: the report in every form, checklist.toml, the evidence in evidence/, and a manifest
    #[arg(long, value_name = "FILE.zip")]
    pub bundle: Option<PathBuf>,
}

/// Where the walk begins.
#[derive(Args, Debug)]
pub struct WalkArgs {
    /// A step to begin at, as one that was waited for; left out, what should come first
    pub step: Option<String>,
    /// Who says so
    #[command(flatten)]
    pub by: By,
}

/// What is to be proven of the record.
#[derive(Args, Debug)]
pub struct AuditArgs {
    /// A digest that ptl printed or a report carries, or its first 16 digits: its history must be in the file
    #[arg(long, value_name = "DIGEST")]
    pub head: Option<String>,
    /// Let what was changed by hand in the tables count from now on
    #[arg(long, requires = "reason")]
    pub adopt: bool,
    /// Why it counts
    #[arg(long, value_name = "TEXT", requires = "adopt")]
    pub reason: Option<String>,
    /// Who says so
    #[command(flatten)]
    pub by: By,
}

/// Which histories are joined.
#[derive(Args, Debug)]
pub struct MergeArgs {
    /// The checklist that is changed: a file, or the folder of one
    #[arg(value_name = "A")]
    pub a: PathBuf,
    /// The one that is joined to it, and stays as it is
    #[arg(value_name = "B")]
    pub b: PathBuf,
    /// Which counts for a step that both changed to different ends; may be given again
    #[arg(long, value_name = "STEP=A|B")]
    pub keep: Vec<String>,
    /// Who says so
    #[command(flatten)]
    pub by: By,
}

/// Who says so.
#[derive(Args, Debug)]
pub struct By {
    /// The name that is written down; left out, that of the user here
    #[arg(long, value_name = "NAME")]
    pub by: Option<String>,
}
