//! `ptl check-chain` on PKCS#7 bundles and PKCS#12 stores, as they come back by mail or out of Windows.

use std::path::PathBuf;

use crate::{
    chain_files::utf8,
    pki::{self, openssl},
    support::{Bench, Run},
};

/// The root and sub CA of the family in a bundle, with a revocation list, in this encoding.
fn bundle(bench: &Bench, form: &str) -> PathBuf {
    let family = pki::sha256();
    let out = bench.path(&format!("cas-{form}.p7b"));
    let list = family
        .sub
        .list(&format!("bundle-{form}.crl"), pki::FROM, pki::UNTIL);
    let (root, sub) = (family.root.certificate(), family.sub.certificate());
    let mut arguments = vec!["crl2pkcs7", "-in", utf8(&list), "-certfile", utf8(&root)];
    arguments.extend([
        "-certfile",
        utf8(&sub),
        "-outform",
        form,
        "-out",
        utf8(&out),
    ]);
    openssl(&arguments);
    out
}

/// The family's leaf with its key and its sub CA in a store, made with these flags.
fn store(bench: &Bench, name: &str, flags: &[&str]) -> PathBuf {
    let family = pki::sha256();
    let out = bench.path(name);
    let (leaf, sub) = (&family.leaf, family.sub.certificate());
    let mut arguments = vec!["pkcs12", "-export", "-in", utf8(&leaf.certificate)];
    arguments.extend(["-inkey", utf8(&leaf.key), "-certfile", utf8(&sub)]);
    arguments.extend(["-out", utf8(&out)]);
    arguments.extend(flags);
    openssl(&arguments);
    out
}

const SECRET: &[&str] = &["-passout", "pass:a secret, with spaces"];

fn check(bench: &Bench, more: &[&str]) -> Run {
    let root = pki::sha256().root.certificate();
    let mut arguments = vec!["check-chain", "--format", "json", "--trust", utf8(&root)];
    arguments.extend(["--at", "2025-01-01T00:00:00Z"]);
    arguments.extend(more);
    bench.run(arguments)
}

#[test]
fn a_bundle_is_read_in_both_encodings_with_everything_in_it() {
    let bench = Bench::new();
    let leaf = &pki::sha256().leaf.certificate;
    for form in ["PEM", "DER"] {
        let bundle = bundle(&bench, form);
        let run = check(&bench, &["--cert", utf8(leaf), "--chain", utf8(&bundle)]);
        run.exits(0).finds("PATH-001", "", "pass");
        let lists = ["--crl", utf8(&bundle), "--revocation", "leaf"];
        let arguments = [
            &["--cert", utf8(leaf), "--chain", utf8(&bundle)][..],
            &lists,
        ];
        check(&bench, &arguments.concat())
            .exits(0)
            .finds("PATH-013", "", "pass");
    }
}

#[test]
fn a_damaged_or_empty_bundle_is_no_chain() {
    let bench = Bench::new();
    let whole = std::fs::read(bundle(&bench, "DER")).unwrap();
    let leaf = &pki::sha256().leaf.certificate;
    let half = bench.write("half.p7b", &whole[..whole.len() / 2]);
    let run = check(&bench, &["--cert", utf8(leaf), "--chain", utf8(&half)]);
    run.refuses("as a PKCS#7 bundle: ");
    let empty = bench.path("empty.p7b");
    openssl(&[
        "crl2pkcs7",
        "-nocrl",
        "-outform",
        "DER",
        "-out",
        utf8(&empty),
    ]);
    let run = check(&bench, &["--cert", utf8(leaf), "--chain", utf8(&empty)]);
    run.refuses("neither certificates nor lists");
}

#[test]
fn a_store_opens_with_its_passphrase_of_new_and_of_old_windows() {
    let bench = Bench::new();
    let secret = bench.write("secret", "a secret, with spaces\n");
    pki::restrict(&secret);
    let old = [SECRET, &["-legacy"]].concat();
    for (name, flags) in [("new.pfx", SECRET), ("old.pfx", &old)] {
        let store = store(&bench, name, flags);
        let store = utf8(&store);
        let given = ["--passphrase-file", utf8(&secret)];
        let files = ["--cert", store, "--key", store];
        let run = check(&bench, &[&files[..], &given].concat());
        run.complains_nothing_of_keys()
            .finds("PATH-001", "", "pass")
            .finds("CHAIN-005", "", "pass")
            .finds("KEY-001", "", "pass");
    }
}

