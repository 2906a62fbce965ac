//! The shipped profiles against the table, the real certificates and the reference.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod reference;

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{Direction, Environment, Generation, Role, SERVICES, Standing, all, find};

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
fn no_source_is_an_opaque_key() {
    for (id, text) in super::SHIPPED {
        for source in text.split("source = \"").skip(1) {
            assert!(
                !source.starts_with('S') || source[1..2].parse::<u8>().is_err(),
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
        .replacen("name = \"crl.nhs.uk\"", "name = \"10.0.0\"", 1)
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
        "`10.0.0` is no host name",
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
