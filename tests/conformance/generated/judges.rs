//! Everybody who judges a case: the room, OpenSSL under ptl, the real program, and the `openssl` command.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
};

use openssl::x509::X509;
use ptl::{
    crl,
    x509::{Certificate, RevocationList},
};
use serde_json::Value;

use super::{authority::ALL, cases::Case};
use crate::lists::{self, Word};

/// The moment that everything is judged by.
const AT: &str = "2026-06-01T00:00:00Z";
/// So many entries make a list larger than what OpenSSL is given.
const FILL: u32 = 300;

/// What the real program says of a leaf alone, and of the whole chain.
pub(crate) struct Answers {
    pub(crate) leaf: Answer,
    pub(crate) chain: Answer,
}

/// One answer of the real program.
pub(crate) struct Answer {
    pub(crate) word: Word,
    /// Outcome, cause and words of PATH-013, without OpenSSL's numbers.
    pub(crate) said: String,
}

/// A case as files.
pub(crate) struct Bench<'a> {
    case: &'a Case,
    folder: tempfile::TempDir,
}

impl<'a> Bench<'a> {
    pub(crate) fn new(case: &'a Case) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).unwrap();
        write("leaf.pem", &case.leaf.to_pem().unwrap());
        write("root.pem", &ALL.root.certificate.to_pem().unwrap());
        let chain = case.chain.iter().map(|it| it.to_pem().unwrap());
        write("chain.pem", &chain.collect::<Vec<_>>().concat());
        let mut all = String::new();
        for (number, list) in case.lists.iter().chain([&ALL.root.list()]).enumerate() {
            write(&format!("{number}.crl"), &list.der());
            write(&format!("{number}.large.crl"), &list.filled(FILL).der());
            let text = openssl::base64::encode_block(&list.der());
            all += "-----BEGIN X509 CRL-----\n";
            for line in text.as_bytes().chunks(64) {
                all += std::str::from_utf8(line).unwrap();
                all += "\n";
            }
            all += "-----END X509 CRL-----\n";
        }
        write("all.pem", all.as_bytes());
        Self { case, folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The files of the case's own lists, and of the root's after them.
    fn files(&self, large: bool) -> impl Iterator<Item = PathBuf> {
        let ending = if large { "large.crl" } else { "crl" };
        (0..=self.case.lists.len()).map(move |it| self.path(&format!("{it}.{ending}")))
    }

    fn program(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ptl"));
        command.current_dir(self.folder.path());
        command.args(["--at", AT, "--format", "json"]);
        command
    }

    /// `ptl check-chain` on small lists, or on the same lists with many more entries.
    pub(crate) fn ptl(&self, large: bool) -> Answers {
        let answer = |mode: &str| {
            let mut command = self.program();
            command.args(["--only", "PATH-*", "check-chain", "--cert", "leaf.pem"]);
            command.args(["--chain", "chain.pem", "--trust", "root.pem"]);
            command.args(["--revocation", mode]);
            for file in self.files(large) {
                command.arg("--crl").arg(file);
            }
            let (word, document) = self.answer(command);
            let findings = document["findings"].as_array().unwrap();
            let finding = findings.iter().find(|it| it["id"] == "PATH-013").unwrap();
            let said = without_numbers(&format!(
                "{} {} {} {}",
                finding["outcome"], finding["cause"], finding["reason"], finding["evidence"]
            ));
            Answer { word, said }
        };
        Answers {
            leaf: answer("leaf"),
            chain: answer("chain"),
        }
    }

    /// `ptl crl lookup`.
    pub(crate) fn look_up(&self) -> Word {
        let mut command = self.program();
        command.args(["crl", "lookup", "leaf.pem", "--issuer", "chain.pem"]);
        for file in self.files(false) {
            command.arg("--list").arg(file);
        }
        self.answer(command).0
    }

    fn answer(&self, mut command: Command) -> (Word, Value) {
        let output = command.output().unwrap();
        let word = match output.status.code() {
            Some(0) => Word::Good,
            Some(1) => Word::Revoked,
            Some(3) => Word::Open,
            other => {
                let error = String::from_utf8_lossy(&output.stderr);
                panic!("{}: exit {other:?}: {error}", self.case.name)
            }
        };
        (word, serde_json::from_slice(&output.stdout).unwrap())
    }

    /// `openssl verify`, of the leaf alone or of the whole chain.
    pub(crate) fn openssl(&self, chain: bool) -> Word {
        let at: jiff::Timestamp = AT.parse().unwrap();
        let mut command = Command::new("openssl");
        command.current_dir(self.folder.path());
        command.args(["verify", "-CAfile", "root.pem", "-untrusted", "chain.pem"]);
        command.args(["-CRLfile", "all.pem", "-extended_crl", "-use_deltas"]);
        command.args(["-attime", &at.as_second().to_string()]);
        // The second without the first checks nothing.
        command.arg("-crl_check");
        command.args(chain.then_some("-crl_check_all"));
        let output = command.arg("leaf.pem").output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        match output.status.success() {
            true => Word::Good,
            false if said.contains("error 23 at") => Word::Revoked,
            false
                if OPEN
                    .iter()
                    .any(|it| said.contains(&format!("error {it} at"))) =>
            {
                Word::Open
            }
            false => panic!("{}: {said}", self.case.name),
        }
    }

    /// Whether the issuer's key made each signature: by the room, and by `openssl crl -verify`.
    pub(crate) fn signatures(&self) -> Vec<(String, String)> {
        let issuer = &self.case.chain[0];
        fs::write(self.path("issuer.pem"), issuer.to_pem().unwrap()).unwrap();
        let key = issuer.public_key().unwrap();
        let mut pairs = Vec::new();
        for (number, list) in self.case.lists.iter().enumerate() {
            let read = crl::scan(list.der().as_slice(), Some(&key), |_| {}).unwrap();
            let is_its = list.issuer == issuer.subject_name().to_der().unwrap();
            if read.signature == crl::Signature::NotTried || !is_its {
                continue;
            }
            let file = self.path(&format!("{number}.crl"));
            let theirs = match says_verified(&file, &self.path("issuer.pem")) {
                true => crl::Signature::Fits,
                false => crl::Signature::DoesNotFit,
            };
            pairs.push((format!("{:?}", read.signature), format!("{theirs:?}")));
        }
        pairs
    }
}

/// What OpenSSL under ptl says of each list by itself, and the room, unless it leaves that to OpenSSL.
pub(crate) fn each_by_both(case: &Case) -> Vec<(Word, Option<Word>)> {
    let at = AT.parse().unwrap();
    let (leaf, issuer) = (shared(&case.leaf), shared(&case.chain[0]));
    let lists = case.lists.iter().map(|list| {
        let list = Arc::new(RevocationList::from_der(&list.der()).unwrap());
        let theirs = lists::openssls(&list, &leaf, &issuer, at);
        (theirs, lists::ours(&list, &leaf, &issuer, at))
    });
    lists.collect()
}

/// What of OpenSSL's numbers leaves the question open.
const OPEN: &[u32] = &[3, 8, 11, 12, 33, 35, 36, 44, 54];

fn says_verified(list: &Path, issuer: &Path) -> bool {
    let mut command = Command::new("openssl");
    command.args(["crl", "-noout", "-verify", "-inform", "DER", "-in"]);
    let output = command.arg(list).arg("-CAfile").arg(issuer).output();
    let said = output.unwrap().stderr;
    let said = String::from_utf8_lossy(&said);
    assert!(
        said.contains("verify OK") || said.contains("verify failure"),
        "{said}"
    );
    said.contains("verify OK")
}

fn shared(certificate: &X509) -> Arc<Certificate> {
    Arc::new(Certificate::from_der(&certificate.to_der().unwrap()).unwrap())
}

/// The words without ` (OpenSSL 23)`, which only OpenSSL says.
fn without_numbers(text: &str) -> String {
    let mut parts = text.split(" (OpenSSL ");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        text + part.split_once(')').map_or("", |(_, rest)| rest)
    })
}
