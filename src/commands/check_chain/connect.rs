//! `ptl check-chain --connect`.

use std::{path::Path, sync::Arc};

use super::{policy, trusted};
use crate::{
    check::{Context, Report},
    checklist::{
        certificate,
        state::{self, Proof},
    },
    cli::{Global, check_chain::CheckChainArgs},
    commands::{
        Exit,
        check_firewall::{fitting, resolvers},
        context::Scene,
        deliver, open_output, passphrase, wait,
    },
    environment,
    error::{Error, Result},
    net::target::{Place, Speech, Target},
    survey::{
        chain::Lists,
        endpoint::{self, Connect, Evidence, Plain, Record},
    },
    x509,
};

/// Judges a live endpoint: by the files given, or by the install.
///
/// # Errors
/// Where the address, a file, the install, the checklist or the profile is wrong.
pub(super) fn run(to: &str, args: &CheckChainArgs, global: &Global) -> Result<Exit> {
    let sni = args.sni.as_deref().map(server_name).transpose()?;
    let servers = resolvers(&args.resolver)?;
    let connect = Connect::new(to, sni, servers, global.deadline()?)?;
    match args.trust.is_empty() {
        true => of_install(connect, args, global),
        false => of_files(connect, args, global),
    }
}

/// A name as it is sent in the handshake: never an address (RFC 6066, section 3).
fn server_name(text: &str) -> Result<String> {
    let wrong = |why: String| {
        Error::input(format!("--sni: `{}`: {why}", text.escape_debug()))
            .hint("Write the name alone, as callers ask for it: `--sni example.thirdparty.nhs.uk`.")
    };
    match Target::new(text, 443, Speech::Tcp).map_err(wrong)?.place {
        Place::Name(name) if !name.contains([':', '/']) => Ok(name),
        _ => Err(wrong("this is no host's name".to_owned())),
    }
}

fn of_install(connect: Connect, args: &CheckChainArgs, global: &Global) -> Result<Exit> {
    let scene = Scene::read(global)?;
    let record = record(&global.install, &scene.environment.id)?;
    let output = open_output(global)?;
    let selection = scene.selection(global)?;
    let subject = scene.subject(global, &selection)?;
    let key = scene
        .endpoint()
        .and_then(|endpoint| endpoint.key.as_deref());
    let key: Vec<&Path> = key.into_iter().filter(|_| !global.offline).collect();
    let secret = passphrase::of_files(&key, &args.passphrase, global)?;
    let visit = endpoint::of_install(&subject, connect, record, secret.as_ref());
    let findings = wait(global, visit)??;
    let environment = Some(scene.environment.id.as_str());
    let report = Report::new(
        "check-chain",
        environment,
        subject.at,
        findings,
        global.strict,
    );
    deliver(&report, global, output)
}

/// What the checklist of the install recorded of the environment's certificate.
///
/// # Errors
/// Where the checklist is wrong.
pub(in crate::commands) fn record(folder: &Path, environment: &str) -> Result<Record> {
    if folder.join(state::FILE).symlink_metadata().is_err() {
        return Ok(Record::Nothing(format!(
            "there is no {} in the install",
            state::FILE
        )));
    }
    let (definition, state) = state::read(folder)?;
    Ok(
        match certificate::recorded(&definition, &state, environment) {
            Err(reason) => Record::Nothing(reason),
            Ok((step, proofs)) => {
                let proofs = proofs.into_iter().map(|proof| match proof {
                    Proof::Text(text) => Evidence::Text(text.clone()),
                    Proof::File(file) => Evidence::File(file.name.clone(), file.sha256.clone()),
                });
                Record::Done(step.to_owned(), proofs.collect())
            }
        },
    )
}

fn of_files(connect: Connect, args: &CheckChainArgs, global: &Global) -> Result<Exit> {
    let output = open_output(global)?;
    let at = global.time()?;
    let selection = global.selection()?;
    let environment = global.env.as_deref().map(environment::find).transpose()?;
    let context = Context {
        at,
        environment: environment.as_ref(),
        install: None,
        selection: &selection,
    };
    let plain = plain(args, global)?;
    let findings = wait(global, endpoint::of_files(plain, connect, &context))??;
    let environment = environment.as_ref().map(|it| it.id.as_str());
    let report = Report::new("check-chain", environment, at, findings, global.strict);
    deliver(&report, global, output)
}

fn plain(args: &CheckChainArgs, global: &Global) -> Result<Plain> {
    let trust: Vec<_> = args.trust.iter().filter_map(|text| trusted(text)).collect();
    let files = trust
        .iter()
        .chain(&args.cert)
        .chain(&args.chain)
        .chain(&args.key);
    let files: Vec<&Path> = files.map(|file| file.as_path()).collect();
    let secret = passphrase::of_files(&files, &args.passphrase, global)?;
    let secret = secret.as_ref();
    let mut plain = Plain {
        trusted: Vec::new(),
        cert: None,
        identity: None,
        policy: policy(args, global.time()?)?,
        lists: Lists::read(&args.crl)?,
    };
    for file in &trust {
        let held = x509::certificates_of(file, secret)?;
        plain.trusted.extend(held.into_iter().map(Arc::new));
    }
    if args.trust.iter().any(|text| trusted(text).is_none()) {
        let held = x509::system_store()?.certificates;
        plain.trusted.extend(held.into_iter().map(Arc::new));
    }
    let Some(cert) = &args.cert else {
        return Ok(plain);
    };
    let mut sent = x509::certificates_under(cert, secret)?;
    let shown = cert.display().to_string();
    plain.cert = sent.first().map(|leaf| (shown, Arc::new(leaf.clone())));
    for file in &args.chain {
        sent.extend(x509::certificates_of(file, secret)?);
    }
    if let Some(key) = args.key.as_ref().filter(|_| !global.offline) {
        let key = passphrase::read_key_under(key, secret)?;
        plain.identity = Some(fitting(sent, key, cert)?);
    }
    Ok(plain)
}
