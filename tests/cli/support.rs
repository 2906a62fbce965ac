//! Runs the real `ptl` in a fresh folder with a clean environment, and asks what came of it.

#![allow(
    dead_code,
    reason = "each test binary uses its own part of what is shared"
)]

use std::{
    ffi::OsStr,
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use serde_json::Value;
use tempfile::TempDir;

/// How often something random is tried: this often, and ten times as often with `tests/run --long`.
pub(crate) fn trials(usual: u32) -> u32 {
    match std::env::var_os("PTL_LONG") {
        Some(_) => usual * 10,
        None => usual,
    }
}

/// A folder to work in, and how `ptl` is started there.
pub(crate) struct Bench {
    root: TempDir,
    variables: Vec<(String, String)>,
}

impl Bench {
    /// An empty folder, and a home beside it.
    pub(crate) fn new() -> Self {
        let root = tempfile::Builder::new()
            .prefix("ptl-test-")
            .tempdir()
            .unwrap();
        for folder in ["work", "home"] {
            fs::create_dir(root.path().join(folder)).unwrap();
        }
        Self {
            root,
            variables: Vec::new(),
        }
    }

    /// Sets a variable for the runs that follow; nothing is handed on from the test's own environment.
    #[must_use]
    pub(crate) fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The working folder.
    pub(crate) fn folder(&self) -> PathBuf {
        self.root.path().join("work")
    }

    /// A path in the working folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder().join(name)
    }

    /// Writes a file into the working folder, with the folders above it.
    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }

    /// Reads a text file of the working folder.
    #[track_caller]
    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Every file in the working folder, hidden ones too, by relative path, in order.
    pub(crate) fn files(&self) -> Vec<String> {
        let mut found = Vec::new();
        collect(&self.folder(), &self.folder(), &mut found);
        found.sort();
        found
    }

    /// The command, for a test that starts or kills it itself.
    pub(crate) fn command<I, S>(&self, arguments: I) -> Command
    where
        I: IntoIterator<Item = S>,
        S: AsRef<OsStr>,
    {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ptl"));
        command
            .args(arguments)
            .current_dir(self.folder())
            .env_clear()
            .env(
                "PATH",
                "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            )
            .env("HOME", self.root.path().join("home"))
            .env("LC_ALL", "C.UTF-8")
            .env("TZ", "UTC")
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Runs `ptl` with an empty stdin.
    #[track_caller]
    pub(crate) fn run<I, S>(&self, arguments: I) -> Run
    where
        I: IntoIterator<Item = S>,
        S: AsRef<OsStr>,
    {
        Run::of(self.command(arguments).output().unwrap())
    }

    /// Runs `ptl` with this on stdin.
    #[track_caller]
    pub(crate) fn run_with_input<I, S>(&self, arguments: I, input: &[u8]) -> Run
    where
        I: IntoIterator<Item = S>,
        S: AsRef<OsStr>,
    {
        let mut child = self
            .command(arguments)
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        // A command that reads no stdin may be gone already.
        let _ = child.stdin.take().unwrap().write_all(input);
        Run::of(child.wait_with_output().unwrap())
    }
}

/// Runs `ptl` with no more than 200 MB of address space, so that what it takes to fail is small too.
#[track_caller]
pub(crate) fn within_200_mb(bench: &Bench, arguments: &[&str]) -> Run {
    let mut command = Command::new("sh");
    command
        .args(["-c", "ulimit -v 200000; exec \"$0\" \"$@\""])
        .arg(env!("CARGO_BIN_EXE_ptl"))
        .args(arguments)
        .current_dir(bench.folder())
        .env("LC_ALL", "C.UTF-8")
        .stdin(Stdio::null());
    Run::of(command.output().unwrap())
}

fn collect(root: &Path, folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.is_symlink() {
            collect(root, &path, found);
        } else {
            found.push(path.strip_prefix(root).unwrap().display().to_string());
        }
    }
}

/// What came of a run.
#[derive(Debug)]
pub(crate) struct Run {
    /// The exit code; `None` where a signal ended it.
    pub(crate) code: Option<i32>,
    /// What it printed.
    pub(crate) stdout: String,
    /// What it complained of.
    pub(crate) stderr: String,
}

