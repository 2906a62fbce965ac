//! `ptl checklist report`: its forms, what it may say and never says, and what hostile text does to it.

use serde_json::Value;

use crate::{
    checklist::{FILE, changes_nothing, install, provider, ptl},
    on_its_way::{HOSTILE, hostile, on_its_way},
    pki::{self, NAME},
    schemas::conforms,
    support::{Bench, Run, provider_install},
};

/// The report as the document that every form is made of.
#[track_caller]
fn document(bench: &Bench) -> Value {
    let run = changes_nothing(bench, &["report", "--format", "json"]).exits(0);
    let document = run.json();
    conforms("checklist-report", &document);
    document
}

#[test]
fn the_forms_follow_from_flags_and_endings() {
    let bench = on_its_way();
    let printed = changes_nothing(&bench, &["report"])
        .exits(0)
        .complains_not();
    assert!(
        printed.answer().starts_with("# Example Booking 1.0: "),
        "{printed}"
    );
    let page = ptl(&bench, &["report", "--as", "html"]).exits(0);
    assert_eq!(page.answer(), "<!doctype html>");
    ptl(&bench, &["report", "--output", "a.html"])
        .exits(0)
        .says_nothing();
    assert_eq!(bench.read("a.html"), page.stdout);
    ptl(&bench, &["report", "--output", "a.html", "--as", "md"]).exits(0);
    // Each is known again by its beginning.
    ptl(&bench, &["report", "--output", "a.html"]).exits(0);
    ptl(&bench, &["report", "--output", "a.html", "--as", "md"]).exits(0);
    assert_eq!(bench.read("a.html"), printed.stdout);
    ptl(&bench, &["report", "--format", "json", "--as", "md"]).refuses("two formats");
    ptl(&bench, &["report", "--format", "junit"]).refuses("--format junit");
    ptl(&bench, &["report", "--output", FILE]).refuses("never overwritten");
    Bench::new()
        .run(["checklist", "report"])
        .refuses("no `checklist.toml`");
}

