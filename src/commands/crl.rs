//! `ptl crl`.

mod fetch;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use jiff::{SignedDuration, Timestamp};

use super::{Exit, context::Scene, hand_over, layout, open_output};
use crate::{
    check::Verdict,
    cli::{
        Global,
        crl::{CrlArgs, CrlCommand, KeptArgs, LookupArgs, StatusArgs},
    },
    config,
    crl::{
        cache::{Cache, Origin},
        kept,
        lookup::{self, Looked, Terms, Wanted},
        serial_of_text,
    },
    error::{Error, Result},
    report::{self, Explanation, Format, ListStatus, LookUp, visible},
    survey::revocation::{Watched, answerable},
    terminal,
    x509::{Certificate, Contents},
};

/// Runs `ptl crl fetch`, `ptl crl lookup` and `ptl crl status`.
///
/// # Errors
/// Where a file, a serial number or a duration is wrong.
pub(super) fn run(args: &CrlArgs, global: &Global) -> Result<Exit> {
    match &args.command {
        CrlCommand::Fetch(args) => fetch::run(args, global),
        CrlCommand::Lookup(args) => say(global, || look_up(args, global), LookUp::verdict),
        CrlCommand::Status(args) => say(global, || status(args, global), ListStatus::verdict),
    }
}

/// Prints a document, and says what it comes down to.
fn say<D: Explanation>(
    global: &Global,
    make: impl FnOnce() -> Result<D>,
    verdict: fn(&D) -> Verdict,
) -> Result<Exit> {
    if global.format == Format::Junit {
        return Err(report::no_junit());
    }
    let output = open_output(global)?;
    let document = make()?;
    let layout = layout(global, output.as_ref());
    hand_over(&report::explain(&document, global.format, layout)?, output)?;
    Ok(verdict(&document).into())
}

fn look_up(args: &LookupArgs, global: &Global) -> Result<LookUp> {
    let at = global.time()?;
    let wanted = wanted(args)?;
    let mut library = Library::of(&args.list, &args.kept, global)?;
    // A chain in one file brings its own issuers.
    let authorities = wanted.iter().filter_map(Wanted::authority);
    library.issuers.extend(authorities.cloned());
    let mut looked = library.look_up(&wanted, at)?;
    lookup::leave_changed(&mut looked);
    let mut found = LookUp::of(&wanted, &looked, at);
    let cache = library.cache.as_ref();
    found.hear(&answerable(&wanted, &library.issuers, cache, at));
    Ok(found)
}

fn status(args: &StatusArgs, global: &Global) -> Result<ListStatus> {
    let at = global.time()?;
    let library = Library::of(&args.lists, &args.kept, global)?;
    let every = match &args.every {
        Some(text) => Some(every(text)?),
        None => library.every,
    };
    let looked = library.look_up(&[], at)?;
    let origins = looked.iter().map(|it| library.origin(it)).collect();
    Ok(ListStatus::of(&looked, origins, at, every))
}

/// Lists, and who may have signed them.
struct Library {
    lists: Vec<PathBuf>,
    /// Where they are kept, if they are.
    cache: Option<Cache>,
    issuers: Vec<Arc<Certificate>>,
    every: Option<SignedDuration>,
}

impl Library {
    /// The lists that are named, else those of a cache, else those of the install.
    fn of(lists: &[PathBuf], kept: &KeptArgs, global: &Global) -> Result<Self> {
        let issuers = issuers(&kept.issuer)?;
        if !lists.is_empty() {
            return Ok(Self {
                lists: lists.to_vec(),
                cache: None,
                issuers,
                every: None,
            });
        }
        let (cache, known, every) = match &kept.cache {
            Some(folder) => (Cache::of(folder.clone()), Vec::new(), None),
            None => Self::of_install(global)?,
        };
        let lists = cache.lists()?;
        if lists.is_empty() && cache.answers()?.is_empty() {
            return Err(
                Error::input(format!("no list is kept in `{}`", cache.folder().display()))
                    .hint("Fetch them: `ptl crl fetch`; or name files of lists."),
            );
        }
        Ok(Self {
            lists,
            cache: Some(cache),
            issuers: issuers.into_iter().chain(known).collect(),
            every,
        })
    }

    fn of_install(global: &Global) -> Result<OfInstall> {
        let scene = Scene::read(global)?;
        let selection = scene.selection(global)?;
        let watched = Watched::of_install(&scene.subject(global, &selection)?);
        let revocation = &scene.install.revocation;
        let cache = Cache::of(revocation.folder_of(&scene.environment.id));
        Ok((cache, watched.issuers, revocation.every))
    }

    fn look_up(&self, wanted: &[Wanted], at: Timestamp) -> Result<Vec<Looked>> {
        let terms = Terms::strict(&self.issuers, at);
        let lists = self.lists.iter().cloned();
        match &self.cache {
            Some(_) => lists.map(|it| kept::look_up(it, wanted, &terms)).collect(),
            None => lists
                .map(|it| lookup::look_up(it, wanted, &self.issuers, at))
                .collect(),
        }
    }

    fn origin(&self, looked: &Looked) -> Option<Origin> {
        let name = looked.file.file_stem()?.to_str()?;
        self.cache.as_ref()?.origin(name)
    }
}

/// The cache of an install, the CAs that it has, and how often it fetches.
type OfInstall = (Cache, Vec<Arc<Certificate>>, Option<SignedDuration>);

fn issuers(paths: &[PathBuf]) -> Result<Vec<Arc<Certificate>>> {
    let mut issuers = Vec::new();
    for path in paths {
        let contents = Contents::of(path, None)?;
        contents.refuse_without_certificates(path)?;
        for damaged in &contents.damaged {
            terminal::note(&visible(&format!("warning: {damaged}")));
        }
        issuers.extend(contents.certificates.into_iter().map(Arc::new));
    }
    Ok(issuers)
}

/// How often lists are fetched, as `24h` or `7d`.
fn every(text: &str) -> Result<SignedDuration> {
    config::duration_of(text).ok_or_else(|| {
        Error::input(format!("--every: `{text}` is no duration")).hint("Write it as 24h or 7d.")
    })
}

/// The certificates of files, and serial numbers.
fn wanted(args: &LookupArgs) -> Result<Vec<Wanted>> {
    refuse_split_serial(&args.wanted)?;
    let mut wanted = Vec::new();
    for text in &args.wanted {
        let path = Path::new(text);
        match serial_of_text(text) {
            Some(serial) if !path.exists() => wanted.push(Wanted::Serial(serial)),
            _ => wanted.extend(Wanted::of_file(path)?),
        }
    }
    Ok(wanted)
}

/// Several arguments of two digits are one serial number as some tools print it, which the shell took apart.
fn refuse_split_serial(wanted: &[String]) -> Result<()> {
    let is_part = |text: &&String| text.len() <= 2 && serial_of_text(text).is_some();
    if wanted.len() < 2 || !wanted.iter().all(|text| is_part(&text)) {
        return Ok(());
    }
    Err(Error::input("the serial number is in parts")
        .hint(format!("Write it as one word: {}.", wanted.concat())))
}
