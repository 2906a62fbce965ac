//! `ptl check-chain --connect` against nginx, Apache and `openssl s_server`: when they ask, whom they
//! take, what they send, and two machines behind one name.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    dnsmasq::dnsmasq,
    endpoint_install::{AT, install, visit},
    loopback::Machine,
    pki::{self, Family, Leaf, NAME},
    server::{Server, folder, free_port, start},
    support::{Bench, Run},
};

/// The leaf and the sub CA after it, in one file.
fn chain(family: &Family, folder: &Path) -> PathBuf {
    let both = [&family.leaf.certificate, &family.sub.certificate()];
    joined(&both, &folder.join("chain.pem"))
}

fn joined(files: &[&PathBuf], to: &Path) -> PathBuf {
    let all = files.iter().map(|file| fs::read(file).unwrap());
    fs::write(to, all.collect::<Vec<_>>().concat()).unwrap();
    to.to_owned()
}

/// Root and sub CA of both families, or of the SHA-256 one alone.
fn clients(folder: &Path, both: bool) -> PathBuf {
    let (new, old) = (pki::sha256(), pki::sha1());
    let new = [new.root.certificate(), new.sub.certificate()];
    let old = [old.root.certificate(), old.sub.certificate()];
    let old = old.iter().filter(|_| both);
    let files: Vec<&PathBuf> = new.iter().chain(old).collect();
    joined(&files, &folder.join("clients.pem"))
}

/// An nginx with this family's chain; `verify` are its lines about clients.
fn nginx(family: &Family, verify: &str) -> (Server, u16) {
    let (folder, port) = (folder(), free_port());
    chain(family, folder.path());
    let listen = format!("listen 127.0.0.1:{port} ssl;");
    let server = server_block(&listen, "chain.pem", &family.leaf.key, verify);
    (start_nginx(folder, port, &server), port)
}

fn server_block(listen: &str, chain: &str, key: &Path, verify: &str) -> String {
    format!(
        "server {{\n {listen}\n ssl_certificate {chain}; ssl_certificate_key {};\n\
         ssl_ciphers DEFAULT:@SECLEVEL=0; ssl_protocols TLSv1.2 TLSv1.3;\n {verify}\n\
         location / {{ return 204; }}\n }}\n",
        key.display()
    )
}

fn start_nginx(folder: tempfile::TempDir, port: u16, servers: &str) -> Server {
    let config = format!(
        "daemon off; master_process off; pid nginx.pid; error_log error.log;\nevents {{}}\n\
         http {{\n access_log off; client_body_temp_path t1; proxy_temp_path t2; fastcgi_temp_path t3; uwsgi_temp_path t4; scgi_temp_path t5;\n\
         {servers}}}\n"
    );
    fs::write(folder.path().join("nginx.conf"), config).unwrap();
    let mut command = Command::new("nginx");
    command.arg("-p").arg(folder.path());
    command.args(["-e", "error.log", "-c"]);
    command.arg(folder.path().join("nginx.conf"));
    start(command, folder, port)
}

/// An Apache with the SHA-256 chain, for one version of TLS, that demands a client certificate of the
/// SHA-256 CAs under this path alone: the nearest to IIS that there is here.
fn apache(version: &str, path: &str, more: &str) -> (Server, u16) {
    let (folder, port) = (folder(), free_port());
    let home = folder.path().display().to_string();
    let chain = chain(pki::sha256(), folder.path());
    let clients = clients(folder.path(), false);
    fs::create_dir_all(folder.path().join("www/fhir")).unwrap();
    for page in ["www/index.html", "www/fhir/index.html"] {
        fs::write(folder.path().join(page), "here").unwrap();
    }
    let modules = ["mpm_event", "ssl", "socache_shmcb", "authz_core", "dir"];
    let modules = modules
        .map(|name| format!("LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n"));
    let config = format!(
        "ServerRoot {home}\nPidFile apache.pid\nListen 127.0.0.1:{port}\n{}ServerName {NAME}\nErrorLog error.log\n\
         DocumentRoot {home}/www\nDirectoryIndex index.html\nSSLEngine on\nSSLProtocol {version}\nSSLSessionCache none\n\
         SSLCertificateFile {}\nSSLCertificateKeyFile {}\nSSLCACertificateFile {}\n{more}\n\
         <Location \"{path}\">\nSSLVerifyClient require\nSSLVerifyDepth 3\n</Location>\n",
        modules.concat(),
        chain.display(),
        pki::sha256().leaf.key.display(),
        clients.display(),
    );
    let file = folder.path().join("apache.conf");
    fs::write(&file, config).unwrap();
    let mut command = Command::new("apache2");
    command.arg("-f").arg(file).arg("-DFOREGROUND");
    (start(command, folder, port), port)
}

fn asked(run: &Run) -> String {
    run.finding("EP-006", ":")["evidence"]["asked"].to_string()
}

