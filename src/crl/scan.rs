//! Reads a list from its first byte to its last, entry by entry, and verifies it on the way.

use std::io::Read;

use jiff::Timestamp;
use openssl::pkey::{PKeyRef, Public};
use serde::{Deserialize, Serialize};

use super::{
    Problem,
    entry::Entry,
    extensions::ListExtensions,
    signature::{Algorithm, Signature},
    window::{Header, Window, content},
};
use crate::x509;

const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const NO_LIST: &str = "it is no revocation list";
const ALGORITHM_MISSING: &str = "its signature's algorithm is missing";
/// What a list says before its entries takes a few hundred bytes.
const BEGINNING: usize = 8 * 1024;
/// `[0]`, under which the extensions of a list stand (RFC 5280, 5.1).
const EXTENSIONS: u8 = 0xa0;

/// What a list says of itself, besides its entries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct List {
    /// Whose it is, as DER.
    pub issuer: Vec<u8>,
    /// When it was made.
    pub this_update: Timestamp,
    /// When the next one is due; nothing: nobody knows.
    pub next_update: Option<Timestamp>,
    /// Number, scope and what else the extensions say.
    pub extensions: ListExtensions,
    /// How many certificates it lists.
    pub entries: u64,
    /// Whether an entry is another issuer's, or says something critical that is not understood.
    pub odd_entries: bool,
    /// Its size in bytes.
    pub size: u64,
    /// OpenSSL's name of its signature's algorithm, as `sha256WithRSAEncryption`.
    pub algorithm: String,
    /// Whether the key that was given made the signature.
    pub signature: Signature,
}

