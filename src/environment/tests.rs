//! The shipped profiles against the table, the real certificates and the reference.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::{collections::BTreeSet, path::PathBuf};

use jiff::Timestamp;
use openssl::{hash::MessageDigest, x509::X509};

use super::{Authority, Direction, Environment, Generation, Role, SERVICES, Standing, all, find};

/// The reference data beside the project; without it a test says that it was left out.
fn reference(path: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("PTL_SHARED").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared")),
        PathBuf::from,
    );
    let path = folder.join("reference").join(path);
    if path.exists() {
        return Some(path);
    }
    #[expect(clippy::print_stderr, reason = "a test that is left out says so")]
    {
        eprintln!("left out: {} is not there", path.display());
    }
    None
}

fn at(date: &str) -> Timestamp {
    format!("{date}T00:00:00Z").parse().unwrap()
}

/// The ids of the generations that are required at a date, in a direction.
fn required(
    environment: &Environment,
    date: &str,
    standing: fn(&Generation, Timestamp) -> Standing,
) -> Vec<String> {
    environment
        .generations
        .iter()
        .filter(|generation| standing(generation, at(date)) == Standing::Required)
        .map(|generation| generation.id.clone())
        .collect()
}

fn accepted(environment: &Environment, date: &str) -> Vec<String> {
    required(environment, date, Generation::accept_at)
}

fn presented(environment: &Environment, date: &str) -> Vec<String> {
    required(environment, date, Generation::present_at)
}

#[test]
fn every_shipped_profile_is_sound_and_bears_its_own_id() {
    let ids: Vec<&str> = all()
        .iter()
        .map(|environment| environment.id.as_str())
        .collect();
    assert_eq!(ids, ["int", "dep", "live"]);
    for id in ids {
        assert_eq!(find(id).unwrap().id, id);
    }
}

#[test]
fn int_requires_the_generations_of_each_day() {
    let int = find("int").unwrap();
    assert_eq!(accepted(&int, "2021-06-01"), ["sha1", "sha2"]);
    assert_eq!(accepted(&int, "2022-05-12"), ["sha1", "sha2"]);
    assert_eq!(accepted(&int, "2022-05-13"), ["sha2"]);
    assert_eq!(accepted(&int, "2023-06-01"), ["sha2"]);
    assert_eq!(accepted(&int, "2023-12-31"), ["sha2", "g2"]);
    assert_eq!(accepted(&int, "2024-06-03"), ["sha2", "g2"]);
    assert_eq!(accepted(&int, "2024-06-04"), ["g2"]);
    assert_eq!(presented(&int, "2021-06-01"), ["sha1", "sha2"]);
    assert_eq!(presented(&int, "2024-05-05"), ["sha2"]);
    assert_eq!(presented(&int, "2024-05-06"), ["g2"]);
    assert_eq!(presented(&int, "2025-01-01"), ["g2"]);
    assert!(int.generation("sha2").unwrap().superseded);
    assert!(!int.generation("sha1").unwrap().superseded);
    assert!(int.generation("g2").unwrap().provenance.can_fail());
}

#[test]
fn live_requires_the_generations_of_each_day() {
    let live = find("live").unwrap();
    assert_eq!(accepted(&live, "2023-12-30"), ["g1"]);
    assert_eq!(accepted(&live, "2023-12-31"), ["g1", "g2"]);
    assert_eq!(accepted(&live, "2024-06-04"), ["g2"]);
    assert_eq!(presented(&live, "2024-05-05"), ["g1"]);
    assert_eq!(presented(&live, "2024-05-06"), ["g2"]);
    for generation in &live.generations {
        assert!(generation.provenance.can_fail(), "{}", generation.id);
    }
}

#[test]
fn dep_says_that_its_generations_are_uncertain() {
    let dep = find("dep").unwrap();
    assert_eq!(accepted(&dep, "2025-01-01"), ["g2"]);
    for generation in &dep.generations {
        assert!(!generation.provenance.can_fail(), "{}", generation.id);
    }
    let g2 = dep.generation("g2").unwrap();
    assert!(g2.subs[0].provenance.conflict.is_some());
    assert!(dep.generation("sha2").unwrap().superseded);
}

#[test]
fn booking_needs_these_hosts_in_int() {
    let int = find("int").unwrap();
    let needed = |role| -> Vec<(&str, u16, Direction)> {
        int.hosts
            .iter()
            .filter(|host| host.is_needed_by("booking", role))
            .map(|host| (host.name.as_str(), host.port, host.direction))
            .collect()
    };
    let proxy = ("proxy.int.spine2.ncrs.nhs.uk", 443, Direction::Out);
    let crl = ("crl.nhs.uk", 80, Direction::Out);
    assert_eq!(
        needed(Role::Provider),
        [
            proxy,
            ("msg-out.int.spine2.ncrs.nhs.uk", 443, Direction::In),
            crl
        ]
    );
    assert_eq!(
        needed(Role::Consumer),
        [
            proxy,
            ("ldap.nis1.national.ncrs.nhs.uk", 636, Direction::Out),
            crl
        ]
    );
}

