//! Paths that fork, end or go in circles, and what `ptl check-chain` says of them.

use std::path::{Path, PathBuf};

use crate::{
    chain_files::utf8,
    pki,
    support::{Bench, Run},
};

/// When everything here is valid: `openssl x509 -req` begins with now.
const AT: &str = "2030-01-01T00:00:00Z";

const CA: &str = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n\
                  subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n";

/// Certificates by name and key in a folder of their own; the keys are those of the shared families.
struct Web(Bench);

/// A name, and the file of its key.
#[derive(Clone, Copy)]
struct Party<'a>(&'a str, &'a Path);

impl Web {
    fn new() -> Self {
        Self(Bench::new())
    }

    /// A certificate for `subject`, signed by `issuer`, who may be the same.
    fn certificate(
        &self,
        file: &str,
        subject: Party<'_>,
        issuer: Party<'_>,
        extensions: &str,
    ) -> PathBuf {
        let (own, theirs) = (format!("{file}.own"), format!("{file}.issuer"));
        let section = self.0.write(&format!("{file}.ext"), extensions);
        let (own, theirs) = (self.0.path(&own), self.0.path(&theirs));
        let out = self.0.path(&format!("{file}.pem"));
        pki::openssl(&[
            "req",
            "-new",
            "-key",
            utf8(subject.1),
            "-subj",
            subject.0,
            "-out",
            utf8(&own),
        ]);
        // A stand-in that lends its name and key identifier; only its key signs.
        pki::openssl(&[
            "req",
            "-x509",
            "-key",
            utf8(issuer.1),
            "-subj",
            issuer.0,
            "-days",
            "1",
            "-out",
            utf8(&theirs),
        ]);
        pki::openssl(&[
            "x509",
            "-req",
            "-in",
            utf8(&own),
            "-CA",
            utf8(&theirs),
            "-CAkey",
            utf8(issuer.1),
            "-days",
            "7000",
            "-set_serial",
            "77",
            "-extfile",
            utf8(&section),
            "-out",
            utf8(&out),
        ]);
        out
    }

    fn ca(&self, file: &str, subject: Party<'_>, issuer: Party<'_>) -> PathBuf {
        self.certificate(file, subject, issuer, CA)
    }

    fn leaf(&self, file: &str, issuer: Party<'_>, more: &str) -> PathBuf {
        let extensions = format!(
            "subjectAltName=DNS:a.nhs.uk\nextendedKeyUsage=serverAuth,clientAuth\nauthorityKeyIdentifier=keyid\n{more}"
        );
        let own = Party("/CN=a.nhs.uk", &pki::sha256().leaf.key);
        self.certificate(file, own, issuer, &extensions)
    }

    fn check(&self, leaf: &Path, chain: &[&Path], trust: &[&Path], options: &[&str]) -> Run {
        let mut arguments = vec!["check-chain", "--format", "json", "--cert", utf8(leaf)];
        for file in chain {
            arguments.extend(["--chain", utf8(file)]);
        }
        for file in trust {
            arguments.extend(["--trust", utf8(file)]);
        }
        if !options.contains(&"--at") {
            arguments.extend(["--at", AT]);
        }
        arguments.extend(options);
        self.0.run(arguments)
    }
}

/// Four keys that are there anyway.
fn keys() -> [PathBuf; 4] {
    let (new, old) = (pki::sha256(), pki::sha1());
    [new.root.key(), new.sub.key(), old.root.key(), old.sub.key()]
}

const LEAF: &str = "a.nhs.uk";

