//! What ptl prints as JSON is what the schemas in `templates/schemas/` say.

use std::{fs, path::Path};

use ptl::check::Cause;
use serde_json::Value;

use crate::{pki, support::Bench};

/// Every schema, by the kind that its file's name says.
fn schemas() -> Vec<(String, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/schemas");
    let mut schemas: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            let kind = name.strip_suffix(".schema.json").expect("a schema's name");
            let schema = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
            (kind.to_owned(), schema)
        })
        .collect();
    schemas.sort_by(|one, other| one.0.cmp(&other.0));
    schemas
}

/// Asserts that a document is of this schema.
#[track_caller]
pub(crate) fn conforms(kind: &str, document: &Value) {
    let schemas = schemas();
    let (_, schema) = schemas
        .iter()
        .find(|(name, _)| name == kind)
        .expect("a schema of that kind");
    let validator = jsonschema::validator_for(schema).unwrap();
    let problems: Vec<_> = validator
        .iter_errors(document)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(problems.is_empty(), "{problems:#?}\n{document:#}");
}

/// Asserts that a report is of its schema, that its summary adds up and that its verdict follows from it.
#[track_caller]
pub(crate) fn is_a_sound_report(report: &Value) {
    conforms("report", report);
    let findings = report["findings"].as_array().unwrap();
    let summary = &report["summary"];
    let count = |outcome: &str| {
        let alike = findings
            .iter()
            .filter(|finding| finding["outcome"] == outcome);
        alike.count() as u64
    };
    for outcome in [
        "pass",
        "not-applicable",
        "blocked",
        "undetermined",
        "skipped",
        "waived",
    ] {
        assert_eq!(summary[outcome], count(outcome), "{outcome}");
    }
    let failed: u64 = ["error", "warning", "notice"]
        .iter()
        .map(|severity| summary["fail"][severity].as_u64().unwrap())
        .sum();
    assert_eq!(failed, count("fail"));
    if summary["fail"]["error"].as_u64() > Some(0) {
        assert_eq!(report["verdict"], "fail");
    } else if count("undetermined") > 0 {
        assert_ne!(report["verdict"], "pass", "undetermined is never a pass");
    }
}

#[test]
fn every_schema_is_a_schema_and_closed() {
    for (kind, schema) in schemas() {
        assert!(jsonschema::meta::is_valid(&schema), "{kind}");
        open_objects(&kind, &schema);
    }
}

/// Fails on an object with named properties that lets others in.
fn open_objects(place: &str, schema: &Value) {
    if let Value::Object(object) = schema {
        let is_object = object.get("type").is_some_and(|kind| kind == "object");
        assert!(
            !is_object || object.contains_key("additionalProperties"),
            "{place} is open"
        );
        for (key, value) in object {
            open_objects(&format!("{place}/{key}"), value);
        }
    } else if let Value::Array(values) = schema {
        for value in values {
            open_objects(place, value);
        }
    }
}

#[test]
fn the_schemas_know_every_cause_and_no_other() {
    let causes: Vec<_> = Cause::ALL.iter().map(|cause| cause.word()).collect();
    for (kind, schema) in schemas() {
        let Some(known) = schema.pointer("/$defs/cause/enum") else {
            continue;
        };
        if std::env::var_os("UPDATE_SCHEMAS").is_some() {
            write_causes(&kind, &causes);
        } else {
            assert_eq!(
                *known,
                serde_json::json!(causes),
                "{kind}: UPDATE_SCHEMAS=1 cargo test schemas"
            );
        }
    }
}

/// Puts the causes in place of those that a schema lists, and leaves the rest of the file alone.
fn write_causes(kind: &str, causes: &[&str]) {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("templates/schemas/{kind}.schema.json"));
    let text = fs::read_to_string(&path).unwrap();
    let (before, rest) = text.split_once(&format!("\"{}\"", Cause::ALL[0])).unwrap();
    let (_, after) = rest.split_once(']').unwrap();
    let lines: Vec<_> = causes.iter().map(|cause| format!("\"{cause}\"")).collect();
    let list = lines.join(",\n        ");
    fs::write(&path, format!("{before}{list}\n      ]{after}")).unwrap();
}

#[test]
fn what_explain_prints_conforms() {
    let bench = Bench::new();
    for arguments in [
        &["--list"][..],
        &["--causes"],
        &["generations"],
        &["revocation"],
        &["bars"],
        &["tcp-silent"],
    ] {
        let run = bench.run([&["explain", "--format", "json"], arguments].concat());
        conforms("explain", &run.exits(0).json());
    }
    let list = bench.run(["explain", "--list", "--format", "json"]).json();
    for check in list["checks"].as_array().unwrap() {
        let id = check["id"].as_str().unwrap();
        conforms(
            "explain",
            &bench.run(["explain", id, "--format", "json"]).json(),
        );
    }
}

#[test]
fn what_the_checking_commands_report_conforms() {
    let bench = Bench::new();
    let family = pki::sha256();
    let [root, sub, leaf, key] = [
        &family.root.certificate(),
        &family.sub.certificate(),
        &family.leaf.certificate,
        &family.leaf.key,
    ]
    .map(|path| path.to_str().unwrap().to_owned());
    bench
        .run(["csr", "--fqdn", pki::NAME, "--out", "."])
        .exits(0);
    for (arguments, exit) in [
        (
            vec![
                "check-chain",
                "--cert",
                &leaf,
                "--chain",
                &sub,
                "--trust",
                &root,
                "--key",
                &key,
            ],
            0,
        ),
        (
            vec![
                "check-chain",
                "--cert",
                &leaf,
                "--trust",
                &root,
                "--purpose",
                "both",
            ],
            1,
        ),
        (vec!["csr", "lint", "example.thirdparty.nhs.uk.csr"], 0),
        (vec!["csr", "lint", &root], 2),
        (vec!["check-firewall", "--target", "127.0.0.1:1"], 1),
        (
            vec!["check-firewall", "--target", "127.0.0.1:1", "--offline"],
            3,
        ),
    ] {
        let run = bench
            .run([&arguments[..], &["--format", "json"]].concat())
            .exits(exit);
        if exit != 2 {
            is_a_sound_report(&run.json());
        }
    }
}
