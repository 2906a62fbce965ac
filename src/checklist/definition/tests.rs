//! The shipped checklists hold the whole way, and nothing in them hangs in the air.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod own;
mod proof;

use std::collections::{BTreeMap, BTreeSet};

use wildmatch::WildMatch;

use super::*;
use crate::checks;

/// What the Deployment Toolkit's page asks for, in its order, by the tag that a step bears.
const TOOLKIT: &[(&str, &str)] = &[
    ("development-analysis-1", "initial engagement and analysis"),
    ("development-analysis-2", "the TKW simulators"),
    ("development-complete-1", "development is complete"),
    ("prerequisite-1", "HSCN connectivity"),
    ("prerequisite-2", "the SCAL process is started"),
    (
        "getting-connected-1",
        "register the FQDN with the NHS DNS service",
    ),
    (
        "getting-connected-2",
        "register the messaging product with Spine",
    ),
    (
        "getting-connected-3",
        "request certificates, create endpoints",
    ),
    ("configure-1", "install the certificate and bind it"),
    ("configure-2", "firewall out to the Spine proxy"),
    ("configure-3", "firewall in from msg-out"),
    ("configure-4", "root and sub CA of both generations"),
    ("configure-5", "revocation by both methods"),
    ("end-to-end-1", "requests to SDS and SSP"),
    ("end-to-end-2", "informal tests with other suppliers"),
    ("end-to-end-3", "the formal test plan"),
    ("assure-1", "the SCAL"),
    ("assure-2", "demonstrate the end-to-end functionality"),
    (
        "conformance-certificate-1",
        "the Technical Conformance Certificate",
    ),
    ("live-install-1", "connectivity to HSCN"),
    ("live-install-2", "establish the Connection Agreement"),
    ("live-install-3", "register the FQDN"),
    (
        "live-install-4",
        "Manufacturer Product Version registration",
    ),
    ("live-install-5", "request and install certificates"),
    ("live-install-6", "assignment of ASIDs"),
    ("live-install-7", "assign interactions to the ASID"),
    ("live-install-8", "firewalls are open"),
    ("live-install-9", "upgrade and configuration of the system"),
    ("live-install-10", "configure DoS"),
    (
        "provider-testing-1",
        "the pre-determined test plan, with all actors",
    ),
    ("provider-testing-2", "the controlled test"),
    ("provider-testing-3", "resolution of issues"),
    ("technical-live-1", "technically ready to go live"),
    ("technical-live-2", "agree a date"),
    ("business-live-1", "switched on, end-to-end test run"),
    ("business-live-2", "business as usual"),
];

/// The ids of the complete checklist, in its order.
const WHOLE_WAY: &str = "plan.ods plan.usecase plan.dspt plan.clinsafe plan.scal plan.nsd \
     build.tkw build.jwt build.headers build.done \
     int.hscn int.fqdn int.mpv int.csr int.endpoint int.cert int.asid \
     int.chain int.bind int.fw-out int.fw-in int.crl int.namecheck int.sds int.ssp \
     int.e2e-adhoc int.e2e-formal int.security \
     as.scal as.witness as.defects as.tcc as.ca \
     live.hscn live.fqdn live.mpv live.csr live.cert live.chain live.asid live.interactions live.fw \
     live.crl live.nsd live.enduser live.config live.dos live.training \
     pt.plan pt.run pt.review tl.decision bl.date bl.switch bl.bau";

const STAGES: &[&str] = &[
    "plan",
    "build",
    "int-prerequisites",
    "int-access",
    "int-config",
    "int-test",
    "assure",
    "conformance",
    "live",
    "provider-test",
    "technical-live",
    "business-live",
];

fn shipped() -> Vec<Definition> {
    let read = |(id, _): &(&str, &str)| find(id).unwrap().unwrap();
    SHIPPED.iter().map(read).collect()
}

/// Those of a whole way to live.
fn whole_ways() -> Vec<Definition> {
    let mut all = shipped();
    all.retain(|definition| definition.service.is_some());
    all
}

/// Those that the Deployment Toolkit's page is about.
fn bookings() -> Vec<Definition> {
    let mut all = shipped();
    all.retain(|definition| definition.service.as_deref() == Some("booking"));
    all
}

