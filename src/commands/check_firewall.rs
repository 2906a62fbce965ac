//! `ptl check-firewall`.

use std::path::Path;

use openssl::pkey::{PKey, Private};

use super::{Exit, context::Scene, deliver, open_output, passphrase, wait};
use crate::{
    check::{Context, Finding, Report},
    cli::{Global, check_firewall::CheckFirewallArgs},
    config, environment,
    error::{Error, Result},
    net::{
        dns::{Origin, Server, merge, read_system_servers},
        target::Target,
        tls::Identity,
    },
    survey::network::{self, Extras, Probe, Trusted},
    x509::{self, Certificate},
};

/// Runs `ptl check-firewall`.
///
/// # Errors
/// Where a target, a resolver, a file or the install is wrong.
pub(super) fn run(args: &CheckFirewallArgs, global: &Global) -> Result<Exit> {
    let targets = targets(&args.target)?;
    let named = resolvers(&args.resolver)?;
    let identity = identity(args, global)?;
    let trusted = Trusted::of_files(&args.trust, global.time()?)?;
    let output = open_output(global)?;
    let report = if targets.is_empty() || args.all {
        let extras = Extras {
            targets,
            servers: named,
            trusted: (!args.trust.is_empty()).then_some(trusted),
            identity,
            all: args.all,
        };
        of_install(extras, global)?
    } else {
        let probe = Probe {
            targets: targets.into_iter().map(|target| (target, None)).collect(),
            servers: merge(named.into_iter().chain(read_system_servers())),
            identity,
            trusted,
            hscn: None,
            timeout: global.deadline()?,
        };
        of_targets(probe, global)?
    };
    deliver(&report, global, output)
}

/// The plain form: no install is read.
fn of_targets(probe: Probe, global: &Global) -> Result<Report> {
    let environment = global.env.as_deref().map(environment::find).transpose()?;
    let selection = global.selection()?;
    let context = Context {
        at: global.time()?,
        environment: environment.as_ref(),
        install: None,
        selection: &selection,
    };
    let findings = wait(global, network::probe(probe, &context))??;
    let environment = environment.as_ref().map(|it| it.id.as_str());
    Ok(report(findings, environment, &context))
}

fn of_install(extras: Extras, global: &Global) -> Result<Report> {
    let scene = Scene::read(global)?;
    let selection = scene.selection(global)?;
    let subject = scene.subject(global, &selection)?;
    let findings = wait(global, network::findings(&subject, extras))??;
    let environment = Some(scene.environment.id.as_str());
    Ok(report(findings, environment, &subject.context()))
}

fn report(findings: Vec<Finding>, environment: Option<&str>, context: &Context<'_>) -> Report {
    let strict = context.selection.strict;
    Report::new("check-firewall", environment, context.at, findings, strict)
}

/// The targets, each once; what is wrong with any of them is said of all at once.
fn targets(texts: &[String]) -> Result<Vec<Target>> {
    let mut targets = Vec::new();
    let mut problems = Vec::new();
    for text in texts {
        match Target::parse(text) {
            Ok(target) if targets.contains(&target) => {}
            Ok(target) => targets.push(target),
            Err(problem) => problems.push(format!("`{}`: {problem}", text.escape_debug())),
        }
    }
    refuse(
        "--target",
        problems,
        "Write each as HOST:PORT, as in `--target msg.int.spine2.ncrs.nhs.uk:443`.",
    )?;
    Ok(targets)
}

/// The name servers of --resolver, each once.
///
/// # Errors
/// With every one that is no address.
pub(super) fn resolvers(texts: &[String]) -> Result<Vec<Server>> {
    let mut servers = Vec::new();
    let mut problems = Vec::new();
    for text in texts {
        match config::name_server(text) {
            Some(address) => servers.push(Server::new(address, None, Origin::Named)),
            None => problems.push(format!("`{}` is no address", text.escape_debug())),
        }
    }
    refuse(
        "--resolver",
        problems,
        "Write an address and, if it is not 53, a port: `--resolver 155.231.231.1` or `[::1]:5353`.",
    )?;
    Ok(merge(servers))
}

fn refuse(flag: &str, problems: Vec<String>, hint: &str) -> Result<()> {
    if problems.is_empty() {
        return Ok(());
    }
    Err(Error::input(format!("{flag} is wrong"))
        .details(problems)
        .hint(hint))
}

fn identity(args: &CheckFirewallArgs, global: &Global) -> Result<Option<Identity>> {
    let (Some(certificate), Some(key)) = (&args.cert, &args.key) else {
        return Ok(None);
    };
    let secret = passphrase::of_files(&[certificate, key], &args.passphrase, global)?;
    let certificates = x509::certificates_under(certificate, secret.as_ref())?;
    let key = passphrase::read_key_under(key, secret.as_ref())?;
    fitting(certificates, key, certificate).map(Some)
}

/// Certificates and their key as what is shown to servers.
///
/// # Errors
/// Where the key is none of theirs.
pub(super) fn fitting(
    certificates: Vec<Certificate>,
    key: PKey<Private>,
    file: &Path,
) -> Result<Identity> {
    Identity::of(certificates, key).ok_or_else(|| {
        Error::input(format!(
            "the private key is not that of any certificate in `{}`",
            file.display()
        ))
        .hint("Give the key that the certificate was requested with, which `ptl csr` made.")
    })
}
