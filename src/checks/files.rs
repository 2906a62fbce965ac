//! The files of certificates: there, holding what they should, and nothing that goes unnoticed.

use crate::{
    check::{Cause, Check, CheckId, Context, Evidence, Layer, Meta, Outcome, Severity},
    error::for_a_shell,
};

/// A file or folder of certificates that `ptl.toml` or the command line names, or should.
#[derive(Debug)]
pub struct FileFacts {
    /// What names it: `certificate`, `chain`, `trust`; with two dashes on the command line.
    pub setting: &'static str,
    /// What was found.
    pub found: Found,
}

/// What names files of revocation lists.
pub const LISTS: &str = "--crl";

/// What was found of a file.
#[derive(Debug)]
pub enum Found {
    /// `ptl.toml` does not name one.
    NotNamed,
    /// It is not there.
    Missing(String),
    /// It is there, and does not hold what it should: why, and what to do.
    Unreadable(String, String),
    /// It was read.
    Read(Held),
}

/// What a file holds, or the files of a folder do.
#[derive(Clone, Debug, Default)]
pub struct Held {
    /// Its path.
    pub file: String,
    /// Everything in it, as `2 certificates, 1 private key`.
    pub everything: String,
    /// What is neither certificate nor private key, as `1 revocation list`; nothing where there is no such thing.
    pub besides: Option<String>,
    /// Files with a private key that others than their owner may read, unless it is named as the key itself.
    pub open_keys: Vec<String>,
    /// Other files with a private key.
    pub closed_keys: Vec<String>,
    /// Files with a private key of which this system does not say who may read them.
    pub unknown_keys: Vec<String>,
    /// How many files of a folder hold nothing that is read here.
    pub passed_over: usize,
    /// What cannot be read of a folder, each with why.
    pub damaged: Vec<String>,
}

/// The checks on a file of certificates.
pub static CHECKS: &[Check<FileFacts>] = &[
    Check {
        meta: Meta {
            id: CheckId("CHAIN-001"),
            title: "the files of certificates and lists are named, and can be read",
            severity: Severity::Error,
            layer: Layer::Install,
            source: "ptl.toml",
            hint: "Name the file in ptl.toml, under the environment.",
            requires: &[],
        },
        run: is_named_and_readable,
    },
    Check {
        meta: Meta {
            id: CheckId("CHAIN-019"),
            title: "no private key lies open in a file of certificates",
            severity: Severity::Error,
            layer: Layer::Key,
            source: "NIST SP 800-57 part 1, 6.2.1; RFC 5280 section 9",
            hint: "Close it: `chmod 600 FILE`; and keep the key in a file of its own.",
            requires: &[CheckId("CHAIN-001")],
        },
        run: keeps_private_keys_closed,
    },
    Check {
        meta: Meta {
            id: CheckId("CHAIN-020"),
            title: "everything in a file of certificates is looked at",
            severity: Severity::Notice,
            layer: Layer::Install,
            source: "RFC 7468, 5 to 12: what a file of this form may hold",
            hint: "Name lists by --crl, and judge a request with `ptl csr lint`; else take it out of the file.",
            requires: &[CheckId("CHAIN-001")],
        },
        run: holds_nothing_unseen,
    },
];

