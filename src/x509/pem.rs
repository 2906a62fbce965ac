//! PEM armour: which blocks a text holds, and what is in each. The only file that uses rustls-pemfile.
//!
//! rustls-pemfile was named by the project's user for this job. It is unmaintained since August 2025
//! (RUSTSEC-2025-0134, informational: no flaw is known). It is kept in this one file, so that
//! `rustls_pki_types::pem`, to which it has become a thin layer, can take its place in an hour.
//!
//! It passes over blocks whose label it does not know. Here every block counts, so the text is cut
//! at its armour lines first, and rustls-pemfile decodes one block at a time.

use rustls_pemfile::Item;
use zeroize::Zeroizing;

/// One armoured block: its label, and the text from its first armour line to its last.
///
/// It has no `Debug`, by which a key could get into a message.
pub(super) struct Block {
    /// What stands between `BEGIN` and the dashes, never more than a label.
    pub(super) label: String,
    /// The whole block with plain line ends; it may be a private key.
    pub(super) text: Zeroizing<String>,
    /// Whether the block's last armour line is there.
    pub(super) closed: bool,
}

const DASHES: &str = "-----";

/// No label is longer; every private key is.
const LONGEST_LABEL: usize = 40;

/// Room for the last armour line of a block.
const LONGEST_LINE: usize = 2 * LONGEST_LABEL;

/// Cuts a text into its blocks, up to one more than `limit`; what stands around them is left out.
pub(super) fn blocks(text: &str, limit: usize) -> Vec<Block> {
    let mut found: Vec<Block> = Vec::new();
    let mut open = false;
    let mut end = 0;
    for whole in text.split(['\n', '\r']) {
        let (line, rest) = (whole.trim(), &text[end + whole.len()..]);
        end += whole.len() + 1;
        if let Some(label) = label(line, "BEGIN ") {
            if found.len() > limit {
                break;
            }
            open = true;
            found.push(Block {
                label: fit_to_show(label).to_owned(),
                text: begun(label, line, rest),
                closed: false,
            });
        } else if open && let Some(block) = found.last_mut() {
            if !line.is_empty() || block.text.contains(':') {
                block.text.push_str(line);
                block.text.push('\n');
            }
            if label(line, "END ").is_some_and(|end| end == block.label) {
                block.closed = true;
                open = false;
            }
        }
    }
    found
}

/// The text of a block that begins; one of a key has its room from the start, since a text that grows
/// leaves its old copy in memory. `rest` is what follows its first line.
fn begun(label: &str, line: &str, rest: &str) -> Zeroizing<String> {
    /// No key that is read is longer: RSA with 16384 bits has less.
    const LONGEST_KEY: usize = 16 * 1024;
    let room = match label.ends_with("PRIVATE KEY") {
        true => {
            let rest = &rest.as_bytes()[..rest.len().min(LONGEST_KEY)];
            let next = memchr::memmem::find(rest, DASHES.as_bytes());
            line.len() + next.unwrap_or(rest.len()) + LONGEST_LINE
        }
        false => 0,
    };
    let mut text = Zeroizing::new(String::with_capacity(room));
    text.push_str(line);
    text.push('\n');
    text
}

fn label<'a>(line: &'a str, word: &str) -> Option<&'a str> {
    line.strip_prefix(DASHES)?
        .strip_prefix(word)?
        .strip_suffix(DASHES)
}

/// A label is shown in errors. Where the line ends were lost, the whole key would stand in it.
fn fit_to_show(label: &str) -> &str {
    let alone = label.split(DASHES).next().unwrap_or_default();
    match alone.len() <= LONGEST_LABEL {
        true => alone,
        false if alone.contains("PRIVATE KEY") => "PRIVATE KEY",
        false => "no label",
    }
}

/// The DER in a block, whatever its label; `None` where the base64 is not sound.
pub(super) fn decode(block: &Block) -> Option<Vec<u8>> {
    // The same payload under a label that rustls-pemfile knows: it has nothing for the rest.
    let begin = format!("{DASHES}BEGIN {}{DASHES}", block.label);
    let end = format!("{DASHES}END {}{DASHES}", block.label);
    let payload = block.text.trim().strip_prefix(&begin)?.strip_suffix(&end)?;
    let armoured = Zeroizing::new(format!(
        "{DASHES}BEGIN CERTIFICATE{DASHES}\n{}\n{DASHES}END CERTIFICATE{DASHES}\n",
        payload.trim()
    ));
    match rustls_pemfile::read_one_from_slice(armoured.as_bytes()) {
        Ok(Some((Item::X509Certificate(der), _))) => Some(der.to_vec()),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
