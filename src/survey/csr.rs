//! Certificate requests: a file is read, and judged by the CSR checks.

use std::path::{Path, PathBuf};

use super::Subject;
use crate::{
    check::{self, Context, Finding},
    checks::csr::{CHECKS, FILE, Linted, ReadingProblem},
    config::{Endpoint, Fqdn, Install},
    error::{Error, Result, for_a_shell},
    x509::{
        csr::Request,
        read::{self, Object},
    },
};

/// The one request of a PEM or DER file.
///
/// # Errors
/// Where the file cannot be read, or holds none, or several.
pub fn read(path: &Path, expected: Option<Fqdn>) -> Result<Linted> {
    let shown = path.display();
    let mut requests = Vec::new();
    let mut others = Vec::new();
    for object in read::objects(path)? {
        match object {
            Object::Request(der) => requests.push(der),
            other => others.push(other.kind()),
        }
    }
    let der = match requests.as_slice() {
        [der] => der,
        [] => {
            let held = others.first().map(String::as_str).unwrap_or_default();
            return Err(Error::input(format!(
                "`{shown}` holds a {held}, and no certificate request"
            ))
            .hint("Name the request; `ptl csr` writes it as NAME.csr."));
        }
        several => {
            return Err(Error::input(format!(
                "`{shown}` holds {} certificate requests",
                several.len()
            ))
            .hint("Save each in a file of its own, for each gets a certificate of its own."));
        }
    };
    let request = Request::from_der(der).map_err(|problem| {
        Error::input(format!(
            "`{shown}` holds a damaged certificate request: {problem}"
        ))
        .hint("Copy the file again, or make a new request: `ptl csr --from-key KEY`.")
    })?;
    Ok(Linted {
        request,
        expected,
        beside: others,
    })
}

/// Judges the request of a file.
pub fn judge(path: &Path, linted: &Linted, context: &Context<'_>) -> Vec<Finding> {
    let mut findings = check::run(CHECKS, &path.display().to_string(), linted, context);
    for hint in findings
        .iter_mut()
        .filter_map(|finding| finding.hint.as_mut())
    {
        *hint = concrete(hint, path, linted);
    }
    findings
}

/// The hint with the name and the key's file in it, where they are known.
fn concrete(hint: &str, path: &Path, linted: &Linted) -> String {
    let common_name = linted.request.values("CN").next();
    let known = linted
        .expected
        .clone()
        .or_else(|| Fqdn::parse(common_name?).ok());
    let key = path.with_extension("key");
    let mut hint = hint.to_owned();
    if let Some(fqdn) = known {
        hint = hint.replace("--fqdn NAME", &format!("--fqdn {fqdn}"));
    }
    if key.is_file() {
        hint = hint.replace(
            "--from-key KEY",
            &format!("--from-key {}", for_a_shell(&key)),
        );
    }
    hint
}

/// Judges the request beside the key of an install; without one there is nothing to judge.
pub fn survey(subject: &Subject<'_>) -> Vec<Finding> {
    let endpoint = subject.endpoint;
    let path = endpoint.and_then(|endpoint| beside_the_key(endpoint, subject.install));
    let Some(path) = path.filter(|path| path.exists()) else {
        let reason = "no request lies beside the key of this environment";
        return check::skipped(CHECKS, "request", reason, subject.selection);
    };
    let expected = endpoint
        .and_then(|endpoint| endpoint.fqdn.as_deref())
        .and_then(|fqdn| Fqdn::parse(fqdn).ok());
    let shown = path.display().to_string();
    let context = subject.context();
    let file = |problem: ReadingProblem| check::run(FILE, &shown, &problem, &context);
    match read(&path, expected) {
        Ok(linted) => [file(None), judge(&path, &linted, &context)].concat(),
        Err(error) => {
            let problem = (error.to_string(), error.next_action().map(str::to_owned));
            let reason = "the request cannot be read";
            let unread = check::skipped(CHECKS, &shown, reason, subject.selection);
            [file(Some(problem)), unread].concat()
        }
    }
}

/// Where `ptl csr` puts the request: beside the key that ptl.toml names, else into the install's folder.
pub fn beside_the_key(endpoint: &Endpoint, install: &Install) -> Option<PathBuf> {
    match &endpoint.key {
        Some(key) => Some(key.with_extension("csr")),
        None => {
            let name = endpoint.fqdn.as_deref()?.to_ascii_lowercase();
            Some(install.folder.join(format!("{name}.csr")))
        }
    }
}

/// SHA-256 of the public key that a file's request is for, lower-case hex; nothing where there is none.
pub fn public_key(path: &Path) -> Option<String> {
    let linted = read(path, None).ok()?;
    Some(linted.request.spki_sha256.clone())
}
