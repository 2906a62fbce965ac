//! `[[waive]]` of `ptl.toml`: a failure that somebody answers for.

use super::{
    Waiver,
    section::{Notes, Section, Text},
};
use crate::error::nearest;

/// Reads every waiver of a file; each must name one of these checks, or any id of the right form where there are none.
pub(super) fn all(document: &mut Section<'_>, checks: &[&str], notes: &mut Notes) -> Vec<Waiver> {
    let sections = document.tables("waive", notes).into_iter();
    sections
        .filter_map(|section| read(section, checks, notes))
        .collect()
}

fn read(mut section: Section<'_>, checks: &[&str], notes: &mut Notes) -> Option<Waiver> {
    let check = section.required("check", notes);
    if let Some(check) = &check {
        check_id(check, checks, notes);
    }
    let reason = section.required("reason", notes);
    let by = section.required("by", notes);
    let until = section.date("until", notes);
    section.finish(notes);
    Some(Waiver {
        check: check?.value,
        reason: reason?.value,
        by: by?.value,
        until: until?,
    })
}

/// A waiver is for one check: a pattern would hide failures that nobody has seen yet.
fn check_id(text: &Text, checks: &[&str], notes: &mut Notes) {
    let id = text.value.as_str();
    let formed = id.rsplit_once('-').is_some_and(|(area, number)| {
        !area.is_empty()
            && area.bytes().all(|byte| byte.is_ascii_uppercase())
            && number.len() == 3
            && number.bytes().all(|byte| byte.is_ascii_digit())
    });
    if checks.contains(&id) || (formed && checks.is_empty()) {
        return;
    }
    let guess = nearest(id, checks.iter().copied()).map_or_else(
        || "`ptl explain --list` shows them all".to_owned(),
        |guess| format!("did you mean `{guess}`?"),
    );
    notes.problem(&text.span, format!("no check `{id}`: {guess}"));
}
