//! `ptl bundle --lists-only`: the lists of a bundle are renewed, and nothing else of it.

use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use crate::{
    bundle::{AT, bench, bench_with_install, manifest},
    chain_files::utf8,
    chain_install::here,
    parted::{given, parted, partition, scoped},
    pki::{self, FROM, UNTIL, openssl},
    support::{Bench, Run},
};

/// A time after the first, when lists are made anew.
pub(crate) const LATER: &str = "20200601000000Z";

/// The root's list, made at this time.
pub(crate) fn arl(file: &str, from: &str) -> PathBuf {
    scoped(&parted().root, file, "onlyCA=TRUE", (from, UNTIL))
}

/// Renews the lists of `new` on the parted family.
pub(crate) fn renew(bench: &Bench, server: &str, lists: &[&Path], more: &[&str]) -> Run {
    let (root, sub) = (parted().root.certificate(), parted().sub.certificate());
    let mut order = vec!["bundle", "--for", server, "--lists-only", "--at", AT];
    order.extend(["--out", "new", "--trust", utf8(&root), utf8(&sub)]);
    for list in lists {
        order.extend(["--crl", utf8(list)]);
    }
    bench.run([&order[..], more].concat())
}

/// Every file of `new`: its content and its inode.
pub(crate) fn state(bench: &Bench) -> BTreeMap<String, (Vec<u8>, u64)> {
    let files = bench.files().into_iter();
    let files = files.filter(|file| file.starts_with("new/") && !file.ends_with(".lock"));
    let read = |file: String| {
        let path = bench.path(&file);
        let inode = fs::metadata(&path).unwrap().ino();
        (file, (fs::read(path).unwrap(), inode))
    };
    files.map(read).collect()
}

/// The files that differ.
pub(crate) fn changed(before: &BTreeMap<String, (Vec<u8>, u64)>, bench: &Bench) -> Vec<String> {
    let after = state(bench);
    let names = before.keys().chain(after.keys());
    let mut names: Vec<_> = names
        .filter(|name| before.get(*name) != after.get(*name))
        .collect();
    names.sort();
    names.dedup();
    names
        .into_iter()
        .map(|name| name.replace("new/", ""))
        .collect()
}

#[test]
fn new_lists_take_the_place_of_old_ones_and_nothing_else_changes() {
    let bench = bench();
    let (roots, old) = (arl("r1.crl", FROM), partition("o1.crl", 1, (FROM, UNTIL)));
    for (server, files) in [
        ("nginx", &["lists.pem", "manifest.json"][..]),
        ("iis", &["list-parted-sub.crl", "manifest.json"]),
    ] {
        let store = ["--new-passphrase-file", "secret"];
        given(&bench, server, &[&roots, &old], &store).exits(0);
        let file = bench.path("new").join(files[0]);
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        let before = state(&bench);
        let renewed = partition("n1.crl", 1, (LATER, UNTIL));
        let run = renew(&bench, server, &[&roots, &renewed], &[])
            .exits(0)
            .complains_not();
        assert_eq!(changed(&before, &bench), files);
        let mode = fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o640, "whoever could read it still can");
        let made = manifest(&bench, "new");
        let reload = made["lists"]["reload"].as_str().unwrap();
        assert!(
            run.answer().contains("renewed") && run.answer().ends_with(reload),
            "{run}"
        );
        assert_eq!(
            made["lists"]["each"][1]["this-update"],
            "2020-06-01T00:00:00Z"
        );
        let listed = made["files"].as_array().unwrap();
        let entry = listed.iter().find(|one| one["file"] == files[0]).unwrap();
        let digest = openssl(&["dgst", "-sha256", "-r", utf8(&file)]);
        assert!(digest.starts_with(entry["sha256"].as_str().unwrap()));
        // Once more: there is nothing to do, and nothing is written.
        let before = state(&bench);
        let run = renew(&bench, server, &[&roots, &renewed], &[]).exits(0);
        assert!(run.answer().ends_with("nothing was changed"), "{run}");
        assert!(changed(&before, &bench).is_empty());
        let json = renew(&bench, server, &[&roots, &renewed], &["--format", "json"]);
        assert_eq!(json.exits(0).json(), manifest(&bench, "new"));
        fs::remove_dir_all(bench.path("new")).unwrap();
    }
}

