//! `ptl bundle`: what is not written, and why; passphrases; kills.

use std::{
    fs,
    process::Stdio,
    time::{Duration, Instant},
};

use crate::{
    bundle::{AT, SECRET, bench, bench_with_install, bundle, lists, manifest, plain},
    chain_files::{leaf, utf8},
    pki::{self, openssl},
    schemas::is_a_sound_report,
    support::{Bench, Run},
    terminal::Session,
};

/// Asserts that nothing was written, not even under a hidden name.
#[track_caller]
fn nothing_new(bench: &Bench) {
    let files = bench.files();
    let made = files
        .iter()
        .filter(|file| file.contains("new") || file.contains("bundle-"));
    assert_eq!(made.count(), 0, "{files:?}");
}

/// Asserts that a set is refused by this check, as check-chain refuses it.
#[track_caller]
fn refused(bench: &Bench, run: Run, id: &str, cause: &str) {
    is_a_sound_report(&run.json());
    let found = run.findings(id);
    let fits = found.iter().any(|finding| finding["cause"] == cause);
    assert!(fits, "{id} {cause}: {run}");
    run.exits(1).complains("nothing was written");
    nothing_new(bench);
}

#[test]
fn a_set_that_check_chain_refuses_is_not_written() {
    let json = ["--format", "json"];
    let bench = bench();
    let expired = leaf("bundle-expired", |leaf| {
        leaf.dates("20200101000000Z", "20210101000000Z")
            .key(&pki::sha256().leaf.key)
    });
    let expired = ["--cert", utf8(&expired)];
    let swapped = |from: &str, to: &[&str]| {
        let family = pki::sha256();
        let (root, sub) = (family.root.certificate(), family.sub.certificate());
        let mut parts = vec![
            ("--cert", vec![utf8(&family.leaf.certificate)]),
            ("--key", vec![utf8(&family.leaf.key)]),
            ("--chain", vec![utf8(&sub)]),
            ("--trust", vec![utf8(&root), utf8(&sub)]),
            ("--crl", lists().iter().map(|list| utf8(list)).collect()),
        ];
        for part in &mut parts {
            if part.0 == from {
                part.1 = to.to_vec();
            }
        }
        let mut order = vec!["bundle", "--for", "nginx", "--at", AT, "--out", "new"];
        for (flag, values) in parts.iter().filter(|(_, values)| !values.is_empty()) {
            order.push(flag);
            order.extend(values);
        }
        bench.run([&order[..], &json].concat())
    };
    refused(
        &bench,
        swapped("--cert", &expired[1..]),
        "CHAIN-007",
        "certificate-expired",
    );
    let sub = pki::sha256().sub.certificate();
    refused(
        &bench,
        swapped("--trust", &[utf8(&sub)]),
        "PATH-001",
        "issuer-missing",
    );
    let root = pki::sha256().root.certificate();
    let family = pki::sha256();
    let bare = [
        "bundle", "--for", "nginx", "--at", AT, "--out", "new", "--cert",
    ];
    let bare = [
        &bare[..],
        &[
            utf8(&family.leaf.certificate),
            "--key",
            utf8(&family.leaf.key),
            "--trust",
            utf8(&root),
        ],
        &json,
    ]
    .concat();
    refused(&bench, bench.run(bare), "PATH-001", "issuer-missing");
    pki::restrict(&pki::sha1().leaf.key);
    let other = pki::sha1().leaf.key.clone();
    refused(
        &bench,
        swapped("--key", &[utf8(&other)]),
        "KEY-001",
        "key-does-not-fit",
    );
}

#[test]
fn a_missing_generation_is_refused_unless_told_and_then_said() {
    let bench = bench_with_install();
    let text = bench.read("ptl.toml");
    let sub = pki::sha256().sub.certificate();
    let chain = format!("chain = \"{}\"\n", utf8(&sub));
    let trust = format!(", \"{}\"]", utf8(&sub));
    // A root is trusted, and its sub CA is nowhere.
    bench.write("ptl.toml", text.replace(&chain, "").replace(&trust, "]"));
    let json = ["--format", "json"];
    let run = bundle(&bench, "nginx", &json);
    refused(&bench, run, "TRUST-002", "generation-missing");
    let run = bundle(&bench, "nginx", &["--allow-incomplete"]).exits(0);
    assert!(run.answer().contains("INCOMPLETE"), "{run}");
    run.says("TRUST-002, int g2 (accept)");
    let manifest = manifest(&bench, "bundle-nginx-int");
    assert_eq!(manifest["complete"], false);
    let missing = &manifest["generations"][0]["missing"];
    assert_eq!(*missing, serde_json::json!(["Test Sub sha256"]));
}

