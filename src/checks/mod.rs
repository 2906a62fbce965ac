//! The checks, one file an area. A new check changes one of these files and one line of a snapshot.

use crate::check::{Check, Meta};

/// Every check that there is, by area and number.
pub fn all() -> Vec<&'static Meta> {
    let mut metas: Vec<&'static Meta> = Vec::new();
    metas.sort_by_key(|meta| meta.id);
    metas
}

#[expect(dead_code, reason = "used as soon as an area stands")]
fn of<F: ?Sized>(checks: &'static [Check<F>]) -> impl Iterator<Item = &'static Meta> {
    checks.iter().map(|check| &check.meta)
}
