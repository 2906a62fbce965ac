//! `ptl check-chain --connect`: the endpoint, its file and its record, each difference by itself.

use std::{fs, path::PathBuf, time::Duration};

use openssl::ssl::SslVerifyMode;

use crate::{
    chain_files::utf8,
    endpoint_install::{fingerprint, install, visit},
    loopback::{Machine, here, name_server, serve, serve_silence, serve_tls},
    pki::{self, Issued, Leaf, NAME},
    schemas::is_a_sound_report,
    support::{Bench, Run},
};

/// A server with this leaf under the SHA-256 CAs, which asks for a client certificate in the handshake.
fn asking(leaf: &Issued) -> u16 {
    let family = pki::sha256();
    let sub = family.sub.certificate();
    serve_tls(&leaf.key, &[&leaf.certificate, &sub], |server| {
        server.set_verify_callback(SslVerifyMode::PEER, |_, _| true);
        for ca in [&family.root, &family.sub] {
            let pem = fs::read(ca.certificate()).unwrap();
            let certificate = openssl::x509::X509::from_pem(&pem).unwrap();
            server.add_client_ca(&certificate).unwrap();
        }
    })
}

/// The endpoint at this port by its name, on a machine without name servers but this one.
fn visit_by_name(bench: &Bench, port: u16) -> Run {
    let (connect, resolver) = (format!("{NAME}:{port}"), name_server(here()));
    let arguments = [
        "check-chain",
        "--connect",
        &connect,
        "--resolver",
        &resolver,
    ];
    let more = ["--env", "profile.toml", "--at", "2025-01-01T00:00:00Z"];
    let format = ["--format", "json", "--timeout", "3s"];
    let all = [&arguments[..], &more, &format].concat();
    Machine::default().run(bench, &all)
}

/// A second leaf of the same name and key: another certificate all the same.
fn renewed(file: &str) -> Issued {
    let family = pki::sha256();
    let leaf = Leaf::new(file, NAME)
        .key(&family.leaf.key)
        .dates("20240601000000Z", "20390101000000Z");
    family.sub.leaf(&leaf)
}

#[test]
fn a_sound_endpoint_passes_by_its_name_and_every_layer_is_judged() {
    let leaf = &pki::sha256().leaf;
    let bench = install(leaf, "");
    // The old generation's CAs are not named, and must be.
    let run = visit_by_name(&bench, asking(leaf)).exits(1);
    is_a_sound_report(&run.json());
    let run = run
        .finds("DNS-001", NAME, "pass")
        .finds("TCP-002", "127.0.0.1", "pass")
        .finds("TLS-001", "127.0.0.1", "pass")
        .finds("EP-001", "127.0.0.1", "pass")
        .finds("EP-002", "127.0.0.1", "not-applicable")
        .finds("EP-003", NAME, "not-applicable")
        .finds("EP-004", "g2 (present)", "pass")
        .finds("EP-004", "old (present)", "not-applicable")
        .finds("EP-005", "g2 (accept)", "pass")
        .fails("EP-005", "old (accept)", "tls-accepts-one-generation")
        .finds("EP-006", "127.0.0.1", "pass")
        .finds("PATH-001", "127.0.0.1", "pass")
        .finds("CHAIN-005", "127.0.0.1", "pass")
        .finds("CHAIN-016", "127.0.0.1", "pass");
    let evidence = run.finding("EP-006", "127.0.0.1")["evidence"].clone();
    assert_eq!(evidence["asked"], "in the handshake");
    assert_eq!(
        evidence["our certificate"],
        "shown: it answered `HTTP/1.1 200 OK`"
    );
    assert_eq!(bench.files(), ["profile.toml", "ptl.toml"]);
}

#[test]
fn the_registered_name_is_sent_to_an_address_unless_another_is_given() {
    let leaf = &pki::sha256().leaf;
    let (bench, port) = (install(leaf, ""), asking(leaf));
    let connect = format!("127.0.0.1:{port}");
    let sent = |run: &Run| run.finding("TLS-001", ":")["evidence"]["server name sent"].clone();
    assert_eq!(sent(&visit(&bench, &connect, &[])), NAME);
    let other = visit(&bench, &connect, &["--sni", "other.nhs.uk"]);
    assert_eq!(sent(&other), "other.nhs.uk");
}

