//! `ptl init`: by flags, by questions, and everything that it refuses.

use std::{fs, path::Path};

use ptl::config::Install;

use crate::support::{Bench, Run};

/// The flags of the README's example.
const FLAGS: &[&str] = &[
    "init",
    "--yes",
    "--env",
    "int",
    "--role",
    "provider",
    "--service",
    "booking",
    "--organisation",
    "Example Ltd",
    "--ods",
    "A12345",
    "--product",
    "Example Booking",
    "--product-version",
    "1.0",
    "--fqdn",
    "example.thirdparty.nhs.uk",
];

/// The example's flags, some with other values.
pub(crate) fn flags<'a>(changes: &[(&str, &'a str)]) -> Vec<&'a str> {
    let mut flags: Vec<&str> = FLAGS.to_vec();
    for (flag, value) in changes {
        let at = flags.iter().position(|known| known == flag).unwrap();
        flags[at + 1] = value;
    }
    flags
}

fn begin(bench: &Bench, changes: &[(&str, &str)]) -> Run {
    bench.run(flags(changes))
}

pub(crate) fn install(bench: &Bench) -> Install {
    Install::read(&bench.folder()).unwrap()
}

#[test]
fn flags_alone_start_an_install_and_say_what_comes_next() {
    let bench = Bench::new();
    begin(&bench, &[])
        .exits(0)
        .complains_not()
        .says("Wrote ptl.toml and checklist.toml in `.`.\n")
        .says("ptl csr ")
        .says("ptl checklist next");
    assert_eq!(bench.files(), ["checklist.toml", "ptl.toml"]);
    let install = install(&bench);
    assert_eq!(install.warnings, []);
    assert_eq!(install.organisation, "Example Ltd");
    assert_eq!(install.default_environment, "int");
    assert_eq!(
        install.environments["int"].fqdn.as_deref(),
        Some("example.thirdparty.nhs.uk")
    );
    assert!(
        bench
            .read("checklist.toml")
            .contains("definition = \"booking-provider\"")
    );
    insta::assert_snapshot!("new-ptl-toml", bench.read("ptl.toml"));
}

#[test]
fn every_commented_setting_is_one_that_ptl_reads() {
    let bench = Bench::new();
    begin(&bench, &[]).exits(0);
    // Uncommenting is what a newcomer does: every line that looks like a setting, but the network's alternative names.
    let all: String = bench
        .read("ptl.toml")
        .lines()
        .map(|line| {
            let setting = line.strip_prefix("# ").filter(|rest| {
                rest.starts_with('[')
                    || rest.split_once(" = ").is_some_and(|(key, _)| {
                        key.bytes()
                            .all(|byte| byte.is_ascii_lowercase() || byte == b'_')
                    })
            });
            format!("{}\n", setting.unwrap_or(line).replace("NAME.", "name."))
        })
        .collect();
    bench.write("ptl.toml", &all);
    let install = install(&bench);
    assert_eq!(install.warnings, []);
    for id in ["int", "live"] {
        let endpoint = &install.environments[id];
        assert!(endpoint.key.is_some() && endpoint.sds.is_some() && endpoint.require.is_some());
        assert!(!endpoint.msg_out.is_empty() && !endpoint.ssp_client_names.is_empty());
    }
    assert_eq!(install.network.hscn, Some(true));
    assert_eq!(install.waivers.len(), 1);
}

#[test]
fn whatever_is_typed_is_data() {
    let hostile = [
        "Ex\"ample\" Ltd",
        "'''\"\"\"",
        "back\\slash \\u0041 \\",
        " spaces kept ",
        "# no comment",
        "日本語 é",
    ];
    for value in &hostile {
        let bench = Bench::new();
        begin(
            &bench,
            &[
                ("--organisation", value),
                ("--product", value),
                ("--product-version", value),
                ("--ods", value),
            ],
        )
        .exits(0);
        let install = install(&bench);
        assert_eq!(&install.organisation, value);
        assert_eq!(&install.product, value);
        assert_eq!(&install.product_version, value);
        assert_eq!(&install.ods, value);
        assert_eq!(install.environments.len(), 1, "{value:?}");
    }
}