#[test]
fn what_no_source_states_is_a_gap_that_names_its_setting() {
    let gaps = |id: &str| -> BTreeSet<String> {
        let environment = find(id).unwrap();
        for gap in environment.gaps.iter().filter(|gap| gap.what != "ntp") {
            assert!(
                gap.note
                    .contains(&format!("[environment.{id}] of ptl.toml")),
                "{}",
                gap.note
            );
        }
        environment.gaps.into_iter().map(|gap| gap.what).collect()
    };
    let of = |list: &[&str]| {
        list.iter()
            .map(ToString::to_string)
            .collect::<BTreeSet<_>>()
    };
    assert_eq!(
        gaps("int"),
        of(&["nat-addresses", "ssp-client-names", "ntp"])
    );
    assert_eq!(
        gaps("dep"),
        of(&[
            "ssp",
            "sds",
            "msg-out",
            "nat-addresses",
            "ssp-client-names",
            "ntp"
        ])
    );
    assert_eq!(
        gaps("live"),
        of(&["ssp", "msg-out", "nat-addresses", "ssp-client-names", "ntp"])
    );
}

#[test]
fn every_shipped_authority_is_the_real_certificate() {
    let Some(folder) = reference("ca") else {
        return;
    };
    let real: Vec<X509> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| X509::from_pem(&std::fs::read(entry.unwrap().path()).unwrap()).unwrap())
        .collect();
    for environment in all() {
        for authority in environment
            .generations
            .iter()
            .flat_map(Generation::authorities)
        {
            let certificate = real
                .iter()
                .find(|certificate| hex(certificate, MessageDigest::sha256()) == authority.sha256)
                .unwrap_or_else(|| panic!("no certificate for {}", authority.name));
            assert_is(authority, certificate);
        }
    }
}

