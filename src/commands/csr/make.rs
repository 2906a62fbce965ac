//! `ptl csr`: makes the pair, and says what to send where.

use std::path::Path;

use openssl::pkey::{PKey, Private};

use super::{Exit, parse};
use crate::{
    cli::{Global, csr::MakeArgs},
    commands::{context::Scene, hand_over, open_output, passphrase},
    config::{Fqdn, Install},
    environment::{self, Environment},
    error::{Error, Result, for_a_shell},
    files,
    report::{
        self, Format,
        csr::{Made, Sender, desks},
    },
    survey::work_tree,
    terminal,
    x509::{csr, key, pair::Pair},
};

/// For whom, where and by which command the pair is made.
struct Order {
    fqdn: Fqdn,
    install: Option<Install>,
    environment: Option<Environment>,
    pair: Pair,
    /// The command that makes such a pair, for hints.
    command: String,
}

/// A key, and what is to be known of it.
struct Key {
    key: PKey<Private>,
    path: String,
    is_new: bool,
    encrypted: bool,
}

pub(super) fn run(args: &MakeArgs, global: &Global) -> Result<Exit> {
    if global.format == Format::Junit {
        return Err(
            Error::input("--format junit: what was made is no test").hint("Use --format json.")
        );
    }
    let output = open_output(global)?;
    let order = order(args, global)?;
    refuse_as_output(&order.pair, global)?;
    let (key, request) = match &args.from_key {
        Some(file) => from_key(file, &order, args, global)?,
        None => new_pair(&order, args, global)?,
    };
    let made = made(&order, &key, &request, args)?;
    let text = match (global.format, global.quiet) {
        (Format::Json, _) => report::document(&made)?,
        (_, true) => made.answer(),
        _ => made.human(),
    };
    hand_over(&text, output)?;
    Ok(Exit::Pass)
}

/// A report of `--output` takes the place of an older one: never that of the key or the request.
fn refuse_as_output(pair: &Pair, global: &Global) -> Result<()> {
    let Some(output) = &global.output else {
        return Ok(());
    };
    let place = |path: &Path| {
        let folder = files::folder_of(path).canonicalize().ok()?;
        Some(folder.join(path.file_name()?))
    };
    if [pair.key_path(), pair.request_path()]
        .iter()
        .any(|path| place(path) == place(output))
    {
        return Err(Error::input(format!(
            "--output `{}` would take the place of the key or the request",
            output.display()
        ))
        .hint("Name another file for --output."));
    }
    Ok(())
}

fn order(args: &MakeArgs, global: &Global) -> Result<Order> {
    if let Some(name) = &args.fqdn {
        let folder = args.out.as_deref().unwrap_or(Path::new("."));
        let fqdn = parse(name, "--fqdn")?;
        if fqdn.as_str() != name && !global.quiet {
            terminal::note(&format!("note: the name is put into lower case: {fqdn}"));
        }
        return Ok(Order {
            pair: Pair::named(folder, fqdn.as_str())?,
            command: format!("ptl csr --fqdn {fqdn} --out {}", for_a_shell(folder)),
            environment: global.env.as_deref().map(environment::find).transpose()?,
            install: None,
            fqdn,
        });
    }
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
        fqdn,
        pair,
        command: command(args, global, id),
        install: Some(scene.install),
        environment: Some(scene.environment),
    })
}

fn command(args: &MakeArgs, global: &Global, environment: &str) -> String {
    let mut command = format!("ptl csr --env {environment}");
    if global.install != Path::new(".") {
        command.push_str(&format!(" --install {}", for_a_shell(&global.install)));
    }
    if let Some(out) = &args.out {
        command.push_str(&format!(" --out {}", for_a_shell(out)));
    }
    command
}

