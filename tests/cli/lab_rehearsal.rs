//! `ptl lab rehearse`: the whole way, and one that goes wrong.

use std::{
    fs,
    net::TcpStream,
    time::{Duration, Instant},
};

use crate::{
    loopback::Machine,
    rehearsal_spine::port_in,
    schemas::conforms,
    support::{Bench, Run},
};

#[test]
fn a_rehearsal_goes_from_an_empty_folder_as_far_as_ptl_does() {
    let bench = Bench::new();
    let begun = Instant::now();
    // Its names are asked of nobody beyond loopback.
    let run = Machine::default()
        .run(&bench, &["lab", "rehearse"])
        .exits(0);
    let took = begun.elapsed();
    let run = run
        .complains_not()
        .says("$ ptl csr\n")
        .says("FAIL at date: proxy.lab.test")
        .says("all as it should be")
        .says("not built");
    assert!(took < Duration::from_secs(60), "{took:?}\n{run}");
    assert!(bench.path("rehearsal/install/ptl.toml").exists());
    let proxy = port_in(&bench.path("rehearsal/lab"), "proxy");
    assert!(TcpStream::connect(("127.0.0.1", proxy)).is_err());
    bench.run(["lab", "rehearse"]).refuses("holds other files");
}

#[test]
fn a_rehearsal_that_goes_wrong_says_where_and_ends_in_1() {
    let bench = Bench::new();
    let rehearsal = Machine::default()
        .command(&bench, &["lab", "rehearse", "--format", "json"])
        .spawn()
        .unwrap();
    let lab = bench.path("rehearsal/lab");
    let end = Instant::now() + Duration::from_secs(60);
    while !lab.join("lab.toml").exists() {
        assert!(Instant::now() < end, "the lab does not start");
        std::thread::sleep(Duration::from_millis(5));
    }
    // Somebody breaks its lab while it makes a key.
    let folder = lab.to_str().unwrap();
    bench
        .run(["lab", "fault", "tls-self-signed", "--lab", folder])
        .exits(0);
    let run = Run::of(rehearsal.wait_with_output().unwrap()).exits(1);
    let document = run.json();
    conforms("lab-rehearsal", &document);
    let wrong = document["wrong"].as_str().unwrap();
    assert!(wrong.contains("exits with 1, and should with 0"), "{wrong}");
    let states: Vec<_> = document["stages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|stage| stage["state"].as_str().unwrap())
        .collect();
    assert!(states.contains(&"wrong") && states.last() == Some(&"not-reached"));
}

#[test]
fn nothing_of_a_lab_is_left_where_it_could_not_be_made() {
    let bench = Bench::new();
    bench.write("file", "");
    bench.run(["lab", "up", "file/lab"]).exits(2);
    bench.run(["lab", "rehearse", "file/lab"]).exits(2);
    assert_eq!(bench.files(), ["file"]);
}

#[test]
fn a_rehearsal_that_is_killed_leaves_no_lab_behind() {
    let bench = Bench::new();
    for (number, pause) in [1, 5, 20, 60, 150, 400].into_iter().enumerate() {
        let name = format!("r{number}");
        let mut rehearsal = Machine::default()
            .command(&bench, &["lab", "rehearse", &name, "-q"])
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(pause));
        rehearsal.kill().unwrap();
        rehearsal.wait().unwrap();
    }
    let end = Instant::now() + Duration::from_secs(20);
    let folder = bench.folder();
    // Whoever works in this bench's folders, by the kernel's word.
    let lives = || {
        fs::read_dir("/proc").unwrap().any(|entry| {
            let place = fs::read_link(entry.unwrap().path().join("cwd"));
            place.is_ok_and(|place| place.starts_with(&folder))
        })
    };
    while lives() {
        assert!(Instant::now() < end, "a lab was left behind");
        std::thread::sleep(Duration::from_millis(50));
    }
}
