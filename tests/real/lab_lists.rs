//! The lists that the lab serves over HTTP, sound and under each fault: curl and openssl are the judges.

use std::{
    collections::BTreeMap,
    fs,
    io::Read,
    path::Path,
    process::{Command, Stdio},
};

use crate::{
    lab::{path, run, text},
    rehearsal_spine::{Lab, lab},
    support::Bench,
};

/// A list of each kind: the host and path that it is asked for by, its file in the lab's folder, and its CA.
pub(crate) const LISTS: [[&str; 4]; 5] = [
    [
        CDP,
        "int/G2/auth/crlc1.crl",
        "int/G2/auth/crlc1.crl",
        "g2-sub",
    ],
    [
        CDP,
        "PTL/G2/root/PTLrootG2.crl",
        "PTL/G2/root/PTLrootG2.crl",
        "g2-root",
    ],
    [CDP, "int/1c/crlc3.crl", "int/1c/crlc3.crl", "sha2-sub"],
    [
        PAGE,
        "public/pki/rehearsal-subca02.crl",
        "sha1/sub.crl",
        "sha1-sub",
    ],
    [
        PAGE,
        "public/pki/rehearsal-rootca.crl",
        "sha1/root.crl",
        "sha1-root",
    ],
];
pub(crate) const CDP: &str = "crl.lab.test";
pub(crate) const PAGE: &str = "checkit.lab.test";

/// What curl got.
pub(crate) struct Got {
    pub(crate) status: String,
    headers: String,
    pub(crate) body: Vec<u8>,
}

impl Got {
    fn header(&self, name: &str) -> &str {
        let mut lines = self
            .headers
            .lines()
            .filter_map(|line| line.split_once(": "));
        let found = lines.find(|(it, _)| it.eq_ignore_ascii_case(name));
        found
            .unwrap_or_else(|| panic!("{name}: {}", self.headers))
            .1
    }
}

/// Asks the lab's downloads for a path, by curl with these arguments.
pub(crate) fn get(lab: &Lab, host: &str, at: &str, more: &[&str]) -> Got {
    let (bench, port) = (Bench::new(), lab.port("downloads"));
    let [headers, body] = ["headers", "body"].map(|name| path(bench.write(name, "")));
    let url = format!("http://{host}:{port}/{at}");
    let resolve = format!("{host}:{port}:127.0.0.1");
    let mut arguments = vec!["--silent", "--noproxy", "*", "--resolve", &resolve];
    arguments.extend(["--dump-header", &headers, "--output", &body]);
    arguments.extend(["--write-out", "%{http_code}", "--max-time", "20"]);
    arguments.extend(more);
    arguments.push(&url);
    let status = text(&run("curl", &arguments));
    Got {
        status,
        headers: fs::read_to_string(&headers).unwrap(),
        body: fs::read(&body).unwrap(),
    }
}

/// What openssl says of a list, and of its signature by a CA of the lab.
pub(crate) fn said_of(lab: &Lab, list: &[u8], ca: &str) -> String {
    let bench = Bench::new();
    let file = path(bench.write("list.crl", list));
    let issuer = path(lab.folder.join(format!("trust/{ca}.pem")));
    let read = ["crl", "-inform", "DER", "-in", &file, "-noout"];
    // Where the issuer is not found, nothing else is said.
    [
        &["-text", "-crlnumber"][..],
        &["-verify", "-CAfile", &issuer],
    ]
    .map(|more| text(&run("openssl", &[&read, more].concat())))
    .concat()
}

/// A moment that a list says, in seconds: GNU date reads it.
pub(crate) fn moment(said: &str, field: &str) -> i64 {
    let (_, moment) = said.split_once(&format!("{field}: ")).unwrap();
    let moment = moment.lines().next().unwrap();
    let seconds = text(&run("date", &["-d", moment, "+%s"]));
    seconds.trim().parse().unwrap()
}

pub(crate) fn now() -> i64 {
    text(&run("date", &["+%s"])).trim().parse().unwrap()
}

/// Every file of the lab's lists and of its registers.
fn kept(lab: &Lab) -> BTreeMap<String, Vec<u8>> {
    let output = run(
        "find",
        &[
            lab.folder.to_str().unwrap(),
            "-name",
            "*.crl",
            "-o",
            "-name",
            "revoked.toml",
        ],
    );
    let files = text(&output);
    let read = |file: &str| (file.to_owned(), fs::read(file).unwrap());
    files.lines().map(read).collect()
}

