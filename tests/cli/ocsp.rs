//! OCSP of the lab, asked as `ptl crl fetch` asks it; and answers that hurt.

use std::{
    io::{Read, Write},
    net::TcpStream,
    path::Path,
    time::{Duration, Instant},
};

use jiff::{SignedDuration, Timestamp};
use openssl::ocsp::OcspResponse;
use ptl::{
    crl::ocsp::{self, Problem, Said},
    net::download::{Download, Downloader, End, LARGEST},
    x509::{Certificate, certificates},
};
use url::Url;

use crate::{
    hostile::{hostile, seed},
    loopback::{self, Machine},
    pki,
    rehearsal_spine::{FQDN, Lab, lab, ptl},
    schemas::is_a_sound_report,
    support::Bench,
};

/// How many answers that hurt are made of each kind.
const EACH: usize = 40;

fn read(file: impl AsRef<Path>) -> Certificate {
    certificates(file.as_ref()).unwrap().remove(0)
}

fn ask(leaf: &Certificate, issuer: &Certificate, url: &str) -> Download {
    let downloader = Downloader::new(Vec::new(), Duration::from_secs(2)).unwrap();
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_all().build().unwrap();
    let url = Url::parse(url).unwrap();
    runtime
        .block_on(ocsp::ask(leaf, issuer, &url, &downloader))
        .unwrap()
}

/// What the lab's responder answers; its name, this machine's own resolver would be asked for.
fn asks_the_lab(lab: &Lab, leaf: &Certificate, issuer: &Certificate) -> Vec<u8> {
    let url = format!("http://127.0.0.1:{}/ocsp", lab.port("downloads"));
    match ask(leaf, issuer, &url).end {
        End::Content(der) => der,
        other => panic!("{other:?}"),
    }
}

/// A bench whose leaf names this, and what it takes to judge what the responder says of it.
fn leaf_of(lab: &Lab, order: &[&str]) -> (Bench, Certificate, Certificate) {
    let bench = lab.install(order);
    let leaf = read(bench.path("lab.crt"));
    let issuer = read(lab.folder.join("trust/g2-sub.pem"));
    (bench, leaf, issuer)
}

/// What `ptl` finds of one subject: `ID outcome cause`, as far as it is no pass.
fn against(bench: &Bench, arguments: &[&str], subject: &str) -> Vec<String> {
    let report = ptl(bench, &Machine::default(), arguments).json();
    is_a_sound_report(&report);
    let findings = report["findings"].as_array().unwrap();
    let own = findings.iter().filter(|it| it["subject"] == subject);
    assert!(own.clone().count() > 0, "{subject}: {report:#}");
    let word = |finding: &serde_json::Value, key: &str| {
        finding[key].as_str().unwrap_or_default().to_owned()
    };
    own.filter(|finding| !matches!(finding["outcome"].as_str(), Some("pass" | "not-applicable")))
        .map(|finding| {
            ["id", "outcome", "cause"]
                .map(|key| word(finding, key))
                .join(" ")
        })
        .collect()
}

const FETCH: &[&str] = &["crl", "fetch"];

#[test]
fn a_leaf_that_ocsp_alone_tells_of_is_good_and_then_revoked_for_every_command() {
    let lab = lab();
    let (bench, leaf, issuer) = leaf_of(&lab, &["--san", "--no-list", "--ocsp"]);
    let port = lab.port("downloads");
    let named = [format!("http://ocsp.lab.test:{port}/ocsp")];
    assert_eq!(leaf.extensions.ocsp_urls, named);
    let by_ocsp = format!("{FQDN} by OCSP");
    let none = Vec::<String>::new();
    assert_eq!(against(&bench, FETCH, &by_ocsp), none);
    assert_eq!(against(&bench, FETCH, FQDN), none);
    let folder = lab.folder.to_str().unwrap();
    bench
        .run(["lab", "revoke", "lab.crt", "--lab", folder])
        .exits(0);
    // What is kept holds for a day, and only a fetch asks anew.
    assert_eq!(against(&bench, &["check-chain"], FQDN), none);
    let revoked = ["REV-001 fail revoked"];
    assert_eq!(against(&bench, FETCH, &by_ocsp), none);
    assert_eq!(against(&bench, FETCH, FQDN), revoked);
    assert_eq!(against(&bench, &["check-chain"], FQDN), revoked);
    // In a year the answer has ended long since, and so has its signer: what was revoked stays so.
    let answer = asks_the_lab(&lab, &leaf, &issuer);
    let later = Timestamp::now() + SignedDuration::from_hours(365 * 24);
    let Said::Revoked { since, reason } = ocsp::judge(&answer, &leaf, &issuer, later).said else {
        panic!("it was revoked");
    };
    assert!(Timestamp::now().duration_since(since) < SignedDuration::from_mins(1));
    assert_eq!(reason.map(ptl::crl::Reason::word), Some("keyCompromise"));
}

