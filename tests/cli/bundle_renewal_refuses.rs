//! `ptl bundle --lists-only`: what is no bundle to renew, and lists by which a server would know less.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{
    bundle::{AT, SECRET, bench, manifest},
    bundle_renewal::{LATER, arl, changed, renew, state},
    chain_files::utf8,
    parted::{given, parted, partition},
    pki::{self, FROM, UNTIL, openssl},
};

#[test]
fn what_is_no_such_bundle_is_refused() {
    let bench = bench();
    let (roots, first) = (arl("r3.crl", FROM), partition("q1.crl", 1, (FROM, UNTIL)));
    let lists: [&Path; 2] = [&roots, &first];
    renew(&bench, "nginx", &lists, &[]).refuses("is no bundle of ptl's");
    bench.write("new/manifest.json", "{\"schema\": 1, \"kind\": \"report\"}");
    renew(&bench, "nginx", &lists, &[]).refuses("no manifest that this ptl reads");
    fs::remove_dir_all(bench.path("new")).unwrap();
    given(&bench, "nginx", &[], &["--no-lists"]).exits(0);
    renew(&bench, "nginx", &lists, &[]).refuses("was made without lists");
    fs::remove_dir_all(bench.path("new")).unwrap();
    given(&bench, "nginx", &lists, &[]).exits(0);
    let before = state(&bench);
    renew(&bench, "apache", &lists, &[]).refuses("is a bundle for nginx");
    let whole = fs::read_to_string(bench.path("new/manifest.json")).unwrap();
    for (from, to, said) in [
        ("\"schema\": 1", "\"schema\": 2", "schema 2"),
        ("\"kind\": \"bundle\"", "\"kind\": \"bungle\"", "bungle"),
    ] {
        fs::write(bench.path("new/manifest.json"), whole.replace(from, to)).unwrap();
        renew(&bench, "nginx", &lists, &[]).refuses(said);
    }
    fs::write(bench.path("new/manifest.json"), whole).unwrap();
    let root = parted().root.certificate();
    let order = [
        "bundle",
        "--for",
        "nginx",
        "--lists-only",
        "--out",
        "new",
        "--at",
        AT,
    ];
    let run = bench.run([&order[..], &["--trust", utf8(&root), "--crl", utf8(&roots)]].concat());
    run.refuses("the bundle trusts `CN=Parted Sub");
    for more in [
        &["--no-lists"][..],
        &["--plain-key"],
        &["--passphrase-file", "secret"],
    ] {
        renew(&bench, "nginx", &[], more).exits(2);
    }
    bench
        .run([
            "bundle",
            "--for",
            "nginx",
            "--lists-only",
            "--trust",
            utf8(&root),
        ])
        .refuses("--out DIR");
    assert!(changed(&before, &bench).is_empty());
}

#[test]
fn a_server_never_knows_less_than_before() {
    let bench = bench();
    let roots = arl("r4.crl", FROM);
    // Of the same day, and of a lower number.
    let lower = partition("s-lower.crl", 1, (LATER, UNTIL));
    let [first, second] = [1, 2].map(|n| partition(&format!("s{n}.crl"), n, (LATER, UNTIL)));
    given(&bench, "nginx", &[&roots, &first, &second], &[]).exits(0);
    let before = state(&bench);
    let older = partition("s-older.crl", 1, (FROM, UNTIL));
    let ended = partition("s-ended.crl", 1, (LATER, "20240101000000Z"));
    for list in [&older, &lower] {
        renew(&bench, "nginx", &[&roots, list, &second], &[])
            .exits(1)
            .complains("an older one would let in who was revoked since");
    }
    renew(&bench, "nginx", &[&roots, &first], &[])
        .exits(1)
        .complains("is in the bundle and not at hand");
    renew(&bench, "nginx", &[&roots, &ended, &second], &[])
        .exits(1)
        .says("crl-expired")
        .complains("the lists of the bundle are as they were");
    // Nor where a set that is not whole may be written.
    let may = ["--allow-incomplete"];
    renew(&bench, "nginx", &[&roots, &ended, &second], &may)
        .exits(1)
        .complains("is in the bundle and not at hand");
    renew(&bench, "nginx", &[], &may)
        .exits(1)
        .complains("no list is at hand");
    assert!(changed(&before, &bench).is_empty());
}

