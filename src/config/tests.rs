//! What is taken, what is refused, and where.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;

use super::{Install, read::parse};
use crate::{environment::Role, error::Error};

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
"#;

const CHECKS: &[&str] = &["CHAIN-001", "CHAIN-002", "TCP-001"];

fn read(text: &str) -> Result<Install, Error> {
    parse(text, Path::new("install"), CHECKS)
}

/// The problems of a file, without its name: `line:column: message`.
fn problems(text: &str) -> Vec<String> {
    let error = read(text).expect_err("the file is wrong");
    error
        .problems()
        .iter()
        .map(|line| line.strip_prefix("install/ptl.toml:").unwrap().to_owned())
        .collect()
}

/// The problems of the sound file with more at its end; lines count from the first added one.
fn added(more: &str) -> Vec<String> {
    let lines = SOUND.lines().count();
    problems(&format!("{SOUND}{more}"))
        .into_iter()
        .map(|problem| {
            let (line, rest) = problem.split_once(':').unwrap();
            format!("{}:{rest}", line.parse::<usize>().unwrap() - lines)
        })
        .collect()
}

fn warnings(more: &str) -> Vec<String> {
    let install = read(&format!("{SOUND}{more}")).unwrap();
    let lines = SOUND.lines().count();
    install
        .warnings
        .into_iter()
        .map(|warning| {
            let line = warning.line - lines;
            format!("{line}:{}: {}", warning.column, warning.message)
        })
        .collect()
}

#[test]
fn a_sound_file_is_read_whole() {
    let text = format!(
        r#"{SOUND}
[environment.int]
fqdn = "example.thirdparty.nhs.uk"
asid = "200000000359"
party_key = "A12345-0000806"
key = "int/example.key"
certificate = "/etc/ptl/example.crt"
chain = "int/chain.pem"
trust = ["int/root.pem", "int/sub.pem"]
endpoint = "https://example.thirdparty.nhs.uk/booking"
source_address = "10.1.2.3"
require = ["sha2", "g2"]
msg_out = ["10.239.14.0/24", "msg-out.int.spine2.ncrs.nhs.uk", "10.1.2.4"]
ssp = "proxy.example.nhs.uk"
sds = "ldap.example.nhs.uk"
ssp_client_names = ["msg.int.spine2.ncrs.nhs.uk"]

[network]
hscn = true
resolvers = ["155.231.231.1", "127.0.0.1:5353", "[::1]"]

[[waive]]
check = "CHAIN-002"
reason = "renewal is on its way"
by = "anna"
until = 2027-01-31
"#
    );
    let install = read(&text).unwrap();
    assert_eq!(install.role, Role::Provider);
    assert_eq!(install.product_version, "1.0");
    assert_eq!(install.warnings, []);
    let int = &install.environments["int"];
    assert_eq!(int.fqdn.as_deref(), Some("example.thirdparty.nhs.uk"));
    assert_eq!(
        int.key.as_deref(),
        Some(Path::new("install/int/example.key"))
    );
    assert_eq!(
        int.certificate.as_deref(),
        Some(Path::new("/etc/ptl/example.crt"))
    );
    assert_eq!(int.trust.len(), 2);
    assert_eq!(int.require, Some(vec!["sha2".to_owned(), "g2".to_owned()]));
    assert_eq!(int.msg_out.len(), 3);
    assert_eq!(install.network.hscn, Some(true));
    let resolvers = install.network.resolvers.iter();
    let resolvers: Vec<_> = resolvers.map(ToString::to_string).collect();
    assert_eq!(
        resolvers,
        ["155.231.231.1:53", "127.0.0.1:5353", "[::1]:53"]
    );
    assert_eq!(install.waivers[0].until.to_string(), "2027-01-31");
}

#[test]
fn the_smallest_file_is_enough() {
    let install = read(SOUND).unwrap();
    assert!(install.environments.is_empty());
    assert_eq!(install.network.hscn, None);
}

#[test]
fn every_problem_is_reported_in_one_go_in_the_order_of_the_file() {
    let text = r#"schema = 1
role = "povider"
servce = "booking"
default_environment = "imt"

[organisation]
name = ""

[product]
name = 7
version = 1.0

[environment.int]
fqdn = "example_1.org"
  endpoint = "http://10.0.0.1:443/"
colour = "red"

[network]
hscn = "yes"
"#;
    assert_eq!(
        problems(text),
        [
            "1:1: `service` is missing",
            "2:8: `role` is `povider`: did you mean `provider`?",
            "3:1: unknown key `servce`: did you mean `service`?",
            "4:23: `default_environment` is `imt`: did you mean `int`?",
            "6:1: `ods` is missing under [organisation]",
            "7:8: `name` is empty",
            "10:8: `name` must be a string in quotes, not a whole number",
            "11:11: `version` must be a string in quotes, not a decimal number",
            "14:8: `fqdn` is `example_1.org`: the label `example_1` has a character other than letters, digits and hyphens",
            "14:8: `fqdn` is `example_1.org`: it is not under nhs.uk, and no other name is signed",
            "15:14: `endpoint` begins with `http://`; Spine calls https alone",
            "15:14: `endpoint` names an address: it must name the registered host",
            "15:14: `endpoint` has the port `:443`; it is 443, and the registered URL must not say so",
            "16:1: unknown key `colour` under [environment.int]: known are fqdn, asid, party_key, key, certificate, chain, trust, endpoint, source_address, require, msg_out, ssp, sds, ssp_client_names",
            "19:8: `hscn` must be true or false, not a string",
        ]
    );
}

