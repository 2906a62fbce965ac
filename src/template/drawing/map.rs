//! The stage map: a card a stage, in order, each with a bar of how far its steps are.

use serde::Serialize;

use super::{WIDTH, two_lines};
use crate::template::handover::{Count, Stage};

const COLUMNS: i64 = 4;
const GAP: i64 = 22;
const CARD_WIDTH: i64 = (WIDTH - 4 - (COLUMNS - 1) * GAP) / COLUMNS;
const CARD_HEIGHT: i64 = 104;
const PADDING: i64 = 14;
/// What fits into a card's line at the size that titles have.
const TITLE: usize = 21;

/// Every stage.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Map {
    width: i64,
    height: i64,
    card: (i64, i64),
    /// The lines from card to card, as SVG paths.
    links: Vec<String>,
    cards: Vec<Card>,
}

/// A stage.
#[derive(Clone, Debug, Serialize)]
struct Card {
    x: i64,
    y: i64,
    number: usize,
    title: Vec<String>,
    /// `done`, `shut`, `begun` or `open`.
    word: &'static str,
    settled: usize,
    steps: usize,
    bar: Vec<Segment>,
}

/// A part of a bar.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Segment {
    state: &'static str,
    x: i64,
    width: i64,
}

impl Map {
    pub(super) fn of(stages: &[Stage<'_>]) -> Self {
        let cards: Vec<Card> = stages.iter().enumerate().map(Card::of).collect();
        let links = cards.windows(2).map(|pair| link(&pair[0], &pair[1]));
        Self {
            width: WIDTH,
            height: cards.last().map_or(0, |last| last.y) + CARD_HEIGHT + 2,
            card: (CARD_WIDTH, CARD_HEIGHT),
            links: links.collect(),
            cards,
        }
    }
}

impl Card {
    fn of((place, stage): (usize, &Stage<'_>)) -> Self {
        let at = i64::try_from(place).unwrap_or_default();
        Self {
            // The border's own width must not be cut off.
            x: 2 + at % COLUMNS * (CARD_WIDTH + GAP),
            y: 2 + at / COLUMNS * (CARD_HEIGHT + GAP),
            number: place + 1,
            title: two_lines(stage.title, TITLE),
            word: word(stage),
            settled: stage.settled,
            steps: stage.steps.len(),
            bar: bar(&stage.states, CARD_WIDTH - 2 * PADDING),
        }
    }
}

/// How far a stage is, in a word.
fn word(stage: &Stage<'_>) -> &'static str {
    let untouched = ["ready", "later", "open"];
    let is_begun = |count: &Count| !untouched.contains(&count.state);
    if stage.settled == stage.steps.len() {
        "done"
    } else if !stage.open {
        "shut"
    } else if stage.states.iter().any(is_begun) {
        "begun"
    } else {
        "open"
    }
}

/// Parts in proportion, without a gap from rounding.
fn bar(states: &[Count], width: i64) -> Vec<Segment> {
    let length = |steps: usize| i64::try_from(steps).unwrap_or_default();
    let all = length(states.iter().map(|count| count.steps).sum()).max(1);
    let mut before = 0;
    let mut segments = Vec::new();
    for count in states {
        let after = before + length(count.steps);
        let x = before * width / all;
        segments.push(Segment {
            state: count.state,
            x,
            width: after * width / all - x,
        });
        before = after;
    }
    segments
}

/// The line from a card to the next: across, or down to the row below.
fn link(from: &Card, to: &Card) -> String {
    if from.y == to.y {
        let y = from.y + CARD_HEIGHT / 2;
        return format!("M{} {y}H{}", from.x + CARD_WIDTH, to.x);
    }
    format!(
        "M{} {}v{}H{}v{}",
        from.x + CARD_WIDTH / 2,
        from.y + CARD_HEIGHT,
        GAP / 2,
        to.x + CARD_WIDTH / 2,
        GAP / 2
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_has_its_whole_length() {
        for counts in [vec![1, 1, 1], vec![7, 0, 3], vec![2000, 1]] {
            let states: Vec<Count> = counts
                .iter()
                .map(|steps| Count {
                    state: "done",
                    steps: *steps,
                })
                .collect();
            let segments = bar(&states, 191);
            assert_eq!(segments.iter().map(|it| it.width).sum::<i64>(), 191);
        }
        assert_eq!(bar(&[], 191), []);
    }
}
