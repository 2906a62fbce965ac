//! `ptl crl`.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use jiff::{SignedDuration, Span, SpanRelativeTo, Timestamp};

use super::{Exit, hand_over, layout, open_output};
use crate::{
    cli::{
        Global,
        crl::{CrlArgs, CrlCommand, LookupArgs, StatusArgs},
    },
    crl::{
        lookup::{self, Looked, Wanted},
        serial_of_text,
    },
    error::{Error, Result},
    report::{self, Format, ListStatus, LookUp, visible},
    terminal,
    x509::{Certificate, Contents},
};

/// Runs `ptl crl lookup` and `ptl crl status`.
///
/// # Errors
/// Where a file, a serial number or a duration is wrong.
pub(super) fn run(args: &CrlArgs, global: &Global) -> Result<Exit> {
    if global.format == Format::Junit {
        return Err(report::no_junit());
    }
    let output = open_output(global)?;
    let layout = layout(global, output.as_ref());
    let (text, verdict) = match &args.command {
        CrlCommand::Lookup(args) => {
            let document = look_up(args, global)?;
            let text = report::explain(&document, global.format, layout)?;
            (text, document.verdict())
        }
        CrlCommand::Status(args) => {
            let document = status(args, global)?;
            let text = report::explain(&document, global.format, layout)?;
            (text, document.verdict())
        }
    };
    hand_over(&text, output)?;
    Ok(verdict.into())
}

fn look_up(args: &LookupArgs, global: &Global) -> Result<LookUp> {
    let at = global.time()?;
    let mut issuers = issuers(&args.issuer)?;
    let wanted = wanted(args)?;
    // A chain in one file brings its own issuers.
    issuers.extend(wanted.iter().filter_map(Wanted::authority).cloned());
    let mut looked = read(&args.list, &wanted, &issuers, at)?;
    lookup::leave_changed(&mut looked);
    Ok(LookUp::of(&wanted, &looked, at))
}

fn status(args: &StatusArgs, global: &Global) -> Result<ListStatus> {
    let at = global.time()?;
    let every = args.every.as_deref().map(every).transpose()?;
    let looked = read(&args.lists, &[], &issuers(&args.issuer)?, at)?;
    Ok(ListStatus::of(&looked, at, every))
}

fn read(
    lists: &[PathBuf],
    wanted: &[Wanted],
    issuers: &[Arc<Certificate>],
    at: Timestamp,
) -> Result<Vec<Looked>> {
    let looked = lists
        .iter()
        .map(|list| lookup::look_up(list.clone(), wanted, issuers, at));
    looked.collect()
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
    let span: Option<Span> = text.parse().ok();
    let duration = span.and_then(|span| {
        let days = SpanRelativeTo::days_are_24_hours();
        span.to_duration(days).ok()
    });
    match duration {
        Some(duration) if duration.is_positive() => Ok(duration),
        _ => Err(Error::input(format!("--every: `{text}` is no duration"))
            .hint("Write it as 24h or 7d.")),
    }
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