/// Runs something under a fault, and holds that what the lab keeps stays as it was, and that every list comes
/// sound when the fault is gone.
pub(crate) fn under(lab: &Lab, fault: &str, look: impl Fn()) {
    let before = kept(lab);
    lab.fault(fault);
    look();
    lab.fault("none");
    assert_eq!(kept(lab), before, "{fault}");
    for [host, at, file, _] in LISTS {
        let sound = fs::read(lab.folder.join("crl").join(file)).unwrap();
        assert_eq!(get(lab, host, at, &[]).body, sound, "{fault}: {at}");
    }
}

#[test]
fn the_old_page_names_lists_of_several_environments_and_one_is_right() {
    let lab = lab();
    let page = get(&lab, PAGE, "public/pki/crls.php", &[]);
    assert_eq!(page.status, "200");
    assert!(page.header("content-type").starts_with("text/html"));
    let html = String::from_utf8(page.body).unwrap();
    let links: Vec<_> = html
        .split("href=\"/")
        .skip(1)
        .map(|rest| rest.split_once('"').unwrap().0)
        .collect();
    assert_eq!(links.len(), 6, "{html}");
    let mut right = Vec::new();
    for link in links {
        assert!(
            link.starts_with("public/pki/") && link.ends_with(".crl"),
            "{link}"
        );
        let list = get(&lab, PAGE, link, &[]);
        assert_eq!(list.header("content-type"), "application/pkix-crl");
        for ca in ["sha1-root", "sha1-sub"] {
            let said = said_of(&lab, &list.body, ca);
            assert!(
                said.contains("Certificate Revocation List (CRL):"),
                "{link}: {said}"
            );
            assert!(moment(&said, "Next Update") > now() && moment(&said, "Last Update") <= now());
            if said.contains("verify OK") {
                right.push((link.to_owned(), ca));
            }
        }
    }
    assert_eq!(
        right,
        [
            ("public/pki/rehearsal-rootca.crl".to_owned(), "sha1-root"),
            ("public/pki/rehearsal-subca02.crl".to_owned(), "sha1-sub")
        ]
    );
    let profile = fs::read_to_string(lab.profile()).unwrap();
    for (link, _) in right {
        let url = format!(
            "crl_urls = [\"http://{PAGE}:{}/{link}\"]",
            lab.port("downloads")
        );
        assert!(profile.contains(&url), "{url}\n{profile}");
    }
}

#[test]
fn a_client_that_has_a_list_does_not_get_it_again_until_it_is_another() {
    let lab = lab();
    let [host, at, ..] = LISTS[0];
    let first = get(&lab, host, at, &[]);
    let (tag, date) = (
        first.header("etag").to_owned(),
        first.header("last-modified").to_owned(),
    );
    let by_tag = format!("If-None-Match: {tag}");
    for condition in [["--header", by_tag.as_str()], ["--time-cond", &date]] {
        let again = get(&lab, host, at, &condition);
        assert_eq!(
            (again.status.as_str(), again.body.len()),
            ("304", 0),
            "{condition:?}"
        );
        assert_eq!(again.header("etag"), tag);
    }
    for condition in [
        ["--header", "If-None-Match: \"another\""],
        ["--time-cond", "Wed, 01 Jan 2020 00:00:00 GMT"],
    ] {
        let again = get(&lab, host, at, &condition);
        assert_eq!(
            (again.status.as_str(), again.body),
            ("200", first.body.clone()),
            "{condition:?}"
        );
    }
    // A fault's list is another one, and so is the sound one after it, whatever is asked by.
    std::thread::sleep(std::time::Duration::from_millis(1100));
    lab.fault("crl-expired");
    let [expired, other] = [["--header", by_tag.as_str()], ["--time-cond", &date]]
        .map(|condition| get(&lab, host, at, &condition));
    let later = get(
        &lab,
        host,
        at,
        &["--time-cond", expired.header("last-modified")],
    );
    std::thread::sleep(std::time::Duration::from_millis(1100));
    lab.fault("none");
    assert_eq!(
        [expired.status.as_str(), &other.status, &later.status],
        ["200", "200", "304"]
    );
    let sound = get(
        &lab,
        host,
        at,
        &["--time-cond", expired.header("last-modified")],
    );
    assert_eq!(sound.status, "200");
    assert_eq!(get(&lab, host, at, &["--header", &by_tag]).status, "304");
}