#[test]
fn every_shipped_checklist_is_read_and_is_what_it_says() {
    for (definition, (id, _)) in shipped().iter().zip(SHIPPED) {
        assert_eq!(definition.schema, 1);
        assert_eq!(definition.id, *id);
        match (&definition.service, definition.role) {
            (Some(service), Some(role)) => assert_eq!(id_for(service, role).unwrap(), *id),
            (None, None) => assert!(BESIDE.contains(id)),
            half => panic!("{id}: {half:?}"),
        }
    }
    let error = id_for("gp-connect", Role::Provider).unwrap_err();
    assert!(error.next_action().unwrap().contains("its consumers"));
    assert!(id_for("bars", Role::Provider).is_err());
}

#[test]
fn every_entry_of_the_toolkits_page_has_a_step_in_its_order() {
    for definition in bookings() {
        let provider = definition.role == Some(Role::Provider);
        let tags: BTreeSet<&str> = definition
            .steps()
            .filter_map(|step| step.seed.as_deref())
            .collect();
        for (tag, what) in TOOLKIT {
            // Calls from Spine come in to a provider alone.
            if provider || *tag != "configure-3" {
                assert!(tags.contains(tag), "{}: {tag}, {what}", definition.id);
            }
        }
        for tag in &tags {
            assert!(TOOLKIT.iter().any(|(known, _)| known == tag), "{tag}");
        }
        let stages: Vec<&str> = definition.stages.iter().map(|s| s.id.as_str()).collect();
        assert_eq!(stages, STAGES);
    }
}

#[test]
fn the_ten_live_install_steps_are_there_once_the_gate_is_open_or_as_the_gate() {
    for definition in bookings() {
        let live = definition.stages.iter().find(|s| s.id == "live").unwrap();
        assert_eq!(live.gate, ["as.tcc", "as.ca"]);
        for number in 1..=10 {
            let tag = format!("live-install-{number}");
            let in_stage = live.steps.iter().any(|s| s.seed.as_ref() == Some(&tag));
            let in_gate = live.gate.iter().any(|id| {
                let (_, step) = definition.step(id).unwrap();
                step.seed.as_ref() == Some(&tag)
            });
            assert!(in_stage || in_gate, "{}: {tag}", definition.id);
        }
    }
}

#[test]
fn both_roles_have_the_whole_way_but_for_what_a_provider_does_alone() {
    let [provider, consumer] = bookings().try_into().unwrap();
    let ids = |definition: &Definition| -> Vec<String> {
        definition.steps().map(|step| step.id.clone()).collect()
    };
    let whole: Vec<&str> = WHOLE_WAY.split_whitespace().collect();
    assert_eq!(ids(&provider), whole);
    let fewer: Vec<&str> = whole
        .into_iter()
        .filter(|id| !["int.fw-in", "int.namecheck"].contains(id))
        .collect();
    assert_eq!(ids(&consumer), fewer);
    for step in provider.steps() {
        let shared = consumer.step(&step.id).is_some();
        assert_eq!(step.roles.contains(&Role::Consumer), shared, "{}", step.id);
        assert!(step.roles.contains(&Role::Provider), "{}", step.id);
    }
}

#[test]
fn nothing_hangs_in_the_air() {
    for definition in shipped() {
        let mut before: BTreeMap<&str, ()> = BTreeMap::new();
        for stage in &definition.stages {
            for step in &stage.steps {
                for need in definition.needs(stage, step) {
                    let known = before.contains_key(need);
                    assert!(
                        known,
                        "{} needs {need}, which does not stand before it",
                        step.id
                    );
                }
                assert!(before.insert(&step.id, ()).is_none(), "{} twice", step.id);
                let place = step.id.split('.').next().unwrap();
                let environment = match place {
                    "int" => Some("int"),
                    "live" | "pt" | "tl" | "bl" => Some("live"),
                    _ => None,
                };
                assert_eq!(step.environment.as_deref(), environment, "{}", step.id);
                for said in [&step.title, &step.owner, &step.evidence, &step.source] {
                    assert!(!said.trim().is_empty(), "{}", step.id);
                }
                assert!(step.instructions.len() > 40, "{}", step.id);
            }
        }
    }
}

#[test]
fn business_live_relies_on_every_step() {
    for definition in bookings() {
        let mut needed = BTreeSet::new();
        let mut stack = vec!["bl.bau"];
        while let Some(id) = stack.pop() {
            if needed.insert(id) {
                let (stage, step) = definition.step(id).unwrap();
                stack.extend(definition.needs(stage, step));
            }
        }
        assert_eq!(
            needed.len(),
            definition.steps().count(),
            "{}",
            definition.id
        );
    }
}

