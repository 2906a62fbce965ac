//! A lab that runs, shared by the tests of this binary; an install that is walked against it.

#![allow(
    dead_code,
    reason = "each test binary uses its own part of what is shared"
)]

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::{
    loopback::Machine,
    support::{Bench, Run},
};

/// How long a lab may take to start: its keys are made at random.
const READY: Duration = Duration::from_secs(60);

/// The endpoint of the installs.
pub(crate) const FQDN: &str = "example.thirdparty.nhs.uk";

/// A lab in a folder of its own, ended when it is dropped.
pub(crate) struct Lab {
    child: Child,
    pub(crate) folder: PathBuf,
}

impl Drop for Lab {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Lab {
    /// Starts a lab in a new folder, which a later run of the tests removes.
    pub(crate) fn start() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        Self::start_in(&crate::pki::folder().join(format!("lab-{number}")), &[])
    }

    /// Starts a lab in this folder, with these arguments, and waits until it is ready.
    #[track_caller]
    pub(crate) fn start_in(folder: &Path, more: &[&str]) -> Self {
        Self::start_by(Command::new(env!("CARGO_BIN_EXE_ptl")), folder, more)
    }

    /// As [`Lab::start_in`], by a command that starts ptl.
    #[track_caller]
    pub(crate) fn start_by(mut command: Command, folder: &Path, more: &[&str]) -> Self {
        command.args(["lab", "up", "--quiet"]).arg(folder);
        let child = command
            .args(more)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let mut lab = Self {
            child,
            folder: folder.to_owned(),
        };
        let end = Instant::now() + READY;
        // A profile of an earlier start stays until the new one is about to come.
        while !(lab.profile().exists() && lab.listens()) {
            if let Some(status) = lab.child.try_wait().unwrap() {
                panic!("the lab ended with {status}");
            }
            assert!(Instant::now() < end, "the lab does not start");
            std::thread::sleep(Duration::from_millis(20));
        }
        lab
    }

    /// Whether its proxy listens.
    pub(crate) fn listens(&self) -> bool {
        let places = self.places();
        let address = places["address"].as_str().unwrap();
        let port = places["proxy"].as_integer().unwrap().try_into().unwrap();
        let address: std::net::IpAddr = address.parse().unwrap();
        std::net::TcpStream::connect((address, port)).is_ok()
    }

    fn places(&self) -> toml::Value {
        places_in(&self.folder)
    }

    /// The environment that `--env` takes.
    pub(crate) fn profile(&self) -> PathBuf {
        self.folder.join("lab.toml")
    }

    /// The port of a server, as the lab's folder says.
    pub(crate) fn port(&self, server: &str) -> u16 {
        port_in(&self.folder, server)
    }

    /// Ends it at once; its folder stays as it is.
    pub(crate) fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// The process.
    pub(crate) fn process(&mut self) -> &mut Child {
        &mut self.child
    }

    /// Turns a fault on, or all off by `none`.
    #[track_caller]
    pub(crate) fn fault(&self, name: &str) {
        let folder = self.folder.to_str().unwrap();
        Bench::new()
            .run(["lab", "fault", name, "--lab", folder])
            .exits(0);
    }

    /// An install in a bench, whose certificate the lab signed with these flags; it is named in ptl.toml.
    pub(crate) fn install(&self, order: &[&str]) -> Bench {
        let bench = Bench::new();
        let profile = self.profile();
        let about = ["--role", "provider", "--service", "booking", "--fqdn", FQDN];
        let whose = ["--organisation", "Example Ltd", "--ods", "A12345"];
        let what = ["--product", "Example Booking", "--product-version", "1.0"];
        let mut arguments = vec!["init", "--yes", "--env", profile.to_str().unwrap()];
        arguments.extend([&about[..], &whose, &what].concat());
        bench.run(&arguments).exits(0).complains_not();
        // Making a key is slow and its time is random: one does for all.
        bench.write("lab.key", fs::read(shared_key()).unwrap());
        crate::pki::restrict(&bench.path("lab.key"));
        let made = ["csr", "--from-key", "lab.key", "--fqdn", FQDN];
        bench.run(made).exits(0);
        let request = format!("{FQDN}.csr");
        let mut issue = vec!["lab", "issue", &request, "--out", "lab.crt"];
        issue.extend(["--lab", self.folder.to_str().unwrap()]);
        issue.extend(order);
        bench.run(&issue).exits(0);
        let mut generation = order.iter().skip_while(|word| **word != "--generation");
        self.name_certificate(&bench, generation.nth(1).unwrap_or(&"g2"));
        Self::fetch_lists(&bench);
        bench
    }

    /// The lists of its certificates.
    fn fetch_lists(bench: &Bench) {
        let run = bench.run(["crl", "fetch", "--quiet"]);
        // A flaw of the certificate is another test's.
        assert!(matches!(run.code, Some(0 | 1 | 3)), "{run}");
    }

    fn name_certificate(&self, bench: &Bench, generation: &str) {
        let trust = self.folder.join("trust");
        let mut text = String::new();
        for line in bench.read("ptl.toml").lines() {
            match line {
                line if line.starts_with("key = ") => {
                    text += "key = \"lab.key\"\ncertificate = \"lab.crt\"\n";
                    text += &format!(
                        "chain = {:?}\n",
                        trust.join(format!("{generation}-sub.pem"))
                    );
                    text += &format!("trust = [{:?}]\n", trust.join("all.pem"));
                }
                line => text += &format!("{line}\n"),
            }
        }
        bench.write("ptl.toml", text);
    }
}

fn places_in(folder: &Path) -> toml::Value {
    let text = fs::read_to_string(folder.join("servers.toml")).unwrap();
    text.parse::<toml::Table>().unwrap()["servers"].clone()
}

/// The port of a server, as the folder of a lab says.
pub(crate) fn port_in(folder: &Path, server: &str) -> u16 {
    let port = places_in(folder)[server].as_integer().unwrap();
    port.try_into().unwrap()
}

/// A key that is made once in a run.
pub(crate) fn shared_key() -> &'static Path {
    static KEY: OnceLock<PathBuf> = OnceLock::new();
    KEY.get_or_init(|| {
        let key = crate::pki::folder().join("lab-install.key");
        let file = key.to_str().unwrap();
        crate::pki::openssl(&["genrsa", "-out", file, "2048"]);
        key
    })
}

/// The lab of this run, one test at a time: a fault holds for everybody. It ends with this process.
pub(crate) fn lab() -> MutexGuard<'static, Lab> {
    static LAB: OnceLock<Mutex<Lab>> = OnceLock::new();
    LAB.get_or_init(|| Mutex::new(Lab::start()))
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
}

/// Runs ptl on a machine whose own name server knows nothing, as JSON.
pub(crate) fn ptl(bench: &Bench, machine: &Machine, arguments: &[&str]) -> Run {
    let mut all = arguments.to_vec();
    all.extend(["--format", "json", "--timeout", "2s"]);
    machine.run(bench, &all)
}

/// What failed or stayed open: `ID cause`, each once, in the order of the report.
pub(crate) fn not_well(run: &Run) -> Vec<String> {
    let report: Value = run.json();
    let mut found: Vec<String> = Vec::new();
    for finding in report["findings"].as_array().unwrap() {
        if matches!(finding["outcome"].as_str(), Some("fail" | "undetermined")) {
            let cause = finding["cause"].as_str().unwrap_or("no cause");
            let line = format!("{} {cause}", finding["id"].as_str().unwrap());
            if !found.contains(&line) {
                found.push(line);
            }
        }
    }
    found
}