#[test]
fn a_sub_ca_that_java_holds_and_that_is_revoked_is_no_matter_of_lists() {
    let bench = bench();
    let root = pki::Authority::root("Revoking Root", "sha256");
    let sub = root.sub("Revoked Sub");
    let leaf = &pki::sha256().leaf;
    let lists = |from: &str| {
        let list = |ca: &pki::Authority| ca.list(&format!("{from}.crl"), from, UNTIL);
        [list(&root), list(&sub)]
    };
    let run = |server: &str, lists: &[PathBuf; 2], more: &[&str]| {
        let (root, sub) = (root.certificate(), sub.certificate());
        let mut order = vec!["bundle", "--for", server, "--at", AT];
        order.extend([
            "--trust",
            utf8(&root),
            utf8(&sub),
            "--crl",
            utf8(&lists[0]),
            utf8(&lists[1]),
        ]);
        bench.run([&order[..], more].concat())
    };
    let whole = |out: &'static str| {
        let files = [
            "--cert",
            utf8(&leaf.certificate),
            "--key",
            utf8(&leaf.key),
            "--out",
            out,
        ];
        // The leaf is another family's: this is about whom the server trusts.
        [
            &files[..],
            &["--allow-incomplete", "--new-passphrase-file", "secret"],
        ]
        .concat()
    };
    let before = lists(FROM);
    run("java", &before, &whole("new")).exits(0);
    run("nginx", &before, &whole("pem")).exits(0);
    root.revoke(&sub.certificate());
    let after = lists(LATER);
    run("java", &after, &["--lists-only", "--out", "new"])
        .exits(1)
        .complains("the truststore holds it");
    run("nginx", &after, &["--lists-only", "--out", "pem"])
        .exits(0)
        .says("`Revoked Sub` is revoked: everybody below it is refused");
    run("java", &after, &whole("again"))
        .exits(0)
        .says("is left out of the truststore");
    let store = bench.path("again/truststore.p12");
    let secret = format!("pass:{SECRET}");
    let held = openssl(&["pkcs12", "-nokeys", "-in", utf8(&store), "-passin", &secret]);
    assert!(
        held.contains("Revoking Root")
            && !held.contains("subject=O = nhs, OU = CA, CN = Revoked Sub"),
        "{held}"
    );
    assert_eq!(
        manifest(&bench, "again")["trust"].as_array().unwrap().len(),
        1
    );
    // Its lists go with it, and the next renewal does not miss them.
    run("java", &after, &["--lists-only", "--out", "again"]).exits(0);
}

#[test]
fn a_manifest_that_calls_the_key_a_list_costs_no_key() {
    let bench = bench();
    let roots = arl("k4.crl", FROM);
    let lists =
        |from: &str| [1, 2].map(|n| partition(&format!("k{n}-{from}.crl"), n, (from, UNTIL)));
    let ([first, second], [third, fourth]) = (lists(FROM), lists(LATER));
    given(&bench, "nginx", &[&roots, &first, &second], &[]).exits(0);
    let path = bench.path("new/manifest.json");
    let mut document: serde_json::Value =
        serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    for file in document["files"].as_array_mut().unwrap() {
        file["role"] = "lists".into();
    }
    fs::write(&path, document.to_string()).unwrap();
    let before = bench.files();
    renew(&bench, "nginx", &[&roots, &third, &fourth], &[]).exits(0);
    let gone = before.iter().filter(|file| !bench.files().contains(file));
    assert_eq!(gone.collect::<Vec<_>>(), Vec::<&String>::new());
}
