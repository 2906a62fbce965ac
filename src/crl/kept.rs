//! Look-ups in a list that is kept: by its index where that is the list's own, so that neither is read again.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    Problem, Signature,
    index::{Builder, Identity, Index, Known},
    lookup::{self, Looked, Terms, Wanted},
};
use crate::{error::Result, files, x509};

/// Looks everything up in a list that is kept, and makes its index where it has none.
///
/// # Errors
/// Where the list cannot be read.
pub fn look_up(file: PathBuf, wanted: &[Wanted], terms: &Terms<'_>) -> Result<Looked> {
    // An index that cannot be used costs time alone: the list itself is there.
    if let Ok(Some(looked)) = by_index(&file, wanted, terms) {
        return Ok(looked);
    }
    let whole = lookup::read_whole(file, wanted, terms, true)?;
    let looked = whole.looked;
    if let (Some(index), true) = (whole.index, is_ours(&looked.file)) {
        // Whoever may not write here reads the list again the next time.
        let _ = keep(index, &looked, whole.identity);
    }
    Ok(looked)
}

/// Writes the index of a list beside it, where its signer is known: any other would hide that one who comes later.
///
/// The identity is that of the file whose entries these are. A newer list may have its name by now; then nobody believes
/// the index.
///
/// # Errors
/// Where it cannot be written.
pub(super) fn keep(index: Builder, looked: &Looked, file: Identity) -> Result<()> {
    if looked.list.signature != Signature::Fits {
        return Ok(());
    }
    let known = Known {
        list: looked.list.clone(),
        signer: looked.issuer.as_ref().map(|it| it.sha256.clone()),
        file,
    };
    let bytes = index.finish(&known).map_err(|error| {
        crate::error::Error::internal("could not write an index").because(error)
    })?;
    files::put(&index_of(&looked.file), &bytes)
}

/// The file of a list's index.
fn index_of(list: &Path) -> PathBuf {
    list.with_extension("index")
}

/// What an index says; `None` where there is none of exactly this list, or its signer is not among those given.
fn by_index(file: &Path, wanted: &[Wanted], terms: &Terms<'_>) -> Result<Option<Looked>, Problem> {
    let path = index_of(file);
    if !is_ours(&path) || !is_ours(file) {
        return Ok(None);
    }
    let Some(mut index) = Index::open(&path, file)? else {
        return Ok(None);
    };
    let list = index.known.list.clone();
    // One that says so little was made by an older ptl.
    if list.signature != Signature::Fits {
        return Ok(None);
    }
    let signer = index.known.signer.as_ref();
    let Some(issuer) = terms
        .issuers
        .iter()
        .find(|it| Some(&it.sha256) == signer)
        .map(Arc::clone)
    else {
        return Ok(None);
    };
    if wanted.len() > MANY {
        index.load()?;
    }
    let mut said = Vec::with_capacity(wanted.len());
    for it in wanted {
        let is_its = match it {
            Wanted::Certificate(certificate) => {
                x509::is_name(&list.issuer, certificate.x509().issuer_name())
            }
            Wanted::Serial(_) => true,
        };
        let found = match is_its {
            true => index.look_up(it.serial())?,
            false => None,
        };
        said.push(lookup::said(it, &list, Some(&issuer), found, terms));
    }
    Ok(Some(Looked {
        file: file.to_owned(),
        list,
        issuer: Some(issuer),
        said,
    }))
}

/// From how many look-ups on all keys are taken into memory.
const MANY: usize = 1000;

/// Whether nobody else may have written a file: an index says that a signature was verified, and is believed.
fn is_ours(file: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let me = rustix::process::geteuid().as_raw();
        fs::metadata(file).is_ok_and(|it| it.uid() == me && it.mode() & 0o022 == 0)
    }
    #[cfg(not(unix))]
    {
        file.exists()
    }
}
