//! `ptl lab`.

use std::{net::IpAddr, path::PathBuf};

use clap::{Args, Subcommand};

use crate::lab::{MOST_MADE_UP, Reason};

/// A rehearsal Spine on this machine
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  ptl lab rehearse                              walk an install against a lab, from start to end
  ptl lab up                                    start a lab in ./lab, until Ctrl-C
  ptl init --env lab/lab.toml                   in another terminal: every command takes it by --env
  ptl lab issue example.thirdparty.nhs.uk.csr   sign a request, as a desk would
  ptl lab issue example.csr --no-list --ocsp    another, whose revocation OCSP alone tells
  ptl lab fault tls-expired                     break something; `ptl check-firewall` must find it
  ptl lab fault none                            mend it again

Everything is on loopback, and nothing of it is the NHS's. The lab ends with the process that started it.

Exit: 0 done, 1 a desk would refuse the request, or a step of the rehearsal went otherwise than it should,
      2 something is wrong with files or ports, or the fault cannot be brought about here.")]
pub struct LabArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: LabCommand,
}

/// What to do with a lab.
#[derive(Debug, Subcommand)]
pub enum LabCommand {
    /// Start a lab, and keep it until Ctrl-C
    ///
    /// Makes it in a folder that is new or empty; starts it again where one is. DIR/lab.toml is written
    /// last, when everything listens.
    Up(UpArgs),
    /// Walk an install against a lab, from init as far as ptl goes
    Rehearse(RehearseArgs),
    /// Sign a certificate request, as a desk of the NHS would
    Issue(IssueArgs),
    /// Revoke a certificate that the lab signed
    Revoke(RevokeArgs),
    /// Sign a revocation list of any size
    Crl(CrlArgs),
    /// Turn one fault on in a running lab, or all off
    Fault(FaultArgs),
}

impl LabCommand {
    /// Whether one line on stdout is all that it says.
    pub fn says_a_line(&self) -> bool {
        match self {
            Self::Revoke(_) | Self::Crl(_) => true,
            Self::Fault(args) => !args.list,
            Self::Up(_) | Self::Rehearse(_) | Self::Issue(_) => false,
        }
    }

    /// Whether what it makes has dates.
    pub fn has_dates(&self) -> bool {
        matches!(self, Self::Issue(_) | Self::Revoke(_) | Self::Crl(_))
    }
}

/// Where the lab is.
#[derive(Args, Debug)]
pub struct InLab {
    /// The lab's folder
    #[arg(long, value_name = "DIR", default_value = "lab")]
    pub lab: PathBuf,
}

/// Where and how a lab is started.
#[derive(Args, Debug)]
pub struct UpArgs {
    /// The lab's folder
    #[arg(value_name = "DIR", default_value = "lab")]
    pub folder: PathBuf,
    /// The first of three ports in a row, in place of free ones
    #[arg(long, value_name = "FIRST")]
    pub ports: Option<u16>,
    /// A loopback address to listen on, in place of 127.0.0.1
    #[arg(long, value_name = "ADDRESS")]
    pub address: Option<IpAddr>,
    /// End when stdin does, too: for a program that starts a lab
    #[arg(long)]
    pub until_eof: bool,
}

/// Where a rehearsal is made.
#[derive(Args, Debug)]
pub struct RehearseArgs {
    /// The folder of the rehearsal, which stays to be looked at
    #[arg(value_name = "DIR", default_value = "rehearsal")]
    pub folder: PathBuf,
}

/// What is signed.
#[derive(Args, Debug)]
pub struct IssueArgs {
    /// The request
    #[arg(value_name = "CSR")]
    pub request: PathBuf,
    /// Where the lab is.
    #[command(flatten)]
    pub lab: InLab,
    /// The generation of the CA: sha1, sha2, g2
    #[arg(long, value_name = "NAME", default_value = "g2")]
    pub generation: String,
    /// Where the certificate goes, in place of beside the request
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// With the name as alternative name too, which the NHS's own leaves lack
    #[arg(long)]
    pub san: bool,
    /// It ended yesterday
    #[arg(long, conflicts_with = "not_yet")]
    pub expired: bool,
    /// It begins in a month
    #[arg(long)]
    pub not_yet: bool,
    /// It is revoked at once
    #[arg(long)]
    pub revoked: bool,
    /// It is for another name
    #[arg(long)]
    pub wrong_name: bool,
    /// It is for servers alone
    #[arg(long)]
    pub no_client_auth: bool,
    /// It names the lab's OCSP responder, which no source says of the NHS's own leaves
    #[arg(long)]
    pub ocsp: bool,
    /// It names no revocation list
    #[arg(long)]
    pub no_list: bool,
}

/// What is revoked.
#[derive(Args, Debug)]
pub struct RevokeArgs {
    /// The certificate
    #[arg(value_name = "CERT")]
    pub certificate: PathBuf,
    /// Where the lab is.
    #[command(flatten)]
    pub lab: InLab,
    /// Why
    #[arg(long, value_enum, default_value_t)]
    pub reason: Reason,
}

/// Which list is signed.
#[derive(Args, Debug)]
pub struct CrlArgs {
    /// How many made-up entries it has, besides what is revoked
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(0..=i64::from(MOST_MADE_UP)))]
    pub entries: u32,
    /// Where the lab is.
    #[command(flatten)]
    pub lab: InLab,
    /// The generation of its CA
    #[arg(long, value_name = "NAME", default_value = "g2")]
    pub generation: String,
    /// The number of the partition
    #[arg(long, value_name = "NUMBER")]
    pub partition: Option<u8>,
}

/// Which fault is turned on.
#[derive(Args, Debug)]
pub struct FaultArgs {
    /// The fault, or `none`
    #[arg(
        value_name = "NAME",
        required_unless_present = "list",
        conflicts_with = "list"
    )]
    pub name: Option<String>,
    /// Where the lab is.
    #[command(flatten)]
    pub lab: InLab,
    /// Say what each fault is, and which check must find it as which cause
    #[arg(long)]
    pub list: bool,
}
