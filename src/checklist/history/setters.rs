//! Which events a step's state comes from: what counts after each event, and where two of them contradict each other.
//!
//! An event sets its step for all that follow it. Where histories join, what one side has gone on from counts no more,
//! and what is left of each step must agree, or the event that joins them must say which counts.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    rc::Rc,
};

use super::{
    Act, Entry, History,
    audit::{Fault, Line, agree, short},
};

/// By step, the places of the events that its state comes from: one, but where several set it at once.
pub type Counting<'a> = BTreeMap<&'a str, Vec<usize>>;

/// What counts after all events.
#[derive(Debug)]
pub struct Setters<'a> {
    /// The events that count, by step.
    pub last: Counting<'a>,
    /// Where events contradict each other, or one lets something count that does not stand to choice.
    pub faults: Vec<Fault>,
}

/// The setters of a history; what an event follows stands before it.
pub fn of(history: &History) -> Setters<'_> {
    let mut walk = Walk::of(history);
    for place in 0..history.events.len() {
        walk.event(place);
    }
    let heads = walk.heads();
    let last = Rc::unwrap_or_clone(walk.joined(&heads));
    walk.contradictions(&last, &heads);
    Setters {
        last,
        faults: walk.faults,
    }
}

/// Of events that agree, the one that is named: the latest, and of two at once that with the greater digest.
pub fn named<'a>(history: &'a History, places: &[usize]) -> Option<&'a Entry> {
    let entries = places.iter().map(|place| &history.events[*place]);
    entries.max_by_key(|entry| (entry.event.at, &entry.digest))
}

/// Whether all of these set their step to the same end.
pub fn is_one(history: &History, places: &[usize]) -> bool {
    let mut pairs = places.windows(2);
    pairs.all(|pair| agree(&history.events[pair[0]], &history.events[pair[1]]))
}

struct Walk<'a> {
    history: &'a History,
    places: HashMap<&'a str, usize>,
    /// The places of what each event follows directly.
    parents: Vec<Vec<usize>>,
    line: Line,
    /// By how many events each one is still to be followed: the last one takes what counts after it.
    awaited: Vec<usize>,
    after: Vec<Rc<Counting<'a>>>,
    faults: Vec<Fault>,
}

impl<'a> Walk<'a> {
    fn of(history: &'a History) -> Self {
        let mut places: HashMap<&str, usize> = HashMap::new();
        let mut parents = Vec::new();
        let mut awaited = vec![0; history.events.len()];
        for (place, Entry { digest, event }) in history.events.iter().enumerate() {
            let heads = event.heads.iter();
            let heads = heads.filter_map(|head| places.get(head.as_str()).copied());
            let heads: BTreeSet<usize> = heads.collect();
            heads.iter().for_each(|head| awaited[*head] += 1);
            parents.push(heads.into_iter().collect());
            places.entry(digest).or_insert(place);
        }
        Self {
            history,
            places,
            parents,
            line: Line::of(history),
            awaited,
            after: Vec::new(),
            faults: Vec::new(),
        }
    }

    /// The events that no other follows.
    fn heads(&self) -> Vec<usize> {
        let mut followed = vec![false; self.parents.len()];
        let parents = self.parents.iter().flatten();
        parents.for_each(|parent| followed[*parent] = true);
        (0..followed.len()).filter(|it| !followed[*it]).collect()
    }

    fn event(&mut self, place: usize) {
        let parents = std::mem::take(&mut self.parents[place]);
        let mut counting = self.joined(&parents);
        for parent in &parents {
            self.awaited[*parent] -= 1;
            if self.awaited[*parent] == 0 {
                self.after[*parent] = Rc::default();
            }
        }
        let deed = &self.history.events[place].event.deed;
        for kept in &deed.keeps {
            self.keep(place, kept, &mut counting);
        }
        if let (Some(step), Some(_)) = (&deed.step, deed.status()) {
            Rc::make_mut(&mut counting).insert(step, vec![place]);
        }
        self.contradictions(&counting, &parents);
        self.after.push(counting);
        self.parents[place] = parents;
    }

    /// What counts where these histories join: what one of them has gone on from counts no more.
    fn joined(&self, parents: &[usize]) -> Rc<Counting<'a>> {
        let [first, others @ ..] = parents else {
            return Rc::default();
        };
        if others.is_empty() {
            return self.after[*first].clone();
        }
        let mut all: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
        for (step, places) in parents.iter().flat_map(|parent| self.after[*parent].iter()) {
            all.entry(step).or_default().extend(places);
        }
        for (step, places) in &mut all {
            places.retain(|place| {
                let is_gone_on_from = |parent: &usize| {
                    (parent == place || self.line.follows(*parent, *place))
                        && !self.after[*parent]
                            .get(step)
                            .is_some_and(|counting| counting.contains(place))
                };
                !parents.iter().any(is_gone_on_from)
            });
        }
        let all = all.into_iter();
        Rc::new(
            all.map(|(step, it)| (step, it.into_iter().collect()))
                .collect(),
        )
    }

    /// Lets one of the events count that a merge joins.
    fn keep(&mut self, place: usize, kept: &str, counting: &mut Rc<Counting<'a>>) {
        let entries = &self.history.events;
        let found = self.places.get(kept).filter(|it| **it < place).copied();
        let step = found.and_then(|kept| entries[kept].event.deed.step.as_deref());
        let choice = step.and_then(|step| counting.get(step));
        let is_choice = entries[place].event.deed.act == Act::Merge
            && choice
                .is_some_and(|it| it.len() > 1 && found.is_some_and(|kept| it.contains(&kept)));
        match (step, found) {
            (Some(step), Some(found)) if is_choice => {
                Rc::make_mut(counting).insert(step, vec![found]);
            }
            _ => self.faults.push(Fault {
                event: place,
                what: format!(
                    "it keeps {}, which is not what a side that it joins said last of a step",
                    short(kept)
                ),
            }),
        }
    }

    /// Steps that were changed on more than one side of a fork to different ends, where nothing says which counts.
    fn contradictions(&mut self, counting: &Counting<'a>, parents: &[usize]) {
        if parents.len() < 2 {
            return;
        }
        for (step, places) in counting {
            let entries = &self.history.events;
            let mut pairs = places.windows(2);
            let Some(&[one, other]) =
                pairs.find(|pair| !agree(&entries[pair[0]], &entries[pair[1]]))
            else {
                continue;
            };
            let fault = Fault {
                event: other,
                what: format!(
                    "`{step}` was changed here and by {} at once, to different ends, and no merge says which counts",
                    short(&entries[one].digest)
                ),
            };
            if !self.faults.contains(&fault) {
                self.faults.push(fault);
            }
        }
    }
}
