//! The time line: a row a stage, a mark where something was recorded.

use serde::Serialize;

use super::{
    GUTTER, WIDTH,
    axis::{Axis, Tick},
    cut,
};
use crate::template::handover::{Event, Handover};

const ROW: i64 = 30;
/// Where the first row begins, below the axis's labels.
const TOP: i64 = 34;
/// Marks that are nearer than this stand as one, with their number.
const NEAREST: i64 = 15;
const LABEL: usize = 38;

/// What was recorded when.
#[derive(Clone, Debug, Serialize)]
pub(super) struct TimeLine {
    width: i64,
    height: i64,
    gutter: i64,
    ticks: Vec<Tick>,
    /// Where the time of the report stands.
    now: i64,
    rows: Vec<Row>,
}

/// A stage.
#[derive(Clone, Debug, Serialize)]
struct Row {
    y: i64,
    label: String,
    marks: Vec<Mark>,
}

/// What was recorded at about one time.
#[derive(Clone, Debug, Serialize)]
struct Mark {
    x: i64,
    /// What was done last of it.
    act: &'static str,
    /// The state that it set.
    state: Option<&'static str>,
    count: usize,
}

impl TimeLine {
    /// Nothing where nothing was recorded.
    pub(super) fn of(handover: &Handover<'_>) -> Option<Self> {
        // The order of a history is that of its entries, whatever the clocks said.
        let first = handover.events.iter().map(|it| it.at).min()?;
        let last = handover.events.iter().map(|it| it.at).max()?;
        let axis = Axis::over(first, last.max(handover.made));
        let mut rows: Vec<Row> = Vec::new();
        for stage in &handover.stages {
            let of_stage = handover
                .events
                .iter()
                .filter(|it| it.stage == Some(stage.id));
            let marks = marks(axis, of_stage);
            if !marks.is_empty() {
                let place = i64::try_from(rows.len()).unwrap_or_default();
                rows.push(Row {
                    y: TOP + place * ROW + ROW / 2,
                    label: cut(stage.title, LABEL),
                    marks,
                });
            }
        }
        Some(Self {
            width: WIDTH,
            height: TOP + i64::try_from(rows.len()).unwrap_or_default() * ROW + 8,
            gutter: GUTTER,
            ticks: axis.ticks(),
            now: axis.x(handover.made),
            rows,
        })
    }
}

/// The marks of events in order of time; such as would cover each other are one.
fn marks<'a>(axis: Axis, events: impl Iterator<Item = &'a Event<'a>>) -> Vec<Mark> {
    let mut events: Vec<_> = events.collect();
    events.sort_by_key(|event| event.at);
    let mut marks: Vec<Mark> = Vec::new();
    for event in events {
        let x = axis.x(event.at);
        match marks.last_mut().filter(|last| x - last.x < NEAREST) {
            Some(last) => {
                last.act = event.act;
                last.state = event.state;
                last.count += 1;
            }
            None => marks.push(Mark {
                x,
                act: event.act,
                state: event.state,
                count: 1,
            }),
        }
    }
    marks
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use jiff::Timestamp;

    use super::*;

    fn event(at: &str, act: &'static str) -> Event<'static> {
        Event {
            at: at.parse().unwrap(),
            by: "anna",
            stage: Some("plan"),
            step: Some("plan.ods"),
            act,
            state: None,
            said: Vec::new(),
        }
    }

    #[test]
    fn marks_that_would_cover_each_other_are_one_and_say_how_many() {
        let events = [
            event("2026-06-03T00:00:00Z", "block"),
            event("2026-01-01T00:00:00Z", "start"),
            event("2026-01-02T00:00:00Z", "done"),
        ];
        let from: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        let axis = Axis::over(from, "2026-12-31T00:00:00Z".parse().unwrap());
        let marks = marks(axis, events.iter());
        let said: Vec<_> = marks.iter().map(|mark| (mark.act, mark.count)).collect();
        assert_eq!(said, [("done", 2), ("block", 1)]);
        assert_eq!(marks[0].x, GUTTER);
    }
}
