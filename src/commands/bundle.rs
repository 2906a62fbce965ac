//! `ptl bundle`.

mod lists;

use std::path::{Path, PathBuf};

use openssl::pkey::{PKey, Private};

use super::{Exit, context::Scene, deliver, hand_over, layout, open_output, passphrase};
use crate::{
    bundle::{self, MANIFEST, Made, Manifest, Order, Protection, Server},
    check::{Context, Report, Verdict},
    cli::{Global, bundle::BundleArgs},
    error::{Error, Result},
    files::{self, NewFolder},
    report::{self, Format},
    survey::{
        chain::{self, Files, Gathered, Set},
        lists::Lists,
        work_tree,
    },
    terminal,
    x509::{
        key::{self, Passphrase},
        store::Strength,
    },
};

/// What was gathered, and where it is to go.
struct Job {
    gathered: Gathered,
    /// The revocation lists; nothing where none is wanted.
    lists: Option<Lists>,
    environment: Option<String>,
    at: jiff::Timestamp,
    key: Key,
    out: PathBuf,
}

/// The private key, opened.
struct Key {
    key: PKey<Private>,
    /// Its own passphrase, where it has one.
    passphrase: Option<Passphrase>,
}

/// Runs `ptl bundle`: on the files given, or on those that the install names.
///
/// # Errors
/// Where a file, the install or a passphrase is wrong, or the folder is there already.
pub(super) fn run(args: &BundleArgs, global: &Global) -> Result<Exit> {
    if global.format == Format::Junit {
        return Err(report::no_junit());
    }
    refuse_what_contradicts(args)?;
    if args.lists_only {
        return lists::renew(args, global);
    }
    let output = open_output(global)?;
    let mut job = match &args.cert {
        Some(cert) => of_files(args, cert, global)?,
        None => of_install(args, global)?,
    };
    let environment = job.environment.as_deref();
    let mut findings = job.gathered.findings.clone();
    findings.extend(job.lists.iter().flat_map(|lists| lists.findings.clone()));
    let report = Report::new("bundle", environment, job.at, findings, global.strict);
    if report.verdict != Verdict::Pass && !args.allow_incomplete {
        if !global.quiet {
            terminal::note("note: nothing was written; --allow-incomplete writes the set as it is");
        }
        return deliver(&report, global, output);
    }
    if let (Some(set), Some(lists)) = (&mut job.gathered.set, &mut job.lists) {
        bundle::leave_out_revoked(set, args.server, lists);
    }
    let Some(set) = &job.gathered.set else {
        return Err(Error::unmet(
            "there is no certificate, or no CA of the environment to trust, and nothing makes up for that",
        )
        .hint("See `ptl check-chain`, which names what is missing."));
    };
    let manifest = write(set, &job, &report, args, global)?;
    let layout = layout(global, output.as_ref());
    hand_over(&report::explain(&manifest, global.format, layout)?, output)?;
    Ok(Exit::Pass)
}

fn refuse_what_contradicts(args: &BundleArgs) -> Result<()> {
    if !args.trust.is_empty() && args.cert.is_none() && !args.lists_only {
        return Err(
            Error::input("--trust goes with --cert, or with --lists-only").hint(
                "Give --cert, --key and --out as well; in an install ptl.toml names the CAs.",
            ),
        );
    }
    if args.legacy_pfx && args.server != Server::Iis {
        return Err(Error::input(format!(
            "--legacy-pfx is for Windows, and {} reads better",
            args.server.title()
        ))
        .hint("Leave it out, or say --for iis."));
    }
    let fds = (
        args.passphrase.passphrase_fd,
        args.new_passphrase.new_passphrase_fd,
    );
    match fds {
        (Some(one), Some(other)) if one == other => Err(Error::input(
            "two passphrases cannot come through one file descriptor",
        )
        .hint("Open another: `--passphrase-fd 3 3< OLD --new-passphrase-fd 4 4< NEW`.")),
        _ => Ok(()),
    }
}

fn of_files(args: &BundleArgs, cert: &Path, global: &Global) -> Result<Job> {
    // Invariant: clap wants both with --cert.
    let (Some(key), Some(out)) = (&args.key, &args.out) else {
        return Err(Error::internal("--cert came without --key or --out"));
    };
    NewFolder::refuse_existing(out)?;
    let at = global.time()?;
    let selection = global.selection()?;
    let context = Context {
        at,
        environment: None,
        install: None,
        selection: &selection,
    };
    let files = Files {
        cert: cert.to_owned(),
        chain: args.chain.clone(),
        trust: args.trust.clone(),
        key: Some(key.clone()),
        // Everybody whom a public CA certifies could call.
        trusts_system: false,
        lists: Vec::new(),
    };
    let secret = passphrase::of_files(&files.all(), &args.passphrase, global)?;
    let opened = passphrase::read_key_under(key, secret.as_ref())?;
    let mut gathered = chain::gather_files(&files, secret.as_ref(), &context)?;
    Ok(Job {
        lists: lists(&mut gathered, args, None, &context)?,
        gathered,
        environment: None,
        at,
        key: Key::of(key, opened, secret)?,
        out: out.clone(),
    })
}