impl Run {
    pub(crate) fn of(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).expect("stdout is UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("stderr is UTF-8"),
        }
    }

    /// Asserts the exit code.
    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self}");
        self
    }

    /// Asserts that stdout holds this.
    #[track_caller]
    pub(crate) fn says(self, text: &str) -> Self {
        assert!(self.stdout.contains(text), "no `{text}` in stdout\n{self}");
        self
    }

    /// Asserts that stderr holds this.
    #[track_caller]
    pub(crate) fn complains(self, text: &str) -> Self {
        assert!(self.stderr.contains(text), "no `{text}` in stderr\n{self}");
        self
    }

    /// Asserts that stdout is empty.
    #[track_caller]
    pub(crate) fn says_nothing(self) -> Self {
        assert_eq!(self.stdout, "", "{self}");
        self
    }

    /// Asserts that stderr is empty.
    #[track_caller]
    pub(crate) fn complains_not(self) -> Self {
        assert_eq!(self.stderr, "", "{self}");
        self
    }

    /// Asserts exit 2 in the house's form: nothing on stdout, `error: ...` with this text, and `hint: ...`.
    #[track_caller]
    pub(crate) fn refuses(self, text: &str) -> Self {
        self.exits(2)
            .says_nothing()
            .complains("error: ")
            .complains("hint: ")
            .complains(text)
    }

    /// The first line of stdout: the answer.
    #[track_caller]
    pub(crate) fn answer(&self) -> &str {
        self.stdout
            .lines()
            .next()
            .unwrap_or_else(|| panic!("nothing on stdout\n{self}"))
    }

    /// stdout as a JSON document of any kind.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("no JSON: {error}\n{self}"))
    }

    /// The one finding of a check whose subject holds this text.
    #[track_caller]
    pub(crate) fn finding(&self, id: &str, subject: &str) -> Value {
        let mut findings = self.findings(id);
        findings.retain(|finding| finding["subject"].as_str().unwrap().contains(subject));
        assert_eq!(
            findings.len(),
            1,
            "{id} on `{subject}`: {findings:#?}\n{self}"
        );
        findings.remove(0)
    }

    /// Every finding of a check.
    #[track_caller]
    pub(crate) fn findings(&self, id: &str) -> Vec<Value> {
        let report = self.json();
        let findings = report["findings"].as_array().expect("a report");
        findings
            .iter()
            .filter(|finding| finding["id"] == id)
            .cloned()
            .collect()
    }

    /// Asserts what became of a check on the one subject that holds this text.
    #[track_caller]
    pub(crate) fn finds(self, id: &str, subject: &str, outcome: &str) -> Self {
        let finding = self.finding(id, subject);
        assert_eq!(finding["outcome"], outcome, "{finding:#}");
        self
    }

    /// Asserts that a check failed on the one subject that holds this text, for this cause.
    #[track_caller]
    pub(crate) fn fails(self, id: &str, subject: &str, cause: &str) -> Self {
        let finding = self.finding(id, subject);
        assert_eq!(finding["outcome"], "fail", "{finding:#}");
        assert_eq!(finding["cause"], cause, "{finding:#}");
        self
    }
}

impl std::fmt::Display for Run {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "exit {:?}", self.code)?;
        writeln!(f, "--- stdout\n{}", self.stdout)?;
        writeln!(f, "--- stderr\n{}", self.stderr)
    }
}

/// The folder of reference data beside the project, where it is there; else a test says that it was left out.
pub(crate) fn shared(test: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("PTL_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"),
        PathBuf::from,
    );
    if folder.is_dir() {
        return Some(folder);
    }
    // Past the test harness, which would swallow what a passing test says.
    let _ = writeln!(
        std::io::stderr(),
        "left out: {test} needs the reference data, and `{}` is not there",
        folder.display()
    );
    None
}

/// The `ptl.toml` of a booking provider; what follows continues its `[environment.int]`.
pub(crate) fn provider_install(rest: &str) -> String {
    let start = r#"schema = 1
role = "provider"
service = "booking"
default_environment = "int"

[organisation]
name = "Example Ltd"
ods = "A12345"

[product]
name = "Example Booking"
version = "1.0"

[environment.int]
fqdn = "example.thirdparty.nhs.uk"
"#;
    format!("{start}{rest}")
}
