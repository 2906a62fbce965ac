//! A board as one HTML page.

use crate::{
    checklist::board::Board,
    error::Result,
    template::{self, board::Page},
};

/// The board as a page that needs nothing else.
///
/// # Errors
/// Never in a ptl that passed its tests.
pub fn board_as_page(board: &Board) -> Result<String> {
    template::render_board(&Page::of(board, super::answer(board)))
}
