//! Every fault of the lab is found: fault -> command -> check -> layer -> cause. Later servers lengthen the table.

use std::collections::BTreeSet;

use ptl::lab::Fault;

use crate::{
    lab_revocation::LISTS,
    loopback::Machine,
    rehearsal_spine::{lab, not_well, ptl},
    schemas::is_a_sound_report,
    support::Run,
};

/// What a fault of the running lab must come to in a healthy install: the first table by `check-firewall`.
pub(crate) struct Row {
    pub(crate) fault: &'static str,
    check: &'static str,
    layer: &'static str,
    cause: &'static str,
    /// What else follows from the same fault, as `ID cause`.
    besides: &'static [&'static str],
}

pub(crate) const fn row(
    fault: &'static str,
    check: &'static str,
    layer: &'static str,
    cause: &'static str,
    besides: &'static [&'static str],
) -> Row {
    Row {
        fault,
        check,
        layer,
        cause,
        besides,
    }
}

const NETWORK: &[Row] = &[
    row("dns-nxdomain", "DNS-001", "dns", "dns-nxdomain", &[]),
    row("dns-no-data", "DNS-001", "dns", "dns-no-data", &[]),
    row("dns-servfail", "DNS-001", "dns", "dns-servfail", &[]),
    row("dns-refused", "DNS-001", "dns", "dns-refused", &[]),
    row("dns-silent", "DNS-001", "dns", "dns-silent", &[]),
    // Nothing listens at the wrong address.
    row(
        "dns-wrong-address",
        "DNS-005",
        "dns",
        "dns-wrong-address",
        &["TCP-002 tcp-refused"],
    ),
    // Every program here goes where the hosts file says; ptl tries the name server's address too.
    row(
        "dns-hosts-file-differs",
        "DNS-003",
        "dns",
        "dns-hosts-file-differs",
        &["DNS-005 dns-wrong-address", "TCP-002 tcp-refused"],
    ),
    row("tcp-refused", "TCP-002", "tcp", "tcp-refused", &[]),
    row("tcp-silent", "TCP-002", "tcp", "tcp-silent", &[]),
    row(
        "tls-closed-after-hello",
        "TLS-001",
        "tls",
        "tls-closed-after-hello",
        &[],
    ),
    row("tls-silent", "TLS-001", "tls", "tls-silent", &[]),
    row("tls-plain-http", "TLS-001", "tls", "tls-plain-http", &[]),
    row("tls-old-version", "TLS-001", "tls", "tls-old-version", &[]),
    row(
        "tls-no-common-cipher",
        "TLS-001",
        "tls",
        "tls-no-common-cipher",
        &[],
    ),
    row(
        "tls-chain-incomplete",
        "TLS-007",
        "chain",
        "tls-chain-incomplete",
        &[],
    ),
    // Who sends the root before the sub CA sends the root.
    row(
        "tls-chain-reversed",
        "TLS-008",
        "chain",
        "tls-chain-reversed",
        &["TLS-009 tls-extra-root"],
    ),
    row("tls-extra-root", "TLS-009", "chain", "tls-extra-root", &[]),
    row("tls-wrong-name", "TLS-011", "name", "wrong-name", &[]),
    row(
        "tls-name-in-cn-only",
        "TLS-012",
        "name",
        "name-in-cn-only",
        &[],
    ),
    row("tls-expired", "TLS-013", "date", "certificate-expired", &[]),
    row(
        "tls-not-yet-valid",
        "TLS-013",
        "date",
        "certificate-not-yet-valid",
        &[],
    ),
    row("tls-self-signed", "TLS-010", "trust", "self-signed", &[]),
    row(
        "tls-wrong-environment",
        "TLS-010",
        "trust",
        "wrong-environment",
        &[],
    ),
    row(
        "tls-intercepted",
        "TLS-010",
        "trust",
        "tls-intercepted",
        &[],
    ),
    row(
        "tls-server-auth-missing",
        "TLS-014",
        "purpose",
        "server-auth-missing",
        &[],
    ),
    row("tls-weak-key", "TLS-015", "key", "weak-key", &[]),
    row("tls-sha1-chain", "TLS-016", "chain", "sha1-signature", &[]),
    row(
        "tls-client-cert-not-asked",
        "TLS-003",
        "tls",
        "tls-client-cert-not-asked",
        &[],
    ),
    row(
        "tls-accepts-one-generation",
        "TLS-006",
        "tls",
        "tls-accepts-one-generation",
        &[],
    ),
    // It names the CAs of the one generation that it knows: ours is not among them.
    row(
        "tls-refuses-our-ca",
        "TLS-004",
        "tls",
        "tls-refuses-our-ca",
        &[
            "TLS-005 tls-refuses-our-ca",
            "TLS-006 tls-accepts-one-generation",
        ],
    ),
    row(
        "tls-refuses-no-certificate",
        "TLS-004",
        "tls",
        "tls-refuses-no-certificate",
        &[],
    ),
];

