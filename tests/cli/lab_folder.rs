//! A lab's folder: whose it is, what is damaged in it, and what becomes of the lab where it goes.

use std::{fs, os::unix::fs::PermissionsExt, process::Command};

use crate::{
    lab::{falls_silent, ports},
    rehearsal_spine::{Lab, lab},
    support::{Bench, Run},
};

#[test]
fn a_folder_with_other_files_is_left_alone() {
    let bench = Bench::new();
    bench.write("lab/mine.txt", "mine");
    bench.run(["lab", "up"]).refuses("holds other files");
    bench
        .run(["lab", "rehearse", "lab"])
        .refuses("holds other files");
    assert_eq!(bench.files(), ["lab/mine.txt"]);
}

#[test]
fn every_key_of_a_lab_is_its_owners_alone() {
    let lab = lab();
    for generation in ["sha1", "sha2", "g2"] {
        for which in ["root", "sub"] {
            let key = lab.folder.join(format!("ca/{generation}/{which}.key"));
            let mode = fs::metadata(&key).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{}", key.display());
        }
    }
}

#[test]
fn a_damaged_lab_is_named_and_nothing_is_signed() {
    let mut lab = Lab::start();
    lab.kill();
    let bench = Bench::new();
    let folder = lab.folder.to_str().unwrap();
    let lists = || fs::read(lab.folder.join("crl/int/G2/auth/crlc1.crl")).unwrap();
    let before = lists();
    let damage = |file: &str, content: &str, says: &str| {
        let path = lab.folder.join(file);
        let sound = fs::read(&path).unwrap();
        fs::write(&path, content).unwrap();
        for command in [
            &["lab", "up"][..],
            &["lab", "crl", "--entries", "1", "--lab"],
        ] {
            bench.run([command, &[folder]].concat()).refuses(says);
        }
        fs::write(&path, sound).unwrap();
        assert_eq!(lists(), before, "{file}");
    };
    let servers = fs::read_to_string(lab.folder.join("servers.toml")).unwrap();
    damage("servers.toml", "schema = 2\n", "servers.toml");
    damage("servers.toml", "nonsense", "servers.toml");
    let everywhere = servers.replace("127.0.0.1", "0.0.0.0");
    damage("servers.toml", &everywhere, "other machines could reach it");
    let port = format!("proxy = {}", lab.port("proxy"));
    damage(
        "servers.toml",
        &servers.replace(&port, "proxy = 0"),
        "0 is no port",
    );
    damage("ca/g2/sub.pem", "", "sub.pem");
    let register = fs::read_to_string(lab.folder.join("ca/g2/revoked.toml")).unwrap();
    for (from, to) in [
        ("schema = 1", "schema = 9"),
        ("made_up = 0", "made_up = 4000000000"),
        ("PTL/G2", "PTL/G3"),
        ("number = 1", "number = \"x\""),
    ] {
        assert!(register.contains(from), "{from}\n{register}");
        let broken = register.replace(from, to);
        damage("ca/g2/revoked.toml", &broken, "revoked.toml");
    }
    let other = fs::read_to_string(lab.folder.join("ca/sha2/sub.key")).unwrap();
    damage("ca/g2/sub.key", &other, "sub.key");
}

#[test]
fn a_lab_whose_folder_is_gone_ends_and_says_so() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("my lab");
    let mut lab = Lab::start_in(&folder, &[]);
    let gone = ports(&lab);
    fs::rename(&folder, home.path().join("moved")).unwrap();
    assert_eq!(lab.process().wait().unwrap().code(), Some(2));
    falls_silent(&gone);
    // Where it is now, it starts again, and what peers are given is made anew.
    let moved = home.path().join("moved");
    fs::remove_dir_all(moved.join("trust")).unwrap();
    let again = Lab::start_in(&moved, &[]);
    assert!(moved.join("trust/all.pem").exists());
    assert_eq!(ports(&again), gone);
}

#[test]
fn a_full_disk_leaves_no_key_of_a_lab_that_is_none() {
    let bench = Bench::new();
    let script = "mount -t tmpfs -o size=40k tmpfs \"$1\" && \"$0\" lab up \"$1/lab\"; code=$?; find \"$1\" -type f; exit $code";
    let disk = bench.path("disk");
    fs::create_dir(&disk).unwrap();
    let output = Command::new("unshare")
        .args(["-rm", "sh", "-c", script, env!("CARGO_BIN_EXE_ptl")])
        .arg(&disk)
        .output()
        .unwrap();
    let run = Run::of(output).exits(2).complains("could not write");
    assert!(!run.stdout.contains(".key"), "{run}");
}