fn said(run: &Run, id: &str, what: &str) -> String {
    run.finding(id, LEAF)[what]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

#[test]
fn a_cross_signed_root_is_reached_by_either_way() {
    let web = Web::new();
    let [new, sub, old, _] = keys();
    let (new, old) = (Party("/CN=New Root", &new), Party("/CN=Old Root", &old));
    let sub = Party("/CN=Sub", &sub);
    let new_root = web.ca("new", new, new);
    let old_root = web.ca("old", old, old);
    let crossed = web.ca("crossed", new, old);
    let middle = web.ca("sub", sub, new);
    let leaf = web.leaf("leaf", sub, "");
    let path = |trust: &Path| {
        let chain = [middle.as_path(), &crossed, &new_root];
        let run = web.check(&leaf, &chain, &[trust], &[]).exits(0);
        run.finding("PATH-001", LEAF)["evidence"]["path"].to_string()
    };
    assert_eq!(path(&new_root), "\"a.nhs.uk <- Sub <- New Root\"");
    assert_eq!(
        path(&old_root),
        "\"a.nhs.uk <- Sub <- New Root <- Old Root\""
    );
    // The way that is tried first leads into an end; the other one is found after it.
    let dead = web.ca("dead", new, Party("/CN=Nobody", &pki::sha1().leaf.key));
    web.check(&leaf, &[&middle, &dead, &crossed], &[&old_root], &[])
        .exits(0);
    web.check(&leaf, &[&middle, &crossed, &dead], &[&old_root], &[])
        .exits(0);
}

#[test]
fn cas_that_certify_each_other_are_called_a_circle() {
    let web = Web::new();
    let [one, two, root, _] = keys();
    let (one, two) = (Party("/CN=Ring One", &one), Party("/CN=Ring Two", &two));
    let (first, second) = (web.ca("one", one, two), web.ca("two", two, one));
    let leaf = web.leaf("leaf", one, "");
    let elsewhere = Party("/CN=Elsewhere", &root);
    let elsewhere = web.ca("root", elsewhere, elsewhere);
    let run = web
        .check(&leaf, &[&first, &second], &[&elsewhere], &[])
        .exits(1)
        .fails("PATH-001", LEAF, "issuer-missing");
    let reason = said(&run, "PATH-001", "reason");
    assert!(
        reason.contains("in a circle: `Ring One` issued `Ring Two`"),
        "{run}"
    );
    // With a way out of the circle there is no circle.
    let root = Party("/CN=Ring Root", &root);
    let out = web.ca("out", two, root);
    let root = web.ca("ring-root", root, root);
    web.check(&leaf, &[&first, &second, &out], &[&root], &[])
        .exits(0);
}

#[test]
fn a_ca_of_the_right_name_with_another_key_is_named_with_its_file() {
    let web = Web::new();
    let [root, sub, other, _] = keys();
    let root = Party("/CN=Root", &root);
    let anchor = web.ca("root", root, root);
    let right = Party("/CN=Sub", &sub);
    let wrong = web.ca("wrong", Party("/CN=Sub", &other), root);
    let leaf = web.leaf("leaf", right, "");
    let run = web.check(&leaf, &[&wrong], &[&anchor], &[]).exits(1).fails(
        "PATH-001",
        LEAF,
        "issuer-missing",
    );
    let reason = said(&run, "PATH-001", "reason");
    for part in [
        "`CN=Sub`, key identifier ",
        "`Sub` of ",
        "wrong.pem has that name, but with another key",
    ] {
        assert!(reason.contains(part), "{part}: {run}");
    }
    // Where no key identifier tells them apart, the signature does, and the file is named as well.
    let blind = web.certificate(
        "blind",
        Party("/CN=a.nhs.uk", &pki::sha256().leaf.key),
        right,
        "subjectAltName=DNS:a.nhs.uk\nauthorityKeyIdentifier=none\n",
    );
    let run = web
        .check(&blind, &[&wrong], &[&anchor], &[])
        .exits(1)
        .fails("PATH-002", LEAF, "bad-signature");
    assert!(
        said(&run, "PATH-002", "hint").contains("wrong.pem has the issuer's name"),
        "{run}"
    );
    // The right one beside the wrong one is found in either order.
    let good = web.ca("good", right, root);
    web.check(&leaf, &[&wrong, &good], &[&anchor], &[]).exits(0);
    web.check(&blind, &[&good, &wrong], &[&anchor], &[])
        .exits(0);
}

#[test]
fn where_a_missing_ca_can_be_had_is_said() {
    let web = Web::new();
    let [root, sub, other, _] = keys();
    let root = Party("/CN=Root", &root);
    let anchor = web.ca("root", root, root);
    let address = "authorityInfoAccess=caIssuers;URI:http://pki.example.nhs.uk/sub.crt\n";
    let leaf = web.leaf("aia", Party("/CN=Sub", &sub), address);
    let run = web.check(&leaf, &[], &[&anchor], &[]).exits(1);
    let hint = said(&run, "PATH-001", "hint");
    assert!(hint.contains("http://pki.example.nhs.uk/sub.crt"), "{run}");
    // A CA that a shipped profile pins is known by its name, in the plain form too.
    let real = Party("/C=GB/O=nhs/OU=CA/CN=NHS INT Authentication G2", &other);
    let leaf = web.leaf("real", real, "");
    let run = web.check(&leaf, &[], &[&anchor], &[]).exits(1);
    let hint = said(&run, "PATH-001", "hint");
    for part in [
        "`NHS INT Authentication G2` of int g2",
        "download it from http",
        "SHA-256 fingerprint",
        "add it to --chain",
    ] {
        assert!(hint.contains(part), "{part}: {run}");
    }
    let real = Party("/O=nhs/OU=CA/CN=NHS PTL Root Authority", &other);
    let leaf = web.leaf("root-of-real", real, "");
    let run = web.check(&leaf, &[], &[&anchor], &[]).exits(1);
    assert!(
        said(&run, "PATH-001", "hint").contains("add it to --trust"),
        "{run}"
    );
}

#[test]
fn a_root_that_nobody_trusts_is_told_from_one_of_its_name() {
    let web = Web::new();
    let [root, other, ..] = keys();
    let own = Party("/CN=Root", &root);
    let namesake = Party("/CN=Root", &other);
    let (sent, trusted) = (
        web.ca("sent", own, own),
        web.ca("trusted", namesake, namesake),
    );
    let leaf = web.leaf("leaf", own, "");
    let run = web.check(&leaf, &[&sent], &[&trusted], &[]).exits(1);
    let reason = said(&run, "PATH-001", "reason");
    assert!(
        reason.contains("trusted.pem has that name, but with another key"),
        "{run}"
    );
}

#[test]
fn all_faults_of_a_chain_are_named_in_one_run() {
    let family = pki::sha1();
    let server_only = format!(
        "extendedKeyUsage=serverAuth\nsubjectAltName=DNS:{}\n",
        pki::NAME
    );
    let leaf = pki::Leaf::new("every-fault", pki::NAME)
        .key(&family.leaf.key)
        .digest("sha1")
        .dates(pki::FROM, "20210101000000Z")
        .extensions(&server_only);
    let leaf = family.sub.leaf(&leaf).certificate;
    let options = [
        "--sha1",
        "refuse",
        "--host",
        "b.nhs.uk",
        "--purpose",
        "both",
        "--at",
        "2025-01-01T00:00:00Z",
    ];
    let (sub, root) = (family.sub.certificate(), family.root.certificate());
    Web::new()
        .check(&leaf, &[&sub], &[&root], &options)
        .exits(1)
        .fails("PATH-003", pki::NAME, "certificate-expired")
        .fails("PATH-008", pki::NAME, "sha1-signature")
        .fails("PATH-010", pki::NAME, "wrong-name")
        .fails("PATH-012", pki::NAME, "client-auth-missing")
        .fails("CHAIN-007", pki::NAME, "certificate-expired")
        .fails("PEER-007", pki::NAME, "certificate-expired");
}
