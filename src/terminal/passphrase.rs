//! Asks for a passphrase, unseen.

use std::io::IsTerminal;

use dialoguer::Password;
use zeroize::Zeroizing;

use crate::error::{Error, Result};

/// Whether somebody is there to be asked.
pub fn can_ask() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Asks for a passphrase; a new one is asked for twice.
///
/// # Errors
/// Where there is no terminal, or it goes away.
pub fn ask_passphrase(prompt: &str, new: bool) -> Result<Zeroizing<Vec<u8>>> {
    let gone = |message: &str| {
        Error::input(message.to_owned())
            .hint("Give the passphrase by --passphrase-file FILE or --passphrase-fd NUMBER.")
    };
    if !can_ask() {
        return Err(gone("there is no terminal to ask for a passphrase on"));
    }
    let mut password = Password::new().with_prompt(prompt);
    if new {
        password = password.with_confirmation("Once more", "The two differ");
    }
    password
        .interact()
        .map(|text| Zeroizing::new(text.into_bytes()))
        .map_err(|error| gone("no passphrase was given").because(error))
}
