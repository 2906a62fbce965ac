//! `ptl crl`.

mod fetch;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use jiff::SignedDuration;

use super::{Exit, context::Scene, hand_over, layout, open_output};
use crate::{
    check::Verdict,
    cli::{
        Global,
        crl::{CrlArgs, CrlCommand, KeptArgs, LookupArgs, StatusArgs},
    },
    config,
    crl::{
        cache::Cache,
        lookup::{self, Wanted},
        serial_of_text,
    },
    error::{Error, Result},
    report::{self, Explanation, Format, ListStatus, LookUp, visible},
    survey::revocation::Library,
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
    let library = library(&args.list, &args.kept, global)?;
    let mut shelf = library.look_up(&wanted, at)?;
    lookup::leave_changed(&mut shelf.looked);
    Ok(LookUp::of(&wanted, &shelf, at))
}

fn status(args: &StatusArgs, global: &Global) -> Result<ListStatus> {
    let at = global.time()?;
    let library = library(&args.lists, &args.kept, global)?;
    let every = match &args.every {
        Some(text) => Some(every(text)?),
        None => library.every,
    };
    Ok(ListStatus::of(library.look_up(&[], at)?, at, every))
}

/// The lists that are named, else those of a cache, else those of the install.
fn library(lists: &[PathBuf], kept: &KeptArgs, global: &Global) -> Result<Library> {
    let issuers = issuers(&kept.issuer)?;
    if !lists.is_empty() {
        return Ok(Library::of_files(lists.to_vec(), issuers));
    }
    if let Some(folder) = &kept.cache {
        return Library::of_cache(Cache::of(folder.clone()), issuers);
    }
    let scene = Scene::read(global)?;
    let selection = scene.selection(global)?;
    Library::of_install(&scene.subject(global, &selection)?, issuers)
}

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
