//! Judges which step relies on which: names that are nobody's, circles, and what can never be reached.

use std::collections::{BTreeMap, BTreeSet};

use wildmatch::WildMatch;

use super::{
    Notes, Rule,
    draft::{At, Draft, DraftStep},
    shape::{guess, short},
};
use crate::environment::Role;

/// Judges a draft; `checks` are the ids of the checks that there are.
pub(super) fn judge(draft: &Draft, checks: &[&str], notes: &mut Notes) {
    let graph = Graph::of(draft);
    graph.doubles(notes);
    graph.names(notes);
    graph.order(notes);
    graph.roles(notes);
    super::cycle::circles(&graph, notes);
    for step in &draft.steps {
        patterns(step, checks, notes);
    }
}

/// What one node relies on, and where that is written.
pub(super) struct Edge {
    pub(super) to: usize,
    pub(super) at: Option<usize>,
}

/// Steps and stages as nodes: a step relies on its stage, and that on its gate.
pub(super) struct Graph<'d> {
    pub(super) draft: &'d Draft,
    by_id: BTreeMap<&'d str, usize>,
    pub(super) edges: Vec<Vec<Edge>>,
}

impl<'d> Graph<'d> {
    fn of(draft: &'d Draft) -> Self {
        let mut by_id = BTreeMap::new();
        for (number, step) in draft.steps.iter().enumerate() {
            by_id.entry(step.id.word.as_str()).or_insert(number);
        }
        let steps = draft.steps.len();
        let mut edges: Vec<Vec<Edge>> = Vec::new();
        edges.resize_with(steps + draft.stages.len(), Vec::new);
        let to = |said: &At| {
            let to = *by_id.get(said.word.as_str())?;
            Some(Edge { to, at: said.at })
        };
        for (number, step) in draft.steps.iter().enumerate() {
            edges[number].extend(step.requires.iter().filter_map(to));
            edges[number].extend(step.stage.map(|stage| Edge {
                to: steps + stage,
                at: None,
            }));
            for target in step.before.iter().filter_map(to) {
                edges[target.to].push(Edge {
                    to: number,
                    at: target.at,
                });
            }
        }
        for (number, stage) in draft.stages.iter().enumerate() {
            edges[steps + number].extend(stage.gate.iter().filter_map(to));
        }
        Self {
            draft,
            by_id,
            edges,
        }
    }

