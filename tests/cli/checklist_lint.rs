//! `ptl checklist lint`: findings with their places, in every format, with every exit code.

use ptl::checklist::definition;

use crate::{
    checklist::{FILE, install, provider},
    schemas::conforms,
    support::{Bench, Run},
};

pub(crate) const OWN: &str = r#"schema = 1

# The penetration test of our security policy.
[[step]]
id = "own.pen-test"
stage = "int-test"
title = "The penetration test is passed"
environment = "int"
owner = "supplier security officer"
requires = ["int.ssp"]
before = ["as.scal"]
evidence = "the report's reference and date"
about = ["version"]
fresh = { for = "365d", source = "our security policy, section 4" }
source = "our security policy, section 4"
do = "Order the test four weeks ahead."
wait = { text = "4 weeks", working-days = 20, source = "the tester's offer of May" }
"#;

#[track_caller]
fn lint(bench: &Bench, arguments: &[&str]) -> Run {
    bench.run([&["checklist", "lint"], arguments].concat())
}

#[test]
fn every_shipped_checklist_is_clean_in_an_install_and_as_a_file() {
    for (id, text) in definition::SHIPPED {
        let bench = install(id);
        let run = lint(&bench, &[]).exits(0).complains_not();
        assert!(
            run.answer()
                .starts_with(&format!("OK: nothing is wrong with {id} (")),
            "{run}"
        );
        bench.write("definition.toml", text);
        lint(&bench, &["definition.toml"])
            .exits(0)
            .says("OK: nothing is wrong with definition.toml (");
        let view = lint(&bench, &["--format", "json"]).exits(0).json();
        conforms("checklist-lint", &view);
        assert_eq!(view["checklist"], *id);
        assert_eq!(view["findings"], serde_json::json!([]));
    }
}

#[test]
fn own_steps_are_looked_at_with_the_checklist_and_alone() {
    let bench = provider();
    bench.write("steps.toml", OWN);
    lint(&bench, &[])
        .exits(0)
        .says("booking-provider (55 steps) and steps.toml (1 step).");
    lint(&bench, &["steps.toml"])
        .exits(0)
        .says("nothing is wrong with steps.toml (1 step).");
    // Elsewhere, they belong to the install's checklist.
    bench.write("drafts/new.toml", OWN);
    lint(&bench, &["drafts/new.toml"]).exits(0);
    lint(
        &Bench::new(),
        &["--install", bench.path("").to_str().unwrap()],
    )
    .exits(0);
}

#[test]
fn the_example_in_the_help_is_clean() {
    let bench = provider();
    let help = lint(&bench, &["--help"]).exits(0).stdout;
    let example = help
        .lines()
        .skip_while(|line| *line != "  schema = 1")
        .take_while(|line| !line.is_empty());
    bench.write("steps.toml", example.collect::<Vec<_>>().join("\n"));
    lint(&bench, &["steps.toml"])
        .exits(0)
        .says("steps.toml (1 step)");
    bench.run(["checklist", "show", "own.pen-test"]).exits(0);
}

#[test]
fn everything_is_found_in_one_run_with_line_and_column() {
    let bench = provider();
    let text = OWN
        .replace("int.ssp", "int.spp")
        .replace("\"as.scal\"", "\"as.scal\", \"int.csr\"")
        .replace("owner = \"supplier security officer\"\n", "ownr = \"x\"\n")
        .replace(", source = \"the tester's offer of May\"", "")
        + "checks = [\"tls-*\"]\n";
    bench.write("steps.toml", &text);
    let run = lint(&bench, &[]).exits(1).complains_not();
    assert!(
        run.answer().starts_with("FAIL: 7 findings in booking-provider (55 steps) and steps.toml (1 step). Next: mend steps.toml:4:1."),
        "{run}"
    );
    for line in run.stdout.lines().skip(1) {
        assert!(line.chars().count() <= 80, "{line}");
    }
    let view = lint(&bench, &["--format", "json"]).exits(1).json();
    conforms("checklist-lint", &view);
    let found: Vec<_> = view["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| {
            assert_eq!(it["file"], "steps.toml");
            let rule = it["rule"].as_str().unwrap();
            (
                it["line"].as_u64().unwrap(),
                it["column"].as_u64().unwrap(),
                rule,
            )
        })
        .collect();
    assert_eq!(
        found,
        [
            (4, 1, "missing-owner"),
            (9, 1, "unknown-field"),
            (10, 13, "unknown-requirement"),
            (11, 22, "cycle"),
            (11, 22, "unreachable"),
            (17, 8, "wait-without-source"),
            (18, 11, "unknown-check"),
        ]
    );
    assert_eq!(view["findings"][4]["step"], "int.csr");
    // One line alone for a script.
    assert_eq!(lint(&bench, &["-q"]).exits(1).stdout.lines().count(), 1);
    lint(&bench, &["--output", "lint.json", "--format", "json"])
        .exits(1)
        .says_nothing();
    assert!(bench.read("lint.json").contains("checklist-lint"));
}