#[test]
fn a_server_that_was_not_reloaded_shows_another_certificate_than_the_file() {
    let bench = install(&renewed("renewed-file"), "");
    let run = visit(
        &bench,
        &format!("127.0.0.1:{}", asking(&pki::sha256().leaf)),
        &[],
    );
    let run = run.exits(1).fails("EP-001", ":", "certificate-differs");
    let hint = run.finding("EP-001", ":")["hint"].to_string();
    assert!(hint.contains("reload the server"), "{hint}");
    // The other way round it is the file that is old.
    let bench = install(&pki::sha256().leaf, "");
    let newer = asking(&renewed("renewed-server"));
    let run = visit(&bench, &format!("127.0.0.1:{newer}"), &[]);
    let hint = run
        .fails("EP-001", ":", "certificate-differs")
        .finding("EP-001", ":")["hint"]
        .to_string();
    assert!(hint.contains("Save the newer certificate"), "{hint}");
}

// What the checklist recorded.

/// The install after `int.cert` was done with this evidence.
fn recorded(leaf: &Issued, evidence: &str) -> Bench {
    let bench = install(leaf, "");
    bench.write(
        "checklist.toml",
        format!(
            "schema = 1\ndefinition = \"booking-provider\"\n[step.\"int.cert\"]\nstate = \"done\"\n\
             at = 2025-01-01T00:00:00Z\nby = \"anna\"\nevidence = [{{ {evidence}, at = 2025-01-01T00:00:00Z, by = \"anna\" }}]\n"
        ),
    );
    bench
}

/// What is recorded of a file: its name and the digest of its content.
fn file(path: &PathBuf) -> String {
    let bytes = fs::read(path).unwrap();
    let digest = openssl::sha::sha256(&bytes)
        .map(|byte| format!("{byte:02x}"))
        .concat();
    let name = path.file_name().unwrap().to_str().unwrap();
    format!(
        "file = \"{name}\", sha256 = \"{digest}\", size = {}",
        bytes.len()
    )
}

#[test]
fn the_recorded_certificate_is_known_by_file_by_form_and_by_fingerprint() {
    let leaf = &pki::sha256().leaf;
    let connect = format!("127.0.0.1:{}", asking(leaf));
    // What came from the desk, in another form, and gone since.
    let aside = Bench::new();
    let der = aside.path("from-the-desk.cer");
    let (pem, der) = (utf8(&leaf.certificate), utf8(&der));
    pki::openssl(&["x509", "-in", pem, "-outform", "DER", "-out", der]);
    let words = format!("text = \"SHA-256 {}\"", fingerprint(&leaf.certificate));
    for evidence in [file(&leaf.certificate), file(&PathBuf::from(der)), words] {
        visit(&recorded(leaf, &evidence), &connect, &[]).finds("EP-002", ":", "pass");
    }
}

#[test]
fn another_certificate_on_record_fails_and_one_that_is_gone_is_unknown() {
    let leaf = &pki::sha256().leaf;
    let connect = format!("127.0.0.1:{}", asking(leaf));
    let old = renewed("recorded-before").certificate;
    let mail = [b"Your certificate:\n", &*fs::read(&old).unwrap()].concat();
    let aside = Bench::new();
    let elsewhere = aside.write("mail.pem", &mail);
    let bench = recorded(leaf, &file(&elsewhere));
    let unknown = |bench: &Bench, why: &str| {
        let run = visit(bench, &connect, &[]).finds("EP-002", ":", "undetermined");
        let finding = run.finding("EP-002", ":");
        assert_eq!(finding["cause"], "certificate-differs");
        assert!(finding["reason"].to_string().contains(why), "{finding:#}");
    };
    unknown(&bench, "not here any more");
    bench.write("mail.pem", fs::read(&leaf.certificate).unwrap());
    unknown(&bench, "has changed since");
    // Where the recorded file still lies in the install's folder, it tells.
    bench.write("mail.pem", &mail);
    let run = visit(&bench, &connect, &[]).fails("EP-002", ":", "certificate-differs");
    let hint = run.finding("EP-002", ":")["hint"].to_string();
    assert!(hint.contains("ptl checklist reopen int.cert"), "{hint}");
    let words = format!("text = \"SHA-256 {}\"", fingerprint(&old));
    visit(&recorded(leaf, &words), &connect, &[]).fails("EP-002", ":", "certificate-differs");
}

