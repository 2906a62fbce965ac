//! Files of certificates to the certificates in them, and to what is to be said of the files.

use std::{path::Path, sync::Arc};

use super::{Files, InFile, in_file, key, shared};
use crate::{
    check::{self, Context, Finding},
    checks::files::{CHECKS, FileFacts, Found, Held},
    error::Result,
    x509::{self, Certificate, Contents, key::Passphrase},
};

/// Reads the files of a command line, and judges what each holds.
pub(super) struct Reader<'a> {
    /// What opens stores.
    passphrase: Option<&'a Passphrase>,
    /// The file that is named as the key, and judged as that.
    key: Option<&'a Path>,
    /// What every check may know.
    context: &'a Context<'a>,
    /// What was found of the files so far.
    pub(super) findings: Vec<Finding>,
    /// Every certificate that was read, with its file.
    pub(super) read: Vec<InFile>,
}

impl<'a> Reader<'a> {
    /// Nothing is read yet.
    pub(super) fn new(
        files: &'a Files,
        passphrase: Option<&'a Passphrase>,
        context: &'a Context<'a>,
    ) -> Self {
        Self {
            passphrase,
            key: files.key.as_deref(),
            context,
            findings: Vec::new(),
            read: Vec::new(),
        }
    }

    /// The certificate, and what may follow it in its file or stands in those of the chain.
    ///
    /// # Errors
    /// As [`Reader::file_or_folder`].
    pub(super) fn shown(&mut self, files: &Files) -> Result<Vec<Arc<Certificate>>> {
        let mut shown = self.file("--cert", &files.cert)?;
        for file in &files.chain {
            shown.extend(self.file_or_folder("--chain", file)?);
        }
        Ok(shown)
    }

    /// The certificates of a file, which must hold some.
    ///
    /// # Errors
    /// Where it cannot be read, or holds none.
    pub(super) fn file(
        &mut self,
        setting: &'static str,
        path: &Path,
    ) -> Result<Vec<Arc<Certificate>>> {
        self.taken(setting, path, Contents::of_file(path, self.passphrase)?)
    }

    /// As [`Reader::file`]; a folder stands for its files.
    ///
    /// # Errors
    /// As [`Reader::file`], and where a folder holds too much.
    pub(super) fn file_or_folder(
        &mut self,
        setting: &'static str,
        path: &Path,
    ) -> Result<Vec<Arc<Certificate>>> {
        self.taken(setting, path, Contents::of(path, self.passphrase)?)
    }

    /// The CAs that this system trusts.
    ///
    /// # Errors
    /// Where it has none.
    pub(super) fn system(&mut self, setting: &'static str) -> Result<Vec<Arc<Certificate>>> {
        self.taken(
            setting,
            Path::new("(the system's CAs)"),
            x509::system_store()?,
        )
    }

    fn taken(
        &mut self,
        setting: &'static str,
        path: &Path,
        contents: Contents,
    ) -> Result<Vec<Arc<Certificate>>> {
        contents.refuse_without_certificates(path)?;
        let facts = FileFacts {
            setting,
            found: Found::Read(held(path, &contents, self.key)),
        };
        let subject = format!("{setting} {}", path.display());
        self.findings
            .extend(check::run(CHECKS, &subject, &facts, self.context));
        let certificates = shared(contents.certificates);
        self.read.extend(in_file(path, &certificates));
        Ok(certificates)
    }
}

/// What is to be said of a file or folder that was read; the key's own file is judged as that.
pub(super) fn held(path: &Path, contents: &Contents, key: Option<&Path>) -> Held {
    let keys = contents.with_keys.iter();
    let keys: Vec<_> = keys
        .filter(|(file, _)| !key.is_some_and(|key| key::same(key, file)))
        .collect();
    let names = |wanted: Option<bool>| {
        let those = keys.iter().filter(|(_, open)| *open == wanted);
        those.map(|(file, _)| file.display().to_string()).collect()
    };
    Held {
        file: path.display().to_string(),
        everything: contents.to_string(),
        besides: contents.besides_certificates(),
        open_keys: names(Some(true)),
        closed_keys: names(Some(false)),
        unknown_keys: names(None),
        passed_over: contents.passed_over,
        damaged: contents.damaged.clone(),
    }
}
