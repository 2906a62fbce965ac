//! Many installs for people: the answer, then a row for each with what stands in its way.

mod csv;
mod page;

pub use self::{csv::board_as_csv, page::board_as_page};

use super::{bold, dimmed};
use crate::{
    checklist::{
        board::{Board, End, Row, Stuck, Wait},
        state::Status,
    },
    report::{Explanation, human::columns, visible},
    survey::expiry::Kind,
};

/// What stands between two columns.
const GAP: usize = 2;

impl Explanation for Board {
    fn text(&self, width: u16) -> String {
        let mut text = bold(&visible(&answer(self))) + "\n";
        text += &format!("{}\n", dimmed(&occasion(self)));
        let part = |share: usize, least: usize, most: usize| {
            (usize::from(width) * share / 100).clamp(least, most)
        };
        let widths = [part(32, 20, 44), GAP, part(19, 15, 32), GAP];
        let within = self.within_days;
        for row in &self.installs {
            text.push('\n');
            text += &marked(&columns([cells(row, within)], &widths, width));
        }
        text
    }
}

/// Line 1: how many there are, and what is wrong with how many of them.
pub(super) fn answer(board: &Board) -> String {
    let sum = &board.summary;
    let installs = match sum.shown == sum.found {
        true => many(sum.found, "install", "installs"),
        false => format!(
            "{} of {}",
            sum.shown,
            many(sum.found, "install", "installs")
        ),
    };
    let said = findings(board);
    match said.is_empty() {
        true => format!(
            "{installs}: nothing waits, is stuck or ends within {}.",
            days(board.within_days)
        ),
        false => format!("{installs}: {}.", said.join(", ")),
    }
}

/// What there is to say of the installs, each where there is one of the kind.
fn findings(board: &Board) -> Vec<String> {
    let sum = &board.summary;
    let (ended, ending) = (sum.certificates_ended, sum.certificates_ending);
    let ended_text = many(ended, "certificate has", "certificates have") + " ended";
    let ending_text = many(ending, "certificate ends", "certificates end");
    let lists_text = many(sum.lists_ended, "kept list has", "kept lists have") + " ended";
    let counted = |count: usize, words: &str| (count, format!("{count} {words}"));
    let said = [
        (sum.waiting, waits(board)),
        counted(sum.overdue, "overdue"),
        counted(sum.failed, "failed"),
        counted(sum.blocked, "blocked"),
        (ended, ended_text),
        (
            ending,
            format!("{ending_text} within {}", days(board.within_days)),
        ),
        (sum.lists_ended, lists_text),
        counted(sum.unsound, "with a record that is not as ptl wrote it"),
        counted(sum.unread, "could not be read"),
    ];
    let said = said.into_iter().filter(|(count, _)| *count > 0);
    said.map(|(_, text)| text).collect()
}

fn waits(board: &Board) -> String {
    let verb = match board.summary.waiting {
        1 => "1 waits".to_owned(),
        count => format!("{count} wait"),
    };
    let longest = board.longest_wait().map_or_else(String::new, |(_, wait)| {
        format!(" (the longest {} on {})", days(wait.days), wait.on)
    });
    format!("{verb} for others{longest}")
}

/// What was looked at besides, and by which time days are counted.
fn occasion(board: &Board) -> String {
    let over = board.passed_over;
    let mut text = format!("As of {}", board.judged.strftime("%F %H:%M UTC"));
    if over.folders > 0 {
        let folders = many(over.folders, "folder", "folders");
        text += &format!("; {folders} without a checklist passed over");
    }
    if over.links > 0 {
        let links = many(over.links, "symbolic link", "symbolic links");
        text += &format!("; {links} not followed");
    }
    text
}

/// Who it is, where it is, and what there is to say of it.
fn cells(row: &Row, within: i64) -> Vec<String> {
    let mut name = vec![row.name()];
    name.extend(row.fqdns.first().cloned());
    name.push(row.folder.clone());
    name.dedup();
    let mut lines: Vec<String> = row
        .unread
        .iter()
        .map(|why| format!("unknown {why}"))
        .collect();
    lines.extend(row.stuck.iter().map(stuck));
    lines.extend(row.waiting.iter().map(wait));
    let endings = row.endings.iter().filter(|end| end.is_within(within));
    lines.extend(endings.map(end));
    lines.extend(record(row));
    lines.extend(
        row.next
            .as_ref()
            .map(|next| format!("next {}: {}", next.step, next.title)),
    );
    let seen = |lines: Vec<String>| {
        let lines: Vec<_> = lines.iter().map(|line| visible(line)).collect();
        lines.join("\n")
    };
    let gap = String::new;
    vec![seen(name), gap(), seen(stage(row)), gap(), seen(lines)]
}

