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

    /// What a responder with this CA's key answers for a certificate of it now: DER.
    pub(crate) fn answer(&self, certificate: &Path) -> Vec<u8> {
        let name = certificate.file_stem().unwrap().to_str().unwrap();
        let at = |ending: &str| self.home.join(format!("{name}.{ending}"));
        let (ca, key, index) = (self.certificate(), self.key(), self.home.join("index.txt"));
        let (asked, answered) = (at("ocsp-request"), at("ocsp-answer"));
        let of = ["-issuer", utf8(&ca), "-cert", utf8(certificate)];
        openssl(&[&["ocsp"][..], &of, &["-no_nonce", "-reqout", utf8(&asked)]].concat());
        let signer = ["-CA", utf8(&ca), "-rsigner", utf8(&ca), "-rkey", utf8(&key)];
        let files = [
            "-index",
            utf8(&index),
            "-reqin",
            utf8(&asked),
            "-respout",
            utf8(&answered),
        ];
        openssl(&[&["ocsp", "-ndays", "7"][..], &signer, &files].concat());
        fs::read(answered).unwrap()
    }
}
