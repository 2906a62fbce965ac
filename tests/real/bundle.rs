//! What `ptl bundle` writes, in the servers that it is for: a client of each generation gets in, no other does.
//!
//! The servers get the lines that the manifest gives, as they stand.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

use crate::{
    lab::{client, path, run, text},
    pki,
    rehearsal_spine::{FQDN, Lab, lab},
    server::{Server, folder, free_port, start},
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

/// What a server on this port answers to curl: the HTTP status, `000` where there was none.
pub(crate) fn asks(bench: &Bench, trust: &str, port: u16, shown: Option<(&Path, &Path)>) -> String {
    let url = format!("https://{FQDN}:{port}/");
    let resolve = format!("{FQDN}:{port}:127.0.0.1");
    let mut command = Command::new("curl");
    command.args(["--silent", "--output", "/dev/null", "--max-time", "30"]);
    command.args(["--write-out", "%{http_code}", "--noproxy", "*"]);
    command.args(["--resolve", &resolve, "--cacert", trust, &url]);
    if let Some((certificate, key)) = shown {
        command.arg("--cert").arg(certificate).arg("--key").arg(key);
    }
    command.env("OPENSSL_CONF", lowered(bench));
    let output = command.output().expect("curl: tests/run installs it");
    text(&output)
}

/// A configuration by which OpenSSL loads a certificate that SHA-1 signed: at its usual level it does not.
fn lowered(bench: &Bench) -> PathBuf {
    let settings = format!(
        "openssl_conf = a\n[a]\nssl_conf = b\n[b]\nsystem_default = c\n[c]\nCipherString = {WEAK}\n"
    );
    bench.write("openssl.cnf", settings)
}

const ALL: &[&str] = &["sha1", "sha2", "g2"];
const OF_TODAY: &[&str] = &["sha2", "g2"];
/// What each server needs to take SHA-1, as the bundle's warning says.
const WEAK: &str = "DEFAULT:@SECLEVEL=0";

fn nginx(lines: &str) -> (Server, u16) {
    // Without another process, which would outlive it where a test fails.
    nginx_as("master_process off;", lines)
}

/// nginx with this setting.
pub(crate) fn nginx_as(processes: &str, lines: &str) -> (Server, u16) {
    let (folder, port) = (folder(), free_port());
    let config = format!(
        "daemon off; {processes} pid nginx.pid; error_log error.log;\n\
         events {{}}\n\
         http {{\n access_log off; client_body_temp_path t1; proxy_temp_path t2; fastcgi_temp_path t3; uwsgi_temp_path t4; scgi_temp_path t5;\n\
         server {{\n listen 127.0.0.1:{port} ssl;\n{lines}\
         location / {{ return 204; }}\n }}\n }}\n"
    );
    fs::write(folder.path().join("nginx.conf"), config).unwrap();
    let mut command = Command::new("nginx");
    command.arg("-p").arg(folder.path());
    command.args(["-e", "error.log", "-c"]);
    command.arg(folder.path().join("nginx.conf"));
    (start(command, folder, port), port)
}

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

fn apache(lines: &str) -> (Server, u16) {
    // Without another process, which would outlive it where a test fails.
    apache_as("-X", lines)
}

/// Apache started with this flag.
pub(crate) fn apache_as(flag: &str, lines: &str) -> (Server, u16) {
    let (folder, port) = (folder(), free_port());
    let mut config = format!(
        "ServerRoot {0}\nDefaultRuntimeDir {0}\nPidFile pid\nErrorLog error.log\nServerName {FQDN}\n\
         Listen 127.0.0.1:{port}\n",
        folder.path().display()
    );
    for module in ["mpm_event", "authz_core", "alias", "ssl"] {
        config += &format!("LoadModule {module}_module /usr/lib/apache2/modules/mod_{module}.so\n");
    }
    // Only root may need another user, and nobody else may set one.
    config += "User www-data\nGroup www-data\n";
    config +=
        &format!("<VirtualHost *:{port}>\nSSLEngine on\n{lines}Redirect 410 /\n</VirtualHost>\n");
    fs::write(folder.path().join("apache.conf"), config).unwrap();
    let mut command = Command::new("apache2");
    command
        .args([flag, "-f"])
        .arg(folder.path().join("apache.conf"));
    (start(command, folder, port), port)
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

fn haproxy(lines: &str) -> (Server, u16) {
    haproxy_under(lines, "/dev/null")
}

/// HAProxy with this configuration of OpenSSL.
fn haproxy_under(lines: &str, openssl: &str) -> (Server, u16) {
    haproxy_as(&["-db"], lines, openssl)
}

/// HAProxy started with these flags.
pub(crate) fn haproxy_as(flags: &[&str], lines: &str, openssl: &str) -> (Server, u16) {
    let (folder, port) = (folder(), free_port());
    let bind = lines.replace("bind :443", &format!("bind 127.0.0.1:{port}"));
    let config = format!(
        "global\n log stderr format raw local0 notice\n\
         defaults\n mode http\n timeout client 30s\n timeout server 30s\n timeout connect 30s\n\
         frontend f\n {bind}http-request return status 204\n"
    );
    fs::write(folder.path().join("haproxy.cfg"), config).unwrap();
    let mut command = Command::new("haproxy");
    command.env("OPENSSL_CONF", openssl);
    command
        .args(flags)
        .arg("-f")
        .arg(folder.path().join("haproxy.cfg"));
    (start(command, folder, port), port)
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

/// Tomcat in a folder of its own, with one page.
pub(crate) fn tomcat(lines: &str) -> (Server, u16) {
    let (folder, port) = (folder(), free_port());
    for name in ["conf", "logs", "work", "temp", "webapps/ROOT"] {
        fs::create_dir_all(folder.path().join(name)).unwrap();
    }
    fs::write(folder.path().join("webapps/ROOT/index.html"), "in").unwrap();
    let server = format!(
        "<Server port=\"-1\"><Service name=\"s\">\n\
         <Connector port=\"{port}\" address=\"127.0.0.1\" protocol=\"org.apache.coyote.http11.Http11NioProtocol\"\n\
         SSLEnabled=\"true\" scheme=\"https\" secure=\"true\">\n{lines}</Connector>\n\
         <Engine name=\"e\" defaultHost=\"h\"><Host name=\"h\" appBase=\"webapps\"/></Engine>\n\
         </Service></Server>\n"
    );
    fs::write(folder.path().join("conf/server.xml"), server).unwrap();
    let web = "<web-app xmlns=\"https://jakarta.ee/xml/ns/jakartaee\" version=\"5.0\">\n\
         <servlet><servlet-name>d</servlet-name>\n\
         <servlet-class>org.apache.catalina.servlets.DefaultServlet</servlet-class></servlet>\n\
         <servlet-mapping><servlet-name>d</servlet-name><url-pattern>/</url-pattern></servlet-mapping>\n\
         <welcome-file-list><welcome-file>index.html</welcome-file></welcome-file-list>\n\
         </web-app>\n";
    fs::write(folder.path().join("conf/web.xml"), web).unwrap();
    let mut command = Command::new("java");
    command.arg("-Dcatalina.home=/usr/share/tomcat10");
    command.arg(format!("-Dcatalina.base={}", folder.path().display()));
    command.arg(format!("-Djava.io.tmpdir={}/temp", folder.path().display()));
    command.args([
        "-cp",
        "/usr/share/tomcat10/bin/bootstrap.jar:/usr/share/tomcat10/bin/tomcat-juli.jar",
        "org.apache.catalina.startup.Bootstrap",
        "start",
    ]);
    (start(command, folder, port), port)
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
