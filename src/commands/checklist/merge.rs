//! `ptl checklist merge`.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use super::{Layout, change::actor};
use crate::{
    checklist::{
        audit::Merged,
        definition::{OWN_FILE, OwnSteps},
        history::merge::{Conflict, Joined, Side, join},
        state::{self, FILE, State},
    },
    cli::{Global, checklist::MergeArgs},
    error::{Error, Result},
    files, report,
};

/// Joins a second checklist to a first one.
pub(super) fn run(args: &MergeArgs, global: &Global, layout: Layout) -> Result<String> {
    let actor = actor(&args.by, global)?;
    let [a, b] = [file(&args.a), file(&args.b)];
    let kept = all_kept(&args.keep)?;
    // A record that came by mail has no steps.toml beside it, and what is joined must be of the first one's steps.
    let own = OwnSteps::of_folder(files::folder_of(&a))?;
    let theirs = state::open_file_with(&b, own)?;
    refuse_hands(&theirs.state, &b)?;
    let (other, second) = (theirs.state.definition.clone(), theirs.history());
    let unknown = theirs.state.orphans(&theirs.definition);
    let unknown: Vec<String> = unknown.into_iter().map(str::to_owned).collect();
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
    // What the first one has recorded once, it may hear more of.
    let mut unknown = unknown.iter();
    if let Some(step) = unknown.find(|step| !ours.state.records.contains_key(*step)) {
        return Err(strange(step, &b));
    }
    let first = ours.history();
    let document = match join(&first, &second, &kept, &actor.by, actor.at) {
        Joined::Conflicts(conflicts) => return Err(refused(&conflicts, args)),
        Joined::NoConflict(steps) => return Err(idle(&steps)),
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

/// What somebody changed by hand in the second one is in no history: it would be lost on the way.
fn refuse_hands(theirs: &State, file: &Path) -> Result<()> {
    if theirs.by_hand.is_empty() {
        return Ok(());
    }
    let steps: Vec<&str> = theirs.by_hand.keys().map(String::as_str).collect();
    let folder = crate::error::for_a_shell(files::folder_of(file));
    Err(Error::input(format!(
        "tables in `{}` were changed by hand, and no history says so: {}",
        file.display(),
        steps.join(", ")
    ))
    .hint(format!(
        "Put back there what stood there, or say why it counts: `ptl --install {folder} checklist audit --adopt --reason \"...\"`. Nothing was joined."
    )))
}

/// Of a step that the first one has not, nothing is taken in.
fn strange(step: &str, file: &Path) -> Error {
    Error::input(format!(
        "`{}` records `{step}`, which is no step of the first one's checklist",
        file.display()
    ))
    .hint(format!(
        "If it is a step of your own, put the {OWN_FILE} that has it beside the first one. Nothing was joined."
    ))
}

/// Which side counts, by step.
fn all_kept(texts: &[String]) -> Result<BTreeMap<String, Side>> {
    let mut all = BTreeMap::new();
    for text in texts {
        let (step, side) = kept(text)?;
        if all.insert(step.clone(), side).is_some_and(|it| it != side) {
            return Err(Error::input(format!(
                "--keep: both A and B are to count for `{}`",
                step.escape_debug()
            ))
            .hint("Say one of them: the state that counts is that of one side."));
        }
    }
    Ok(all)
}

fn idle(steps: &[String]) -> Error {
    let steps: Vec<String> = steps
        .iter()
        .map(|step| step.escape_debug().to_string())
        .collect();
    Error::input(format!(
        "--keep: in no conflict between the two: {}",
        steps.join(", ")
    ))
    .hint("Leave it out: without --keep, the steps that need it are named. Nothing was joined.")
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
