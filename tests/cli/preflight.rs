//! `ptl preflight`: every area in one run.

use crate::{schemas::is_a_sound_report, support::Bench};

const INSTALL: &str = r#"schema = 1
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
key = "example.thirdparty.nhs.uk.key"
"#;

#[test]
fn without_an_install_it_says_how_to_start_one() {
    let bench = Bench::new();
    bench
        .run(["preflight"])
        .refuses("ptl.toml")
        .complains("ptl init");
    assert_eq!(bench.files(), Vec::<String>::new());
}

#[test]
fn it_judges_what_is_there_and_lists_the_rest() {
    let bench = Bench::new();
    bench.write("ptl.toml", INSTALL);
    bench.run(["csr"]).exits(0);
    let run = bench.run(["preflight", "--offline", "--format", "json"]);
    is_a_sound_report(&run.json());
    assert_eq!(run.findings("CSR-001")[0]["outcome"], "pass", "{run}");
    assert_eq!(run.json()["environment"], "int");
    let junit = bench.run(["preflight", "--offline", "--format", "junit"]);
    assert_eq!(junit.code, run.code, "no format decides the exit code");
    junit.says("<testsuites name=\"ptl preflight\"");
}

#[test]
fn quiet_is_the_answer_alone_and_a_file_takes_the_report() {
    let bench = Bench::new();
    bench.write("ptl.toml", INSTALL);
    bench.run(["csr"]).exits(0);
    let quiet = bench.run(["preflight", "--only", "CSR-*", "-q"]).exits(0);
    assert_eq!(quiet.stdout.lines().count(), 1, "{quiet}");
    let asked = [
        "preflight",
        "--only",
        "CSR-*",
        "--format",
        "json",
        "--output",
        "report.json",
    ];
    bench.run(asked).exits(0).says_nothing().complains_not();
    let report = serde_json::from_str(&bench.read("report.json")).unwrap();
    is_a_sound_report(&report);
    bench
        .run(["preflight", "--output", "no-such-folder/report.json"])
        .refuses("no-such-folder");
}