#[test]
fn a_store_without_a_passphrase_or_with_another_says_what_to_do() {
    let bench = Bench::new();
    let store = store(&bench, "identity.pfx", SECRET);
    check(&bench, &["--cert", utf8(&store)])
        .refuses("is a PKCS#12 store (.p12, .pfx) under a passphrase")
        .complains("--passphrase-file");
    let wrong = bench.write("wrong", "another\n");
    pki::restrict(&wrong);
    let given = ["--passphrase-file", utf8(&wrong)];
    check(&bench, &[&["--cert", utf8(&store)][..], &given].concat())
        .refuses("the passphrase is not that of the PKCS#12 store");
    let whole = std::fs::read(&store).unwrap();
    let half = bench.write("half.pfx", &whole[..whole.len() - 40]);
    check(&bench, &[&["--cert", utf8(&half)][..], &given].concat()).exits(2);
    check(
        &bench,
        &[
            "--cert",
            utf8(&pki::sha256().leaf.certificate),
            "--chain",
            utf8(&half),
        ],
    )
    .exits(2);
}

#[test]
fn a_store_without_a_passphrase_is_open_to_everybody() {
    let bench = Bench::new();
    let store = store(&bench, "open.p12", &["-passout", "pass:"]);
    check(&bench, &["--cert", utf8(&store)])
        .exits(0)
        .finds("CHAIN-005", "", "pass");
}

#[test]
fn an_encrypted_key_is_compared_where_its_passphrase_is_given() {
    let bench = Bench::new();
    let leaf = &pki::sha256().leaf;
    let locked = bench.path("locked.key");
    pki::lock(&leaf.key, &locked);
    let sub = pki::sha256().sub.certificate();
    let files = [
        "--cert",
        utf8(&leaf.certificate),
        "--chain",
        utf8(&sub),
        "--key",
        utf8(&locked),
    ];
    check(&bench, &files).finds("KEY-001", "", "undetermined");
    let secret = bench.write("secret", "secret\n");
    pki::restrict(&secret);
    let given = ["--passphrase-file", utf8(&secret)];
    check(&bench, &[&files[..], &given].concat())
        .exits(0)
        .finds("KEY-001", "", "pass");
    bench
        .run(["check-chain", "--passphrase-file", utf8(&secret)])
        .refuses("a passphrase is for the files of --cert");
}

#[test]
fn a_folder_of_cas_is_trusted_as_its_files_are_each_once() {
    let bench = Bench::new();
    let family = pki::sha256();
    let strangers = pki::sha1();
    for (name, ca) in [("a.pem", &family.root), ("b.crt", &strangers.root)] {
        bench.write(
            &format!("cas/{name}"),
            std::fs::read(ca.certificate()).unwrap(),
        );
    }
    bench.write("cas/README", "the CAs of INT");
    // The names by which OpenSSL finds them.
    openssl(&["rehash", utf8(&bench.path("cas"))]);
    let leaf = utf8(&family.leaf.certificate).to_owned();
    let sub = family.sub.certificate();
    let files = [
        "check-chain",
        "--format",
        "json",
        "--cert",
        &leaf,
        "--chain",
        utf8(&sub),
    ];
    let when = ["--at", "2025-01-01T00:00:00Z"];
    bench
        .run([&files[..], &when, &["--trust", "cas"]].concat())
        .exits(0)
        .finds("PATH-001", "", "pass");
    bench.write("empty/README", "");
    bench
        .run([&files[..], &when, &["--trust", "empty"]].concat())
        .refuses("none of the 1 files in `empty` is a certificate");
    let cert = ["check-chain", "--cert", "cas", "--trust", "cas"];
    bench.run(cert).refuses("is a folder, not a file");
}

impl Run {
    /// Asserts that nothing of a key or a passphrase got into what was printed.
    #[track_caller]
    fn complains_nothing_of_keys(self) -> Self {
        for text in [&self.stdout, &self.stderr] {
            assert!(!text.contains("a secret, with spaces") && !text.contains("PRIVATE KEY-----"));
        }
        self
    }
}
