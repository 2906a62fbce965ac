//! What an event is known by: SHA-256 of its JSON in canonical form (RFC 8785), which anybody can make.

use std::collections::BTreeMap;

use openssl::sha::sha256;
use serde::Serialize;

use super::Event;
use crate::{
    checklist::state::{Evidence, Particulars, Proof},
    x509::hex,
};

/// JSON whose keys are sorted: all of them are ASCII, so that their bytes are in the order that RFC 8785 asks for.
#[derive(Serialize)]
#[serde(untagged)]
enum Node {
    Text(String),
    Number(u64),
    List(Vec<Node>),
    Map(Map),
}

type Map = BTreeMap<&'static str, Node>;

/// The digest of an event, lower-case hex.
pub fn of(event: &Event) -> String {
    hex(&sha256(canonical(event).as_bytes()))
}

/// An event as canonical JSON. What it has not is left out.
pub fn canonical(event: &Event) -> String {
    let deed = &event.deed;
    let mut map = Map::new();
    let texts = |texts: &[String]| Node::List(texts.iter().cloned().map(Node::Text).collect());
    map.insert("heads", texts(&event.heads));
    map.insert("at", text(event.at));
    map.insert("by", text(&event.by));
    map.insert("act", text(deed.act.word()));
    for (key, value) in [("step", &deed.step), ("why", &deed.why)] {
        if let Some(value) = value {
            map.insert(key, text(value));
        }
    }
    if let Some(state) = deed.state {
        map.insert("state", text(state.word()));
    }
    particulars(&deed.particulars, &mut map);
    if !deed.evidence.is_empty() {
        let list = deed.evidence.iter().map(|it| Node::Map(evidence(it)));
        map.insert("evidence", Node::List(list.collect()));
    }
    if !deed.keeps.is_empty() {
        map.insert("keeps", texts(&deed.keeps));
    }
    serde_json::to_string(&map).unwrap_or_default()
}

fn text(value: impl ToString) -> Node {
    Node::Text(value.to_string())
}

fn particulars(particulars: &Particulars, map: &mut Map) {
    let Particulars {
        reason,
        on,
        reference,
        due,
        until,
        bound,
    } = particulars;
    for (key, value) in [("reason", reason), ("on", on), ("reference", reference)] {
        if let Some(value) = value {
            map.insert(key, text(value));
        }
    }
    for (key, day) in [("due", due), ("until", until)] {
        if let Some(day) = day {
            map.insert(key, text(day));
        }
    }
    if !bound.is_empty() {
        let bound = bound.iter();
        let bound = bound.map(|(artefact, value)| (artefact.word(), text(value)));
        map.insert("bound", Node::Map(bound.collect()));
    }
}

fn evidence(evidence: &Evidence) -> Map {
    let mut map = Map::from([("at", text(evidence.at)), ("by", text(&evidence.by))]);
    match &evidence.proof {
        Proof::Text(words) => {
            map.insert("text", text(words));
        }
        Proof::File(file) => {
            map.insert("file", text(&file.name));
            map.insert("sha256", text(&file.sha256));
            map.insert("size", Node::Number(file.size));
            if let Some(copy) = &file.copy {
                map.insert("copy", text(copy));
            }
            if let Some(report) = &file.report {
                map.insert("command", text(&report.command));
                map.insert("verdict", text(report.verdict.word()));
                if let Some(environment) = &report.environment {
                    map.insert("environment", text(environment));
                }
            }
        }
    }
    map
}
