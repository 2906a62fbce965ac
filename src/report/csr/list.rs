//! What became of a list of names: the document of kind `csr-list`.

use serde::Serialize;

use crate::report::{Explanation, explain::headline, human::columns, visible};

/// Keys and requests for a list of names, each made or not. No key is in here.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct MadeList {
    /// The version of this form.
    pub schema: u32,
    /// `csr-list`.
    pub kind: &'static str,
    /// Name and version of the tool.
    pub tool: &'static str,
    /// The folder of all files.
    pub folder: String,
    /// Whether the keys' files are encrypted.
    pub encrypted: bool,
    /// Size of the RSA keys.
    pub bits: u32,
    /// Whether each name stands among the alternative names.
    pub subject_alternative_name: bool,
    /// One for each name, in the order of the list.
    pub pairs: Vec<ListedPair>,
}

/// One name of the list.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct ListedPair {
    /// The name.
    pub fqdn: String,
    /// The private key's file, where it was made.
    pub key: Option<String>,
    /// The request's file, where it was made.
    pub csr: Option<String>,
    /// SHA-256 of the DER SubjectPublicKeyInfo, lower-case hex, where they were made.
    pub spki_sha256: Option<String>,
    /// Why they were not made.
    pub problem: Option<String>,
    /// What to do about that.
    pub hint: Option<String>,
}

impl MadeList {
    /// The form's version.
    pub const SCHEMA: u32 = 1;

    /// How many were not made.
    pub fn not_made(&self) -> usize {
        self.pairs
            .iter()
            .filter(|pair| pair.problem.is_some())
            .count()
    }

    fn answer(&self) -> String {
        let (all, not_made) = (self.pairs.len(), self.not_made());
        let folder = visible(&self.folder);
        match not_made {
            0 => format!(
                "{all} keys and requests made in `{folder}`; next: send each .csr to the desk of its environment, and no .key to anybody"
            ),
            _ => format!(
                "{} of {all} keys and requests made in `{folder}`, {not_made} not; next: see below, and run it again for those",
                all - not_made
            ),
        }
    }
}

impl Explanation for MadeList {
    fn text(&self, width: u16) -> String {
        let mut text = headline(&self.answer());
        text.push('\n');
        let longest = self.pairs.iter().map(|pair| pair.fqdn.len()).max();
        let rows = self.pairs.iter().map(|pair| {
            let (mark, what) = match (&pair.problem, &pair.csr) {
                (Some(problem), _) => {
                    let hint = pair.hint.as_deref().unwrap_or_default();
                    ("NOT MADE", format!("{problem} {hint}"))
                }
                (None, Some(csr)) => ("made", csr.clone()),
                (None, None) => ("made", String::new()),
            };
            let cells = [&pair.fqdn, mark, what.trim()];
            cells.map(|cell| visible(cell).into_owned()).to_vec()
        });
        text + &columns(rows, &[longest.unwrap_or_default() + 2, 10], width)
    }
}
