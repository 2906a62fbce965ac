//! Whether a history hangs together, and whether it contains what somebody remembers of it.

use std::collections::{HashMap, HashSet};

use super::{Entry, History, digest, setters, shape};

/// The fewest digits of a digest that somebody may name an event by.
pub const SHORTEST: usize = 16;

/// What is wrong with a history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The place of the event in the file, from 0.
    pub event: usize,
    /// What is wrong, as a fragment.
    pub what: String,
}

/// What does not hang together: an event that was changed, one that follows nothing or what is not there, one that
/// stands twice, two that contradict each other.
pub fn faults(history: &History) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut seen: HashSet<&str> = HashSet::new();
    for (place, entry) in history.events.iter().enumerate() {
        let mut fault = |what: String| faults.push(Fault { event: place, what });
        let real = digest::of(&entry.event);
        if real != entry.digest {
            fault(format!(
                "it was changed: its digest is {}, and the file says {}",
                short(&real),
                short(&entry.digest)
            ));
        }
        for head in &entry.event.heads {
            if !seen.contains(head.as_str()) {
                fault(format!(
                    "it follows {}, which does not stand before it",
                    short(head)
                ));
            }
        }
        for kept in &entry.event.deed.keeps {
            if !seen.contains(kept.as_str()) {
                fault(format!(
                    "it keeps {}, which does not stand before it",
                    short(kept)
                ));
            }
        }
        if let Some(what) = shape::wrong(&entry.event) {
            fault(what);
        }
        if !seen.insert(&entry.digest) {
            fault("it stands twice".to_owned());
        }
    }
    faults.extend(beginnings(history));
    if faults.is_empty() {
        faults.extend(setters::of(history).faults);
    }
    faults
}

/// Events that follow nothing, but for the first, and for what was joined to it later.
fn beginnings(history: &History) -> Vec<Fault> {
    let events = history.events.iter().enumerate().skip(1);
    let others: Vec<usize> = events
        .filter(|(_, entry)| entry.event.heads.is_empty())
        .map(|(place, _)| place)
        .collect();
    if others.is_empty() {
        return Vec::new();
    }
    let line = Line::of(history);
    let is_joined = |place: usize| {
        let later = place + 1..history.events.len();
        later
            .into_iter()
            .any(|it| line.follows(it, 0) && line.follows(it, place))
    };
    let lost = others.into_iter().filter(|&place| !is_joined(place));
    lost.map(|event| Fault {
        event,
        what: "it follows nothing, and is not the first".to_owned(),
    })
    .collect()
}

/// Whether two events set a step to the same state, with the same that belongs to it.
pub(super) fn agree(one: &Entry, other: &Entry) -> bool {
    let (one, other) = (&one.event.deed, &other.event.deed);
    one.status() == other.status() && one.particulars == other.particulars
}

/// Which events each event follows, directly or through others: a bit for each; nothing where each follows all before it.
#[derive(Debug)]
pub struct Line {
    before: Option<Vec<Vec<u64>>>,
}

impl Line {
    /// That of a history.
    pub fn of(history: &History) -> Self {
        if is_straight(history) {
            return Self { before: None };
        }
        let words = history.events.len().div_ceil(64);
        let mut places: HashMap<&str, usize> = HashMap::new();
        let mut before: Vec<Vec<u64>> = Vec::new();
        for (place, Entry { digest, event }) in history.events.iter().enumerate() {
            let mut all = vec![0; words];
            for head in &event.heads {
                if let Some(&head) = places.get(head.as_str()) {
                    let pairs = all.iter_mut().zip(&before[head]);
                    pairs.for_each(|(mine, theirs)| *mine |= theirs);
                    all[head / 64] |= 1 << (head % 64);
                }
            }
            before.push(all);
            places.insert(digest, place);
        }
        Self {
            before: Some(before),
        }
    }

    /// Whether one event follows another.
    pub fn follows(&self, later: usize, earlier: usize) -> bool {
        match &self.before {
            Some(before) => before[later][earlier / 64] & 1 << (earlier % 64) != 0,
            None => earlier < later,
        }
    }
}

/// Whether each event follows the one that stands before it, as where nobody else wrote meanwhile.
pub(super) fn is_straight(history: &History) -> bool {
    let mut pairs = history.events.windows(2);
    pairs.all(|pair| pair[1].event.heads == [pair[0].digest.as_str()])
}

/// The event that a digest, or its first digits, names.
///
/// # Errors
/// Why it names none, as a fragment.
pub fn find<'a>(history: &'a History, named: &str) -> Result<&'a Entry, String> {
    let named = named.trim().to_ascii_lowercase();
    if named.len() < SHORTEST || !named.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(format!(
            "it is no digest: {SHORTEST} or more of its 64 digits"
        ));
    }
    let mut found = history
        .events
        .iter()
        .filter(|entry| entry.digest.starts_with(&named));
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(one),
        (Some(_), Some(_)) => Err("more than one event begins with it".to_owned()),
        (None, _) => Err("no event of the file has it".to_owned()),
    }
}

/// The first digits of a digest, enough for people.
pub fn short(digest: &str) -> String {
    digest.chars().take(SHORTEST).collect()
}