#[test]
fn a_leaf_of_the_lab_names_list_and_responder_as_it_was_ordered() {
    let lab = lab();
    for (order, lists, responders) in [
        (&[][..], 1, 0),
        (&["--ocsp"], 1, 1),
        (&["--no-list"], 0, 0),
        (&["--no-list", "--ocsp"], 0, 1),
    ] {
        let leaf = read(lab.install(order).path("lab.crt"));
        let extensions = &leaf.extensions;
        assert_eq!(extensions.list_points.urls.len(), lists, "{order:?}");
        assert_eq!(extensions.ocsp_urls.len(), responders, "{order:?}");
        assert_eq!(extensions.issuer_urls.len(), responders, "{order:?}");
    }
}

#[test]
fn the_faults_of_the_responder_are_found_by_crl_fetch() {
    let lab = lab();
    let (bench, ..) = leaf_of(&lab, &["--san", "--ocsp"]);
    let sub = "Rehearsal INT Authentication G2";
    for (fault, wanted) in [
        ("ocsp-unauthorised", "REV-021 fail ocsp-unauthorised"),
        ("ocsp-stale", "REV-022 fail ocsp-stale"),
    ] {
        for subject in [FQDN, sub] {
            lab.fault(fault);
            let found = against(&bench, FETCH, &format!("{subject} by OCSP"));
            lab.fault("none");
            assert_eq!(found, [wanted], "{fault}");
        }
        let after = against(&bench, FETCH, &format!("{FQDN} by OCSP"));
        assert_eq!(after, Vec::<String>::new(), "after {fault}");
    }
}

/// A responder that gives this answer to whatever comes.
fn responder(answer: impl Fn(&mut TcpStream) + Send + Sync + 'static) -> String {
    let port = loopback::serve(move |mut stream| {
        let _ = stream.read(&mut [0; 4096]);
        answer(&mut stream);
    });
    format!("http://127.0.0.1:{port}/ocsp")
}

#[test]
fn a_responder_that_never_ends_points_elsewhere_or_fails_gives_no_answer() {
    let family = pki::sha256();
    let leaf = read(&family.leaf.certificate);
    let issuer = read(family.sub.certificate());
    let ends = |url: &str| ask(&leaf, &issuer, url).end;
    let large = responder(|stream| {
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", LARGEST + 1);
        let _ = stream.write_all(head.as_bytes());
        let _ = stream.write_all(&vec![0x30; LARGEST + 1]);
    });
    assert_eq!(ends(&large), End::TooLarge);
    let endless = responder(|stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
        while stream.write_all(&[0x30; 4096]).is_ok() {}
    });
    assert_eq!(ends(&endless), End::TooLarge);
    // Not even to itself: a question is not repeated.
    let elsewhere = responder(|stream| {
        let _ = stream.write_all(
            b"HTTP/1.1 307 Temporary Redirect\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n",
        );
    });
    assert_eq!(ends(&elsewhere), End::Elsewhere("/other".to_owned()));
    let failing = responder(|stream| {
        let _ = stream.write_all(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n");
    });
    assert_eq!(ends(&failing), End::Status(503, None));
    let silent = responder(|_| std::thread::sleep(Duration::from_secs(30)));
    let begun = Instant::now();
    assert_eq!(ends(&silent), End::Late);
    assert!(begun.elapsed() < Duration::from_secs(10));
}