#[test]
fn partitions_come_and_a_folder_of_hashes_stays_without_gaps() {
    let bench = bench();
    let roots = arl("r2.crl", FROM);
    let [first, second] = [1, 2].map(|n| partition(&format!("p{n}.crl"), n, (FROM, UNTIL)));
    given(&bench, "openssl-dir", &[&roots, &second], &[]).exits(0);
    renew(&bench, "openssl-dir", &[&roots, &first, &second], &[]).exits(0);
    let made = manifest(&bench, "new");
    let each = made["lists"]["each"].as_array().unwrap();
    let files: Vec<_> = each
        .iter()
        .map(|list| list["file"].as_str().unwrap())
        .collect();
    assert!(
        files[1].ends_with(".r0") && files[2].ends_with(".r1"),
        "{files:?}"
    );
    for (file, list) in files.iter().zip([&roots, &first, &second]) {
        let there = bench.read(&format!("new/{file}"));
        assert_eq!(there, fs::read_to_string(list).unwrap());
        let mode = fs::metadata(bench.path("new").join(file))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    // One that has ended and is no longer at hand goes, and the numbers close up.
    let short = partition("p1-short.crl", 1, (LATER, "20250301000000Z"));
    renew(&bench, "openssl-dir", &[&roots, &short, &second], &[]).exits(0);
    let late = ["--at", "2025-06-01T00:00:00Z"];
    let (root, sub) = (parted().root.certificate(), parted().sub.certificate());
    let order = [
        "bundle",
        "--for",
        "openssl-dir",
        "--lists-only",
        "--out",
        "new",
    ];
    let lists = [
        "--crl",
        utf8(&roots),
        utf8(&second),
        "--trust",
        utf8(&root),
        utf8(&sub),
    ];
    bench.run([&order[..], &late, &lists].concat()).exits(0);
    let there = bench.files();
    assert!(!there.iter().any(|file| file.ends_with(".r1")), "{there:?}");
    assert_eq!(
        bench.read(&format!("new/{}", files[1])),
        fs::read_to_string(second).unwrap()
    );
}

#[test]
fn an_install_renews_without_the_key_or_its_passphrase() {
    let bench = bench_with_install();
    let family = pki::sha256();
    let keep = |from: &str| {
        for (name, ca) in [("root", &family.root), ("sub", &family.sub)] {
            let list = ca.list(&format!("renewal-{from}.crl"), from, UNTIL);
            bench.write(&format!("crl/int/{name}.crl"), fs::read(list).unwrap());
        }
    };
    let profile = here(&bench);
    let run = |more: &[&str]| {
        let order = [
            "bundle",
            "--for",
            "haproxy",
            "--env",
            utf8(&profile),
            "--at",
            AT,
        ];
        bench.run([&order[..], more].concat())
    };
    keep(FROM);
    run(&[])
        .exits(0)
        .says("To renew 2 lists")
        .says("haproxy -c -f");
    let text = bench.read("ptl.toml");
    let gone = text.replace(utf8(&family.leaf.key), "gone.key");
    bench.write(
        "ptl.toml",
        gone.replace(utf8(&family.leaf.certificate), "gone.pem"),
    );
    keep(LATER);
    run(&["--lists-only"])
        .exits(0)
        .says("its lists are renewed");
    let made = manifest(&bench, "bundle-haproxy-int");
    assert_eq!(
        made["lists"]["each"][0]["this-update"],
        "2020-06-01T00:00:00Z"
    );
    let renew = made["lists"]["renew"].as_str().unwrap();
    let elsewhere = format!(
        "{} {}",
        env!("CARGO_BIN_EXE_ptl"),
        renew.strip_prefix("ptl ").unwrap()
    );
    let again = std::process::Command::new("sh")
        .args(["-c", &format!("{elsewhere} --at {AT}")])
        .current_dir("/")
        .output()
        .unwrap();
    assert!(
        String::from_utf8_lossy(&again.stdout).contains("nothing was changed"),
        "{again:?}"
    );
    bench.write(
        "ptl.toml",
        format!("{text}\n[revocation]\npolicy = \"off\"\n"),
    );
    run(&["--lists-only"]).refuses("no list is looked at");
}

#[test]
fn a_kill_at_any_moment_leaves_each_list_old_or_new() {
    let bench = bench();
    let roots = arl("r5.crl", FROM);
    let old = partition("k-old.crl", 1, (FROM, UNTIL));
    let new = partition("k-new.crl", 1, (LATER, UNTIL));
    given(&bench, "openssl-dir", &[&roots, &old], &[]).exits(0);
    let whole = state(&bench);
    let texts = [&old, &new].map(|list| fs::read_to_string(list).unwrap());
    let made = manifest(&bench, "new");
    let file = format!("new/{}", made["lists"]["each"][1]["file"].as_str().unwrap());
    let (root, sub) = (parted().root.certificate(), parted().sub.certificate());
    let mut order = vec![
        "bundle",
        "--for",
        "openssl-dir",
        "--lists-only",
        "--at",
        AT,
        "--out",
        "new",
    ];
    order.extend([
        "--trust",
        utf8(&root),
        utf8(&sub),
        "--crl",
        utf8(&roots),
        utf8(&new),
    ]);
    let mut seen = [0; 2];
    for trial in 0..40_u32 {
        let mut command = bench.command(&order);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let mut run = command.spawn().unwrap();
        std::thread::sleep(Duration::from_micros(u64::from(trial) * 1000));
        run.kill().unwrap();
        run.wait().unwrap();
        let there = bench.read(&file);
        let which = texts.iter().position(|text| *text == there);
        seen[which.expect("a half list")] += 1;
        // Whatever was left, the next run ends it.
        bench.run(&order).exits(0);
        assert_eq!(bench.read(&file), texts[1]);
        assert_eq!(
            manifest(&bench, "new")["lists"]["each"][1]["this-update"],
            "2020-06-01T00:00:00Z"
        );
        for (name, (content, _)) in &whole {
            fs::write(bench.path(name), content).unwrap();
        }
    }
    assert!(seen[0] > 0, "no kill came before the end: {seen:?}");
}