#[test]
fn the_document_says_what_is_to_be_handed_over() {
    let bench = on_its_way();
    let report = document(&bench);
    assert_eq!(report["install"]["ods"], "A12345");
    assert_eq!(report["install"]["environments"][0]["fqdn"], NAME);
    assert_eq!(report["install"]["environments"][1]["fqdn"], Value::Null);
    assert_eq!(report["steps"], 55);
    assert_eq!(report["settled"], 3);
    let states = report["states"].as_array().unwrap();
    let sum: u64 = states
        .iter()
        .map(|count| count["steps"].as_u64().unwrap())
        .sum();
    assert_eq!(sum, 55);
    let hscn = &report["pending"]
        .as_array()
        .unwrap()
        .iter()
        .find(|it| it["id"] == "int.hscn");
    let hscn = hscn.unwrap();
    assert_eq!(hscn["on"], "HSCN Ltd");
    assert_eq!(hscn["due"], "2026-12-04");
    let acts: Vec<_> = report["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["act"])
        .collect();
    assert_eq!(
        acts,
        [
            "done",
            "done",
            "start",
            "wait",
            "block",
            "not-applicable",
            "fail"
        ]
    );
    let audit = ptl(&bench, &["audit", "--format", "json"]).exits(0).json();
    assert_eq!(report["heads"], audit["heads"]);
    assert_eq!(report["reports"][0]["verdict"], "pass");
    assert_eq!(report["reports"][0]["found"]["met"], 1);
    let kinds: Vec<_> = report["endings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["kind"])
        .collect();
    assert_eq!(kinds, ["waiver", "leaf", "sub", "root"]);
    assert!(report["generations"].as_array().unwrap().len() > 3);
}

#[test]
fn every_state_and_time_stands_in_both_forms_for_people() {
    let bench = on_its_way();
    let page = ptl(&bench, &["report", "--as", "html"]).exits(0).stdout;
    let text = ptl(&bench, &["report"]).exits(0).stdout;
    for said in [
        "Example Ltd",
        "A12345",
        "HSCN Ltd",
        "CHG-1",
        "4 Dec 2026",
        "no answer",
        "not applicable",
        "a wrong claim",
        "check.json",
        "waiver of TLS-005",
        "22 Nov 2026, 17:00 UTC",
    ] {
        assert!(page.contains(said), "no `{said}` on the page");
        assert!(text.contains(said), "no `{said}` in Markdown");
    }
    for drawn in ["map-title", "line-title", "lives-1-title"] {
        assert!(page.contains(&format!("<title id=\"{drawn}\">")), "{drawn}");
    }
}

#[test]
fn a_checklist_without_install_or_history_has_a_report_too() {
    let bench = install("renewal");
    let report = document(&bench);
    assert_eq!(report["install"], Value::Null);
    assert_eq!(report["heads"], serde_json::json!([]));
    ptl(&bench, &["report"])
        .exits(0)
        .says("Nothing has been recorded yet.");
    ptl(&bench, &["report", "--as", "html"])
        .exits(0)
        .says("does not say whose it is");
    let old = Bench::new();
    old.write(FILE, "schema = 1\ndefinition = \"booking-provider\"\n[step.\"plan.ods\"]\nstate = \"done\"\nat = 2026-11-22T17:00:00Z\nby = \"anna\"\nevidence = [{ text = \"A12345\", at = 2026-11-22T17:00:00Z, by = \"anna\" }]\n");
    let report = document(&old);
    assert_eq!(report["events"][0]["act"], "import");
    assert_eq!(report["events"][0]["state"], "done");
}

#[test]
fn a_profile_of_ones_own_shows_its_generations() {
    let bench = on_its_way();
    let shipped = include_str!("../../templates/environments/int.toml");
    bench.write(
        "own.toml",
        shipped.replacen("id = \"int\"", "id = \"rig\"", 1),
    );
    let install = bench
        .read("ptl.toml")
        .replace("[environment.live]", "[environment.rig]");
    bench.write("ptl.toml", install);
    let of_rig = |run: Run| {
        let report = run.exits(0).json();
        let generations = report["generations"].as_array().unwrap().iter();
        generations.filter(|it| it["environment"] == "rig").count()
    };
    let report = ["report", "--format", "json"];
    assert_eq!(of_rig(ptl(&bench, &report)), 0);
    let own = ptl(&bench, &[&report[..], &["--env", "own.toml"]].concat()).complains_not();
    assert_eq!(of_rig(own), 3);
    let install = bench.read("ptl.toml");
    bench.write("ptl.toml", install.replace("= \"int\"", "= \"own.toml\""));
    assert_eq!(of_rig(ptl(&bench, &report)), 3);
    ptl(&bench, &[&report[..], &["--env", "int"]].concat())
        .exits(0)
        .complains("note: --env changes nothing here");
    ptl(&bench, &["report", "--env", "none"]).refuses("none");
}

#[test]
fn what_was_changed_by_hand_is_said_in_the_report() {
    let bench = on_its_way();
    let text = bench
        .read(FILE)
        .replacen("state = \"blocked\"", "state = \"in-progress\"", 1);
    bench.write(FILE, text);
    let report = document(&bench);
    assert_eq!(report["by-hand"], serde_json::json!(["plan.usecase"]));
    for form in ["md", "html"] {
        ptl(&bench, &["report", "--as", form])
            .exits(0)
            .says("Changed by hand");
    }
}

/// A `ptl.toml` with a mark in every place that no report shows.
fn marked() -> String {
    provider_install(
        r#"# MARK01 a comment
asid = "MARK02"
party_key = "MARK03-000001"
key = "MARK04.key"
certificate = "MARK05.pem"
chain = "MARK06.pem"
trust = ["MARK07.pem", "MARK14.pem"]
endpoint = "https://example.thirdparty.nhs.uk/MARK08"
source_address = "10.9.8.7"
msg_out = ["mark10.nhs.uk"]
ssp = "mark11.nhs.uk"
sds = "mark12.nhs.uk"
ssp_client_names = ["mark13.nhs.uk"]

[network]
resolvers = ["10.6.5.4"]

[revocation]
folder = "MARK15"
peers = ["MARK16.pem"]

[[waive]]
check = "TLS-005"
reason = "MARK17"
by = "MARK18"
until = 2026-12-20
"#,
    )
}

const MARKS: &[&str] = &["mark0", "mark1", "10.9.8.7", "10.6.5.4"];

#[test]
fn nothing_of_ptl_toml_is_shown_but_names() {
    let bench = on_its_way()
        .variable("HTTPS_PROXY", "http://MARK19.example:3128")
        .variable("PTL_PASSPHRASE_FILE", "MARK20");
    // What is read shows its names, and not where it stands.
    for (name, marked) in [("leaf", "MARK05"), ("sub", "MARK06"), ("root", "MARK07")] {
        bench.write(&format!("{marked}.pem"), bench.read(&format!("{name}.pem")));
    }
    bench.write("ptl.toml", marked());
    let commented = bench
        .read(FILE)
        .replacen("schema = 2", "# MARK21 a comment\nschema = 2", 1);
    bench.write(FILE, commented);
    for form in [
        &["--as", "md"][..],
        &["--as", "html"],
        &["--format", "json"],
    ] {
        let run = ptl(&bench, &[&["report"], form].concat()).exits(0);
        let said = format!("{}{}", run.stdout, run.stderr).to_lowercase();
        assert!(said.contains("example booking"), "{run}");
        for mark in MARKS {
            assert!(!said.contains(mark), "{form:?} shows {mark}: {run}");
        }
    }
    let report = document(&bench);
    assert_eq!(report["unread"], 1);
    assert_eq!(report["endings"].as_array().unwrap().len(), 4);
}

#[test]
fn of_a_report_among_the_evidence_nothing_is_shown_but_ids_and_words() {
    let bench = on_its_way();
    let report = bench.read("evidence/check.json");
    let mut report: Value = serde_json::from_str(&report).unwrap();
    for finding in report["findings"].as_array_mut().unwrap() {
        for field in ["title", "subject", "reason", "hint", "source"] {
            finding[field] = format!("MARK {field}").into();
        }
        finding["evidence"] = serde_json::json!({ "MARK": "MARK" });
    }
    bench.write("evidence/check.json", report.to_string());
    ptl(
        &bench,
        &["done", "plan.nsd", "--evidence", "evidence/check.json"],
    )
    .exits(0);
    let document = document(&bench);
    assert_eq!(document["reports"][1]["step"], "plan.nsd");
    assert!(!document.to_string().contains("MARK"), "{document:#}");
}

#[test]
fn hostile_text_becomes_no_markup_and_breaks_no_table() {
    let bench = hostile();
    document(&bench);
    let page = ptl(&bench, &["report", "--as", "html"]).exits(0).stdout;
    for tag in ["<script", "<img", "onload=alert(1)><style", "<b>"] {
        assert!(!page.contains(tag), "{tag}");
    }
    assert_eq!(page.matches("<style>").count(), 1);
    for said in [
        "&lt;script&gt;window.hacked",
        "{{ report }}",
        &"x".repeat(2000),
    ] {
        assert!(page.contains(said), "{said} was not recorded");
    }
    let steers = |text: &str| {
        text.chars()
            .any(|it| matches!(it, '\u{200b}' | '\u{202e}' | '\u{2066}'))
    };
    let text = ptl(&bench, &["report"]).exits(0).stdout;
    assert!(!steers(&page) && !steers(&text));
    assert!(!text.contains('<'), "{text}");
    for (place, line) in text
        .lines()
        .enumerate()
        .filter(|(_, line)| line.starts_with('|'))
    {
        let head = text.lines().take(place + 1).collect::<Vec<_>>();
        let head = head
            .iter()
            .rev()
            .take_while(|line| line.starts_with('|'))
            .last();
        assert_eq!(cells(line), cells(head.unwrap()), "{line}");
    }
    assert!(
        !text
            .lines()
            .any(|line| line.starts_with("1. ") || line.starts_with("# heading"))
    );
}

/// Another program's reader of Markdown finds tables, headings and what ptl itself put in bold or code, and no more.
#[test]
fn hostile_text_is_text_to_a_reader_of_markdown() {
    use pulldown_cmark::{Event, Options, Parser, Tag};
    let text = ptl(&hostile(), &["report"]).exits(0).stdout;
    let mut read = String::new();
    let mut strong = 0;
    for event in Parser::new_ext(&text, Options::all() - Options::ENABLE_SMART_PUNCTUATION) {
        match event {
            // A break without width keeps ticket systems from linking; one of the text's own is spelled out.
            Event::Text(part) => read += &part.replace('\u{200b}', ""),
            Event::Code(part) => assert!(part.starts_with("ptl checklist audit"), "{part}"),
            Event::End(_) => read.push('\n'),
            Event::Start(Tag::Strong) => strong += 1,
            Event::Start(
                Tag::Paragraph
                | Tag::Heading { .. }
                | Tag::Table(_)
                | Tag::TableHead
                | Tag::TableRow
                | Tag::TableCell,
            ) => {}
            Event::SoftBreak => read.push('\n'),
            other => panic!("{other:?} in {text}"),
        }
    }
    assert_eq!(strong, 1, "{text}");
    // What is not seen is refused before it is recorded.
    let unseen = |said: &&&str| said.contains(['\u{200b}', '\u{202e}', '\u{2066}']);
    assert_eq!(HOSTILE.iter().filter(unseen).count(), 1);
    for said in HOSTILE.iter().filter(|said| !unseen(said)) {
        assert!(read.contains(said), "no `{said}` in {read}");
    }
}

/// How many cells a row has: by the bars that no backslash stands before.
fn cells(row: &str) -> usize {
    let mut escaped = false;
    let mut bars = 0;
    for character in row.chars() {
        match character {
            '\\' if !escaped => escaped = true,
            '|' if !escaped => bars += 1,
            _ => escaped = false,
        }
    }
    bars
}

#[test]
fn a_secret_in_the_checklist_is_never_handed_over() {
    let bench = provider();
    let key = std::fs::read_to_string(&pki::sha256().leaf.key).unwrap();
    let line = key.replace('\n', " ");
    bench.write(FILE, format!("schema = 1\ndefinition = \"booking-provider\"\n[step.\"plan.ods\"]\nstate = \"blocked\"\nat = 2026-11-22T17:00:00Z\nby = \"anna\"\nreason = \"{line}\"\n"));
    for form in [
        &["--as", "md"][..],
        &["--as", "html"],
        &["--format", "json"],
        &["--bundle", "a.zip"],
    ] {
        let run =
            ptl(&bench, &[&["report"], form].concat()).refuses("a secret is never handed over");
        assert!(!run.stderr.contains("PRIVATE"), "{run}");
    }
    assert_eq!(bench.files(), [FILE]);
}
