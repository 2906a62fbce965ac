//! Generations and expiries of an environment on one axis: what must be trusted when, and what ends when.

use jiff::{Timestamp, ToSpan, tz::TimeZone};
use serde::Serialize;

use super::{
    GUTTER, WIDTH,
    axis::{Axis, Tick},
    cut,
};
use crate::template::handover::{Ending, Generation, Handover, Life};

const ROW: i64 = 30;
const TOP: i64 = 34;
const LABEL: usize = 38;
/// More rows than this are a list, not a picture: the table has the rest.
const MOST_ENDINGS: usize = 16;

/// An environment.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Lives {
    /// Its id; nothing for what is of no environment.
    environment: Option<String>,
    width: i64,
    height: i64,
    gutter: i64,
    ticks: Vec<Tick>,
    /// Where the time of the report stands.
    now: i64,
    generations: Vec<Lane>,
    endings: Vec<End>,
    /// How many endings stand in the table alone.
    more: usize,
}

/// A generation: when peers of it are accepted, and when our certificate is of it.
#[derive(Clone, Debug, Serialize)]
struct Lane {
    y: i64,
    label: String,
    accept: Option<Bar>,
    present: Option<Bar>,
    /// What is said where neither lies on the axis.
    note: Option<String>,
}

/// From where to where; what goes on beyond the axis is open at that end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
struct Bar {
    x: i64,
    width: i64,
    open: bool,
}

/// What ends, or is waited for.
#[derive(Clone, Debug, Serialize)]
struct End {
    y: i64,
    label: String,
    nearness: String,
    x: i64,
    /// Whether its end lies behind the axis.
    beyond: bool,
    note: String,
    /// On which side of the mark the note has room.
    note_left: bool,
}

impl Lives {
    pub(super) fn all(handover: &Handover<'_>) -> Vec<Self> {
        let mut environments: Vec<Option<&str>> = Vec::new();
        let of_generations = handover.generations.iter().map(|it| Some(it.environment));
        for environment in of_generations.chain(handover.endings.iter().map(|it| it.environment)) {
            if !environments.contains(&environment) {
                environments.push(environment);
            }
        }
        // One axis for all, so that they can be compared.
        let axis = window(handover.made, &handover.endings);
        environments
            .into_iter()
            .map(|environment| Self::of(handover, environment, axis))
            .collect()
    }

    fn of(handover: &Handover<'_>, environment: Option<&str>, axis: Axis) -> Self {
        let generations: Vec<&Generation<'_>> = handover
            .generations
            .iter()
            .filter(|it| Some(it.environment) == environment)
            .collect();
        let endings: Vec<&Ending<'_>> = handover
            .endings
            .iter()
            .filter(|it| it.environment == environment)
            .collect();
        let more = endings.len().saturating_sub(MOST_ENDINGS);
        let mut y = TOP + ROW / 2;
        let mut next = || {
            let this = y;
            y += ROW;
            this
        };
        let generations = generations
            .iter()
            .map(|it| Lane::of(it, axis, next()))
            .collect();
        let shown = endings.iter().take(MOST_ENDINGS);
        let endings = shown
            .map(|it| End::of(it, axis, handover.made, next()))
            .collect();
        Self {
            environment: environment.map(|id| cut(id, LABEL)),
            width: WIDTH,
            height: y - ROW / 2 + 8,
            gutter: GUTTER,
            ticks: axis.ticks(),
            now: axis.x(handover.made),
            generations,
            endings,
            more,
        }
    }
}

