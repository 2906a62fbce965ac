//! What is written down of a step, and holds no longer.

use jiff::{civil::Date, tz::TimeZone};

use crate::checklist::{
    definition::{Artefact, Step},
    now::Now,
    state::{Record, Status},
};

/// Why what is written down of a step holds no longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Its waiver has ended on this day.
    WaiverEnded(Date),
    /// Its proof is about another one than there is now.
    Another(Artefact),
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
            other.map(|(artefact, _)| Turn::Another(*artefact))
        }
        _ => None,
    }
}
