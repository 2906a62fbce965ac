//! A board for spreadsheets (RFC 4180): a line an install, and no cell that one would run.

use csv::{QuoteStyle, Terminator, WriterBuilder};

use crate::{
    checklist::{
        board::{Board, Row},
        state::Status,
    },
    error::{Error, Result},
    report::visible,
    survey::expiry::Kind,
};

/// The columns; new ones come last.
const COLUMNS: [&str; 29] = [
    "folder",
    "organisation",
    "product",
    "fqdns",
    "checklist",
    "stage",
    "stage title",
    "stage settled",
    "stage steps",
    "settled",
    "steps",
    "next",
    "next title",
    "next owner",
    "waiting",
    "waiting on",
    "waiting since",
    "waiting days",
    "waiting reference",
    "waiting due",
    "overdue",
    "failed",
    "blocked",
    "certificate ends",
    "sub CA ends",
    "root ends",
    "kept list ends",
    "record",
    "not read",
];

/// The board as CSV, each line ended as the standard wants it.
///
/// # Errors
/// Never: it is written to memory.
pub fn board_as_csv(board: &Board) -> Result<String> {
    let broken = |error: csv::Error| Error::internal("could not write CSV").because(error);
    let mut writer = WriterBuilder::new()
        .terminator(Terminator::CRLF)
        .quote_style(QuoteStyle::Necessary)
        .from_writer(Vec::new());
    writer.write_record(COLUMNS).map_err(broken)?;
    for row in &board.installs {
        let cells = cells(row).map(|cell| safe(&cell));
        writer.write_record(&cells).map_err(broken)?;
    }
    let bytes = writer
        .into_inner()
        .map_err(|error| Error::internal(format!("could not write CSV: {error}")))?;
    String::from_utf8(bytes).map_err(|error| Error::internal("CSV is text").because(error))
}

/// A cell that no spreadsheet takes for a formula, and whose text steers nothing.
///
/// OWASP, CSV Injection: what begins with one of these is run, quoted or not; a quote before it makes it text.
fn safe(cell: &str) -> String {
    let text = visible(cell);
    match cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        true => format!("'{text}"),
        false => text.into_owned(),
    }
}

fn cells(row: &Row) -> [String; COLUMNS.len()] {
    let text = |it: &Option<String>| it.clone().unwrap_or_default();
    let stage = row.stage.as_ref();
    let next = row.next.as_ref();
    let wait = row.waiting.first();
    let known = |count: usize| {
        row.definition
            .as_ref()
            .map_or_else(String::new, |_| count.to_string())
    };
    let of_stage = |tell: fn(&crate::checklist::board::StageNow) -> String| {
        stage.map_or_else(String::new, tell)
    };
    let of_wait =
        |tell: fn(&crate::checklist::board::Wait) -> String| wait.map_or_else(String::new, tell);
    let of_next = |tell: fn(&crate::checklist::board::NextStep) -> String| {
        next.map_or_else(String::new, tell)
    };
    let stuck = |state: Status| {
        let stuck = row.stuck.iter().filter(|it| it.state == state);
        let told =
            stuck.map(|it| format!("{}: {}", it.step, it.reason.as_deref().unwrap_or_default()));
        told.collect::<Vec<_>>().join("; ")
    };
    let ends = |kind: Kind| {
        let end = row.endings.iter().find(|end| end.kind == kind);
        end.map_or_else(String::new, |end| end.ends.to_string())
    };
    [
        row.folder.clone(),
        text(&row.organisation),
        text(&row.product),
        row.fqdns.join("; "),
        text(&row.definition),
        of_stage(|it| it.id.clone()),
        of_stage(|it| it.title.clone()),
        of_stage(|it| it.settled.to_string()),
        of_stage(|it| it.steps.to_string()),
        known(row.settled),
        known(row.steps),
        of_next(|it| it.step.clone()),
        of_next(|it| it.title.clone()),
        of_next(|it| it.owner.clone()),
        of_wait(|it| it.step.clone()),
        of_wait(|it| it.on.clone()),
        of_wait(|it| it.since.to_string()),
        of_wait(|it| it.days.to_string()),
        of_wait(|it| it.reference.clone().unwrap_or_default()),
        of_wait(|it| it.due.map_or_else(String::new, |due| due.to_string())),
        row.waiting.iter().any(|it| it.overdue).to_string(),
        stuck(Status::Failed),
        stuck(Status::Blocked),
        ends(Kind::Leaf),
        ends(Kind::Sub),
        ends(Kind::Root),
        ends(Kind::List),
        record(row),
        row.unread.join("; "),
    ]
}

fn record(row: &Row) -> String {
    match (row.sound, row.by_hand.is_empty()) {
        (None, _) => String::new(),
        (Some(false), _) => "unsound".to_owned(),
        (Some(true), false) => format!("changed by hand: {}", row.by_hand.join(" ")),
        (Some(true), true) => "sound".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_begins_as_a_formula_does() {
        for (cell, wanted) in [
            ("=1+1", "'=1+1"),
            ("+44", "'+44"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\\t=1"),
            ("\r=1", "'\\r=1"),
            ("a=1", "a=1"),
            ("\u{202e}=1", "\\u{202e}=1"),
            ("", ""),
        ] {
            assert_eq!(safe(cell), wanted);
        }
    }
}
