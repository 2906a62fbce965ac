//! `ptl crl fetch`.

use std::path::PathBuf;

use super::issuers;
use crate::{
    check::{Context, Report, Selection},
    cli::{Global, crl::FetchArgs},
    commands::{Exit, context::Scene, deliver, open_output, runtime, wait},
    crl::{
        cache::Cache,
        fetch::{self, Fetched, Fetcher, Question, Rules, Wish},
        lookup::Terms,
    },
    environment::{self, Environment},
    error::{Error, Result, for_a_shell},
    net::{
        dns::Server,
        download::{Downloader, Near},
        target::Target,
    },
    report::visible,
    survey::revocation::{Round, Watched},
    terminal,
    x509::Certificate,
};

/// For which certificates lists are fetched, and where they go.
struct Setting {
    scene: Option<Scene>,
    environment: Option<Environment>,
    watched: Watched,
    cache: Cache,
    selection: Selection,
}

/// Fetches the lists that certificates name, and says what they say.
///
/// # Errors
/// Where a file or the install is wrong, or the folder cannot be written to.
pub(super) fn run(args: &FetchArgs, global: &Global) -> Result<Exit> {
    let output = open_output(global)?;
    let at = global.time()?;
    let is_plain =
        !args.certificates.is_empty() || !(args.connect.is_empty() || args.issuer.is_empty());
    let mut setting = match is_plain {
        true => of_files(args, global)?,
        false => of_install(args, global)?,
    };
    setting.see_peers(args, global)?;
    let certificates = setting.watched.without_switched_off();
    let issuers = &setting.watched.issuers;
    let rules = Rules::of(setting.environment.as_ref(), &args.allow_host);
    let wishes = fetch::plan(&certificates, issuers, &rules);
    let questions = fetch::questions(&certificates, issuers, &rules);
    setting.cache.make()?;
    let round = round(wishes, questions, &setting, args, global)?;
    note_what_was_not_taken(&args.list, &round, &setting.watched, at)?;
    let context = setting.context(at);
    let findings = round.findings(&setting.watched, &setting.cache, &context)?;
    let environment = setting.environment.as_ref().map(|it| it.id.as_str());
    let report = Report::new("crl fetch", environment, at, findings, global.strict);
    deliver(&report, global, output)
}

fn round(
    wishes: Vec<Wish>,
    questions: Vec<Question>,
    setting: &Setting,
    args: &FetchArgs,
    global: &Global,
) -> Result<Round> {
    let downloader = match global.offline {
        true => None,
        false => Some(setting.downloader(args, global)?),
    };
    let grace = |issuer: &Certificate| setting.watched.grace(issuer);
    let shown = terminal::downloading();
    let progress = |bytes| shown.at(bytes);
    let fetcher = Fetcher {
        downloader: downloader.as_ref(),
        cache: &setting.cache,
        terms: Terms {
            issuers: &setting.watched.issuers,
            at: global.time()?,
            grace: &grace,
        },
        by_hand: &args.list,
        retries: args.retries,
        progress: &progress,
    };
    let runtime = runtime()?;
    let begins = |title: &str| shown.name(title);
    let round = runtime.block_on(Round::of(&fetcher, wishes, questions, begins));
    runtime.shutdown_background();
    round
}

/// A list that somebody went for and that fits nothing is the wrong one: that is said, and why.
fn note_what_was_not_taken(
    by_hand: &[PathBuf],
    round: &Round,
    watched: &Watched,
    at: jiff::Timestamp,
) -> Result<()> {
    for file in by_hand {
        let is_it = |it: &Fetched| it.by_hand.contains(file);
        if round.lists.iter().any(is_it) {
            continue;
        }
        let why = match watched.why_not(file, at)? {
            Some(gap) => format!("{gap}. Next: {}", gap.next()),
            None => "another list that was named is, or it does not speak of all the certificates that name one list.".to_owned(),
        };
        terminal::note(&visible(&format!(
            "warning: `{}` was not taken: {why} `ptl crl status {}` shows whose it is",
            file.display(),
            for_a_shell(file)
        )));
    }
    Ok(())
}

impl Setting {
    /// Asks peers for their certificates.
    fn see_peers(&mut self, args: &FetchArgs, global: &Global) -> Result<()> {
        let peers: Vec<Target> = args
            .connect
            .iter()
            .map(|text| peer(text))
            .collect::<Result<_>>()?;
        let servers: Vec<Server> = self.servers().collect();
        for peer in peers.iter().filter(|_| !global.offline) {
            let asked = self
                .watched
                .add_seen(peer, servers.clone(), global.deadline()?);
            wait(global, asked)??;
        }
        if global.offline && !peers.is_empty() {
            terminal::note("note: --offline was given, so no peer is asked for its certificate");
        }
        Ok(())
    }

    fn servers(&self) -> impl Iterator<Item = Server> {
        let scenes = self.scene.iter();
        let named = scenes.flat_map(|it| Server::named(&it.install.network));
        named.chain(self.environment.iter().flat_map(Server::of_profile))
    }

    fn downloader(&self, args: &FetchArgs, global: &Global) -> Result<Downloader> {
        let hosts = self.environment.iter().flat_map(|it| &it.hosts);
        let near = Near {
            hosts: args.allow_host.clone(),
            addresses: hosts.flat_map(|it| it.addresses.clone()).collect(),
        };
        Downloader::of_strangers(self.servers().collect(), global.deadline()?, near)
            .map_err(|error| Error::internal("could not make an HTTP client").because(error))
    }

    fn context(&self, at: jiff::Timestamp) -> Context<'_> {
        Context {
            at,
            environment: self.environment.as_ref(),
            install: self.scene.as_ref().map(|it| &it.install),
            selection: &self.selection,
        }
    }
}

/// The certificates of an install, and the folder that it keeps lists in.
fn of_install(args: &FetchArgs, global: &Global) -> Result<Setting> {
    let scene = Scene::read(global)?;
    let selection = scene.selection(global)?;
    let watched = Watched::of_install(&scene.subject(global, &selection)?);
    let usual = scene.install.revocation.folder_of(&scene.environment.id);
    Ok(Setting {
        environment: Some(scene.environment.clone()),
        cache: Cache::of(args.out.clone().unwrap_or(usual)),
        scene: Some(scene),
        watched,
        selection,
    })
}

/// A peer as a person writes it.
fn peer(text: &str) -> Result<Target> {
    Target::endpoint(text).map_err(|problem| {
        Error::input(format!("--connect: `{}`: {problem}", text.escape_debug())).hint(
            "Write the host and, if it is not 443, the port: `--connect proxy.int.spine2.ncrs.nhs.uk`.",
        )
    })
}

/// Certificates of files, without an install.
fn of_files(args: &FetchArgs, global: &Global) -> Result<Setting> {
    let Some(folder) = &args.out else {
        return Err(Error::input("no folder for the lists is named").hint("Give one: --out DIR."));
    };
    let environment = global.env.as_deref().map(environment::find).transpose()?;
    let certificates = issuers(&args.certificates)?;
    let signers = issuers(&args.issuer)?;
    Ok(Setting {
        watched: Watched::of_files(&certificates, signers, environment.as_ref()),
        environment,
        scene: None,
        cache: Cache::of(PathBuf::clone(folder)),
        selection: global.selection()?,
    })
}
