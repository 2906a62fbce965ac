//! What `ptl crl fetch` says is to be done: with the address in it, and as it is to be typed without an install too.

use crate::list_host::{Answer, Scene};

#[track_caller]
fn hint(scene: &Scene, id: &str) -> String {
    let run = scene.fetch(&[]);
    let findings = run.findings(id);
    let failed = findings.iter().find(|it| it["outcome"] != "pass").unwrap();
    failed["hint"].as_str().unwrap().to_owned()
}

#[test]
fn a_command_that_is_named_has_the_address_in_it_and_works_as_it_is_typed() {
    let scene = Scene::new("hints");
    let host = format!("http://127.0.0.1:{}", scene.host.port);
    scene.host.answers(Answer::Closed);
    let said = hint(&scene, "REV-011");
    let named = said.split('`').nth(1).unwrap();
    assert_eq!(named, format!("ptl check-firewall --target {host}"));
    let words = named.split(' ').skip(1);
    let run = scene.bench.run(words.chain(["--timeout", "1s"]));
    assert_ne!(run.code, Some(2), "{run}");
    scene.host.gives(b"<html>Sign in</html>".to_vec());
    let said = hint(&scene, "REV-012");
    let look = format!("`curl -sS {host}/1c/crlc2.crl | head -c 300`");
    assert!(said.contains(&look), "{said}");
}

#[test]
fn without_an_install_or_a_profile_neither_is_spoken_of() {
    let scene = Scene::of("no-profile", "localhost");
    let run = scene.fetch(&[]).exits(3);
    let reason = run.finding("REV-010", "")["reason"].to_string();
    assert!(reason.contains("was not allowed"), "{run}");
    let said = run.finding("REV-001", "")["hint"].to_string();
    let form = "`ptl crl fetch CERT --issuer CA --out lists`";
    assert!(
        said.contains(form) && !said.contains("`ptl crl fetch`"),
        "{said}"
    );
}
