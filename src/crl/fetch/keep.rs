//! What stands between a new list and the place of the old one.

use std::path::Path;

use super::Came;
use crate::{
    crl::{
        Signature,
        file::ListFile,
        index::Identity,
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
    let kept = kept::look_up(target.to_owned(), &[], terms).ok()?;
    let is_of_one_key = kept.has_issuer_key_of(looked);
    let old = kept.list;
    let is_kin =
        is_of_one_key && old.issuer == new.issuer && old.extensions.scope == new.extensions.scope;
    // One that begins only in time to come would keep every true one out.
    if old.signature != Signature::Fits || !is_kin || old.this_update > terms.at {
        return None;
    }
    let (came, kept) = (new.edition(), old.edition());
    if came.is_older_than(&kept) {
        let why = format!("it is {came}, and the one that is kept is {kept}");
        return Some(Came::Older(why));
    }
    let digest = || ListFile::digest(&looked.file);
    let is_same = *new == old && digest().is_some_and(|it| ListFile::digest(target) == Some(it));
    is_same.then_some(Came::Unchanged)
}

/// What came, as DER: some servers give PEM.
pub(super) fn as_der(incoming: Incoming, target: &Path) -> Result<Incoming> {
    let Some(der) = ListFile::open(incoming.path())?.decoded() else {
        return Ok(incoming);
    };
    let mut decoded = Incoming::beside(target)?;
    decoded.write(&der)?;
    Ok(decoded)
}

/// What a file on its way is known by, under whatever name; nothing where its disk does not say.
pub(super) fn identity(incoming: &mut Incoming) -> Option<Identity> {
    incoming.file().metadata().ok().map(|it| Identity::of(&it))
}
