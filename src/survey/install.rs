//! What `ptl.toml` says, and where the private key lies, to findings.

use super::{Subject, work_tree};
use crate::{
    check::{self, Finding},
    checks::install::{
        HOSTS, KEYS, KeptKey, NeededHost, SECTION, SETTINGS, Section, Usual, WAIVERS, Waived,
    },
    config::{Endpoint, FILE, NAMEABLE},
    environment,
};

/// Judges the install's own settings.
pub fn findings(subject: &Subject<'_>) -> Vec<Finding> {
    let mut findings = settings(subject);
    findings.extend(waivers(subject));
    let section = section(subject);
    let name = format!("{FILE} [environment.{}]", section.environment);
    findings.extend(check::run(SECTION, &name, &section, &subject.context()));
    findings.extend(key(subject));
    findings
}

/// Judges whether the hosts are known that the install's role needs; part of every look at the network.
pub fn hosts(subject: &Subject<'_>) -> Vec<Finding> {
    let install = subject.install;
    let environment = subject.environment;
    let known = subject.endpoint.map_or_else(
        || environment.hosts.clone(),
        |endpoint| endpoint.hosts(environment),
    );
    NAMEABLE
        .iter()
        .filter(|(.., roles)| roles.contains(&install.role))
        .flat_map(|(purpose, ..)| {
            let found = known.iter().find(|host| {
                host.purpose == *purpose && host.is_needed_by(&install.service, install.role)
            });
            let gap = environment.gaps.iter().find(|gap| gap.what == *purpose);
            let facts = NeededHost {
                purpose: (*purpose).to_owned(),
                name: found.map(|host| host.name.clone()),
                gap: gap.map_or_else(
                    || "the profile names none".to_owned(),
                    |gap| gap.note.clone(),
                ),
            };
            let name = format!("{} {purpose}", environment.id);
            check::run(HOSTS, &name, &facts, &subject.context())
        })
        .collect()
}

fn settings(subject: &Subject<'_>) -> Vec<Finding> {
    let context = subject.context();
    let warnings = &subject.install.warnings;
    if warnings.is_empty() {
        return check::run(SETTINGS, FILE, &Usual(None), &context);
    }
    warnings
        .iter()
        .flat_map(|warning| {
            let name = format!("{FILE}:{}:{}", warning.line, warning.column);
            check::run(SETTINGS, &name, &Usual(Some(warning.clone())), &context)
        })
        .collect()
}

fn waivers(subject: &Subject<'_>) -> Vec<Finding> {
    let context = subject.context();
    let waivers = &subject.install.waivers;
    if waivers.is_empty() {
        return check::run(WAIVERS, FILE, &Waived(None), &context);
    }
    waivers
        .iter()
        .flat_map(|waiver| {
            let name = format!("waiver of {}", waiver.check);
            check::run(WAIVERS, &name, &Waived(Some(waiver.clone())), &context)
        })
        .collect()
}

fn section(subject: &Subject<'_>) -> Section {
    let id = &subject.environment.id;
    let endpoint = subject.endpoint;
    let asid = endpoint.and_then(|endpoint| endpoint.asid.clone());
    Section {
        environment: id.clone(),
        is_there: endpoint.is_some(),
        fqdn: endpoint.and_then(|endpoint| endpoint.fqdn.clone()),
        asid_shared_with: subject
            .install
            .environments
            .iter()
            .filter(|(other, endpoint)| *other != id && asid.is_some() && endpoint.asid == asid)
            .map(|(other, _)| other.clone())
            .collect(),
        asid,
        foreign_hosts: endpoint.map_or_else(Vec::new, |endpoint| foreign_hosts(endpoint, subject)),
    }
}

/// Hosts that are set here and that the profile of another environment alone knows.
fn foreign_hosts(
    endpoint: &Endpoint,
    subject: &Subject<'_>,
) -> Vec<(&'static str, String, String)> {
    let ssp = endpoint.ssp.iter().map(|host| ("ssp", host));
    let sds = endpoint.sds.iter().map(|host| ("sds", host));
    let msg_out = endpoint.msg_out.iter().map(|host| ("msg_out", host));
    let set: Vec<_> = ssp.chain(sds).chain(msg_out).collect();
    // Most installs set none: the other profiles are then not even read.
    if set.is_empty() {
        return Vec::new();
    }
    let knows = |environment: &environment::Environment, name: &str| {
        let mut hosts = environment.hosts.iter();
        hosts.any(|host| host.name.eq_ignore_ascii_case(name))
    };
    set.into_iter()
        .filter(|(_, host)| !knows(subject.environment, host))
        .filter_map(|(setting, host)| {
            let other = environment::all()
                .iter()
                .find(|other| other.id != subject.environment.id && knows(other, host))?;
            Some((setting, host.clone(), other.id.clone()))
        })
        .collect()
}

fn key(subject: &Subject<'_>) -> Vec<Finding> {
    let path = subject
        .endpoint
        .and_then(|endpoint| endpoint.key.as_deref())
        .filter(|path| path.exists());
    let Some(path) = path else {
        let reason = "no private key of this environment is there";
        return check::skipped(KEYS, "key", reason, subject.selection);
    };
    let tree = work_tree::of(path);
    let key = KeptKey {
        file: path.display().to_string(),
        ignored: tree.as_ref().and_then(|tree| tree.ignored),
        work_tree: tree.map(|tree| tree.top.display().to_string()),
    };
    check::run(KEYS, &key.file, &key, &subject.context())
}