#[test]
fn waiting_times_name_their_source() {
    for definition in bookings() {
        let waits: Vec<_> = definition.steps().filter_map(|s| s.wait.as_ref()).collect();
        assert_eq!(waits.len(), 4, "{}", definition.id);
        for wait in waits {
            assert!(wait.working_days > 0 && wait.source.len() > 20, "{wait:?}");
        }
    }
}

#[test]
fn both_methods_of_revocation_and_both_generations_are_spoken_of() {
    for definition in bookings() {
        let (_, crl) = definition.step("int.crl").unwrap();
        assert!(crl.instructions.contains("crl.nhs.uk") && crl.instructions.contains("checkit"));
        let (_, chain) = definition.step("int.chain").unwrap();
        assert!(chain.instructions.contains("SHA-1") && chain.instructions.contains("SHA-2"));
    }
}

#[test]
fn every_pattern_fits_a_check_that_there_is() {
    let ids: Vec<&str> = checks::all().iter().map(|meta| meta.id.0).collect();
    for definition in shipped() {
        for step in definition.steps() {
            for glob in &step.checks {
                let pattern = WildMatch::new(glob);
                assert!(
                    ids.iter().any(|id| pattern.matches(id)),
                    "{}: no check fits {glob}",
                    step.id
                );
            }
        }
    }
}

#[test]
fn the_end_of_a_renewal_relies_on_every_step_but_the_reminder() {
    let renewal = find("renewal").unwrap().unwrap();
    let mut needed = BTreeSet::new();
    let mut stack = vec!["close.key", "switch.lists"];
    while let Some(id) = stack.pop() {
        if needed.insert(id) {
            let (stage, step) = renewal.step(id).unwrap();
            stack.extend(renewal.needs(stage, step));
        }
    }
    let all: BTreeSet<&str> = renewal.steps().map(|step| step.id.as_str()).collect();
    assert_eq!(Vec::from_iter(all.difference(&needed)), [&"close.watch"]);
    // No source states a time for renewals.
    assert!(renewal.steps().all(|step| step.wait.is_none()));
}

#[test]
fn gp_connects_consumer_has_a_source_for_every_step_and_invents_no_end() {
    let definition = find("gp-connect-consumer").unwrap().unwrap();
    let known = [
        "GP Connect",
        "gpconnect",
        "gpc-consumer-support",
        "DCB0129",
        "Connection agreement",
        "NHS PKI",
        "FHIR-SpineCore",
    ];
    for step in definition.steps() {
        assert!(
            known.iter().any(|name| step.source.contains(name)),
            "{}",
            step.id
        );
        assert_eq!(step.roles, [Role::Consumer], "{}", step.id);
        assert_eq!(step.seed, None, "{}: of another page", step.id);
    }
    // The pages name no stage after the live endpoint.
    assert_eq!(definition.stages.last().unwrap().id, "live");
    let waits: Vec<_> = definition
        .steps()
        .filter_map(|it| it.wait.as_ref())
        .collect();
    assert_eq!(waits.len(), 4);
    assert!(waits.iter().all(|wait| wait.source.len() > 20));
    // Its first steps are those that nothing waits for, and each other step leads on to live.
    let mut leads = BTreeSet::new();
    let mut stack: Vec<&str> = definition
        .stages
        .last()
        .unwrap()
        .gate
        .iter()
        .map(String::as_str)
        .collect();
    let live = definition
        .steps()
        .filter(|step| step.id.starts_with("live."));
    stack.extend(live.map(|step| step.id.as_str()));
    while let Some(id) = stack.pop() {
        if leads.insert(id) {
            let (stage, step) = definition.step(id).unwrap();
            stack.extend(definition.needs(stage, step));
        }
    }
    assert_eq!(leads.len(), definition.steps().count());
}

#[test]
fn nothing_is_found_by_lint_in_what_is_shipped() {
    for (definition, (id, text)) in shipped().iter().zip(SHIPPED) {
        let linted = crate::checklist::lint::whole(text, id).unwrap();
        assert_eq!(linted.findings, [], "{id}");
        assert_eq!(linted.steps, definition.steps().count());
    }
}