/// From a year before to the last end that is not too far: what a decade away ends would squeeze the rest.
fn window(made: Timestamp, endings: &[Ending<'_>]) -> Axis {
    let made = made.to_zoned(TimeZone::UTC);
    let years = |years: i64| {
        let moved = made.checked_add(years.years());
        moved.map_or(made.timestamp(), |moved| moved.timestamp())
    };
    let latest = years(6);
    let ends = endings.iter().filter_map(|it| it.ends);
    let last = ends.filter(|end| *end <= latest).max();
    Axis::over(years(-1), last.unwrap_or_default().max(years(2)))
}

impl Lane {
    fn of(generation: &Generation<'_>, axis: Axis, y: i64) -> Self {
        let (accept, present) = (
            Bar::of(generation.accept, axis),
            Bar::of(generation.present, axis),
        );
        let note = match (accept, present, generation.accept.until) {
            (None, None, Some(until)) if axis.begins_after(until) => {
                Some(format!("over since {}", day(until)))
            }
            (None, None, _) => Some("later than this axis".to_owned()),
            _ => None,
        };
        Self {
            y,
            label: cut(&format!("{}: {}", generation.id, generation.title), LABEL),
            accept,
            present,
            note,
        }
    }
}

impl Bar {
    /// Nothing where the life lies wholly beside the axis.
    fn of(life: Life, axis: Axis) -> Option<Self> {
        let over = life.until.is_some_and(|until| axis.begins_after(until));
        let early = life.from.is_some_and(|from| axis.ends_before(from));
        if over || early {
            return None;
        }
        let from = life.from.map_or(GUTTER, |from| axis.x(from));
        let until = axis.x(life.until.unwrap_or(Timestamp::MAX));
        Some(Self {
            x: from,
            width: (until - from).max(2),
            open: life.until.is_none_or(|until| axis.ends_before(until)),
        })
    }
}

impl End {
    fn of(ending: &Ending<'_>, axis: Axis, made: Timestamp, y: i64) -> Self {
        let moment = ending.ends.or(ending.since).unwrap_or(made);
        let x = axis.x(moment);
        let note = match ending.ends {
            Some(ends) => day(ends),
            None => format!("waiting since {}", day(moment)),
        };
        Self {
            y,
            label: cut(ending.name, LABEL),
            nearness: ending.nearness.clone().into_owned(),
            x,
            beyond: axis.ends_before(moment),
            note,
            note_left: x > (GUTTER + WIDTH) / 2,
        }
    }
}

fn day(at: Timestamp) -> String {
    at.strftime("%-d %b %Y").to_string()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    fn at(text: &str) -> Timestamp {
        format!("{text}T00:00:00Z").parse().unwrap()
    }

    fn life(from: Option<&str>, until: Option<&str>) -> Life {
        Life {
            from: from.map(at),
            until: until.map(at),
        }
    }

    fn ending(ends: &str) -> Ending<'static> {
        Ending {
            environment: None,
            kind: "leaf".into(),
            name: "a",
            ends: Some(at(ends)),
            since: None,
            days: 0,
            nearness: "far".into(),
        }
    }

    #[test]
    fn a_life_is_drawn_as_far_as_the_axis_goes() {
        let axis = Axis::over(at("2026-01-01"), at("2028-01-01"));
        let whole = Bar::of(life(None, None), axis).unwrap();
        assert_eq!((whole.x, whole.open), (GUTTER, true));
        let half = Bar::of(life(Some("2027-01-01"), Some("2027-06-01")), axis).unwrap();
        assert!(half.x > GUTTER && half.width < whole.width && !half.open);
        assert_eq!(Bar::of(life(None, Some("2025-01-01")), axis), None);
        assert_eq!(Bar::of(life(Some("2029-01-01"), None), axis), None);
    }

    #[test]
    fn an_end_that_is_far_away_does_not_squeeze_the_rest() {
        let made = at("2026-06-01");
        let near = window(made, &[ending("2026-07-01"), ending("2040-01-01")]);
        assert!(near.ends_before(at("2028-06-02")) && !near.ends_before(at("2028-05-31")));
        let later = window(made, &[ending("2031-01-01"), ending("2040-01-01")]);
        assert!(later.ends_before(at("2031-01-02")) && !later.ends_before(at("2031-01-01")));
        assert!(later.begins_after(at("2025-05-31")) && !later.begins_after(at("2025-06-02")));
        assert!(End::of(&ending("2040-01-01"), later, made, 0).beyond);
    }
}
