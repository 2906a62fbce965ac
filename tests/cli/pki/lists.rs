//! What a test CA revokes, and the lists in which it says so.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{Authority, openssl, utf8};

impl Authority {
    /// Revokes a certificate that it issued; lists that are made from now on hold it.
    pub(crate) fn revoke(&self, certificate: &Path) {
        let config = self.home.join("ca.cnf");
        openssl(&[
            "ca",
            "-config",
            utf8(&config),
            "-batch",
            "-revoke",
            utf8(certificate),
        ]);
    }

    /// Revokes this many certificates that never were.
    pub(crate) fn revoke_made_up(&self, count: u32) {
        let index = self.home.join("index.txt");
        let mut text = fs::read_to_string(&index).unwrap();
        for number in 0..count {
            text += &format!(
                "R\t400101000000Z\t240101000000Z\t7A{number:014X}\tunknown\t/CN=made up {number}\n"
            );
        }
        fs::write(index, text).unwrap();
    }

    /// A revocation list of what is revoked so far, valid between these dates.
    pub(crate) fn list(&self, file: &str, from: &str, until: &str) -> PathBuf {
        let config = self.home.join("ca.cnf");
        let out = self.home.join(file);
        openssl(&[
            "ca",
            "-config",
            utf8(&config),
            "-gencrl",
            "-crl_lastupdate",
            from,
            "-crl_nextupdate",
            until,
            "-out",
            utf8(&out),
        ]);
        out
    }
}
