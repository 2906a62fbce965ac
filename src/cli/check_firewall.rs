//! `ptl check-firewall`.

use std::path::PathBuf;

use clap::Args;

use super::passphrase::PassphraseArgs;

/// Probe the way to Spine, layer by layer
///
/// In an install, the hosts that its role and service need in the environment, and the way in.
/// With --target no install is read.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  ptl check-firewall                                    what the install needs
  ptl check-firewall --env live --all                   every host of an environment
  ptl check-firewall --target msg.int.spine2.ncrs.nhs.uk:443 --resolver 155.231.231.1
  ptl check-firewall --target host:443 --trust ca.pem --cert own.pem --key own.key --format json
  ptl check-firewall --target http://crl.nhs.uk/PTL/G2/root/NHSPTLrootG2.crl tcp://10.0.0.1:636

A target is TLS, but for port 80; tcp://, tls:// and http:// before it say otherwise.

Exit: 0 nothing failed, 1 a requirement is not met, 2 the command line or a file is wrong,
      3 something could not be found out.")]
pub struct CheckFirewallArgs {
    /// What to reach, in place of an install's hosts; may be given again
    #[arg(long, value_name = "HOST:PORT", num_args = 1..)]
    pub target: Vec<String>,
    /// Every host of the environment, needed or not
    #[arg(long)]
    pub all: bool,
    /// A name server to ask besides this machine's own; may be given again
    #[arg(long, value_name = "IP[:PORT]", num_args = 1..)]
    pub resolver: Vec<String>,
    /// The CAs that servers are judged by, PEM or DER; may be given again
    #[arg(long, value_name = "FILE")]
    pub trust: Vec<PathBuf>,
    /// Our own certificate, for servers that ask for one, and what is sent after it
    #[arg(long, value_name = "FILE", requires = "key")]
    pub cert: Option<PathBuf>,
    /// The private key of --cert
    #[arg(long, value_name = "FILE", requires = "cert")]
    pub key: Option<PathBuf>,
    /// The key's passphrase.
    #[command(flatten)]
    pub passphrase: PassphraseArgs,
}
