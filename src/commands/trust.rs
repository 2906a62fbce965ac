//! `ptl trust`.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use super::{Exit, context::Scene, hand_over, layout, open_output, runtime};
use crate::{
    cli::{
        Global,
        trust::{FetchArgs, ShowArgs, TrustAction, TrustArgs},
    },
    config::{self, Endpoint, Install},
    environment::{self, Environment},
    error::{Error, Result, for_a_shell},
    net::{dns::Server, download::Downloader},
    report::{self, Explanation, FetchedAuthority, FetchedTrust, Format, Outcome, Trust},
    terminal,
    trust::{self, Place, Shelf, State, Wanted},
};

/// Runs `ptl trust show` and `ptl trust fetch`.
///
/// # Errors
/// Where the command line, the install, the profile or a file is wrong, or something would be overwritten.
pub(super) fn run(args: &TrustArgs, global: &Global) -> Result<Exit> {
    if global.format == Format::Junit {
        return Err(report::no_junit());
    }
    match &args.action {
        TrustAction::Show(args) => show(args, global),
        TrustAction::Fetch(args) => fetch(args, global),
    }
}

/// An environment, and the install if there is one.
struct Setting {
    environment: Environment,
    install: Option<Install>,
    endpoint: Endpoint,
    /// What a command in a hint needs to speak of the same: ` --env int`, or nothing.
    flags: String,
}

impl Setting {
    fn read(global: &Global) -> Result<Self> {
        let no_install = global.install.is_dir() && !global.install.join(config::FILE).exists();
        match (&global.env, no_install) {
            (Some(name), true) => Ok(Self {
                environment: environment::find(name)?,
                install: None,
                endpoint: Endpoint::default(),
                flags: flags(global),
            }),
            (None, true) => Err(Error::input(format!(
                "no environment is named, and `{}` holds no {}",
                global.install.display(),
                config::FILE
            ))
            .hint("Name one: `ptl trust show --env int`; `ptl init` starts an install.")),
            (_, false) => {
                let scene = Scene::read(global)?;
                Ok(Self {
                    endpoint: scene.endpoint().cloned().unwrap_or_default(),
                    flags: flags(global),
                    environment: scene.environment,
                    install: Some(scene.install),
                })
            }
        }
    }
}

/// The flags that say which install and which environment.
fn flags(global: &Global) -> String {
    let mut flags = String::new();
    if global.install != Path::new(".") {
        flags += &format!(" --install {}", for_a_shell(&global.install));
    }
    if let Some(name) = &global.env {
        flags += &format!(" --env {}", for_a_shell(Path::new(name)));
    }
    flags
}

fn print(
    document: &impl Explanation,
    global: &Global,
    output: Option<crate::files::Output>,
) -> Result<()> {
    let text = report::explain(document, global.format, layout(global, output.as_ref()))?;
    hand_over(&text, output)
}

fn show(args: &ShowArgs, global: &Global) -> Result<Exit> {
    let setting = Setting::read(global)?;
    let output = open_output(global)?;
    let at = global.time()?;
    let mut places = Place::all_of_install(&setting.endpoint);
    for path in &args.paths {
        places.push(Place::named(path)?);
    }
    places.push(Place::system());
    let environment = &setting.environment;
    let holdings = trust::holdings(environment, &setting.endpoint, at, &places);
    let document = Trust::new(environment, &setting.flags, &holdings, &places, at);
    print(&document, global, output)?;
    let is_unknown = document.count(State::Unknown) > 0 || !document.is_anything_required();
    Ok(match (document.count(State::Missing), is_unknown) {
        (1.., _) => Exit::Fail,
        (0, true) => Exit::Undetermined,
        (0, false) => Exit::Pass,
    })
}

