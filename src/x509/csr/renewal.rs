//! What a renewal takes over from a certificate: its names, and nothing else.

use std::path::Path;

use crate::{
    config::Fqdn,
    error::{Error, Result, for_a_shell},
    files,
    x509::{Certificate, certificates, is_locked_store},
};

/// A certificate whose names a new request is to have.
#[derive(Clone, Debug)]
pub struct Renewal {
    /// The certificate.
    pub certificate: Certificate,
    /// Its names: the common name, then the alternative names that differ from it.
    pub names: Vec<Fqdn>,
    /// Names that a request to the NHS does not have, as `the address 10.0.0.1`; left out.
    pub left_out: Vec<String>,
}

impl Renewal {
    /// Of the one endpoint's certificate in a file; CAs beside it are passed over.
    ///
    /// # Errors
    /// Where the file cannot be read, holds none or several of them, or its names cannot be asked for again.
    pub fn of_file(path: &Path) -> Result<Self> {
        let shown = path.display();
        let mut leaves = match certificates(path) {
            Err(error) if is_locked(path) => {
                return Err(error.hint(format!(
                    "Take the certificate out first: `openssl pkcs12 -in {} -nokeys -clcerts -out old.pem`; the passphrase flags are for the new key.",
                    for_a_shell(path)
                )));
            }
            read => read?,
        };
        leaves.retain(|certificate| !certificate.is_ca());
        if leaves.len() > 1 {
            return Err(Error::input(format!(
                "`{shown}` holds {} certificates of endpoints, and only one can be meant",
                leaves.len()
            ))
            .hint("Save the one that is renewed in a file of its own."));
        }
        match leaves.pop() {
            Some(certificate) => Self::of(certificate, &shown.to_string()),
            None => Err(Error::input(format!("`{shown}` holds CAs alone"))
                .hint("Name the file of the endpoint's own certificate.")),
        }
    }

    fn of(certificate: Certificate, shown: &str) -> Result<Self> {
        let alternative = certificate.extensions.names.clone().unwrap_or_default();
        let mut names: Vec<Fqdn> = Vec::new();
        let mut problems = Vec::new();
        for name in certificate.common_names.iter().chain(&alternative.dns) {
            match Fqdn::parse(name) {
                Ok(fqdn) if names.contains(&fqdn) => {}
                Ok(fqdn) => names.push(fqdn),
                Err(why) => problems.push(format!("`{}`: {}", name.escape_debug(), why.join("; "))),
            }
        }
        if !problems.is_empty() {
            problems.dedup();
            return Err(Error::input(format!(
                "`{shown}` has names that cannot be asked for again"
            ))
            .details(problems)
            .hint("Make a request for the right name: `ptl csr --fqdn NAME --out DIR`."));
        }
        if names.is_empty() {
            return Err(Error::input(format!("`{shown}` names no host"))
                .hint("Make a request for the name: `ptl csr --fqdn NAME --out DIR`."));
        }
        let addresses = alternative.ip.iter().map(|it| format!("the address {it}"));
        let mails = alternative
            .email
            .iter()
            .map(|it| format!("the mail address {it}"));
        let uris = alternative.uri.iter().map(|it| format!("the URI {it}"));
        let left_out = addresses
            .chain(mails)
            .chain(uris)
            .chain(alternative.other.iter().cloned());
        Ok(Self {
            names,
            left_out: left_out.collect(),
            certificate,
        })
    }

    /// The name that the request is for.
    pub fn fqdn(&self) -> &Fqdn {
        // Invariant: there is one.
        &self.names[0]
    }
}

/// Whether a file is a store that opens only with a passphrase.
fn is_locked(path: &Path) -> bool {
    files::read_secret(path).is_ok_and(|bytes| is_locked_store(&bytes))
}
