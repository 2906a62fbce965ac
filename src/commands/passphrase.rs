//! Finds the passphrase of a key: file, descriptor or prompt.

use std::{path::Path, time::Duration};

use openssl::pkey::{PKey, Private};

use crate::{
    cli::{
        Global,
        passphrase::{NewPassphraseArgs, PassphraseArgs},
    },
    error::{Error, Result},
    files,
    report::visible,
    terminal,
    x509::key::{self, Passphrase},
};

/// How long a pipe may take to give the passphrase.
const WAIT: Duration = Duration::from_secs(30);

/// The passphrase for whichever of these files needs one; where nothing was said of it, a person at the
/// terminal is asked.
///
/// # Errors
/// Where it cannot be had.
pub(super) fn of_files(
    files: &[&Path],
    args: &PassphraseArgs,
    global: &Global,
) -> Result<Option<Passphrase>> {
    let given = named(args, global)?;
    let asked = args.ask_passphrase || terminal::can_ask();
    if given.is_some() || !asked {
        return Ok(given);
    }
    let locked = files.iter().find(|file| is_locked(file));
    let prompt = |file: &&Path| prompted(&format!("Passphrase of {}", file.display()), false);
    locked.map(prompt).transpose()
}

/// Whether a file's key is encrypted, or the file is a store under a passphrase.
fn is_locked(file: &Path) -> bool {
    files::read_secret(file).is_ok_and(|bytes| key::needs_passphrase(&bytes))
}

/// The private key of a file; where it is encrypted and nothing was said of its passphrase, a person
/// at the terminal is asked.
///
/// # Errors
/// Where file, key or passphrase is wrong.
pub(super) fn read_key(
    path: &Path,
    args: &PassphraseArgs,
    global: &Global,
) -> Result<PKey<Private>> {
    let passphrase = of_files(&[path], args, global)?;
    read_key_under(path, passphrase.as_ref())
}

/// The private key of a file, opened by this passphrase where it needs one.
///
/// # Errors
/// Where file, key or passphrase is wrong.
pub(super) fn read_key_under(
    path: &Path,
    passphrase: Option<&Passphrase>,
) -> Result<PKey<Private>> {
    let bytes = files::read_secret(path)?;
    key::read_private(&bytes, passphrase, &path.display().to_string())
}

/// The passphrase that a new key is to be encrypted with, if any was asked for.
///
/// # Errors
/// Where it cannot be had, or is too short to protect anything.
pub(super) fn for_new_key(args: &PassphraseArgs, global: &Global) -> Result<Option<Passphrase>> {
    let passphrase = match named(args, global)? {
        None if args.ask_passphrase => Some(prompted("Passphrase for the new key", true)?),
        other => other,
    };
    if let Some(passphrase) = &passphrase {
        passphrase.refuse_short()?;
    }
    Ok(passphrase)
}

/// The passphrase of something new whose key is opened by another; a person at the terminal is asked where
/// nothing was said and one is needed.
///
/// # Errors
/// Where it cannot be had.
pub(super) fn for_new_store(
    args: &NewPassphraseArgs,
    needed: bool,
    global: &Global,
) -> Result<Option<Passphrase>> {
    let new = PassphraseArgs::from(args);
    match named(&new, global)? {
        None if new.ask_passphrase || (needed && terminal::can_ask()) => {
            prompted("Passphrase for what is written", true).map(Some)
        }
        given => Ok(given),
    }
}

/// The flags that give a new key its passphrase.
pub(super) const FOR_A_NEW_KEY: &str =
    "--ask-passphrase, --passphrase-file FILE or --passphrase-fd 0";

/// Refuses a new key without a passphrase where a file cannot be kept from other users; these flags give one.
///
/// # Errors
/// On such a system, where there is none.
pub(super) fn refuse_plain_where_others_read(
    passphrase: Option<&Passphrase>,
    flags: &str,
) -> Result<()> {
    if passphrase.is_some() || files::CAN_KEEP_PRIVATE {
        return Ok(());
    }
    Err(Error::input(
        "a plain key cannot be kept from other users of this system, so it must be encrypted",
    )
    .hint(format!("Give a passphrase: {flags}.")))
}

fn named(args: &PassphraseArgs, global: &Global) -> Result<Option<Passphrase>> {
    if let Some(number) = args.passphrase_fd {
        let line = files::first_line_of_descriptor(number, WAIT)?;
        return Passphrase::new(line, &format!("file descriptor {number}")).map(Some);
    }
    let Some(path) = &args.passphrase_file else {
        return Ok(None);
    };
    let line = files::first_line(path, WAIT)?;
    // Not an error: secrets that a container platform mounts are often readable by all inside.
    if files::open_to_others(path) == Some(true) && !global.quiet {
        let shown = path.display().to_string();
        terminal::note(&format!(
            "warning: others may read `{0}`; `chmod 600 {0}` ends that",
            visible(&shown)
        ));
    }
    Passphrase::new(line, &format!("`{}`", path.display())).map(Some)
}

fn prompted(prompt: &str, new: bool) -> Result<Passphrase> {
    Passphrase::new(terminal::ask_passphrase(prompt, new)?, "the prompt")
}