fn hex(certificate: &X509, digest: MessageDigest) -> String {
    let bytes = certificate.digest(digest).unwrap();
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn assert_is(authority: &Authority, certificate: &X509) {
    assert_eq!(
        authority.sha1.as_deref(),
        Some(hex(certificate, MessageDigest::sha1()).as_str())
    );
    let (_, parsed) = x509_parser::parse_x509_certificate(&certificate.to_der().unwrap())
        .map(|(rest, parsed)| {
            let mut names: Vec<String> = parsed
                .subject()
                .iter_attributes()
                .map(|attribute| {
                    let key = match attribute.attr_type().to_id_string().as_str() {
                        "2.5.4.3" => "CN",
                        "2.5.4.6" => "C",
                        "2.5.4.10" => "O",
                        "2.5.4.11" => "OU",
                        other => panic!("{other}"),
                    };
                    format!("{key}={}", attribute.as_str().unwrap())
                })
                .collect();
            names.reverse();
            let validity = parsed.validity();
            let facts = (
                names.join(","),
                validity.not_before.timestamp(),
                validity.not_after.timestamp(),
            );
            (rest.len(), facts)
        })
        .unwrap();
    let (subject, not_before, not_after) = parsed;
    assert_eq!(authority.subject, subject);
    assert!(subject.starts_with(&format!("CN={},", authority.name)));
    assert_eq!(authority.not_before.as_second(), not_before);
    assert_eq!(authority.not_after.as_second(), not_after);
}

#[test]
fn every_shipped_authority_and_host_agrees_with_the_reference() {
    let Some(path) = reference("environments.toml") else {
        return;
    };
    let reference: toml::Table = toml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let certificates = reference["certificate"].as_array().unwrap();
    for environment in all() {
        for authority in environment
            .generations
            .iter()
            .flat_map(Generation::authorities)
        {
            let entry = certificates
                .iter()
                .find(|entry| entry["sha256"].as_str() == Some(&authority.sha256))
                .unwrap();
            assert_eq!(entry["cn"].as_str(), Some(authority.name.as_str()));
            assert_eq!(entry["subject"].as_str(), Some(authority.subject.as_str()));
            let ended = entry["not_after"].as_str().unwrap().replace(' ', "T");
            assert_eq!(ended, authority.not_after.to_string());
        }
        for expected in reference["env"][&environment.id]["hosts"]
            .as_array()
            .unwrap()
        {
            let name = expected["host"].as_str().unwrap();
            let host = environment
                .hosts
                .iter()
                .find(|host| host.name == name)
                .unwrap();
            assert_eq!(
                expected["port"].as_integer(),
                Some(i64::from(host.port)),
                "{name}"
            );
            let confidence = toml::Value::try_from(host.provenance.confidence).unwrap();
            assert_eq!(expected["confidence"], confidence, "{name}");
            let old = host.provenance.old || host.addresses_provenance().old;
            let expected_old = expected
                .get("old")
                .is_some_and(|old| old.as_bool() == Some(true));
            assert_eq!(old, expected_old, "{name}");
            let conflict = expected.get("conflict").is_some();
            assert_eq!(host.provenance.conflict.is_some(), conflict, "{name}");
            let addresses: Vec<String> = host.addresses.iter().map(ToString::to_string).collect();
            let expected: Vec<&str> = expected["ips"]
                .as_array()
                .unwrap()
                .iter()
                .filter_map(toml::Value::as_str)
                .collect();
            assert_eq!(addresses, expected, "{name}");
        }
    }
}

#[test]
fn no_source_is_an_opaque_key() {
    for (id, text) in super::SHIPPED {
        for source in text.split("source = \"").skip(1) {
            assert!(
                !source.starts_with('S') || !source[1..2].parse::<u8>().is_ok(),
                "{id}"
            );
            assert!(source.find('"').unwrap() > 20, "{id}: {source:.40}");
        }
    }
    assert_eq!(SERVICES, ["booking", "gp-connect"]);
}

/// Writes a profile file with a change and reads it as `--env FILE` would.
fn changed(from: &str, to: &str) -> Result<Environment, crate::error::Error> {
    let (_, text) = super::SHIPPED[0];
    assert!(text.contains(from), "{from}");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("own.toml");
    std::fs::write(&path, text.replacen(from, to, 1)).unwrap();
    find(path.to_str().unwrap())
}

#[test]
fn a_profile_file_of_ones_own_is_read() {
    let own = changed("id = \"int\"", "id = \"rehearsal\"").unwrap();
    assert_eq!(own.id, "rehearsal");
    assert_eq!(own.generations, find("int").unwrap().generations);
}

#[test]
fn a_name_that_is_neither_shipped_nor_a_file_lists_the_names() {
    let error = find("imt").unwrap_err();
    assert!(error.to_string().contains("int, dep, live"), "{error}");
}

#[test]
fn a_newer_form_is_refused_before_its_new_keys_are() {
    let error = changed("schema = 1", "schema = 2\nnovel = true").unwrap_err();
    assert!(error.to_string().contains("schema 2"), "{error}");
    assert!(error.problems().is_empty());
}

#[test]
fn an_unknown_key_is_named_with_its_place() {
    let error = changed("schema = 1", "schema = 1\n  nmae = 'x'").unwrap_err();
    let (_, text) = super::SHIPPED[0];
    let line = text.lines().position(|line| line == "schema = 1").unwrap() + 2;
    assert!(
        error.problems()[0].starts_with(&format!("{line}:3: unknown field `nmae`")),
        "{:?}",
        error.problems()
    );
}

#[test]
fn every_broken_value_is_reported_in_one_go() {
    let (_, text) = super::SHIPPED[0];
    let text = text
        .replacen("id = \"int\"", "id = \"In T\"", 1)
        .replacen("mail = \"itoc.", "mail = \"itoc support.", 1)
        .replacen("min_version = \"1.2\"", "min_version = \"1.0\"", 1)
        .replacen("port = 443", "port = 0", 1)
        .replacen("name = \"checkit\"", "name = \"check_it\"", 1)
        .replacen("\"booking\"", "\"boking\"", 1)
        .replacen("sha256 = \"3575", "sha256 = \"X575", 1)
        .replacen(
            "accept = { from = 2023-12-31 }",
            "accept = { from = 2023-12-31, until = 2023-12-31 }",
            1,
        )
        .replacen("id = \"sha2\"", "id = \"sha1\"", 1)
        .replacen(
            "not_after = 2024-04-10T13:23:49Z",
            "not_after = 2024-04-10T13:23:49",
            1,
        );
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("own.toml");
    std::fs::write(&path, &text).unwrap();
    let error = find(path.to_str().unwrap()).unwrap_err();
    let problems = error.problems();
    for part in [
        "`In T` is no short name",
        "is no mail address",
        "`1.0` is none of the TLS versions",
        "0 is no port",
        "`check_it` is no host name",
        "`boking` is none of the services booking, gp-connect",
        "is no fingerprint of 32 bytes",
        "`until` is not after `from`",
        "generation `sha1` stands more than once",
        "`2024-04-10T13:23:49` is neither a date nor a whole second",
    ] {
        let found = problems
            .iter()
            .filter(|problem| problem.contains(part))
            .count();
        assert_eq!(found, 1, "{part} in {problems:#?}");
    }
}