#[test]
fn a_name_that_would_break_a_mail_or_a_terminal_is_refused() {
    for value in [
        "line\nbreak = 1\n[environment.live]\nfqdn = \"evil.nhs.uk\"",
        "\u{1b}[31mred\u{7}",
        "tab\there",
    ] {
        let bench = Bench::new();
        begin(&bench, &[("--organisation", value), ("--product", value)])
            .exits(2)
            .complains("--organisation")
            .complains("--product")
            .complains("a line break or another control character");
        assert_eq!(bench.files(), [""; 0]);
    }
}

#[test]
fn an_ods_code_of_unusual_form_is_a_warning() {
    let bench = Bench::new();
    begin(&bench, &[("--ods", "a12345")])
        .exits(0)
        .complains("warning: ptl.toml:24:7: `ods` is `a12345`: an ODS code usually has 3 to 6 capital letters and digits");
}

#[test]
fn every_bad_and_missing_flag_is_reported_in_one_go() {
    let bench = Bench::new();
    let run = bench
        .run([
            "init",
            "--yes",
            "--env",
            "imt",
            "--role",
            "provder",
            "--service",
            "bookings",
            "--ods",
            " ",
            "--fqdn",
            "*.example.org",
        ])
        .refuses("error: an install cannot be started: 8 problems\n");
    for problem in [
        "  --env: no environment `imt`: neither one of int, dep, live nor a file\n",
        "  --role `provder`: did you mean `provider`?\n",
        "  --service `bookings`: did you mean `booking`?\n",
        "  --ods ` `: it is empty\n",
        "  --fqdn `*.example.org`: it has a wildcard",
        "  --organisation NAME is missing\n",
        "  --product NAME is missing\n",
        "  --product-version VERSION is missing\n",
    ] {
        assert!(run.stderr.contains(problem), "no {problem}\n{run}");
    }
    assert_eq!(bench.files(), Vec::<String>::new());
}

#[test]
fn without_a_terminal_the_missing_flags_are_named() {
    let bench = Bench::new();
    bench
        .run(["init"])
        .refuses("--role ROLE is missing")
        .complains("--fqdn NAME is missing")
        .complains("there is no terminal to ask on");
    assert_eq!(bench.files(), Vec::<String>::new());
}

#[test]
fn nothing_that_is_there_is_overwritten() {
    for there in ["ptl.toml", "checklist.toml"] {
        let bench = Bench::new();
        bench.write(there, "mine");
        begin(&bench, &[]).refuses(&format!("`{there}` is already in `.`"));
        assert_eq!(bench.files(), [there]);
        assert_eq!(bench.read(there), "mine");
    }
    let bench = Bench::new();
    begin(&bench, &[]).exits(0);
    let before = bench.read("ptl.toml");
    begin(&bench, &[("--ods", "B1234")])
        .refuses("`ptl.toml` and `checklist.toml` are already in `.`");
    assert_eq!(bench.read("ptl.toml"), before);
}

#[test]
fn a_checklist_without_an_install_says_how_that_comes_about() {
    let bench = Bench::new();
    bench.write("checklist.toml", "");
    begin(&bench, &[]).refuses("An init that was broken off leaves it so");
}

#[cfg(unix)]
#[test]
fn a_dangling_link_is_not_written_through() {
    let bench = Bench::new();
    std::os::unix::fs::symlink("elsewhere", bench.path("ptl.toml")).unwrap();
    begin(&bench, &[]).refuses("`ptl.toml` is already in `.`");
    assert_eq!(bench.files(), ["ptl.toml"]);
}

#[test]
fn a_folder_that_is_not_there_yet_is_made_and_named_in_what_comes_next() {
    let bench = Bench::new();
    let mut with_folder = flags(&[]);
    with_folder.extend(["--install", "new/my install"]);
    bench
        .run(with_folder)
        .exits(0)
        .says("ptl csr --install 'new/my install'");
    assert_eq!(
        bench.files(),
        ["new/my install/checklist.toml", "new/my install/ptl.toml"]
    );
}

#[test]
fn a_refused_start_leaves_no_folder_behind() {
    let bench = Bench::new();
    let mut with_folder = flags(&[("--fqdn", "example.org")]);
    with_folder.extend(["--install", "new"]);
    bench.run(with_folder).refuses("it is not under nhs.uk");
    assert!(!bench.path("new").exists());
}

