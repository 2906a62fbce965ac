//! `ptl crl`.

use std::{path::Path, sync::Arc};

use super::{Exit, hand_over, layout, open_output};
use crate::{
    cli::{
        Global,
        crl::{CrlArgs, CrlCommand, LookupArgs},
    },
    crl::{
        lookup::{self, Wanted},
        serial_of_text,
    },
    error::{Error, Result},
    report::{self, Format, LookUp, Verdict, visible},
    terminal,
    x509::Contents,
};

/// Runs `ptl crl lookup`.
///
/// # Errors
/// Where a file or a serial number is wrong.
pub(super) fn run(args: &CrlArgs, global: &Global) -> Result<Exit> {
    let CrlCommand::Lookup(args) = &args.command;
    if global.format == Format::Junit {
        return Err(report::no_junit());
    }
    let output = open_output(global)?;
    let at = global.time()?;
    let mut issuers = Vec::new();
    for path in &args.issuer {
        let contents = Contents::of(path, None)?;
        contents.refuse_without_certificates(path)?;
        for damaged in &contents.damaged {
            terminal::note(&visible(&format!("warning: {damaged}")));
        }
        issuers.extend(contents.certificates.into_iter().map(Arc::new));
    }
    let wanted = wanted(args)?;
    // A chain in one file brings its own issuers.
    issuers.extend(wanted.iter().filter_map(Wanted::authority).cloned());
    let mut looked = Vec::new();
    for list in &args.list {
        looked.push(lookup::look_up(list.clone(), &wanted, &issuers, at)?);
    }
    let document = LookUp::of(&wanted, &looked, at);
    let text = report::explain(&document, global.format, layout(global, output.as_ref()))?;
    hand_over(&text, output)?;
    Ok(match document.verdict() {
        Verdict::Good => Exit::Pass,
        Verdict::Revoked => Exit::Fail,
        Verdict::Undetermined => Exit::Undetermined,
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
