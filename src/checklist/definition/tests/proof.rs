//! What proves the shipped steps: what it is about, how long it holds, which checks give it, and the gates before it.

use super::*;

#[test]
fn each_new_artefact_opens_steps_that_are_proven_by_it() {
    for definition in whole_ways() {
        let about = |environment: Option<&str>, artefact: Artefact| -> Vec<&str> {
            let steps = definition.steps();
            steps
                .filter(|step| step.environment.as_deref() == environment)
                .filter(|step| step.about.contains(&artefact))
                .map(|step| step.id.as_str())
                .collect()
        };
        for environment in ["int", "live"] {
            let environment = Some(environment);
            let [request, certificate, hosts] =
                [Artefact::Request, Artefact::Certificate, Artefact::Hosts]
                    .map(|artefact| about(environment, artefact));
            assert!(request[0].ends_with(".csr"), "{request:?}");
            assert!(certificate[0].ends_with(".cert"), "{certificate:?}");
            assert!((2..6).contains(&certificate.len()), "{certificate:?}");
            assert!(!hosts.is_empty());
        }
        // Of another version the whole proof of the product is another, and its certificate too.
        assert!(about(None, Artefact::Version).contains(&"as.tcc"));
        assert!(about(Some("int"), Artefact::Version).contains(&"int.mpv"));
        // What is of an endpoint belongs to an environment.
        for artefact in [Artefact::Request, Artefact::Certificate, Artefact::Hosts] {
            assert!(about(None, artefact).is_empty(), "{artefact:?}");
        }
    }
}

#[test]
fn who_says_how_long_a_proof_holds_is_said() {
    let mut lasting = BTreeSet::new();
    for definition in shipped() {
        for (step, fresh) in definition
            .steps()
            .filter_map(|it| Some((it, it.fresh.as_ref()?)))
        {
            let ours = fresh.source.starts_with("ptl: ");
            assert!(fresh.source.len() > 20, "{}", step.id);
            // Our own judgement is on reports of checks alone.
            assert_eq!(ours, !step.checks.is_empty(), "{}", step.id);
            let by_environment = match step.environment.as_deref() {
                _ if !ours => "365d",
                Some("live") => "30d",
                _ => "90d",
            };
            assert_eq!(fresh.word(), by_environment, "{}", step.id);
            lasting.insert(step.id.clone());
        }
    }
    for id in [
        "plan.dspt",
        "live.enduser",
        "int.chain",
        "live.fw",
        "live.crl",
    ] {
        assert!(lasting.contains(id), "{id}");
    }
}

#[test]
fn steps_that_checks_can_prove_name_them() {
    for definition in whole_ways() {
        for (id, area) in [
            ("int.csr", "CSR"),
            ("live.csr", "CSR"),
            ("int.csr", "KEY"),
            ("int.cert", "KEY"),
            ("live.cert", "CHAIN"),
            ("int.chain", "TRUST"),
            ("live.chain", "TRUST"),
            ("int.fw-out", "TCP"),
            ("int.fw-out", "HTTP"),
            ("int.asid", "INST"),
        ] {
            let (_, step) = definition.step(id).unwrap();
            let of_area = |glob: &String| glob.starts_with(&format!("{area}-"));
            assert!(step.checks.iter().any(of_area), "{}: {id}", definition.id);
        }
    }
    let [provider, consumer] = bookings().try_into().unwrap();
    for (definition, id, patterns) in [
        (&provider, "int.bind", &["EP-*"][..]),
        (&provider, "int.crl", &["REV-*"]),
        (&consumer, "int.bind", &["TLS-*"]),
    ] {
        assert_eq!(definition.step(id).unwrap().1.checks, patterns);
    }
}

/// What ptl sees whole: the request and its key, the binding from outside, and the way out.
#[test]
fn checks_alone_prove_what_ptl_sees_whole_and_nothing_else() {
    let proven = |definition: &Definition| -> Vec<String> {
        let steps = definition.steps();
        steps
            .filter(|step| step.proven_by == ProvenBy::Checks)
            .map(|step| step.id.clone())
            .collect()
    };
    let mut all = shipped().into_iter();
    let mut of = || proven(&all.next().unwrap());
    assert_eq!(of(), ["int.csr", "int.bind", "int.fw-out", "live.csr"]);
    assert_eq!(of(), ["int.csr", "int.fw-out", "live.csr", "live.fw"]);
    assert_eq!(of(), ["int.csr", "int.fw-out", "live.csr"]);
    // A renewal is of any environment, so nothing says against which its checks would run.
    assert_eq!(of(), [""; 0]);
}
