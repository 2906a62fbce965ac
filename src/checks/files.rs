//! The certificate files that an install names: there, and holding what they should.

use crate::check::{Cause, Check, CheckId, Context, Layer, Meta, Outcome, Severity};

/// A certificate file that `ptl.toml` names, or should.
#[derive(Debug)]
pub struct FileFacts {
    /// The setting: `certificate`, `chain`, `trust`.
    pub setting: &'static str,
    /// What was found.
    pub found: Found,
}

/// What was found of a file.
#[derive(Debug)]
pub enum Found {
    /// `ptl.toml` does not name one.
    NotNamed,
    /// It is not there.
    Missing(String),
    /// It is there, and does not hold what it should: why, and what to do.
    Unreadable(String, String),
    /// It holds so many certificates.
    Read(String, usize),
}

/// The check on a certificate file.
pub static CHECKS: &[Check<FileFacts>] = &[Check {
    meta: Meta {
        id: CheckId("CHAIN-001"),
        title: "the install names its certificate files, and they can be read",
        severity: Severity::Error,
        layer: Layer::Install,
        source: "ptl.toml",
        hint: "Name the file in ptl.toml, under the environment.",
        requires: &[],
    },
    run: is_named_and_readable,
}];

fn is_named_and_readable(facts: &FileFacts, _: &Context<'_>) -> Outcome {
    let setting = facts.setting;
    match &facts.found {
        Found::Read(file, count) => Outcome::pass(format!("`{file}` holds {count}")),
        Found::NotNamed => Outcome::Undetermined(
            Some(Cause::SettingMissing),
            crate::check::Evidence::seen(format!(
                "ptl.toml names no `{setting}`, so there is nothing to look at yet"
            ))
            .hint(format!(
                "Once the desk has answered, save what came and name it as `{setting}` in ptl.toml."
            )),
        ),
        Found::Missing(file) => Outcome::fail(Cause::FileMissing, format!("`{file}` is not there"))
            .hint(format!(
                "Save it there, or correct `{setting}` in ptl.toml."
            )),
        Found::Unreadable(why, hint) => {
            Outcome::fail(Cause::FileUnreadable, why.clone()).hint(hint.clone())
        }
    }
}
