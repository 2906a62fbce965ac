//! INST: what `ptl.toml` itself says, and where the private key lies.

use std::path::Path;

use jiff::{Unit, tz::TimeZone};

use crate::{
    check::{Cause, Check, CheckId, Context, Evidence, Layer, Meta, Outcome, Severity},
    config::{Problem, Waiver},
    error::for_a_shell,
};

/// How many days before its end a waiver is mentioned.
const SOON: i32 = 30;

/// An unusual setting, or none where all are usual.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Usual(pub Option<Problem>);

/// A waiver, or none where nothing is waived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waived(pub Option<Waiver>);

/// What `ptl.toml` says of one environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// The environment's id.
    pub environment: String,
    /// Whether it has a section at all.
    pub is_there: bool,
    /// The registered name.
    pub fqdn: Option<String>,
    /// The ASID.
    pub asid: Option<String>,
    /// The other environments of the install that name the same ASID.
    pub asid_shared_with: Vec<String>,
    /// Hosts that another environment's profile knows: setting, host, that environment.
    pub foreign_hosts: Vec<(&'static str, String, String)>,
}

/// The file of a private key, and the git work tree around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptKey {
    /// The file.
    pub file: String,
    /// The top of the work tree that it lies in.
    pub work_tree: Option<String>,
    /// Whether git ignores it; `None` where git could not be asked.
    pub ignored: Option<bool>,
}

/// A host that the service needs, and what is known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NeededHost {
    /// What it is for: `ssp`, `sds`.
    pub purpose: String,
    /// Its name, where the profile or `ptl.toml` knows it.
    pub name: Option<String>,
    /// What the profile says of the gap.
    pub gap: String,
}

/// The check on each host that an environment's profile may lack.
pub static HOSTS: &[Check<NeededHost>] = &[Check {
    meta: Meta {
        id: CheckId("INST-008"),
        title: "the host that the service needs is known",
        severity: Severity::Error,
        layer: Layer::Config,
        source: "The environment's profile, [[gap]]: what no source states",
        hint: "Ask the environment's desk for the name, and write it into ptl.toml.",
        requires: &[],
    },
    run: is_known,
}];

/// The check on each unusual setting.
pub static SETTINGS: &[Check<Usual>] = &[Check {
    meta: Meta {
        id: CheckId("INST-001"),
        title: "the settings of ptl.toml have their usual form",
        severity: Severity::Warning,
        layer: Layer::Config,
        source: "The forms that NHS examples show; no source states them as rules",
        hint: "Compare the setting with the letter or form that it came from, and correct it in ptl.toml.",
        requires: &[],
    },
    run: is_usual,
}];

/// The checks on each waiver.
pub static WAIVERS: &[Check<Waived>] = &[
    Check {
        meta: Meta {
            id: CheckId("INST-002"),
            title: "no waiver has ended",
            severity: Severity::Warning,
            layer: Layer::Config,
            source: "ptl.toml, [[waive]]: a waiver holds until its last day",
            hint: "Mend what it waived and delete the [[waive]], or have it renewed by whoever answers for it.",
            requires: &[],
        },
        run: holds_still,
    },
    Check {
        meta: Meta {
            id: CheckId("INST-003"),
            title: "no waiver ends within 30 days",
            severity: Severity::Notice,
            layer: Layer::Config,
            source: "ptl.toml, [[waive]]: a waiver holds until its last day",
            hint: "Mend what it waives before it ends.",
            requires: &[CheckId("INST-002")],
        },
        run: holds_for_a_while,
    },
];

/// The checks on the section of the run's environment.
pub static SECTION: &[Check<Section>] = &[
    Check {
        meta: Meta {
            id: CheckId("INST-004"),
            title: "ptl.toml names the install in this environment",
            severity: Severity::Error,
            layer: Layer::Config,
            source: "Seed deployment toolkit (docs-uec-appts, dep_devptl): register your FQDN, in each environment",
            hint: "Write the registered name as `fqdn` into the section of the environment in ptl.toml.",
            requires: &[],
        },
        run: names_the_install,
    },
    Check {
        meta: Meta {
            id: CheckId("INST-005"),
            title: "the ASID is this environment's own",
            severity: Severity::Warning,
            layer: Layer::Config,
            source: "BaRS implementation guide, Onboarding page: onboarding is done separately for each environment",
            hint: "Correct `asid` in ptl.toml: each environment gives its own.",
            requires: &[],
        },
        run: has_its_own_asid,
    },
    Check {
        meta: Meta {
            id: CheckId("INST-006"),
            title: "the hosts that ptl.toml names are not another environment's",
            severity: Severity::Warning,
            layer: Layer::Config,
            source: "The shipped profiles; BaRS implementation guide, Onboarding page: onboarding is done separately for each environment",
            hint: "Correct the host in ptl.toml, or delete the line: the profile then decides.",
            requires: &[],
        },
        run: names_its_own_hosts,
    },
];

/// The check on where a private key lies.
pub static KEYS: &[Check<KeptKey>] = &[Check {
    meta: Meta {
        id: CheckId("INST-007"),
        title: "git does not take the private key along",
        severity: Severity::Warning,
        layer: Layer::Install,
        source: "RFC 5280 section 9: the protection afforded private keys is a critical security factor",
        hint: "Move the key out of the work tree, or write `*.key` into its .gitignore.",
        requires: &[],
    },
    run: is_kept_from_git,
}];

