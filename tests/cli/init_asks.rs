//! `ptl init` on a terminal: what it asks, and what an answer leads to.

use crate::{
    init::{flags, install},
    support::Bench,
    terminal::Session,
};

#[test]
fn a_person_is_asked_for_everything_and_again_where_it_is_wrong() {
    let bench = Bench::new();
    let mut session = Session::start(bench.command(["init"]));
    session.expect("Environment to begin with").types("\r");
    session.expect("Role").types("consumr\r");
    session.expect("did you mean `consumer`?").expect("Role");
    session.types("consumer\r");
    session.expect("Service").types("\r");
    session.expect("Organisation").types("Example \"Ltd\"\r");
    session.expect("ODS code").types("A12345\r");
    session.expect("Product").types("Example Booking\r");
    session.expect("Its version").types("1.0\r");
    session.expect("Registered name").types("example.org\r");
    session
        .expect("it is not under nhs.uk")
        .expect("Registered name");
    session.types("example.thirdparty.nhs.uk\r");
    session.expect("Write the install").types("y");
    let (code, rest) = session.ends();
    assert_eq!(code, Some(0), "{rest}");
    assert!(rest.contains("Wrote ptl.toml and checklist.toml"), "{rest}");
    let install = install(&bench);
    assert_eq!(install.organisation, "Example \"Ltd\"");
    assert_eq!(install.role, ptl::environment::Role::Consumer);
    assert_eq!(install.warnings, []);
    assert!(bench.read("checklist.toml").contains("booking-consumer"));
}

#[test]
fn a_no_at_the_end_writes_nothing() {
    let bench = Bench::new();
    let mut flags = flags(&[]);
    flags.retain(|flag| *flag != "--yes");
    flags.truncate(flags.len() - 2);
    let mut session = Session::start(bench.command(flags));
    session
        .expect("Registered name")
        .types("example.thirdparty.nhs.uk\r");
    session.expect("Write the install").types("n");
    let (code, rest) = session.ends();
    assert_eq!(code, Some(2), "{rest}");
    assert!(rest.contains("nothing was written"), "{rest}");
    assert_eq!(bench.files(), Vec::<String>::new());
}

#[test]
fn ctrl_c_at_a_question_writes_nothing() {
    let bench = Bench::new();
    let mut session = Session::start(bench.command(["init"]));
    session.expect("Environment to begin with").types("\u{3}");
    let (code, rest) = session.ends();
    assert_eq!(code, None, "an interrupt is no exit: {rest}");
    assert_eq!(bench.files(), Vec::<String>::new());
}
