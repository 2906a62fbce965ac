//! Who takes a certificate and who refuses it: ptl's rows against OpenSSL's command and a JDK's trust manager.

use std::{
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde_json::Value;

use crate::{
    chain_files::{check, leaf, utf8},
    pki::{self, Leaf, NAME},
};

const AT: &str = "2025-01-01T00:00:00Z";

/// The rows, in their order: three levels of OpenSSL, Java, SChannel, Go, rustls.
const ROWS: [&str; 7] = [
    "PEER-001", "PEER-002", "PEER-003", "PEER-004", "PEER-005", "PEER-006", "PEER-007",
];

/// A chain with one defect, and what each row says of it as a server's and as a client's: `T`aken or `R`efused.
struct Defect {
    name: &'static str,
    rows: [&'static str; 7],
    leaf: PathBuf,
    sub: Option<PathBuf>,
    root: PathBuf,
}

fn defects() -> Vec<Defect> {
    let under_sha256 = |name, rows, leaf| {
        let family = pki::sha256();
        let (sub, root) = (family.sub.certificate(), family.root.certificate());
        Defect {
            name,
            rows,
            leaf,
            sub: Some(sub),
            root,
        }
    };
    let usage = |file: &str, purposes: &str| {
        let lines = format!(
            "keyUsage=critical,digitalSignature,keyEncipherment\n{purposes}subjectAltName=DNS:{NAME}\n"
        );
        leaf(file, |leaf| leaf.extensions(&lines))
    };
    let sha1 = pki::sha1();
    vec![
        root_over(),
        name_in_capitals(),
        under_sha256("none", ["TT"; 7], pki::sha256().leaf.certificate.clone()),
        Defect {
            name: "SHA-1",
            rows: ["TT", "RR", "RR", "TT", "TT", "RR", "RR"],
            leaf: sha1.leaf.certificate.clone(),
            sub: Some(sha1.sub.certificate()),
            root: sha1.root.certificate(),
        },
        under_sha256(
            "common name alone",
            ["TT", "TT", "TT", "TT", "TT", "RT", "RT"],
            leaf("peer-cn-only", |leaf| {
                leaf.extensions(
                    "basicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth,clientAuth\n",
                )
            }),
        ),
        under_sha256(
            "RSA key of 1024 bits",
            ["TT", "TT", "RR", "TT", "TT", "TT", "RR"],
            small_key("peer-1024", 1024),
        ),
        under_sha256(
            "RSA key of 512 bits",
            ["TT", "RR", "RR", "RR", "RR", "RR", "RR"],
            small_key("peer-512", 512),
        ),
        under_sha256(
            "serverAuth alone",
            ["TR"; 7],
            usage("peer-server", "extendedKeyUsage=serverAuth\n"),
        ),
        under_sha256(
            "clientAuth alone",
            ["RT"; 7],
            usage("peer-client", "extendedKeyUsage=clientAuth\n"),
        ),
        under_sha256(
            "any purpose alone",
            ["RR", "RR", "RR", "TT", "TT", "TT", "RR"],
            usage("peer-any", "extendedKeyUsage=anyExtendedKeyUsage\n"),
        ),
        under_sha256("no extended key usage", ["TT"; 7], usage("peer-no-eku", "")),
        under_sha256(
            "expired",
            ["RR"; 7],
            leaf("peer-expired", |leaf| {
                leaf.dates(pki::FROM, "20241231000000Z")
            }),
        ),
        under_sha256(
            "another name",
            ["RT"; 7],
            leaf("peer-other-name", |leaf| {
                leaf.extensions("subjectAltName=DNS:other.nhs.uk\n")
            }),
        ),
    ]
}

/// OpenSSL, SChannel and Go look at the anchor's own dates; Java and rustls take its name and key alone.
fn root_over() -> Defect {
    let root = pki::Authority::root_until("Test Root over", "sha256", pki::FROM, "20240101000000Z");
    let leaf = Leaf::new("peer-root-over", NAME).key(&pki::sha256().leaf.key);
    Defect {
        name: "expired root",
        rows: ["RR", "RR", "RR", "TT", "RR", "RR", "TT"],
        leaf: root.leaf(&leaf).certificate,
        sub: None,
        root: root.certificate(),
    }
}

/// A sub CA with the right key, and its name in capitals: one name by RFC 5280, 7.1, but not byte by byte.
fn name_in_capitals() -> Defect {
    let family = pki::sha256();
    let sub = Leaf::new("peer-capitals", "-")
        .subject("/O=nhs/OU=CA/CN=TEST SUB SHA256")
        .extensions("basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n")
        .key(&family.sub.key());
    Defect {
        name: "name in capitals",
        rows: ["TT", "TT", "TT", "TT", "??", "RR", "RR"],
        leaf: family.leaf.certificate.clone(),
        sub: Some(family.root.leaf(&sub).certificate),
        root: family.root.certificate(),
    }
}

/// A leaf whose own RSA key is small; a key so small is quickly made.
fn small_key(file: &str, bits: u32) -> PathBuf {
    let key = pki::folder().join(format!("{file}.key"));
    let bits = format!("rsa_keygen_bits:{bits}");
    pki::openssl(&[
        "genpkey",
        "-algorithm",
        "RSA",
        "-pkeyopt",
        &bits,
        "-out",
        utf8(&key),
    ]);
    let family = pki::sha256();
    let leaf = Leaf::new(file, NAME).key(&key);
    family.sub.leaf(&leaf).certificate
}

impl Defect {
    /// What is sent after the leaf.
    fn chain(&self) -> Vec<&Path> {
        self.sub.iter().map(PathBuf::as_path).collect()
    }

    fn rows_of_ptl(&self) -> Vec<Value> {
        let trust = [
            "--trust",
            utf8(&self.root),
            "--host",
            NAME,
            "--purpose",
            "both",
        ];
        let run = check(&self.leaf, &self.chain(), &trust);
        ROWS.iter().map(|id| run.findings(id).remove(0)).collect()
    }

    /// What a row says, as `TT`.
    fn said(row: &Value) -> String {
        ["as a server's", "as a client's"]
            .iter()
            .map(|side| match row["evidence"][side].as_str() {
                Some("taken") => 'T',
                Some("refused") => 'R',
                _ => '?',
            })
            .collect()
    }

    /// What the `openssl` command says at a level, in the same form.
    fn said_by_openssl(&self, level: usize) -> String {
        let level = level.to_string();
        [("sslserver", true), ("sslclient", false)]
            .iter()
            .map(|(purpose, named)| {
                let mut command = Command::new("openssl");
                command.args(["verify", "-attime", "1735689600", "-auth_level", &level]);
                command.args(["-purpose", purpose, "-no-CApath", "-no-CAstore", "-CAfile"]);
                command.arg(&self.root);
                for sub in self.chain() {
                    command.args([Path::new("-untrusted"), sub]);
                }
                if *named {
                    command.args(["-verify_hostname", NAME]);
                }
                let output = command.arg(&self.leaf).output().unwrap();
                if output.status.success() { 'T' } else { 'R' }
            })
            .collect()
    }
}

/// What a JDK says of every chain, one start for all of them: in the same form.
fn said_by_java(defects: &[Defect]) -> Vec<String> {
    let mut cases = String::new();
    for defect in defects {
        let sub = defect.sub.as_deref().map_or("-", utf8);
        let files = [utf8(&defect.leaf), sub, utf8(&defect.root)];
        for (side, host) in [("server", NAME), ("client", "-")] {
            cases += &format!("{side}\t{host}\t{AT}\t{}\n", files.join("\t"));
        }
    }
    let mut java = Command::new("java")
        .args(["--add-exports", "java.base/sun.security.util=ALL-UNNAMED"])
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cli/Peer.java"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a JDK is installed");
    let mut stdin = java.stdin.take().unwrap();
    stdin.write_all(cases.as_bytes()).unwrap();
    drop(stdin);
    let output = java.wait_with_output().unwrap();
    assert!(output.status.success(), "java failed");
    let stdout = String::from_utf8(output.stdout).unwrap();
    let words: Vec<char> = stdout
        .lines()
        .map(|line| if line == "taken" { 'T' } else { 'R' })
        .collect();
    assert_eq!(words.len(), 2 * defects.len(), "{stdout}");
    words.chunks(2).map(|pair| pair.iter().collect()).collect()
}

#[test]
fn every_row_says_who_takes_a_chain_and_openssl_and_java_agree() {
    let defects = defects();
    let java = said_by_java(&defects);
    for (defect, java) in defects.iter().zip(java) {
        let rows = defect.rows_of_ptl();
        let said: Vec<String> = rows.iter().map(Defect::said).collect();
        assert_eq!(said, defect.rows, "{}: {rows:#?}", defect.name);
        for (level, said) in said[..3].iter().enumerate() {
            let by_openssl = defect.said_by_openssl(level);
            assert_eq!(said, &by_openssl, "{} at level {level}", defect.name);
        }
        assert_eq!(said[3], java, "{} by Java", defect.name);
        for row in &rows {
            let outcome = match Defect::said(row).as_str() {
                "TT" => "pass",
                "??" => "not-applicable",
                _ => "fail",
            };
            assert_eq!(row["outcome"], outcome, "{row:#}");
            assert_eq!(row["severity"], "notice");
        }
        // Lowering the level is no advice where the lowest refuses as well.
        if said[1].contains('R') {
            let hint = rows[1]["hint"].as_str().unwrap();
            assert_eq!(hint.contains("SECLEVEL=0"), said[0] == "TT", "{hint}");
        }
    }
}

#[test]
fn a_refusal_names_every_reason_with_the_rule_and_fails_no_run() {
    let family = pki::sha1();
    let bare = "basicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth,clientAuth\n";
    let leaf = Leaf::new("peer-sha1-cn-only", NAME)
        .key(&family.leaf.key)
        .digest("sha1")
        .extensions(bare);
    let leaf = family.sub.leaf(&leaf).certificate;
    let root = family.root.certificate();
    let trust = ["--trust", utf8(&root), "--host", NAME];
    let run = check(&leaf, &[&family.sub.certificate()], &trust)
        .exits(0)
        .fails("PEER-006", NAME, "sha1-signature")
        .finds("PEER-004", NAME, "pass");
    let row = run.finding("PEER-006", NAME);
    assert_eq!(
        row["reason"],
        format!(
            "Go refuses it as a server's and as a client's: `{NAME}`, `Test Sub sha1`: signed with sha1WithRSAEncryption \
             (Go 1.18 release notes, crypto/x509; no way back since 1.24); \
             as a server's `{NAME}`: named in the common name alone, which is not read (Go 1.15 release notes, crypto/x509)"
        )
    );
}

#[test]
fn without_a_path_no_verifier_is_asked() {
    let run = check(&pki::sha256().leaf.certificate, &[], &[]).exits(1);
    for id in ROWS {
        assert_eq!(run.finding(id, NAME)["outcome"], "blocked");
    }
    // Alone, it is an open question and no pass.
    check(&pki::sha256().leaf.certificate, &[], &["--only", "PEER-*"]).exits(3);
}

#[test]
fn only_the_sides_that_purpose_names_are_judged() {
    let family = pki::sha256();
    let sub = family.sub.certificate();
    let run = check(&family.leaf.certificate, &[&sub], &["--purpose", "client"]).exits(0);
    let row = run.finding("PEER-007", NAME);
    assert_eq!(row["reason"], "rustls takes it as a client's");
    assert_eq!(row["evidence"]["as a server's"], Value::Null);
}

#[cfg(unix)]
#[test]
fn the_three_generations_are_taken_as_the_real_ones_are() {
    use crate::{
        loopback::Machine,
        rehearsal_spine::{lab, ptl},
    };
    let lab = lab();
    for (generation, rows) in [
        ("sha1", ["TT", "RR", "RR", "TT", "TT", "RR", "RR"]),
        ("sha2", ["TT", "TT", "TT", "TT", "TT", "RT", "RT"]),
        ("g2", ["TT", "TT", "TT", "TT", "TT", "RT", "RT"]),
    ] {
        let bench = lab.install(&["--generation", generation]);
        let run = ptl(&bench, &Machine::default(), &["check-chain"]);
        let said: Vec<String> = ROWS
            .iter()
            .map(|id| Defect::said(&run.findings(id)[0]))
            .collect();
        assert_eq!(said, rows, "{generation}: {run}");
    }
}