fn stage(row: &Row) -> Vec<String> {
    match (&row.stage, &row.definition) {
        (Some(stage), _) => vec![
            format!("{}/{} {}", stage.number, stage.of, stage.title),
            format!("{} of {} settled", stage.settled, stage.steps),
        ],
        (None, Some(_)) => vec!["all settled".to_owned()],
        (None, None) => vec!["not known".to_owned()],
    }
}

fn stuck(stuck: &Stuck) -> String {
    let word = match stuck.state {
        Status::Failed => "FAILED",
        _ => "BLOCKED",
    };
    let reason = stuck.reason.as_deref().unwrap_or("nobody said why");
    format!("{word} {}: {reason}", stuck.step)
}

/// `waits int.hscn: 19 days on DIR team (CHG-1), due 2026-12-04`.
fn wait(wait: &Wait) -> String {
    let word = if wait.overdue { "OVERDUE" } else { "waits" };
    let reference = wait.reference.as_ref();
    let reference = reference.map_or_else(String::new, |it| format!(" ({it})"));
    let due = match (wait.due, wait.overdue) {
        (Some(due), false) => format!(", due {due}"),
        (Some(due), true) => format!(", was due {due}"),
        (None, _) => String::new(),
    };
    format!(
        "{word} {}: {} on {}{reference}{due}",
        wait.step,
        days(wait.days),
        wait.on
    )
}

fn end(end: &End) -> String {
    let day = end.ends.strftime("%F");
    let place = end.environment.as_deref().unwrap_or_default();
    let what = format!("{place} {} {}", kind(end.kind), end.name);
    let what = what.trim_start();
    match end.days {
        ..0 => format!("ENDED {what}: {day}"),
        ahead => format!("ends {what}: {day}, in {}", days(ahead)),
    }
}

fn record(row: &Row) -> Vec<String> {
    let mut lines = Vec::new();
    if row.sound == Some(false) {
        lines.push("UNSOUND the history does not hang together".to_owned());
    }
    if !row.by_hand.is_empty() {
        lines.push(format!(
            "UNSOUND changed by hand: {}",
            row.by_hand.join(", ")
        ));
    }
    lines
}

pub(super) fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Leaf => "certificate",
        Kind::Sub => "sub CA",
        Kind::Root => "root",
        Kind::List => "kept list",
        Kind::Waiver => "waiver",
        Kind::Request => "request",
    }
}

pub(super) fn days(days: i64) -> String {
    match days {
        0 => "less than a day".to_owned(),
        1 => "1 day".to_owned(),
        days => format!("{days} days"),
    }
}

fn many(count: usize, one: &str, several: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { several })
}

/// Styles the first mark of a line: the layout counts columns, so it must not see styles.
fn marked(text: &str) -> String {
    use anstyle::AnsiColor::{Red, Yellow};
    let marks = [
        (" FAILED ", Red),
        (" BLOCKED ", Red),
        (" OVERDUE ", Red),
        (" ENDED ", Red),
        (" UNSOUND ", Red),
        (" unknown ", Yellow),
        (" waits ", Yellow),
        (" ends ", Yellow),
    ];
    let mut styled = String::with_capacity(text.len() + 16);
    for line in text.lines() {
        let found = marks
            .iter()
            .filter_map(|(mark, colour)| Some((line.find(mark)?, mark, colour)))
            .min_by_key(|(place, ..)| *place);
        match found {
            Some((place, mark, colour)) => {
                let (before, rest) = line.split_at(place);
                let style = colour.on_default().bold();
                let word = mark.trim();
                styled += &format!("{before} {style}{word}{style:#}{}", &rest[word.len() + 1..]);
            }
            None => styled += line,
        }
        styled.push('\n');
    }
    styled
}