fn is_named_and_readable(facts: &FileFacts, _: &Context<'_>) -> Outcome {
    let setting = facts.setting;
    match &facts.found {
        Found::Read(held) => {
            let outcome = Outcome::pass(format!("`{}` holds {}", held.file, held.everything));
            match held.passed_over {
                0 => outcome,
                count => outcome.with("files that hold nothing of the kind", count.to_string()),
            }
        }
        Found::NotNamed => Outcome::Undetermined(
            Some(Cause::SettingMissing),
            Evidence::seen(format!(
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

fn keeps_private_keys_closed(facts: &FileFacts, _: &Context<'_>) -> Outcome {
    let Found::Read(held) = &facts.found else {
        return Outcome::not_applicable("nothing was read");
    };
    if let ([], [unknown, ..]) = (held.open_keys.as_slice(), held.unknown_keys.as_slice()) {
        return Outcome::undetermined(format!(
            "a private key is in `{unknown}`, and this system does not say who may read it"
        ))
        .hint("Look at the file's permissions by hand, and keep the key in a file of its own.");
    }
    match (held.open_keys.as_slice(), held.closed_keys.as_slice()) {
        ([], []) => Outcome::pass("no private key is in it but one that is judged as the key"),
        ([], closed) => Outcome::pass(format!(
            "a private key is in `{}`, which only its owner may read",
            closed.join("`, `")
        )),
        (open, _) => {
            let words: Vec<String> = open.iter().map(|it| for_a_shell(it.as_ref())).collect();
            Outcome::fail(
                Cause::KeyReadableByOthers,
                format!(
                    "a private key is in `{}`, named as `{}`, and others than its owner may read it",
                    open.join("`, `"),
                    facts.setting
                ),
            )
            .hint(format!(
                "Close it: `chmod 600 {}`; where others could copy the key, make a new one: `ptl csr`.",
                words.join(" ")
            ))
        }
    }
}

fn holds_nothing_unseen(facts: &FileFacts, _: &Context<'_>) -> Outcome {
    let Found::Read(held) = &facts.found else {
        return Outcome::not_applicable("nothing was read");
    };
    if let Some(first) = held.damaged.first() {
        let seen = Evidence::seen(format!(
            "of the folder `{}` not everything could be read: {first}",
            held.file
        ));
        let more = held.damaged[1..].iter();
        let seen = more.fold(seen, |seen, damaged| seen.with("also", damaged));
        // What it is, nobody knows: it may be the very CA that is missing.
        return Outcome::Undetermined(Some(Cause::FileUnreadable), seen)
            .hint("Copy the file again, give its passphrase, or move it out of the folder.");
    }
    match &held.besides {
        None if facts.setting == LISTS => Outcome::pass("it holds revocation lists alone"),
        None => Outcome::pass("it holds certificates and keys alone"),
        Some(besides) => {
            let outcome = Outcome::fail(
                Cause::Unrelated,
                format!(
                    "`{}` holds besides: {besides}; that is not looked at here",
                    held.file
                ),
            );
            match facts.setting {
                LISTS => outcome
                    .hint("Name certificates by --chain or --trust; else take it out of the file."),
                _ => outcome,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::{Mark, Selection, run};

    fn marks(held: Held) -> Vec<(Mark, Option<Cause>)> {
        let facts = FileFacts {
            setting: "trust",
            found: Found::Read(held),
        };
        let selection = Selection::default();
        let context = Context {
            at: jiff::Timestamp::UNIX_EPOCH,
            environment: None,
            install: None,
            selection: &selection,
        };
        let findings = run(CHECKS, "trust", &facts, &context);
        findings.iter().map(|it| (it.outcome, it.cause)).collect()
    }

    #[test]
    fn a_private_key_in_a_file_of_certificates_counts_where_others_may_read_it() {
        let names = || vec!["ca.pem".to_owned()];
        let (open, closed) = (
            Held {
                open_keys: names(),
                ..Held::default()
            },
            Held {
                closed_keys: names(),
                ..Held::default()
            },
        );
        assert_eq!(
            marks(open)[1],
            (Mark::Fail, Some(Cause::KeyReadableByOthers))
        );
        assert_eq!(marks(closed)[1], (Mark::Pass, None));
        assert_eq!(marks(Held::default())[1], (Mark::Pass, None));
    }

    #[test]
    fn what_is_not_looked_at_and_what_cannot_be_read_is_told() {
        let besides = Held {
            besides: Some("1 revocation list".to_owned()),
            ..Held::default()
        };
        let damaged = Held {
            damaged: vec!["x.pem is cut off".to_owned()],
            ..Held::default()
        };
        assert_eq!(marks(besides)[2], (Mark::Fail, Some(Cause::Unrelated)));
        assert_eq!(
            marks(damaged)[2],
            (Mark::Undetermined, Some(Cause::FileUnreadable))
        );
        assert_eq!(marks(Held::default())[2], (Mark::Pass, None));
    }
}
