//! Circles: steps that rely on one another, so that none of them can ever be done.

use super::{Notes, Rule, graph::Graph};

/// More circles than these are the same mistake.
const MOST: usize = 20;
/// A longer circle is shown with a gap.
const LONGEST: usize = 12;

/// A node on the way that is being followed.
struct Stop {
    node: usize,
    /// Which of its edges comes next.
    next: usize,
    /// Where the edge that led here is written.
    at: Option<usize>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Seen {
    Never,
    OnTheWay,
    Done,
}

/// Notes every circle once, by the path that closes it.
pub(super) fn circles(graph: &Graph<'_>, notes: &mut Notes) {
    let mut seen = vec![Seen::Never; graph.edges.len()];
    let mut found = 0;
    for start in 0..graph.edges.len() {
        if seen[start] != Seen::Never {
            continue;
        }
        seen[start] = Seen::OnTheWay;
        let mut way = vec![Stop {
            node: start,
            next: 0,
            at: None,
        }];
        // No recursion: a text of many steps would overflow the stack.
        while let Some(stop) = way.last_mut() {
            let Some(edge) = graph.edges[stop.node].get(stop.next) else {
                seen[stop.node] = Seen::Done;
                way.pop();
                continue;
            };
            stop.next += 1;
            match seen[edge.to] {
                Seen::Never => {
                    seen[edge.to] = Seen::OnTheWay;
                    way.push(Stop {
                        node: edge.to,
                        next: 0,
                        at: edge.at,
                    });
                }
                Seen::OnTheWay if found < MOST => {
                    found += 1;
                    note(graph, &way, edge.to, edge.at, notes);
                }
                Seen::OnTheWay | Seen::Done => {}
            }
        }
    }
}

/// Notes the circle from where `to` stands on the way back to it.
fn note(graph: &Graph<'_>, way: &[Stop], to: usize, closing: Option<usize>, notes: &mut Notes) {
    let Some(from) = way.iter().position(|stop| stop.node == to) else {
        return;
    };
    let circle = &way[from..];
    // Two edges in a row lead over a stage, and the one to it is written nowhere.
    let inner = circle[1..].iter().rev().filter_map(|stop| stop.at);
    let Some(at) = closing.into_iter().chain(inner).next() else {
        return;
    };
    // A gate closes a circle with each step of its stage: one of them says it.
    if notes.has(Rule::Cycle, at) {
        return;
    }
    // A stage that the circle begins at stands between its last step and its first.
    let turned = usize::from(graph.step(to).is_none());
    let nodes = circle[turned..].iter().chain(&circle[..turned]);
    let mut words: Vec<String> = Vec::new();
    let mut gate = None;
    let nodes: Vec<usize> = nodes.map(|stop| stop.node).collect();
    for node in nodes.iter().chain(nodes.first()) {
        match graph.step(*node) {
            Some(step) => {
                let gate: String = gate
                    .take()
                    .map_or(String::new(), |stage| format!("(gate of {stage}) "));
                words.push(format!("{gate}{}", step.id.word));
            }
            None => gate = Some(graph.name(*node)),
        }
    }
    let first = graph.step(nodes[0]).map(|step| step.id.word.as_str());
    let message = format!(
        "each of these relies on the next, so none of them can be done: {}",
        path(&words)
    );
    notes.note(Rule::Cycle, at, first, message);
}

fn path(words: &[String]) -> String {
    if words.len() <= LONGEST {
        return words.join(" -> ");
    }
    let shown = LONGEST / 2;
    format!(
        "{} -> ({} more) -> {}",
        words[..shown].join(" -> "),
        words.len() - 2 * shown,
        words[words.len() - shown..].join(" -> ")
    )
}
