//! `ptl checklist board`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::checklist::board::choose::Sort;

/// Many installs in one table.
#[derive(Args, Debug)]
#[command(after_help = "\
A DIR with a checklist.toml is an install; of any other, the folders that stand right in it are looked at. Symbolic
links are not followed. A folder without a checklist is passed over and counted; an install that cannot be read has
its row, whatever the filters.

Filters: waiting, blocked, failed, expiring, unsound, or any other word: it is looked for in product, supplier, name,
folder, stage, and whom is waited for.

Examples:
  ptl checklist board installs                           every install in the folder
  ptl checklist board . --deep                           also those further down, and renewals beside them
  ptl checklist board installs --sort waiting            who waits longest for others
  ptl checklist board installs --filter expiring --within 60d
  ptl checklist board installs --filter waiting --filter 'dir team'
  ptl checklist board installs --output board.html       one page that needs nothing else
  ptl checklist board installs --as csv                  for a spreadsheet

Exit: of what is shown: 0 nothing failed, 1 something failed, is blocked or overdue, has ended, or its record is not
      as ptl wrote it, 2 wrong input, or no install at all, 3 something could not be read.")]
pub struct BoardArgs {
    /// Installs, or folders that hold them
    #[arg(value_name = "DIR", required = true)]
    pub folders: Vec<PathBuf>,
    /// Look in every folder below, hidden ones left out
    #[arg(long)]
    pub deep: bool,
    /// In which order
    #[arg(long, value_enum, default_value_t, value_name = "ORDER")]
    pub sort: Sort,
    /// Which installs; given again, those that each of them takes
    #[arg(long, value_name = "FILTER|WORD")]
    pub filter: Vec<String>,
    /// How near an end must be to be told of
    #[arg(long, value_name = "DURATION", default_value = "30d")]
    pub within: String,
    /// CSV or one HTML page; left out, what the ending of --output says, else a table for people
    #[arg(long = "as", value_enum, value_name = "FORM")]
    pub form: Option<BoardForm>,
}

/// What a board is written as, besides the formats of every command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum BoardForm {
    /// For spreadsheets: a line an install; no cell can be taken for a formula
    Csv,
    /// One HTML page that needs nothing else, to look at and to print
    Html,
}
