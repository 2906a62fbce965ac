//! For whom, under which names and where a pair is made: as the flags, ptl.toml or an old certificate say.

use std::path::Path;

use super::parse;
use crate::{
    cli::{Global, csr::MakeArgs},
    commands::context::Scene,
    config::{self, Fqdn, Install},
    environment::{self, Environment},
    error::{Error, Result, for_a_shell},
    terminal,
    x509::{csr::Renewal, pair::Pair},
};

/// For whom, where and by which command the pair is made.
pub(super) struct Order {
    pub(super) fqdn: Fqdn,
    pub(super) alternative_names: Vec<Fqdn>,
    pub(super) install: Option<Install>,
    pub(super) environment: Option<Environment>,
    pub(super) pair: Pair,
    /// The certificate that is renewed, and its file.
    pub(super) renewal: Option<(Renewal, String)>,
    /// The command that makes such a pair, for hints.
    pub(super) command: String,
}

/// What the flags ask for.
///
/// # Errors
/// Where a name, the install or the old certificate is wrong.
pub(super) fn order(args: &MakeArgs, global: &Global) -> Result<Order> {
    let mut order = match (&args.from_cert, &args.fqdn) {
        (Some(file), _) => of_certificate(file, args, global),
        (None, Some(name)) => of_name(name, args, global),
        (None, None) => of_install(args, global),
    }?;
    if args.no_san {
        order.alternative_names.clear();
    }
    Ok(order)
}

fn of_name(name: &str, args: &MakeArgs, global: &Global) -> Result<Order> {
    let folder = args.out.as_deref().unwrap_or(Path::new("."));
    let fqdn = parse(name, "--fqdn")?;
    if fqdn.as_str() != name && !global.quiet {
        terminal::note(&format!("note: the name is put into lower case: {fqdn}"));
    }
    Ok(Order {
        pair: Pair::named(folder, fqdn.as_str())?,
        command: format!("ptl csr --fqdn {fqdn} --out {}", for_a_shell(folder)),
        environment: global.env.as_deref().map(environment::find).transpose()?,
        install: None,
        renewal: None,
        alternative_names: vec![fqdn.clone()],
        fqdn,
    })
}

fn of_install(args: &MakeArgs, global: &Global) -> Result<Order> {
    let scene = Scene::read(global)?;
    let id = &scene.environment.id;
    let endpoint = scene.endpoint();
    let name = endpoint
        .and_then(|endpoint| endpoint.fqdn.as_deref())
        .ok_or_else(|| {
            Error::input(format!("ptl.toml gives no `fqdn` under [environment.{id}]"))
                .hint("Write it there, or give --fqdn NAME --out DIR.")
        })?;
    let fqdn = parse(name, "ptl.toml")?;
    let key = endpoint.and_then(|endpoint| endpoint.key.as_deref());
    let pair = match (&args.out, key) {
        (Some(folder), _) => Pair::named(folder, fqdn.as_str())?,
        (None, Some(key)) => Pair::of_key(key)?,
        (None, None) => Pair::named(&scene.install.folder, fqdn.as_str())?,
    };
    Ok(Order {
        pair,
        command: command(args, global, Some(id)),
        install: Some(scene.install),
        environment: Some(scene.environment),
        renewal: None,
        alternative_names: vec![fqdn.clone()],
        fqdn,
    })
}

/// A renewal: in an install, where there is one, else anywhere. The pair's names say the month, so that it stands
/// beside the old one.
fn of_certificate(file: &Path, args: &MakeArgs, global: &Global) -> Result<Order> {
    let renewal = Renewal::of_file(file)?;
    let fqdn = renewal.fqdn().clone();
    let scene = match global.install.join(config::FILE).exists() {
        true => Some(Scene::read(global)?),
        false => None,
    };
    let of_key = scene.as_ref().and_then(|scene| {
        let key = scene.endpoint()?.key.as_deref()?;
        Some(crate::files::folder_of(key).to_owned())
    });
    let of_install = scene.as_ref().map(|scene| scene.install.folder.clone());
    let folder = args.out.clone().or(of_key).or(of_install);
    let folder = folder.unwrap_or_else(|| Path::new(".").to_owned());
    let month = global.time()?.strftime("%Y-%m");
    let (install, environment) = match scene {
        Some(scene) => (Some(scene.install), Some(scene.environment)),
        None => (
            None,
            global.env.as_deref().map(environment::find).transpose()?,
        ),
    };
    let id = environment
        .as_ref()
        .map(|environment| environment.id.as_str());
    Ok(Order {
        pair: Pair::named(&folder, &format!("{fqdn}.{month}"))?,
        command: format!(
            "{} --from-cert {}",
            command(args, global, id),
            for_a_shell(file)
        ),
        alternative_names: renewal.names.clone(),
        renewal: Some((renewal, file.display().to_string())),
        install,
        environment,
        fqdn,
    })
}

fn command(args: &MakeArgs, global: &Global, environment: Option<&str>) -> String {
    let mut command = "ptl csr".to_owned();
    if let Some(environment) = environment {
        command.push_str(&format!(" --env {environment}"));
    }
    if global.install != Path::new(".") {
        command.push_str(&format!(" --install {}", for_a_shell(&global.install)));
    }
    if let Some(out) = &args.out {
        command.push_str(&format!(" --out {}", for_a_shell(out)));
    }
    command
}
