//! An install whose endpoint is visited, and a profile of two generations: the CAs of this run.

#![allow(
    dead_code,
    reason = "each test binary uses its own part of what is shared"
)]

use std::path::{Path, PathBuf};

use crate::{
    pki::{self, Family, Issued, NAME},
    support::{Bench, Run},
};

/// A day on which both generations must be accepted, and `g2` alone is to be presented.
pub(crate) const AT: &str = "2025-01-01T00:00:00Z";

/// An install that shows this leaf under the SHA-256 CAs, trusts both generations, and names these
/// settings besides.
pub(crate) fn install(leaf: &Issued, more: &str) -> Bench {
    let (bench, new, old) = (Bench::new(), pki::sha256(), pki::sha1());
    let trust = [&new.root, &new.sub, &old.root, &old.sub].map(|ca| ca.certificate());
    let trust: Vec<String> = trust.iter().map(|file| quoted(file)).collect();
    bench.write(
        "ptl.toml",
        format!(
            "schema = 1\nrole = \"provider\"\nservice = \"booking\"\ndefault_environment = \"int\"\n\
             [organisation]\nname = \"Example Ltd\"\nods = \"A12345\"\n\
             [product]\nname = \"Example Booking\"\nversion = \"1.0\"\n\
             [environment.int]\nfqdn = \"{NAME}\"\ncertificate = {}\nchain = {}\nkey = {}\ntrust = [{}]\n{more}\n",
            quoted(&leaf.certificate),
            quoted(&new.sub.certificate()),
            quoted(&leaf.key),
            trust.join(", ")
        ),
    );
    bench.write("profile.toml", profile());
    bench
}

/// Visits the endpoint of the install, with these arguments besides.
#[track_caller]
pub(crate) fn visit(bench: &Bench, connect: &str, more: &[&str]) -> Run {
    let mut arguments = vec!["check-chain", "--connect", connect, "--format", "json"];
    arguments.extend(["--env", "profile.toml", "--at", AT, "--timeout", "3s"]);
    arguments.extend(more);
    bench.run(arguments)
}

/// The hosts of INT, under the CAs of this run.
fn profile() -> String {
    let shipped = include_str!("../../templates/environments/int.toml");
    let hosts = shipped.split("[[generation]]").next().unwrap();
    let old = "accept = { from = 2020-01-01 }\npresent = { until = 2024-05-06 }";
    let new = "accept = { from = 2023-12-31 }\npresent = { from = 2024-05-06 }";
    hosts.to_owned()
        + &generation("old", pki::sha1(), "sha1", old)
        + &generation("g2", pki::sha256(), "sha256", new)
}

fn generation(id: &str, family: &Family, digest: &str, dates: &str) -> String {
    const SOURCE: &str = "provenance = { source = \"this run\", confidence = \"A\" }";
    let authority = |header: &str, kind: &str, certificate: PathBuf| {
        let name = format!("Test {kind} {digest}");
        format!(
            "{header}\nname = \"{name}\"\nsubject = \"CN={name},OU=CA,O=nhs\"\nsha256 = \"{}\"\n\
             not_before = 2020-01-01T00:00:00Z\nnot_after = 2040-01-01T00:00:00Z\n{SOURCE}\n",
            fingerprint(&certificate)
        )
    };
    format!(
        "[[generation]]\nid = \"{id}\"\ntitle = \"Test {digest}\"\n{dates}\nrevocation = \"none\"\n{SOURCE}\n{}{}",
        authority("[generation.root]", "Root", family.root.certificate()),
        authority("[[generation.sub]]", "Sub", family.sub.certificate()),
    )
}

/// SHA-256 of a certificate as `openssl` prints it, without colons, in lower case.
pub(crate) fn fingerprint(certificate: &Path) -> String {
    let file = certificate.to_str().unwrap();
    let line = pki::openssl(&["x509", "-noout", "-fingerprint", "-sha256", "-in", file]);
    let digits = line.rsplit('=').next().unwrap().trim();
    digits.replace(':', "").to_lowercase()
}

fn quoted(file: &Path) -> String {
    format!("\"{}\"", file.display())
}
