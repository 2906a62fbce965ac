//! `ptl csr --list`: a pair for each name, whole or named as failed.

use std::collections::HashSet;

use crate::{
    chain_files::utf8,
    pki::openssl,
    schemas::conforms,
    support::{Bench, Run},
};

fn made(bench: &Bench, more: &[&str]) -> Run {
    let arguments = [&["csr", "--list", "names.txt", "--out", "pairs"][..], more].concat();
    std::fs::create_dir_all(bench.path("pairs")).unwrap();
    bench.run(arguments)
}

#[test]
fn each_name_of_the_list_gets_a_pair_that_openssl_takes() {
    let bench = Bench::new();
    let names = [
        "one.thirdparty.nhs.uk",
        "two.thirdparty.nhs.uk",
        "three.thirdparty.nhs.uk",
    ];
    let list = format!(
        "# INT\r\n{}\r\n\r\n  {}\n{}",
        names[0],
        names[1].to_uppercase(),
        names[2]
    );
    bench.write("names.txt", list);
    let run = made(&bench, &["--format", "json"]).exits(0);
    let document = run.json();
    conforms("csr-list", &document);
    let mut keys = HashSet::new();
    for (name, pair) in names.iter().zip(document["pairs"].as_array().unwrap()) {
        assert_eq!(pair["fqdn"], *name);
        let (key, csr) = (
            bench.path(&format!("pairs/{name}.key")),
            bench.path(&format!("pairs/{name}.csr")),
        );
        let said = openssl(&["req", "-in", utf8(&csr), "-noout", "-verify", "-subject"]);
        assert!(said.contains(&format!("CN = {name}")), "{said}");
        let own = openssl(&["pkey", "-in", utf8(&key), "-pubout"]);
        assert_eq!(
            own,
            openssl(&["req", "-in", utf8(&csr), "-noout", "-pubkey"])
        );
        assert!(keys.insert(own), "each has a key of its own");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(&key).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }
    assert!(!run.stdout.contains("PRIVATE KEY"));
    assert_eq!(bench.files().len(), 7);
}

#[test]
fn a_pair_that_is_there_is_left_alone_and_the_others_are_made() {
    let bench = Bench::new();
    bench.write(
        "names.txt",
        "one.thirdparty.nhs.uk\ntwo.thirdparty.nhs.uk\n",
    );
    let kept = bench.write("pairs/one.thirdparty.nhs.uk.key", "mine");
    let run = made(&bench, &[]).exits(2);
    let answer = run.answer().to_owned();
    assert!(
        answer.starts_with("1 of 2 keys and requests made in `pairs`, 1 not"),
        "{answer}"
    );
    let run = run.says("NOT MADE");
    assert!(run.stdout.contains("two.thirdparty.nhs.uk.csr"), "{run}");
    assert_eq!(std::fs::read_to_string(kept).unwrap(), "mine");
    assert!(!bench.path("pairs/one.thirdparty.nhs.uk.csr").exists());
    made(&bench, &[]).exits(2).says("0 of 2");
}

#[test]
fn what_is_wrong_with_a_list_is_said_at_once_and_nothing_is_made() {
    let bench = Bench::new();
    bench.write(
        "names.txt",
        "one.thirdparty.nhs.uk\nexample.com\n*.nhs.uk\nONE.thirdparty.nhs.uk\n",
    );
    made(&bench, &[])
        .refuses("nothing was made")
        .complains("2: `example.com`")
        .complains("3: `*.nhs.uk`")
        .complains("4: `one.thirdparty.nhs.uk` stands on line 1 already");
    assert_eq!(bench.files(), ["names.txt"]);
    bench.write("names.txt", "\n# nobody\n");
    made(&bench, &[]).refuses("holds no name");
    bench.write("names.txt", "a.thirdparty.nhs.uk\n");
    bench
        .run(["csr", "--list", "names.txt", "--out", "missing"])
        .refuses("could not open the folder `missing`");
    bench
        .run(["csr", "--list", "missing.txt"])
        .refuses("could not read `missing.txt`");
    bench
        .run(["csr", "--list", "names.txt", "--fqdn", "a.nhs.uk"])
        .exits(2);
}

#[test]
fn one_passphrase_is_for_every_key() {
    let bench = Bench::new();
    bench.write(
        "names.txt",
        "one.thirdparty.nhs.uk\ntwo.thirdparty.nhs.uk\n",
    );
    std::fs::create_dir_all(bench.path("pairs")).unwrap();
    let arguments = [
        "csr",
        "--list",
        "names.txt",
        "--out",
        "pairs",
        "--passphrase-fd",
        "0",
    ];
    bench.run_with_input(arguments, b"correct horse\n").exits(0);
    for name in ["one", "two"] {
        let key = bench.path(&format!("pairs/{name}.thirdparty.nhs.uk.key"));
        let text = std::fs::read_to_string(&key).unwrap();
        assert!(text.starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----"));
        openssl(&[
            "pkey",
            "-in",
            utf8(&key),
            "-passin",
            "pass:correct horse",
            "-noout",
        ]);
    }
}
