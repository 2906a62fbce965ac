//! `ptl lab`: how a lab starts, ends and refuses; what it signs; the rehearsal as a whole.

use std::{
    fs,
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use crate::{
    loopback::Machine,
    rehearsal_spine::{FQDN, Lab, lab, port_in},
    schemas::conforms,
    support::{Bench, Run},
};

fn listens(port: u16) -> bool {
    TcpStream::connect(("127.0.0.1", port)).is_ok()
}

/// Waits until nothing listens on any of the lab's ports.
#[track_caller]
pub(crate) fn falls_silent(ports: &[u16]) {
    let end = Instant::now() + Duration::from_secs(10);
    while ports.iter().any(|port| listens(*port)) {
        assert!(Instant::now() < end, "something listens still");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// The ports of its servers.
pub(crate) fn ports(lab: &Lab) -> [u16; 3] {
    ["dns", "proxy", "downloads"].map(|server| lab.port(server))
}

fn signal(process: u32, name: &str) {
    let process = process.to_string();
    let status = Command::new("kill").args(["-s", name, &process]).status();
    assert!(status.unwrap().success());
}

#[test]
fn two_labs_run_side_by_side_and_each_ends_alone() {
    let mut first = Lab::start();
    let second = Lab::start();
    let (gone, stays) = (ports(&first), ports(&second));
    assert!(
        gone.iter()
            .all(|port| listens(*port) && !stays.contains(port))
    );
    signal(first.process().id(), "INT");
    assert_eq!(first.process().wait().unwrap().code(), Some(0));
    falls_silent(&gone);
    assert!(stays.iter().all(|port| listens(*port)));
}

#[test]
fn the_end_of_the_terminal_ends_it_unless_it_was_asked_not_to() {
    let mut lab = Lab::start();
    signal(lab.process().id(), "HUP");
    assert_eq!(lab.process().wait().unwrap().code(), Some(0));
    let mut nohup = Command::new("nohup");
    nohup.arg(env!("CARGO_BIN_EXE_ptl"));
    let mut lab = Lab::start_by(nohup, &lab.folder, &[]);
    signal(lab.process().id(), "HUP");
    std::thread::sleep(Duration::from_millis(500));
    assert!(lab.listens() && lab.process().try_wait().unwrap().is_none());
    signal(lab.process().id(), "TERM");
    assert_eq!(lab.process().wait().unwrap().code(), Some(0));
}

#[test]
fn sigterm_ends_it_too_and_it_starts_again_on_its_ports_with_its_cas() {
    let mut lab = Lab::start();
    let (old, profile) = (ports(&lab), fs::read(lab.profile()).unwrap());
    let bench = lab.install(&["--san", "--revoked"]);
    signal(lab.process().id(), "TERM");
    assert_eq!(lab.process().wait().unwrap().code(), Some(0));
    falls_silent(&old);
    let again = Lab::start_in(&lab.folder, &[]);
    assert_eq!(ports(&again), old);
    assert!(old.iter().all(|port| listens(*port)));
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let pins = |text: String| -> Vec<String> {
        let lines = text.lines().filter(|line| line.starts_with("sha256"));
        lines.map(str::to_owned).collect()
    };
    let now = fs::read(again.profile()).unwrap();
    assert_eq!(pins(text(&now)), pins(text(&profile)));
    // What was revoked stays so.
    let folder = again.folder.to_str().unwrap();
    bench
        .run(["lab", "revoke", "lab.crt", "--lab", folder])
        .refuses("revoked already");
}

/// A shell that starts a lab in a folder, and waits for it.
fn parent_of_a_lab(folder: &Path) -> Child {
    Command::new("sh")
        .args(["-c", "\"$0\" lab up -q \"$1\" & wait"])
        .arg(env!("CARGO_BIN_EXE_ptl"))
        .arg(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

#[test]
fn the_end_of_the_parent_ends_it_even_by_sigkill() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("lab");
    let mut parent = parent_of_a_lab(&folder);
    let end = Instant::now() + Duration::from_secs(60);
    while !folder.join("lab.toml").exists() {
        assert!(Instant::now() < end, "the lab does not start");
        std::thread::sleep(Duration::from_millis(20));
    }
    let ports = ["dns", "proxy", "downloads"].map(|server| port_in(&folder, server));
    assert!(ports.iter().all(|port| listens(*port)));
    parent.kill().unwrap();
    parent.wait().unwrap();
    falls_silent(&ports);
}

#[test]
fn the_end_of_the_parent_ends_it_even_while_it_starts() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("lab");
    let mut parent = parent_of_a_lab(&folder);
    let end = Instant::now() + Duration::from_secs(60);
    // Its claim is there before its keys are.
    while !folder.join("running").exists() {
        assert!(Instant::now() < end, "the lab does not start");
        std::thread::sleep(Duration::from_millis(2));
    }
    parent.kill().unwrap();
    parent.wait().unwrap();
    while !folder.join("lab.toml").exists() {
        assert!(Instant::now() < end, "the lab does not go on");
        std::thread::sleep(Duration::from_millis(2));
    }
    falls_silent(&[port_in(&folder, "proxy")]);
}

#[test]
fn a_wish_for_a_fault_is_fulfilled_or_told_and_the_last_one_holds() {
    let lab = Lab::start();
    let folder = lab.folder.to_str().unwrap();
    let bench = Bench::new();
    let wish = |name: &'static str| {
        let arguments = ["lab", "fault", name, "--lab", folder];
        bench.command(arguments).spawn().unwrap()
    };
    for _ in 0..5 {
        let begun = Instant::now();
        let names = [
            "tls-intercepted",
            "tls-wrong-environment",
            "tcp-refused",
            "tls-expired",
        ];
        for child in names.map(wish) {
            let run = Run::of(child.wait_with_output().unwrap());
            assert!(matches!(run.code, Some(0 | 2)), "{run}");
            assert!(
                run.code == Some(0) || run.stderr.contains("at the same moment"),
                "{run}"
            );
        }
        assert!(
            begun.elapsed() < Duration::from_secs(9),
            "somebody waited in vain"
        );
        lab.fault("none");
        assert!(lab.listens());
    }
}

#[test]
fn a_folder_has_one_running_lab() {
    let lab = lab();
    Bench::new()
        .run(["lab", "up", lab.folder.to_str().unwrap()])
        .refuses("a lab runs in");
    assert!(listens(lab.port("proxy")));
}

/// The addresses on which a process listens or waits for packets, as the kernel writes them.
fn addresses_of(process: u32) -> Vec<String> {
    let descriptors = fs::read_dir(format!("/proc/{process}/fd")).unwrap();
    let links = descriptors.filter_map(|entry| fs::read_link(entry.unwrap().path()).ok());
    let sockets: Vec<String> = links
        .filter_map(|link| {
            let inode = link.to_str()?.strip_prefix("socket:[")?;
            Some(inode.strip_suffix(']')?.to_owned())
        })
        .collect();
    let mut addresses = Vec::new();
    // A TCP socket that listens has state 0A, a UDP socket that is bound 07.
    for (table, state) in [("tcp", "0A"), ("tcp6", "0A"), ("udp", "07"), ("udp6", "07")] {
        let text = fs::read_to_string(format!("/proc/net/{table}")).unwrap_or_default();
        for line in text.lines().skip(1) {
            let cells: Vec<&str> = line.split_whitespace().collect();
            if cells[3] == state && sockets.iter().any(|inode| inode == cells[9]) {
                let (address, _) = cells[1].split_once(':').unwrap();
                addresses.push(address.to_owned());
            }
        }
    }
    addresses
}

#[test]
fn nothing_but_loopback_is_listened_on() {
    let bench = Bench::new();
    for address in ["0.0.0.0", "192.0.2.1", "::", "10.0.0.1"] {
        bench
            .run(["lab", "up", "--address", address])
            .refuses("other machines could reach it");
    }
    assert_eq!(bench.files(), Vec::<String>::new());
    let home = tempfile::tempdir().unwrap();
    let mut lab = Lab::start_in(&home.path().join("lab"), &["--address", "127.0.0.7"]);
    let port = lab.port("proxy");
    assert!(TcpStream::connect(("127.0.0.7", port)).is_ok());
    let addresses = addresses_of(lab.process().id());
    // The name server by both, the proxy, the host of lists: what the kernel has is what was told.
    assert!(addresses.len() >= 4, "{addresses:?}");
    assert!(addresses.iter().all(|it| it == "0700007F"), "{addresses:?}");
    let text = fs::read_to_string(lab.profile()).unwrap();
    assert!(text.contains("addresses = [\"127.0.0.7\"]"), "{text}");
}

#[test]
fn ports_are_taken_as_they_are_given_and_a_taken_one_is_named() {
    let bench = Bench::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    bench
        .run(["lab", "up", "--ports", &port.to_string()])
        .refuses(&format!("the port {port} of 127.0.0.1 is not free"));
    bench
        .run(["lab", "up", "--ports", "65535"])
        .refuses("no three ports");
    bench
        .run(["lab", "up", "--ports", "0"])
        .refuses("no three ports");
    assert_eq!(bench.files(), Vec::<String>::new());
    let lab = lab();
    let folder = lab.folder.to_str().unwrap();
    bench
        .run(["lab", "up", folder, "--ports", "7440"])
        .refuses("which its certificates name");
}

#[test]
fn what_a_lab_is_needed_for_says_where_none_is() {
    let bench = Bench::new();
    bench.write("a.csr", "");
    bench
        .run(["lab", "fault", "tls-expired"])
        .refuses("no lab runs in `lab`");
    bench
        .run(["lab", "issue", "a.csr"])
        .refuses("there is no lab in `lab`");
    bench
        .run(["lab", "fault", "tls-expird"])
        .refuses("Did you mean `tls-expired`?");
    bench.run(["lab", "fault"]).exits(2);
    bench
        .run(["lab", "fault", "none", "--format", "junit"])
        .refuses("--format junit");
}

#[test]
fn a_lab_that_ended_takes_no_fault() {
    let mut lab = Lab::start();
    lab.kill();
    let folder = lab.folder.to_str().unwrap();
    Bench::new()
        .run(["lab", "fault", "tls-expired", "--lab", folder])
        .refuses("no lab runs in");
}

// What it says.

#[test]
fn its_documents_conform() {
    let lab = lab();
    let bench = lab.install(&["--san"]);
    let folder = lab.folder.to_str().unwrap();
    let list = bench
        .run(["lab", "fault", "--list", "--format", "json"])
        .exits(0);
    conforms("lab-faults", &list.json());
    let request = format!("{FQDN}.csr");
    let arguments = [
        "lab",
        "issue",
        &request,
        "--out",
        "b.crt",
        "--revoked",
        "--lab",
        folder,
    ];
    let issued = bench
        .run([&arguments[..], &["--format", "json"]].concat())
        .exits(0);
    conforms("lab-certificate", &issued.json());
    let home = tempfile::tempdir().unwrap();
    let output = home.path().join("up.json");
    let arguments = ["--format", "json", "--output", output.to_str().unwrap()];
    let _other = Lab::start_in(&home.path().join("lab"), &arguments);
    let end = Instant::now() + Duration::from_secs(10);
    let document = loop {
        match fs::read(&output) {
            Ok(bytes) => break serde_json::from_slice(&bytes).unwrap(),
            Err(_) => assert!(Instant::now() < end, "no document"),
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    conforms("lab", &document);
}

#[test]
fn what_it_says_of_faults_names_check_and_cause() {
    let lab = lab();
    let folder = lab.folder.to_str().unwrap();
    Bench::new()
        .run(["lab", "fault", "dns-hosts-file-differs", "--lab", folder])
        .exits(0)
        .says("add the line `127.9.9.9 proxy.lab.test`")
        .says("DNS-003");
    lab.fault("none");
    Bench::new()
        .run(["lab", "fault", "--list"])
        .exits(0)
        .says("tls-refuses-our-ca");
}

#[test]
fn its_cas_are_fetched_as_the_real_ones_are() {
    let lab = lab();
    let bench = lab.install(&[]);
    let profile = lab.profile();
    let arguments = ["trust", "fetch", "--env", profile.to_str().unwrap()];
    let run = Machine::default().run(&bench, &arguments).exits(0);
    assert!(run.answer().starts_with("lab: 6 of 6 CAs"), "{run}");
    let kept = bench.files();
    let kept: Vec<_> = kept
        .iter()
        .filter(|file| file.starts_with("trust/"))
        .collect();
    assert_eq!(kept.len(), 6, "{kept:?}");
}
