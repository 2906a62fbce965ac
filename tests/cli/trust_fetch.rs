//! `ptl trust fetch`: what is kept, what is not, and what is said of it, against servers with one defect each.

use std::{
    io::{Read, Write},
    net::TcpStream,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use serde_json::Value;

use crate::{
    chain_files::utf8,
    loopback::serve,
    pki,
    schemas::conforms,
    support::{Bench, Run},
    trust_show::{Pins, fingerprint},
};

/// Answers every request with this head and body, and keeps what was asked.
pub(crate) fn serve_bytes(head: &str, body: Vec<u8>) -> (u16, Arc<Mutex<Vec<String>>>) {
    let head = format!("HTTP/1.1 {head}\r\nConnection: close\r\n\r\n");
    let asked = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&asked);
    let port = serve(move |mut stream| {
        let request = request(&mut stream);
        seen.lock().unwrap().push(request);
        let _ = stream.write_all(head.as_bytes());
        let _ = stream.write_all(&body);
    });
    (port, asked)
}

pub(crate) fn request(stream: &mut TcpStream) -> String {
    let mut buffer = [0; 4096];
    let mut seen = Vec::new();
    while let Ok(count @ 1..) = stream.read(&mut buffer) {
        seen.extend_from_slice(&buffer[..count]);
        if seen.windows(4).any(|four| four == b"\r\n\r\n") {
            break;
        }
    }
    String::from_utf8_lossy(&seen).into_owned()
}

fn der(certificate: &std::path::Path) -> Vec<u8> {
    let out = certificate.with_extension(format!("{:?}.der", std::thread::current().id()));
    let form = ["-outform", "DER", "-out", utf8(&out)];
    pki::openssl(&[&["x509", "-in", utf8(certificate)][..], &form].concat());
    std::fs::read(out).unwrap()
}

pub(crate) fn root_der() -> Vec<u8> {
    der(&pki::sha256().root.certificate())
}

/// A bench whose profile has the root at this URL, and the sub CA at none.
pub(crate) fn bench(url: &str) -> Bench {
    let bench = Bench::new();
    let pins = Pins {
        root: Some(url),
        ..Pins::default()
    };
    pins.write(&bench);
    bench
}

pub(crate) fn fetch(bench: &Bench, more: &[&str]) -> Run {
    let start = ["trust", "fetch", "--env", "here.toml", "--out", "ca"];
    let how = ["--format", "json", "--timeout", "1s"];
    bench.run([&start[..], &how, more].concat())
}

/// What came of the root, and that no file is there where it was not kept.
pub(crate) fn root(bench: &Bench, run: &Run) -> Value {
    let document = run.json();
    conforms("trust-fetch", &document);
    let root = document["authorities"][0].clone();
    let is_kept = root["outcome"] == "kept";
    assert_eq!(
        bench.path("ca/test-root-sha256.pem").exists(),
        is_kept,
        "{run}"
    );
    assert_eq!(bench.path("ca").exists(), is_kept, "{run}");
    root
}

/// Asserts that the root was not kept, for this cause, with this exit code; returns what was seen and the hint.
#[track_caller]
pub(crate) fn not_kept(url: &str, cause: &str, code: i32) -> String {
    let bench = bench(url);
    let run = fetch(&bench, &[]).exits(code);
    let problem = root(&bench, &run)["problem"].clone();
    assert_eq!(problem["cause"], cause, "{run}");
    let fails = if code == 1 { "fails" } else { "unknown" };
    assert_eq!(problem["weight"], fails, "{run}");
    format!("{} {}", problem["seen"], problem["hint"])
}

