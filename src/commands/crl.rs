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
    report::{self, Format, LookUp, Verdict},
    x509,
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
        issuers.extend(x509::certificates_of(path, None)?.into_iter().map(Arc::new));
    }
    let wanted = wanted(args)?;
    // A chain in one file brings its own issuers.
    issuers.extend(wanted.iter().filter_map(|it| match it {
        Wanted::Certificate(certificate) if certificate.is_ca() => Some(Arc::clone(certificate)),
        _ => None,
    }));
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

/// The certificates of files, roots left out, and serial numbers.
fn wanted(args: &LookupArgs) -> Result<Vec<Wanted>> {
    let mut wanted = Vec::new();
    for text in &args.wanted {
        let path = Path::new(text);
        if !path.exists()
            && let Some(serial) = serial_of_text(text)
        {
            wanted.push(Wanted::Serial(serial));
            continue;
        }
        let certificates = x509::certificates(path)?;
        let signed = certificates.into_iter().filter(|it| !it.is_self_signed());
        wanted.extend(signed.map(|it| Wanted::Certificate(Arc::new(it))));
    }
    match wanted.is_empty() {
        true => Err(
            Error::input("roots alone were named, and nobody revokes a root")
                .hint("Name the certificates below them."),
        ),
        false => Ok(wanted),
    }
}
