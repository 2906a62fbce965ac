//! Where a passphrase comes from. Never the command line itself, which every process can read.

use std::path::PathBuf;

use clap::Args;

/// Where the private key's passphrase comes from: at most one of these.
#[derive(Args, Clone, Debug, Default)]
#[group(multiple = false)]
pub struct PassphraseArgs {
    /// Read the key's passphrase from the first line of a file
    #[arg(long, value_name = "FILE")]
    pub passphrase_file: Option<PathBuf>,
    /// Read the key's passphrase from an open file descriptor; 0 is stdin
    #[arg(long, value_name = "NUMBER")]
    pub passphrase_fd: Option<u32>,
    /// Ask for the key's passphrase on the terminal
    #[arg(long)]
    pub ask_passphrase: bool,
}

impl PassphraseArgs {
    /// Whether any of them is given.
    pub fn is_given(&self) -> bool {
        self.passphrase_file.is_some() || self.passphrase_fd.is_some() || self.ask_passphrase
    }
}

/// Where the passphrase of something new comes from, where the key's own is given as well: at most one of these.
#[derive(Args, Clone, Debug, Default)]
#[group(multiple = false)]
pub struct NewPassphraseArgs {
    /// Read the passphrase of what is written from the first line of a file
    #[arg(long, value_name = "FILE")]
    pub new_passphrase_file: Option<PathBuf>,
    /// Read it from an open file descriptor; 0 is stdin
    #[arg(long, value_name = "NUMBER")]
    pub new_passphrase_fd: Option<u32>,
    /// Ask for it on the terminal
    #[arg(long)]
    pub ask_new_passphrase: bool,
}

impl From<&NewPassphraseArgs> for PassphraseArgs {
    fn from(new: &NewPassphraseArgs) -> Self {
        Self {
            passphrase_file: new.new_passphrase_file.clone(),
            passphrase_fd: new.new_passphrase_fd,
            ask_passphrase: new.ask_new_passphrase,
        }
    }
}
