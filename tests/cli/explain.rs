//! `ptl explain`: checks, causes and generations, without install and network.

use crate::support::Bench;

#[test]
fn an_unknown_id_is_exit_2_and_the_nearest_is_named() {
    let bench = Bench::new();
    bench
        .run(["explain", "tcp-refusd"])
        .refuses("Did you mean `ptl explain tcp-refused`?");
    bench
        .run(["explain", "\u{1b}[2J"])
        .refuses("no check, cause or topic `\\u{1b}[2J`");
}

#[test]
fn every_check_that_is_listed_is_explained() {
    let bench = Bench::new();
    let list = bench
        .run(["explain", "--list", "--format", "json"])
        .exits(0)
        .json();
    for check in list["checks"].as_array().unwrap() {
        let id = check["id"].as_str().unwrap();
        bench
            .run(["explain", &id.to_lowercase()])
            .exits(0)
            .complains_not()
            .says(id)
            .says("to mend it")
            .says("source");
    }
}

#[test]
fn every_cause_has_a_meaning() {
    let bench = Bench::new();
    let causes = bench
        .run(["explain", "--causes", "--format", "json"])
        .exits(0)
        .json();
    let causes = causes["causes"].as_array().unwrap();
    assert!(causes.len() > 50);
    bench
        .run(["explain", "sha1-signature"])
        .exits(0)
        .says("means");
    bench
        .run(["explain", "--causes"])
        .exits(0)
        .says("tls-refuses-our-ca");
}

#[test]
fn what_the_page_says_twice_of_iis_and_ended_lists_is_shown_with_the_right_one() {
    let run = Bench::new()
        .run(["explain", "revocation", "--format", "json"])
        .exits(0);
    let points = run.json()["points"].as_array().unwrap().clone();
    let iis = points
        .iter()
        .find(|it| it["about"] == "IIS, mode 2")
        .unwrap();
    for (text, part) in [
        (&iis["says"], "every client is refused"),
        (&iis["source"], "CRL verification will fail"),
        (
            &iis["conflict"]["says"],
            "even if the downloaded CRL expiry date is in the past",
        ),
        (&iis["conflict"]["right"], "the first"),
    ] {
        assert!(text.as_str().unwrap().contains(part), "{text}");
    }
    Bench::new()
        .run(["explain", "REV-015"])
        .exits(0)
        .says("ptl explain revocation");
}

#[test]
fn the_old_advice_of_two_generations_is_called_stale_with_its_sources() {
    let run = Bench::new().run(["explain", "generations", "--at", "2026-11-22T00:00:00Z"]);
    let run = run
        .exits(0)
        .says("That advice is stale")
        .says("pki.nhs.uk/G2Transition");
    for line in [
        "until 2022-05-13: over",
        "from 2024-05-06: required",
        "until 2024-06-04: superseded",
    ] {
        assert!(run.stdout.contains(line), "{line}\n{run}");
    }
    Bench::new()
        .run(["explain", "generations", "--at", "2021-06-01T00:00:00Z"])
        .exits(0)
        .says("until 2022-05-13: required");
}

#[test]
fn a_bars_supplier_is_told_that_its_road_is_another_with_sources() {
    let bench = Bench::new();
    let run = bench.run(["explain", "BaRS"]).exits(0).complains_not();
    assert!(run.answer().contains("no HSCN, no Spine proxy"), "{run}");
    for line in run.stdout.lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
    let points = bench.run(["explain", "bars", "--format", "json"]).json()["points"].clone();
    let points = points.as_array().unwrap();
    for about in [
        "which one",
        "no HSCN",
        "no SSP",
        "order",
        "names",
        "key",
        "who signs",
    ] {
        let point = points.iter().find(|it| it["about"] == about).unwrap();
        assert!(point["source"].as_str().unwrap().len() > 20, "{about}");
    }
    // The commands that it names are there, and need no install.
    let csr = [
        "csr",
        "--fqdn",
        "bars-int-a12345.example.thirdparty.nhs.uk",
        "--bits",
        "4096",
        "--offline",
    ];
    bench.run([&csr[..], &["--help"]].concat()).exits(0);
}

#[test]
fn an_explanation_can_be_written_to_a_file_and_is_no_junit() {
    let bench = Bench::new();
    bench
        .run([
            "explain",
            "--causes",
            "--color",
            "always",
            "--output",
            "causes.txt",
        ])
        .exits(0)
        .says_nothing();
    assert!(!bench.read("causes.txt").contains('\u{1b}'));
    bench
        .run(["explain", "--causes", "--format", "junit"])
        .refuses("junit");
}
