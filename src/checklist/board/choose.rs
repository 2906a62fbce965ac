//! Which installs a board shows, and in which order.

use std::cmp::Reverse;

use serde::Serialize;

use super::Row;

/// In which order installs stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Sort {
    /// By product, supplier and folder
    #[default]
    Name,
    /// The least far first
    Stage,
    /// What waits longest for others first
    Waiting,
    /// What ends first
    Expiry,
}

impl Sort {
    /// How the installs stand, as a sentence without its stop.
    pub fn told(self) -> &'static str {
        match self {
            Self::Name => "By product, supplier and folder",
            Self::Stage => "The least far first",
            Self::Waiting => "What waits longest for others first",
            Self::Expiry => "What ends first stands first",
        }
    }
}

/// Which installs are meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Filter {
    /// Those that wait for others.
    Waiting,
    /// Those with a step that is blocked.
    Blocked,
    /// Those with a step that failed.
    Failed,
    /// Those of which something has ended, or ends soon.
    Expiring,
    /// Those whose record is not as ptl wrote it.
    Unsound,
    /// Those that a word occurs in: name, folder, stage, or whom they wait for. Lower case.
    Word(String),
}

impl Filter {
    /// The filter that a word of the command line means.
    pub fn of(word: &str) -> Self {
        match word {
            "waiting" => Self::Waiting,
            "blocked" => Self::Blocked,
            "failed" => Self::Failed,
            "expiring" => Self::Expiring,
            "unsound" => Self::Unsound,
            other => Self::Word(other.to_lowercase()),
        }
    }

    fn takes(&self, row: &Row, within: i64) -> bool {
        match self {
            Self::Waiting => !row.waiting.is_empty(),
            Self::Blocked => row.is_blocked(),
            Self::Failed => row.has_failed(),
            Self::Expiring => row.is_expiring(within),
            Self::Unsound => row.is_unsound(),
            Self::Word(word) => texts(row).any(|text| text.to_lowercase().contains(word)),
        }
    }
}

/// What a word is looked for in.
fn texts(row: &Row) -> impl Iterator<Item = &String> {
    let stage = row.stage.iter().flat_map(|it| [&it.id, &it.title]);
    let awaited = row.waiting.iter().map(|wait| &wait.on);
    let names = row.organisation.iter().chain(&row.product);
    let names = names.chain(&row.fqdns).chain([&row.folder]);
    names.chain(&row.definition).chain(stage).chain(awaited)
}

/// Whether every filter takes an install; what could not be read is always shown, since nobody knows what it is.
pub(super) fn is_shown(row: &Row, filters: &[Filter], within: i64) -> bool {
    !row.unread.is_empty() || filters.iter().all(|filter| filter.takes(row, within))
}

/// Sorts; what is alike, and what the order says nothing of, by name.
pub(super) fn sort(rows: &mut [Row], sort: Sort) {
    rows.sort_by_cached_key(|row| (row.product.is_none(), row.name(), row.folder.clone()));
    match sort {
        Sort::Name => {}
        Sort::Stage => rows.sort_by_key(|row| {
            let stage = row.stage.as_ref();
            let place = stage.map(|it| (it.number, it.settled));
            (row.definition.is_none(), place.is_none(), place)
        }),
        Sort::Waiting => rows.sort_by_key(|row| {
            let days = row
                .waiting
                .first()
                .map(|wait| Reverse(wait.since.as_second()));
            Reverse(days)
        }),
        Sort::Expiry => rows.sort_by_key(|row| {
            let first = row.endings.iter().map(|end| end.ends).min();
            (first.is_none(), first)
        }),
    }
}