#[test]
fn what_nothing_makes_up_for_is_refused_whatever_is_told() {
    let bench = bench_with_install();
    let whole = bench.read("ptl.toml");
    let other = &pki::sha1().leaf.key;
    pki::restrict(other);
    let own = utf8(&pki::sha256().leaf.key).to_owned();
    bench.write("ptl.toml", whole.replace(&own, utf8(other)));
    for more in [&["--allow-incomplete"][..], &["--skip", "KEY-*"]] {
        bundle(&bench, "nginx", more)
            .exits(1)
            .says_nothing()
            .complains("the key is not that of");
    }
    let cert = format!(
        "certificate = \"{}\"\n",
        utf8(&pki::sha256().leaf.certificate)
    );
    bench.write("ptl.toml", whole.replace(&cert, ""));
    bundle(&bench, "nginx", &["--allow-incomplete"])
        .exits(1)
        .complains("there is no certificate");
    bundle(&bench, "nginx", &[]).exits(3);
    let key = format!("key = \"{own}\"");
    bench.write("ptl.toml", whole.replace(&key, ""));
    bundle(&bench, "nginx", &[]).refuses("names no `key`");
    nothing_new(&bench);
}

#[test]
fn wrong_input_is_refused_with_what_to_do() {
    let bench = bench();
    let leaf = &pki::sha256().leaf.certificate;
    plain(&bench, "nginx", &["--trust", utf8(leaf)]).refuses("is no CA");
    plain(&bench, "nginx", &["--chain", "gone.pem"]).refuses("could not read `gone.pem`");
    plain(&bench, "nginx", &["--legacy-pfx"]).refuses("--legacy-pfx is for Windows");
    plain(&bench, "java", &["--plain-key"]).refuses("--plain-key is for keys as PEM");
    plain(&bench, "java", &[]).refuses("needs a passphrase");
    bench
        .run(["bundle", "--for", "nginx", "--cert", utf8(leaf)])
        .exits(2);
    bench.run(["bundle", "--for", "lighttpd"]).exits(2);
    bench.run(["bundle"]).exits(2);
    nothing_new(&bench);
    bench.run(["bundle", "--for", "nginx"]).refuses("ptl.toml");
}

#[test]
fn nothing_that_is_there_is_overwritten() {
    let bench = bench();
    bench.write("new/mine", "mine");
    plain(&bench, "nginx", &[]).refuses("`new` is already there");
    assert_eq!(bench.files(), ["new/mine", "secret"]);
    fs::remove_file(bench.path("new/mine")).unwrap();
    plain(&bench, "nginx", &[]).exits(0);
    let before = bench.files();
    plain(&bench, "apache", &[]).refuses("`new` is already there");
    assert_eq!(bench.files(), before);
    plain(&bench, "nginx", &["--out", "gone/new"]).exits(2);
}

#[test]
fn a_keys_passphrase_goes_along_unless_another_or_none_is_told() {
    let bench = bench();
    let locked = bench.path("locked.key");
    openssl(&[
        "pkey",
        "-aes256",
        "-passout",
        &format!("pass:{SECRET}"),
        "-in",
        utf8(&pki::sha256().leaf.key),
        "-out",
        utf8(&locked),
    ]);
    pki::restrict(&locked);
    let another = bench.write("another", "another one\n");
    pki::restrict(&another);
    let locked = utf8(&locked).to_owned();
    let from = |server: &str, out: &str, more: &[&str]| {
        let own = ["--key", &locked, "--out", out];
        let family = pki::sha256();
        let (root, sub) = (family.root.certificate(), family.sub.certificate());
        let files = [
            "--cert",
            utf8(&family.leaf.certificate),
            "--chain",
            utf8(&sub),
            "--trust",
            utf8(&root),
            utf8(&sub),
            "--no-lists",
        ];
        bench.run(
            [
                &["bundle", "--for", server, "--at", AT][..],
                &files,
                &own,
                more,
            ]
            .concat(),
        )
    };
    from("nginx", "a", &[]).refuses("is encrypted");
    let given = ["--passphrase-file", "secret"];
    let new = [
        "--passphrase-file",
        "secret",
        "--new-passphrase-file",
        "another",
    ];
    from("nginx", "a", &given)
        .exits(0)
        .says("ssl_password_file");
    from("nginx", "b", &new).exits(0);
    let plain = ["--passphrase-file", "secret", "--plain-key"];
    from("nginx", "c", &plain)
        .exits(0)
        .says("without a passphrase");
    for (file, secret) in [
        ("a", SECRET),
        ("b", "another one"),
        ("c", "none is asked for"),
    ] {
        let key = bench.path(&format!("{file}/private.key"));
        let secret = format!("pass:{secret}");
        openssl(&["pkey", "-noout", "-in", utf8(&key), "-passin", &secret]);
    }
    from("haproxy", "d", &given).refuses("HAProxy cannot be given");
    from("haproxy", "d", &plain).exits(0);
    from("java", "e", &given).exits(0);
    from("java", "f", &new).exits(0);
    for (file, secret) in [("e", SECRET), ("f", "another one")] {
        let store = bench.path(&format!("{file}/identity.p12"));
        let secret = format!("pass:{secret}");
        openssl(&["pkcs12", "-noout", "-in", utf8(&store), "-passin", &secret]);
    }
    from(
        "nginx",
        "g",
        &["--passphrase-fd", "0", "--new-passphrase-fd", "0"],
    )
    .refuses("one file descriptor");
}

