//! What stands between a new list and the place of the old one.

use std::path::Path;

use openssl::hash::{Hasher, MessageDigest};

use super::Came;
use crate::{
    crl::{
        Signature,
        file::ListFile,
        kept,
        lookup::{Looked, Terms},
    },
    error::Result,
    files::Incoming,
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
    let (came, kept) = (new.edition(), old.edition());
    if came.is_older_than(&kept) {
        let why = format!("it is {came}, and the one that is kept is {kept}");
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
