//! Many installs in one table: how far each is, what it waits for, and what ends.
//!
//! [`read`] finds and reads them, [`Row`] is what is told of one (pure), [`choose`] which are shown and in which order.

pub mod choose;
pub mod read;
mod row;
#[cfg(test)]
mod tests;

use jiff::Timestamp;
use serde::Serialize;

use choose::{Filter, Sort};
pub use row::{End, NextStep, Row, StageNow, Stuck, Wait};

/// Many installs, as `ptl checklist board --format json` prints them.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Board {
    /// The version of this form.
    pub schema: u32,
    /// `checklist-board`.
    pub kind: &'static str,
    /// Name and version of the tool.
    pub tool: &'static str,
    /// The moment that days are counted from.
    pub judged: Timestamp,
    /// Within how many days an end is near.
    pub within_days: i64,
    /// In which order they stand.
    pub order: Sort,
    /// What they come to.
    pub summary: Summary,
    /// What was found in the folders that is no install.
    pub passed_over: PassedOver,
    /// The installs that are shown, in their order.
    pub installs: Vec<Row>,
}

/// How many installs there are of each kind; one may count in several.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Summary {
    /// How many were found.
    pub found: usize,
    /// How many of them are shown; the rest of the summary counts these.
    pub shown: usize,
    /// Every step is settled.
    pub settled: usize,
    /// They wait for others.
    pub waiting: usize,
    /// They wait past the day by which the others wanted to have answered.
    pub overdue: usize,
    /// A step was tried and did not hold.
    pub failed: usize,
    /// Something stands in the way of a step.
    pub blocked: usize,
    /// How many certificates and CAs have ended.
    pub certificates_ended: usize,
    /// How many certificates and CAs end soon.
    pub certificates_ending: usize,
    /// How many kept lists have ended.
    pub lists_ended: usize,
    /// The history does not hang together, or a table was changed by hand.
    pub unsound: usize,
    /// Something of them could not be read.
    pub unread: usize,
}

/// What was looked at and is no install.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PassedOver {
    /// Folders without a checklist.
    pub folders: usize,
    /// Symbolic links, which are not followed.
    pub links: usize,
}

impl Board {
    /// The board of these rows: those that every filter takes, in this order.
    pub fn of(rows: Vec<Row>, choice: &Choice, passed_over: PassedOver, judged: Timestamp) -> Self {
        let found = rows.len();
        let mut installs = rows;
        installs.retain(|row| choose::is_shown(row, &choice.filters, choice.within));
        choose::sort(&mut installs, choice.sort);
        Self {
            schema: 1,
            kind: "checklist-board",
            tool: concat!("ptl ", env!("CARGO_PKG_VERSION")),
            judged,
            within_days: choice.within,
            order: choice.sort,
            summary: Summary::of(found, &installs, choice.within),
            passed_over,
            installs,
        }
    }

    /// The install that waits longest, and for what.
    pub fn longest_wait(&self) -> Option<(&Row, &Wait)> {
        let waits = self.installs.iter();
        let waits = waits.filter_map(|row| Some((row, row.waiting.first()?)));
        waits.min_by_key(|(_, wait)| wait.since)
    }

    /// Whether something failed, is blocked or overdue, has ended, or does not hang together.
    pub fn has_failed(&self) -> bool {
        let sum = &self.summary;
        let bad = [
            sum.failed,
            sum.blocked,
            sum.overdue,
            sum.certificates_ended,
            sum.lists_ended,
            sum.unsound,
        ];
        bad.iter().any(|count| *count > 0)
    }
}

/// Which installs are shown, and how.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    /// An install is shown where all of these take it.
    pub filters: Vec<Filter>,
    /// The order.
    pub sort: Sort,
    /// Within how many days an end is near.
    pub within: i64,
}

impl Summary {
    fn of(found: usize, rows: &[Row], within: i64) -> Self {
        let count = |is_so: &dyn Fn(&Row) -> bool| rows.iter().filter(|row| is_so(row)).count();
        let ends = |is_so: &dyn Fn(&End) -> bool| {
            let ends = rows.iter().flat_map(|row| &row.endings);
            ends.filter(|end| is_so(end)).count()
        };
        Self {
            found,
            shown: rows.len(),
            settled: count(&|row| row.steps > 0 && row.settled == row.steps),
            waiting: count(&|row| !row.waiting.is_empty()),
            overdue: count(&|row| row.waiting.iter().any(|wait| wait.overdue)),
            failed: count(&Row::has_failed),
            blocked: count(&Row::is_blocked),
            certificates_ended: ends(&|end| !end.is_list() && end.days < 0),
            certificates_ending: ends(&|end| !end.is_list() && end.days >= 0 && end.days < within),
            lists_ended: ends(&|end| end.is_list() && end.days < 0),
            unsound: count(&Row::is_unsound),
            unread: count(&|row| !row.unread.is_empty()),
        }
    }
}
