//! Java's keystores: what Java 9 and later write is read; for the older form, the commands that ptl prints
//! convert it to something that is.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};

use crate::{
    pki::{self, NAME, openssl},
    support::{Bench, Run},
};

fn utf8(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Runs a command line of `keytool` in the bench's folder.
#[track_caller]
fn keytool(bench: &Bench, line: &str) {
    let output = Command::new("sh")
        .args(["-c", line])
        .current_dir(bench.folder())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{line}\n{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// The leaf with its key and sub CA in a store of this form, under `changeit`.
fn identity(bench: &Bench, form: &str) -> String {
    let family = pki::sha256();
    let (leaf, sub) = (&family.leaf, family.sub.certificate());
    openssl(&[
        "pkcs12",
        "-export",
        "-name",
        "leaf",
        "-passout",
        "pass:changeit",
        "-in",
        utf8(&leaf.certificate),
        "-inkey",
        utf8(&leaf.key),
        "-certfile",
        utf8(&sub),
        "-out",
        utf8(&bench.path("from.p12")),
    ]);
    keytool(
        bench,
        &format!(
            "keytool -importkeystore -noprompt -srckeystore from.p12 -srcstorepass changeit \
         -destkeystore identity.{form} -deststoretype {form} -deststorepass changeit"
        ),
    );
    format!("identity.{form}")
}

/// The root alone in a trust store of this form.
fn trust(bench: &Bench, form: &str) -> String {
    let root = pki::sha256().root.certificate();
    keytool(
        bench,
        &format!(
            "keytool -importcert -noprompt -alias root -file {} -keystore trust.{form} \
         -storetype {form} -storepass changeit",
            utf8(&root)
        ),
    );
    format!("trust.{form}")
}

fn check(bench: &Bench, identity: &str, trust: &str) -> Run {
    bench.write("secret", "changeit\n");
    pki::restrict(&bench.path("secret"));
    let files = ["--cert", identity, "--key", identity, "--trust", trust];
    let more = [
        "--passphrase-file",
        "secret",
        "--at",
        "2025-01-01T00:00:00Z",
        "--format",
        "json",
    ];
    bench.run([&["check-chain"][..], &files, &more].concat())
}

#[test]
fn what_keytool_writes_today_is_read_as_it_is() {
    let bench = Bench::new();
    let (identity, trust) = (identity(&bench, "PKCS12"), trust(&bench, "PKCS12"));
    pki::restrict(&bench.path(&identity));
    check(&bench, &identity, &trust)
        .exits(0)
        .finds("PATH-001", NAME, "pass")
        .finds("KEY-001", NAME, "pass");
}

#[test]
fn the_commands_that_are_printed_for_older_forms_make_something_that_is_read() {
    for form in ["JKS", "JCEKS"] {
        let bench = Bench::new();
        let (identity, trust) = (identity(&bench, form), trust(&bench, form));
        let mut read = Vec::new();
        for file in [identity, trust] {
            let run = check(&bench, &file, &file).exits(2);
            let printed = run
                .stderr
                .split('`')
                .find(|part| part.starts_with("keytool"));
            let printed = printed.unwrap_or_else(|| panic!("{run}")).to_owned();
            // keytool would ask for these.
            keytool(
                &bench,
                &format!("{printed} -srcstorepass changeit -deststorepass changeit"),
            );
            let converted = format!("{file}.p12");
            fs::rename(bench.path("store.p12"), bench.path(&converted)).unwrap();
            pki::restrict(&bench.path(&converted));
            read.push(converted);
        }
        check(&bench, &read[0], &read[1])
            .exits(0)
            .finds("PATH-001", NAME, "pass")
            .finds("KEY-001", NAME, "pass");
    }
}
