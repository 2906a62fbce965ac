//! `ptl csr` and the file system: nothing is overwritten, written through or left half done.

use std::{
    fs,
    os::unix::fs::{PermissionsExt, symlink},
    process::{Command, Output, Stdio},
};

use crate::{
    csr::{CSR, KEY, NAME, key, mode, public_keys},
    support::Bench,
};

#[test]
fn a_key_without_request_is_named_and_the_way_on_works() {
    let bench = Bench::new();
    bench.run(["csr", "--fqdn", NAME]).exits(0);
    fs::remove_file(bench.path(CSR)).unwrap();
    let before = bench.read(KEY);
    let way_on = format!("ptl csr --fqdn {NAME} --out . --from-key {KEY}");
    bench
        .run(["csr", "--fqdn", NAME])
        .refuses("is there without its request")
        .complains(&format!("`{way_on}`"));
    assert_eq!(bench.files(), [KEY]);
    bench.run(way_on.split(' ').skip(1)).exits(0);
    assert_eq!(bench.read(KEY), before);
    let (of_key, of_csr) = public_keys(&bench.path(KEY), &bench.path(CSR));
    assert_eq!(of_key, of_csr);
}

#[test]
fn a_request_without_key_and_a_whole_pair_stay_as_they_are() {
    let bench = Bench::new();
    bench.write(CSR, "theirs");
    bench
        .run(["csr", "--fqdn", NAME])
        .refuses("is there without its key");
    bench.write("old.key", key());
    bench
        .run(["csr", "--fqdn", NAME, "--from-key", "old.key"])
        .refuses("already there");
    bench.write(KEY, "theirs too");
    bench.run(["csr", "--fqdn", NAME]).refuses("already there");
    assert_eq!(bench.read(CSR), "theirs");
    assert_eq!(bench.read(KEY), "theirs too");
    assert_eq!(bench.files(), [CSR, KEY, "old.key"]);
}

#[test]
fn a_symlink_is_never_written_through_even_where_it_leads_nowhere() {
    for (link, text) in [(KEY, "without its request"), (CSR, "without its key")] {
        let bench = Bench::new();
        symlink(bench.path("elsewhere"), bench.path(link)).unwrap();
        bench.run(["csr", "--fqdn", NAME]).refuses(text);
        assert_eq!(bench.files(), [link]);
    }
}

#[test]
fn a_folder_may_be_a_symlink_but_must_be_there_and_a_folder() {
    let bench = Bench::new();
    fs::create_dir(bench.path("real")).unwrap();
    symlink(bench.path("real"), bench.path("link")).unwrap();
    bench.run(["csr", "--fqdn", NAME, "--out", "link"]).exits(0);
    assert_eq!(mode(&bench.path("real").join(KEY)), 0o600);
    bench
        .run(["csr", "--fqdn", NAME, "--out", "missing"])
        .refuses("could not open the folder `missing`");
    bench.write("file", "");
    bench
        .run(["csr", "--fqdn", NAME, "--out", "file"])
        .refuses("could not open the folder `file`");
}

#[test]
fn a_folder_in_which_everybody_may_replace_files_gets_no_key() {
    let bench = Bench::new();
    fs::set_permissions(bench.folder(), fs::Permissions::from_mode(0o777)).unwrap();
    bench
        .run(["csr", "--fqdn", NAME])
        .refuses("everybody may replace files");
    assert_eq!(bench.files(), [""; 0]);
}

/// Runs a script with `$PTL` in a user and mount namespace of its own, where `m` is an empty folder
/// for mounts that vanish with it.
#[track_caller]
fn in_namespace(bench: &Bench, script: &str) -> Output {
    fs::create_dir(bench.path("m")).unwrap();
    let output = Command::new("unshare")
        .args(["--user", "--map-root-user", "--mount", "sh", "-euc", script])
        .current_dir(bench.folder())
        .env("PTL", env!("CARGO_BIN_EXE_ptl"))
        .stdin(Stdio::null())
        .output()
        .expect("the `unshare` command is installed");
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    output
}

#[test]
fn on_a_full_disk_neither_key_nor_request_appears() {
    // One page: the key fits, the request does not. Then none at all: not even the key fits.
    for fill in [0, 4096] {
        let bench = Bench::new();
        let script = format!(
            "mount -t tmpfs -o size=8k,mode=700 tmpfs m
             head -c {} /dev/zero > m/filler
             code=0; $PTL csr --fqdn a.nhs.uk --out m 2>error || code=$?
             test $code = 2; grep -q 'No space left' error; grep -q '^hint: ' error
             ls -A m | grep -vx filler && exit 1 || true",
            4096 + fill
        );
        in_namespace(&bench, &script);
    }
}

#[test]
fn in_a_folder_that_is_read_only_nothing_is_made() {
    let bench = Bench::new();
    in_namespace(
        &bench,
        "mount -t tmpfs -o ro,mode=700 tmpfs m
         code=0; $PTL csr --fqdn a.nhs.uk --out m 2>error || code=$?
         test $code = 2; grep -q '^error: could not write .m/a.nhs.uk.key' error; grep -q '^hint: ' error
         test -z \"$(ls -A m)\"",
    );
}

#[test]
fn where_files_cannot_be_unnamed_the_pair_is_whole_too_and_leftovers_of_a_kill_go() {
    let bench = Bench::new();
    // Without /proc an unnamed file could not be linked, so hidden names are taken.
    in_namespace(
        &bench,
        "mount -t tmpfs tmpfs /proc
         echo 'half a k' > .a.nhs.uk.key.new
         umask 000
         $PTL csr --fqdn a.nhs.uk > said",
    );
    assert_eq!(bench.files(), ["a.nhs.uk.csr", "a.nhs.uk.key", "said"]);
    assert_eq!(mode(&bench.path("a.nhs.uk.key")), 0o600);
    let (of_key, of_csr) = public_keys(&bench.path("a.nhs.uk.key"), &bench.path("a.nhs.uk.csr"));
    assert_eq!(of_key, of_csr);
}

#[test]
fn of_runs_at_the_same_time_one_makes_the_pair_and_the_others_refuse() {
    let bench = Bench::new();
    let mut runs: Vec<_> = (0..4)
        .map(|_| bench.command(["csr", "--fqdn", NAME]).spawn().unwrap())
        .collect();
    let mut codes: Vec<_> = runs
        .iter_mut()
        .map(|run| run.wait().unwrap().code().unwrap())
        .collect();
    codes.sort_unstable();
    assert_eq!(codes, [0, 2, 2, 2]);
    assert_eq!(bench.files(), [CSR, KEY]);
    let (of_key, of_csr) = public_keys(&bench.path(KEY), &bench.path(CSR));
    assert_eq!(of_key, of_csr);
}
