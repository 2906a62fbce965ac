//! `ptl lab issue`, `revoke` and `crl`: what a desk signs, refuses and never overwrites.

use crate::{
    pki,
    rehearsal_spine::{FQDN, Lab, lab},
    support::Bench,
};

#[test]
fn a_request_that_a_desk_would_refuse_is_not_signed() {
    let lab = lab();
    let bench = Bench::new();
    let folder = lab.folder.to_str().unwrap();
    let key = pki::sha256().leaf.key.to_str().unwrap();
    for (subject, id) in [
        ("/CN=example.com", "CSR-004"),
        ("/CN=a.thirdparty.nhs.uk/emailAddress=a@nhs.uk", "CSR-007"),
        (
            "/C=AU/ST=Some-State/O=Internet Widgits Pty Ltd/CN=a.thirdparty.nhs.uk",
            "CSR-008",
        ),
        ("/CN=*.thirdparty.nhs.uk", "CSR-006"),
        ("/O=nobody", "CSR-003"),
    ] {
        let request = bench.path("bad.csr");
        let request = request.to_str().unwrap();
        pki::openssl(&[
            "req", "-new", "-key", key, "-subj", subject, "-out", request,
        ]);
        bench
            .run(["lab", "issue", "bad.csr", "--lab", folder])
            .exits(1)
            .says_nothing()
            .complains("a desk would refuse")
            .complains(id)
            .complains("hint: ");
    }
    assert_eq!(bench.files(), ["bad.csr"]);
}

#[test]
fn a_certificate_is_never_overwritten_and_a_strange_file_is_no_request() {
    let lab = lab();
    let bench = lab.install(&[]);
    let folder = lab.folder.to_str().unwrap();
    let before = bench.read("lab.crt");
    let request = format!("{FQDN}.csr");
    bench
        .run([
            "lab", "issue", &request, "--out", "lab.crt", "--lab", folder,
        ])
        .refuses("never overwritten");
    assert_eq!(bench.read("lab.crt"), before);
    bench
        .run(["lab", "issue", "lab.crt", "--lab", folder])
        .refuses("and no certificate request");
    bench
        .run([
            "lab",
            "issue",
            &request,
            "--generation",
            "g3",
            "--lab",
            folder,
        ])
        .refuses("no generation `g3`");
    bench
        .run([
            "lab",
            "revoke",
            pki::sha256().leaf.certificate.to_str().unwrap(),
            "--lab",
            folder,
        ])
        .refuses("none of this lab's CAs issued");
    bench
        .run([
            "lab",
            "crl",
            "--entries",
            "1",
            "--partition",
            "9",
            "--lab",
            folder,
        ])
        .refuses("3 partitions");
    bench
        .run(["lab", "crl", "--entries", "9999999", "--lab", folder])
        .exits(2);
}

#[test]
fn a_time_for_which_nothing_is_signed_is_refused_and_flags_that_change_nothing_are_named() {
    let lab = lab();
    let bench = lab.install(&[]);
    let folder = lab.folder.to_str().unwrap();
    for at in ["1960-01-01T00:00:00Z", "9999-12-29T00:00:00Z"] {
        for command in [
            &["lab", "crl", "--entries", "1", "--lab", folder, "--at", at][..],
            &["lab", "revoke", "lab.crt", "--lab", folder, "--at", at],
        ] {
            bench.run(command).refuses("the lab signs nothing for");
        }
    }
    let arguments = ["lab", "crl", "--entries", "0", "--lab", folder];
    bench
        .run([&arguments[..], &["--format", "json"]].concat())
        .exits(0)
        .complains("note: --format changes nothing here");
}

#[test]
fn a_report_does_not_take_the_place_of_the_certificate() {
    let lab = lab();
    let bench = lab.install(&[]);
    let folder = lab.folder.to_str().unwrap();
    let request = format!("{FQDN}.csr");
    for output in ["new.crt", "new"] {
        let arguments = [
            "lab", "issue", &request, "--out", output, "--output", output,
        ];
        bench
            .run([&arguments[..], &["--lab", folder]].concat())
            .refuses("never overwritten");
        assert!(bench.read(output).starts_with("-----BEGIN CERTIFICATE"));
    }
}

#[test]
fn a_certificate_that_could_not_be_revoked_is_not_left_there() {
    let mut lab = Lab::start();
    let bench = lab.install(&[]);
    lab.kill();
    let folder = lab.folder.to_str().unwrap();
    std::fs::write(lab.folder.join("ca/g2/revoked.toml"), "junk").unwrap();
    let request = format!("{FQDN}.csr");
    let arguments = [
        "lab",
        "issue",
        &request,
        "--out",
        "new.crt",
        "--revoked",
        "--lab",
        folder,
    ];
    bench.run(arguments).refuses("revoked.toml");
    assert!(!bench.path("new.crt").exists());
}

#[test]
fn whatever_is_issued_stands_in_a_register_however_many_issue_at_once() {
    let mut lab = Lab::start();
    let bench = lab.install(&[]);
    lab.kill();
    let folder = lab.folder.to_str().unwrap();
    let request = format!("{FQDN}.csr");
    let names: Vec<_> = (0..8).map(|number| format!("{number}.crt")).collect();
    let issue = |name: &String| {
        let arguments = ["lab", "issue", &request, "--out", name, "--lab", folder];
        bench
            .command([&arguments[..], &["--generation", "sha2"]].concat())
            .spawn()
            .unwrap()
    };
    let children: Vec<_> = names.iter().map(issue).collect();
    for child in children {
        let run = crate::support::Run::of(child.wait_with_output().unwrap());
        run.exits(0);
    }
    let register = lab.folder.join("ca/sha2/issued.toml");
    let text = std::fs::read_to_string(&register).unwrap();
    for name in &names {
        let file = bench.path(name);
        let said = pki::openssl(&["x509", "-noout", "-serial", "-in", file.to_str().unwrap()]);
        let serial = said.trim().trim_start_matches("serial=").to_lowercase();
        assert!(text.contains(&format!("\"{serial}\"")), "{serial}: {text}");
    }
    for junk in [
        "junk",
        "schema = 2\nserials = []\n",
        "schema = 1\nserials = [\"xy\"]\n",
    ] {
        std::fs::write(&register, junk).unwrap();
        let arguments = [
            "lab", "issue", &request, "--out", "new.crt", "--lab", folder,
        ];
        bench
            .run([&arguments[..], &["--generation", "sha2"]].concat())
            .refuses("issued.toml");
        assert!(!bench.path("new.crt").exists());
    }
}