fn ours(run: &Run) -> String {
    run.finding("EP-006", ":")["evidence"]["our certificate"].to_string()
}

fn address(port: u16) -> String {
    format!("127.0.0.1:{port}")
}

/// The plain form: the SHA-256 root is trusted, and nothing is shown.
fn plain(port: u16) -> Run {
    let (connect, root) = (address(port), pki::sha256().root.certificate());
    let arguments = ["check-chain", "--connect", &connect, "--sni", NAME];
    let more = [
        "--trust",
        root.to_str().unwrap(),
        "--at",
        AT,
        "--timeout",
        "3s",
    ];
    Bench::new().run([&arguments[..], &more, &["--format", "json"]].concat())
}

#[test]
fn apache_asks_after_the_request_by_renegotiation_and_after_the_handshake() {
    let bench = install(&pki::sha256().leaf, "");
    for (version, how) in [
        ("TLSv1.2", "by renegotiation (TLS 1.2)"),
        ("TLSv1.3", "by post-handshake authentication (TLS 1.3)"),
    ] {
        let (_server, port) = apache(version, "/", "");
        let run = visit(&bench, &address(port), &[])
            .finds("EP-001", ":", "pass")
            .finds("EP-006", ":", "pass")
            .finds("EP-004", "g2 (present)", "pass")
            .finds("EP-005", "g2 (accept)", "pass")
            .fails("EP-005", "old (accept)", "tls-accepts-one-generation");
        assert_eq!(asked(&run), format!("\"after the request, {how}\""));
        assert_eq!(ours(&run), "\"shown: it answered `HTTP/1.1 200 OK`\"");
        // Without a certificate it asks all the same, and refuses us then.
        let run = plain(port).finds("EP-006", ":", "pass").exits(0);
        assert!(
            ours(&run).starts_with("\"not shown, no --cert and --key"),
            "{run}"
        );
        assert!(ours(&run).contains("it refused with the alert"), "{run}");
    }
}

#[test]
fn apache_asks_under_the_registered_path_alone() {
    let (_server, port) = apache("TLSv1.3", "/fhir", "");
    let leaf = &pki::sha256().leaf;
    visit(&install(leaf, ""), &address(port), &[])
        .fails("EP-006", ":", "tls-client-cert-not-asked")
        .finds("EP-005", "g2 (accept)", "blocked");
    let registered = format!("endpoint = \"https://{NAME}/fhir/\"");
    let run = visit(&install(leaf, &registered), &address(port), &[]);
    assert!(asked(&run.finds("EP-006", ":", "pass")).contains("after the request"));
}

#[test]
fn a_certificate_of_a_ca_that_apache_does_not_know_is_refused_as_such() {
    // It names both generations, and takes the newer alone.
    let names = folder();
    let file = clients(names.path(), true);
    let told = format!("SSLCADNRequestFile {}", file.display());
    let (_server, port) = apache("TLSv1.3", "/", &told);
    let old = pki::sha1();
    let bench = install(&old.leaf, "");
    let text = bench.read("ptl.toml").replace(
        pki::sha256().sub.certificate().to_str().unwrap(),
        old.sub.certificate().to_str().unwrap(),
    );
    bench.write("ptl.toml", text);
    let run = visit(&bench, &address(port), &[])
        .fails("EP-001", ":", "certificate-differs")
        .fails("EP-005", "old (accept)", "tls-refuses-our-ca")
        .finds("EP-005", "g2 (accept)", "pass");
    assert!(ours(&run).contains("48 unknown_ca"), "{run}");
}

#[test]
fn nginx_asks_in_the_handshake_and_both_generations_are_accepted() {
    let names = folder();
    let clients = clients(names.path(), true);
    let verify = format!(
        "ssl_client_certificate {}; ssl_verify_client on; ssl_verify_depth 3;",
        clients.display()
    );
    let (_server, port) = nginx(pki::sha256(), &verify);
    let run = visit(&install(&pki::sha256().leaf, ""), &address(port), &[])
        .exits(0)
        .finds("EP-005", "old (accept)", "pass")
        .finds("EP-005", "g2 (accept)", "pass");
    assert_eq!(asked(&run), "\"in the handshake\"");
    assert!(ours(&run).contains("204"), "{run}");
    let run = plain(port).exits(0);
    assert!(
        ours(&run).contains("No required SSL certificate was sent"),
        "{run}"
    );
    // The chain of SHA-1 is seen, and judged as what it is.
    let (_server, port) = nginx(pki::sha1(), &verify);
    visit(&install(&pki::sha256().leaf, ""), &address(port), &[])
        .exits(1)
        .fails("EP-001", ":", "certificate-differs")
        .finds("EP-004", "old (present)", "not-applicable")
        .fails("CHAIN-011", ":", "sha1-signature")
        .fails("CHAIN-016", ":", "wrong-generation");
}