#[test]
fn a_name_stands_on_one_line() {
    let text = SOUND.replace("name = \"Example Ltd\"", "name = \"a\\nb\"");
    let found = problems(&text);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].ends_with("`name` holds a line break or another control character"));
}

#[test]
fn an_empty_file_misses_everything_that_is_needed() {
    assert_eq!(
        problems(""),
        [
            "1:1: `schema` is missing; it is 1",
            "1:1: the table [organisation] is missing",
            "1:1: the table [product] is missing",
            "1:1: `role` is missing",
            "1:1: `service` is missing",
            "1:1: `default_environment` is missing",
        ]
    );
}

#[test]
fn a_newer_form_is_refused_alone() {
    let error = read("schema = 2\nwhat = \"ever\"\n").unwrap_err();
    assert!(error.to_string().contains("schema 2"), "{error}");
    assert!(error.problems().is_empty());
    assert_eq!(
        problems(&SOUND.replace("schema = 1", "schema = 0")),
        ["1:10: `schema` is 0; this ptl knows 1"]
    );
}

#[test]
fn broken_toml_is_refused_with_every_place() {
    let found = problems("schema = \nrole = \"provider\nservice = 'x'\n= 1\n");
    let places: Vec<&str> = found
        .iter()
        .map(|problem| problem.split(": ").next().unwrap())
        .collect();
    assert_eq!(places, ["1:10", "2:17", "4:1"], "{found:#?}");
}

#[test]
fn a_key_that_stands_twice_is_refused() {
    let found = added("version = \"2\"\n");
    assert_eq!(found, ["1:1: duplicate key"]);
}

#[test]
fn an_endpoint_must_name_the_registered_host_without_a_port() {
    for (url, problem) in [
        (
            "https://other.nhs.uk/x",
            "names `other.nhs.uk`, but `fqdn` is `a.nhs.uk`",
        ),
        ("https://a.nhs.uk:443/x", "has the port `:443`"),
        ("https://a.nhs.uk:8443", "has the port `:8443`"),
        ("https://[::1]/x", "names an address"),
        (
            "https://me:secret@a.nhs.uk/x",
            "has a user name or password",
        ),
        ("https://a.nhs.uk/x?y=1", "has a `?` or `#`"),
        ("a.nhs.uk/x", "is no URL"),
    ] {
        let more = format!("[environment.int]\nfqdn = \"a.nhs.uk\"\nendpoint = \"{url}\"\n");
        let found = added(&more);
        assert_eq!(found.len(), 1, "{found:#?}");
        assert!(found[0].starts_with("3:12: `endpoint` "), "{found:#?}");
        assert!(found[0].contains(problem), "{found:#?}");
    }
    let ends = "[environment.int]\nfqdn = \"abc.nhs.uk\"\nendpoint = \"https://ABC.nhs.uk/x/\"\n";
    assert_eq!(warnings(ends).len(), 1);
}

#[test]
fn what_no_source_states_is_a_warning_alone() {
    let sound = SOUND.replace("A12345", "a1");
    let install = read(&sound).unwrap();
    assert_eq!(install.ods, "a1");
    assert_eq!(
        (install.warnings[0].line, install.warnings[0].column),
        (8, 7)
    );
    for (setting, place) in [
        ("asid = \"12\"", "2:8"),
        ("asid = \"YES-0000806\"", "2:8"),
        ("party_key = \"A12345\"", "2:13"),
        ("fqdn = \"Example.thirdparty.nhs.uk\"", "2:8"),
        ("fqdn = \"ab.thirdparty.nhs.uk\"", "2:8"),
    ] {
        let found = warnings(&format!("[environment.int]\n{setting}\n"));
        assert_eq!(found.len(), 1, "{setting}: {found:#?}");
        assert!(found[0].starts_with(place), "{found:#?}");
    }
    assert_eq!(
        warnings("[environment.inte]\nfqdn = \"abc.nhs.uk\"\n"),
        [
            "1:14: ptl ships no environment `inte`: this is used with a profile file alone; did you mean `int`?"
        ]
    );
}