#[test]
fn der_pem_and_bundles_are_kept_as_pem_once() {
    let family = pki::sha256();
    let (root_file, sub_file) = (family.root.certificate(), family.sub.certificate());
    let bundle = pki::folder().join("fetched.p7b");
    let both = ["-certfile", utf8(&sub_file), "-certfile", utf8(&root_file)];
    pki::openssl(&[&["crl2pkcs7", "-nocrl", "-out", utf8(&bundle)][..], &both].concat());
    let pem = std::fs::read(&root_file).unwrap();
    let bundle = std::fs::read(bundle).unwrap();
    for (body, sub_body) in [(root_der(), pem.clone()), (pem, bundle)] {
        let (port, asked) = serve_bytes("200 OK", body);
        let (sub_port, _) = serve_bytes("200 OK", sub_body.clone());
        let (url, sub_url) = (
            format!("http://127.0.0.1:{port}/r.crt"),
            format!("http://127.0.0.1:{sub_port}/s"),
        );
        let bench = Bench::new();
        let pins = Pins {
            root: Some(&url),
            sub: Some(&sub_url),
            ..Pins::default()
        };
        pins.write(&bench);
        let is_bundle = sub_body.windows(5).any(|it| it == b"PKCS7");
        // The other body is the root's certificate, where the sub CA's is wanted.
        let run = fetch(&bench, &[]).exits(if is_bundle { 0 } else { 1 });
        assert_eq!(root(&bench, &run)["outcome"], "kept");
        let kept = bench.path("ca/test-root-sha256.pem");
        assert_eq!(
            fingerprint(&kept, "-sha256"),
            fingerprint(&root_file, "-sha256")
        );
        assert!(
            bench
                .read("ca/test-root-sha256.pem")
                .starts_with("-----BEGIN CERTIFICATE-----\n")
        );
        assert!(asked.lock().unwrap()[0].starts_with("GET /r.crt HTTP/1.1\r\n"));
        assert_eq!(bench.path("ca/test-sub-sha256.pem").exists(), is_bundle);
        if !is_bundle {
            continue;
        }
        let run = fetch(&bench, &[]).exits(0);
        let outcomes = [0, 1].map(|place| run.json()["authorities"][place]["outcome"].clone());
        assert_eq!(outcomes, ["already", "already"]);
        assert_eq!(
            asked.lock().unwrap().len(),
            1,
            "what is there is not asked for"
        );
        bench
            .run(["trust", "show", "--env", "here.toml", "ca"])
            .exits(0);
    }
}

#[test]
fn what_is_not_the_pinned_ca_is_not_kept() {
    let other = pki::sha1().root.certificate();
    let (port, _) = serve_bytes("200 OK", der(&other));
    let said = not_kept(
        &format!("http://127.0.0.1:{port}/"),
        "fingerprint-differs",
        1,
    );
    for file in [other, pki::sha256().root.certificate()] {
        assert!(said.contains(&fingerprint(&file, "-sha256")), "{said}");
    }
    let page = b"<!DOCTYPE html><html>Sign in</html>".to_vec();
    let list = pki::sha256()
        .root
        .list("fetched.crl", pki::FROM, pki::UNTIL);
    for body in [
        page,
        b"hello".to_vec(),
        Vec::new(),
        std::fs::read(list).unwrap(),
    ] {
        let (port, _) = serve_bytes("200 OK", body);
        not_kept(
            &format!("http://127.0.0.1:{port}/"),
            "http-not-a-certificate",
            1,
        );
    }
}

#[test]
fn a_status_says_whether_it_is_about_the_file() {
    for (head, code) in [
        ("404 Not Found", 1),
        ("403 Forbidden", 1),
        ("304 Not Modified", 1),
        ("503 Service Unavailable", 3),
        ("429 Too Many Requests", 3),
    ] {
        // The body is the right one, and counts for nothing.
        let (port, _) = serve_bytes(head, root_der());
        let said = not_kept(&format!("http://127.0.0.1:{port}/"), "http-status", code);
        assert!(said.contains(&head[..3]), "{said}");
    }
}

#[test]
fn redirects_are_followed_on_the_same_host_alone() {
    let (there, asked) = serve_bytes("200 OK", root_der());
    let (port, _) = serve_bytes(
        &format!("302 Found\r\nLocation: http://127.0.0.2:{there}/x"),
        Vec::new(),
    );
    let said = not_kept(
        &format!("http://127.0.0.1:{port}/"),
        "redirected-elsewhere",
        1,
    );
    assert!(
        said.contains(&format!("http://127.0.0.2:{there}/x")),
        "{said}"
    );
    let (port, _) = serve_bytes("302 Found\r\nLocation: file:///etc/passwd", Vec::new());
    not_kept(
        &format!("http://127.0.0.1:{port}/"),
        "redirected-elsewhere",
        1,
    );
    assert!(asked.lock().unwrap().is_empty());
    let (port, _) = serve_bytes(
        &format!("301 Moved\r\nLocation: http://127.0.0.1:{there}/y"),
        Vec::new(),
    );
    let bench = bench(&format!("http://127.0.0.1:{port}/"));
    let run = fetch(&bench, &[]).exits(3);
    assert_eq!(root(&bench, &run)["outcome"], "kept");
    let (port, asked) = serve_bytes("302 Found\r\nLocation: /again", Vec::new());
    not_kept(
        &format!("http://127.0.0.1:{port}/"),
        "redirected-elsewhere",
        1,
    );
    assert_eq!(asked.lock().unwrap().len(), 4);
}

#[test]
fn a_body_without_end_is_left_early() {
    let sent = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&sent);
    let port = serve(move |mut stream| {
        request(&mut stream);
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
        while stream.write_all(&[b'x'; 4096]).is_ok() {
            count.fetch_add(4096, Ordering::Relaxed);
        }
    });
    not_kept(&format!("http://127.0.0.1:{port}/"), "too-large", 1);
    assert!(sent.load(Ordering::Relaxed) < 64 * 1024 * 1024);
}
