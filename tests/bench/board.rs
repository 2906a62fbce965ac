//! How long a board of 10,000 installs takes, and how much memory: the whole program, its table thrown away.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use openssl::{pkey::PKey, rsa::Rsa};
use ptl::checklist::{
    book::Book,
    rules::{Action, Actor},
    state::{self, Proof},
};

use super::{Ratio, chains::certificate, lists};

const INSTALLS: usize = 10_000;
const RUNS: usize = 3;
const STEPS_DONE: usize = 20;
/// Of the entries of each kept list.
const ENTRIES: u32 = 100;
/// Certificates of their own: the others are one of these, which changes nothing, since none is remembered.
const LEAVES: usize = 50;

/// The table of 10,000 installs for people and as JSON: time and memory against what is wanted of them.
pub(crate) fn ratios() -> Vec<Ratio> {
    let folder = tempfile::tempdir_in(memory_disk()).unwrap();
    make(folder.path());
    let mut ratios = Vec::new();
    for format in ["human", "json"] {
        let runs: Vec<_> = (0..RUNS).map(|_| board(folder.path(), format)).collect();
        let taken = lists::middle(runs.iter().map(|(taken, _)| *taken).collect());
        let memory = runs.iter().map(|(_, memory)| *memory).fold(0.0, f64::max);
        let name = format!("board of {INSTALLS} installs, {format}: ");
        ratios.push(lists::ratio(
            &format!("{name}time / 2 s"),
            (taken, Duration::from_secs(2)),
            (1.0, 0.5),
        ));
        let name = format!("{name}memory / 200 MB");
        ratios.push(lists::memory_ratio(name, memory, 200.0, 0.5));
    }
    ratios
}

/// A disk in memory, so that no other disk is measured; the usual place where there is none.
fn memory_disk() -> std::path::PathBuf {
    let disk = Path::new("/dev/shm");
    match disk.is_dir() {
        true => disk.to_owned(),
        false => std::env::temp_dir(),
    }
}

fn board(folder: &Path, format: &str) -> (Duration, f64) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ptl"));
    command
        .args(["checklist", "board", "--format", format])
        .arg(folder);
    let started = Instant::now();
    let mut child = command.stdout(Stdio::null()).spawn().unwrap();
    let memory = lists::peak_memory(child.id());
    let status = child.wait().unwrap();
    assert_eq!(status.code(), Some(0), "{format}");
    (started.elapsed(), memory)
}

/// The installs: each with its ptl.toml, certificate, CAs, two kept lists, and a checklist on its way.
fn make(folder: &Path) {
    let keys: Vec<_> = (0..2)
        .map(|_| PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap())
        .collect();
    let root = certificate(0, "root", &keys[0], None, true);
    let sub = certificate(1, "sub", &keys[1], Some((&root, &keys[0])), true);
    let leaves: Vec<_> = (0..LEAVES)
        .map(|number| {
            let issuer = Some((&sub, &keys[1]));
            let number = u32::try_from(number).unwrap() + 2;
            certificate(number, "example.thirdparty.nhs.uk", &keys[0], issuer, false)
        })
        .collect();
    let lists = [(&root, &keys[0]), (&sub, &keys[1])]
        .map(|(issuer, key)| lists::list_of(ENTRIES, issuer, key));
    let checklist = checklist();
    for number in 0..INSTALLS {
        let install = folder.join(format!("install-{number:05}"));
        fs::create_dir_all(install.join("crl/int")).unwrap();
        let write = |name: &str, bytes: &[u8]| fs::write(install.join(name), bytes).unwrap();
        write("ptl.toml", config(number).as_bytes());
        write("checklist.toml", checklist.as_bytes());
        write("leaf.pem", &leaves[number % LEAVES].to_pem().unwrap());
        write("sub.pem", &sub.to_pem().unwrap());
        write("root.pem", &root.to_pem().unwrap());
        for (name, list) in ["root", "sub"].iter().zip(&lists) {
            write(&format!("crl/int/{name}.crl"), list);
        }
    }
}

fn config(number: usize) -> String {
    format!(
        r#"schema = 1
role = "provider"
service = "booking"
default_environment = "int"

[organisation]
name = "Supplier {supplier} Ltd"
ods = "A12345"

[product]
name = "Booking {number}"
version = "1.0"

[environment.int]
fqdn = "booking{number}.thirdparty.nhs.uk"
certificate = "leaf.pem"
chain = "sub.pem"
trust = ["root.pem"]
endpoint = "https://booking{number}.thirdparty.nhs.uk/"
"#,
        supplier = number % 100
    )
}

/// A checklist with its first steps done, one a day, and one that waits.
fn checklist() -> String {
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join(state::FILE),
        state::fresh("booking-provider"),
    )
    .unwrap();
    let mut at = "2026-01-05T09:00:00Z".parse().unwrap();
    for done in 0..=STEPS_DONE {
        let opened = state::open(folder.path()).unwrap();
        let book = Book::of(&opened, folder.path(), at);
        let step = book.progress().ready()[0].step.id.clone();
        let action = match done {
            STEPS_DONE => Action::Wait {
                on: "the onboarding team".to_owned(),
                reference: Some("INC0012345".to_owned()),
                due: None,
            },
            _ => Action::Done(vec![Proof::Text(format!("TICKET-{done}, closed"))]),
        };
        let actor = Actor {
            by: "anna".to_owned(),
            at,
        };
        let deed = book.progress().act(&step, action, &actor).unwrap();
        opened.record(vec![deed], "anna", at).unwrap();
        at += jiff::SignedDuration::from_hours(24);
    }
    fs::read_to_string(folder.path().join(state::FILE)).unwrap()
}