#[test]
fn a_passphrase_that_readers_would_take_otherwise_or_that_protects_nothing_is_refused() {
    let bench = bench();
    for (secret, said) in [
        ("kurz", "protect nothing"),
        ("gr\u{fc}\u{df}e aus Leeds", "beyond ASCII"),
    ] {
        let file = bench.write("bad", format!("{secret}\n"));
        pki::restrict(&file);
        plain(&bench, "tomcat", &["--new-passphrase-file", "bad"]).refuses(said);
    }
    nothing_new(&bench);
}

#[test]
fn a_person_at_a_terminal_is_asked_twice_for_a_stores_passphrase() {
    let bench = bench_with_install();
    let profile = bench.path("here.toml");
    bundle(&bench, "nginx", &["--out", "first"]).exits(0);
    let order = [
        "bundle",
        "--for",
        "java",
        "--env",
        utf8(&profile),
        "--at",
        AT,
        "--no-lists",
    ];
    let mut session = Session::start(bench.command(order));
    for prompt in ["Passphrase for what is written", "Once more"] {
        session.expect(prompt).types_unseen(&format!("{SECRET}\r"));
    }
    let (code, said) = session.ends();
    assert_eq!(code, Some(0), "{said}");
    assert!(!said.contains(SECRET), "{said}");
    let store = bench.path("bundle-java-int/identity.p12");
    let secret = format!("pass:{SECRET}");
    openssl(&["pkcs12", "-noout", "-in", utf8(&store), "-passin", &secret]);
}

#[test]
fn a_kill_at_any_moment_leaves_no_half_folder_and_the_next_run_clears_up() {
    let bench = bench();
    let family = pki::sha256();
    let (root, sub) = (family.root.certificate(), family.sub.certificate());
    let mut order = vec!["bundle", "--for", "nginx", "--at", AT, "--out", "new"];
    order.extend([
        "--cert",
        utf8(&family.leaf.certificate),
        "--key",
        utf8(&family.leaf.key),
    ]);
    order.extend(["--chain", utf8(&sub), "--trust", utf8(&root)]);
    let lists = lists();
    order.extend(["--crl", utf8(&lists[0]), utf8(&lists[1])]);
    let start = || {
        let mut command = bench.command(&order);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command.spawn().unwrap()
    };
    let begun = Instant::now();
    assert!(start().wait().unwrap().success());
    let length = begun.elapsed();
    let whole = bench.files();
    fs::remove_dir_all(bench.path("new")).unwrap();
    let mut counts = [0; 3];
    for trial in 0..60_u32 {
        let mut run = start();
        match trial % 2 {
            0 => std::thread::sleep(length * 5 / 4 * trial / 60),
            // As soon as the writing has begun.
            _ => {
                while !bench.path(".new.new").exists() && run.try_wait().unwrap().is_none() {
                    std::thread::sleep(Duration::from_micros(50));
                }
            }
        }
        run.kill().unwrap();
        run.wait().unwrap();
        if bench.path("new").exists() {
            assert_eq!(bench.files(), whole);
            fs::remove_dir_all(bench.path("new")).unwrap();
            counts[2] += 1;
        } else {
            counts[usize::from(bench.path(".new.new").exists())] += 1;
        }
    }
    assert!(
        counts[0] + counts[1] > 0,
        "no kill came before the end: {counts:?}"
    );
    bench.run(&order).exits(0);
    assert_eq!(bench.files(), whole);
}
