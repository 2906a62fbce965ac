//! `ptl checklist merge`.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use super::{Layout, change::actor};
use crate::{
    checklist::{
        audit::Merged,
        definition::OwnSteps,
        history::merge::{Conflict, Joined, Side, join},
        state::{self, FILE},
    },
    cli::{Global, checklist::MergeArgs},
    error::{Error, Result},
    files, report,
};

/// Joins a second checklist to a first one.
pub(super) fn run(args: &MergeArgs, global: &Global, layout: Layout) -> Result<String> {
    let actor = actor(&args.by, global)?;
    let [a, b] = [file(&args.a), file(&args.b)];
    let kept = args.keep.iter().map(|text| kept(text));
    let kept: BTreeMap<_, _> = kept.collect::<Result<_>>()?;
    // A record that came by mail has no steps.toml beside it, and what is joined must be of the first one's steps.
    let own = OwnSteps::of_folder(files::folder_of(&a))?;
    let theirs = state::open_file_with(&b, own)?;
    let (other, second) = (theirs.state.definition.clone(), theirs.history());
    drop(theirs);
    let ours = state::open_file(&a)?;
    if ours.state.definition != other {
        return Err(Error::input(format!(
            "`{}` is a `{}`, and `{}` a `{other}`",
            a.display(),
            ours.state.definition,
            b.display()
        ))
        .hint("Only two records of one checklist can be joined."));
    }
    let first = ours.history();
    let document = match join(&first, &second, &kept, &actor.by, actor.at) {
        Joined::Conflicts(conflicts) => return Err(refused(&conflicts, args)),
        Joined::Nothing => Merged::nothing(&first),
        Joined::History(history) => {
            let added = history.events.len() - first.events.len();
            let (_, state) = ours.keep(history)?;
            Merged::of(&state.history, added)
        }
    };
    report::explain(&document, global.format, layout)
}

/// A folder stands for the checklist in it.
fn file(path: &Path) -> PathBuf {
    match path.is_dir() {
        true => path.join(FILE),
        false => path.to_owned(),
    }
}

fn kept(text: &str) -> Result<(String, Side)> {
    let side = |word: &str| match word {
        "A" | "a" => Some(Side::A),
        "B" | "b" => Some(Side::B),
        _ => None,
    };
    let split = text.rsplit_once('=');
    let found = split.and_then(|(step, word)| Some((step.to_owned(), side(word)?)));
    found.ok_or_else(|| {
        Error::input(format!(
            "--keep: `{}` is no STEP=A or STEP=B",
            text.escape_debug()
        ))
        .hint("Name the step and whose word counts: `--keep int.csr=A`.")
    })
}

fn refused(conflicts: &[Conflict], args: &MergeArgs) -> Error {
    let lines = conflicts.iter().map(|conflict| {
        format!(
            "{}: A {}; B {}",
            conflict.step,
            conflict.a.told(),
            conflict.b.told()
        )
    });
    let keep: String = conflicts
        .iter()
        .map(|conflict| format!(" --keep {}=A", conflict.step))
        .collect();
    Error::unmet("both changed the same steps to different ends: nothing was changed")
        .details(lines)
        .hint(format!(
            "Ask each other, then say for each step whose word counts: `ptl checklist merge {} {}{keep}`.",
            crate::error::for_a_shell(&args.a),
            crate::error::for_a_shell(&args.b)
        ))
}
