//! Something that is to be known, who says it, and what another source says instead.

use serde::Serialize;

use super::labelled;

/// Something that is to be known, and who says it.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Point {
    pub(super) about: &'static str,
    pub(super) says: &'static str,
    pub(super) source: &'static str,
    /// What another source, or the same one elsewhere, says instead.
    pub(super) conflict: Option<Conflict>,
}

/// What is said instead, and which of the two is right.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Conflict {
    pub(super) says: &'static str,
    pub(super) source: &'static str,
    pub(super) right: &'static str,
}

/// The points for people, each after an empty line.
pub(super) fn told(points: &[Point], width: u16) -> String {
    let mut text = String::new();
    for point in points {
        let mut rows = vec![
            (point.about, point.says.to_owned()),
            ("source", point.source.to_owned()),
        ];
        if let Some(conflict) = point.conflict {
            let against = format!("\"{}\" ({})", conflict.says, conflict.source);
            rows.push(("against", against));
            rows.push(("right is", format!("{}.", conflict.right)));
        }
        text.push('\n');
        text += &labelled(&rows, width);
    }
    text
}
