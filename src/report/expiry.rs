//! Every date that ends something: the document of kind `expiry`, for people and as a calendar.

use icalendar::{Calendar, Component, Event, EventLike};
use jiff::Timestamp;
use serde::Serialize;

use super::{Explanation, explain::headline, human::columns, visible};
use crate::survey::expiry::{Ending, Endings, Kind, Nearness};

/// What ends, and when.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Expiry {
    schema: u32,
    kind: &'static str,
    tool: &'static str,
    /// The moment that days are counted from.
    pub judged: Timestamp,
    /// What ends, the nearest first.
    pub endings: Vec<Ending>,
    /// What could not be read.
    pub problems: Vec<String>,
}

impl Expiry {
    /// The document of what was found.
    pub fn new(endings: Endings, judged: Timestamp) -> Self {
        Self {
            schema: 1,
            kind: "expiry",
            tool: concat!("ptl ", env!("CARGO_PKG_VERSION")),
            judged,
            endings: endings.all,
            problems: endings.problems,
        }
    }

    /// Whether something has ended, or ends within so many days.
    pub fn ends_within(&self, days: i64) -> bool {
        self.endings.iter().any(|ending| ending.is_within(days))
    }

    /// As a calendar (RFC 5545): an entry for the day of each end, with an identity that stays.
    pub fn calendar(&self) -> String {
        let mut calendar = Calendar::empty();
        // The crate's own beginning names the crate as the product.
        for property in [
            ("VERSION", "2.0"),
            ("PRODID", crate::files::mark::CALENDAR),
            ("X-WR-CALNAME", "ptl: what ends"),
        ] {
            calendar.append_property(property);
        }
        for ending in &self.endings {
            let Some(ends) = ending.ends else { continue };
            let day = ends.strftime("%F").to_string();
            let Ok(day) = day.parse::<chrono::NaiveDate>() else {
                continue;
            };
            let stamp = chrono::DateTime::from_timestamp(self.judged.as_second(), 0);
            let place = ending.environment.as_deref().unwrap_or("files");
            let mut event = Event::new();
            event
                .starts(day)
                .summary(&format!(
                    "{} {} ends",
                    word(ending.kind),
                    visible(&ending.name)
                ))
                .description(&format!("{place}: {}, until {ends}", visible(&ending.file)))
                .uid(&format!("{}-{place}-{}@ptl", ending.name, ends.as_second()));
            if let Some(stamp) = stamp {
                event.timestamp(stamp);
            }
            calendar.push(event.done());
        }
        calendar.to_string()
    }

    fn answer(&self) -> String {
        let count = |nearness| {
            let all = self.endings.iter();
            all.filter(|ending| ending.nearness == nearness).count()
        };
        let (ended, soon) = (count(Nearness::Ended), count(Nearness::Soon));
        let first = self.endings.iter().find(|ending| ending.ends.is_some());
        let next = first.map_or_else(String::new, |ending| {
            format!(
                "; first: {} {}, {}",
                word(ending.kind),
                ending.name,
                when(ending)
            )
        });
        let unread = match self.problems.len() {
            0 => String::new(),
            1 => "; 1 file could not be read".to_owned(),
            count => format!("; {count} files could not be read"),
        };
        match (ended, soon) {
            (0, 0) if first.is_none() => format!("Nothing with an end was found{unread}."),
            (0, 0) => format!("Nothing ends within 30 days{next}{unread}."),
            _ => format!("{ended} ended, {soon} within 30 days{next}{unread}."),
        }
    }
}

impl Explanation for Expiry {
    fn text(&self, width: u16) -> String {
        let mut text = headline(&visible(&self.answer()));
        text.push('\n');
        let rows = self.endings.iter().map(|ending| {
            let place = ending.environment.as_deref().unwrap_or("");
            let what = format!("{} {}", word(ending.kind), ending.name);
            let cells = [
                mark(ending.nearness),
                place,
                &when(ending),
                &format!("{what} ({})", ending.file),
            ];
            cells.map(|cell| visible(cell).into_owned()).to_vec()
        });
        text += &columns(rows, &[9, 6, 28], width);
        for problem in &self.problems {
            text += &format!("unknown  {}\n", visible(problem));
        }
        text
    }
}

fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Leaf => "certificate",
        Kind::Sub => "sub CA",
        Kind::Root => "root",
        Kind::List => "revocation list",
        Kind::Waiver => "ptl.toml:",
        Kind::Request => "request",
    }
}

fn mark(nearness: Nearness) -> &'static str {
    match nearness {
        Nearness::Ended => "ENDED",
        Nearness::Soon => "soon",
        Nearness::Near => "near",
        Nearness::Far => "ok",
        Nearness::Waiting => "waiting",
    }
}

fn when(ending: &Ending) -> String {
    let days = ending.days;
    match (ending.ends, ending.since) {
        (Some(ends), _) if days < 0 => format!("{}, {} ago", ends.strftime("%F"), whole(-days - 1)),
        (Some(ends), _) => format!("{}, in {}", ends.strftime("%F"), whole(days)),
        (None, Some(since)) => format!("since {}, {}", since.strftime("%F"), whole(days)),
        (None, None) => String::new(),
    }
}

/// So many whole days.
fn whole(days: i64) -> String {
    match days {
        0 => "less than a day".to_owned(),
        1 => "1 day".to_owned(),
        days => format!("{days} days"),
    }
}
