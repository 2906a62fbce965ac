//! `ptl check-firewall`: handshakes, chains, our own certificate and HTTP, each fault by itself.

use openssl::ssl::{SslVerifyMode, SslVersion};

use crate::{
    loopback::{check, healthy, here, name_server, serve, serve_silence, serve_text, serve_tls},
    pki::{self, Leaf, NAME},
    schemas::is_a_sound_report,
    support::{Bench, Run},
};

/// Checks a TLS server under its name, by a name server that knows it, trusting the SHA-256 root.
fn check_tls(port: u16, more: &[&str]) -> Run {
    let root = pki::sha256().root.certificate();
    let (target, resolver) = (format!("{NAME}:{port}"), name_server(here()));
    let mut arguments = vec!["--target", &target, "--resolver", &resolver];
    arguments.extend(["--trust", root.to_str().unwrap()]);
    arguments.extend(more);
    let run = check(&Bench::new(), &arguments);
    is_a_sound_report(&run.json());
    run
}

/// Asserts that a check failed for this cause on this layer, and that it decided the run.
#[track_caller]
pub(crate) fn fails(run: Run, id: &str, layer: &str, cause: &str) -> Run {
    let run = run.fails(id, ":", cause);
    assert_eq!(run.finding(id, ":")["layer"], layer);
    run
}

fn sub() -> std::path::PathBuf {
    pki::sha256().sub.certificate()
}

// Handshakes.

#[test]
fn a_healthy_server_has_no_failed_check() {
    let port = healthy(&pki::sha256().leaf, &sub());
    let run = check_tls(port, &[]).exits(0);
    let failures = run.json()["summary"]["fail"].clone();
    assert_eq!(
        failures,
        serde_json::json!({ "error": 0, "warning": 0, "notice": 0 }),
        "{run}"
    );
    let evidence = run.finding("TLS-001", ":")["evidence"].clone();
    assert_eq!(evidence["version"], "TLSv1.3");
    assert_eq!(evidence["server name sent"], NAME);
}

#[test]
fn a_server_that_hangs_up_on_the_hello_is_told_from_a_silent_one() {
    let hangs_up = serve(|mut stream| {
        let _ = std::io::Read::read(&mut stream, &mut [0; 16]);
    });
    fails(
        check_tls(hangs_up, &[]),
        "TLS-001",
        "tls",
        "tls-closed-after-hello",
    )
    .exits(1);
    fails(
        check_tls(serve_silence(), &[]),
        "TLS-001",
        "tls",
        "tls-silent",
    )
    .exits(1);
}

#[test]
fn a_middlebox_that_forbids_the_host_by_alert_is_not_taken_for_a_refusal_of_ours() {
    for alert in [42, 48, 49, 116] {
        let forbids = serve(move |mut stream| {
            let _ = std::io::Read::read(&mut stream, &mut [0; 4096]);
            let _ = std::io::Write::write_all(&mut stream, &[21, 3, 3, 0, 2, 2, alert]);
        });
        fails(check_tls(forbids, &[]), "TLS-001", "tls", "tls-alert")
            .exits(1)
            .finds("TLS-004", ":", "blocked");
    }
}

#[test]
fn an_answer_that_breaks_the_rules_is_not_taken_for_a_want_of_ciphers() {
    // A ServerHello of 16 MB.
    let floods = serve(|mut stream| {
        let _ = std::io::Read::read(&mut stream, &mut [0; 4096]);
        let _ =
            std::io::Write::write_all(&mut stream, &[22, 3, 3, 0, 8, 2, 255, 255, 255, 3, 3, 0, 0]);
    });
    fails(check_tls(floods, &[]), "TLS-001", "tls", "tls-broken").exits(1);
}

#[test]
fn plain_http_is_seen_even_where_it_waits_for_its_line() {
    const PAGE: &str = "HTTP/1.1 400 Bad Request\r\n\r\n";
    let run = check_tls(serve_text(PAGE), &[]);
    let run = fails(run, "TLS-001", "tls", "tls-plain-http").exits(1);
    let reason = run.finding("TLS-001", ":")["reason"].to_string();
    assert!(reason.contains("HTTP/1.1 400 Bad Request"), "{reason}");
    let at_once = serve(|mut stream| {
        let _ = std::io::Write::write_all(&mut stream, b"SSH-2.0-OpenSSH_9.2\r\n");
        std::thread::sleep(std::time::Duration::from_secs(5));
    });
    fails(check_tls(at_once, &[]), "TLS-001", "tls", "tls-plain-http");
}

#[test]
fn an_old_version_is_found_by_a_second_attempt() {
    let family = pki::sha256();
    let chain = [&*family.leaf.certificate, &sub()];
    let port = serve_tls(&family.leaf.key, &chain, |server| {
        server.set_min_proto_version(None).unwrap();
        server.clear_options(
            openssl::ssl::SslOptions::NO_TLSV1 | openssl::ssl::SslOptions::NO_TLSV1_1,
        );
        server
            .set_max_proto_version(Some(SslVersion::TLS1_1))
            .unwrap();
        server.set_cipher_list("ALL:@SECLEVEL=0").unwrap();
    });
    let run = fails(check_tls(port, &[]), "TLS-001", "tls", "tls-old-version").exits(1);
    assert_eq!(
        run.finding("TLS-001", ":")["evidence"]["version"],
        "TLSv1.1"
    );
}

