//! `ptl trust fetch`: the way to a host: silence, proxies, hosts that may not be asked, and what ends it before that.

use std::io::{Read, Write};

use serde_json::Value;

use crate::{
    loopback::{Machine, healthy, serve, serve_silence},
    pki,
    support::{Bench, provider_install},
    trust_fetch::{bench, fetch, not_kept, request, root, root_der, serve_bytes},
    trust_show::Pins,
};

#[test]
fn what_does_not_answer_leaves_the_question_open() {
    let silent = format!("http://127.0.0.1:{}/", serve_silence());
    let said = not_kept(&silent, "no-answer", 3);
    assert!(
        said.contains("ptl check-firewall --target http://127.0.0.1:"),
        "{said}"
    );
    assert!(said.contains("on HSCN"), "{said}");
    let refused = not_kept("http://127.0.0.1:1/", "tcp-refused", 3);
    assert!(refused.contains("127.0.0.1:1 refused"), "{refused}");
    let closes = serve(|mut stream| drop(request(&mut stream)));
    not_kept(&format!("http://127.0.0.1:{closes}/"), "http-broken", 3);
    let cut = "200 OK\r\nContent-Length: 5000";
    let (port, _) = serve_bytes(cut, root_der());
    not_kept(&format!("http://127.0.0.1:{port}/"), "http-broken", 3);
    let family = pki::sha256();
    let tls = healthy(&family.leaf, &family.sub.certificate());
    not_kept(&format!("https://127.0.0.1:{tls}/"), "tls-broken", 3);
    let plain = serve(|mut stream| {
        let _ = stream.read(&mut [0; 512]);
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
    });
    not_kept(&format!("https://127.0.0.1:{plain}/"), "tls-broken", 3);
}

#[test]
fn a_name_without_an_address_is_said_to_have_none() {
    let bench = Bench::new();
    let pins = Pins {
        root: Some("http://pki.nowhere.test/r.crt"),
        host: "pki.nowhere.test",
        ..Pins::default()
    };
    pins.write(&bench);
    let arguments = [
        "trust",
        "fetch",
        "--env",
        "here.toml",
        "--out",
        "ca",
        "--format",
        "json",
    ];
    let run = Machine::default().run(&bench, &arguments).exits(3);
    let problem = root(&bench, &run)["problem"].clone();
    assert_eq!(problem["cause"], "no-address");
    assert!(problem["hint"].as_str().unwrap().contains("on HSCN"));
}

#[test]
fn the_proxy_of_the_environment_variables_is_taken_and_its_password_is_not_shown() {
    let (port, asked) = serve_bytes("200 OK", root_der());
    let proxy = format!("http://jo:tops3cret@127.0.0.1:{port}");
    // The name has no address here: the proxy looks it up.
    let pins = Pins {
        root: Some("http://pki.nowhere.test/r.crt"),
        host: "pki.nowhere.test",
        ..Pins::default()
    };
    let bench = Bench::new().variable("http_proxy", &proxy);
    pins.write(&bench);
    let run = fetch(&bench, &[]).exits(3);
    assert_eq!(root(&bench, &run)["outcome"], "kept");
    let asked = asked.lock().unwrap()[0].clone();
    assert!(
        asked.starts_with("GET http://pki.nowhere.test/r.crt HTTP/1.1\r\n"),
        "{asked}"
    );
    let bench = Bench::new().variable("http_proxy", "http://jo:tops3cret@127.0.0.1:1");
    pins.write(&bench);
    let run = fetch(&bench, &[]).exits(3);
    let problem = root(&bench, &run)["problem"].clone();
    assert_eq!(problem["cause"], "proxy-failed");
    assert!(
        problem["seen"]
            .as_str()
            .unwrap()
            .contains("The proxy 127.0.0.1:1 "),
        "{run}"
    );
    assert!(!run.stdout.contains("tops3cret"));
}

#[test]
fn only_hosts_of_the_profile_are_asked_unless_one_is_allowed() {
    let (port, asked) = serve_bytes("200 OK", root_der());
    let url = format!("http://127.0.0.1:{port}/");
    let pins = Pins {
        root: Some(&url),
        host: "pki.example.org",
        ..Pins::default()
    };
    let bench = Bench::new();
    pins.write(&bench);
    let run = fetch(&bench, &[]).exits(3);
    let problem = root(&bench, &run)["problem"].clone();
    assert_eq!(problem["cause"], "host-not-allowed");
    assert!(
        problem["hint"]
            .as_str()
            .unwrap()
            .contains("--allow-host 127.0.0.1")
    );
    assert!(asked.lock().unwrap().is_empty());
    let run = fetch(&bench, &["--allow-host", "127.0.0.1"]).exits(3);
    assert_eq!(root(&bench, &run)["outcome"], "kept");
    let sub = &run.json()["authorities"][1]["problem"];
    assert_eq!(sub["cause"], "no-url");
    assert!(
        sub["hint"].as_str().unwrap().contains("desk@example.org"),
        "{run}"
    );
}

#[test]
fn offline_and_what_is_in_the_way_end_before_the_first_connection() {
    let (port, asked) = serve_bytes("200 OK", root_der());
    let bench = bench(&format!("http://127.0.0.1:{port}/"));
    let run = fetch(&bench, &["--offline"]).exits(3);
    assert_eq!(root(&bench, &run)["outcome"], "skipped");
    let file = bench.write("ca/test-root-sha256.pem", "mine");
    fetch(&bench, &[]).refuses("never overwritten");
    assert_eq!(std::fs::read(file).unwrap(), b"mine");
    let sub = std::fs::read(pki::sha256().sub.certificate()).unwrap();
    bench.write("ca/test-root-sha256.pem", sub);
    fetch(&bench, &[]).refuses("is not `Test Root sha256` alone");
    fetch(&bench, &["--generation", "g22"]).refuses("Did you mean `g2`?");
    fetch(&bench, &["--at", "2021-01-01T00:00:00Z"]).refuses("no generation of int is in force");
    assert!(asked.lock().unwrap().is_empty());
}

#[test]
fn in_an_install_the_line_for_ptl_toml_is_made() {
    let (port, _) = serve_bytes("200 OK", root_der());
    let bench = bench(&format!("http://127.0.0.1:{port}/"));
    bench.write(
        "old.pem",
        std::fs::read(pki::sha256().sub.certificate()).unwrap(),
    );
    bench.write("ptl.toml", provider_install("trust = [\"old.pem\"]\n"));
    let arguments = ["trust", "fetch", "--env", "here.toml"];
    let line = "trust = [\n  \"old.pem\",\n  \"trust/test-root-sha256.pem\",\n]";
    bench.run(arguments).exits(3).says(&format!("\n{line}\n"));
    bench.write("ptl.toml", provider_install(&format!("{line}\n")));
    let run = bench
        .run([&arguments[..], &["--format", "json"]].concat())
        .exits(3);
    assert_eq!(run.json()["trust"], Value::Null);
    assert_eq!(
        run.json()["next"],
        "prove the whole: `ptl check-chain --env here.toml`."
    );
    bench.run(["trust", "show", "--env", "here.toml"]).exits(0);
}