    /// The step that a node is; nothing where it is a stage.
    pub(super) fn step(&self, node: usize) -> Option<&'d DraftStep> {
        self.draft.steps.get(node)
    }

    /// What a person calls a node.
    pub(super) fn name(&self, node: usize) -> &'d str {
        match self.step(node) {
            Some(step) => &step.id.word,
            None => &self.draft.stages[node - self.draft.steps.len()].id.word,
        }
    }

    /// The place in the order of a node's stage.
    fn stage(&self, node: usize) -> Option<usize> {
        match self.step(node) {
            Some(step) => step.stage,
            None => Some(node - self.draft.steps.len()),
        }
    }

    /// Every edge that leads to a step and is written in the text: from, to and its offset.
    fn written(&self) -> impl Iterator<Item = (usize, usize, usize)> {
        let nodes = self.edges.iter().enumerate();
        nodes.flat_map(|(from, edges)| {
            let edges = edges.iter();
            edges.filter_map(move |edge| Some((from, edge.to, edge.at?)))
        })
    }

    /// Ids that stand twice.
    fn doubles(&self, notes: &mut Notes) {
        for (number, step) in self.draft.steps.iter().enumerate() {
            let id = step.id.word.as_str();
            let first = self.by_id.get(id).copied().unwrap_or(number);
            if let (true, Some(at)) = (first != number, step.id.at) {
                let message = match self.step(first).is_some_and(|first| first.own == step.own) {
                    true => format!("`{id}` is the id of another step already"),
                    false => format!(
                        "`{id}` is a step that ptl ships: give yours an id of its own, as own.{}",
                        id.split_once('.').map_or(id, |(_, name)| name)
                    ),
                };
                notes.note(Rule::DuplicateId, at, Some(id), message);
            }
        }
        let mut seen = BTreeSet::new();
        for stage in &self.draft.stages {
            let id = &stage.id.word;
            if let (false, Some(at)) = (seen.insert(id), stage.id.at) {
                let message = format!("`{id}` is the id of another stage already");
                notes.note(Rule::DuplicateId, at, None, message);
            }
        }
    }

    /// Names that no step and no stage has.
    fn names(&self, notes: &mut Notes) {
        for step in &self.draft.steps {
            let id = step.id.word.as_str();
            for said in &step.requires {
                self.named(said, Rule::UnknownRequirement, Some(id), notes);
            }
            for said in &step.before {
                self.named(said, Rule::UnknownBefore, Some(id), notes);
            }
            if let (None, Some(named)) = (step.stage, &step.named_stage) {
                let known = self.draft.stages.iter().map(|stage| stage.id.word.as_str());
                let message = format!(
                    "`{}` is no stage of this checklist: {}",
                    short(&named.word),
                    guess(&named.word, known.clone()).unwrap_or_else(|| format!(
                        "there are {}",
                        known.collect::<Vec<_>>().join(", ")
                    ))
                );
                notes.note(Rule::UnknownStage, named.at.unwrap_or(0), Some(id), message);
            }
        }
        for stage in &self.draft.stages {
            for said in &stage.gate {
                self.named(said, Rule::UnknownGate, None, notes);
            }
        }
    }

    fn named(&self, said: &At, rule: Rule, step: Option<&str>, notes: &mut Notes) {
        let word = said.word.as_str();
        let (false, Some(at)) = (self.by_id.contains_key(word), said.at) else {
            return;
        };
        if self.draft.elsewhere.iter().any(|id| id == word) {
            let message = format!(
                "`{word}` is a step of the other role alone: nothing here can rely on it, or come before it"
            );
            notes.note(Rule::Unreachable, at, step, message);
            return;
        }
        let meant = (!notes.are_many())
            .then(|| guess(word, self.by_id.keys().copied()))
            .flatten()
            .map_or(String::new(), |guess| format!(": {guess}"));
        let message = format!("`{}` is no step of this checklist{meant}", short(word));
        notes.note(rule, at, step, message);
    }

    /// Steps and gates that rely on a later stage, which opens after their own.
    fn order(&self, notes: &mut Notes) {
        for (from, to, at) in self.written() {
            let (Some(own), Some(later)) = (self.stage(from), self.stage(to)) else {
                continue;
            };
            if later <= own {
                continue;
            }
            let (own, later) = [own, later]
                .map(|stage| self.draft.stages[stage].id.word.as_str())
                .into();
            let (from_name, to_name) = (self.name(from), self.name(to));
            let step = self.step(from).map(|_| from_name);
            let message = match step {
                Some(_) => format!(
                    "`{from_name}` of the stage `{own}` would rely on `{to_name}` of the later stage `{later}`, and stay open till then"
                ),
                None => format!(
                    "the gate of the stage `{own}` asks for `{to_name}` of the later stage `{later}`, and would stay shut till then"
                ),
            };
            notes.note(Rule::Unreachable, at, step, message);
        }
    }

    /// Steps that rely on what another role does alone, or are themselves none of the checklist's.
    fn roles(&self, notes: &mut Notes) {
        for (from, to, at) in self.written() {
            let Some(relied) = self.step(to) else {
                continue;
            };
            let alone = self.wanted_roles(from).into_iter();
            for role in alone.filter(|role| !relied.roles.contains(role)) {
                let message = format!(
                    "`{}` is none of a {}'s steps, and `{}` relies on it there",
                    relied.id.word,
                    role.word(),
                    self.name(from)
                );
                let step = self.step(from).map(|step| step.id.word.as_str());
                notes.note(Rule::Unreachable, at, step, message);
            }
        }
        for step in &self.draft.steps {
            let strange = self.draft.role.filter(|role| !step.roles.contains(role));
            if let (Some(role), Some(at)) = (strange, step.id.at) {
                let id = step.id.word.as_str();
                let message = format!(
                    "`{id}` is none of a {0}'s steps, and this checklist is a {0}'s",
                    role.word()
                );
                notes.note(Rule::Unreachable, at, Some(id), message);
            }
        }
    }

    /// The roles that must be able to do a node.
    fn wanted_roles(&self, node: usize) -> Vec<Role> {
        let all = [Role::Provider, Role::Consumer];
        let of_stage = |role: &Role| {
            let steps = &self.draft.steps;
            steps
                .iter()
                .any(|step| step.stage == self.stage(node) && step.roles.contains(role))
        };
        let wanted = |role: &Role| match self.step(node) {
            Some(step) => step.roles.contains(role),
            None => of_stage(role),
        };
        let of_the_checklist = |role: &Role| self.draft.role.is_none_or(|own| own == *role);
        all.into_iter()
            .filter(of_the_checklist)
            .filter(wanted)
            .collect()
    }
}

/// Patterns that fit no check, and steps that are said to be proven by none.
fn patterns(step: &DraftStep, checks: &[&str], notes: &mut Notes) {
    let id = step.id.word.as_str();
    for pattern in &step.checks {
        let glob = WildMatch::new(&pattern.word);
        let (false, Some(at)) = (checks.iter().any(|id| glob.matches(id)), pattern.at) else {
            continue;
        };
        let areas: Vec<String> = checks
            .iter()
            .filter_map(|id| Some(format!("{}-*", id.split_once('-')?.0)))
            .collect();
        let meant = (!notes.are_many())
            .then(|| guess(&pattern.word, areas.iter().map(String::as_str)))
            .flatten()
            .unwrap_or_else(|| "`ptl explain --list` names every check".to_owned());
        let message = format!("no check fits `{}`: {meant}", short(&pattern.word));
        notes.note(Rule::UnknownCheck, at, Some(id), message);
    }
    let Some(at) = step.proven_by_checks else {
        return;
    };
    if step.checks.is_empty() {
        let message = "checks are said to prove it, and `checks` names none";
        notes.note(Rule::NothingChecked, at, Some(id), message);
    }
    if !step.has_environment {
        let message =
            "checks are said to prove it, and no `environment` says against what they run";
        notes.note(Rule::NothingChecked, at, Some(id), message);
    }
}