#[test]
fn a_server_without_a_cipher_in_common_says_which_it_would_take() {
    let family = pki::sha256();
    let chain = [&*family.leaf.certificate, &sub()];
    let port = serve_tls(&family.leaf.key, &chain, |server| {
        server
            .set_max_proto_version(Some(SslVersion::TLS1_2))
            .unwrap();
        server.set_cipher_list("NULL-SHA256:@SECLEVEL=0").unwrap();
    });
    let run = fails(
        check_tls(port, &[]),
        "TLS-001",
        "tls",
        "tls-no-common-cipher",
    )
    .exits(1);
    assert_eq!(
        run.finding("TLS-001", ":")["evidence"]["cipher"],
        "NULL-SHA256"
    );
}

// Chains.

#[test]
fn a_missing_intermediate_is_not_taken_for_interception() {
    let leaf = &pki::sha256().leaf;
    let port = serve_tls(&leaf.key, &[&leaf.certificate], |_| {});
    let run = fails(
        check_tls(port, &[]),
        "TLS-007",
        "chain",
        "tls-chain-incomplete",
    );
    run.exits(1).finds("TLS-010", ":", "blocked");
}

#[test]
fn order_and_root_are_judged_each_by_itself() {
    let family = pki::sha256();
    let (leaf, root) = (&family.leaf, family.root.certificate());
    let reversed = serve_tls(&leaf.key, &[&leaf.certificate, &root, &sub()], |_| {});
    let run = fails(
        check_tls(reversed, &[]),
        "TLS-008",
        "chain",
        "tls-chain-reversed",
    );
    run.finds("TLS-007", ":", "pass")
        .finds("TLS-010", ":", "pass");
    let extra = serve_tls(&leaf.key, &[&leaf.certificate, &sub(), &root], |_| {});
    let run = fails(check_tls(extra, &[]), "TLS-009", "chain", "tls-extra-root").exits(0);
    run.finds("TLS-008", ":", "pass");
}

#[test]
fn a_self_signed_certificate_and_an_inspecting_firewall_are_told_apart() {
    let itself = pki::Authority::root("Firewall Self", "sha256");
    let port = serve_tls(&itself.key(), &[&itself.certificate()], |_| {});
    fails(check_tls(port, &[]), "TLS-010", "trust", "self-signed").exits(1);
    // Without CAs to judge by it is no pass either.
    let target = format!("127.0.0.1:{port}");
    check(&Bench::new(), &["--target", &target, "--only", "TLS-010"])
        .exits(3)
        .finds("TLS-010", ":", "undetermined");
    let middlebox = itself.leaf(&Leaf::new("intercepted", NAME).key(&pki::sha256().leaf.key));
    let chain = [&*middlebox.certificate, &itself.certificate()];
    let port = serve_tls(&middlebox.key, &chain, |_| {});
    let run = fails(check_tls(port, &[]), "TLS-010", "trust", "tls-intercepted").exits(1);
    let hint = run.finding("TLS-010", ":")["hint"].to_string();
    assert!(hint.contains("firewall team"), "{hint}");
}

#[test]
fn a_chain_of_another_environment_is_named_as_such() {
    let live = pki::Authority::root("NHS Level 1C", "sha256");
    let leaf = live.leaf(&Leaf::new("fw-live", NAME).key(&pki::sha256().leaf.key));
    let port = serve_tls(&leaf.key, &[&leaf.certificate], |_| {});
    let run = fails(
        check_tls(port, &[]),
        "TLS-010",
        "trust",
        "wrong-environment",
    );
    let reason = run.exits(1).finding("TLS-010", ":")["reason"].to_string();
    assert!(reason.contains("`live`"), "{reason}");
}

#[test]
fn what_is_wrong_with_the_certificate_itself_is_named() {
    let family = pki::sha256();
    let name = |file: &str| Leaf::new(file, NAME).key(&family.leaf.key);
    let extensions = |usage: &str, san: &str| {
        format!("basicConstraints=CA:FALSE\nextendedKeyUsage={usage}\n{san}")
    };
    let san = format!("subjectAltName=DNS:{NAME}\n");
    for (leaf, id, layer, cause) in [
        (
            Leaf::new("fw-other", "other.nhs.uk").key(&family.leaf.key),
            "TLS-011",
            "name",
            "wrong-name",
        ),
        (
            name("fw-cn").extensions(&extensions("serverAuth", "")),
            "TLS-012",
            "name",
            "name-in-cn-only",
        ),
        (
            name("fw-old").dates("20200101000000Z", "20210101000000Z"),
            "TLS-013",
            "date",
            "certificate-expired",
        ),
        (
            name("fw-new").dates("20390101000000Z", "20400101000000Z"),
            "TLS-013",
            "date",
            "certificate-not-yet-valid",
        ),
        (
            name("fw-client").extensions(&extensions("clientAuth", &san)),
            "TLS-014",
            "purpose",
            "server-auth-missing",
        ),
    ] {
        let issued = family.sub.leaf(&leaf);
        let run = fails(check_tls(healthy(&issued, &sub()), &[]), id, layer, cause);
        run.finds("TLS-001", ":", "pass")
            .finds("TLS-010", ":", "pass");
    }
}

