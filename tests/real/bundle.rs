//! What `ptl bundle` writes, in the servers that it is for: a client of each generation gets in, no other does.
//!
//! The servers get the lines that the manifest gives, as they stand.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use serde_json::Value;

use crate::{
    bundle_servers::{WEAK, apache, asks, haproxy, haproxy_under, lowered, nginx, tomcat},
    lab::{client, path, run, text},
    pki,
    rehearsal_spine::{FQDN, Lab, lab},
    support::Bench,
};

pub(crate) const SECRET: &str = "correct horse battery";

/// A bundle of the lab's install, and a certificate of each generation to come with.
struct Bundle {
    bench: Bench,
    clients: Vec<(&'static str, Bench)>,
    trust: String,
}

impl Bundle {
    fn new(server: &str, more: &[&str]) -> Self {
        Self::with(server, "", more)
    }

    /// A bundle of an install whose environment has this setting as well.
    fn with(server: &str, setting: &str, more: &[&str]) -> Self {
        let lab: &Lab = &lab();
        let bench = lab.install(&["--san"]);
        let text = bench.read("ptl.toml");
        bench.write(
            "ptl.toml",
            text.replace("\ntrust = ", &format!("\n{setting}\ntrust = ")),
        );
        let secret = bench.write("secret", format!("{SECRET}\n"));
        pki::restrict(&secret);
        let order = ["bundle", "--for", server, "--no-lists", "--out", "new"];
        bench.run([&order[..], more].concat()).exits(0);
        Self::of(bench, lab)
    }

    /// The bundle in this bench.
    fn of(bench: Bench, lab: &Lab) -> Self {
        let generations = ["sha1", "sha2", "g2"];
        Self {
            bench,
            clients: generations.map(|id| (id, client(lab, id))).into(),
            trust: path(lab.folder.join("trust/all.pem")),
        }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.bench.path("new").join(name)
    }

    /// The lines of the manifest.
    fn lines(&self) -> String {
        let manifest: Value = serde_json::from_str(&self.bench.read("new/manifest.json")).unwrap();
        let lines = manifest["lines"].as_array().unwrap();
        let lines: Vec<_> = lines.iter().map(|line| line.as_str().unwrap()).collect();
        lines.join("\n") + "\n"
    }

    /// What a server on this port answers.
    fn asks(&self, port: u16, shown: Option<(&Path, &Path)>) -> String {
        asks(&self.bench, &self.trust, port, shown)
    }

