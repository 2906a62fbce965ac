//! `ptl checklist report --bundle`: what is in the zip, that it is the same each time, and what never comes into it.

use std::{fs, path::Path, process::Command};

use serde_json::Value;

use crate::{
    checklist::{AT, FILE, provider, ptl},
    on_its_way::on_its_way,
    pki,
    schemas::conforms,
    support::{Bench, Run},
};

/// Unpacks a zip with Java's own tool into a new folder, and returns what its manifest says.
#[track_caller]
fn unpacked(bench: &Bench, zip: &str, folder: &str) -> Value {
    fs::create_dir(bench.path(folder)).unwrap();
    let output = Command::new("jar")
        .arg("xf")
        .arg(bench.path(zip))
        .current_dir(bench.path(folder))
        .output()
        .expect("the `jar` command is installed");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let manifest = bench.read(&format!("{folder}/manifest.json"));
    let manifest = serde_json::from_str(&manifest).unwrap();
    conforms("checklist-bundle", &manifest);
    manifest
}

/// SHA-256 by `openssl`.
fn digest(path: &Path) -> String {
    let said = pki::openssl(&["dgst", "-sha256", "-r", path.to_str().unwrap()]);
    said.split(' ').next().unwrap().to_owned()
}

#[track_caller]
fn bundle(bench: &Bench, zip: &str) -> Run {
    ptl(bench, &["report", "--bundle", zip])
}

#[test]
fn a_bundle_holds_the_report_the_checklist_and_the_evidence_with_their_digests() {
    let bench = on_its_way();
    bench.write("evidence/notes.txt", "nobody recorded this");
    let run = bundle(&bench, "a.zip").exits(0).complains_not();
    assert!(
        run.answer()
            .starts_with("Wrote a.zip: the report, the checklist and 1 file of evidence.")
    );
    let manifest = unpacked(&bench, "a.zip", "out");
    let names: Vec<&str> = manifest["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        &names[..4],
        ["report.html", "report.md", "report.json", FILE]
    );
    assert!(
        names[4].starts_with("evidence/") && names[4].ends_with("-check.json"),
        "{names:?}"
    );
    assert_eq!(names.len(), 5);
    for file in manifest["files"].as_array().unwrap() {
        let path = bench.path("out").join(file["name"].as_str().unwrap());
        assert_eq!(file["sha256"], digest(&path), "{file}");
        assert_eq!(file["size"], fs::metadata(&path).unwrap().len());
    }
    assert_eq!(bench.read("out/checklist.toml"), bench.read(FILE));
    assert_eq!(bench.read("out/report.md"), ptl(&bench, &["report"]).stdout);
    assert_eq!(
        bench.read("out/report.html"),
        ptl(&bench, &["report", "--as", "html"]).stdout
    );
    let document: Value = serde_json::from_str(&bench.read("out/report.json")).unwrap();
    conforms("checklist-report", &document);
    assert_eq!(manifest["heads"], document["heads"]);
}

#[test]
fn the_same_install_at_the_same_time_gives_the_same_bytes() {
    let bench = on_its_way();
    bundle(&bench, "a.zip").exits(0);
    std::thread::sleep(std::time::Duration::from_secs(2));
    let shown = ptl(&bench, &["report", "--bundle", "b.zip", "--format", "json"])
        .exits(0)
        .json();
    conforms("checklist-bundle", &shown);
    let bytes = |name| fs::read(bench.path(name)).unwrap();
    assert_eq!(bytes("a.zip"), bytes("b.zip"));
    let later = [
        "checklist",
        "report",
        "--bundle",
        "c.zip",
        "--at",
        "2026-11-23T17:00:00Z",
    ];
    bench.run(later).exits(0);
    assert_ne!(bytes("a.zip"), bytes("c.zip"));
    assert_eq!(shown["made"], AT);
}

#[test]
fn nothing_is_overwritten_and_a_failure_leaves_nothing() {
    let bench = on_its_way();
    bench.write("there.zip", "mine");
    let before = bench.files();
    bundle(&bench, "there.zip").refuses("never overwritten");
    bundle(&bench, "nowhere/a.zip").refuses("nowhere");
    bundle(&bench, ".").refuses("no file's name");
    ptl(&bench, &["report", "--bundle", "a.zip", "--as", "md"])
        .exits(2)
        .complains("--as");
    assert_eq!(bench.read("there.zip"), "mine");
    assert_eq!(bench.files(), before);
}

#[test]
fn evidence_that_is_not_at_hand_is_named() {
    let bench = on_its_way();
    bench.write("evidence/check.json", "changed since");
    bundle(&bench, "a.zip")
        .exits(0)
        .says("Not in it")
        .says("check.json");
    let manifest = unpacked(&bench, "a.zip", "out");
    assert_eq!(manifest["files"].as_array().unwrap().len(), 4);
    assert_eq!(manifest["absent"][0]["step"], "plan.dspt");
}

