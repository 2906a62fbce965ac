//! Which step relies on which, and where that is written: taken from a text however broken the rest of it is.

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use crate::{
    checklist::definition::{Definition, Step},
    environment::Role,
};

/// A word, and the byte offset at which it stands; nothing where it is not of the text that is looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct At {
    pub(super) word: String,
    pub(super) at: Option<usize>,
}

/// A checklist as far as its order goes.
#[derive(Clone, Debug, Default)]
pub(super) struct Draft {
    /// For which side; nothing where it is for both.
    pub(super) role: Option<Role>,
    pub(super) stages: Vec<DraftStage>,
    /// Every step, in order.
    pub(super) steps: Vec<DraftStep>,
    /// Ids of steps that the other role has alone.
    pub(super) elsewhere: Vec<String>,
}

/// A stage, and what keeps it shut.
#[derive(Clone, Debug)]
pub(super) struct DraftStage {
    pub(super) id: At,
    pub(super) gate: Vec<At>,
}

/// A step, and what it relies on.
#[derive(Clone, Debug)]
pub(super) struct DraftStep {
    pub(super) id: At,
    /// The place of its stage in the order; nothing where there is none of that name.
    pub(super) stage: Option<usize>,
    /// The stage as a supplier's own step names it.
    pub(super) named_stage: Option<At>,
    pub(super) roles: Vec<Role>,
    pub(super) requires: Vec<At>,
    pub(super) before: Vec<At>,
    pub(super) checks: Vec<At>,
    /// Where it says that checks alone prove it.
    pub(super) proven_by_checks: Option<usize>,
    pub(super) has_environment: bool,
    /// Whether it stands in a supplier's own file.
    pub(super) own: bool,
}

type Value<'a> = Spanned<DeValue<'a>>;

/// Of a whole definition.
pub(super) fn whole(root: &DeTable<'_>) -> Draft {
    let mut draft = Draft {
        role: text(root, "role").and_then(Role::of),
        ..Draft::default()
    };
    for (number, stage) in tables(root, "stage").enumerate() {
        draft.stages.push(DraftStage {
            // A stage without a name is noted elsewhere; here it keeps its place in the order.
            id: word(stage, "id").unwrap_or(At {
                word: String::new(),
                at: None,
            }),
            gate: words(stage, "gate"),
        });
        let steps = tables(stage, "step").filter_map(|table| step(table, Some(number)));
        draft.steps.extend(steps);
    }
    draft
}

/// Of a checklist with a supplier's own steps in it; those for the other role alone are left out.
pub(super) fn own(root: &DeTable<'_>, into: &Definition, elsewhere: &[String]) -> Draft {
    let mut draft = shipped(into);
    draft.elsewhere.extend_from_slice(elsewhere);
    for table in tables(root, "step") {
        let named = word(table, "stage");
        let number = named
            .as_ref()
            .and_then(|named| into.stages.iter().position(|it| it.id == named.word));
        let Some(mut step) = step(table, number) else {
            continue;
        };
        if into.role.is_some_and(|role| !step.roles.contains(&role)) {
            draft.elsewhere.push(step.id.word);
            continue;
        }
        step.before = words(table, "before");
        step.named_stage = named;
        step.own = true;
        draft.steps.push(step);
    }
    draft
}

/// Of a definition that is sound: nothing in it has a place.
fn shipped(definition: &Definition) -> Draft {
    let said = |word: &String| At {
        word: word.clone(),
        at: None,
    };
    let step = |number: usize, step: &Step| DraftStep {
        id: said(&step.id),
        stage: Some(number),
        named_stage: None,
        roles: step.roles.clone(),
        requires: step.requires.iter().map(said).collect(),
        before: Vec::new(),
        checks: Vec::new(),
        proven_by_checks: None,
        has_environment: step.environment.is_some(),
        own: false,
    };
    let stages = definition.stages.iter();
    Draft {
        role: definition.role,
        stages: stages
            .clone()
            .map(|stage| DraftStage {
                id: said(&stage.id),
                gate: stage.gate.iter().map(said).collect(),
            })
            .collect(),
        steps: stages
            .enumerate()
            .flat_map(|(number, stage)| stage.steps.iter().map(move |it| step(number, it)))
            .collect(),
        elsewhere: Vec::new(),
    }
}

/// A step that has an id: without one, nothing can rely on it.
fn step(table: &DeTable<'_>, stage: Option<usize>) -> Option<DraftStep> {
    let proven_by = table.get("proven-by");
    let roles: Vec<Role> = words(table, "roles")
        .iter()
        .filter_map(|role| Role::of(&role.word))
        .collect();
    Some(DraftStep {
        id: word(table, "id")?,
        stage,
        named_stage: None,
        roles: if roles.is_empty() {
            vec![Role::Provider, Role::Consumer]
        } else {
            roles
        },
        requires: words(table, "requires"),
        before: Vec::new(),
        checks: words(table, "checks"),
        proven_by_checks: proven_by
            .filter(|it| it.get_ref().as_str() == Some("checks"))
            .map(|it| it.span().start),
        has_environment: table.contains_key("environment"),
        own: false,
    })
}

fn tables<'t, 'i>(
    table: &'t DeTable<'i>,
    key: &str,
) -> impl Iterator<Item = &'t DeTable<'i>> + use<'t, 'i> {
    let list = table.get(key).and_then(|value| value.get_ref().as_array());
    list.into_iter()
        .flat_map(|list| list.iter())
        .filter_map(|item| item.get_ref().as_table())
}

fn text<'t>(table: &'t DeTable<'_>, key: &str) -> Option<&'t str> {
    table.get(key)?.get_ref().as_str()
}

fn word(table: &DeTable<'_>, key: &str) -> Option<At> {
    at(table.get(key)?)
}

fn words(table: &DeTable<'_>, key: &str) -> Vec<At> {
    let list = table.get(key).and_then(|value| value.get_ref().as_array());
    list.into_iter()
        .flat_map(|list| list.iter())
        .filter_map(at)
        .collect()
}

fn at(value: &Value<'_>) -> Option<At> {
    Some(At {
        word: value.get_ref().as_str()?.to_owned(),
        at: Some(value.span().start),
    })
}
