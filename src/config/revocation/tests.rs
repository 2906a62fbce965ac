//! What `[revocation]` may say, and what holds where it says nothing.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::{Path, PathBuf};

use jiff::SignedDuration;

use super::{Policy, Rule};
use crate::{
    config::{Install, parse},
    error::Error,
};

fn read(more: &str) -> Result<Install, Error> {
    let sound = "schema = 1\nrole = \"provider\"\nservice = \"booking\"\ndefault_environment = \"int\"\n\
        [organisation]\nname = \"Example Ltd\"\nods = \"A12345\"\n[product]\nname = \"P\"\nversion = \"1\"\n";
    parse(&format!("{sound}{more}"), Path::new("here"), &[])
}

fn problem(more: &str) -> String {
    read(more).unwrap_err().problems().join("\n")
}

#[test]
fn nothing_said_means_that_lists_are_required_and_kept_beside_the_install() {
    let revocation = read("").unwrap().revocation;
    assert_eq!(revocation.folder_of("int"), PathBuf::from("here/crl/int"));
    assert_eq!(revocation.rule(Some("g2")), Rule::default());
    assert_eq!(revocation.rule(None).policy, Policy::Require);
    assert_eq!((revocation.every, revocation.peers.len()), (None, 0));
}

#[test]
fn a_generation_takes_from_the_table_above_what_it_does_not_say() {
    let more = "[revocation]\nfolder = \"lists\"\nevery = \"7d\"\npeers = [\"ssp.pem\"]\ngrace = \"24h\"\n\
        [revocation.generation.sha1]\npolicy = \"warn\"\n[revocation.generation.g2]\ngrace = \"1h\"\n";
    let revocation = read(more).unwrap().revocation;
    assert_eq!(revocation.folder_of("int"), PathBuf::from("here/lists/int"));
    assert_eq!(revocation.every, Some(SignedDuration::from_hours(7 * 24)));
    assert_eq!(revocation.peers, [PathBuf::from("here/ssp.pem")]);
    let of = |id| {
        let rule = revocation.rule(Some(id));
        (rule.policy, rule.grace.unwrap().as_hours())
    };
    assert_eq!(of("sha1"), (Policy::Warn, 24));
    assert_eq!(of("g2"), (Policy::Require, 1));
    assert_eq!(of("sha2"), (Policy::Require, 24));
}

#[test]
fn what_is_no_policy_no_duration_and_no_generation_is_told() {
    let said = problem(
        "[revocation]\npolicy = \"warm\"\nevery = \"-1h\"\ngrace = \"soon\"\nfetch = true\n",
    );
    for part in [
        "`policy` is `warm`",
        "did you mean `warn`?",
        "`every` is no duration",
        "`grace` is no duration",
        "unknown key `fetch` under [revocation]",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let said = problem("[revocation.generation.g3]\npolicy = \"off\"\n");
    assert!(said.contains("`generation` is `g3`"), "{said}");
}
