//! A time axis: which moment stands where, and which days, months or years are marked on it.

use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use serde::Serialize;

use super::{GUTTER, WIDTH};

/// What the axis leaves free on the right.
const MARGIN: i64 = 24;
/// More marks than this crowd each other.
const MOST_TICKS: i64 = 9;
const DAY: i64 = 24 * 60 * 60;

/// From when to when, and where.
#[derive(Clone, Copy, Debug)]
pub(super) struct Axis {
    from: i64,
    until: i64,
}

/// A mark on the axis.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Tick {
    x: i64,
    label: String,
}

impl Axis {
    /// An axis over these moments, of a day at least.
    pub(super) fn over(from: Timestamp, until: Timestamp) -> Self {
        let from = from.as_second();
        Self {
            from,
            until: until.as_second().max(from + DAY),
        }
    }

    /// Where a moment stands; before and after the axis at its ends.
    pub(super) fn x(self, at: Timestamp) -> i64 {
        let room = WIDTH - GUTTER - MARGIN;
        let at = at.as_second().clamp(self.from, self.until) - self.from;
        GUTTER + at * room / (self.until - self.from)
    }

    /// Whether a moment lies before it.
    pub(super) fn begins_after(self, at: Timestamp) -> bool {
        at.as_second() < self.from
    }

    /// Whether a moment lies behind it.
    pub(super) fn ends_before(self, at: Timestamp) -> bool {
        at.as_second() > self.until
    }

    /// The marks, at round days, months or years.
    pub(super) fn ticks(self) -> Vec<Tick> {
        let days = (self.until - self.from) / DAY;
        let months = [1, 2, 3, 6, 12, 24, 60, 120];
        if let Some(step) = [1, 2, 7, 14].into_iter().find(|it| days / it < MOST_TICKS) {
            return self.each_days(step);
        }
        let step = months
            .into_iter()
            .find(|it| days / (it * 30) < MOST_TICKS)
            .unwrap_or(1200);
        self.each_months(step)
    }

    fn each_days(self, step: i64) -> Vec<Tick> {
        let first = self.from.div_euclid(DAY) + 1;
        let last = self.until.div_euclid(DAY);
        let days = (first..=last).step_by(usize::try_from(step).unwrap_or(1));
        days.filter_map(|day| {
            let at = Timestamp::from_second(day * DAY).ok()?;
            Some(self.tick(at, "%-d %b"))
        })
        .collect()
    }

    fn each_months(self, step: i64) -> Vec<Tick> {
        let form = if step % 12 == 0 { "%Y" } else { "%b %Y" };
        let Some(mut month) = self.first_month(step) else {
            return Vec::new();
        };
        let mut ticks = Vec::new();
        while let Some(at) = midnight(month) {
            if at.as_second() > self.until {
                break;
            }
            if at.as_second() >= self.from {
                ticks.push(self.tick(at, form));
            }
            let Ok(next) = month.checked_add(step.months()) else {
                break;
            };
            month = next;
        }
        ticks
    }

    /// The month before which no mark stands: of a round year, so that steps of 3 months begin quarters.
    fn first_month(self, step: i64) -> Option<Date> {
        let from = Timestamp::from_second(self.from).ok()?;
        let year = i64::from(from.to_zoned(TimeZone::UTC).year());
        let round = (step / 12).max(1);
        let year = i16::try_from(year.div_euclid(round) * round).ok()?;
        Date::new(year, 1, 1).ok()
    }

    fn tick(self, at: Timestamp, form: &str) -> Tick {
        Tick {
            x: self.x(at),
            label: at.strftime(form).to_string(),
        }
    }
}

fn midnight(day: Date) -> Option<Timestamp> {
    day.to_zoned(TimeZone::UTC)
        .ok()
        .map(|zoned| zoned.timestamp())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    fn axis(from: &str, until: &str) -> Axis {
        Axis::over(from.parse().unwrap(), until.parse().unwrap())
    }

    #[test]
    fn marks_are_round_few_and_within() {
        for (from, until, first) in [
            ("2026-11-22T17:00:00Z", "2026-11-22T18:00:00Z", "23 Nov"),
            ("2026-11-22T17:00:00Z", "2026-11-28T18:00:00Z", "23 Nov"),
            ("2026-11-02T00:00:00Z", "2027-02-28T18:00:00Z", "3 Nov"),
            ("2026-02-02T00:00:00Z", "2027-02-28T18:00:00Z", "Mar 2026"),
            ("2025-11-22T00:00:00Z", "2032-11-22T00:00:00Z", "2026"),
            ("2025-11-22T00:00:00Z", "2132-11-22T00:00:00Z", "2120"),
        ] {
            let ticks = axis(from, until).ticks();
            assert!((1..=10).contains(&ticks.len()), "{from} {until}: {ticks:?}");
            for tick in &ticks {
                assert!((GUTTER..=WIDTH - MARGIN).contains(&tick.x), "{tick:?}");
            }
            if first != "2120" && first != "3 Nov" {
                assert_eq!(ticks[0].label, first);
            }
        }
    }

    #[test]
    fn what_lies_outside_stands_at_the_ends() {
        let axis = axis("2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z");
        assert_eq!(axis.x("2020-01-01T00:00:00Z".parse().unwrap()), GUTTER);
        assert_eq!(
            axis.x("9999-01-01T00:00:00Z".parse().unwrap()),
            WIDTH - MARGIN
        );
    }
}
