//! What `ptl csr` made, and what to send where: the document of kind `csr`.

mod list;
mod mail;
mod renewal;

use serde::Serialize;

pub use list::{ListedPair, MadeList};
pub use mail::{Desk, Sender, desks};
pub use renewal::{Renews, Reopened};

use super::visible;

/// A key and a request that were made. The key itself is never in here.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Made {
    /// The version of this form.
    pub schema: u32,
    /// `csr`.
    pub kind: &'static str,
    /// Name and version of the tool.
    pub tool: &'static str,
    /// The endpoint's name.
    pub fqdn: String,
    /// The environment, where it is known.
    pub environment: Option<String>,
    /// The private key's file.
    pub key: String,
    /// Whether the key was made now.
    pub key_is_new: bool,
    /// Whether the key's file is encrypted.
    pub encrypted: bool,
    /// The request's file.
    pub csr: String,
    /// Size of the RSA key.
    pub bits: u32,
    /// Whether the name stands among the alternative names.
    pub subject_alternative_name: bool,
    /// SHA-256 of the DER SubjectPublicKeyInfo, lower-case hex.
    pub spki_sha256: String,
    /// Where the request goes: one where the environment is known, else every way.
    pub desks: Vec<Desk>,
    /// What deserves attention, each as a sentence.
    pub warnings: Vec<String>,
    /// What is renewed; nothing where the certificate is the first.
    pub renews: Option<Renews>,
}

impl Made {
    /// The form's version.
    pub const SCHEMA: u32 = 1;

    /// As text for people: what was made, then what to send where.
    pub fn human(&self) -> String {
        let mut text = self.answer();
        text.push('\n');
        for (label, value) in self.facts() {
            text.push_str(&format!("  {label:<12}{value}\n"));
        }
        for warning in &self.warnings {
            text.push_str(&format!("\nwarning: {}\n", visible(warning)));
        }
        for desk in &self.desks {
            text.push('\n');
            text.push_str(&desk.human(&self.csr));
        }
        if let Some(renews) = &self.renews {
            text.push_str(&renews.afterwards(self.environment.as_deref()));
        }
        text
    }

    /// The first line: what there is now, and the next action.
    pub fn answer(&self) -> String {
        let made = match self.key_is_new {
            true => format!("made a {}-bit RSA key and its request", self.bits),
            false => "made a request for the key that was there".to_owned(),
        };
        let next = match self.desks.as_slice() {
            [desk] => format!("send {} to {}", visible(&self.csr), visible(&desk.mail)),
            _ => format!("send {} as below, by environment", visible(&self.csr)),
        };
        format!("{}: {made}; next: {next}\n", self.fqdn)
    }

    fn facts(&self) -> Vec<(&'static str, String)> {
        let kept = match (self.encrypted, self.key_is_new) {
            (true, _) => "encrypted; keep it, send it to nobody",
            (false, true) => "not encrypted, its owner alone may read it; send it to nobody",
            (false, false) => "not encrypted; send it to nobody",
        };
        let others = self.renews.iter().flat_map(|it| &it.names).skip(1);
        let others: Vec<&str> = others.map(String::as_str).collect();
        let names = match (self.subject_alternative_name, others.as_slice()) {
            (true, []) => "common name and alternative name".to_owned(),
            (true, others) => format!(
                "common name and alternative name; alternative names too: {}",
                others.join(", ")
            ),
            (false, _) => "common name alone".to_owned(),
        };
        let renewed = self.renews.iter().flat_map(Renews::facts);
        let facts = vec![
            ("key", format!("{} ({kept})", visible(&self.key))),
            (
                "request",
                format!("{} (this one is sent)", visible(&self.csr)),
            ),
            ("name", format!("{} ({names})", self.fqdn)),
            (
                "public key",
                format!(
                    "SHA-256 {} (of the DER SubjectPublicKeyInfo: the certificate that comes back must have the same)",
                    self.spki_sha256
                ),
            ),
        ];
        facts.into_iter().chain(renewed).collect()
    }
}