#[test]
fn what_is_no_list_comes_with_its_status_and_kind() {
    let lab = lab();
    under(&lab, "crl-404", || {
        for [host, at, ..] in LISTS {
            assert_eq!(get(&lab, host, at, &[]).status, "404", "{at}");
        }
    });
    under(&lab, "crl-arl-missing", || {
        for [host, at, _, ca] in LISTS {
            let wanted = if ca.ends_with("root") { "404" } else { "200" };
            assert_eq!(get(&lab, host, at, &[]).status, wanted, "{at}");
        }
    });
    under(&lab, "crl-html-page", || {
        for [host, at, _, ca] in LISTS {
            let got = get(&lab, host, at, &[]);
            assert_eq!(
                (got.status.as_str(), got.header("content-type")),
                ("200", "text/html")
            );
            assert!(got.body.starts_with(b"<!DOCTYPE html>"), "{at}");
            assert!(!said_of(&lab, &got.body, ca).contains("Certificate Revocation List"));
        }
    });
    under(&lab, "crl-redirect", || {
        let port = lab.port("downloads");
        for [host, at, file, _] in LISTS {
            let got = get(&lab, host, at, &[]);
            assert_eq!(got.status, "302");
            assert_eq!(
                got.header("location"),
                format!("http://127.0.0.1:{port}/{at}")
            );
            // Who follows gets the list, and notices nothing.
            let followed = get(&lab, host, at, &["--location"]);
            assert_eq!(followed.status, "200", "{at}");
            let sound = fs::read(lab.folder.join("crl").join(file)).unwrap();
            assert_eq!(followed.body, sound, "{at}");
        }
    });
}

/// The memory that a process has at most had, in kB.
fn peak(process: u32) -> u64 {
    let status = fs::read_to_string(Path::new("/proc").join(process.to_string()).join("status"));
    let status = status.unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmHWM:"))
        .unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[test]
fn a_slow_list_keeps_its_client_waiting_and_an_endless_one_is_not_held() {
    let mut lab = lab();
    under(&lab, "crl-slow", || {
        for [host, at, file, _] in LISTS {
            let got = get(&lab, host, at, &["--max-time", "1"]);
            let sound = fs::read(lab.folder.join("crl").join(file)).unwrap();
            assert_eq!(got.status, "200");
            assert_eq!(got.header("content-length"), sound.len().to_string());
            assert_eq!(got.body, &sound[..1], "{at}");
        }
    });
    let process = lab.process().id();
    let before = peak(process);
    under(&lab, "crl-endless", || {
        let [host, at, file, _] = LISTS[0];
        let port = lab.port("downloads");
        let mut curl = Command::new("curl")
            .args(["--silent", "--noproxy", "*", "--max-time", "60"])
            .args(["--resolve", &format!("{host}:{port}:127.0.0.1")])
            .arg(format!("http://{host}:{port}/{at}"))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let sound = fs::read(lab.folder.join("crl").join(file)).unwrap();
        let mut body = curl.stdout.take().unwrap();
        let mut beginning = vec![0; sound.len()];
        body.read_exact(&mut beginning).unwrap();
        assert_eq!(beginning, sound);
        let rest = std::io::copy(&mut body.take(256 << 20), &mut std::io::sink()).unwrap();
        assert_eq!(rest, 256 << 20);
        curl.kill().unwrap();
        curl.wait().unwrap();
    });
    let grown = peak(process) - before;
    assert!(grown < 32 * 1024, "{grown} kB more");
}

#[test]
fn a_fault_of_the_lists_leaves_the_proxy_alone_and_the_other_way_round() {
    let lab = lab();
    let ours = crate::lab::client(&lab, "g2");
    for fault in ["crl-404", "crl-bad-signature", "sub-revoked"] {
        under(&lab, fault, || {
            assert_eq!(crate::lab::curl(&lab, Some(&ours)), "501", "{fault}");
        });
    }
    for fault in ["tls-expired", "tls-refuses-our-ca", "dns-nxdomain"] {
        lab.fault(fault);
        for [host, at, file, _] in LISTS {
            let sound = fs::read(lab.folder.join("crl").join(file)).unwrap();
            assert_eq!(get(&lab, host, at, &[]).body, sound, "{fault}: {at}");
        }
        lab.fault("none");
    }
}