/// The lists for what was gathered, nothing where none is wanted, or there is nobody to trust; and whether one revokes
/// what the server is to show.
fn lists(
    gathered: &mut Gathered,
    args: &BundleArgs,
    scene: Option<&Scene>,
    context: &Context<'_>,
) -> Result<Option<Lists>> {
    let Some(set) = &gathered.set else {
        return Ok(None);
    };
    let source = lists::Source::of(args, scene)?;
    gathered.findings.extend(source.own(set, args, context)?);
    match args.no_lists {
        true => Ok(None),
        false => source.lists(&set.trust, args.server, context),
    }
}

/// Where the bundle of an install is, unless another place is named.
fn usual_folder(args: &BundleArgs, scene: &Scene) -> PathBuf {
    let name = format!("bundle-{}-{}", args.server.word(), scene.environment.id);
    scene.install.folder.join(name)
}

impl Key {
    /// A key that was opened, and the passphrase that may have done it: it may be another file's.
    fn of(file: &Path, key: PKey<Private>, secret: Option<Passphrase>) -> Result<Self> {
        let locked = key::needs_passphrase(&files::read_secret(file)?);
        Ok(Self {
            key,
            passphrase: secret.filter(|_| locked),
        })
    }
}

fn of_install(args: &BundleArgs, global: &Global) -> Result<Job> {
    let scene = Scene::read(global)?;
    let selection = scene.selection(global)?;
    let subject = scene.subject(global, &selection)?;
    let id = &scene.environment.id;
    let named = scene
        .endpoint()
        .and_then(|endpoint| Some((endpoint, endpoint.key.as_deref()?)));
    let (endpoint, key) = named.ok_or_else(|| {
        Error::input(format!("ptl.toml names no `key` under [environment.{id}]"))
            .hint("Write it there, or give --cert, --key, --trust and --out.")
    })?;
    let out = args.out.clone();
    let out = out.unwrap_or_else(|| usual_folder(args, &scene));
    NewFolder::refuse_existing(&out)?;
    let secret = passphrase::of_files(&[key], &args.passphrase, global)?;
    let opened = passphrase::read_key_under(key, secret.as_ref())?;
    let mut gathered = chain::gather_install(&subject, endpoint, key, secret.as_ref())?;
    Ok(Job {
        lists: lists(&mut gathered, args, Some(&scene), &subject.context())?,
        gathered,
        environment: Some(id.clone()),
        at: subject.at,
        key: Key::of(key, opened, secret)?,
        out,
    })
}

/// Writes the folder, whole or not at all, and says what is in it.
fn write(
    set: &Set,
    job: &Job,
    report: &Report,
    args: &BundleArgs,
    global: &Global,
) -> Result<Manifest> {
    let Key { key, passphrase } = &job.key;
    bundle::refuse_wrong_key(set, key)?;
    let protection = protection(args, passphrase.as_ref(), global)?;
    let order = Order {
        server: args.server,
        set,
        key,
        protection: &protection,
        strength: match args.legacy_pfx {
            true => Strength::Legacy,
            false => Strength::Modern,
        },
        revocation: lists::revocation(job.lists.as_ref(), args),
    };
    let contents = bundle::contents(&order)?;
    let folder = whole(&job.out);
    let made = Made {
        environment: job.environment.as_deref(),
        judged: job.at,
        folder: &folder,
        renew: &lists::command(args, global, &folder),
        findings: &report.findings,
        complete: report.verdict == Verdict::Pass,
        opened: passphrase.is_some() && args.plain_key,
    };
    let new = NewFolder::start(&job.out)?;
    let files = bundle::write(&contents, args.server, &new)?;
    let mut manifest = Manifest::new(&order, &contents, files, made);
    new.write(MANIFEST, report::document(&manifest)?.as_bytes())?;
    new.appear()?;
    // Said now and not kept: it is about the place, and the folder will be moved.
    let secrets = contents.iter().filter(|content| content.role.holds_key());
    let taken_along = secrets.filter_map(|content| in_work_tree(&job.out.join(&content.name)));
    manifest.warnings.extend(taken_along);
    Ok(manifest)
}

/// What protects the key: a new passphrase, the one that it has, or the file's mode.
fn protection(
    args: &BundleArgs,
    its_own: Option<&Passphrase>,
    global: &Global,
) -> Result<Protection> {
    let needed = args.server.takes_stores() && its_own.is_none() && !args.plain_key;
    let new = passphrase::for_new_store(&args.new_passphrase, needed, global)?;
    let passphrase = match (new, its_own) {
        (None, Some(own)) => Some(own.copy()),
        (new, _) => new,
    };
    let protection = Protection::choose(args.server, passphrase, args.plain_key)?;
    passphrase::refuse_plain_where_others_read(
        protection.passphrase(),
        "--ask-new-passphrase, --new-passphrase-file FILE or --new-passphrase-fd 0",
    )?;
    Ok(protection)
}

/// A folder's path that holds wherever a server starts.
fn whole(folder: &Path) -> PathBuf {
    let above = files::folder_of(folder);
    let above = above.canonicalize().unwrap_or_else(|_| above.to_owned());
    above.join(folder.file_name().unwrap_or_default())
}

fn in_work_tree(key: &Path) -> Option<String> {
    let tree = work_tree::of(key).filter(|tree| tree.ignored != Some(true))?;
    let top = tree.top.display();
    Some(match tree.ignored {
        Some(_) => format!(
            "the key lies in the git work tree `{top}` and is not ignored: write `bundle-*/` into its .gitignore, or move the folder out"
        ),
        None => format!(
            "the key lies in the git work tree `{top}`, and git could not be asked whether it is ignored"
        ),
    })
}
