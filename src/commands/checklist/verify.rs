//! `ptl checklist verify`: runs the checks of steps, each against its environment, and writes down what they say.

use std::collections::BTreeMap;

use openssl::sha::sha256;
use wildmatch::WildMatch;

use super::{Layout, change::actor, change::warn_of_clocks};
use crate::{
    check::{Finding, Report, Selection},
    checklist::{
        book::Book,
        copies,
        definition::Step,
        history::replay::replay,
        rules::Actor,
        state::{self, File, Reported},
        verify::{self, COMMAND},
        view::View,
    },
    cli::{Global, checklist::VerifyArgs},
    commands::{Exit, check_chain, context::Scene, wait},
    config::Install,
    error::{Error, Result},
    report::{self, Verified, VerifiedStep},
    survey::{
        self, Area,
        endpoint::{self, Connect},
    },
    x509::hex,
};

/// What the endpoint shows is seen by a visit alone.
const OF_A_VISIT: &str = "EP-";

/// Runs the checks of the steps named, or of every one that they can say something of.
pub(super) fn run(args: &VerifyArgs, global: &Global, layout: Layout) -> Result<(String, Exit)> {
    if global.env.is_some() {
        return Err(Error::input("--env: each step has its environment")
            .hint("Leave it out; `ptl preflight --env NAME` looks at another."));
    }
    let actor = actor(&args.by, global)?;
    let looked = steps(&args.step, args.copy, &actor, global)?;
    let document = Verified {
        steps: looked.steps,
        view: &View::of(&looked.after.progress()),
        before: &View::of(&looked.before.progress()),
    };
    let exit = document.verdict().into();
    Ok((report::explain(&document, global.format, layout)?, exit))
}

/// What running checks came to, and the checklist before and after it.
pub(super) struct Looked {
    /// Each step that was looked at.
    pub(super) steps: Vec<VerifiedStep>,
    /// The checklist as it was.
    pub(super) before: Book,
    /// The checklist as it is.
    pub(super) after: Book,
}

/// Runs the checks of these steps, or of all that can be looked at, and writes down what they say; with `copy` each
/// report is kept in `evidence/`.
///
/// # Errors
/// As [`verify::chosen`], and where a file of the install is wrong or the checklist cannot be written.
pub(super) fn steps(ids: &[String], copy: bool, actor: &Actor, global: &Global) -> Result<Looked> {
    let book = super::read(global)?;
    let chosen = verify::chosen(&book.progress(), ids)?;
    if chosen.is_empty() {
        return Ok(Looked {
            steps: Vec::new(),
            before: book.clone(),
            after: book,
        });
    }
    // No lock is held meanwhile: a network takes its time.
    let reports = reports(&chosen, actor, global)?;
    record(reports, copy, actor, global)
}

/// The report of each step; the checks of an environment are run once for all its steps.
fn reports(chosen: &[&Step], actor: &Actor, global: &Global) -> Result<Vec<(String, Report)>> {
    let usual = Install::read(&global.install)?.default_environment;
    let mut by_environment: BTreeMap<&str, Vec<&Step>> = BTreeMap::new();
    for step in chosen {
        let environment = step.environment.as_deref().unwrap_or(&usual);
        by_environment.entry(environment).or_default().push(step);
    }
    let mut reports = Vec::new();
    for (environment, steps) in by_environment {
        let scene = Scene::read(&Global {
            env: Some(environment.to_owned()),
            ..global.clone()
        })?;
        let findings = findings(&scene, &steps, global)?;
        let id = &scene.environment.id;
        reports.extend(steps.iter().map(|step| {
            let report = verify::report(step, id, actor.at, &findings, global.offline);
            (step.id.clone(), report)
        }));
    }
    let place = |id: &str| chosen.iter().position(|step| step.id == id);
    reports.sort_by_key(|(id, _)| place(id));
    Ok(reports)
}

/// What the checks of an environment found that any of these steps chooses.
fn findings(scene: &Scene, steps: &[&Step], global: &Global) -> Result<Vec<Finding>> {
    let patterns = steps.iter().flat_map(|step| &step.checks);
    let (visit, rest): (Vec<_>, Vec<_>) = patterns.partition(|it| it.starts_with(OF_A_VISIT));
    let selection = |patterns: &[&String]| Selection {
        only: patterns.iter().map(|it| WildMatch::new(it)).collect(),
        offline: global.offline,
        waivers: scene.install.waivers.clone(),
        ..Selection::default()
    };
    let mut findings = Vec::new();
    if !rest.is_empty() {
        let selection = selection(&rest);
        let subject = scene.subject(global, &selection)?;
        findings = wait(global, survey::run(COMMAND, Area::ALL, &subject))??.findings;
    }
    if let Some(to) = registered(scene).filter(|_| !visit.is_empty()) {
        let selection = selection(&visit);
        let subject = scene.subject(global, &selection)?;
        let connect = Connect::new(&to, None, Vec::new(), global.deadline()?)?;
        let record = check_chain::record(&global.install, &scene.environment.id)?;
        let visit = endpoint::of_install(&subject, connect, record, None);
        findings.extend(wait(global, visit)??);
    }
    Ok(findings)
}

/// Where the endpoint of an environment is to be visited: its name, at the port of its registered URL.
fn registered(scene: &Scene) -> Option<String> {
    let endpoint = scene.endpoint()?;
    let fqdn = endpoint.fqdn.as_deref()?;
    let url = endpoint.endpoint.as_deref();
    let url = url.and_then(|text| url::Url::parse(text).ok());
    Some(match url.and_then(|url| url.port()) {
        Some(port) => format!("{fqdn}:{port}"),
        None => fqdn.to_owned(),
    })
}

/// Writes all of it down at once, each by what the one before it made of the checklist.
fn record(
    reports: Vec<(String, Report)>,
    copy: bool,
    actor: &Actor,
    global: &Global,
) -> Result<Looked> {
    let opened = state::open(&global.install)?;
    let before = Book::of(&opened, &global.install, actor.at);
    let mut after = before.clone();
    after.state.history = opened.history();
    let mut deeds = Vec::new();
    let mut steps = Vec::new();
    for (step, report) in reports {
        let text = report::document(&report)?;
        let mut file = file(&step, &report, &text);
        if copy {
            file.copy = Some(copies::keep(&global.install, &file, text.as_bytes())?);
        }
        let deed = verify::deed(&after.progress(), &step, &report, file.clone(), actor)?;
        let was = before.progress().status(&step);
        after.state.history.add(deed.clone(), &actor.by, actor.at);
        after.state.records = replay(&after.state.history);
        steps.push(VerifiedStep::of(
            &after.progress(),
            &step,
            was,
            report,
            file,
        ));
        deeds.push(deed);
    }
    let changed = opened.record(deeds, &actor.by, actor.at)?;
    warn_of_clocks(&changed, actor);
    after.state = changed.state;
    Ok(Looked {
        steps,
        before,
        after,
    })
}

/// The report's file, as it is called where it is kept.
fn file(step: &str, report: &Report, text: &str) -> File {
    let sha256 = hex(&sha256(text.as_bytes()));
    let environment = report.environment.as_deref().unwrap_or_default();
    File {
        name: format!("{step}-{environment}-{}.json", &sha256[..16]),
        size: text.len() as u64,
        sha256,
        report: Some(Reported {
            command: report.command.clone(),
            environment: report.environment.clone(),
            verdict: report.verdict,
        }),
        copy: None,
    }
}
