//! `ptl checklist walk` from an empty folder to Business Live, with what the lab can stand in for.
//!
//! The steps are of INT and live, and the lab is neither: what it signs is no INT certificate, and the checks of INT must
//! say so. What is proven there is proven; for the rest the person gives what a desk would have said.

use jiff::Timestamp;
use ptl::checklist::{book::Book, state::Proof};

use crate::{
    checklist_walk::{proves, walk},
    init::flags,
    rehearsal_spine::{FQDN, lab, shared_key},
    support::Bench,
    terminal::Session,
};

fn book(bench: &Bench) -> Book {
    Book::read(&bench.folder(), Timestamp::now()).unwrap()
}

/// The step that comes first now.
fn first(bench: &Bench) -> Option<String> {
    let book = book(bench);
    let ready = book.progress().ready();
    ready.first().map(|ready| ready.step.id.clone())
}

/// Makes the request in another window, and lets the checks of its step prove it.
#[track_caller]
fn request(bench: &Bench, session: &mut Session) {
    session
        .expect("int.csr: ")
        .expect("What now (d c w")
        .types("c\r");
    session.expect("a all about it");
    let key = format!("{FQDN}.key");
    bench.write(&key, std::fs::read(shared_key()).unwrap());
    crate::pki::restrict(&bench.path(&key));
    bench.run(["csr", "--from-key", &key]).exits(0);
    session.expect("What now").types("t\r");
    session
        .expect("itoc.supportdesk@nhs.net")
        .expect("Example Ltd (ODS A12345)");
    session
        .expect("BEGIN CERTIFICATE REQUEST")
        .expect("END CERTIFICATE REQUEST");
    session.expect("What now").types("c\r");
    session
        .expect("checks passed in int")
        .expect("int.endpoint: ");
    let book = book(bench);
    let evidence = &book.state.records["int.csr"].evidence;
    let given = evidence.last().unwrap();
    let Proof::File(report) = &given.proof else {
        panic!("{evidence:?}")
    };
    assert_eq!(
        report.report.as_ref().unwrap().environment.as_deref(),
        Some("int")
    );
    let kept =
        std::fs::read(bench.path(&format!("evidence/{}", report.copy.as_ref().unwrap()))).unwrap();
    assert_eq!(report.sha256, ptl::x509::hex(&openssl::sha::sha256(&kept)));
}

/// Has the lab sign the request, as the desk would, and gives the certificate as proof.
#[track_caller]
fn certificate(bench: &Bench, session: &mut Session) {
    let lab = lab();
    let request = format!("{FQDN}.csr");
    let folder = lab.folder.to_str().unwrap();
    let issue = [
        "lab", "issue", &request, "--out", "int.crt", "--san", "--lab", folder,
    ];
    bench.run(issue).exits(0);
    let text = bench.read("ptl.toml");
    let named = text.replacen(
        "# certificate = ",
        "certificate = \"int.crt\"\n# certificate = ",
        1,
    );
    bench.write("ptl.toml", named);
    proves(session, "int.cert", "int.crt");
}

/// The checks of INT refuse the lab's certificate, and a report of the lab proves nothing of INT.
#[track_caller]
fn chain(bench: &Bench, session: &mut Session) {
    let profile = lab().profile();
    session
        .expect("int.chain: ")
        .expect("What now")
        .types("c\r");
    session.expect("a all about it");
    let report = [
        "check-chain",
        "--env",
        profile.to_str().unwrap(),
        "--format",
        "json",
    ];
    let run = bench.run([&report[..], &["--output", "lab.json"]].concat());
    assert!(matches!(run.code, Some(0 | 1 | 3)), "{run}");
    session.expect("What now").types("d\r");
    session.expect("Reference or file").types("lab.json\r");
    session.expect("proves nothing of `int`");
    session.expect("What now").types("d\r");
    session
        .expect("Reference or file")
        .types("fingerprints compared by two people, INC-12\r");
    session.expect("int.chain is done");
}

/// Lets a desk take its time, and goes back once it has answered.
#[track_caller]
fn wait(bench: &Bench, session: &mut Session) {
    session.expect("What now").types("t\r");
    session
        .expect("BEGIN CERTIFICATE REQUEST")
        .expect("What now")
        .types("w\r");
    session.expect("Waits for").types("\r");
    session
        .expect("Their reference")
        .types("INC-11\r")
        .expect("Due, as")
        .types("\r");
    session.expect("int.endpoint waits for NHS ITOC support desk, INC-11");
    let elsewhere = first(bench).unwrap();
    session
        .expect(&format!("{elsewhere}: "))
        .expect("What now")
        .types("s\r");
    session
        .expect("Waits for NHS ITOC support desk")
        .expect("Which");
    session.types("int.endpoint\r");
    proves(session, "int.endpoint", "INC-11 is answered");
}

#[test]
fn the_whole_way_from_an_empty_folder_to_business_live() {
    let bench = Bench::new().variable("USER", "anna");
    bench.run(flags(&[])).exits(0).says("ptl checklist");
    let mut session = walk(&bench);
    let mut steps = Vec::new();
    while let Some(step) = first(&bench) {
        match step.as_str() {
            "int.csr" => request(&bench, &mut session),
            "int.endpoint" => wait(&bench, &mut session),
            "int.cert" => certificate(&bench, &mut session),
            "int.chain" => chain(&bench, &mut session),
            other => proves(&mut session, other, "a reference"),
        }
        steps.push(step);
    }
    session.expect("the service is business live");
    session
        .expect("ptl expiry")
        .expect("ptl crl fetch")
        .expect("ptl checklist begin renewal");
    let (code, rest) = session.ends();
    assert_eq!(code, Some(0), "{rest}");
    let book = book(&bench);
    let all: Vec<&str> = book
        .definition
        .steps()
        .map(|step| step.id.as_str())
        .collect();
    assert!(
        all.iter()
            .all(|step| steps.iter().any(|walked| walked == step)),
        "{steps:?}"
    );
    assert_eq!(steps.len(), all.len());
    bench.run(["checklist", "audit"]).exits(0);
    bench
        .run(["checklist", "-q"])
        .exits(0)
        .says("55 of 55 steps done");
    // At the end there is nothing to ask.
    let mut session = walk(&bench);
    session.expect("the service is business live");
    assert_eq!(session.ends().0, Some(0));
}