fn is_known(host: &NeededHost, _: &Context<'_>) -> Outcome {
    match &host.name {
        // A name alone proves nothing of the way: as a pass it would carry a run that looked at no host.
        Some(name) => Outcome::not_applicable(format!(
            "it is {name}, and the way there is judged by itself"
        )),
        None => Outcome::Undetermined(
            Some(Cause::SettingMissing),
            Evidence::seen(format!("the way there cannot be probed: {}", host.gap)),
        ),
    }
}

fn is_usual(Usual(unusual): &Usual, _: &Context<'_>) -> Outcome {
    match unusual {
        None => Outcome::pass("no setting is of an unusual form"),
        Some(Problem {
            line,
            column,
            message,
        }) => Outcome::fail(Cause::SettingUnusual, message.clone())
            .with("line", line)
            .with("column", column),
    }
}

/// Days from the run's time to the waiver's last day, which still counts.
fn days_left(waiver: &Waiver, context: &Context<'_>) -> i32 {
    let today = context.at.to_zoned(TimeZone::UTC).date();
    today
        .until((Unit::Day, waiver.until))
        .map_or(i32::MIN, |span| span.get_days())
}

fn holds_still(Waived(waiver): &Waived, context: &Context<'_>) -> Outcome {
    let Some(waiver) = waiver else {
        return Outcome::not_applicable("ptl.toml waives nothing");
    };
    let Waiver {
        check,
        reason,
        by,
        until,
    } = waiver;
    let outcome = if days_left(waiver, context) < 0 {
        let seen = format!("the waiver of {check} ended after {until}, so {check} counts again");
        Outcome::fail(Cause::WaiverEnded, seen)
    } else {
        Outcome::pass(format!("{check} is waived until {until}, by {by}"))
    };
    outcome
        .with("by", by)
        .with("until", until)
        .with("because", reason)
}

fn holds_for_a_while(Waived(waiver): &Waived, context: &Context<'_>) -> Outcome {
    let Some(waiver) = waiver else {
        return Outcome::not_applicable("ptl.toml waives nothing");
    };
    let days = days_left(waiver, context);
    if days <= SOON {
        let seen = format!(
            "the waiver of {} ends in {days} days, after {}",
            waiver.check, waiver.until
        );
        Outcome::fail(Cause::WaiverEndsSoon, seen).with("by", &waiver.by)
    } else {
        Outcome::pass(format!("{days} days are left"))
    }
}

fn names_the_install(section: &Section, _: &Context<'_>) -> Outcome {
    let Section { environment, .. } = section;
    match &section.fqdn {
        Some(fqdn) => Outcome::pass(format!("it is `{fqdn}` in {environment}")),
        None if section.is_there => Outcome::undetermined(format!(
            "[environment.{environment}] of ptl.toml has no `fqdn`, so nothing can be compared with the registered name"
        )),
        None => Outcome::undetermined(format!(
            "ptl.toml has no [environment.{environment}], so nothing is known of the install there"
        ))
        .hint(format!(
            "Add [environment.{environment}] with `fqdn` to ptl.toml, or choose another with --env."
        )),
    }
}

fn has_its_own_asid(section: &Section, _: &Context<'_>) -> Outcome {
    let Some(asid) = &section.asid else {
        return Outcome::not_applicable("ptl.toml names no ASID yet");
    };
    if section.asid_shared_with.is_empty() {
        return Outcome::pass(format!("no other environment has {asid}"));
    }
    let others = section.asid_shared_with.join(", ");
    let seen = format!(
        "`asid` is {asid} in {others} as well; each environment gives its own, and Spine refuses a request under another's"
    );
    Outcome::fail(Cause::WrongEnvironment, seen).with("asid", asid)
}

fn names_its_own_hosts(section: &Section, _: &Context<'_>) -> Outcome {
    if section.foreign_hosts.is_empty() {
        return Outcome::pass("none belongs to another environment");
    }
    let hosts = section
        .foreign_hosts
        .iter()
        .map(|(setting, host, other)| format!("`{setting}` is {host}, a host of {other}"))
        .collect::<Vec<_>>()
        .join("; ");
    let seen = format!(
        "under [environment.{}] {hosts}: nothing that is proved there holds here",
        section.environment
    );
    Outcome::fail(Cause::WrongEnvironment, seen)
}

fn is_kept_from_git(key: &KeptKey, _: &Context<'_>) -> Outcome {
    let Some(top) = &key.work_tree else {
        return Outcome::pass(format!("`{}` lies in no git work tree", key.file));
    };
    let outcome = match key.ignored {
        Some(true) => return Outcome::pass(format!("git ignores `{}`", key.file)),
        Some(false) => Outcome::fail(
            Cause::KeyInWorkTree,
            format!(
                "`{}` lies in the git work tree `{top}` and is not ignored: the next commit may carry it away",
                key.file
            ),
        ),
        None => Outcome::undetermined(format!(
            "`{}` lies in the git work tree `{top}`, and git could not be asked whether it is ignored",
            key.file
        ))
        .hint(format!(
            "Ask git yourself: `git check-ignore -v {}`; or move the key out of the work tree.",
            for_a_shell(Path::new(&key.file))
        )),
    };
    outcome.with("work tree", top)
}

#[cfg(test)]
mod tests;
