//! How far revocation lists can be relied on: the document of kind `crl-status`.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::{ListFacts, UnreadableList};
use crate::{
    check::Verdict,
    crl::{Gap, Standing, cache::Origin},
    report::{Explanation, explain::headline, human::columns, visible},
    survey::revocation::Shelf,
};

/// Lists, and how far each can be relied on.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct ListStatus {
    schema: u32,
    kind: &'static str,
    tool: &'static str,
    /// The moment that dates were judged by.
    pub judged: Timestamp,
    /// After how many seconds the next ones are fetched, where that was said.
    pub every: Option<i64>,
    /// The lists.
    pub lists: Vec<Kept>,
    /// Lists that are kept and cannot be read.
    pub unreadable: Vec<UnreadableList>,
}

/// A list, and how far it can be relied on.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Kept {
    /// What it says of itself.
    #[serde(flatten)]
    pub list: ListFacts,
    /// How far it can be relied on.
    pub standing: Standing,
    /// Why nothing it says counts, or is judged here; a fragment.
    pub why: Option<String>,
    /// What to do, where that is not far enough.
    pub next: Option<&'static str>,
    /// How many seconds ago it was made.
    pub age: i64,
    /// Where it came from, where it is kept.
    pub origin: Option<Origin>,
}

impl ListStatus {
    /// The document of what was read, each with where it came from.
    pub fn of(shelf: Shelf, judged: Timestamp, every: Option<SignedDuration>) -> Self {
        let kept = shelf.looked.iter().zip(shelf.origins).map(|(it, origin)| {
            let issuer = it.issuer.as_deref();
            let standing = Standing::of(&it.list, issuer, judged, every);
            let gap = standing.gap(&it.list, issuer);
            Kept {
                list: ListFacts::of(it),
                next: gap.as_ref().map(Gap::next).or(standing.next()),
                why: gap.map(|gap| gap.to_string()),
                standing,
                age: judged.duration_since(it.list.this_update).as_secs(),
                origin,
            }
        });
        Self {
            schema: 1,
            kind: "crl-status",
            tool: concat!("ptl ", env!("CARGO_PKG_VERSION")),
            judged,
            every: every.map(|every| every.as_secs()),
            lists: kept.collect(),
            unreadable: UnreadableList::of(&shelf.unreadable),
        }
    }

    /// The worst of all.
    pub fn verdict(&self) -> Verdict {
        if self.fails() {
            Verdict::Fail
        } else if self.lists.iter().any(|it| it.standing != Standing::Holds) {
            Verdict::Undetermined
        } else {
            Verdict::Pass
        }
    }

    fn fails(&self) -> bool {
        !self.unreadable.is_empty() || self.lists.iter().any(|it| it.standing.fails())
    }

    fn answer(&self) -> String {
        let worst = |fails: bool| {
            self.lists
                .iter()
                .find(|it| it.standing != Standing::Holds && it.standing.fails() == fails)
        };
        if let (None, Some(it)) = (worst(true), self.unreadable.first()) {
            return format!("FAIL: {}. Next: {}", it.why, UnreadableList::NEXT);
        }
        match (worst(true), worst(false)) {
            (Some(kept), _) => format!("FAIL: {}. Next: {}", kept.said(), kept.action()),
            (None, Some(kept)) => format!("UNKNOWN: {}. Next: {}", kept.said(), kept.action()),
            (None, None) => match self.lists.as_slice() {
                [one] => format!("OK: {}.", one.said()),
                several => format!("OK: all {} lists hold.", several.len()),
            },
        }
    }
}

impl Kept {
    fn said(&self) -> String {
        let file = &self.list.file;
        let moment = |it: Timestamp| it.strftime("%F %H:%MZ").to_string();
        let end = self.list.next_update.map(moment).unwrap_or_default();
        match self.standing {
            Standing::Holds => format!("{file} holds until {end}"),
            Standing::EndsBeforeNextRun => format!("{file} ends on {end}, before the next run"),
            Standing::Ended => format!("{file} ended on {end}"),
            Standing::FromTheFuture => {
                format!("{file} begins only on {}", moment(self.list.this_update))
            }
            Standing::Forged => format!("the signature of {file} does not fit its issuer's key"),
            Standing::Unusable | Standing::NotJudged => {
                format!(
                    "{file} says nothing: {}",
                    self.why.as_deref().unwrap_or_default()
                )
            }
            Standing::WithoutEnd => format!("{file} does not say when the next one is due"),
            Standing::Unverified => format!("the signature of {file} was not verified"),
        }
    }

    fn action(&self) -> &'static str {
        self.next.unwrap_or_default()
    }

    /// Where it came from, and what became of the last try, as the end of a sentence.
    fn from(&self) -> String {
        let Some(origin) = &self.origin else {
            return String::new();
        };
        let moment = |it: Timestamp| it.strftime("%F %H:%MZ").to_string();
        let place = origin.url.as_deref().unwrap_or("by hand");
        let fetched = origin.fetched.map(moment).unwrap_or_default();
        let failed = origin.failed.as_ref().map(|it| {
            format!(
                "; the last try, on {}, brought nothing: {}",
                moment(it.at),
                it.why
            )
        });
        format!(", from {place} on {fetched}{}", failed.unwrap_or_default())
    }

    fn row(&self) -> Vec<String> {
        let word = match self.standing {
            Standing::Holds => "ok",
            standing if standing.fails() => "FAIL",
            _ => "unknown",
        };
        let partition = match self.list.partition.as_slice() {
            [] => String::new(),
            names => format!(", partition {}", names.join(", ")),
        };
        let said = match self.standing {
            Standing::Holds => String::new(),
            _ => format!("; {}. {}", self.said(), self.action()),
        };
        let line = self.list.line()
            + &visible(&format!(
                "{partition}, {} bytes{}{said}",
                self.list.size,
                self.from()
            ));
        vec![word.to_owned(), line]
    }
}

impl Explanation for ListStatus {
    fn text(&self, width: u16) -> String {
        let mut text = headline(&visible(&self.answer()));
        text.push('\n');
        let unreadable = self.unreadable.iter();
        let unreadable = unreadable.map(|it| vec!["FAIL".to_owned(), it.line()]);
        let rows = self.lists.iter().map(Kept::row).chain(unreadable);
        text += &columns(rows, &[9], width);
        text
    }
}
