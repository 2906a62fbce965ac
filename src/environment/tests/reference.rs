//! The shipped profiles against the real certificates and the reference data, where they are at hand.

use std::path::PathBuf;

use openssl::{hash::MessageDigest, x509::X509};

use crate::environment::{Authority, Generation, all};

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
