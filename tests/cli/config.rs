//! `ptl.toml` as a command meets it: what is refused, where, and what is left untouched.

use crate::support::Bench;

const SOUND: &str = r#"schema = 1
role = "provider"
service = "booking"
default_environment = "int"
[organisation]
name = "Example Ltd"
ods = "A12345"
[product]
name = "Example Booking"
version = "1.0"
"#;

#[test]
fn a_folder_without_an_install_points_to_init() {
    Bench::new()
        .run(["preflight", "--offline"])
        .refuses("no `ptl.toml` in `.`")
        .complains("ptl init");
}

#[test]
fn every_problem_is_reported_in_one_go_with_its_place() {
    let bench = Bench::new();
    let text = SOUND
        .replace("provider", "provder")
        .replace("version = \"1.0\"", "version = 1.0")
        + "  colour = 'red'\n[environment.int]\nfqdn = \"exa_mple.org\"\n\
           [[waive]]\ncheck = \"NO-001\"\nreason = 'r'\nby = 'b'\nuntil = 2027-01-31\n";
    bench.write("ptl.toml", &text);
    let run = bench.run(["preflight", "--offline"]);
    for problem in [
        "error: `ptl.toml` has 6 problems\n",
        "  ptl.toml:2:8: `role` is `provder`: did you mean `provider`?\n",
        "  ptl.toml:10:11: `version` must be a string in quotes, not a decimal number\n",
        "  ptl.toml:11:3: unknown key `colour` under [product]: known are name, version\n",
        "  ptl.toml:13:8: `fqdn` is `exa_mple.org`: the label `exa_mple` has a character",
        "  ptl.toml:13:8: `fqdn` is `exa_mple.org`: it is not under nhs.uk",
        "  ptl.toml:15:9: no check `NO-001`: ",
        "hint: Mend every line above; nothing was judged or changed.\n",
    ] {
        assert!(run.stderr.contains(problem), "no {problem}\n{run}");
    }
    run.refuses("`ptl.toml` has 6 problems");
    assert_eq!(bench.read("ptl.toml"), text);
}

#[test]
fn a_newer_form_is_refused_and_left_alone() {
    let bench = Bench::new();
    let text = SOUND.replace("schema = 1", "schema = 2\nnovel = [1]");
    bench.write("ptl.toml", &text);
    bench
        .run(["preflight", "--offline"])
        .refuses("`ptl.toml` has schema 2, and this ptl reads schema 1 at most");
    assert_eq!(bench.read("ptl.toml"), text);
}

#[test]
fn what_is_no_text_is_refused_with_a_hint() {
    for (content, complaint) in [
        (&b"\xff\xfe\x00"[..], "is not UTF-8 text"),
        (b"\x00\x01\x02", "ptl.toml:1:1"),
        (b"", "`schema` is missing"),
        (b"schema = 1\nrole = \"pro", "ptl.toml:2:"),
    ] {
        let bench = Bench::new();
        bench.write("ptl.toml", content);
        bench.run(["preflight", "--offline"]).refuses(complaint);
    }
}

#[test]
fn a_byte_order_mark_and_windows_line_ends_are_taken() {
    let bench = Bench::new();
    bench.write(
        "ptl.toml",
        format!("\u{feff}{}", SOUND.replace('\n', "\r\n")),
    );
    bench
        .run(["preflight", "--only", "INST-001", "--format", "json"])
        .exits(0)
        .finds("INST-001", "ptl.toml", "pass");
}

#[cfg(unix)]
#[test]
fn a_folder_or_pipe_of_that_name_is_refused_at_once() {
    let bench = Bench::new();
    std::fs::create_dir(bench.path("ptl.toml")).unwrap();
    bench
        .run(["preflight", "--offline"])
        .refuses("is a folder, not a file");
    let bench = Bench::new();
    rustix::fs::mkfifoat(
        rustix::fs::CWD,
        bench.path("ptl.toml"),
        rustix::fs::Mode::RWXU,
    )
    .unwrap();
    bench
        .run(["preflight", "--offline"])
        .refuses("is not a regular file");
}

#[test]
fn control_characters_of_the_file_do_not_reach_the_terminal() {
    let bench = Bench::new();
    bench.write("ptl.toml", format!("{SOUND}\"\\u001b[31m\" = 1\n"));
    let run = bench.run(["preflight", "--offline"]).refuses("unknown key");
    assert!(!run.stderr.contains('\u{1b}'), "{run}");
}

#[test]
fn a_pattern_that_fits_no_check_is_refused_with_a_guess() {
    let bench = Bench::new();
    bench.write("ptl.toml", SOUND);
    bench
        .run(["preflight", "--offline", "--only", "INTS-*", "--skip", "Q"])
        .refuses("--only `INTS-*` fits no check")
        .complains("--skip `Q` fits no check");
}

#[test]
fn an_unknown_environment_is_refused_with_the_names() {
    let bench = Bench::new();
    bench.write("ptl.toml", SOUND);
    bench
        .run(["preflight", "--offline", "--env", "prod"])
        .refuses("no environment `prod`: neither one of int, dep, live nor a file");
}

#[test]
fn hostile_files_of_any_size_are_refused_in_time_and_memory() {
    use crate::support::within_200_mb;
    let mut keys = SOUND.to_owned();
    for number in 0..15_000 {
        keys.push_str(&format!("wat{number} = 1\n"));
    }
    let warnings: String = (0..12_000)
        .map(|number| format!("[environment.x{number}]\n"))
        .collect();
    for (content, complaint) in [
        (keys, "has 15000 problems"),
        ("= \n".repeat(85_000), " more\nhint: Mend the TOML"),
        ("[".repeat(260_000), "ptl.toml:1:"),
        (
            format!("{SOUND}x = {}", "[".repeat(250_000)),
            "ptl.toml:11:",
        ),
        ("x".repeat(2_000_000), "is larger than 256 KiB"),
        (format!("{SOUND}{warnings}wat = 1\n"), "unknown key `wat`"),
    ] {
        let bench = Bench::new();
        bench.write("ptl.toml", content);
        let started = std::time::Instant::now();
        within_200_mb(&bench, &["preflight", "--offline"]).refuses(complaint);
        // A search for the line of each problem, from the top, would take minutes.
        assert!(started.elapsed().as_secs() < 10, "{complaint}");
    }
}