/// What a fault of the responder must come to: tests/cli/ocsp.rs asks it.
const RESPONDER: &[Row] = &[
    row(
        "ocsp-unauthorised",
        "REV-021",
        "revocation",
        "ocsp-unauthorised",
        &[],
    ),
    row("ocsp-stale", "REV-022", "revocation", "ocsp-stale", &[]),
];

/// What a certificate that the lab signed so must come to, in `check-chain`.
const CERTIFICATES: &[(&[&str], Row)] = &[
    (
        &["--expired"],
        row(
            "--expired",
            "CHAIN-007",
            "date",
            "certificate-expired",
            &["PATH-003 certificate-expired"],
        ),
    ),
    (
        &["--not-yet"],
        row(
            "--not-yet",
            "PATH-003",
            "date",
            "certificate-not-yet-valid",
            &[],
        ),
    ),
    (
        &["--wrong-name"],
        row("--wrong-name", "PATH-010", "name", "wrong-name", &[]),
    ),
    (
        &["--no-client-auth"],
        row(
            "--no-client-auth",
            "PATH-012",
            "purpose",
            "client-auth-missing",
            &["CHAIN-015 client-auth-missing"],
        ),
    ),
    (
        &["--generation", "sha1"],
        row(
            "--generation sha1",
            "CHAIN-016",
            "trust",
            "wrong-generation",
            &["CHAIN-011 sha1-signature"],
        ),
    ),
];

/// A healthy machine; under the one fault that is the machine's own, its hosts file says otherwise.
fn machine(fault: &str) -> Machine {
    let hosts = match fault {
        "dns-hosts-file-differs" => "127.9.9.9 proxy.lab.test".to_owned(),
        _ => String::new(),
    };
    Machine {
        hosts,
        ..Machine::default()
    }
}

/// Holds that a run under the fault of a row found what it must, and nothing else.
#[track_caller]
pub(crate) fn is_found(run: &Run, row: &Row) {
    assert!(run.code != Some(4), "{}: {run}", row.fault);
    is_a_sound_report(&run.json());
    let findings = run.findings(row.check);
    let found = findings
        .iter()
        .find(|finding| finding["cause"] == row.cause);
    let found = found.unwrap_or_else(|| panic!("{}: {findings:#?}", row.fault));
    assert_eq!(found["layer"], row.layer, "{}", row.fault);
    assert_eq!(found["outcome"], "fail", "{}: {found:#}", row.fault);
    let mut wanted = vec![format!("{} {}", row.check, row.cause)];
    wanted.extend(row.besides.iter().map(|text| (*text).to_owned()));
    let (mut wanted, mut found) = (wanted, not_well(run));
    wanted.sort();
    found.sort();
    assert_eq!(found, wanted, "{}: {run}", row.fault);
}

#[test]
fn every_fault_of_the_lab_is_found_at_its_layer_and_by_its_cause() {
    let lab = lab();
    let bench = lab.install(&["--san"]);
    for row in NETWORK {
        lab.fault(row.fault);
        let run = ptl(&bench, &machine(row.fault), &["check-firewall"]);
        lab.fault("none");
        is_found(&run, row);
    }
}

