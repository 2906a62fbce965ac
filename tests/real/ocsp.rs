//! OCSP as `openssl ocsp` sees it: a client of the lab's responder, and a responder whose answers ptl judges.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use jiff::{SignedDuration, Timestamp};
use ptl::{
    crl::ocsp::{self, Judged, Problem, Said},
    net::download::{Downloader, End},
    x509::{Certificate, certificates},
};
use url::Url;

use crate::{
    lab::{path, run, text},
    pki::{self, Authority, Issued, Leaf},
    rehearsal_spine::{Lab, lab},
    server,
};

/// The one certificate of a file.
fn read(file: impl AsRef<Path>) -> Certificate {
    certificates(file.as_ref()).unwrap().remove(0)
}

/// What `openssl ocsp` says of the lab's answer, where it trusts the generation's root.
fn openssl_asks(lab: &Lab, generation: &str, issuer: &str, more: &[&str]) -> String {
    let trust = |which| path(lab.folder.join(format!("trust/{generation}-{which}.pem")));
    let (root, sub, issuer) = (trust("root"), trust("sub"), trust(issuer));
    let url = format!("http://127.0.0.1:{}/ocsp", lab.port("downloads"));
    let mut arguments = vec!["ocsp", "-CAfile", &root, "-verify_other", &sub];
    arguments.extend(["-url", &url, "-issuer", &issuer, "-resp_text"]);
    arguments.extend(more);
    text(&run("openssl", &arguments))
}

#[test]
fn openssl_believes_what_the_lab_answers_for_every_ca() {
    let lab = lab();
    for generation in ["sha1", "sha2", "g2"] {
        let sub = path(lab.folder.join(format!("trust/{generation}-sub.pem")));
        let said = openssl_asks(&lab, generation, "root", &["-cert", &sub, "-nonce"]);
        assert!(said.contains("Response verify OK"), "{said}");
        assert!(said.contains(": good"), "{said}");
        assert!(said.contains("OCSP Nonce"), "{said}");
        assert!(!said.contains("WARNING"), "no nonce came back: {said}");
        let bench = lab.install(&["--san", "--generation", generation]);
        let leaf = path(bench.path("lab.crt"));
        let said = openssl_asks(&lab, generation, "sub", &["-cert", &leaf, "-no_nonce"]);
        assert!(said.contains("Response verify OK"), "{said}");
        assert!(said.contains("lab.crt: good"), "{said}");
        assert!(said.contains("Next Update"), "{said}");
        assert!(!said.contains("OCSP Nonce"), "{said}");
        for of_delegate in ["OCSP Signing", "OCSP No Check", "Rehearsal OCSP Responder"] {
            assert!(said.contains(of_delegate), "{of_delegate}: {said}");
        }
    }
}

#[test]
fn openssl_is_told_since_when_and_why_a_certificate_is_revoked() {
    let lab = lab();
    let bench = lab.install(&["--san", "--no-list", "--ocsp"]);
    let leaf = path(bench.path("lab.crt"));
    let ask = || openssl_asks(&lab, "g2", "sub", &["-cert", &leaf]);
    assert!(ask().contains("lab.crt: good"));
    let folder = lab.folder.to_str().unwrap();
    bench
        .run([
            "lab",
            "revoke",
            "lab.crt",
            "--reason",
            "superseded",
            "--lab",
            folder,
        ])
        .exits(0);
    let said = ask();
    assert!(said.contains("Response verify OK"), "{said}");
    assert!(said.contains("lab.crt: revoked"), "{said}");
    assert!(said.contains("Reason: superseded"), "{said}");
    assert!(said.contains("Revocation Time: "), "{said}");
}

#[test]
fn the_lab_knows_no_serial_of_another_ca_and_answers_for_no_ca_of_others() {
    let lab = lab();
    let leaf = read(lab.install(&["--generation", "sha2"]).path("lab.crt"));
    let serial = format!("0x{}", leaf.serial);
    for issuer in ["sub", "root"] {
        let said = openssl_asks(&lab, "g2", issuer, &["-serial", &serial]);
        assert!(said.contains("Response verify OK"), "{said}");
        assert!(said.contains(&format!("{serial}: unknown")), "{said}");
    }
    let family = pki::sha256();
    let other = path(family.leaf.certificate.clone());
    let issuer = path(family.sub.certificate());
    let url = format!("http://127.0.0.1:{}/ocsp", lab.port("downloads"));
    let arguments = ["ocsp", "-url", &url, "-issuer", &issuer, "-cert", &other];
    let said = text(&run("openssl", &arguments));
    assert!(said.contains("unauthorized (6)"), "{said}");
}

