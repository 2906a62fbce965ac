//! The pages that ptl writes, opened in the Chromium of the system: `tests/web/look.mjs` looks, this judges.
//!
//! Screenshots and PDF of each page are left in `target/tmp/web/`, to be looked at by people.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use ptl::checklist::state;
use serde_json::Value;

use crate::{
    on_its_way::{HOSTILE, hostile, on_its_way},
    support::{Bench, provider_install},
};

/// What was seen of a page, and the folder with its pictures.
struct Look {
    seen: Value,
    folder: PathBuf,
}

impl Look {
    /// Opens a page.
    #[track_caller]
    fn at(page: &Path, name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join("web")
            .join(name);
        fs::create_dir_all(&folder).unwrap();
        let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/web");
        assert!(
            scripts.join("node_modules").is_dir(),
            "tests/web lacks its packages: run tests/run --only-install"
        );
        // A browser asks for things of its own accord: here there is no network but its own.
        let output = Command::new("unshare")
            .args(["-rn", "node"])
            .arg(scripts.join("look.mjs"))
            .args([page, &folder])
            .output()
            .expect("unshare is installed");
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        Self {
            seen: serde_json::from_slice(&output.stdout).unwrap(),
            folder,
        }
    }

    fn views(&self) -> &[Value] {
        self.seen["views"].as_array().unwrap()
    }

    /// Light and dark, wide and narrow: nothing is complained of, asked for, run, too wide or bare.
    #[track_caller]
    fn is_sound(&self, address: &Path) {
        self.is_sound_with(3, address);
    }

    /// As [`Look::is_sound`], with at least so many drawings.
    #[track_caller]
    fn is_sound_with(&self, drawings: u64, address: &Path) {
        assert_eq!(self.views().len(), 4);
        for view in self.views() {
            let shown = format!("{} {}", view["scheme"], view["name"]);
            assert_eq!(view["console"], serde_json::json!([]), "{shown}");
            assert_eq!(view["dialogs"], serde_json::json!([]), "{shown}");
            let page = format!("file://{}", address.display());
            assert_eq!(view["requests"], serde_json::json!([page]), "{shown}");
            let shape = &view["shape"];
            for nothing in ["outside", "bareTables", "bareDrawings", "wider"] {
                assert_eq!(shape[nothing], 0, "{shown}: {nothing}");
            }
            assert_eq!(shape["hacked"], false, "{shown}");
            assert!(shape["drawings"].as_u64() >= Some(drawings), "{shown}");
            assert_eq!(
                shape["landmarks"],
                serde_json::json!(["header", "nav", "main", "footer"])
            );
            in_order(&shape["headings"]);
            let picture = format!("{}-{}.png", word(&view["scheme"]), word(&view["name"]));
            let bytes = fs::read(self.folder.join(&picture)).unwrap();
            assert!(
                bytes.starts_with(b"\x89PNG") && bytes.len() > 50_000,
                "{picture}"
            );
        }
    }

    /// axe has nothing against it that hinders anybody.
    #[track_caller]
    fn is_open_to_all(&self) {
        for view in self.views() {
            let axe = &view["axe"];
            assert!(axe["passed"].as_u64() >= Some(30), "{axe:#}");
            assert_eq!(
                axe["violations"],
                serde_json::json!([]),
                "{} {}",
                view["scheme"],
                view["name"]
            );
        }
    }

    /// Tab reaches everything that can have the focus, and it is seen where the focus is.
    #[track_caller]
    fn is_walked_by_keyboard(&self) {
        self.is_walked_by_keyboard_with(20);
    }

    /// As [`Look::is_walked_by_keyboard`], with at least so many stops.
    #[track_caller]
    fn is_walked_by_keyboard_with(&self, stops: u64) {
        let wide = self.views().iter().filter(|view| view["name"] == "wide");
        for view in wide {
            let tabs = &view["tabs"];
            assert!(tabs["wanted"].as_u64() >= Some(stops), "{tabs:#}");
            assert_eq!(tabs["reached"], tabs["wanted"], "{tabs:#}");
            assert_eq!(tabs["unseen"], serde_json::json!([]), "{}", view["scheme"]);
        }
    }

    /// It goes onto white paper, though the screen is dark.
    #[track_caller]
    fn is_printed(&self, pages: std::ops::RangeInclusive<usize>) {
        for colours in self.seen["paper"].as_array().unwrap() {
            let background = word(&colours["background"]);
            assert!(
                ["rgb(255, 255, 255)", "rgba(0, 0, 0, 0)"].contains(&background),
                "{colours}"
            );
            assert_eq!(colours["text"], "rgb(0, 0, 0)", "{colours}");
        }
        let pdf = fs::read(self.folder.join("page.pdf")).unwrap();
        assert!(pdf.starts_with(b"%PDF-") && pdf.len() > 50_000);
        let pdf = String::from_utf8_lossy(&pdf);
        let printed = pdf.matches("/Type /Page\n").count();
        assert!(pages.contains(&printed), "{printed} pages");
        // A4 in points.
        assert_eq!(pdf.matches("/MediaBox [0 0 594.95").count(), printed);
    }
}

