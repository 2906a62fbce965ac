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

    /// A list that holds one certificate more than the CA's others, which stay without it: tests share a CA.
    pub(crate) fn list_with(
        &self,
        file: &str,
        certificate: &Path,
        (from, until): (&str, &str),
    ) -> PathBuf {
        let aside = self.home.join(format!("{file}.aside"));
        fs::create_dir(&aside).unwrap();
        for name in ["index.txt", "crlnumber"] {
            fs::copy(self.home.join(name), aside.join(name)).unwrap();
        }
        let config = fs::read_to_string(self.home.join("ca.cnf")).unwrap();
        let config = ["index.txt", "crlnumber"]
            .iter()
            .fold(config, |text, name| {
                let there = self.home.join(name);
                text.replace(utf8(&there), utf8(&aside.join(name)))
            });
        let there = aside.join("ca.cnf");
        fs::write(&there, config).unwrap();
        let out = self.home.join(file);
        let run = ["ca", "-config", utf8(&there), "-batch"];
        openssl(&[&run[..], &["-revoke", utf8(certificate)]].concat());
        let dates = ["-crl_lastupdate", from, "-crl_nextupdate", until];
        openssl(&[&run[..], &["-gencrl"], &dates, &["-out", utf8(&out)]].concat());
        out
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
