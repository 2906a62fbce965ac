//! What the page of a board says.

use serde::Serialize;

use crate::checklist::board::{Board, Row};

/// A board, its first line, and what stands before the table of all.
#[derive(Debug, Serialize)]
pub struct Page<'a> {
    /// The installs.
    pub board: &'a Board,
    /// What they come to, in a sentence.
    pub answer: String,
    /// In which order the installs stand, as a sentence without its stop.
    pub order: &'static str,
    /// The places of those that somebody should look at.
    pub attention: Vec<usize>,
}

impl<'a> Page<'a> {
    /// The page of a board.
    pub fn of(board: &'a Board, answer: String) -> Self {
        let wants = |row: &Row| wants_attention(row, board.within_days);
        let rows = board.installs.iter().enumerate();
        Self {
            board,
            answer,
            order: board.order.told(),
            attention: rows
                .filter(|(_, row)| wants(row))
                .map(|(place, _)| place)
                .collect(),
        }
    }
}

fn wants_attention(row: &Row, within: i64) -> bool {
    !row.unread.is_empty()
        || !row.stuck.is_empty()
        || row.waiting.iter().any(|wait| wait.overdue)
        || row.is_expiring(within)
        || row.is_unsound()
}