#[test]
fn a_record_without_a_certificate_binds_nothing_and_says_why() {
    let leaf = &pki::sha256().leaf;
    let connect = format!("127.0.0.1:{}", asking(leaf));
    let bench = recorded(leaf, "text = \"mail of 3 May\"");
    let run = visit(&bench, &connect, &[]).finds("EP-002", ":", "not-applicable");
    assert!(
        run.finding("EP-002", ":")["reason"]
            .to_string()
            .contains("names no certificate")
    );
    bench.write(
        "checklist.toml",
        "schema = 1\ndefinition = \"booking-provider\"\n",
    );
    let run = visit(&bench, &connect, &[]).finds("EP-002", ":", "not-applicable");
    assert!(
        run.finding("EP-002", ":")["reason"]
            .to_string()
            .contains("`int.cert` is not done")
    );
    bench.write("checklist.toml", "schema = 1\n");
    visit(&bench, &connect, &[]).refuses("definition");
}

// What is asked and sent.

#[test]
fn an_endpoint_that_asks_nobody_fails_and_one_that_does_not_answer_is_unknown() {
    let family = pki::sha256();
    let (leaf, sub) = (&family.leaf, family.sub.certificate());
    let bench = install(leaf, "");
    let open = serve_tls(&leaf.key, &[&leaf.certificate, &sub], |_| {});
    let run = visit(&bench, &format!("127.0.0.1:{open}"), &[]).exits(1);
    run.fails("EP-006", ":", "tls-client-cert-not-asked")
        .finds("EP-005", "g2 (accept)", "blocked")
        .finds("EP-004", "g2 (present)", "pass");
    let quiet = serve_quietly(leaf, &sub);
    let run = visit(&bench, &format!("127.0.0.1:{quiet}"), &["--only", "EP-006"]);
    run.exits(3).finds("EP-006", ":", "undetermined");
}

/// Completes handshakes and answers nothing.
fn serve_quietly(leaf: &Issued, sub: &std::path::Path) -> u16 {
    use openssl::ssl::{SslAcceptor, SslFiletype, SslMethod};
    let mut server = SslAcceptor::mozilla_intermediate_v5(SslMethod::tls()).unwrap();
    let chain = [&*leaf.certificate, sub]
        .map(|file| fs::read(file).unwrap())
        .concat();
    let file = pki::folder().join("quiet.pem");
    fs::write(&file, chain).unwrap();
    server.set_certificate_chain_file(&file).unwrap();
    server
        .set_private_key_file(&leaf.key, SslFiletype::PEM)
        .unwrap();
    let server = server.build();
    serve(move |stream| {
        if let Ok(stream) = server.accept(stream) {
            std::thread::sleep(Duration::from_secs(30));
            drop(stream);
        }
    })
}

#[test]
fn a_sub_ca_that_is_not_sent_is_missed_by_who_holds_only_the_root() {
    let leaf = &pki::sha256().leaf;
    let port = serve_tls(&leaf.key, &[&leaf.certificate], |server| {
        server.set_verify_callback(SslVerifyMode::PEER, |_, _| true);
    });
    let connect = format!("127.0.0.1:{port}");
    visit(&install(leaf, ""), &connect, &[])
        .exits(1)
        .fails("CHAIN-005", ":", "issuer-missing")
        .fails("EP-004", "g2 (present)", "issuer-missing")
        .finds("EP-005", "g2 (accept)", "not-applicable");
    // Nor is it hidden where the sub CA is among the trusted, in the plain form.
    let (root, sub) = (
        pki::sha256().root.certificate(),
        pki::sha256().sub.certificate(),
    );
    let more = ["--trust", utf8(&root), utf8(&sub), "--sni", NAME];
    let arguments = ["check-chain", "--connect", &connect, "--format", "json"];
    Bench::new()
        .run([&arguments[..], &more].concat())
        .exits(1)
        .fails("CHAIN-005", ":", "issuer-missing");
}

#[test]
fn a_leaf_of_the_old_generation_gets_nobody_through_today() {
    let old = pki::sha1();
    let sub = old.sub.certificate();
    let port = serve_tls(&old.leaf.key, &[&old.leaf.certificate, &sub], |_| {});
    visit(
        &install(&pki::sha256().leaf, ""),
        &format!("127.0.0.1:{port}"),
        &[],
    )
    .exits(1)
    .fails("EP-004", "g2 (present)", "issuer-missing")
    .finds("EP-004", "old (present)", "not-applicable")
    .fails("CHAIN-016", ":", "wrong-generation")
    .finds("TLS-001", ":", "pass");
}