#[test]
fn a_file_in_place_of_the_folder_is_refused() {
    let bench = Bench::new();
    bench.write("install", "a file");
    let mut with_folder = flags(&[]);
    with_folder.extend(["--install", "install"]);
    bench
        .run(with_folder)
        .refuses("could not open the folder `install`");
}

#[cfg(unix)]
#[test]
fn a_folder_that_may_not_be_written_to_gets_nothing() {
    use std::os::unix::fs::PermissionsExt;
    let bench = Bench::new();
    let folder = bench.path("locked");
    fs::create_dir(&folder).unwrap();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o555)).unwrap();
    // Root may write everywhere: /proc is a place where not even root may.
    let target = if fs::write(folder.join("probe"), "").is_ok() {
        fs::remove_file(folder.join("probe")).unwrap();
        Path::new("/proc/self").to_owned()
    } else {
        folder
    };
    let mut with_folder = flags(&[]);
    with_folder.extend(["--install", target.to_str().unwrap()]);
    bench.run(with_folder).refuses("could not write");
}

#[test]
fn gp_connects_provider_has_no_checklist_and_is_told_so() {
    let bench = Bench::new();
    begin(&bench, &[("--service", "gp-connect")])
        .exits(0)
        .says("Wrote ptl.toml in `.`.\n")
        .says("ptl ships no checklist for a provider of gp-connect yet");
    assert_eq!(bench.files(), ["ptl.toml"]);
    assert_eq!(install(&bench).warnings, []);
    bench
        .run(["checklist"])
        .refuses("no `checklist.toml` in `.`")
        .complains("for consumers of `gp-connect`");
}

#[test]
fn gp_connects_consumer_begins_with_its_own_checklist() {
    let bench = Bench::new();
    begin(
        &bench,
        &[("--service", "gp-connect"), ("--role", "consumer")],
    )
    .exits(0)
    .says("Wrote ptl.toml and checklist.toml in `.`.\n");
    bench
        .run(["checklist"])
        .exits(0)
        .complains_not()
        .says("GP Connect, consumer (gp-connect-consumer)");
}

#[test]
fn bars_is_refused_with_the_page_that_tells_its_road() {
    let bench = Bench::new();
    for name in ["bars", "BaRS"] {
        begin(&bench, &[("--service", name)])
            .refuses("BaRS is another road, without HSCN and Spine proxy")
            .complains("hint: Read `ptl explain bars`");
    }
    assert_eq!(bench.files(), Vec::<String>::new());
    begin(&bench, &[]).exits(0);
    let text = bench
        .read("ptl.toml")
        .replace("service = \"booking\"", "service = \"bars\"");
    bench.write("ptl.toml", text);
    bench
        .run(["preflight", "--offline"])
        .refuses("`ptl.toml` has 1 problem")
        .complains("`ptl explain bars`");
}

#[test]
fn any_environment_can_be_the_first() {
    for id in ["dep", "live"] {
        let bench = Bench::new();
        begin(&bench, &[("--env", id)]).exits(0);
        let install = install(&bench);
        assert_eq!(install.default_environment, id);
        assert_eq!(install.warnings, []);
        assert_eq!(install.environments.keys().collect::<Vec<_>>(), [id]);
    }
}

#[test]
fn a_profile_file_can_be_the_first() {
    let bench = Bench::new();
    let (_, text) = ptl::environment::SHIPPED[0];
    let text = text.replacen("id = \"int\"", "id = \"rehearsal\"", 1);
    bench.write("own/profile.toml", text);
    let mut with_folder = flags(&[("--env", "own/profile.toml")]);
    with_folder.extend(["--install", "here"]);
    bench.run(with_folder).exits(0);
    let install = Install::read(&bench.path("here")).unwrap();
    let environment = ptl::environment::find(&install.default_environment).unwrap();
    assert_eq!(environment.id, "rehearsal");
    assert!(install.environments.contains_key("rehearsal"));
}

#[test]
fn a_name_in_capitals_is_written_in_lower_case() {
    let bench = Bench::new();
    begin(
        &bench,
        &[("--fqdn", "BaRS-INT-A12345.Example.thirdparty.nhs.uk")],
    )
    .exits(0)
    .says("written in lower case");
    let install = install(&bench);
    assert_eq!(install.warnings, []);
    assert_eq!(
        install.environments["int"].fqdn.as_deref(),
        Some("bars-int-a12345.example.thirdparty.nhs.uk")
    );
}