    /// Asserts that these generations get `inside`, and the others and strangers `outside`.
    #[track_caller]
    fn lets_in(&self, port: u16, welcome: &[&str], inside: &str, outside: &str) {
        for (id, bench) in &self.clients {
            let shown = (bench.path("chain.pem"), bench.path("lab.key"));
            let answer = self.asks(port, Some((&shown.0, &shown.1)));
            let wanted = match welcome.contains(id) {
                true => inside,
                false => outside,
            };
            assert_eq!(answer, wanted, "{id}");
        }
        let stranger = &pki::sha256().leaf;
        let shown = (stranger.certificate.as_path(), stranger.key.as_path());
        assert_eq!(self.asks(port, Some(shown)), outside, "a stranger");
        assert_eq!(self.asks(port, None), outside, "nobody");
    }
}

const ALL: &[&str] = &["sha1", "sha2", "g2"];
const OF_TODAY: &[&str] = &["sha2", "g2"];

#[test]
fn nginx_lets_every_generation_in_and_no_other() {
    let bundle = Bundle::new("nginx", &[]);
    let lines = bundle.lines();
    let (server, port) = nginx(&lines);
    bundle.lets_in(port, OF_TODAY, "204", "400");
    drop(server);
    let (_server, port) = nginx(&format!("{lines}ssl_ciphers {WEAK};\n"));
    bundle.lets_in(port, ALL, "204", "400");
}

#[test]
fn a_generation_that_is_not_required_stays_outside_and_is_named() {
    let bundle = Bundle::with("nginx", "require = [\"g2\"]", &[]);
    let manifest = bundle.bench.read("new/manifest.json");
    for left in ["Rehearsal RootCA", "Rehearsal INT Level 1C"] {
        assert!(
            manifest.contains(&format!("`{left}` is left out")),
            "{manifest}"
        );
    }
    let (_server, port) = nginx(&format!("{}ssl_ciphers {WEAK};\n", bundle.lines()));
    bundle.lets_in(port, &["g2"], "204", "400");
}

#[test]
fn nginx_opens_an_encrypted_key_as_the_lines_say() {
    let bundle = Bundle::new("nginx", &["--new-passphrase-file", "secret"]);
    let key = fs::read_to_string(bundle.file("private.key")).unwrap();
    assert!(key.starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----"));
    let secret = path(bundle.bench.path("secret"));
    let lines = bundle.lines();
    assert!(lines.contains("ssl_password_file FILE;"), "{lines}");
    let (_server, port) = nginx(&lines.replace("FILE;", &format!("{secret};")));
    bundle.lets_in(port, OF_TODAY, "204", "400");
}

#[test]
fn apache_lets_every_generation_in_and_no_other() {
    let bundle = Bundle::new("apache", &[]);
    let lines = bundle.lines();
    let (server, port) = apache(&lines);
    bundle.lets_in(port, OF_TODAY, "410", "000");
    drop(server);
    let (_server, port) = apache(&format!("{lines}SSLCipherSuite {WEAK}\n"));
    bundle.lets_in(port, ALL, "410", "000");
}

#[test]
fn haproxy_lets_every_generation_in_and_no_other() {
    let bundle = Bundle::new("haproxy", &[]);
    let lines = bundle.lines();
    let (server, port) = haproxy(&lines);
    bundle.lets_in(port, OF_TODAY, "204", "000");
    drop(server);
    let (_server, port) = haproxy(&format!("{} ciphers {WEAK}\n", lines.trim_end()));
    bundle.lets_in(port, ALL, "204", "000");
}

#[test]
fn a_certificate_that_sha1_signed_is_shown_where_the_warning_says_how() {
    for server in ["nginx", "apache", "haproxy"] {
        let bundle = {
            let lab: &Lab = &lab();
            Bundle::of(client(lab, "sha1"), lab)
        };
        let mut order = vec!["bundle", "--for", server, "--no-lists", "--out", "new"];
        order.extend(["--cert", "chain.pem", "--key", "lab.key"]);
        order.extend(["--trust", &bundle.trust]);
        // As JSON: there no line is broken.
        order.extend(["--format", "json"]);
        let run = bundle.bench.run(order).exits(0);
        run.says("does not even load this certificate");
        let lines = bundle.lines();
        let (_server, port) = match server {
            "nginx" => nginx(&format!("{lines}ssl_ciphers {WEAK};\n")),
            "apache" => apache(&format!("{lines}SSLCipherSuite {WEAK}\n")),
            _ => haproxy_under(&lines, &path(lowered(&bundle.bench))),
        };
        let outside = if server == "nginx" { "400" } else { "000" };
        let inside = if server == "apache" { "410" } else { "204" };
        bundle.lets_in(port, ALL, inside, outside);
    }
}

#[test]
fn tomcat_lets_every_generation_in_and_no_other() {
    let bundle = Bundle::new("tomcat", &["--new-passphrase-file", "secret"]);
    // Java 17 takes SHA-1 under CAs that are not its own.
    let (_server, port) = tomcat(&bundle.lines().replace("PASSPHRASE", SECRET));
    bundle.lets_in(port, ALL, "200", "000");
}

/// What `keytool -list -v` says of a store.
fn keytool(store: &Path) -> String {
    let store = path(store.to_owned());
    let arguments = ["-list", "-v", "-storetype", "PKCS12", "-storepass", SECRET];
    text(&run(
        "keytool",
        &[&arguments[..], &["-keystore", &store]].concat(),
    ))
}

/// What `openssl pkcs12` says of a store: how it is made, and what is in it.
fn openssl(store: &Path, more: &[&str]) -> String {
    let (store, secret) = (path(store.to_owned()), format!("pass:{SECRET}"));
    let arguments = [
        "pkcs12", "-info", "-noenc", "-in", &store, "-passin", &secret,
    ];
    let output = run("openssl", &[&arguments[..], more].concat());
    assert!(output.status.success(), "{}", text(&output));
    text(&output)
}

#[test]
fn keytool_and_openssl_read_the_stores_for_java() {
    let bundle = Bundle::new("java", &["--new-passphrase-file", "secret"]);
    let identity = keytool(&bundle.file("identity.p12"));
    for part in [
        "Your keystore contains 1 entry",
        &format!("Alias name: {FQDN}"),
        "Entry type: PrivateKeyEntry",
        "Certificate chain length: 2",
    ] {
        assert!(identity.contains(part), "{part}: {identity}");
    }
    let trust = keytool(&bundle.file("truststore.p12"));
    assert!(
        trust.contains("Your keystore contains 6 entries"),
        "{trust}"
    );
    assert_eq!(trust.matches("Entry type: trustedCertEntry").count(), 6);
    for (store, key) in [("identity.p12", true), ("truststore.p12", false)] {
        let said = openssl(&bundle.file(store), &[]);
        for part in ["MAC: sha256", "PBES2", "AES-256-CBC", "hmacWithSHA256"] {
            assert!(said.contains(part), "{part}: {said}");
        }
        assert_eq!(said.contains("BEGIN PRIVATE KEY"), key);
    }
}

#[test]
fn openssl_reads_the_store_for_windows_of_today_and_of_old() {
    for (more, wanted, unwanted) in [
        (&[][..], "AES-256-CBC", "SHA1"),
        (&["--legacy-pfx"], "pbeWithSHA1And3-KeyTripleDES-CBC", "AES"),
    ] {
        let order = ["--new-passphrase-file", "secret"];
        let bundle = Bundle::new("iis", &[&order[..], more].concat());
        let store = bundle.file("identity.pfx");
        for flags in [&[][..], &["-legacy"]] {
            let said = openssl(&store, flags);
            assert!(said.contains(wanted) && !said.contains(unwanted), "{said}");
            assert_eq!(said.matches("BEGIN CERTIFICATE").count(), 2, "{said}");
            assert!(said.contains("BEGIN PRIVATE KEY"), "{said}");
        }
        for (file, name) in [
            ("root-rehearsal-rootca.cer", "Rehearsal RootCA"),
            ("sub-rehearsal-subca02.cer", "Rehearsal SubCA02"),
        ] {
            let file = path(bundle.file(file));
            let arguments = ["x509", "-inform", "DER", "-noout", "-subject", "-in", &file];
            assert!(text(&run("openssl", &arguments)).contains(name));
        }
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&store), 0o600);
    }
}