#[test]
fn a_circle_is_shown_as_a_path() {
    let bench = provider();
    bench.write(
        "steps.toml",
        OWN.replace("\"as.scal\"", "\"int.sds\"")
            .replace("int-test", "int-config"),
    );
    lint(&bench, &["steps.toml", "--format", "json"])
        .exits(1)
        .says("int.sds -> own.pen-test -> int.ssp -> int.sds");
}

#[test]
fn what_cannot_be_read_is_exit_2_and_says_what_to_do() {
    let bench = provider();
    for (file, content, complaint) in [
        ("a.toml", &b"schema = \nid = 1"[..], "a.toml:1:"),
        (
            "a.toml",
            b"schema = 2\n[[step]]\nnew = 1",
            "has schema 2, and this ptl reads schema 1 at most",
        ),
        ("a.toml", b"\xff\xfe\x00", "is not UTF-8 text"),
        ("a.toml", b"role = \"provider\"", "is no checklist"),
        ("a.toml", b"# -----BEGIN PRIVATE KEY-----\n", "private key"),
    ] {
        bench.write(file, content);
        lint(&bench, &[file]).refuses(complaint);
    }
    lint(&bench, &["missing.toml"]).refuses("missing.toml");
    lint(&bench, &[FILE])
        .refuses("is the record of a checklist")
        .complains("ptl checklist audit");
    lint(&bench, &["--format", "junit"]).refuses("junit");
    let bench = Bench::new();
    lint(&bench, &[])
        .refuses("no `checklist.toml` in `.`")
        .complains("--install DIR");
    bench.write("steps.toml", OWN);
    lint(&bench, &["steps.toml"]).refuses("nothing says which checklist is meant");
}

#[test]
fn a_broken_record_keeps_nobody_from_looking_at_the_steps() {
    let bench = provider();
    bench.write(FILE, bench.read(FILE) + "[step.\"nothing\"]\nstate = 5\n");
    bench.write("steps.toml", OWN);
    lint(&bench, &[]).exits(0);
}

#[test]
fn hostile_text_reaches_no_terminal() {
    let bench = provider();
    bench.write(
        "steps.toml",
        OWN.replace("int.ssp", "int.\\u001b[2J\\u202e")
            .replace("about =", "\"a\\u0007b\" ="),
    );
    for arguments in [&[][..], &["--format", "json"]] {
        let run = lint(&bench, arguments).exits(1);
        let harmful = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
        assert!(!run.stdout.contains(harmful), "{run}");
    }
}

#[test]
fn a_file_of_nothing_but_mistakes_is_told_soon_and_not_without_end() {
    let bench = provider();
    let wrong = "[[step]]\nrequires = [\"q.x\", \"r.y\"]\nid = \"own.a\"\nx = 1\n".repeat(4_000);
    bench.write("steps.toml", format!("schema = 1\n{wrong}"));
    let begun = std::time::Instant::now();
    let view = lint(&bench, &["--format", "json"]).exits(1).json();
    conforms("checklist-lint", &view);
    assert_eq!(view["findings"].as_array().unwrap().len(), 200);
    assert!(view["files"][1]["left-out"].as_u64().unwrap() > 10_000);
    assert!(begun.elapsed().as_secs() < 20, "{:?}", begun.elapsed());
    bench.run(["checklist"]).refuses("and ");
    bench.write("steps.toml", vec![b'#'; 300 * 1024]);
    lint(&bench, &["steps.toml"]).refuses("steps.toml");
}
