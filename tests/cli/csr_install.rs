//! `ptl csr` in an install: `ptl.toml` says the name, the place of the key and who asks.

use std::fs;

use crate::{
    csr::{CSR, KEY, NAME},
    schemas::is_a_sound_report,
    support::{Bench, provider_install},
};

/// What `ptl.toml` says besides the name in INT.
const REST: &str = r#"key = "keys/int.key"

[environment.live]
fqdn = "live.example.thirdparty.nhs.uk"

[environment.dep]
"#;

fn install() -> Bench {
    let bench = Bench::new();
    bench.write("ptl.toml", provider_install(REST));
    fs::create_dir(bench.path("keys")).unwrap();
    bench
}

#[test]
fn name_place_and_sender_are_those_of_the_install() {
    let bench = install();
    bench
        .run(["csr"])
        .exits(0)
        .complains_not()
        .says("Organisation: Example Ltd (ODS A12345)")
        .says("of Example Booking 1.0 (booking provider)")
        .says("Environment:  Integration (int)")
        .says("itoc.supportdesk@nhs.net");
    assert_eq!(bench.files(), ["keys/int.csr", "keys/int.key", "ptl.toml"]);
    let report = bench
        .run(["csr", "lint", "keys/int.csr", "--format", "json"])
        .exits(0)
        .finds("CSR-005", "int.csr", "pass");
    is_a_sound_report(&report.json());
    bench
        .run([
            "csr",
            "lint",
            "keys/int.csr",
            "--env",
            "live",
            "--format",
            "json",
        ])
        .exits(1)
        .fails("CSR-005", "int.csr", "wrong-name");
}

#[test]
fn without_a_place_in_the_install_file_the_key_goes_beside_it_and_that_is_said() {
    let bench = install();
    bench
        .run(["csr", "--env", "live"])
        .exits(0)
        .says("dir@nhs.net")
        .says("write `key = \"live.example.thirdparty.nhs.uk.key\"` there");
    assert!(bench.path("live.example.thirdparty.nhs.uk.csr").exists());
    bench
        .run([
            "preflight",
            "--env",
            "live",
            "--only",
            "CSR-*",
            "--format",
            "json",
        ])
        .exits(0)
        .finds("CSR-005", "live.example", "pass");
}

#[test]
fn another_folder_may_be_named_and_the_install_may_lie_elsewhere() {
    let bench = install();
    fs::create_dir(bench.path("new")).unwrap();
    bench.run(["csr", "--out", "new"]).exits(0);
    assert!(bench.path("new").join(KEY).exists() && bench.path("new").join(CSR).exists());
    fs::remove_file(bench.path("new").join(CSR)).unwrap();
    let folder = bench.folder();
    let elsewhere = folder.to_str().unwrap();
    bench
        .run(["csr", "--install", elsewhere, "--out", "new"])
        .refuses("is there without its request")
        .complains(&format!(
            "`ptl csr --env int --install {elsewhere} --out new --from-key new/{KEY}`"
        ));
}

#[test]
fn a_folder_that_is_missing_is_not_made_silently() {
    let bench = install();
    fs::remove_dir(bench.path("keys")).unwrap();
    bench
        .run(["csr"])
        .refuses("could not open the folder")
        .complains("mkdir -m 700 -p");
}

#[test]
fn without_a_name_or_an_install_nothing_is_made() {
    let bench = install();
    bench
        .run(["csr", "--env", "dep"])
        .refuses("gives no `fqdn` under [environment.dep]");
    let empty = Bench::new();
    empty.run(["csr"]).refuses("ptl.toml");
    assert_eq!(empty.files(), [""; 0]);
}

#[test]
fn with_a_name_on_the_command_line_no_install_is_read() {
    let bench = Bench::new();
    bench.write("ptl.toml", "this is no TOML");
    bench.run(["csr", "--fqdn", NAME]).exits(0);
    bench.run(["csr", "lint", CSR, "--fqdn", NAME]).exits(0);
    bench.run(["csr", "lint", CSR]).refuses("ptl.toml");
}