// The way there, and the command line.

#[test]
fn a_shut_port_is_named_at_its_layer_and_the_rest_waits() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let connect = listener.local_addr().unwrap().to_string();
    drop(listener);
    let bench = install(&pki::sha256().leaf, "");
    let run = visit(&bench, &connect, &[])
        .exits(1)
        .fails("TCP-002", ":", "tcp-refused");
    is_a_sound_report(&run.json());
    run.finds("EP-001", ":", "blocked")
        .finds("EP-005", ":", "skipped")
        .finds("PATH-001", ":", "skipped");
    let silent = serve_silence();
    visit(&bench, &format!("127.0.0.1:{silent}"), &[])
        .fails("TLS-001", ":", "tls-silent")
        .exits(1);
}

#[test]
fn offline_everything_is_skipped_and_no_connection_is_made() {
    let port = serve(|_| panic!("a connection was made"));
    let connect = format!("127.0.0.1:{port}");
    let run = visit(&install(&pki::sha256().leaf, ""), &connect, &["--offline"]).exits(0);
    let report = run.json();
    is_a_sound_report(&report);
    for finding in report["findings"].as_array().unwrap() {
        let of_files = ["CHAIN-001", "CHAIN-019", "CHAIN-020"];
        let is_of_files = of_files.iter().any(|id| finding["id"] == *id);
        let met = if is_of_files { "pass" } else { "skipped" };
        assert_eq!(finding["outcome"], met, "{finding:#}");
    }
    assert_eq!(run.findings("EP-005").len(), 1);
}

#[test]
fn the_plain_form_reads_no_install_and_judges_by_the_files_given() {
    let family = pki::sha256();
    let connect = format!("127.0.0.1:{}", asking(&family.leaf));
    let bench = Bench::new();
    bench.write("ptl.toml", "this is no install");
    let root = family.root.certificate();
    let trust = ["check-chain", "--connect", &connect, "--trust", utf8(&root)];
    let named = ["--sni", NAME, "--format", "json"];
    let run = bench.run([&trust[..], &named].concat()).exits(0);
    let run = run
        .finds("EP-001", ":", "not-applicable")
        .finds("PATH-010", ":", "pass")
        .finds("PATH-011", ":", "pass");
    assert!(run.findings("EP-005").is_empty(), "{run}");
    let cert = [
        "--cert",
        utf8(&family.leaf.certificate),
        "--key",
        utf8(&family.leaf.key),
    ];
    let run = bench.run([&trust[..], &named, &cert].concat()).exits(0);
    let ours =
        run.finds("EP-001", ":", "pass").finding("EP-006", ":")["evidence"]["our certificate"]
            .to_string();
    assert!(ours.contains("shown: it answered"), "{ours}");
    let other = pki::sha1();
    let wrong = [
        "--cert",
        utf8(&family.leaf.certificate),
        "--key",
        utf8(&other.leaf.key),
    ];
    bench
        .run([&trust[..], &wrong].concat())
        .refuses("the private key is not that");
}

#[test]
fn what_is_no_host_and_port_is_refused_with_what_to_write() {
    let bench = install(&pki::sha256().leaf, "");
    visit(&bench, "https://example.thirdparty.nhs.uk/fhir", &[])
        .refuses("write `example.thirdparty.nhs.uk:443`");
    visit(&bench, "example.thirdparty.nhs.uk/fhir", &[]).refuses("only a host and a port");
    visit(&bench, "::1", &[]).refuses("brackets");
    visit(&bench, "[::1]:0", &[]).refuses("no port from 1 to 65535");
    visit(&bench, "127.0.0.1", &["--sni", "127.0.0.1"]).refuses("this is no host's name");
    visit(&bench, "127.0.0.1", &["--resolver", "dns.nhs.uk"]).refuses("--resolver is wrong");
    let run = bench.run(["check-chain", "--sni", NAME]).exits(2);
    run.complains("--connect").says_nothing();
    // What belongs to the plain form does not silently mean nothing in an install.
    let run = bench
        .run(["check-chain", "--connect", "127.0.0.1", "--host", NAME])
        .exits(2);
    run.complains("--trust").says_nothing();
}
