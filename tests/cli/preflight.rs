//! `ptl preflight`: every area in one run.

use crate::{
    pki::openssl,
    schemas::is_a_sound_report,
    support::{Bench, Run, provider_install},
};

/// What `ptl.toml` says besides the name in INT.
const REST: &str = r#"key = "example.thirdparty.nhs.uk.key"
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
    bench.write("ptl.toml", provider_install(REST));
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
    bench.write("ptl.toml", provider_install(REST));
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

/// An install whose request names an e-mail address (an error), with an EC key (a warning).
fn with_faults(waivers: &str) -> Bench {
    let bench = Bench::new();
    bench.write("ptl.toml", provider_install(&format!("{REST}{waivers}")));
    let key = bench.path("example.thirdparty.nhs.uk.key");
    let request = bench.path("example.thirdparty.nhs.uk.csr");
    openssl(&[
        "req",
        "-new",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-subj",
        "/CN=example.thirdparty.nhs.uk/emailAddress=a@example.nhs.uk",
        "-keyout",
        key.to_str().unwrap(),
        "-out",
        request.to_str().unwrap(),
    ]);
    bench
}

fn judged(bench: &Bench, more: &[&str]) -> Run {
    let arguments = [&["preflight", "--only", "CSR-*", "--format", "json"], more].concat();
    let run = bench.run(arguments);
    is_a_sound_report(&run.json());
    run
}

#[test]
fn only_a_failed_error_fails_the_run_unless_it_is_strict() {
    let bench = with_faults("");
    judged(&bench, &[])
        .exits(1)
        .fails("CSR-007", "", "email-present");
    let without = ["--skip", "CSR-007"];
    judged(&bench, &without)
        .exits(0)
        .fails("CSR-014", "", "weak-key");
    judged(&bench, &[&without[..], &["--strict"]].concat()).exits(1);
}

#[test]
fn what_is_left_out_is_listed_and_what_is_not_chosen_is_not_there() {
    let bench = with_faults("");
    let run = judged(&bench, &["--skip", "CSR-00*"]);
    assert_eq!(run.finding("CSR-007", "")["outcome"], "skipped");
    assert_eq!(run.finding("CSR-007", "")["reason"], "left out by --skip");
    let one = bench.run(["preflight", "--only", "CSR-007", "--format", "json"]);
    assert_eq!(one.json()["findings"].as_array().unwrap().len(), 1, "{one}");
    bench.run(["preflight", "--only", "CSX-*"]).refuses("CSX-*");
}

#[test]
fn a_waiver_holds_until_its_last_day_and_no_longer() {
    let bench = with_faults(
        "\n[[waive]]\ncheck = \"CSR-007\"\nreason = \"the desk asked for it\"\nby = \"Jo Bloggs\"\nuntil = 2027-01-31\n",
    );
    let run = judged(&bench, &["--at", "2027-01-31T23:59:59Z"]).exits(0);
    let finding = run.finding("CSR-007", "");
    assert_eq!(finding["outcome"], "waived", "{finding}");
    assert_eq!(finding["evidence"]["waived by"], "Jo Bloggs");
    assert_eq!(run.json()["summary"]["waived"], 1);
    judged(&bench, &["--at", "2027-02-01T00:00:00Z"])
        .exits(1)
        .fails("CSR-007", "", "email-present");
}

#[test]
fn a_damaged_request_beside_the_key_is_a_finding_and_ends_nothing() {
    let bench = Bench::new();
    bench.write("ptl.toml", provider_install(REST));
    bench.run(["csr"]).exits(0);
    let whole = bench.read("example.thirdparty.nhs.uk.csr");
    bench.write("example.thirdparty.nhs.uk.csr", &whole[..300]);
    let run = bench
        .run(["preflight", "--offline", "--format", "json"])
        .exits(1);
    is_a_sound_report(&run.json());
    let damaged = &run.findings("CSR-016")[0];
    assert_eq!(damaged["outcome"], "fail", "{run}");
    assert_eq!(damaged["cause"], "file-unreadable");
    assert_eq!(run.findings("CSR-001")[0]["outcome"], "skipped");
    assert!(!run.findings("TRUST-001").is_empty(), "the rest is judged");
}
