//! An install on its way to live, as its report shows it: with certificates, evidence and a history; and a hostile one.

#![allow(
    dead_code,
    reason = "each test binary uses its own part of what is shared"
)]

use ptl::checklist::state;

use crate::{
    pki,
    support::{Bench, Run, provider_install},
};

const AT: &str = "2026-11-22T17:00:00Z";

/// Runs `ptl checklist` as anna, at a fixed time unless the words say another.
#[track_caller]
fn ptl(bench: &Bench, words: &[&str]) -> Run {
    let by: &[&str] = match words.contains(&"--by") {
        true => &[],
        false => &["--by", "anna"],
    };
    let at: &[&str] = match words.contains(&"--at") {
        true => &[],
        false => &["--at", AT],
    };
    bench.run([&["checklist"], words, by, at].concat())
}

/// An install with certificates, on whose way things have happened.
pub(crate) fn on_its_way() -> Bench {
    let bench = Bench::new();
    bench.write("checklist.toml", state::fresh("booking-provider"));
    let family = pki::sha256();
    for (name, path) in [
        ("leaf.pem", &family.leaf.certificate),
        ("sub.pem", &family.sub.certificate()),
        ("root.pem", &family.root.certificate()),
    ] {
        bench.write(name, std::fs::read(path).unwrap());
    }
    bench.write(
        "ptl.toml",
        provider_install("certificate = \"leaf.pem\"\nchain = \"sub.pem\"\ntrust = [\"root.pem\"]\n\n[environment.live]\n\n[[waive]]\ncheck = \"TLS-005\"\nreason = \"said so\"\nby = \"anna\"\nuntil = 2026-12-20\n"),
    );
    let passed = bench
        .run([
            "check-chain",
            "--env",
            "int",
            "--only",
            "CHAIN-002",
            "--format",
            "json",
        ])
        .exits(0);
    bench.write("evidence/check.json", passed.stdout);
    for (at, words) in [
        (
            "2026-06-02T09:12:00Z",
            &["done", "plan.ods", "--evidence", "ODS code A12345"][..],
        ),
        (
            "2026-06-19T14:20:00Z",
            &["done", "plan.dspt", "--evidence", "evidence/check.json"],
        ),
        ("2026-07-03T09:30:00Z", &["start", "plan.nsd"]),
        (
            "2026-08-30T10:00:00Z",
            &[
                "wait",
                "int.hscn",
                "--on",
                "HSCN Ltd",
                "--reference",
                "CHG-1",
                "--due",
                "2026-12-04",
            ],
        ),
        (
            "2026-10-08T10:00:00Z",
            &["block", "plan.usecase", "--reason", "no answer"],
        ),
        (
            "2026-11-10T10:00:00Z",
            &["not-applicable", "build.tkw", "--reason", "no simulator"],
        ),
        (AT, &["fail", "build.jwt", "--reason", "a wrong claim"]),
    ] {
        ptl(&bench, &[words, &["--at", at]].concat()).exits(0);
    }
    bench
}

/// Text that tries to run, to break a table, to hide or to turn the rest around.
pub(crate) const HOSTILE: &[&str] = &[
    "<script>window.hacked = 1; alert(1)</script><img src=x onerror=alert(1)>",
    "\"><svg onload=alert(1)><style>body{display:none}</style></table></section>",
    "{{ report }} {% raw %} {# x #} ]]> --> &lt;b&gt; &#60;",
    "a | b || c \\| d ` | ` [x](javascript:alert(1)) ![y](https://example.com/z.png)",
    "turned \u{202e}around\u{2066} and \u{200b}hidden",
    "\u{5de}\u{5d9}\u{5de}\u{5d9}\u{5df} \u{644}\u{644}\u{64a}\u{633}\u{627}\u{631} 123",
    "https://example.com/outside.png?<b>",
    "# heading",
    "1. list",
];

/// Records every hostile text, and one of 2000 characters without a blank, wherever text can be recorded.
pub(crate) fn hostile() -> Bench {
    let bench = on_its_way();
    let long = "x".repeat(2000);
    let steps = [
        "plan.clinsafe",
        "plan.scal",
        "build.headers",
        "build.tkw",
        "plan.nsd",
    ];
    for (place, text) in HOSTILE.iter().copied().chain([long.as_str()]).enumerate() {
        let step = steps[place % steps.len()];
        ptl(&bench, &["reopen", step, "--reason", text, "--by", text]);
        ptl(
            &bench,
            &[
                "wait",
                step,
                "--on",
                text,
                "--reference",
                text,
                "--by",
                text,
            ],
        );
        ptl(
            &bench,
            &[
                "done",
                step,
                "--evidence",
                &format!("text:{text}"),
                "--by",
                text,
            ],
        );
        ptl(&bench, &["block", step, "--reason", text, "--by", text]);
    }
    let named = bench.read("ptl.toml").replace(
        "Example Booking",
        "<script>hacked=1</script> \u{5de}\u{5d9}\u{5df} | XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX",
    );
    bench.write("ptl.toml", named);
    bench
}
