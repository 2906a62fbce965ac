//! A list of a test CA that other tests do not see.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{Authority, openssl, utf8};

impl Authority {
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
}
