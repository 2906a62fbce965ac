//! The revocation lists of a bundle, in the servers that it is for: a good client gets in and a revoked one does not, nor
//! does one whose sub CA is revoked; and once the lists are renewed and the server is told, as printed, nor does one that
//! was revoked since.

use std::{
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::{
    bundle::SECRET,
    bundle_servers::{apache_as, asks, haproxy_as, nginx_as, tomcat},
    lab::{client, path, run, text},
    pki,
    rehearsal_spine::Lab,
    server::Server,
    support::Bench,
};

/// A lab of its own, an install with its lists, and clients.
struct Stage {
    lab: Lab,
    bench: Bench,
    good: Bench,
    revoked: Bench,
    /// Revoked only later.
    late: Bench,
    /// Its sub CA is revoked.
    orphan: Bench,
    /// Of the oldest generation; it names the list of that sub CA.
    #[expect(dead_code, reason = "its folder is there as long as it is held")]
    old: Bench,
}

impl Stage {
    fn new(server: &str, more: &[&str]) -> Self {
        let lab = Lab::start();
        let bench = lab.install(&["--san"]);
        let secret = bench.write("secret", format!("{SECRET}\n"));
        pki::restrict(&secret);
        let [good, revoked, late] = std::array::from_fn(|_| client(&lab, "g2"));
        let orphan = client(&lab, "sha2");
        // Of each generation one at least, or nobody knows which list of its sub CA there is to fetch.
        let old = client(&lab, "sha1");
        let clients = [&good, &revoked, &late, &orphan, &old];
        let peers = clients.map(|client| client.path("lab.crt"));
        let text = bench.read("ptl.toml");
        assert!(!text.contains("\n[revocation]"), "{text}");
        bench.write(
            "ptl.toml",
            format!("{text}\n[revocation]\npeers = {peers:?}\n"),
        );
        let stage = Self {
            lab,
            bench,
            good,
            revoked,
            late,
            orphan,
            old,
        };
        stage.revoke(&stage.revoked.path("lab.crt"));
        stage.revoke(&stage.lab.folder.join("trust/sha2-sub.pem"));
        stage.fetch();
        let order = ["bundle", "--for", server, "--out", "new"];
        let run = stage.bench.run([&order[..], more].concat()).exits(0);
        assert!(run.stdout.contains("is revoked: everybody"), "{run}");
        stage
    }

    fn revoke(&self, certificate: &Path) {
        let lab = path(self.lab.folder.clone());
        let certificate = path(certificate.to_owned());
        let revoke = ["lab", "revoke", &certificate, "--lab", &lab];
        self.bench.run(revoke).exits(0);
    }

    /// Fetches the lists of the CAs and of all clients.
    fn fetch(&self) {
        let run = self.bench.run(["crl", "fetch", "--quiet"]);
        assert!(matches!(run.code, Some(0 | 1)), "{run}");
    }

    fn manifest(&self) -> Value {
        serde_json::from_str(&self.bench.read("new/manifest.json")).unwrap()
    }

    /// The lines of the manifest.
    fn lines(&self) -> String {
        let manifest = self.manifest();
        let lines = manifest["lines"].as_array().unwrap();
        let lines: Vec<_> = lines.iter().map(|line| line.as_str().unwrap()).collect();
        lines.join("\n") + "\n"
    }

    /// Asserts who gets in: the good one always, the late one until he is revoked.
    #[track_caller]
    fn lets_in(&self, port: u16, inside: &str, outside: &str, late: &str) {
        for (who, bench, wanted) in [
            ("good", &self.good, inside),
            ("revoked", &self.revoked, outside),
            ("late", &self.late, late),
            ("orphan", &self.orphan, outside),
        ] {
            assert_eq!(self.answer(port, bench), wanted, "{who}");
        }
    }

    /// What the server answers to a client.
    fn answer(&self, port: u16, client: &Bench) -> String {
        let trust = path(self.lab.folder.join("trust/all.pem"));
        let (certificate, key) = (client.path("chain.pem"), client.path("lab.key"));
        asks(&self.bench, &trust, port, Some((&certificate, &key)))
    }

    /// Revokes the late one, renews the lists by the printed command from elsewhere, and says the printed reload.
    fn renew(&self) -> String {
        self.revoke(&self.late.path("lab.crt"));
        self.fetch();
        let manifest = self.manifest();
        let renew = manifest["lists"]["renew"].as_str().unwrap();
        let renew = renew.strip_prefix("ptl ").unwrap();
        let command = format!("{} {renew}", env!("CARGO_BIN_EXE_ptl"));
        let output = Command::new("sh")
            .args(["-c", &command])
            .current_dir("/")
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", text(&output));
        let reload = manifest["lists"]["reload"].as_str().unwrap();
        assert!(text(&output).lines().next().unwrap().ends_with(reload));
        reload.to_owned()
    }

    /// The whole play: who gets in before, and after the lists were renewed and the server was told.
    #[track_caller]
    fn plays(&self, port: u16, inside: &str, outside: &str, reload: impl FnOnce(&str)) {
        self.lets_in(port, inside, outside, inside);
        let printed = self.renew();
        // No server looks at the file again by itself.
        self.lets_in(port, inside, outside, inside);
        reload(&printed);
        let end = Instant::now() + Duration::from_secs(30);
        // A reload takes a moment, in which the old process answers, or none.
        while self.answer(port, &self.late) != outside || self.answer(port, &self.good) != inside {
            assert!(Instant::now() < end, "the reload changes nothing");
            std::thread::sleep(Duration::from_millis(100));
        }
        self.lets_in(port, inside, outside, outside);
    }
}

#[test]
fn nginx_refuses_who_is_revoked() {
    let stage = Stage::new("nginx", &[]);
    let (server, port) = nginx_as("master_process on;", &stage.lines());
    let folder = server.folder.path().to_owned();
    let ending = Ending(Some(server));
    stage.plays(port, "204", "400", |printed| {
        assert_eq!(printed, "nginx -t && systemctl reload nginx");
        let folder = path(folder.clone());
        let config = format!("{folder}/nginx.conf");
        let tested = run(
            "nginx",
            &["-t", "-p", &folder, "-e", "error.log", "-c", &config],
        );
        assert!(tested.status.success(), "{}", text(&tested));
        ending.server().signal("HUP");
    });
}

#[test]
fn apache_refuses_who_is_revoked() {
    let stage = Stage::new("apache", &[]);
    let (server, port) = apache_as("-DFOREGROUND", &stage.lines());
    let ending = Ending(Some(server));
    stage.plays(port, "410", "000", |printed| {
        assert_eq!(printed, "apachectl configtest && systemctl reload apache2");
        ending.server().signal("USR1");
    });
}

#[test]
fn haproxy_refuses_who_is_revoked() {
    let stage = Stage::new("haproxy", &[]);
    let (server, port) = haproxy_as(&["-W", "-db"], &stage.lines(), "/dev/null");
    let ending = Ending(Some(server));
    stage.plays(port, "204", "000", |printed| {
        assert!(printed.ends_with("systemctl reload haproxy"), "{printed}");
        ending.server().signal("USR2");
    });
}

#[test]
fn tomcat_refuses_who_is_revoked() {
    let stage = Stage::new("tomcat", &["--new-passphrase-file", "secret"]);
    let lines = stage.lines().replace("PASSPHRASE", SECRET);
    let (server, port) = tomcat(&lines);
    stage.lets_in(port, "200", "000", "200");
    let printed = stage.renew();
    assert_eq!(printed, "systemctl restart tomcat10");
    server.end();
    let (_server, port) = tomcat(&lines);
    stage.lets_in(port, "200", "000", "000");
}

/// A server with processes of its own, which end with it even where a test fails.
struct Ending(Option<Server>);

impl Ending {
    fn server(&self) -> &Server {
        self.0.as_ref().unwrap()
    }
}

impl Drop for Ending {
    fn drop(&mut self) {
        if let Some(server) = self.0.take() {
            server.end();
        }
    }
}