fn word(value: &Value) -> &str {
    value.as_str().unwrap()
}

/// One heading of the first level, and none that skips one.
#[track_caller]
fn in_order(headings: &Value) {
    let levels: Vec<u64> = headings
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it.as_u64().unwrap())
        .collect();
    assert_eq!(
        levels.iter().filter(|level| **level == 1).count(),
        1,
        "{levels:?}"
    );
    assert_eq!(levels[0], 1, "{levels:?}");
    assert!(
        levels.windows(2).all(|pair| pair[1] <= pair[0] + 1),
        "{levels:?}"
    );
}

/// The report of an install as one page.
#[track_caller]
fn page(bench: &Bench) -> PathBuf {
    bench
        .run([
            "checklist",
            "report",
            "--at",
            "2026-11-25T12:00:00Z",
            "--output",
            "report.html",
        ])
        .exits(0);
    bench.path("report.html")
}

#[test]
fn the_report_is_a_page_that_everybody_can_read_and_print() {
    let bench = on_its_way();
    let page = page(&bench);
    let look = Look::at(&page, "report");
    look.is_sound(&page);
    look.is_open_to_all();
    look.is_walked_by_keyboard();
    look.is_printed(5..=14);
}

#[test]
fn hostile_text_neither_runs_nor_breaks_the_page() {
    let bench = hostile();
    let page = page(&bench);
    let look = Look::at(&page, "hostile");
    look.is_sound(&page);
    look.is_open_to_all();
    look.is_walked_by_keyboard();
    look.is_printed(5..=60);
}

/// Installs of every kind: on their way, waiting, broken, and hostile by name and by what they say.
fn many_installs() -> Bench {
    let bench = hostile();
    for (folder, product) in [
        ("all/a", "One"),
        ("all/b", "<b>=Two</b>"),
        ("all/c", "Three"),
    ] {
        let config = provider_install("").replace("Example Booking", product);
        bench.write(&format!("{folder}/ptl.toml"), config);
        bench.write(
            &format!("{folder}/checklist.toml"),
            state::fresh("booking-provider"),
        );
    }
    bench.write("all/c/checklist.toml", "schema = 2\n[step");
    for words in [
        &[
            "wait",
            "plan.ods",
            "--on",
            "DIR team",
            "--due",
            "2026-11-20",
        ][..],
        &["fail", "plan.nsd", "--reason", "the form came back"],
        &["block", "plan.usecase", "--reason", HOSTILE[0]],
    ] {
        let by = ["--by", "anna", "--at", "2026-11-06T12:00:00Z"];
        bench
            .run([&["--install", "all/a", "checklist"], words, &by].concat())
            .exits(0);
    }
    bench
}

#[test]
fn the_board_is_a_page_that_everybody_can_read_and_print() {
    let bench = many_installs();
    bench
        .run([
            "checklist",
            "board",
            ".",
            "all",
            "--sort",
            "stage",
            "--at",
            "2026-11-25T12:00:00Z",
            "--output",
            "board.html",
        ])
        .exits(1);
    let page = bench.path("board.html");
    let look = Look::at(&page, "board");
    look.is_sound_with(0, &page);
    look.is_open_to_all();
    look.is_walked_by_keyboard_with(5);
    look.is_printed(1..=12);
}

/// What the other tests rely on: each of these mistakes is seen.
#[test]
fn a_page_with_mistakes_is_seen_to_have_them() {
    let bench = on_its_way();
    let sound = fs::read_to_string(page(&bench)).unwrap();
    let (before, policy) = sound.split_once("<meta http-equiv").unwrap();
    let (_, after) = policy.split_once('>').unwrap();
    let mut broken = format!("{before}{after}");
    for (from, to) in [
        ("--muted: #535e6c", "--muted: #a9b4c2"),
        ("outline: 3px solid var(--ready)", "outline: none"),
        ("overflow-wrap: anywhere", "overflow-wrap: normal"),
        ("<caption>Steps by stage</caption>", ""),
        (
            "<footer>",
            "<footer><script>window.hacked = 1</script><img alt=\"\" src=\"http://127.0.0.1:9/a.png\">",
        ),
        ("ODS code A12345", &"x".repeat(2000)),
    ] {
        assert!(broken.contains(from), "{from}");
        broken = broken.replacen(from, to, 1);
    }
    let look = Look::at(&bench.write("broken.html", broken), "broken");
    let view = &look.views()[0];
    assert_ne!(view["console"], serde_json::json!([]));
    assert_eq!(view["requests"].as_array().unwrap().len(), 2, "{view:#}");
    for (what, seen) in [("outside", 2), ("bareTables", 1)] {
        assert_eq!(view["shape"][what], seen, "{what}");
    }
    assert!(view["shape"]["wider"].as_u64() > Some(0));
    assert_eq!(view["shape"]["hacked"], true);
    assert_eq!(view["axe"]["violations"][0]["id"], "color-contrast");
    assert_ne!(view["tabs"]["unseen"], serde_json::json!([]));
}
