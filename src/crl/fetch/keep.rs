//! What stands between a new list and the place of the old one; and what became of each, in words.

use std::{fmt, path::Path};

use openssl::hash::{Hasher, MessageDigest};

use super::{Came, Place, Refused, Strange};
use crate::{
    crl::{
        Signature,
        file::ListFile,
        kept,
        lookup::{Looked, Terms},
        scan::List,
    },
    error::Result,
    files::Incoming,
    net::{download::End, tcp::Opening},
};

/// Whether the list that is kept stands in the new one's way: it is the same, or newer.
///
/// Another list of the same number and date does not, though there should be none (RFC 5280, section 5.2.3): it may
/// revoke what the one that is kept does not.
pub(super) fn against_the_old(looked: &Looked, target: &Path, terms: &Terms<'_>) -> Option<Came> {
    let new = &looked.list;
    // What cannot be read, or is not its issuer's, is no list that counts.
    let old = kept::look_up(target.to_owned(), &[], terms).ok()?.list;
    let is_kin = old.issuer == new.issuer && old.extensions.scope == new.extensions.scope;
    // One that begins only in time to come would keep every true one out.
    if old.signature != Signature::Fits || !is_kin || old.this_update > terms.at {
        return None;
    }
    let number = |list: &List| {
        let digits = list.extensions.number.clone().unwrap_or_default();
        (digits.len(), digits)
    };
    if number(new) < number(&old) || new.this_update < old.this_update {
        let said = |list: &List| {
            let date = list.this_update.strftime("%F %H:%MZ");
            match &list.extensions.number {
                Some(number) => format!("number 0x{number} of {date}"),
                None => format!("of {date}"),
            }
        };
        let why = format!(
            "it is {}, and the one that is kept is {}",
            said(new),
            said(&old)
        );
        return Some(Came::Older(why));
    }
    let is_same = *new == old && digest(&looked.file).is_some_and(|it| digest(target) == Some(it));
    is_same.then_some(Came::Unchanged)
}

/// SHA-256 of a list as DER; nothing where it cannot be read.
fn digest(file: &Path) -> Option<Vec<u8>> {
    let mut list = ListFile::open(file).ok()?;
    let mut hasher = Hasher::new(MessageDigest::sha256()).ok()?;
    std::io::copy(&mut list.reader().ok()?, &mut hasher).ok()?;
    Some(hasher.finish().ok()?.to_vec())
}

/// What came, as DER: some servers give PEM.
pub(super) fn as_der(incoming: Incoming, target: &Path) -> Result<Incoming> {
    match ListFile::open(incoming.path())? {
        ListFile::Der(_) => Ok(incoming),
        ListFile::Decoded(der) => {
            let mut decoded = Incoming::beside(target)?;
            decoded.write(&der)?;
            Ok(decoded)
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Own(url) | Self::Instead(url) => url.fmt(f),
            Self::ByHand(file) => write!(f, "`{}`", file.display()),
            Self::Nowhere => f.write_str("nowhere"),
        }
    }
}

impl fmt::Display for Came {
    /// As a fragment, which follows the place.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(refused) => refused.fmt(f),
            Self::NotAsked => f.write_str("nobody was asked"),
            Self::NotHad(end, proxy) => {
                not_had(end, f)?;
                match proxy {
                    Some(proxy) => write!(f, " (by the proxy {proxy})"),
                    None => Ok(()),
                }
            }
            Self::BrokenOff(strange) => strange.fmt(f),
            Self::Unreadable(why) => f.write_str(why),
            Self::Open(gap) => gap.fmt(f),
            Self::Older(why) => f.write_str(why),
            Self::Kept => f.write_str("it is new, and kept"),
            Self::Unchanged => f.write_str("it is the one that is kept already"),
        }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoAddress(Some(entry)) => write!(
                f,
                "only the directory's entry `{entry}` is named, which no address leads to"
            ),
            Self::NoAddress(None) => f.write_str("no list is named"),
            Self::NotFollowed(why, _) => f.write_str(why),
        }
    }
}

impl fmt::Display for Strange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Page => f.write_str("a page of HTML came in its place"),
            Self::NoList => f.write_str("what came is neither DER nor PEM"),
            Self::Huge(size) => write!(
                f,
                "what comes says that it has {size} bytes, more than any list"
            ),
            Self::LongerThanSaid(size) => write!(
                f,
                "what comes says that it has {size} bytes, and goes on without an end"
            ),
        }
    }
}

fn not_had(end: &End, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match end {
        End::Content(_) | End::NotModified | End::TooLarge => {
            f.write_str("more came than any list has")
        }
        End::Unwritten(why) => write!(f, "it could not be written: {why}"),
        End::Status(status, _) => write!(f, "the server answered with status {status}"),
        End::Elsewhere(to) => {
            write!(
                f,
                "the server points to `{to}` on another host, which is not followed"
            )
        }
        End::InCircles => {
            f.write_str("the server points from one place to the next without an end")
        }
        End::NoAddress => f.write_str("the host's name has no address here"),
        End::Near(address) => write!(
            f,
            "the host's name leads to {address}, on this machine or its own link, which is not followed"
        ),
        End::Shut(opening) => f.write_str(shut(opening)),
        End::Proxy(why) => write!(f, "the proxy did not open the way: {why}"),
        End::Tls(why) => write!(f, "no TLS connection came about: {why}"),
        End::Broken(why) => write!(f, "the answer broke off: {why}"),
        End::Late => f.write_str("no whole answer came in time"),
    }
}

fn shut(opening: &Opening) -> &'static str {
    match opening {
        Opening::Refused => "the host refused the connection",
        Opening::HostUnreachable => "a router or firewall says that the host cannot be reached",
        Opening::NetUnreachable => "this machine has no route to the host",
        Opening::Silent | Opening::Open => "the host does not answer",
        Opening::NotTried(_) => "no connection could be tried",
    }
}
