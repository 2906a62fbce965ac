//! `ptl csr`: makes the pair, and says what to send where.

use std::path::Path;

use jiff::Timestamp;
use openssl::pkey::{PKey, Private};

use super::{
    Exit,
    order::{Order, order},
};
use crate::{
    checklist::{book::Book, definition::Artefact},
    cli::{Global, csr::MakeArgs},
    commands::{hand_over, open_output, passphrase},
    config::Install,
    error::{Error, Result},
    files,
    report::{
        self, Format,
        csr::{Made, Renews, Reopened, Sender, desks},
    },
    survey::work_tree,
    x509::{csr, key, pair::Pair},
};

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
    let made = made(&order, &key, &request, global.time()?)?;
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

fn new_pair(order: &Order, args: &MakeArgs, global: &Global) -> Result<(Key, String)> {
    order.pair.refuse_existing(&order.command)?;
    let secret = passphrase::for_new_key(&args.passphrase, global)?;
    passphrase::refuse_plain_where_others_read(secret.as_ref(), passphrase::FOR_A_NEW_KEY)?;
    let key = key::generate(args.bits.unwrap_or_default())?;
    let request = csr::make(&key, &order.fqdn, &order.alternative_names)?;
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
    let request = csr::make(&key, &order.fqdn, &order.alternative_names)?;
    order.pair.write_request(request.as_bytes())?;
    let key = Key {
        key,
        path: file.display().to_string(),
        is_new: false,
        encrypted,
    };
    Ok((key, request))
}

fn made(order: &Order, key: &Key, request: &str, at: Timestamp) -> Result<Made> {
    let renews = renews(order, at);
    let sender = Sender {
        install: order.install.as_ref(),
        renews: renews.as_ref(),
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
        subject_alternative_name: !order.alternative_names.is_empty(),
        spki_sha256: key::spki_sha256(&key.key)?,
        desks: desks(environment, sender, order.fqdn.as_str(), request),
        warnings: warnings(order, key),
        renews,
    })
}

/// What is renewed, and what follows from it in the install.
fn renews(order: &Order, at: Timestamp) -> Option<Renews> {
    let (renewal, file) = order.renewal.as_ref()?;
    let mut renews = Renews::of(renewal, file);
    if let (Some(install), Some(environment)) = (&order.install, &order.environment) {
        let key = seen_from_install(&order.pair.key_path(), Some(install));
        renews.settings = vec![
            format!("key = {}", toml::Value::from(key)),
            "certificate = \"...\" (the file that comes back)".to_owned(),
        ];
        // Without a checklist, or with a broken one, there is nothing to say of its steps.
        if let Ok(book) = Book::read(&install.folder, at) {
            let artefacts = [Artefact::Request, Artefact::Certificate];
            let progress = book.progress();
            let about = progress.opened_by(&artefacts, &environment.id);
            renews.reopens = about.into_iter().map(Reopened::of).collect();
        }
    }
    Some(renews)
}

fn warnings(order: &Order, key: &Key) -> Vec<String> {
    let mut warnings = Vec::new();
    if order.environment.is_none() {
        warnings.push("live wants a key of its own: send this request to one of the desks below, never to both".to_owned());
    }
    if order.renewal.as_ref().is_some_and(|(renewal, _)| {
        key::spki_sha256(&key.key).is_ok_and(|spki| spki == renewal.certificate.spki_sha256)
    }) {
        warnings
            .push("the key is that of the old certificate: a renewal wants a new one".to_owned());
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
    if order.renewal.is_none() && order.install.as_ref().is_some_and(unnamed) {
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