#[test]
fn a_sha1_chain_is_seen_and_trusted_with_a_warning() {
    let family = pki::sha1();
    let port = healthy(&family.leaf, &family.sub.certificate());
    let root = family.root.certificate();
    let run = check_tls(port, &["--trust", root.to_str().unwrap()]);
    let run = fails(run, "TLS-016", "chain", "sha1-signature").exits(0);
    run.finds("TLS-010", ":", "pass");
}

#[test]
fn a_small_key_is_named() {
    let key = pki::folder().join("firewall-1024.key");
    pki::openssl(&["genrsa", "-out", key.to_str().unwrap(), "1024"]);
    let issued = pki::sha256()
        .sub
        .leaf(&Leaf::new("fw-weak", NAME).key(&key));
    let run = check_tls(healthy(&issued, &sub()), &[]);
    fails(run, "TLS-015", "key", "weak-key").exits(1);
}

// Our own certificate.

/// A server that wants client certificates of this CA, by TLS 1.2 or 1.3.
fn demanding(ca: &std::path::Path, version: SslVersion) -> u16 {
    let leaf = &pki::sha256().leaf;
    serve_tls(&leaf.key, &[&leaf.certificate, &sub()], |server| {
        server.set_ca_file(ca).unwrap();
        let names = openssl::x509::X509Name::load_client_ca_file(ca).unwrap();
        server.set_client_ca_list(names);
        server.set_verify(SslVerifyMode::PEER | SslVerifyMode::FAIL_IF_NO_PEER_CERT);
        server.set_max_proto_version(Some(version)).unwrap();
    })
}

#[test]
fn a_client_certificate_is_taken_or_refused_in_both_versions() {
    let (ours, strangers) = (pki::sha256(), pki::sha1());
    let certificate = ours.leaf.certificate.to_str().unwrap();
    let key = ours.leaf.key.to_str().unwrap();
    let shown = ["--cert", certificate, "--key", key];
    for version in [SslVersion::TLS1_2, SslVersion::TLS1_3] {
        let knows_us = demanding(&ours.root.certificate(), version);
        let run = check_tls(knows_us, &[]);
        let run = fails(run, "TLS-004", "tls", "tls-refuses-no-certificate").exits(1);
        run.finds("TLS-001", ":", "pass")
            .finds("TLS-003", ":", "pass");
        let knows_others = demanding(&strangers.root.certificate(), version);
        let run = check_tls(knows_others, &shown);
        let run = fails(run, "TLS-004", "tls", "tls-refuses-our-ca").exits(1);
        run.fails("TLS-005", ":", "tls-refuses-our-ca");
    }
}

#[test]
fn a_certificate_of_an_acceptable_ca_gets_through() {
    let family = pki::sha256();
    let both = pki::folder().join("firewall-own.pem");
    let own = [&*family.leaf.certificate, &*sub()].map(|file| std::fs::read(file).unwrap());
    std::fs::write(&both, own.concat()).unwrap();
    let port = demanding(&family.root.certificate(), SslVersion::TLS1_3);
    let key = family.leaf.key.to_str().unwrap();
    let run = check_tls(port, &["--cert", both.to_str().unwrap(), "--key", key]);
    run.exits(0)
        .finds("TLS-003", ":", "pass")
        .finds("TLS-004", ":", "pass")
        .finds("TLS-005", ":", "pass");
}

#[test]
fn a_certificate_that_nobody_asks_for_is_a_failure() {
    let leaf = &pki::sha256().leaf;
    let port = healthy(leaf, &sub());
    let (certificate, key) = (
        leaf.certificate.to_str().unwrap(),
        leaf.key.to_str().unwrap(),
    );
    let run = check_tls(port, &["--cert", certificate, "--key", key]);
    fails(run, "TLS-003", "tls", "tls-client-cert-not-asked").exits(1);
}

// Plain HTTP.

#[test]
fn a_captive_page_in_place_of_a_list_is_not_taken_for_one() {
    let page = serve_text(
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<html>Log in</html>",
    );
    let target = format!("http://127.0.0.1:{page}/a.crl");
    let run = check(&Bench::new(), &["--target", &target]);
    fails(run, "HTTP-002", "http", "http-not-a-crl").exits(1);
    let gone = serve_text("HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n");
    let target = format!("http://127.0.0.1:{gone}/a.crl");
    let run = check(&Bench::new(), &["--target", &target]);
    fails(run, "HTTP-001", "http", "http-status").exits(1);
    let target = format!("http://127.0.0.1:{}/a.crl", serve_silence());
    let run = check(&Bench::new(), &["--target", &target]);
    fails(run, "HTTP-001", "http", "http-silent").exits(1);
}