#[cfg(unix)]
#[test]
fn no_symlink_is_followed() {
    use std::os::unix::fs::symlink;
    let bench = on_its_way();
    fs::rename(
        bench.path("evidence/check.json"),
        bench.path("outside.json"),
    )
    .unwrap();
    symlink(
        bench.path("outside.json"),
        bench.path("evidence/check.json"),
    )
    .unwrap();
    bundle(&bench, "a.zip").exits(0);
    let manifest = unpacked(&bench, "a.zip", "out");
    assert_eq!(manifest["absent"][0]["file"], "check.json");
    fs::rename(bench.path("evidence"), bench.path("elsewhere")).unwrap();
    symlink(bench.path("elsewhere"), bench.path("evidence")).unwrap();
    bundle(&bench, "b.zip").refuses("is a symlink");
    symlink(bench.path("target.zip"), bench.path("c.zip")).unwrap();
    fs::remove_file(bench.path("evidence")).unwrap();
    bundle(&bench, "c.zip").refuses("never overwritten");
    assert!(!bench.path("target.zip").exists() && !bench.path("b.zip").exists());
}

/// `done` refuses a key; a checklist that was written by other means may name one.
#[test]
fn a_private_key_among_the_evidence_is_never_handed_over() {
    let bench = provider();
    let key = &pki::sha256().leaf.key;
    let content = fs::read(key).unwrap();
    bench.write("evidence/harmless.txt", &content);
    bench.write(
        FILE,
        format!(
            "schema = 1\ndefinition = \"booking-provider\"\n[step.\"plan.ods\"]\nstate = \"done\"\nat = {AT}\nby = \"anna\"\nevidence = [{{ file = \"harmless.txt\", sha256 = \"{}\", size = {}, at = {AT}, by = \"anna\" }}]\n",
            digest(key),
            content.len()
        ),
    );
    let before = bench.files();
    bundle(&bench, "a.zip").refuses("a secret is no evidence");
    assert_eq!(bench.files(), before);
}

#[test]
fn a_full_disk_is_one_error_that_names_the_file_and_leaves_none() {
    let bench = on_its_way();
    let ptl = bench.command(["checklist", "report", "--bundle", "a.zip"]);
    let mut command = Command::new("bash");
    // Files of more than one block of 1024 bytes cannot be written.
    command
        .args(["-c", "trap '' XFSZ; ulimit -f 1; exec \"$@\"", "bash"])
        .arg(ptl.get_program())
        .args(ptl.get_args())
        .current_dir(bench.folder());
    let run = Run::of(command.output().unwrap()).refuses("could not write `a.zip`");
    assert!(run.stderr.starts_with("error: "), "{run}");
    assert!(!run.stderr.contains("ZipWriter"), "{run}");
    assert!(!bench.path("a.zip").exists());
}

#[test]
fn a_bundle_and_an_output_are_two_things() {
    let bench = on_its_way();
    ptl(
        &bench,
        &["report", "--bundle", "d.zip", "--output", "e.html"],
    )
    .refuses("--bundle and --output");
    assert!(!bench.path("d.zip").exists() && !bench.path("e.html").exists());
}

/// A file as `gzip` of the system packs it.
fn gzipped(bench: &Bench, name: &str) {
    let status = Command::new("gzip").arg(bench.path(name)).status();
    assert!(status.expect("the `gzip` command is there").success());
}

#[test]
fn a_key_that_is_wrapped_once_is_found_and_what_cannot_be_searched_stays_out() {
    let bench = provider();
    let key = fs::read(&pki::sha256().leaf.key).unwrap();
    bench.write("a.b64", openssl::base64::encode_block(&key));
    bench.write("a.log", &key);
    gzipped(&bench, "a.log");
    bench.write("b.txt", &key);
    let zip = Command::new("jar")
        .args(["cfM", "b.zip", "b.txt"])
        .current_dir(bench.folder())
        .status();
    assert!(zip.expect("the `jar` command is installed").success());
    for name in ["a.b64", "a.log.gz", "b.zip"] {
        ptl(&bench, &["done", "plan.ods", "--evidence", name]).refuses("holds a private key");
    }
    bench.write("c.log", "a log");
    gzipped(&bench, "c.log");
    let mut broken = fs::read(bench.path("c.log.gz")).unwrap();
    broken.truncate(broken.len() - 6);
    bench.write("c.gz", broken);
    ptl(
        &bench,
        &["done", "plan.ods", "--evidence", "c.gz", "--copy"],
    )
    .exits(0);
    bundle(&bench, "a.zip")
        .refuses("cannot be searched for secrets")
        .complains("evidence/c.gz");
    assert!(!bench.path("a.zip").exists());
    fs::remove_file(bench.path("evidence/c.gz")).unwrap();
    bundle(&bench, "a.zip").exits(0).says("Not in it");
}

#[test]
fn a_key_in_a_comment_of_the_checklist_is_never_handed_over() {
    let bench = on_its_way();
    let commented: String = fs::read_to_string(&pki::sha256().leaf.key)
        .unwrap()
        .lines()
        .map(|line| format!("# {line}\n"))
        .collect();
    bench.write(FILE, commented + &bench.read(FILE));
    bundle(&bench, "a.zip").refuses("a secret is never handed over");
    assert!(!bench.path("a.zip").exists());
}
