//! Lists that were had by hand: taken where the certificates' own address gives none, or an older one.

use std::path::Path;

use jiff::Timestamp;

use super::{Came, Fetcher, Place, Wish, gap, unwritten};
use crate::{
    crl::{
        cache::Origin,
        file::ListFile,
        kept,
        lookup::{self, Looked, Wanted},
    },
    error::Result,
    files::Incoming,
};

impl Fetcher<'_> {
    /// The lists by hand that say something of each certificate, the newest first.
    pub(super) fn fitting(&self, wanted: &[Wanted]) -> Result<Vec<Looked>> {
        let mut fitting = Vec::new();
        for file in self.by_hand {
            let whole = lookup::read_whole(file.clone(), wanted, &self.terms, false)?;
            if gap(&whole.looked).is_none() {
                fitting.push(whole.looked);
            }
        }
        fitting.sort_by_key(|looked| std::cmp::Reverse(looked.list.this_update));
        Ok(fitting)
    }

    /// Takes the list by hand, unless the certificates' own address has given one that is no older.
    pub(super) fn hand_over(
        &self,
        by_hand: &Looked,
        wish: &Wish,
        wanted: &[Wanted],
        tried: &mut Vec<(Place, Came)>,
    ) -> Result<()> {
        let is_needed = !tried.iter().any(|(_, came)| came.is_well());
        let is_newer = || {
            let kept = kept::look_up(self.cache.list(&wish.name), &[], &self.terms);
            kept.is_ok_and(|kept| by_hand.list.this_update > kept.list.this_update)
        };
        if is_needed || is_newer() {
            let came = self.take(&by_hand.file, wish, wanted)?;
            tried.push((Place::ByHand(by_hand.file.clone()), came));
        }
        Ok(())
    }

    fn take(&self, file: &Path, wish: &Wish, wanted: &[Wanted]) -> Result<Came> {
        let mut incoming = Incoming::beside(&self.cache.list(&wish.name))?;
        let mut source = ListFile::open(file)?;
        let copied = source
            .reader()
            .and_then(|mut reader| std::io::copy(&mut reader, incoming.file()));
        copied.map_err(|error| unwritten(incoming.path(), &error.to_string()))?;
        let origin = Origin {
            fetched: Some(Timestamp::now()),
            ..Origin::default()
        };
        self.judge(incoming, wish, wanted, &origin)
    }
}
