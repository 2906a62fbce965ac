//! A checklist that was begun beside an install's own: where it is, and what to type there.

use std::path::Path;

use serde::Serialize;

use super::{bold, dimmed, next_sentence, occasion, tally};
use crate::{
    checklist::view::View,
    error::for_a_shell,
    report::{Explanation, visible},
};

/// A checklist that was begun.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub struct Begun<'a> {
    /// The new checklist.
    pub view: &'a View<'a>,
    /// Its folder.
    #[serde(skip)]
    pub folder: &'a Path,
}

impl Explanation for Begun<'_> {
    fn text(&self, _width: u16) -> String {
        let (view, folder) = (self.view, self.folder.display().to_string());
        let answer = format!("Began `{}` in `{}`.", view.definition, visible(&folder));
        format!(
            "{}\n{}\n\n{}. {}\n\nGo on in that folder: `cd {} && ptl checklist next`.\n",
            bold(&answer),
            dimmed(&occasion(view)),
            tally(view),
            next_sentence(view),
            visible(&for_a_shell(self.folder))
        )
    }
}