fn fetch(args: &FetchArgs, global: &Global) -> Result<Exit> {
    let setting = Setting::read(global)?;
    let output = open_output(global)?;
    let timeout = global.deadline()?;
    let (environment, endpoint) = (&setting.environment, &setting.endpoint);
    let wanted = trust::wanted(environment, endpoint, global.time()?, &args.generation)?;
    let folder = args.out.clone().unwrap_or_else(|| beside(&setting));
    let shelf = Shelf::at(&folder);
    // Before the first connection: what would be overwritten is found while nothing has changed.
    let mut there = Vec::new();
    for one in &wanted {
        there.push(shelf.holds(one)?);
    }
    let mut authorities: Vec<_> = wanted.iter().map(|one| unfetched(one, &shelf)).collect();
    let jobs = wanted.iter().zip(&there).zip(&mut authorities);
    let jobs: Vec<_> = jobs
        .filter_map(|((one, there), line)| match there {
            true => {
                line.outcome = Outcome::Already;
                None
            }
            false => Some((one, line)),
        })
        .collect();
    if !global.offline {
        download(jobs, &setting, args, &shelf, timeout)?;
    }
    let trust = trust_of(&setting, &authorities);
    let document = FetchedTrust {
        schema: 1,
        kind: "trust-fetch",
        tool: concat!("ptl ", env!("CARGO_PKG_VERSION")),
        environment: environment.id.clone(),
        folder: folder.display().to_string(),
        next: next(&setting, &folder, trust.is_some()),
        trust,
        authorities,
    };
    print(&document, global, output)?;
    Ok(
        match (
            document.has_failed(),
            document.there() == document.authorities.len(),
        ) {
            (true, _) => Exit::Fail,
            (false, true) => Exit::Pass,
            (false, false) => Exit::Undetermined,
        },
    )
}

/// Fetches one after the other, and keeps each as soon as it is there.
fn download(
    jobs: Vec<(&Wanted<'_>, &mut FetchedAuthority)>,
    setting: &Setting,
    args: &FetchArgs,
    shelf: &Shelf,
    timeout: Duration,
) -> Result<()> {
    let runtime = runtime()?;
    let failed = |why: String| Error::internal("could not make an HTTP client").because(why);
    let downloader = Downloader::new(servers(setting), timeout).map_err(failed)?;
    let progress = terminal::counting("fetching CAs", jobs.len());
    for (one, line) in jobs {
        let work = trust::fetch(one, &setting.environment, &args.allow_host, &downloader);
        match runtime.block_on(work) {
            Ok(certificate) => {
                shelf.keep(&one.file, &certificate)?;
                line.outcome = Outcome::Kept;
            }
            Err(problem) => {
                line.outcome = Outcome::NotKept;
                line.problem = Some(problem);
            }
        }
        progress.one_more();
    }
    // A lookup of the system's cannot be stopped.
    runtime.shutdown_background();
    Ok(())
}

fn unfetched(one: &Wanted<'_>, shelf: &Shelf) -> FetchedAuthority {
    FetchedAuthority {
        generation: one.generation.id.clone(),
        name: one.authority.name.clone(),
        sha256: one.authority.sha256.clone(),
        url: one.authority.url.clone(),
        file: shelf.path(&one.file).display().to_string(),
        outcome: Outcome::Skipped,
        problem: None,
    }
}

/// The name servers of `ptl.toml` and of the profile.
fn servers(setting: &Setting) -> Vec<Server> {
    let named = setting
        .install
        .iter()
        .flat_map(|it| Server::named(&it.network));
    named
        .chain(Server::of_profile(&setting.environment))
        .collect()
}

/// The folder `trust`, in the install where there is one.
fn beside(setting: &Setting) -> PathBuf {
    let folder = setting.install.as_ref().map(|install| &install.folder);
    let folder = folder.filter(|folder| folder.as_path() != Path::new("."));
    folder.map_or_else(|| PathBuf::from("trust"), |folder| folder.join("trust"))
}

/// The `trust` of `ptl.toml` with the files that are there now; nothing where it names them all.
fn trust_of(setting: &Setting, authorities: &[FetchedAuthority]) -> Option<Vec<String>> {
    let install = setting.install.as_ref()?;
    let whole = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let home = whole(&install.folder);
    let seen = |path: &Path| {
        let path = whole(path);
        let inside = path.strip_prefix(&home).map(Path::to_owned);
        inside.unwrap_or(path).display().to_string()
    };
    let old: Vec<String> = setting.endpoint.trust.iter().map(|it| seen(it)).collect();
    let there = authorities
        .iter()
        .filter(|it| matches!(it.outcome, Outcome::Kept | Outcome::Already));
    let new: Vec<String> = there
        .map(|it| seen(Path::new(&it.file)))
        .filter(|file| !old.contains(file))
        .collect();
    (!new.is_empty()).then(|| [old, new].concat())
}

fn next(setting: &Setting, folder: &Path, are_to_be_named: bool) -> String {
    match &setting.install {
        Some(_) if !are_to_be_named => {
            format!("prove the whole: `ptl check-chain{}`.", setting.flags)
        }
        Some(_) => format!(
            "name them under `trust` in ptl.toml, and prove the whole: `ptl check-chain{}`.",
            setting.flags
        ),
        None => format!(
            "prove a certificate by them: `ptl check-chain --cert FILE --trust {}`.",
            for_a_shell(folder)
        ),
    }
}
