//! `ptl bundle`: the revocation lists of a bundle, and `--lists-only`.

use std::path::{Path, PathBuf};

use crate::{
    bundle::{Bundle, Revocation, Server},
    check::{Context, Finding, Report, Verdict},
    cli::{Global, bundle::BundleArgs},
    commands::{Exit, context::Scene, deliver, hand_over, layout, open_output},
    config::{self, Policy},
    crl::{self, cache::Cache},
    error::{Error, Result, for_a_shell},
    report,
    survey::{
        chain::{self, Set, Trusted},
        lists::{self, Lists, Wish},
        revocation::{self, Places, Watched},
    },
    terminal,
};

/// Where lists come from, and what `ptl.toml` says of them.
pub(super) struct Source {
    /// Those that the command line names.
    named: Vec<PathBuf>,
    /// Where the install keeps its own.
    cache: Option<Cache>,
    rules: Option<config::Revocation>,
}

impl Source {
    /// What the command line names, and what the install keeps.
    ///
    /// # Errors
    /// Where a folder cannot be read.
    pub(super) fn of(args: &BundleArgs, scene: Option<&Scene>) -> Result<Self> {
        let mut named = Vec::new();
        for path in &args.crl {
            named.extend(crl::list_files(path)?);
        }
        let cache = scene.map(|scene| {
            let revocation = &scene.install.revocation;
            Cache::of(revocation.folder_of(&scene.environment.id))
        });
        Ok(Self {
            named,
            cache,
            rules: scene.map(|scene| scene.install.revocation.clone()),
        })
    }

    /// The lists for a server that trusts these CAs; nothing where `ptl.toml` says that none of them is looked at.
    ///
    /// # Errors
    /// Where a list, or a peer's certificate, cannot be read.
    pub(super) fn lists(
        &self,
        trust: &[Trusted],
        server: Server,
        context: &Context<'_>,
    ) -> Result<Option<Lists>> {
        let policy = |trusted: &Trusted| {
            let rules = self.rules.as_ref();
            let rule = rules.map(|rules| rules.rule(trusted.generation.as_deref()));
            rule.unwrap_or_default().policy
        };
        let policies: Vec<_> = trust.iter().map(policy).collect();
        if policies.iter().all(|policy| *policy == Policy::Off) {
            return Ok(None);
        }
        // Nothing was fetched yet where the folder is not there: each CA says so.
        let kept = self.cache.as_ref().map(Cache::lists).transpose()?;
        let peers = self.rules.iter().flat_map(|rules| &rules.peers);
        let wish = Wish {
            trust,
            policies,
            files: self
                .named
                .iter()
                .cloned()
                .chain(kept.into_iter().flatten())
                .collect(),
            peers: lists::peers(peers)?,
            every: self.rules.as_ref().and_then(|rules| rules.every),
            server: server.title(),
            asks_of_roots: server.asks_of_roots(),
        };
        lists::lists(&wish, context).map(Some)
    }

    /// Whether what the server is to show is revoked, as far as lists are at hand.
    ///
    /// # Errors
    /// Where a list cannot be read.
    pub(super) fn own(
        &self,
        set: &Set,
        args: &BundleArgs,
        context: &Context<'_>,
    ) -> Result<Vec<Finding>> {
        if self.named.is_empty() && self.cache.is_none() {
            return Ok(Vec::new());
        }
        let rules = context.environment.zip(self.rules.as_ref());
        let must_be_told = rules.is_some() && !args.no_lists;
        let places = Places {
            cache: self.cache.as_ref(),
            named: &self.named,
        };
        revocation::findings_by(&Watched::of_set(set, rules, must_be_told), places, context)
    }
}

/// What goes into a new bundle, or why nothing does.
pub(super) fn revocation<'a>(lists: Option<&'a Lists>, args: &BundleArgs) -> Revocation<'a> {
    match lists {
        Some(lists) => Revocation::Given(lists),
        None if args.no_lists => Revocation::None(", as --no-lists says"),
        None => Revocation::None(", as `policy = \"off\"` in ptl.toml says"),
    }
}