#[test]
fn what_is_asked_is_a_question_of_its_own_kind() {
    let (told, heard) = std::sync::mpsc::channel();
    let port = loopback::serve(move |mut stream| {
        let mut bytes = [0; 4096];
        let count = stream.read(&mut bytes).unwrap_or(0);
        let _ = told.send(bytes[..count].to_vec());
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK");
    });
    let family = pki::sha256();
    let leaf = read(&family.leaf.certificate);
    let issuer = read(family.sub.certificate());
    let url = format!("http://127.0.0.1:{port}/a/responder");
    let download = ask(&leaf, &issuer, &url);
    assert_eq!(download.end, End::Content(b"OK".to_vec()));
    let request = heard.recv().unwrap();
    let text = String::from_utf8_lossy(&request).to_lowercase();
    assert!(text.starts_with("post /a/responder http/1.1\r\n"), "{text}");
    assert!(text.contains("content-type: application/ocsp-request\r\n"));
}

/// What the lab's responder says to these bytes: the status, and what follows.
fn posted(lab: &Lab, question: &[u8]) -> (String, Vec<u8>) {
    let mut stream = TcpStream::connect(("127.0.0.1", lab.port("downloads"))).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(10)))
        .unwrap();
    let head = format!(
        "POST /ocsp HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
        question.len()
    );
    // What is too much is not read to its end.
    let _ = stream.write_all(head.as_bytes());
    let _ = stream.write_all(question);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    let end = memchr::memmem::find(&answer, b"\r\n\r\n").map_or(answer.len(), |place| place + 4);
    let line = String::from_utf8_lossy(&answer[..end]);
    let status = line.split(' ').nth(1).unwrap_or_default().to_owned();
    (status, answer[end..].to_vec())
}

#[test]
fn the_lab_answers_whatever_it_is_asked_and_goes_on() {
    let lab = lab();
    let (_bench, leaf, issuer) = leaf_of(&lab, &[]);
    let question = ocsp::request(&leaf, &issuer).unwrap();
    let samples = [question.clone(), leaf.der().to_vec()];
    let seed = seed();
    for (name, bytes) in hostile(&samples, seed, 4) {
        let is_small = bytes.len() <= 16 * 1024;
        let (status, answer) = posted(&lab, &bytes);
        match is_small {
            true => {
                assert_eq!(status, "200", "{name} of PTL_SEED={seed}");
                assert!(OcspResponse::from_der(&answer).is_ok(), "{name}");
            }
            // The connection may break before the answer is read.
            false => assert!(matches!(&*status, "400" | ""), "{name}: {status}"),
        }
    }
    let (status, answer) = posted(&lab, &question);
    let judged = ocsp::judge(&answer, &leaf, &issuer, Timestamp::now());
    assert_eq!((&*status, judged.said), ("200", Said::Good));
}

#[test]
fn answers_that_hurt_say_nothing() {
    let lab = lab();
    let (_bench, leaf, issuer) = leaf_of(&lab, &[]);
    let answer = asks_the_lab(&lab, &leaf, &issuer);
    drop(lab);
    let samples = [answer, leaf.der().to_vec(), issuer.der().to_vec()];
    let (seed, at) = (seed(), Timestamp::now());
    for (name, bytes) in hostile(&samples, seed, EACH) {
        if samples.contains(&bytes) {
            continue;
        }
        let begun = Instant::now();
        let judged = ocsp::judge(&bytes, &leaf, &issuer, at);
        assert!(
            matches!(judged.said, Said::Undetermined(_)),
            "{name} of PTL_SEED={seed}: {judged:?}"
        );
        let took = begun.elapsed();
        assert!(
            took < Duration::from_secs(5),
            "{name} of PTL_SEED={seed}: {took:?}"
        );
    }
    let page = b"<!DOCTYPE html><html><body>Please log in.</body></html>";
    let judged = ocsp::judge(page, &leaf, &issuer, at);
    assert_eq!(judged.said, Said::Undetermined(Problem::Page));
}