#[test]
fn the_table_and_the_lab_know_the_same_faults() {
    let rows = || NETWORK.iter().chain(LISTS).chain(RESPONDER);
    let listed: Vec<_> = rows()
        .map(|row| (row.fault, row.check, row.cause))
        .collect();
    let known: Vec<_> = Fault::ALL
        .iter()
        .map(|fault| (fault.word(), fault.check().0, fault.cause().word()))
        .collect();
    assert_eq!(listed, known);
    let distinct: BTreeSet<_> = rows().map(|row| (row.check, row.cause)).collect();
    assert_eq!(
        distinct.len(),
        rows().count(),
        "no fault looks like another"
    );
}

#[test]
fn a_healthy_lab_has_no_failed_check_in_any_command() {
    let lab = lab();
    let bench = lab.install(&["--san"]);
    for command in ["check-chain", "check-firewall", "preflight"] {
        let run = ptl(&bench, &Machine::default(), &[command]).exits(0);
        assert_eq!(not_well(&run), Vec::<String>::new(), "{command}: {run}");
        assert_eq!(run.json()["verdict"], "pass");
        is_a_sound_report(&run.json());
    }
}

#[test]
fn an_install_without_a_certificate_is_told_that_one_is_wanted() {
    let lab = lab();
    let bench = lab.install(&["--san"]);
    let text = bench
        .read("ptl.toml")
        .replace("certificate = ", "# certificate = ");
    bench.write("ptl.toml", text);
    let run = ptl(&bench, &Machine::default(), &["check-firewall"]).exits(3);
    assert_eq!(
        not_well(&run),
        ["TLS-004 tls-refuses-no-certificate"],
        "{run}"
    );
}

#[test]
fn every_flaw_of_a_certificate_is_found_in_the_chain() {
    let lab = lab();
    for (order, row) in CERTIFICATES {
        let order = [*order, &["--san"]].concat();
        let bench = lab.install(&order);
        let run = ptl(&bench, &Machine::default(), &["check-chain"]).exits(1);
        let mut found = not_well(&run);
        // Every verifier says the same once more.
        found.retain(|line| !line.starts_with("PEER-"));
        let mut wanted = vec![format!("{} {}", row.check, row.cause)];
        wanted.extend(row.besides.iter().map(|text| (*text).to_owned()));
        for line in &wanted {
            assert!(found.contains(line), "{}: {found:#?}", row.fault);
        }
        assert_eq!(found.len(), wanted.len(), "{}: {found:#?}", row.fault);
        let of_check = run.findings(row.check);
        let finding = of_check.iter().find(|it| it["cause"] == row.cause);
        assert_eq!(finding.unwrap()["layer"], row.layer, "{}", row.fault);
    }
}

#[test]
fn a_revoked_certificate_is_found_with_the_labs_own_list() {
    let lab = lab();
    let bench = lab.install(&["--san", "--revoked"]);
    let trust = lab.folder.join("trust/all.pem");
    let chain = lab.folder.join("trust/g2-sub.pem");
    let mut arguments = vec!["check-chain", "--cert", "lab.crt", "--revocation", "leaf"];
    arguments.extend(["--chain", chain.to_str().unwrap()]);
    arguments.extend(["--trust", trust.to_str().unwrap()]);
    let lists: Vec<_> = (1..=3)
        .map(|number| lab.folder.join(format!("crl/int/G2/auth/crlc{number}.crl")))
        .collect();
    for list in &lists {
        arguments.extend(["--crl", list.to_str().unwrap()]);
    }
    let run = ptl(&bench, &Machine::default(), &arguments).exits(1);
    assert_eq!(not_well(&run), ["PATH-013 revoked"], "{run}");
}

#[test]
fn a_consumer_is_told_of_a_fault_in_dns_too_and_that_the_lab_has_no_directory() {
    let lab = lab();
    let bench = lab.install(&["--san"]);
    let text = bench
        .read("ptl.toml")
        .replace("role = \"provider\"", "role = \"consumer\"");
    bench.write("ptl.toml", text);
    for fault in ["dns-nxdomain", "dns-servfail", "dns-silent"] {
        lab.fault(fault);
        let run = ptl(&bench, &Machine::default(), &["check-firewall"]);
        lab.fault("none");
        run.exits(1).fails("DNS-001", "proxy", fault);
    }
    let run = ptl(&bench, &Machine::default(), &["check-firewall"]).exits(3);
    assert_eq!(not_well(&run), ["INST-008 setting-missing"], "{run}");
    run.says("the lab has no directory yet");
}
