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

    /// What `openssl ocsp` answers for a certificate of this CA now, for a day, signed by the CA itself: DER.
    pub(crate) fn answer(&self, certificate: &Path, file: &str) -> Vec<u8> {
        let (index, ca, key) = (self.home.join("index.txt"), self.certificate(), self.key());
        let (request, out) = (
            self.home.join(format!("{file}.req")),
            self.home.join(format!("{file}.ocsp")),
        );
        let whose = ["-issuer", utf8(&ca), "-cert", utf8(certificate)];
        let asks = ["ocsp", "-no_nonce", "-reqout", utf8(&request)];
        openssl(&[&asks[..], &whose].concat());
        let signs = ["-CA", utf8(&ca), "-rsigner", utf8(&ca), "-rkey", utf8(&key)];
        let files = ["-reqin", utf8(&request), "-respout", utf8(&out)];
        let answers = ["ocsp", "-index", utf8(&index), "-ndays", "1"];
        openssl(&[&answers[..], &signs, &files].concat());
        fs::read(out).unwrap()
    }

    /// A revocation list of what is revoked so far, valid between these dates.
    pub(crate) fn list(&self, file: &str, from: &str, until: &str) -> PathBuf {
        self.list_as(file, (from, until), &[], "")
    }

    /// As [`Authority::list`], made with more options, and with these extensions besides, one line each.
    pub(crate) fn list_as(
        &self,
        file: &str,
        (from, until): (&str, &str),
        more: &[&str],
        extensions: &str,
    ) -> PathBuf {
        let config = self.home.join(format!("{file}.cnf"));
        let usual = fs::read_to_string(self.home.join("ca.cnf")).unwrap();
        // What lists are like stands at its end.
        fs::write(&config, usual + extensions).unwrap();
        let out = self.home.join(file);
        let usual = [
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
        ];
        openssl(&[&usual[..], more].concat());
        out
    }
}