#[test]
fn the_lab_answers_a_get_as_a_post() {
    let lab = lab();
    let bench = lab.install(&[]);
    let leaf = read(bench.path("lab.crt"));
    let issuer = read(lab.folder.join("trust/g2-sub.pem"));
    let question = ocsp::request(&leaf, &issuer).unwrap();
    let plain = openssl::base64::encode_block(&question);
    let escaped = plain
        .replace('+', "%2B")
        .replace('/', "%2F")
        .replace('=', "%3D");
    let answer = path(bench.path("answer.der"));
    for written in [plain, escaped] {
        let port = lab.port("downloads");
        let url = format!("http://127.0.0.1:{port}/ocsp/{written}");
        let arguments = ["--silent", "--fail", "--noproxy", "*", "--output", &answer];
        let output = run("curl", &[&arguments[..], &[&url]].concat());
        assert!(output.status.success(), "{url}: {}", text(&output));
        let judged = ocsp::judge(
            &fs::read(&answer).unwrap(),
            &leaf,
            &issuer,
            Timestamp::now(),
        );
        assert_eq!(judged.said, Said::Good, "{url}");
    }
    let port = lab.port("downloads");
    let url = format!("http://127.0.0.1:{port}/ocsp/AAAA");
    let arguments = ["--silent", "--noproxy", "*", "--output", &answer, &url];
    run("curl", &arguments);
    let judged = ocsp::judge(
        &fs::read(&answer).unwrap(),
        &leaf,
        &issuer,
        Timestamp::now(),
    );
    let malformed = Problem::Refused(ocsp::form::Word::MalformedRequest);
    assert_eq!(judged.said, Said::Undetermined(malformed));
}

/// A CA whose database `openssl ocsp` answers from, with a good leaf, a revoked one, and two delegates.
struct Office {
    ca: Authority,
    good: Issued,
    revoked: Issued,
    delegate: Issued,
    without_right: Issued,
    weak: Issued,
}

impl Office {
    fn open(name: &str) -> Self {
        let ca = Authority::root(name, "sha256");
        let key = &pki::sha256().leaf.key;
        let leaf = |file: &str| ca.leaf(&Leaf::new(file, pki::NAME).key(key));
        let signs = |file: &str, purpose: &str, digest: &str| {
            let extensions = format!("basicConstraints=CA:FALSE\nextendedKeyUsage={purpose}\n");
            let delegate = Leaf::new(file, file).extensions(&extensions).key(key);
            ca.leaf(&delegate.digest(digest))
        };
        let office = Self {
            good: leaf("good"),
            revoked: leaf("revoked"),
            delegate: signs("delegate", "OCSPSigning", "sha1"),
            without_right: signs("without-right", "clientAuth", "sha256"),
            weak: signs("weak", "OCSPSigning", "md5"),
            ca,
        };
        office.ca.revoke(&office.revoked.certificate);
        office
    }

    fn index(&self) -> PathBuf {
        self.ca.certificate().with_file_name("index.txt")
    }

    /// The arguments of a responder that signs by this certificate and key.
    fn responder(&self, signer: &Path, key: &Path) -> Vec<String> {
        let (ca, index) = (self.ca.certificate(), self.index());
        let pairs = [
            ("-index", index.as_path()),
            ("-CA", &ca),
            ("-rsigner", signer),
            ("-rkey", key),
        ];
        let mut arguments = vec!["ocsp".to_owned()];
        for (flag, file) in pairs {
            arguments.extend([flag.to_owned(), path(file.to_owned())]);
        }
        arguments
    }

