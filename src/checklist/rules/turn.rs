//! What is written down of a step, and holds no longer.

use jiff::{Timestamp, civil::Date, tz::TimeZone};

use crate::checklist::{
    definition::{Artefact, Fresh, Step},
    now::Now,
    state::{Record, Status},
};

/// Why what is written down of a step holds no longer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Its waiver has ended on this day.
    WaiverEnded(Date),
    /// Its proof is about another one than there is now.
    Another(Artefact),
    /// Its proof has got old.
    Stale {
        /// When it was given.
        since: Timestamp,
        /// For how long it held, and who says so.
        fresh: Fresh,
    },
}

impl std::fmt::Display for Turn {
    /// As a sentence.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::WaiverEnded(day) => write!(f, "The waiver ended on {day}."),
            Self::Another(artefact) => write!(
                f,
                "The proof is about another {} than there is now.",
                artefact.called()
            ),
            Self::Stale { since, fresh } => write!(
                f,
                "The proof of {since} is stale: it held for {} ({}).",
                fresh.word(),
                fresh.source
            ),
        }
    }
}

/// Why what a record says of a step holds no longer; nothing where it holds.
pub(super) fn of(step: &Step, record: &Record, now: &Now) -> Option<Turn> {
    match record.status {
        Status::Waived => {
            let until = record.particulars.until?;
            let today = now.at.to_zoned(TimeZone::UTC).date();
            (today > until).then_some(Turn::WaiverEnded(until))
        }
        Status::Done => {
            let mut bound = record.particulars.bound.iter();
            let is_another = |artefact: Artefact, value: &str| {
                let now = now.artefact(step, artefact);
                now.is_some_and(|now| now != value)
            };
            let other = bound.find(|(artefact, value)| is_another(**artefact, value));
            let other = other.map(|(artefact, _)| Turn::Another(*artefact));
            other.or_else(|| stale(step, record, now))
        }
        _ => None,
    }
}

/// A proof holds until so long after it was given, that moment left out.
fn stale(step: &Step, record: &Record, now: &Now) -> Option<Turn> {
    let fresh = step.fresh.as_ref()?;
    // What would hold past the end of the calendar does not get old.
    let end = record.at.checked_add(fresh.lasts).ok()?;
    (now.at >= end).then(|| Turn::Stale {
        since: record.at,
        fresh: fresh.clone(),
    })
}