/// Reads a list of DER, verifies it by a key, and hands each entry on.
///
/// Memory stays under a megabyte, whatever the list's size. The entries are those of the signed bytes, but
/// until the end nobody knows whether the signature fits.
///
/// # Errors
/// Where it is cut off, malformed or cannot be read.
pub fn scan(
    source: impl Read,
    key: Option<&PKeyRef<Public>>,
    mut each: impl FnMut(&Entry<'_>),
) -> Result<List, Problem> {
    let mut window = Window::new(source);
    let (end, signed_end) = begin(&mut window)?;
    let algorithm = taken(&mut window, SEQUENCE, ALGORITHM_MISSING)?;
    let known = Algorithm::of(&algorithm)?;
    window.verify(known.verifier(key)?);
    let issuer = taken(&mut window, SEQUENCE, "its issuer's name is missing")?;
    let this_update = time(&mut window)?.ok_or_else(|| form("its date is missing"))?;
    let next_update = time(&mut window)?;
    let (entries, odd_entries) = entries(&mut window, signed_end, &mut each)?;
    let extensions = extensions(&mut window, signed_end)?;
    if window.position() != signed_end {
        return Err(form("something follows the extensions"));
    }
    let verifier = window.verified()?;
    let signature = end_of(&mut window, &algorithm, end)?;
    Ok(List {
        issuer,
        this_update,
        next_update,
        extensions,
        entries,
        odd_entries,
        size: end,
        algorithm: known.name,
        signature: Signature::of(verifier.as_ref(), &signature),
    })
}

/// Passes over what stands before the algorithm; says where the list ends, and where what is signed of it does.
fn begin<R: Read>(window: &mut Window<'_, R>) -> Result<(u64, u64), Problem> {
    let outer = next(window, SEQUENCE, NO_LIST)?;
    let end = window.position() + outer.whole() as u64;
    window.enter(outer);
    let inner = next(window, SEQUENCE, NO_LIST)?;
    let signed_end = window.position() + inner.whole() as u64;
    window.keep();
    window.enter(inner);
    version(window)?;
    Ok((end, signed_end))
}

/// The signature, which must be all that is left.
fn end_of<R: Read>(
    window: &mut Window<'_, R>,
    algorithm: &[u8],
    end: u64,
) -> Result<Vec<u8>, Problem> {
    if taken(window, SEQUENCE, ALGORITHM_MISSING)? != algorithm {
        return Err(form("it names two algorithms for its signature"));
    }
    let signature = taken(window, BIT_STRING, "its signature is missing")?;
    match window.position() == end && window.is_at_end()? {
        true => Ok(signature),
        false => Err(form("something follows it")),
    }
}

/// Whose a list is, as DER: its first bytes say it.
///
/// # Errors
/// Where it is no list.
pub(super) fn issuer(source: impl Read) -> Result<Vec<u8>, Problem> {
    let mut window = Window::new(source);
    begin(&mut window)?;
    taken(&mut window, SEQUENCE, ALGORITHM_MISSING)?;
    taken(&mut window, SEQUENCE, "its issuer's name is missing")
}

/// What a list says first: whose it is, as DER, and when the next one is due. Nothing of it is verified.
///
/// # Errors
/// Where it is no list, or its issuer's name takes more than [`BEGINNING`].
pub fn beginning(source: impl Read) -> Result<(Vec<u8>, Option<Timestamp>), Problem> {
    let mut window = Window::with_room(source, BEGINNING);
    begin(&mut window)?;
    taken(&mut window, SEQUENCE, ALGORITHM_MISSING)?;
    let issuer = taken(&mut window, SEQUENCE, "its issuer's name is missing")?;
    time(&mut window)?.ok_or_else(|| form("its date is missing"))?;
    Ok((issuer, time(&mut window)?))
}

fn form(problem: &str) -> Problem {
    Problem::Form(problem.to_owned())
}

/// The header of the next object, which must be of this kind.
fn next<R: Read>(window: &mut Window<'_, R>, tag: u8, otherwise: &str) -> Result<Header, Problem> {
    match window.peek()? {
        Some(header) if header.tag == tag => Ok(header),
        Some(_) => Err(form(otherwise)),
        None if window.position() == 0 => Err(form("it is empty")),
        None => Err(Problem::CutOff),
    }
}

/// The next object whole, which must be of this kind.
fn taken<R: Read>(
    window: &mut Window<'_, R>,
    tag: u8,
    otherwise: &str,
) -> Result<Vec<u8>, Problem> {
    let header = next(window, tag, otherwise)?;
    window.take(header).map(<[u8]>::to_vec)
}

/// The version is left out, or 2 (RFC 5280, 5.1.2.1), which is written as 1.
fn version<R: Read>(window: &mut Window<'_, R>) -> Result<(), Problem> {
    match window.peek()? {
        Some(header) if header.tag == INTEGER => match window.take(header)? {
            [INTEGER, 1, 1] => Ok(()),
            _ => Err(form("its version is written out, and is not 2")),
        },
        _ => Ok(()),
    }
}

fn time<R: Read>(window: &mut Window<'_, R>) -> Result<Option<Timestamp>, Problem> {
    match window.peek()? {
        Some(header) if matches!(header.tag, UTC_TIME | GENERALIZED_TIME) => {
            let moment = x509::moment_of_der(window.take(header)?);
            moment
                .map(Some)
                .ok_or_else(|| form("a date of it cannot be read"))
        }
        _ => Ok(None),
    }
}

/// How many entries there are, and whether one of them needs more than is known here.
fn entries<R: Read>(
    window: &mut Window<'_, R>,
    signed_end: u64,
    each: &mut impl FnMut(&Entry<'_>),
) -> Result<(u64, bool), Problem> {
    let Some(header) = window.peek()?.filter(|header| header.tag == SEQUENCE) else {
        return Ok((0, false));
    };
    if window.position() == signed_end {
        return Ok((0, false));
    }
    // RFC 5280, 5.1.2.6: absent, not empty.
    if header.content == 0 {
        return Err(form("its list of entries is there, and empty"));
    }
    let end = window.position() + header.whole() as u64;
    if end > signed_end {
        return Err(form("its entries reach beyond what is signed"));
    }
    window.enter(header);
    let (mut count, mut odd) = (0, false);
    while window.position() < end {
        let (offset, bytes) = window.whole_objects(end)?;
        let mut rest = bytes;
        while let Some((entry, after)) = object_and_rest(rest) {
            let place = offset + (bytes.len() - rest.len()) as u64;
            let entry = Entry::of(entry, place)
                .ok_or_else(|| Problem::Form(format!("its entry {} cannot be read", count + 1)))?;
            odd |= entry.is_odd();
            each(&entry);
            count += 1;
            rest = after;
        }
        let used = bytes.len() - rest.len();
        if used == 0 {
            return Err(form("its last entry reaches beyond the entries"));
        }
        window.pass(used);
    }
    Ok((count, odd))
}

/// The first object whole, and what follows; `None` where there is none.
fn object_and_rest(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    bytes.split_at_checked(Header::of(bytes)?.whole())
}

fn extensions<R: Read>(
    window: &mut Window<'_, R>,
    signed_end: u64,
) -> Result<ListExtensions, Problem> {
    if window.position() == signed_end {
        return Ok(ListExtensions::default());
    }
    let wrapped = taken(
        window,
        EXTENSIONS,
        "what follows its entries is no extension",
    )?;
    let inner = content(&wrapped, EXTENSIONS).and_then(|inner| content(inner, SEQUENCE));
    ListExtensions::of(inner.ok_or_else(|| form("its extensions cannot be read"))?)
}