/// The command that renews the lists of a bundle, wherever a job starts it.
pub(super) fn command(args: &BundleArgs, global: &Global, out: &Path) -> String {
    let word = |path: &PathBuf| for_a_shell(&super::whole(path));
    let mut words = vec!["ptl".to_owned()];
    if args.cert.is_none() {
        words.extend(["--install".to_owned(), word(&global.install)]);
        if let Some(name) = &global.env {
            let path = PathBuf::from(name);
            let name = if path.is_file() {
                word(&path)
            } else {
                name.clone()
            };
            words.extend(["--env".to_owned(), name]);
        }
    }
    words.extend(["bundle", "--for", args.server.word(), "--lists-only"].map(str::to_owned));
    words.extend(["--out".to_owned(), for_a_shell(out)]);
    for (flag, paths) in [("--trust", &args.trust), ("--crl", &args.crl)] {
        if !paths.is_empty() {
            words.push(flag.to_owned());
            words.extend(paths.iter().map(word));
        }
    }
    words.join(" ")
}

/// Runs `ptl bundle --lists-only`: on the CAs given, or on those of the install.
///
/// # Errors
/// Where the folder is no bundle for this server, or a file is wrong.
pub(super) fn renew(args: &BundleArgs, global: &Global) -> Result<Exit> {
    let output = open_output(global)?;
    let at = global.time()?;
    let scene = match args.trust.is_empty() {
        true => Some(Scene::read(global)?),
        false => None,
    };
    let selection = match &scene {
        Some(scene) => scene.selection(global)?,
        None => global.selection()?,
    };
    let context = Context {
        at,
        environment: scene.as_ref().map(|scene| &scene.environment),
        install: scene.as_ref().map(|scene| &scene.install),
        selection: &selection,
    };
    let folder = folder(args, scene.as_ref())?;
    let at_hand = at_hand(args, global, scene.as_ref(), &context)?;
    let bundle = Bundle::open(&folder, args.server)?;
    let trust = bundle.trust(&at_hand)?;
    let source = Source::of(args, scene.as_ref())?;
    let Some(lists) = source.lists(&trust, args.server, &context)? else {
        return Err(Error::input("`policy = \"off\"` in ptl.toml says that no list is looked at")
            .hint("Make the bundle anew and into a new folder: it has no lists then; or change the policy."));
    };
    let environment = scene.as_ref().map(|scene| scene.environment.id.as_str());
    let findings = lists.findings.clone();
    let report = Report::new("bundle", environment, at, findings, global.strict);
    if report.verdict != Verdict::Pass && !args.allow_incomplete {
        if !global.quiet {
            terminal::note("note: the lists of the bundle are as they were");
        }
        return deliver(&report, global, output);
    }
    let renewed = bundle.renew(&lists, at, report::document)?;
    let layout = layout(global, output.as_ref());
    hand_over(&report::explain(&renewed, global.format, layout)?, output)?;
    Ok(Exit::Pass)
}

/// The folder of the bundle.
fn folder(args: &BundleArgs, scene: Option<&Scene>) -> Result<PathBuf> {
    match (&args.out, scene) {
        (Some(out), _) => Ok(out.clone()),
        (None, Some(scene)) => Ok(super::usual_folder(args, scene)),
        (None, None) => Err(
            Error::input("--lists-only with --trust needs the bundle's folder")
                .hint("Name it: --out DIR."),
        ),
    }
}

/// The CAs given, or those of the install.
fn at_hand(
    args: &BundleArgs,
    global: &Global,
    scene: Option<&Scene>,
    context: &Context<'_>,
) -> Result<Vec<Trusted>> {
    let Some(scene) = scene else {
        return chain::authorities_of_files(&args.trust, context);
    };
    let subject = scene.subject(global, context.selection)?;
    let endpoint = scene.endpoint().cloned().unwrap_or_default();
    Ok(chain::authorities_of_install(&subject, &endpoint))
}
