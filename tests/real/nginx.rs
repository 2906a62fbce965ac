//! nginx that demands client certificates, under CAs of SHA-1 and SHA-256 that the `openssl` command made.

use std::{fs, path::Path, process::Command};

use crate::{
    pki::{self, Family, Issued},
    server::{Server, folder, free_port, start},
    support::{Bench, Run},
};

/// An nginx that shows the family's leaf and takes clients of this CA alone.
fn nginx(family: &Family, clients: &Path) -> (Server, u16) {
    let (folder, port) = (folder(), free_port());
    let chain = [&family.leaf.certificate, &family.sub.certificate()];
    let chain = chain.map(|file| fs::read(file).unwrap()).concat();
    fs::write(folder.path().join("chain.pem"), chain).unwrap();
    let config = format!(
        "daemon off; master_process off; pid nginx.pid; error_log error.log;\n\
         events {{}}\n\
         http {{\n access_log off; client_body_temp_path t1; proxy_temp_path t2; fastcgi_temp_path t3; uwsgi_temp_path t4; scgi_temp_path t5;\n\
         server {{\n listen 127.0.0.1:{port} ssl;\n\
         ssl_certificate chain.pem; ssl_certificate_key {key};\n\
         ssl_ciphers DEFAULT:@SECLEVEL=0; ssl_protocols TLSv1.2 TLSv1.3;\n\
         ssl_client_certificate {clients}; ssl_verify_client on; ssl_verify_depth 3;\n\
         location / {{ return 204; }}\n }}\n }}\n",
        key = family.leaf.key.display(),
        clients = clients.display(),
    );
    fs::write(folder.path().join("nginx.conf"), config).unwrap();
    let mut command = Command::new("nginx");
    command
        .arg("-p")
        .arg(folder.path())
        .args(["-e", "error.log", "-c"])
        .arg(folder.path().join("nginx.conf"));
    (start(command, folder, port), port)
}

/// Root and sub CA in one file: what nginx wants to know its clients by.
fn authorities(family: &Family, name: &str) -> std::path::PathBuf {
    let file = pki::folder().join(format!("{name}-clients.pem"));
    let both = [family.root.certificate(), family.sub.certificate()];
    fs::write(&file, both.map(|path| fs::read(path).unwrap()).concat()).unwrap();
    file
}

fn check(port: u16, family: &Family, shown: Option<&Issued>) -> Run {
    let (target, root) = (format!("127.0.0.1:{port}"), family.root.certificate());
    let mut arguments = vec!["check-firewall", "--format", "json", "--timeout", "3s"];
    arguments.extend(["--target", &target, "--trust", root.to_str().unwrap()]);
    if let Some(issued) = shown {
        arguments.extend(["--cert", issued.certificate.to_str().unwrap()]);
        arguments.extend(["--key", issued.key.to_str().unwrap()]);
    }
    Bench::new().run(arguments)
}

/// What an independent client makes of the same server: the status of an answer.
fn status_of_openssl(port: u16, family: &Family, shown: Option<&Issued>) -> String {
    let mut request =
        String::from("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    request.push('\n');
    let mut command = Command::new("openssl");
    command.args(["s_client", "-quiet", "-cipher", "DEFAULT:@SECLEVEL=0"]);
    command.args(["-connect", &format!("127.0.0.1:{port}")]);
    command.arg("-CAfile").arg(family.root.certificate());
    if let Some(issued) = shown {
        command.arg("-cert").arg(&issued.certificate);
        command.arg("-key").arg(&issued.key);
    }
    let mut child = command
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    std::io::Write::write_all(&mut stdin, request.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    drop(stdin);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.split(' ').nth(1).unwrap_or_default().to_owned()
}

/// The three visitors, for one family: the right certificate, none, and one of another CA.
fn three_visitors(family: &'static Family, other: &'static Family, name: &str) {
    let (_server, port) = nginx(family, &authorities(family, name));
    let ours = check(port, family, Some(&family.leaf));
    let ours = ours
        .finds("TLS-001", ":", "pass")
        .finds("TLS-003", ":", "pass")
        .finds("TLS-004", ":", "pass")
        .finds("TLS-005", ":", "pass")
        .finds("TLS-010", ":", "pass")
        .exits(0);
    let answer = ours.finding("TLS-004", ":")["reason"].to_string();
    assert!(answer.contains("204"), "{answer}");
    check(port, family, None)
        .fails("TLS-004", ":", "tls-refuses-no-certificate")
        .finds("TLS-001", ":", "pass")
        .exits(1);
    check(port, family, Some(&other.leaf))
        .fails("TLS-004", ":", "tls-refuses-our-ca")
        .fails("TLS-005", ":", "tls-refuses-our-ca")
        .exits(1);
    assert_eq!(status_of_openssl(port, family, Some(&family.leaf)), "204");
    assert_eq!(status_of_openssl(port, family, None), "400");
    assert_eq!(status_of_openssl(port, family, Some(&other.leaf)), "400");
}

#[test]
fn under_sha256_the_right_certificate_gets_through_and_the_others_are_told_apart() {
    three_visitors(pki::sha256(), pki::sha1(), "sha256");
}

#[test]
fn under_sha1_the_same_holds_and_the_signature_is_a_warning() {
    three_visitors(pki::sha1(), pki::sha256(), "sha1");
    let family = pki::sha1();
    let (_server, port) = nginx(family, &authorities(family, "sha1-again"));
    check(port, family, Some(&family.leaf)).fails("TLS-016", ":", "sha1-signature");
}