    /// What ptl makes of an answer of `openssl ocsp` for a leaf.
    fn judged(&self, signer: &Issued, leaf: &Issued, more: &[&str]) -> Judged {
        let mut arguments = self.responder(&signer.certificate, &signer.key);
        let file = path(leaf.certificate.with_extension("der"));
        let (ca, certificate) = (path(self.ca.certificate()), path(leaf.certificate.clone()));
        let rest = ["-issuer", &ca, "-cert", &certificate, "-respout", &file];
        arguments.extend(more.iter().chain(&rest).map(|word| (*word).to_owned()));
        pki::openssl(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
        let answer = fs::read(&file).unwrap();
        let (leaf, issuer) = (read(&leaf.certificate), read(self.ca.certificate()));
        ocsp::judge(&answer, &leaf, &issuer, Timestamp::now())
    }

    fn itself(&self) -> Issued {
        Issued {
            certificate: self.ca.certificate(),
            key: self.ca.key(),
        }
    }
}

#[test]
fn answers_of_openssl_are_judged_as_it_means_them() {
    let office = Office::open("Answers of OpenSSL");
    for signer in [&office.itself(), &office.delegate] {
        for more in [
            &["-ndays", "1"][..],
            &["-ndays", "1", "-resp_key_id"],
            &["-ndays", "1", "-rmd", "sha1"],
            &["-nmin", "5", "-sha256"],
            &[],
        ] {
            let good = office.judged(signer, &office.good, more);
            assert_eq!(good.said, Said::Good, "{more:?}");
            let seen = good.seen.unwrap();
            assert_eq!(seen.next_update.is_some(), !more.is_empty());
            let age = Timestamp::now().duration_since(seen.produced_at);
            assert!(age < SignedDuration::from_mins(1), "{age}");
            let revoked = office.judged(signer, &office.revoked, more);
            assert!(matches!(revoked.said, Said::Revoked { .. }), "{revoked:?}");
        }
    }
    let weakly = office.judged(&office.itself(), &office.good, &["-rmd", "md5"]);
    let by_a_weak_one = office.judged(&office.weak, &office.good, &["-ndays", "1"]);
    for weak in [weakly, by_a_weak_one] {
        let wanted = Problem::BrokenHash("md5WithRSAEncryption".to_owned());
        assert_eq!(weak.said, Said::Undetermined(wanted));
    }
    let unlet = office.judged(&office.without_right, &office.good, &["-ndays", "1"]);
    let wanted = Problem::WithoutRight("without-right".to_owned());
    assert_eq!(unlet.said, Said::Undetermined(wanted));
    let unsent = office.judged(&office.delegate, &office.good, &["-resp_no_certs"]);
    assert!(
        matches!(&unsent.said, Said::Undetermined(Problem::SignerMissing(_))),
        "{unsent:?}"
    );
}

/// A responder of openssl, ended when it is dropped.
struct Listening(Child);

impl Drop for Listening {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Listening {
    /// Waits for its own word: a connection that asks nothing, as others wait by, keeps it busy for ever.
    fn start(mut command: Command) -> Self {
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        let mut started = Self(child.spawn().unwrap());
        let said = started.0.stderr.take().unwrap();
        let mut lines = BufReader::new(said).lines().map_while(Result::ok);
        assert!(lines.any(|line| line.contains("waiting for OCSP client connections")));
        // Whatever it says later is read, so that it is never stopped by it.
        std::thread::spawn(move || lines.for_each(drop));
        started
    }
}

#[test]
fn a_running_responder_of_openssl_is_asked() {
    let office = Office::open("Running OpenSSL");
    let port = server::free_port();
    let mut command = Command::new("openssl");
    command.args(office.responder(&office.delegate.certificate, &office.delegate.key));
    command.args(["-ndays", "1", "-port", &port.to_string()]);
    let _responder = Listening::start(command);
    let downloader = Downloader::new(Vec::new(), std::time::Duration::from_secs(5)).unwrap();
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_all().build().unwrap();
    let url = Url::parse(&format!("http://127.0.0.1:{port}/")).unwrap();
    let issuer = read(office.ca.certificate());
    let ask = |leaf: &Issued| {
        let leaf = read(&leaf.certificate);
        let asked = ocsp::ask(&leaf, &issuer, &url, &downloader);
        let der = match runtime.block_on(asked).unwrap().end {
            End::Content(der) => der,
            other => panic!("{other:?}"),
        };
        ocsp::judge(&der, &leaf, &issuer, Timestamp::now()).said
    };
    assert_eq!(ask(&office.good), Said::Good);
    assert!(matches!(ask(&office.revoked), Said::Revoked { .. }));
    fs::write(office.index(), "").unwrap();
    let unknown = office.judged(&office.delegate, &office.good, &["-ndays", "1"]);
    assert_eq!(unknown.said, Said::Undetermined(Problem::Unknown));
}
