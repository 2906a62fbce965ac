//! `ptl checklist board`.

use std::path::Path;

use super::{Layout, is_json};
use crate::{
    checklist::board::{
        Board, Choice,
        choose::Filter,
        read::{self, Depth},
    },
    cli::{
        Global,
        checklist::{BoardArgs, BoardForm},
    },
    commands::Exit,
    config,
    error::{Error, Result},
    report,
};

/// The table of many installs, and what it comes down to.
pub(super) fn run(args: &BoardArgs, global: &Global, layout: Layout) -> Result<(String, Exit)> {
    let form = form(args, global)?;
    let choice = Choice {
        filters: args.filter.iter().map(|word| Filter::of(word)).collect(),
        sort: args.sort,
        within: within(&args.within)?,
    };
    let depth = match args.deep {
        true => Depth::All,
        false => Depth::Folders,
    };
    let at = global.time()?;
    let (rows, passed_over) = read::rows(&args.folders, depth, at)?;
    let board = Board::of(rows, &choice, passed_over, at);
    let text = match form {
        None => report::explain(&board, global.format, layout)?,
        Some(BoardForm::Csv) => report::board_as_csv(&board)?,
        Some(BoardForm::Html) => report::board_as_page(&board)?,
    };
    let exit = match (board.has_failed(), board.summary.unread) {
        (true, _) => Exit::Fail,
        (false, 0) => Exit::Pass,
        (false, _) => Exit::Undetermined,
    };
    Ok((text, exit))
}

/// The form that is asked for; nothing where it is one of the formats of every command.
fn form(args: &BoardArgs, global: &Global) -> Result<Option<BoardForm>> {
    if is_json(args.form.is_some(), global)? {
        return Ok(None);
    }
    let ending = global.output.as_deref().and_then(Path::extension);
    let is = |word: &str| ending.is_some_and(|it| it.eq_ignore_ascii_case(word));
    let by_ending = match () {
        () if is("html") || is("htm") => Some(BoardForm::Html),
        () if is("csv") => Some(BoardForm::Csv),
        () => None,
    };
    Ok(args.form.or(by_ending))
}

/// The whole days of a duration.
fn within(text: &str) -> Result<i64> {
    let duration = config::duration_of(text.trim()).ok_or_else(|| {
        Error::input(format!(
            "--within: `{}` is no duration",
            text.escape_debug()
        ))
        .hint("Write days or weeks: `--within 30d`, `--within 6w`.")
    })?;
    const HOURS: i64 = 24;
    // What ends within the last day that has begun counts.
    Ok(duration.as_hours().div_euclid(HOURS).max(1))
}
