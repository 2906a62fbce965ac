//! The checks, one file an area. A new check changes one of these files and one line of a snapshot.

pub mod csr;
pub mod path;

use crate::check::{Check, Meta};

/// Every check that there is, by area and number.
pub fn all() -> Vec<&'static Meta> {
    let mut metas: Vec<&'static Meta> = Vec::new();
    metas.extend(of(csr::CHECKS));
    metas.extend(of(path::CHECKS));
    metas.sort_by_key(|meta| meta.id);
    metas
}

fn of<F: ?Sized>(checks: &'static [Check<F>]) -> impl Iterator<Item = &'static Meta> {
    checks.iter().map(|check| &check.meta)
}
