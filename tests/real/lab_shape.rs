//! What the lab signs has the shape of what the NHS signs; openssl reads both.

use crate::{
    lab::{path, run, text},
    rehearsal_spine::{FQDN, lab},
    support::shared,
};

/// What a certificate is like, by openssl: signature, key, kinds of names, extensions and which are critical.
fn shape(file: &str) -> Vec<String> {
    let said = text(&run("openssl", &["x509", "-in", file, "-noout", "-text"]));
    let mut seen: Vec<String> = Vec::new();
    for line in said.lines().map(str::trim) {
        let is_extension = line.starts_with("X509v3 ") && !line.ends_with("extensions:");
        if is_extension
            || line.starts_with("Authority Information Access")
            || line.starts_with("Signature Algorithm:")
            || line.starts_with("Public-Key:")
            || line.starts_with("CA:TRUE")
        {
            seen.push(line.to_owned());
        } else if let Some(subject) = line.strip_prefix("Subject: ") {
            let kinds = subject.split(", ").filter_map(|part| part.split_once('='));
            seen.push(
                kinds
                    .map(|(kind, _)| kind.trim())
                    .collect::<Vec<_>>()
                    .join(","),
            );
        }
    }
    seen.sort();
    seen.dedup();
    seen
}

#[test]
fn each_ca_is_shaped_as_the_real_one_of_its_generation() {
    let Some(shared) = shared("each_ca_is_shaped_as_the_real_one_of_its_generation") else {
        return;
    };
    let lab = lab();
    for (own, real) in [
        ("sha1-root", "rootca-int-sha1"),
        ("sha1-sub", "subca02-int-sha1"),
        ("sha2-root", "nhs-ptl-root-authority"),
        ("sha2-sub", "nhs-int-level-1c"),
        ("g2-root", "nhs-ptl-root-authority-g2"),
        ("g2-sub", "nhs-int-authentication-g2"),
    ] {
        let own = path(lab.folder.join(format!("trust/{own}.pem")));
        let real = path(shared.join(format!("reference/ca/{real}.pem")));
        assert_eq!(shape(&own), shape(&real), "{own}");
    }
}

#[test]
fn the_leaf_is_shaped_as_the_nhss_are() {
    let lab = lab();
    let shape = |order: &[&str]| {
        let bench = lab.install(order);
        let leaf = path(bench.path("lab.crt"));
        text(&run(
            "openssl",
            &[
                "x509", "-in", &leaf, "-noout", "-text", "-nameopt", "RFC2253",
            ],
        ))
    };
    let plain = shape(&[]);
    assert!(
        plain.contains(&format!("Subject: CN={FQDN},OU=Devices,O=nhs")),
        "{plain}"
    );
    assert!(!plain.contains("Subject Alternative Name"), "{plain}");
    assert!(plain.contains("TLS Web Server Authentication, TLS Web Client Authentication"));
    assert!(
        plain.contains("Policy: 1.2.826.0.1275.101.0.3.1.1"),
        "{plain}"
    );
    assert!(plain.contains("URI:http://crl.lab.test:"), "{plain}");
    let old = shape(&["--generation", "sha1", "--san"]);
    assert!(old.contains("sha1WithRSAEncryption"), "{old}");
    assert!(old.contains(&format!("DNS:{FQDN}")), "{old}");
    let point = "DirName:O = nhs, OU = CA, CN = Rehearsal RootCA, CN = CRL1";
    assert!(old.contains(point), "{old}");
}