#[test]
fn a_name_in_capitals_is_read_in_lower_case() {
    let more = "[environment.int]\nfqdn = \"BaRS-INT-A1.Acme.thirdparty.nhs.uk\"\n";
    let install = read(&format!("{SOUND}{more}")).unwrap();
    assert_eq!(
        install.environments["int"].fqdn.as_deref(),
        Some("bars-int-a1.acme.thirdparty.nhs.uk")
    );
}

#[test]
fn an_unknown_generation_is_refused_and_an_empty_list_too() {
    assert_eq!(
        added("[environment.int]\nrequire = [\"g2\", \"g3\"]\n"),
        ["2:18: `require` is `g3`: it is one of sha1, sha2, g2"]
    );
    assert_eq!(
        added("[environment.live]\nrequire = [\"sha1\"]\n"),
        ["2:12: `require` is `sha1`: it is one of g1, g2"]
    );
    assert_eq!(
        added("[environment.int]\nrequire = []\n"),
        ["2:11: `require` is empty: leave it out, and the profile's dates decide"]
    );
}

#[test]
fn a_waiver_names_one_check_a_reason_a_person_and_a_day() {
    assert_eq!(
        added(
            "[[waive]]\ncheck = \"CHAIN-003\"\nreason = \"r\"\nby = \"anna\"\nuntil = \"2027-01-31\"\n"
        ),
        ["2:9: no check `CHAIN-003`: did you mean `CHAIN-002`?"]
    );
    assert_eq!(
        added("[[waive]]\ncheck = \"PATH-*\"\nuntil = \"31.1.2027\"\n"),
        [
            "1:1: `reason` is missing under [[waive]]",
            "1:1: `by` is missing under [[waive]]",
            "2:9: no check `PATH-*`: `ptl explain --list` shows them all",
            "3:9: `until` must be a day, as 2027-01-31",
        ]
    );
    let text = format!(
        "{SOUND}[[waive]]\ncheck = \"CHAIN-9\"\nreason = \"r\"\nby = \"b\"\nuntil = 2027-02-30\n"
    );
    assert!(read(&text).is_err());
}

#[test]
fn lists_and_addresses_of_a_wrong_kind_are_refused() {
    assert_eq!(
        added(
            "[environment.int]\ntrust = \"root.pem\"\nmsg_out = [\"10.0.0.0/33\", 7, \"1.2.3\"]\nsource_address = \"here\"\nssp = \"https://x\"\n[network]\nresolvers = [\"cns0.nhs.uk\", \"1.2.3.4:0\"]\n"
        ),
        [
            "2:9: `trust` must be an array of strings, as [\"one\", \"two\"], not a string",
            "3:12: `msg_out` has `10.0.0.0/33`: that is no host name, address or range as 10.0.0.0/24",
            "3:27: `msg_out` must be a string in quotes, not a whole number",
            "3:30: `msg_out` has `1.2.3`: that is no host name, address or range as 10.0.0.0/24",
            "4:18: `source_address` is `here`: it is one IP address",
            "5:7: `ssp` is `https://x`: that is no host name",
            "7:14: `resolvers` has `cns0.nhs.uk`: write an address, as 10.0.0.1 or 10.0.0.1:5353",
            "7:29: `resolvers` has `1.2.3.4:0`: write an address, as 10.0.0.1 or 10.0.0.1:5353",
        ]
    );
    assert_eq!(
        added("[environment]\nint = 3\n[waive]\ncheck = \"X\"\n"),
        [
            "2:7: [environment.int] must be a table, not a whole number",
            "3:1: `waive` must be tables, each under [[waive]], not a table",
        ]
    );
}

#[test]
fn columns_count_characters_and_windows_line_ends_do_not() {
    let text = SOUND.replace("Example Ltd", "Café").replace('\n', "\r\n");
    let broken = text.replace("name = \"Café\"", "name = \"Café\" x");
    assert_eq!(problems(&broken)[0].split(": ").next(), Some("7:15"));
    assert_eq!(read(&text).unwrap().organisation, "Café");
}

#[test]
fn a_default_environment_may_be_a_profile_file_of_the_install() {
    let text = SOUND.replace("\"int\"", "\"own/rehearsal.toml\"");
    assert_eq!(
        read(&text).unwrap().default_environment,
        "install/own/rehearsal.toml"
    );
}

#[test]
fn a_folder_without_the_file_points_to_init() {
    let folder = tempfile::tempdir().unwrap();
    let error = Install::read(folder.path()).unwrap_err();
    assert!(error.next_action().unwrap().contains("ptl init"));
}

#[test]
fn a_key_in_place_of_its_files_name_is_told_and_not_repeated() {
    let told = added(
        "[environment.int]\nkey = \"\"\"-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\"\"\"\n",
    );
    assert!(told[0].starts_with("2:7: `key` is a private key itself"));
    assert!(!told.concat().contains("MIIE"));
}
