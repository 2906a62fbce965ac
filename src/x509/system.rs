//! The CAs that this system trusts, wherever it keeps them.

use super::{Certificate, Contents};
use crate::error::{Error, Result};

/// The system's trusted CAs: of Debian's `/etc/ssl/certs`, the Windows store, the keychain, or of
/// `SSL_CERT_FILE` and `SSL_CERT_DIR` where these are set.
///
/// # Errors
/// Where there are none.
pub fn system_store() -> Result<Contents> {
    let found = rustls_native_certs::load_native_certs();
    let mut contents = Contents {
        damaged: found.errors.iter().map(ToString::to_string).collect(),
        ..Contents::default()
    };
    for der in found.certs {
        match Certificate::from_der(&der) {
            Ok(certificate) => contents.certificates.push(certificate),
            Err(problem) => contents
                .damaged
                .push(format!("a CA of the system: {problem}")),
        }
    }
    if contents.certificates.is_empty() {
        return Err(Error::input("this system keeps no trusted CAs where they are looked for")
            .details(contents.damaged)
            .hint("Install its package (Debian: `ca-certificates`), set SSL_CERT_FILE, or name the CAs by file."));
    }
    Ok(contents)
}