#[test]
fn a_server_that_names_no_cas_says_nothing_of_whom_it_takes() {
    let names = folder();
    let trusted = clients(names.path(), true);
    let verify = format!(
        "ssl_trusted_certificate {}; ssl_verify_client optional_no_ca;",
        trusted.display()
    );
    let (_server, port) = nginx(pki::sha256(), &verify);
    let run = visit(&install(&pki::sha256().leaf, ""), &address(port), &[])
        .exits(0)
        .finds("EP-006", ":", "pass")
        .finds("EP-005", "g2 (accept)", "not-applicable");
    let reason = run.finding("EP-005", "g2 (accept)")["reason"].to_string();
    assert!(reason.contains("names no CAs"), "{reason}");
}

#[test]
fn two_addresses_of_a_name_that_show_different_certificates_are_told() {
    let family = pki::sha256();
    let renewed = Leaf::new("endpoint-renewed", NAME).key(&family.leaf.key);
    let renewed = family.sub.leaf(&renewed);
    let sub = family.sub.certificate();
    let two_machines = |second: &PathBuf| {
        let (folder, port) = (folder(), free_port());
        chain(family, folder.path());
        joined(&[second, &sub], &folder.path().join("second.pem"));
        let key = &family.leaf.key;
        let first = server_block(
            &format!("listen 127.0.0.1:{port} ssl;"),
            "chain.pem",
            key,
            "",
        );
        let second = server_block(
            &format!("listen 127.0.0.2:{port} ssl;"),
            "second.pem",
            key,
            "",
        );
        (start_nginx(folder, port, &(first + &second)), port)
    };
    let visit_name = |port: u16| {
        let hosts = ["127.0.0.1", "127.0.0.2"].map(|to| format!("--host-record={NAME},{to}"));
        let (_dns, resolver) = dnsmasq(&[&hosts[0], &hosts[1]]);
        let (connect, root) = (format!("{NAME}:{port}"), family.root.certificate());
        let arguments = [
            "check-chain",
            "--connect",
            &connect,
            "--resolver",
            &resolver,
        ];
        let more = ["--trust", root.to_str().unwrap(), "--format", "json"];
        // It is a name of the NHS's, whose hosts see one connection a second.
        let all = [&arguments[..], &more, &["--timeout", "6s", "--at", AT]].concat();
        Machine::default().run(&Bench::new(), &all)
    };
    let (_server, port) = two_machines(&renewed.certificate);
    let run = visit_name(port).fails("EP-003", NAME, "certificate-differs");
    let shown = run.finding("EP-003", NAME)["evidence"]["shown"].to_string();
    assert!(
        shown.contains("127.0.0.1:") && shown.contains("127.0.0.2:"),
        "{shown}"
    );
    let (_server, port) = two_machines(&family.leaf.certificate);
    visit_name(port).finds("EP-003", NAME, "pass");
    // One of the two is down.
    let (_server, port) = nginx(family, "");
    visit_name(port)
        .finds("EP-003", NAME, "undetermined")
        .fails("TCP-002", "127.0.0.2", "tcp-refused");
}

#[test]
fn openssl_s_server_is_seen_as_openssl_s_client_sees_it() {
    let family = pki::sha256();
    for version in ["-tls1_2", "-tls1_3"] {
        for sends_sub in [true, false] {
            let (folder, port) = (folder(), free_port());
            let mut command = Command::new("openssl");
            command.args(["s_server", "-www", "-quiet", version, "-Verify", "3"]);
            command
                .args(["-accept", &address(port), "-key"])
                .arg(&family.leaf.key);
            command.arg("-cert").arg(&family.leaf.certificate);
            // With the sub CA in it, it would complete the chain from there.
            command.arg("-CAfile").arg(family.root.certificate());
            if sends_sub {
                command.arg("-cert_chain").arg(family.sub.certificate());
            }
            let _server = start(command, folder, port);
            let run = visit(&install(&family.leaf, ""), &address(port), &[]);
            let run = run
                .finds("EP-006", ":", "pass")
                .finds("EP-001", ":", "pass");
            assert_eq!(asked(&run), "\"in the handshake\"");
            let told = run.finding("EP-004", "g2 (present)")["outcome"].clone();
            let judge = s_client_verifies(port, family);
            assert_eq!(told == "pass", judge, "{version} {sends_sub}: {run}");
        }
    }
}

/// Whether `openssl s_client`, which holds the root alone, accepts what is sent.
fn s_client_verifies(port: u16, family: &Family) -> bool {
    let output = Command::new("openssl")
        .args(["s_client", "-connect", &address(port), "-servername", NAME])
        .args([
            "-verify_return_error",
            "-no-CApath",
            "-no-CAstore",
            "-CAfile",
        ])
        .arg(family.root.certificate())
        .arg("-cert")
        .arg(&family.leaf.certificate)
        .arg("-key")
        .arg(&family.leaf.key)
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap();
    String::from_utf8_lossy(&output.stdout).contains("Verification: OK")
}
