//! INST: what preflight says of `ptl.toml` itself, of waivers, and of where the key lies.

use std::process::Command;

use crate::support::{Bench, Run};

const SOUND: &str = r#"schema = 1
role = "provider"
service = "booking"
default_environment = "int"
[organisation]
name = "Example Ltd"
ods = "A12345"
[product]
name = "Example Booking"
version = "1.0"
[environment.int]
fqdn = "example.thirdparty.nhs.uk"
asid = "200000000359"
"#;

fn preflight(bench: &Bench, text: &str, more: &[&str]) -> Run {
    bench.write("ptl.toml", text);
    let mut arguments = vec!["preflight", "--only", "INST-*", "--format", "json"];
    arguments.extend(more);
    bench.run(arguments)
}

#[test]
fn a_sound_install_passes() {
    let run = preflight(&Bench::new(), SOUND, &[]).exits(0);
    for id in ["INST-001", "INST-004", "INST-005", "INST-006"] {
        assert_eq!(run.findings(id)[0]["outcome"], "pass", "{run}");
    }
}

#[test]
fn each_unusual_setting_is_a_warning_at_its_place() {
    let text = SOUND.replace("A12345", "a1").replace("200000000359", "12");
    let bench = Bench::new();
    let run = preflight(&bench, &text, &[]).exits(0);
    run.fails("INST-001", "ptl.toml:7:7", "setting-unusual")
        .fails("INST-001", "ptl.toml:13:8", "setting-unusual");
    preflight(&bench, &text, &["--strict"]).exits(1);
}

#[test]
fn a_waiver_makes_a_failure_waived_until_its_day_and_is_reported_afterwards() {
    let text = SOUND.replace("A12345", "a1")
        + "[[waive]]\ncheck = \"INST-001\"\nreason = \"a new form\"\nby = \"anna\"\nuntil = 2026-12-31\n";
    let bench = Bench::new();
    let held = preflight(&bench, &text, &["--strict", "--at", "2026-11-01T00:00:00Z"]);
    held.exits(0)
        .finds("INST-001", "ptl.toml:7:7", "waived")
        .finds("INST-002", "waiver of INST-001", "pass")
        .finds("INST-003", "waiver of INST-001", "pass");
    let soon = preflight(&bench, &text, &["--at", "2026-12-31T23:59:59Z"]);
    soon.exits(0)
        .finds("INST-001", "ptl.toml:7:7", "waived")
        .fails("INST-003", "waiver of INST-001", "waiver-ends-soon");
    let ended = preflight(&bench, &text, &["--strict", "--at", "2027-01-01T00:00:00Z"]);
    ended
        .exits(1)
        .fails("INST-001", "ptl.toml:7:7", "setting-unusual")
        .fails("INST-002", "waiver of INST-001", "waiver-ended");
}

#[test]
fn an_environment_that_the_file_does_not_know_is_unknown_not_passed() {
    let run = preflight(&Bench::new(), SOUND, &["--env", "live"]).exits(3);
    let finding = run.finding("INST-004", "[environment.live]");
    assert_eq!(finding["outcome"], "undetermined");
    assert!(
        finding["hint"]
            .as_str()
            .unwrap()
            .contains("Add [environment.live]"),
        "{finding:#}"
    );
}

#[test]
fn what_was_copied_from_another_environment_is_named() {
    let text = format!(
        "{SOUND}[environment.live]\nfqdn = \"live.thirdparty.nhs.uk\"\nasid = \"200000000359\"\n\
         ssp = \"proxy.int.spine2.ncrs.nhs.uk\"\n"
    );
    preflight(&Bench::new(), &text, &["--env", "live"])
        .exits(0)
        .fails("INST-005", "[environment.live]", "wrong-environment")
        .fails("INST-006", "[environment.live]", "wrong-environment");
}

#[test]
fn a_key_that_git_would_take_along_is_a_warning() {
    let bench = Bench::new();
    let text = SOUND.replace("asid", "key = \"int.key\"\nasid");
    bench.write("int.key", "not looked into here");
    preflight(&bench, &text, &[]).finds("INST-007", "int.key", "pass");
    let made = Command::new("git")
        .args(["init", "--quiet"])
        .current_dir(bench.folder())
        .env("HOME", bench.folder())
        .status()
        .expect("the `git` command is installed");
    assert!(made.success());
    preflight(&bench, &text, &[]).fails("INST-007", "int.key", "key-in-work-tree");
    bench.write(".gitignore", "*.key\n");
    preflight(&bench, &text, &[]).finds("INST-007", "int.key", "pass");
}

#[test]
fn a_host_that_no_source_names_is_unknown_until_ptl_toml_does() {
    let bench = Bench::new();
    let text = SOUND.replace("environment.int", "environment.dep");
    let finding = preflight(&bench, &text, &["--env", "dep"])
        .exits(3)
        .finding("INST-008", "dep ssp");
    assert_eq!(finding["outcome"], "undetermined", "{finding:#}");
    assert!(
        finding["reason"]
            .as_str()
            .unwrap()
            .contains("write it into `ssp`"),
        "{finding:#}"
    );
    let named = format!("{text}ssp = \"proxy.own.nhs.uk\"\n");
    preflight(&bench, &named, &["--env", "dep"]).exits(0).finds(
        "INST-008",
        "dep ssp",
        "not-applicable",
    );
    // It is then a host like any other: probed, or said to be left out, and leaving all out is no pass.
    bench
        .run(["check-firewall", "--offline", "--env", "dep"])
        .exits(3)
        .says("proxy.own.nhs.uk:443");
}
