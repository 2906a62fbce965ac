//! What proves a step, as it stands in a checklist.

use std::ops::Range;

use jiff::Timestamp;
use toml::{Spanned, de::DeTable};

use super::{Reader, Value, integer};
use crate::{
    check::Verdict,
    checklist::{
        copies::is_plain,
        evidence::is_sha256,
        state::{Evidence, File, Proof, Reported},
    },
};

/// What a file can have.
const FILE_KEYS: [&str; 9] = [
    "file",
    "sha256",
    "size",
    "command",
    "environment",
    "verdict",
    "copy",
    "at",
    "by",
];

/// Moment and name of what a piece of evidence is part of, if of anything.
type With<'a> = Option<(Timestamp, &'a str)>;

impl Reader<'_> {
    /// What proves a step; whoever gave a piece and when stands with it, or with what it is part of.
    pub(super) fn evidence(&mut self, table: &DeTable<'_>, with: With<'_>) -> Vec<Evidence> {
        let Some(value) = table.get("evidence") else {
            return Vec::new();
        };
        let Some(list) = value.get_ref().as_array() else {
            self.note(
                value.span(),
                "`evidence` is a list: [{ text = \"...\", at = ..., by = \"...\" }]",
            );
            return Vec::new();
        };
        list.iter()
            .filter_map(|item| self.proof(item, with))
            .collect()
    }

    fn proof(&mut self, item: &Value<'_>, with: With<'_>) -> Option<Evidence> {
        let span = item.span();
        let Some(table) = item.get_ref().as_table() else {
            self.note(
                span,
                "evidence is a table: { text = \"...\", at = ..., by = \"...\" }",
            );
            return None;
        };
        let (at, by) = match with {
            Some((at, by)) if !table.contains_key("at") && !table.contains_key("by") => {
                (Some(at), Some(by.to_owned()))
            }
            _ => (self.time(table, &span), self.text(table, "by", Some(&span))),
        };
        let proof = if table.contains_key("file") {
            self.only(table, &FILE_KEYS);
            self.file(table, &span).map(Proof::File)
        } else {
            self.only(table, &["text", "at", "by"]);
            self.text(table, "text", Some(&span)).map(Proof::Text)
        };
        Some(Evidence {
            proof: proof?,
            at: at?,
            by: by?,
        })
    }

    fn file(&mut self, table: &DeTable<'_>, span: &Range<usize>) -> Option<File> {
        let name = self.text(table, "file", Some(span));
        let sha256 = self.text(table, "sha256", Some(span)).filter(|digest| {
            let sound = is_sha256(digest);
            if !sound {
                let at = table.get("sha256").map_or(span.clone(), Spanned::span);
                self.note(at, "`sha256` is 64 digits of lower-case hex");
            }
            sound
        });
        let size = table
            .get("size")
            .and_then(integer)
            .and_then(|size| u64::try_from(size).ok());
        if size.is_none() {
            let at = table.get("size").map_or(span.clone(), Spanned::span);
            self.note(at, "`size` is the file's length in bytes");
        }
        let report = self.report(table, span);
        let copy = self.copy(table, span)?;
        Some(File {
            name: name?,
            sha256: sha256?,
            size: size?,
            report,
            copy,
        })
    }

    /// The name of its copy; nothing in the place of the answer where it is no name of a file in a folder.
    fn copy(&mut self, table: &DeTable<'_>, span: &Range<usize>) -> Option<Option<String>> {
        let Some(copy) = self.text(table, "copy", None) else {
            return Some(None);
        };
        if is_plain(&copy) {
            return Some(Some(copy));
        }
        let at = table.get("copy").map_or(span.clone(), Spanned::span);
        self.note(
            at,
            "`copy` is the name of a file in `evidence/`, without folders",
        );
        None
    }

    /// What a report of ptl says: its command is the sign that it is one.
    fn report(&mut self, table: &DeTable<'_>, span: &Range<usize>) -> Option<Reported> {
        let command = self.text(table, "command", None)?;
        let environment = self.text(table, "environment", None);
        let word = self.text(table, "verdict", Some(span))?;
        let verdict = Verdict::of(&word);
        if verdict.is_none() {
            let at = table.get("verdict").map_or(span.clone(), Spanned::span);
            self.note(at, "`verdict` is pass, fail or undetermined");
        }
        Some(Reported {
            command,
            environment,
            verdict: verdict?,
        })
    }
}