fn new_pair(order: &Order, args: &MakeArgs, global: &Global) -> Result<(Key, String)> {
    order.pair.refuse_existing(&order.command)?;
    let secret = passphrase::for_new_key(&args.passphrase, global)?;
    passphrase::refuse_plain_where_others_read(secret.as_ref())?;
    let key = key::generate(args.bits.unwrap_or_default())?;
    let request = csr::make(&key, &order.fqdn, !args.no_san)?;
    let pem = key::to_pem(&key, secret.as_ref())?;
    order.pair.write(&pem, request.as_bytes(), &order.command)?;
    let key = Key {
        key,
        path: order.pair.key_path().display().to_string(),
        is_new: true,
        encrypted: secret.is_some(),
    };
    Ok((key, request))
}

fn from_key(file: &Path, order: &Order, args: &MakeArgs, global: &Global) -> Result<(Key, String)> {
    order.pair.refuse_existing_request()?;
    let encrypted = key::needs_passphrase(&files::read_secret(file)?);
    let key = passphrase::read_key(file, &args.passphrase, global)?;
    let request = csr::make(&key, &order.fqdn, !args.no_san)?;
    order.pair.write_request(request.as_bytes())?;
    let key = Key {
        key,
        path: file.display().to_string(),
        is_new: false,
        encrypted,
    };
    Ok((key, request))
}

fn made(order: &Order, key: &Key, request: &str, args: &MakeArgs) -> Result<Made> {
    let sender = Sender {
        install: order.install.as_ref(),
    };
    let environment = order.environment.as_ref();
    Ok(Made {
        schema: Made::SCHEMA,
        kind: "csr",
        tool: concat!("ptl ", env!("CARGO_PKG_VERSION")),
        fqdn: order.fqdn.to_string(),
        environment: environment.map(|environment| environment.id.clone()),
        key: key.path.clone(),
        key_is_new: key.is_new,
        encrypted: key.encrypted,
        csr: order.pair.request_path().display().to_string(),
        bits: key.key.bits(),
        subject_alternative_name: !args.no_san,
        spki_sha256: key::spki_sha256(&key.key)?,
        desks: desks(environment, sender, order.fqdn.as_str(), request),
        warnings: warnings(order, key),
    })
}

fn warnings(order: &Order, key: &Key) -> Vec<String> {
    let mut warnings = Vec::new();
    if order.environment.is_none() {
        warnings.push("live wants a key of its own: send this request to one of the desks below, never to both".to_owned());
    }
    let path = Path::new(&key.path);
    if let Some(tree) = work_tree::of(path).filter(|tree| tree.ignored != Some(true)) {
        let top = tree.top.display();
        warnings.push(match tree.ignored {
            Some(_) => format!("the key lies in the git work tree `{top}` and is not ignored: write `*.key` into its .gitignore, or move the key out"),
            None => format!("the key lies in the git work tree `{top}`, and git could not be asked whether it is ignored"),
        });
    }
    if !key.is_new && files::open_to_others(path) == Some(true) {
        warnings.push(format!(
            "others than its owner may read the key: `chmod 600 {}`",
            key.path
        ));
    }
    let unnamed = |install: &Install| {
        let id = order.environment.as_ref().map(|it| it.id.as_str());
        let endpoint = id.and_then(|id| install.environments.get(id));
        endpoint.is_some_and(|endpoint| endpoint.key.is_none())
    };
    if order.install.as_ref().is_some_and(unnamed) {
        warnings.push(format!(
            "ptl.toml does not say where the key is: write `key = \"{}\"` there",
            seen_from_install(path, order.install.as_ref())
        ));
    }
    warnings
}

/// A key's path as ptl.toml would give it: relative where it lies in the install.
fn seen_from_install(key: &Path, install: Option<&Install>) -> String {
    let whole = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let key = whole(key);
    let folder = install.map(|install| whole(&install.folder));
    let inside = folder.and_then(|folder| key.strip_prefix(folder).map(Path::to_owned).ok());
    inside.unwrap_or(key).display().to_string()
}
